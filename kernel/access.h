/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that the modules use of the kernel and that it does not export:
 * the list that a porter to a new kernel reads. Symbols are looked up by name
 * and their prototypes compared with the kernel's BTF, members of private
 * structs are found in BTF by name and size, all when vzcpt loads. A kernel
 * that does not fit is refused with the list of all misses.
 */
#ifndef _VZ_ACCESS_H
#define _VZ_ACCESS_H

#include <linux/alarmtimer.h>
#include <linux/dnotify.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/lsm_hooks.h>
#include <linux/memcontrol.h>
#include <linux/fsnotify_backend.h>
#include <linux/hrtimer.h>
#include <linux/ipc_namespace.h>
#include <linux/key.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/pagewalk.h>
#include <linux/path.h>
#include <linux/percpu-refcount.h>
#include <linux/pipe_fs_i.h>
#include <linux/proc_ns.h>
#include <linux/rbtree.h>
#include <linux/regset.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sem.h>
#include <linux/signal_types.h>
#include <linux/sockptr.h>
#include <linux/task_work.h>
#include <linux/time64.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/vdso.h>
#include "compat.h"

/* An array without a length at the end of a struct */
struct vz_flexible {
};

/* struct timerfd_ctx.t */
union vz_timerfd_timer {
	struct hrtimer tmr;
	struct alarm alarm;
};

/* struct epoll_filefd */
struct vz_epoll_filefd {
	struct file *file;
	int fd;
} __packed;

struct inet_connection_sock_af_ops;
struct ip6_ra_chain;
struct itimerspec64;
struct vdso_data;
struct scm_fp_list;
struct syscall_info;
struct unix_sock;
struct xt_table;
struct mnt_namespace;
struct mount;
struct net;
struct nf_conntrack_tuple;
struct nf_conntrack_tuple_hash;
struct nf_conntrack_zone;
struct request_sock_ops;
struct sock;
struct tcp_request_sock_ops;
struct tcp_sock_af_ops;
struct timer_base;

/*
 * Functions: F(return type, name, parameters, arguments), called as vz_<name>().
 * In order: processes, memory, files and mounts.
 */
#define VZ_FUNCTIONS(F)							\
	/* make a task in its parent's context, with the pid it had */	\
	F(pid_t, kernel_clone, (struct kernel_clone_args *args), (args)) \
	/* end a restored zombie with its exit code */			\
	F(void, do_exit, (long code), (code))				\
	/* a container named by a pidfd */				\
	F(struct pid *, pidfd_get_pid, (unsigned int fd, unsigned int *flags), (fd, flags)) \
	/* take back a freeze that a task has not seen yet */		\
	F(struct callback_head *, task_work_cancel_func,		\
	  (struct task_struct *task, task_work_func_t func), (task, func)) \
	/* process groups and sessions as they were */			\
	F(void, change_pid,						\
	  (struct task_struct *task, enum pid_type type, struct pid *pid), \
	  (task, type, pid))						\
	/* number of a dead session or group leader */			\
	F(struct pid *, alloc_pid,					\
	  (struct pid_namespace *ns, pid_t *set_tid, size_t size), (ns, set_tid, size)) \
	F(void, free_pid, (struct pid *pid), (pid))			\
	/* an interrupted system call made again, with the mask it was made with */ \
	F(long, x64_sys_call, (const struct pt_regs *regs, unsigned int nr), (regs, nr)) \
	F(void, __set_current_blocked, (const sigset_t *set), (set))	\
	F(struct sighand_struct *, __lock_task_sighand,			\
	  (struct task_struct *task, unsigned long *flags), (task, flags)) \
	F(void, __set_task_comm, (struct task_struct *task, const char *comm, bool exec), \
	  (task, comm, exec))						\
	F(void, free_nsproxy, (struct nsproxy *ns), (ns))		\
	/* a copy of the current task's namespaces, to be in the VE's network for a moment */ \
	F(int, unshare_nsproxy_namespaces,				\
	  (unsigned long flags, struct nsproxy **ns, struct cred *cred, struct fs_struct *fs), \
	  (flags, ns, cred, fs))					\
	/* queue a pending signal with its siginfo */			\
	F(int, send_signal_locked,					\
	  (int sig, struct kernel_siginfo *info, struct task_struct *t, enum pid_type type), \
	  (sig, info, t, type))						\
	F(int, do_prlimit,						\
	  (struct task_struct *task, unsigned int resource, struct rlimit *new_rlim, \
	   struct rlimit *old_rlim), (task, resource, new_rlim, old_rlim)) \
	F(int, do_setitimer,						\
	  (int which, struct itimerspec64 *value, struct itimerspec64 *ovalue), \
	  (which, value, ovalue))					\
	F(void, thread_group_cputime,					\
	  (struct task_struct *task, struct task_cputime *times), (task, times)) \
	F(void, free_fs_struct, (struct fs_struct *fs), (fs))		\
	/* extended processor state in the ptrace format */		\
	F(int, xstateregs_get,						\
	  (struct task_struct *task, const struct user_regset *regset, struct membuf to), \
	  (task, regset, to))						\
	F(int, xstateregs_set,						\
	  (struct task_struct *task, const struct user_regset *regset, unsigned int pos, \
	   unsigned int count, const void *kbuf, const void __user *ubuf), \
	  (task, regset, pos, count, kbuf, ubuf))			\
	F(const struct user_regset_view *, task_user_regset_view,	\
	  (struct task_struct *task), (task))				\
	F(long, do_arch_prctl_64,					\
	  (struct task_struct *task, int option, unsigned long arg), (task, option, arg)) \
	/* keys and keyrings */						\
	F(struct key *, key_lookup, (key_serial_t id), (id))		\
	F(int, look_up_user_keyrings, (struct key **user, struct key **session), \
	  (user, session))						\
	/* credentials as they were */					\
	F(struct user_struct *, alloc_uid, (kuid_t uid), (uid))		\
	F(int, set_cred_ucounts, (struct cred *cred), (cred))		\
	F(void, set_dumpable, (struct mm_struct *mm, int value), (mm, value)) \
	F(void, put_files_struct, (struct files_struct *files), (files)) \
	/* a task that has left its CPU has its state in memory */	\
	F(unsigned long, wait_task_inactive,				\
	  (struct task_struct *task, unsigned int match_state), (task, match_state)) \
	/* where a task that does not stop sleeps, and what in */	\
	F(int, task_current_syscall,					\
	  (struct task_struct *target, struct syscall_info *info), (target, info)) \
	F(unsigned long, get_wchan, (struct task_struct *task), (task))	\
	F(int, set_mm_exe_file, (struct mm_struct *mm, struct file *file), (mm, file)) \
	F(struct file *, get_mm_exe_file, (struct mm_struct *mm), (mm))	\
	F(int, map_vdso_once, (const struct vdso_image *image, unsigned long addr), \
	  (image, addr))						\
	F(int, do_mprotect_pkey,					\
	  (unsigned long start, size_t len, unsigned long prot, int pkey), \
	  (start, len, prot, pkey))					\
	F(int, walk_page_range,						\
	  (struct mm_struct *mm, unsigned long start, unsigned long end, \
	   const struct mm_walk_ops *ops, void *private),		\
	  (mm, start, end, ops, private))				\
	/* a huge page for a mapping, as a page fault makes it */	\
	F(pgtable_t, pte_alloc_one, (struct mm_struct *mm), (mm))	\
	F(int, __mem_cgroup_charge,					\
	  (struct folio *folio, struct mm_struct *mm, gfp_t gfp), (folio, mm, gfp)) \
	F(void, folio_add_lru_vma,					\
	  (struct folio *folio, struct vm_area_struct *vma), (folio, vma)) \
	F(void, pgtable_trans_huge_deposit,				\
	  (struct mm_struct *mm, pmd_t *pmd, pgtable_t table), (mm, pmd, table)) \
	VZ_FUNCTIONS_HUGE(F)						\
	/* share pages by copy-on-write, as fork does */		\
	F(int, copy_page_range,						\
	  (struct vm_area_struct *dst, struct vm_area_struct *src), (dst, src)) \
	F(int, anon_vma_fork,						\
	  (struct vm_area_struct *vma, struct vm_area_struct *pvma), (vma, pvma)) \
	F(int, __anon_vma_prepare, (struct vm_area_struct *vma), (vma))	\
	F(void, flush_tlb_mm_range,					\
	  (struct mm_struct *mm, unsigned long start, unsigned long end, \
	   unsigned int stride_shift, bool freed_tables),		\
	  (mm, start, end, stride_shift, freed_tables))			\
	/* the vdsos that a process has */				\
	F(int, access_remote_vm,					\
	  (struct mm_struct *mm, unsigned long addr, void *buf, int len, \
	   unsigned int gup_flags), (mm, addr, buf, len, gup_flags))	\
	/* membarrier(2)'s registrations */				\
	F(long, __x64_sys_membarrier, (const struct pt_regs *regs), (regs)) \
	F(int, do_madvise,						\
	  (struct mm_struct *mm, unsigned long start, size_t len, int behavior), \
	  (mm, start, len, behavior))					\
	/* mount(2) and chdir(2), chroot(2) in a restored task */	\
	F(int, path_mount,						\
	  (const char *dev, struct path *path, const char *type, unsigned long flags, \
	   void *data), (dev, path, type, flags, data))			\
	F(int, fcntl_setlease,						\
	  (unsigned int fd, struct file *file, VZ_SETLEASE_ARG type), (fd, file, type)) \
	/* mount namespaces within the VE: what they have of each other, and their roots */ \
	F(long, __x64_sys_open_tree, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_pivot_root, (const struct pt_regs *regs), (regs)) \
	F(int, path_umount, (struct path *path, int flags), (path, flags)) \
	/* pipes and tables of descriptors in a restored task */	\
	F(int, create_pipe_files, (struct file **files, int flags), (files, flags)) \
	F(int, pipe_resize_ring,					\
	  (struct pipe_inode_info *pipe, unsigned int slots), (pipe, slots)) \
	F(int, replace_fd,						\
	  (unsigned int fd, struct file *file, unsigned int flags), (fd, file, flags)) \
	F(int, unshare_files, (void), ())				\
	/* a restored init does not have the tool's controlling terminal */ \
	F(void, proc_clear_tty, (struct task_struct *p), (p))		\
	/* what a restored task has closed is closed before it goes on */ \
	F(void, task_work_run, (void), ())				\
	/* descriptors in flight on AF_UNIX sockets, as the collector of cycles knows them */ \
	F(struct unix_sock *, unix_get_socket, (struct file *file), (file)) \
	F(int, unix_prepare_fpl, (struct scm_fp_list *fpl), (fpl))	\
	F(void, unix_add_edges,						\
	  (struct scm_fp_list *fpl, struct unix_sock *receiver), (fpl, receiver)) \
	F(void, set_fs_pwd, (struct fs_struct *fs, const struct path *path), (fs, path)) \
	F(void, set_fs_root, (struct fs_struct *fs, const struct path *path), (fs, path)) \
	/* inotify */							\
	F(long, __x64_sys_inotify_init1, (const struct pt_regs *regs), (regs)) \
	F(int, inotify_update_watch,					\
	  (struct fsnotify_group *group, struct inode *inode, u32 arg), (group, inode, arg)) \
	/* descriptors of processes */					\
	F(struct pid *, pidfd_pid, (const struct file *file), (file))	\
	F(int, pidfd_prepare,						\
	  (struct pid *pid, unsigned int flags, struct file **file), (pid, flags, file)) \
	/* memory that is shared without a file, as mmap(2) makes it */	\
	F(struct file *, shmem_kernel_file_setup,			\
	  (const char *name, loff_t size, unsigned long flags), (name, size, flags)) \
	/* POSIX timers */						\
	F(long, __x64_sys_timer_create, (const struct pt_regs *regs), (regs)) \
	F(int, do_timer_settime,					\
	  (timer_t id, int flags, struct itimerspec64 *new, struct itimerspec64 *old), \
	  (id, flags, new, old))					\
	F(int, send_sigqueue,						\
	  (struct sigqueue *q, struct pid *pid, enum pid_type type), (q, pid, type)) \
	/* descriptors that stand for objects of the kernel */		\
	F(long, __x64_sys_eventfd2, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_timerfd_create, (const struct pt_regs *regs), (regs)) \
	F(int, do_timerfd_settime,					\
	  (int ufd, int flags, const struct itimerspec64 *new, struct itimerspec64 *old), \
	  (ufd, flags, new, old))					\
	F(int, do_signalfd4, (int ufd, sigset_t *mask, int flags), (ufd, mask, flags)) \
	F(long, __x64_sys_epoll_create1, (const struct pt_regs *regs), (regs)) \
	F(int, do_epoll_ctl,						\
	  (int epfd, int op, int fd, struct epoll_event *event, bool nonblock), \
	  (epfd, op, fd, event, nonblock))				\
	/* IPC: objects made in a restored init, with the id they had */ \
	F(long, ksys_semget, (key_t key, int nsems, int flags), (key, nsems, flags)) \
	F(long, ksys_msgget, (key_t key, int flags), (key, flags))	\
	F(long, ksys_msgsnd,						\
	  (int id, struct msgbuf __user *msg, size_t size, int flags),	\
	  (id, msg, size, flags))					\
	F(long, ksys_shmget, (key_t key, size_t size, int flags), (key, size, flags)) \
	F(long, do_shmat,						\
	  (int id, char __user *at, int flags, unsigned long *addr, unsigned long lba), \
	  (id, at, flags, addr, lba))					\
	F(int, shmem_lock, (struct file *file, int lock, struct ucounts *ucounts), \
	  (file, lock, ucounts))					\
	F(void, ipc_set_key_private, (struct ipc_ids *ids, struct kern_ipc_perm *perm), \
	  (ids, perm))							\
	/* SEM_UNDO's adjustments, and who shares them */		\
	F(long, __do_semtimedop,					\
	  (int id, struct sembuf *sops, unsigned int nsops,		\
	   const struct timespec64 *timeout, struct ipc_namespace *ns),	\
	  (id, sops, nsops, timeout, ns))				\
	F(int, copy_semundo, (unsigned long flags, struct task_struct *task), (flags, task)) \
	F(long, __x64_sys_mq_open, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_mq_unlink, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_mq_timedsend, (const struct pt_regs *regs), (regs)) \
	F(char *, __d_path,						\
	  (const struct path *path, const struct path *root, char *buf, int len), \
	  (path, root, buf, len))					\
	/* options of sockets, from the kernel */			\
	F(int, do_ip_getsockopt,					\
	  (struct sock *sk, int level, int optname, sockptr_t optval, sockptr_t optlen), \
	  (sk, level, optname, optval, optlen))				\
	F(int, do_ip_setsockopt,					\
	  (struct sock *sk, int level, int optname, sockptr_t optval, unsigned int optlen), \
	  (sk, level, optname, optval, optlen))				\
	F(int, do_ipv6_getsockopt,					\
	  (struct sock *sk, int level, int optname, sockptr_t optval, sockptr_t optlen), \
	  (sk, level, optname, optval, optlen))				\
	F(int, do_ipv6_setsockopt,					\
	  (struct sock *sk, int level, int optname, sockptr_t optval, unsigned int optlen), \
	  (sk, level, optname, optval, optlen))				\
	F(void, tcp_write_queue_purge, (struct sock *sk), (sk))		\
	/* contexts of asynchronous I/O, made by the process that has them */ \
	F(long, __x64_sys_io_setup, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_io_destroy, (const struct pt_regs *regs), (regs)) \
	F(long, __x64_sys_mremap, (const struct pt_regs *regs), (regs))	\
	/* a connection's congestion control, its module loaded */	\
	F(int, tcp_set_congestion_control,				\
	  (struct sock *sk, const char *name, bool load, bool cap_net_admin), \
	  (sk, name, load, cap_net_admin))

/*
 * Functions of modules that need not be loaded: vz_late_<name>(), after
 * vz_late_find_<name>() has said that it is there.
 */
#define VZ_LATE(F)							\
	/* counters of a tracked connection that was restored */	\
	F(struct nf_conntrack_tuple_hash *, nf_conntrack_find_get,	\
	  (struct net *net, const struct nf_conntrack_zone *zone,	\
	   const struct nf_conntrack_tuple *tuple), (net, zone, tuple)) \
	/* tables of iptables-legacy */					\
	F(struct xt_table *, xt_find_table,				\
	  (struct net *net, u8 family, const char *name), (net, family, name))

/* Data: D(type, name), used as vz_<name> (a pointer). */
#define VZ_DATA(D)							\
	D(rwlock_t, tasklist_lock)					\
	D(struct rw_semaphore, namespace_sem)				\
	D(seqlock_t, mount_lock)					\
	/* a task's mount namespace, with a reference */		\
	D(const struct proc_ns_operations, mntns_operations)		\
	D(struct rw_semaphore, uts_sem)					\
	/* timers that will wake somebody up */				\
	D(struct hrtimer_cpu_base, hrtimer_bases)			\
	D(struct timer_base, timer_bases)				\
	/* requests that wait for locks on files */			\
	D(spinlock_t, blocked_lock_lock)				\
	/* AF_UNIX sockets by the inode of their socket file */		\
	D(struct hlist_head, bsd_socket_buckets)			\
	D(spinlock_t, bsd_socket_locks)					\
	D(const struct vdso_image, vdso_image_64)			\
	/* what the vdso reads its clocks from */			\
	D(struct vdso_data, _vdso_data)					\
	D(struct time_namespace, init_time_ns)				\
	D(struct fsnotify_group *, dnotify_group)			\
	/* raw sockets that IPV6_ROUTER_ALERT packets are for */	\
	D(struct ip6_ra_chain *, ip6_ra_chain)				\
	D(rwlock_t, ip6_ra_lock)					\
	/* IPv6 sockets that talk IPv4, and requests of listeners */	\
	D(const struct inet_connection_sock_af_ops, ipv6_mapped)	\
	D(const struct tcp_sock_af_ops, tcp_sock_ipv6_mapped_specific)	\
	D(struct request_sock_ops, tcp_request_sock_ops)		\
	D(struct request_sock_ops, tcp6_request_sock_ops)		\
	D(const struct tcp_request_sock_ops, tcp_request_sock_ipv4_ops)	\
	D(const struct tcp_request_sock_ops, tcp_request_sock_ipv6_ops)	\
	/* keys by their numbers, and what frees keys */		\
	D(struct rb_root, key_serial_tree)				\
	D(spinlock_t, key_serial_lock)					\
	D(struct work_struct, key_gc_work)				\
	/* how System V ids are made up of an index and a sequence number */ \
	/* requests of all contexts of asynchronous I/O, against fs.aio-max-nr */ \
	D(unsigned long, aio_nr)					\
	D(spinlock_t, aio_nr_lock)					\
	D(int, ipc_mni)							\
	D(int, ipc_mni_shift)

/* Data that a kernel may be built without: then vz_<name> is NULL. */
#define VZ_OPTIONAL(D)							\
	/* where a sandbox of Landlock hangs in credentials */		\
	D(bool, landlock_initialized)					\
	D(struct lsm_blob_sizes, landlock_blob_sizes)			\
	/* 6.3: of mmap(MAP_SHARED | MAP_ANONYMOUS) */			\
	D(const struct vm_operations_struct, shmem_anon_vm_ops)

/* Functions that are only compared with, never called: A(name), vz_addr_<name>. */
#define VZ_ADDRESSES(A)							\
	A(arch_get_unmapped_area)					\
	A(arch_get_unmapped_area_topdown)				\
	A(do_no_restart_syscall)					\
	A(hrtimer_nanosleep_restart)					\
	A(futex_wait_restart)						\
	A(do_restart_poll)						\
	A(posix_cpu_nsleep_restart)					\
	A(alarm_timer_nsleep_restart)					\
	A(hrtimer_wakeup)						\
	A(process_timeout)						\
	A(anon_pipe_buf_ops)						\
	A(pipefifo_fops)						\
	A(eventfd_fops)							\
	A(timerfd_fops)							\
	A(signalfd_fops)						\
	A(eventpoll_fops)						\
	A(inotify_fops)							\
	A(unix_wfree)							\
	A(mqueue_file_operations)					\
	A(tty_fops)							\
	A(ptmx_fops)							\
	A(shm_file_operations)

/* Private members: M(struct, member, type), used as vz_<struct>_<member>(pointer). */
#define VZ_MEMBERS(M)							\
	M(mount, mnt_parent, struct mount *)				\
	M(mount, mnt_mountpoint, struct dentry *)			\
	M(mount, mnt, struct vfsmount)					\
	M(mount, mnt_mounts, struct list_head)				\
	M(mount, mnt_child, struct list_head)				\
	M(mount, mnt_devname, const char *)				\
	M(mount, mnt_master, struct mount *)				\
	M(mount, mnt_share, struct list_head)				\
	M(mount, mnt_slave_list, struct list_head)			\
	M(mount, mnt_slave, struct list_head)				\
	M(mount, mnt_instance, struct list_head)			\
	M(mount, mnt_ns, struct mnt_namespace *)			\
	M(mount, mnt_id, int)						\
	M(mount, mnt_group_id, int)					\
	M(mnt_namespace, root, struct mount *)				\
	M(mnt_namespace, ns, struct ns_common)				\
	M(timer_base, lock, raw_spinlock_t)				\
	M(timer_base, vectors, struct vz_timer_vectors)			\
	M(process_timer, timer, struct timer_list)			\
	M(process_timer, task, struct task_struct *)			\
	/* cubic's state of a connection */				\
	M(bictcp, cnt, u32)						\
	M(bictcp, last_max_cwnd, u32)					\
	M(bictcp, last_cwnd, u32)					\
	M(bictcp, last_time, u32)					\
	M(bictcp, bic_origin_point, u32)				\
	M(bictcp, bic_K, u32)						\
	M(bictcp, delay_min, u32)					\
	M(bictcp, epoch_start, u32)					\
	M(bictcp, ack_cnt, u32)						\
	M(bictcp, tcp_cwnd, u32)					\
	M(bictcp, sample_cnt, u8)					\
	M(bictcp, found, u8)						\
	M(bictcp, round_start, u32)					\
	M(bictcp, end_seq, u32)						\
	M(bictcp, last_ack, u32)					\
	M(bictcp, curr_rtt, u32)					\
	M(netdev_name_node, list, struct list_head)			\
	M(dnotify_mark, fsn_mark, struct fsnotify_mark)			\
	M(dnotify_mark, dn, struct dnotify_struct *)			\
	M(eventfd_ctx, kref, struct kref)				\
	M(eventfd_ctx, wqh, wait_queue_head_t)				\
	M(eventfd_ctx, count, u64)					\
	M(eventfd_ctx, flags, unsigned int)				\
	M(timerfd_ctx, t, union vz_timerfd_timer)			\
	M(timerfd_ctx, tintv, ktime_t)					\
	M(timerfd_ctx, moffs, ktime_t)					\
	M(timerfd_ctx, wqh, wait_queue_head_t)				\
	M(timerfd_ctx, ticks, u64)					\
	M(timerfd_ctx, clockid, int)					\
	M(timerfd_ctx, expired, unsigned short)				\
	M(timerfd_ctx, settime_flags, unsigned short)			\
	M(timerfd_ctx, might_cancel, bool)				\
	M(signalfd_ctx, sigmask, sigset_t)				\
	M(eventpoll, mtx, struct mutex)					\
	M(eventpoll, lock, spinlock_t)					\
	M(eventpoll, rdllist, struct list_head)				\
	M(eventpoll, rbr, struct rb_root_cached)			\
	M(eventpoll, user, struct user_struct *)			\
	M(epitem, rbn, struct rb_node)					\
	M(epitem, rdllink, struct list_head)				\
	M(epitem, ffd, struct vz_epoll_filefd)				\
	M(epitem, pwqlist, void *)					\
	M(epitem, ws, struct wakeup_source *)				\
	M(epitem, event, struct epoll_event)				\
	M(eppoll_entry, whead, wait_queue_head_t *)			\
	M(inotify_inode_mark, fsn_mark, struct fsnotify_mark)		\
	M(inotify_inode_mark, wd, int)					\
	M(inotify_event_info, fse, struct fsnotify_event)		\
	M(inotify_event_info, mask, u32)				\
	M(inotify_event_info, wd, int)					\
	M(inotify_event_info, sync_cookie, u32)				\
	M(inotify_event_info, name_len, int)				\
	M(inotify_event_info, name, struct vz_flexible)			\
	VZ_MEMBERS_EPOLL_PARAMS(M)					\
	M(sem_array, sem_perm, struct kern_ipc_perm)			\
	M(sem_array, sem_ctime, time64_t)				\
	M(sem_array, list_id, struct list_head)				\
	M(sem_array, sem_nsems, int)					\
	M(sem_array, sems, struct vz_flexible)				\
	M(sem, semval, int)						\
	M(sem, sempid, struct pid *)					\
	M(sem, sem_otime, time64_t)					\
	M(sem_undo, list_proc, struct list_head)			\
	M(sem_undo, list_id, struct list_head)				\
	M(sem_undo, ulp, void *)					\
	M(sem_undo, semid, int)						\
	M(sem_undo, semadj, VZ_SEMADJ)					\
	M(sem_undo_list, refcnt, refcount_t)				\
	M(sem_undo_list, list_proc, struct list_head)			\
	M(msg_queue, q_perm, struct kern_ipc_perm)			\
	M(msg_queue, q_stime, time64_t)					\
	M(msg_queue, q_rtime, time64_t)					\
	M(msg_queue, q_ctime, time64_t)					\
	M(msg_queue, q_cbytes, unsigned long)				\
	M(msg_queue, q_qnum, unsigned long)				\
	M(msg_queue, q_qbytes, unsigned long)				\
	M(msg_queue, q_lspid, struct pid *)				\
	M(msg_queue, q_lrpid, struct pid *)				\
	M(msg_queue, q_messages, struct list_head)			\
	M(msg_msgseg, next, struct msg_msgseg *)			\
	M(shmid_kernel, shm_perm, struct kern_ipc_perm)			\
	M(shmid_kernel, shm_file, struct file *)			\
	M(shmid_kernel, shm_nattch, unsigned long)			\
	M(shmid_kernel, shm_segsz, unsigned long)			\
	M(shmid_kernel, shm_atim, time64_t)				\
	M(shmid_kernel, shm_dtim, time64_t)				\
	M(shmid_kernel, shm_ctim, time64_t)				\
	M(shmid_kernel, shm_cprid, struct pid *)			\
	M(shmid_kernel, shm_lprid, struct pid *)			\
	M(shmid_kernel, mlock_ucounts, struct ucounts *)		\
	M(shmid_kernel, shm_creator, struct task_struct *)		\
	M(shmid_kernel, shm_clist, struct list_head)			\
	M(mqueue_inode_info, lock, spinlock_t)				\
	M(mqueue_inode_info, vfs_inode, struct inode)			\
	M(mqueue_inode_info, msg_tree, struct rb_root)			\
	M(mqueue_inode_info, attr, struct mq_attr)			\
	M(mqueue_inode_info, notify, struct sigevent)			\
	M(mqueue_inode_info, notify_owner, struct pid *)		\
	M(mqueue_inode_info, notify_self_exec_id, u32)			\
	M(mqueue_inode_info, notify_user_ns, struct user_namespace *)	\
	M(mqueue_inode_info, ucounts, struct ucounts *)			\
	M(mqueue_inode_info, qsize, unsigned long)			\
	M(posix_msg_tree_node, rb_node, struct rb_node)			\
	M(posix_msg_tree_node, msg_list, struct list_head)		\
	/* numbers of a devpts: a terminal comes back under its own */	\
	M(pts_fs_info, allocated_ptys, struct ida)			\
	/* what a terminal's line discipline has not given out yet */	\
	M(n_tty_data, read_head, size_t)				\
	M(n_tty_data, commit_head, size_t)				\
	M(n_tty_data, canon_head, size_t)				\
	M(n_tty_data, read_tail, size_t)				\
	M(n_tty_data, echo_head, size_t)				\
	M(n_tty_data, echo_commit, size_t)				\
	M(n_tty_data, echo_mark, size_t)				\
	M(n_tty_data, echo_tail, size_t)				\
	M(n_tty_data, lookahead_count, size_t)				\
	M(n_tty_data, column, unsigned int)				\
	M(n_tty_data, canon_column, unsigned int)			\
	M(n_tty_data, read_buf, struct vz_tty_bytes)			\
	M(n_tty_data, echo_buf, struct vz_tty_bytes)			\
	M(n_tty_data, read_flags, struct vz_tty_bits)			\
	M(kioctx_table, nr, unsigned int)				\
	M(kioctx_table, table, struct vz_flexible)			\
	M(kioctx, dead, atomic_t)					\
	M(kioctx, reqs, struct percpu_ref)				\
	M(kioctx, user_id, unsigned long)				\
	M(kioctx, req_batch, unsigned int)				\
	M(kioctx, max_reqs, unsigned int)				\
	M(kioctx, nr_events, unsigned int)				\
	M(kioctx, mmap_size, unsigned long)				\
	M(kioctx, reqs_available, atomic_t)				\
	M(kioctx, ctx_lock, spinlock_t)					\
	M(kioctx, active_reqs, struct list_head)			\
	M(kioctx, tail, unsigned int)					\
	M(kioctx, completed_events, unsigned int)			\
	M(kioctx, completion_lock, spinlock_t)				\
	M(kioctx, aio_ring_file, struct file *)				\
	M(kioctx, id, unsigned int)					\
	M(netlink_sock, flags, unsigned long)				\
	M(netlink_sock, portid, u32)					\
	M(netlink_sock, dst_portid, u32)				\
	M(netlink_sock, dst_group, u32)					\
	M(netlink_sock, ngroups, u32)					\
	M(netlink_sock, groups, unsigned long *)			\
	M(netlink_sock, state, unsigned long)				\
	M(netlink_sock, max_recvmsg_len, size_t)			\
	M(netlink_sock, bound, bool)					\
	M(netlink_sock, cb_running, bool)

/* Sizes of private structs: S(struct), used as vz_size_<struct>. */
#define VZ_SIZES(S)							\
	S(timer_base)							\
	S(sem)								\
	S(msg_msgseg)

/* Bit fields: B(struct, member), vz_test_<struct>_<member>(), vz_assign_<struct>_<member>(). */
#define VZ_BITS(B)							\
	B(n_tty_data, lnext)						\
	B(n_tty_data, erasing)						\
	B(n_tty_data, push)

/* ioctl EPIOCSPARAMS: 6.9 */
#ifdef EPIOCSPARAMS
#define VZ_MEMBERS_EPOLL_PARAMS(M)					\
	M(eventpoll, busy_poll_usecs, u32)				\
	M(eventpoll, busy_poll_budget, u16)				\
	M(eventpoll, prefer_busy_poll, bool)
#else
#define VZ_MEMBERS_EPOLL_PARAMS(M)
#endif

/* Type of timer_base.vectors: each level is eight times as coarse as the one before */
#define VZ_TIMER_SLOTS	64
struct vz_timer_vectors {
	struct hlist_head vector[(HZ > 100 ? 9 : 8) * VZ_TIMER_SLOTS];
};

/* Types of n_tty_data.read_buf and read_flags */
struct vz_tty_bytes {
	u8 byte[4096];
};

struct vz_tty_bits {
	unsigned long word[4096 / BITS_PER_LONG];
};

#define F(ret, name, params, args) ret vz_##name params;
VZ_FUNCTIONS(F)
#undef F

#define F(ret, name, params, args) ret vz_late_##name params; bool vz_late_find_##name(void);
VZ_LATE(F)
#undef F

#define D(type, name) extern type *vz_##name;
VZ_DATA(D)
VZ_OPTIONAL(D)
#undef D

#define A(name) extern unsigned long vz_addr_##name;
VZ_ADDRESSES(A)
#undef A

#define M(s, member, type)						\
	extern unsigned int vz_off_##s##_##member;			\
	static inline type *vz_##s##_##member(const void *p)		\
	{								\
		return (type *)((char *)p + vz_off_##s##_##member);	\
	}
VZ_MEMBERS(M)
#undef M

#define S(s) extern unsigned int vz_size_##s;
VZ_SIZES(S)
#undef S

#define B(s, member)							\
	extern unsigned int vz_bit_##s##_##member;			\
	static inline bool vz_test_##s##_##member(const void *p)	\
	{								\
		return ((const u8 *)p)[vz_bit_##s##_##member / 8] >>	\
			(vz_bit_##s##_##member % 8) & 1;		\
	}								\
	static inline void vz_assign_##s##_##member(void *p, bool to)	\
	{								\
		u8 *at = (u8 *)p + vz_bit_##s##_##member / 8;		\
		u8 mask = 1 << (vz_bit_##s##_##member % 8);		\
									\
		*at = to ? *at | mask : *at & ~mask;			\
	}
VZ_BITS(B)
#undef B

/* mem_cgroup_charge() */
static inline int vz_mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, gfp_t gfp)
{
	return mem_cgroup_disabled() ? 0 : vz___mem_cgroup_charge(folio, mm, gfp);
}

/* The mount that a path's vfsmount is in. */
static inline struct mount *vz_real_mount(const struct vfsmount *mnt)
{
	return (struct mount *)((char *)mnt - vz_off_mount_mnt);
}

/* lock_task_sighand(): unlock_task_sighand() undoes it. False: it has exited. */
static inline bool vz_lock_task_sighand(struct task_struct *task, unsigned long *flags)
{
	return vz___lock_task_sighand(task, flags);
}

static inline void vz_put_nsproxy(struct nsproxy *ns)
{
	if (VZ_NSPROXY_DEC_AND_TEST(ns))
		vz_free_nsproxy(ns);
}

/* The mount that a list entry of it is in. */
static inline struct mount *vz_mount_of_child(const struct list_head *mnt_child)
{
	return (struct mount *)((char *)mnt_child - vz_off_mount_mnt_child);
}

/* The item that a node of an epoll's tree is in. */
static inline void *vz_epitem_of(const struct rb_node *rbn)
{
	return (char *)rbn - vz_off_epitem_rbn;
}

static inline void *vz_epitem_of_ready(const struct list_head *rdllink)
{
	return (char *)rdllink - vz_off_epitem_rdllink;
}

static inline struct mount *vz_mount_of_instance(const struct list_head *mnt_instance)
{
	return (struct mount *)((char *)mnt_instance - vz_off_mount_mnt_instance);
}

/* A semaphore of a set. */
static inline void *vz_sem_nth(const void *sma, unsigned int i)
{
	return (char *)vz_sem_array_sems(sma) + (size_t)i * vz_size_sem;
}

/* A context of asynchronous I/O by its index, or NULL. The caller has the table's lock or RCU. */
static inline void *vz_kioctx_nth(const void *table, unsigned int i)
{
	return rcu_dereference_raw(((void __rcu **)vz_kioctx_table_table(table))[i]);
}

/* References of a counter that is in per-CPU mode, where it begins with this bias. */
static inline long vz_percpu_refs(struct percpu_ref *ref)
{
	unsigned long ptr = READ_ONCE(ref->percpu_count_ptr);
	unsigned long sum = atomic_long_read(&ref->data->count);
	unsigned int cpu;

	if (ptr & __PERCPU_REF_ATOMIC_DEAD)
		return sum;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr((unsigned long __percpu *)ptr, cpu));
	return sum ^ (1UL << (BITS_PER_LONG - 1));
}

/* What shmctl(IPC_STAT) shows in a mode; in no header for modules. */
#define VZ_SHM_DEST	01000
#define VZ_SHM_LOCKED	02000

/* The struct that a member of it is in. */
#define vz_outer(s, member, p)	((void *)((char *)(p) - vz_off_##s##_##member))

int vz_access_init(void);
unsigned long vz_find_symbol(const char *name);

#endif /* _VZ_ACCESS_H */
