/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernel versions: what has another name or another
 * signature in 6.1 than in 6.12 gets one name here.
 */
#ifndef _VZ_COMPAT_H
#define _VZ_COMPAT_H

#include <linux/version.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/uio.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/magic.h>
#include <linux/xattr.h>
#include <linux/net.h>
#include <linux/net_tstamp.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

/* 6.3: ITER_SOURCE and ITER_DEST instead of WRITE and READ */
static inline void vz_iov_iter_bvec(struct iov_iter *iter, bool source, const struct bio_vec *bvec,
				    unsigned long nr, size_t bytes)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	iov_iter_bvec(iter, source ? ITER_SOURCE : ITER_DEST, bvec, nr, bytes);
#else
	iov_iter_bvec(iter, source ? WRITE : READ, bvec, nr, bytes);
#endif
}

static inline void vz_iov_iter_kvec(struct iov_iter *iter, bool source, const struct kvec *kvec,
				    unsigned long nr, size_t bytes)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	iov_iter_kvec(iter, source ? ITER_SOURCE : ITER_DEST, kvec, nr, bytes);
#else
	iov_iter_kvec(iter, source ? WRITE : READ, kvec, nr, bytes);
#endif
}

/* 6.5: get_user_pages_remote() lost its vmas argument */
static inline long vz_get_user_pages_remote(struct mm_struct *mm, unsigned long start,
					    unsigned long nr, unsigned int flags,
					    struct page **pages, int *locked)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, start, nr, flags, pages, locked);
#else
	return get_user_pages_remote(mm, start, nr, flags, pages, NULL, locked);
#endif
}

/*
 * What a huge page of an anonymous mapping takes. 6.12: folios instead of pages; huge
 * pages that are hardly used are split.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define VZ_FUNCTIONS_HUGE(F)						\
	F(void, folio_add_new_anon_rmap,				\
	  (struct folio *folio, struct vm_area_struct *vma, unsigned long addr, rmap_t flags), \
	  (folio, vma, addr, flags))					\
	F(void, deferred_split_folio, (struct folio *folio, bool partially_mapped), \
	  (folio, partially_mapped))
#define vz_add_new_anon_rmap(folio, vma, addr)				\
	vz_folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE)
#define vz_may_be_split(folio)		vz_deferred_split_folio(folio, false)
#define vz_pmd_mkwrite(pmd)		pmd_mkwrite_novma(pmd)
static inline void vz_add_anon_pages(struct mm_struct *mm, long nr)
{
	percpu_counter_add(&mm->rss_stat[MM_ANONPAGES], nr);
}
#else
#define VZ_FUNCTIONS_HUGE(F)						\
	F(void, page_add_new_anon_rmap,					\
	  (struct page *page, struct vm_area_struct *vma, unsigned long addr), \
	  (page, vma, addr))
#define vz_add_new_anon_rmap(folio, vma, addr)				\
	vz_page_add_new_anon_rmap(&(folio)->page, vma, addr)
#define vz_may_be_split(folio)		do { } while (0)
#define vz_pmd_mkwrite(pmd)		pmd_mkwrite(pmd)
static inline void vz_add_anon_pages(struct mm_struct *mm, long nr)
{
	atomic_long_add(nr, &mm->rss_stat.count[MM_ANONPAGES]);
}
#endif

/* 6.5: struct mm_walk_ops says which lock is held */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_WALK_RDLOCK	.walk_lock = PGWALK_RDLOCK,
#else
#define VZ_WALK_RDLOCK
#endif

/* 6.3: vm.memfd_noexec of a PID namespace */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0) && defined(CONFIG_SYSCTL) && \
	defined(CONFIG_MEMFD_CREATE)
#define VZ_HAS_MEMFD_NOEXEC		1
#define vz_memfd_noexec(ns)		READ_ONCE((ns)->memfd_noexec_scope)
#define vz_set_memfd_noexec(ns, v)	WRITE_ONCE((ns)->memfd_noexec_scope, v)
#else
#define VZ_HAS_MEMFD_NOEXEC		0
#define vz_memfd_noexec(ns)		0
#define vz_set_memfd_noexec(ns, v)	do { } while (0)
#endif

/* 6.9: timers that stay on their processor have a wheel of their own */
#ifndef CONFIG_NO_HZ_COMMON
#define VZ_TIMER_BASES	1
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define VZ_TIMER_BASES	3
#else
#define VZ_TIMER_BASES	2
#endif

/* 6.3: struct task_struct.rseq_len */
static inline u32 vz_rseq_len(const struct task_struct *task)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return task->rseq_len;
#else
	return task->rseq ? 32 : 0;
#endif
}

/* Can it be registered here? */
static inline bool vz_rseq_len_known(u32 len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return true;
#else
	return !len || len == 32;
#endif
}

static inline void vz_set_rseq_len(struct task_struct *task, u32 len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	task->rseq_len = len;
#endif
}

/* 6.12: sched_setattr(2) of an ordinary task takes a slice, ns; 0: the default */
#define VZ_HAS_SLICE	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0))
static inline u64 vz_sched_slice(const struct task_struct *task)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return task->se.custom_slice ? task->se.slice : 0;
#else
	return 0;
#endif
}

/* 6.6: arch_prctl(ARCH_SHSTK_ENABLE), and what ARCH_SHSTK_LOCK has locked */
static inline bool vz_has_shadow_stack(const struct task_struct *task)
{
#ifdef CONFIG_X86_USER_SHADOW_STACK
	return task->thread.features || task->thread.features_locked;
#else
	return false;
#endif
}

/* 6.11: a list became a hash list; either has the newest timer first */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define vz_for_each_posix_timer(timr, signal) \
	hlist_for_each_entry(timr, &(signal)->posix_timers, list)
#else
#define vz_for_each_posix_timer(timr, signal) \
	list_for_each_entry(timr, &(signal)->posix_timers, list)
#endif

/* 6.3: kernel_cap_t became a plain 64-bit number */
static inline u64 vz_cap_to_u64(kernel_cap_t cap)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return cap.val;
#else
	return (u64)cap.cap[1] << 32 | cap.cap[0];
#endif
}

static inline kernel_cap_t vz_cap_from_u64(u64 val)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return (kernel_cap_t){ .val = val };
#else
	return (kernel_cap_t){ .cap = { (u32)val, (u32)(val >> 32) } };
#endif
}

/* 6.5: struct nsproxy.count became a refcount_t */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_NSPROXY_DEC_AND_TEST(ns)	refcount_dec_and_test(&(ns)->count)
#else
#define VZ_NSPROXY_DEC_AND_TEST(ns)	atomic_dec_and_test(&(ns)->count)
#endif

/*
 * Flags in a futex wait's restart block (FLAGS_* of kernel/futex/futex.h): 6.7
 * renumbered them and added the word's size.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define VZ_FUTEX_BASE		0x02	/* 32 bits */
#define VZ_FUTEX_SHARED		0x10
#define VZ_FUTEX_CLOCKRT	0x20
#define VZ_FUTEX_HAS_TIMEOUT	0x40
#else
#define VZ_FUTEX_BASE		0x00
#define VZ_FUTEX_SHARED		0x01
#define VZ_FUTEX_CLOCKRT	0x02
#define VZ_FUTEX_HAS_TIMEOUT	0x04
#endif

/* 6.12: a file's owner is allocated when it is first set */
static inline struct fown_struct *vz_file_owner(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return file_f_owner(file);
#else
	return &file->f_owner;
#endif
}

static inline int vz_file_owner_alloc(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return file_f_owner_allocate(file);
#else
	return 0;
#endif
}

/* 6.7: an inode's times are read and set by functions */
struct vz_times {
	struct timespec64 atime, mtime, ctime;
};

static inline struct vz_times vz_inode_times(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return (struct vz_times){ inode_get_atime(inode), inode_get_mtime(inode),
				  inode_get_ctime(inode) };
#else
	return (struct vz_times){ inode->i_atime, inode->i_mtime, inode->i_ctime };
#endif
}

static inline void vz_set_inode_times(struct inode *inode, const struct vz_times *t)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	inode_set_atime_to_ts(inode, t->atime);
	inode_set_mtime_to_ts(inode, t->mtime);
	inode_set_ctime_to_ts(inode, t->ctime);
#else
	inode->i_atime = t->atime;
	inode->i_mtime = t->mtime;
	inode->i_ctime = t->ctime;
#endif
}

/* 6.9: what locks and leases have in common moved into struct file_lock_core */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define vz_lock(lock, member)	((lock)->c.flc_##member)
#define vz_file_lease		file_lease
#define VZ_LOCK_LIST		c.flc_list
#define VZ_BLOCKED_MEMBER	c.flc_blocked_member
#define vz_lock_blocker(lock)	container_of((lock)->c.flc_blocker, struct file_lock, c)
#else
#define vz_lock(lock, member)	((lock)->fl_##member)
#define vz_file_lease		file_lock
#define VZ_LOCK_LIST		fl_list
#define VZ_BLOCKED_MEMBER	fl_blocked_member
#define vz_lock_blocker(lock)	((lock)->fl_blocker)
#endif

/* 6.4: fcntl(2)'s argument of F_SETLEASE is an int */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define VZ_SETLEASE_ARG		int
#else
#define VZ_SETLEASE_ARG		long
#endif

/* 6.10: a mark is looked up by its inode */
static inline struct fsnotify_mark *vz_find_inode_mark(struct inode *inode,
						       struct fsnotify_group *group)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return fsnotify_find_inode_mark(inode, group);
#else
	return fsnotify_find_mark(&inode->i_fsnotify_marks, group);
#endif
}

/* 6.10: a connector points to its object itself */
static inline struct inode *vz_mark_inode(const struct fsnotify_mark *mark)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return mark->connector->obj;
#else
	return container_of(mark->connector->obj, struct inode, i_fsnotify_marks);
#endif
}

/* 6.5: pipe(2) makes files that RWF_NOWAIT may be used on */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_PIPE_FMODE		FMODE_NOWAIT
#else
#define VZ_PIPE_FMODE		((__force fmode_t)0)
#endif

/* 6.12: of an open FIFO: the count of writers when it was opened, or 0 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define vz_fifo_seen(file)	((file)->f_pipe)
#else
#define vz_fifo_seen(file)	((file)->f_version)
#endif

/* 6.3 */
#ifndef FMODE_NOREUSE
#define FMODE_NOREUSE		((__force fmode_t)0)
#endif

/* 6.8: the file that a mapping on a layered file system has says whose layer it is */
static inline const struct path *vz_file_path(const struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file_user_path(file);
#else
	return &file->f_path;
#endif
}

/* 6.1 exports it, but has it in no header for modules */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);

/* 6.2: a list became a tree */
static inline bool vz_has_xattrs(const struct simple_xattrs *xattrs)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return !RB_EMPTY_ROOT(&xattrs->rb_root);
#else
	return !list_empty(&xattrs->head);
#endif
}

/* 6.9: pidfds have a file system of their own */
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC		0x50494446
#endif
/* 6.5: SO_PASSPIDFD; a bit of struct socket.flags that no kernel without it sets */
#ifdef SOCK_PASSPIDFD
#define VZ_SOCK_PASSPIDFD	SOCK_PASSPIDFD
#define VZ_HAS_PASSPIDFD	1
#else
#define VZ_SOCK_PASSPIDFD	7
#define VZ_HAS_PASSPIDFD	0
#endif

/* Late point releases of 6.1 and 6.12: no longer that of struct sock (Kbuild) */
#ifdef VZ_HAS_ICSK_KEEPALIVE_TIMER
#define vz_keepalive_timer(sk)	(&inet_csk(sk)->icsk_keepalive_timer)
#else
#define vz_keepalive_timer(sk)	(&(sk)->sk_timer)
#endif

/* SO_TIMESTAMPING grows */
#define VZ_TSFLAGS_KNOWN	((u32)SOF_TIMESTAMPING_MASK)

/* ---- address spaces ---- */

/* What a kernel does not know no mapping has: 6.6, 6.10, 6.11 */
#ifdef VM_SHADOW_STACK
#define VZ_VM_SHADOW_STACK	VM_SHADOW_STACK
#else
#define VZ_VM_SHADOW_STACK	0UL
#endif
#ifdef VM_SEALED
#define VZ_VM_SEALED		VM_SEALED
#else
#define VZ_VM_SEALED		0UL
#endif

/* Protection keys: those that are allocated, and which of them is for mappings to execute only. */
#ifdef CONFIG_X86_INTEL_MEMORY_PROTECTION_KEYS
#define VZ_VM_PKEY		(VM_PKEY_BIT0 | VM_PKEY_BIT1 | VM_PKEY_BIT2 | VM_PKEY_BIT3)
#define VZ_ALL_PKEYS		0xfffe
static inline u32 vz_mm_pkeys(const struct mm_struct *mm)
{
	return READ_ONCE(mm->context.pkey_allocation_map) & VZ_ALL_PKEYS;
}

static inline u32 vz_mm_exec_pkey(const struct mm_struct *mm)
{
	return max_t(int, READ_ONCE(mm->context.execute_only_pkey), 0);
}

/* Key 0 is everybody's. The caller has mmap_lock for writing. */
static inline void vz_set_mm_pkeys(struct mm_struct *mm, u32 pkeys, u32 exec_pkey)
{
	mm->context.pkey_allocation_map = pkeys | 1;
	mm->context.execute_only_pkey = exec_pkey ?: -1;
}
#else
#define VZ_VM_PKEY		0UL
#define VZ_ALL_PKEYS		0
#define vz_mm_pkeys(mm)				0
#define vz_mm_exec_pkey(mm)			0
#define vz_set_mm_pkeys(mm, pkeys, exec_pkey)	do { } while (0)
#endif

/*
 * Marks of ours, in bits that no kernel uses: they stay with a mapping through
 * fork, split and mprotect, and keep it apart from its neighbours.
 *
 * A kernel without MAP_DROPPABLE never drops what is in such a mapping, which is
 * allowed, and with the mark the next kernel knows again what it is.
 */
#ifdef VM_DROPPABLE
#define VZ_VM_DROPPABLE		VM_DROPPABLE
#define VZ_MAP_DROPPABLE	MAP_DROPPABLE
#define VZ_VM_MARK_DROPPABLE	0UL
#else
#define VZ_VM_DROPPABLE		BIT(60)
#define VZ_MAP_DROPPABLE	MAP_PRIVATE
#define VZ_VM_MARK_DROPPABLE	VZ_VM_DROPPABLE
#endif
#define VZ_VM_VDSO		BIT(61)	/* vdso.h: another kernel's vdso, and its data */
#define VZ_VM_VDSO_BLOCK	BIT(62)	/* vdso.h: the block */

/* PR_SET_VMA_ANON_NAME: not in Debian's kernels; the name of a mapping without a file */
static inline bool vz_vma_anon_name(const struct vm_area_struct *vma)
{
#ifdef CONFIG_ANON_VMA_NAME
	return !vma->vm_file && vma->anon_name;
#else
	return false;
#endif
}

/* 6.4: linear address masking */
static inline bool vz_mm_has_lam(const struct mm_struct *mm)
{
#ifdef CONFIG_ADDRESS_MASKING
	return READ_ONCE(mm->context.lam_cr3_mask);
#else
	return false;
#endif
}

/* 6.4: prctl(PR_SET_MEMORY_MERGE) */
static inline bool vz_mm_merges_all(const struct mm_struct *mm)
{
#ifdef MMF_VM_MERGE_ANY
	return test_bit(MMF_VM_MERGE_ANY, &mm->flags);
#else
	return false;
#endif
}

/* 6.3, 6.6: prctl(PR_SET_MDWE) */
#define VZ_MDWE			1U
#define VZ_MDWE_NO_INHERIT	2U

static inline unsigned int vz_mm_mdwe(const struct mm_struct *mm)
{
	unsigned int mdwe = 0;

#ifdef MMF_HAS_MDWE
	if (test_bit(MMF_HAS_MDWE, &mm->flags))
		mdwe |= VZ_MDWE;
#endif
#ifdef MMF_HAS_MDWE_NO_INHERIT
	if (test_bit(MMF_HAS_MDWE_NO_INHERIT, &mm->flags))
		mdwe |= VZ_MDWE_NO_INHERIT;
#endif
	return mdwe;
}

/* Which bits this kernel knows. */
static inline unsigned int vz_mdwe_known(void)
{
	unsigned int known = 0;

#ifdef MMF_HAS_MDWE
	known |= VZ_MDWE;
#endif
#ifdef MMF_HAS_MDWE_NO_INHERIT
	known |= VZ_MDWE_NO_INHERIT;
#endif
	return known;
}

/* @mdwe: of vz_mdwe_known() */
static inline void vz_set_mm_mdwe(struct mm_struct *mm, unsigned int mdwe)
{
#ifdef MMF_HAS_MDWE
	if (mdwe & VZ_MDWE)
		set_bit(MMF_HAS_MDWE, &mm->flags);
#endif
#ifdef MMF_HAS_MDWE_NO_INHERIT
	if (mdwe & VZ_MDWE_NO_INHERIT)
		set_bit(MMF_HAS_MDWE_NO_INHERIT, &mm->flags);
#endif
}

/*
 * 6.10: a flag instead of a function pointer. @up and @down are the addresses
 * of arch_get_unmapped_area() and arch_get_unmapped_area_topdown().
 */
static inline void vz_set_mm_topdown(struct mm_struct *mm, bool topdown, unsigned long up,
				     unsigned long down)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	if (topdown)
		set_bit(MMF_TOPDOWN, &mm->flags);
	else
		clear_bit(MMF_TOPDOWN, &mm->flags);
#else
	mm->get_unmapped_area = (typeof(mm->get_unmapped_area))(topdown ? down : up);
#endif
}

/* 6.3: flags of a mapping are changed by functions, under its own lock from 6.4 on */
static inline void vz_vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

static inline void vz_vma_start_write(struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	vma_start_write(vma);
#endif
}

/* 6.3: struct mnt_idmap instead of struct user_namespace; for vfs_mkdir() and the like */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define vz_idmap(mnt)	mnt_idmap(mnt)
#else
#define vz_idmap(mnt)	mnt_user_ns(mnt)
#endif

/* 6.8 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define vz_mapping_private(mapping)		((mapping)->i_private_data)
#define vz_mapping_private_lock(mapping)	(&(mapping)->i_private_lock)
#else
#define vz_mapping_private(mapping)		((mapping)->private_data)
#define vz_mapping_private_lock(mapping)	(&(mapping)->private_lock)
#endif

/* ---- TCP ---- */

/* 6.6: how much of a receive buffer is payload; before, it was a sysctl alone */
#define vz_tcp_scaling_ratio(tp)	VZ_TCP_RATIO(tp)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define VZ_TCP_RATIO(tp)		((tp)->scaling_ratio)
#define vz_tcp_set_scaling_ratio(tp, v)	do { if (v) (tp)->scaling_ratio = (v); } while (0)
#else
#define VZ_TCP_RATIO(tp)		0
#define vz_tcp_set_scaling_ratio(tp, v)	do { } while (0)
#endif

/* 6.7: timestamps in us, by a feature of the route; TCP-AO */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define vz_tcp_usec_ts(tp)		((tp)->tcp_usec_ts)
#else
#define vz_tcp_usec_ts(tp)		false
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define vz_tw_usec_ts(tw)		((tw)->tw_usec_ts)
#define vz_req_usec_ts(treq)		((treq)->req_usec_ts)
#define vz_req_no_usec_ts(treq)		((treq)->req_usec_ts = false)
#else
#define vz_tw_usec_ts(tw)		false
#define vz_req_usec_ts(treq)		false
#define vz_req_no_usec_ts(treq)		do { } while (0)
#endif
#ifdef CONFIG_TCP_AO
#define vz_tcp_has_ao(tp)		rcu_access_pointer((tp)->ao_info)
#define vz_req_has_ao(treq)		((treq)->used_tcp_ao)
#define vz_req_no_ao(treq)		((treq)->used_tcp_ao = false)
#else
#define vz_tcp_has_ao(tp)		false
#define vz_req_has_ao(treq)		false
#define vz_req_no_ao(treq)		do { } while (0)
#endif

/* 6.6: options of IP became bits */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define vz_inet_set_transparent(sk, v)	inet_assign_bit(TRANSPARENT, sk, v)
#else
#define vz_inet_set_transparent(sk, v)	(inet_sk(sk)->transparent = !!(v))
#endif

/* ---- UDP ---- */

/* 6.2: a network namespace may have a table of its own */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define vz_udp_table(sk)		((sk)->sk_prot->h.udp_table ?: \
					 sock_net(sk)->ipv4.udp_table)
#else
#define vz_udp_table(sk)		((sk)->sk_prot->h.udp_table)
#endif

/* 6.7: UDP-Lite's flags became bits of all others */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define vz_udplite_send_cov(sk)		udp_test_bit(UDPLITE_SEND_CC, sk)
#define vz_udplite_recv_cov(sk)		udp_test_bit(UDPLITE_RECV_CC, sk)
#else
#define vz_udplite_send_cov(sk)		(udp_sk(sk)->pcflag & UDPLITE_SEND_CC)
#define vz_udplite_recv_cov(sk)		(udp_sk(sk)->pcflag & UDPLITE_RECV_CC)
#endif

/* 6.8: follows the buffer's size */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define vz_udp_set_threshold(sk, v)	(udp_sk(sk)->forward_threshold = (v))
#else
#define vz_udp_set_threshold(sk, v)	do { } while (0)
#endif

/* 6.6: a list of flow labels moved from the IPv6 part of a socket to the common one */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define vz_inet6_fl_list(sk)		rcu_access_pointer(inet_sk(sk)->ipv6_fl_list)
#else
#define vz_inet6_fl_list(sk)		rcu_access_pointer(inet6_sk(sk)->ipv6_fl_list)
#endif

/* 6.7: SEM_UNDO's adjustments stand in their struct, not behind a pointer */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define VZ_SEMADJ		struct vz_flexible
#define vz_semadj(member)	((short *)(member))
#else
#define VZ_SEMADJ		short *
#define vz_semadj(member)	(*(member))
#endif

#endif /* _VZ_COMPAT_H */
