/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernel versions: what has another name or another
 * signature in 6.1 than in 6.12 gets one name here.
 */
#ifndef _VZ_COMPAT_H
#define _VZ_COMPAT_H

#include <linux/version.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/magic.h>
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

/* 6.5: struct mm_walk_ops says which lock is held */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_WALK_RDLOCK	.walk_lock = PGWALK_RDLOCK,
#else
#define VZ_WALK_RDLOCK
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

static inline void vz_set_rseq_len(struct task_struct *task, u32 len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	task->rseq_len = len;
#endif
}

/* 6.11: a list became a hash list */
static inline bool vz_has_posix_timers(const struct signal_struct *signal)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return !hlist_empty(&signal->posix_timers);
#else
	return !list_empty(&signal->posix_timers);
#endif
}

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
#else
#define vz_lock(lock, member)	((lock)->fl_##member)
#define vz_file_lease		file_lock
#define VZ_LOCK_LIST		fl_list
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

/* 6.5: pipe(2) makes files that RWF_NOWAIT may be used on */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_PIPE_FMODE		FMODE_NOWAIT
#else
#define VZ_PIPE_FMODE		((__force fmode_t)0)
#endif

/* 6.3 */
#ifndef FMODE_NOREUSE
#define FMODE_NOREUSE		((__force fmode_t)0)
#endif

/* 6.9: pidfds have a file system of their own */
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC		0x50494446
#endif

#endif /* _VZ_COMPAT_H */
