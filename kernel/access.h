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
#include <linux/lsm_hooks.h>
#include <linux/fsnotify_backend.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pagewalk.h>
#include <linux/path.h>
#include <linux/pipe_fs_i.h>
#include <linux/rbtree.h>
#include <linux/regset.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal_types.h>
#include <linux/task_work.h>
#include <linux/time64.h>
#include <asm/vdso.h>
#include "compat.h"

/* char name[] at the end of a struct */
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

struct itimerspec64;
struct mnt_namespace;
struct mount;

/*
 * Functions: F(return type, name, parameters, arguments), called as vz_<name>().
 * In order: processes, memory, files and mounts.
 */
#define VZ_FUNCTIONS(F)							\
	/* make a task in its parent's context, with the pid it had */	\
	F(pid_t, kernel_clone, (struct kernel_clone_args *args), (args))	\
	/* end a restored zombie with its exit code */			\
	F(void, do_exit, (long code), (code))				\
	/* a container named by a pidfd */				\
	F(struct pid *, pidfd_get_pid, (unsigned int fd, unsigned int *flags), (fd, flags)) \
	/* take back a freeze that a task has not seen yet */		\
	F(struct callback_head *, task_work_cancel_func,		\
	  (struct task_struct *task, task_work_func_t func), (task, func))	\
	/* process groups and sessions as they were */			\
	F(void, change_pid,						\
	  (struct task_struct *task, enum pid_type type, struct pid *pid),	\
	  (task, type, pid))						\
	/* number of a dead session or group leader */			\
	F(struct pid *, alloc_pid,					\
	  (struct pid_namespace *ns, pid_t *set_tid, size_t size), (ns, set_tid, size)) \
	F(void, free_pid, (struct pid *pid), (pid))			\
	F(struct sighand_struct *, __lock_task_sighand,			\
	  (struct task_struct *task, unsigned long *flags), (task, flags))	\
	F(void, __set_task_comm, (struct task_struct *task, const char *comm, bool exec), \
	  (task, comm, exec))						\
	F(void, free_nsproxy, (struct nsproxy *ns), (ns))		\
	/* queue a pending signal with its siginfo */			\
	F(int, send_signal_locked,					\
	  (int sig, struct kernel_siginfo *info, struct task_struct *t, enum pid_type type), \
	  (sig, info, t, type))						\
	F(int, do_prlimit,						\
	  (struct task_struct *task, unsigned int resource, struct rlimit *new_rlim, \
	   struct rlimit *old_rlim), (task, resource, new_rlim, old_rlim))	\
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
	   unsigned int count, const void *kbuf, const void __user *ubuf),	\
	  (task, regset, pos, count, kbuf, ubuf))			\
	F(const struct user_regset_view *, task_user_regset_view,	\
	  (struct task_struct *task), (task))				\
	F(long, do_arch_prctl_64,					\
	  (struct task_struct *task, int option, unsigned long arg), (task, option, arg)) \
	/* credentials as they were */					\
	F(struct user_struct *, alloc_uid, (kuid_t uid), (uid))		\
	F(int, set_cred_ucounts, (struct cred *cred), (cred))		\
	F(void, set_dumpable, (struct mm_struct *mm, int value), (mm, value))	\
	F(void, put_files_struct, (struct files_struct *files), (files))	\
	/* a task that has left its CPU has its state in memory */	\
	F(unsigned long, wait_task_inactive,				\
	  (struct task_struct *task, unsigned int match_state), (task, match_state)) \
	/* where a task that does not stop sleeps */			\
	F(unsigned long, get_wchan, (struct task_struct *task), (task))	\
	F(int, set_mm_exe_file, (struct mm_struct *mm, struct file *file), (mm, file)) \
	F(struct file *, get_mm_exe_file, (struct mm_struct *mm), (mm))	\
	F(int, map_vdso_once, (const struct vdso_image *image, unsigned long addr), \
	  (image, addr))						\
	F(int, do_mprotect_pkey,					\
	  (unsigned long start, size_t len, unsigned long prot, int pkey),	\
	  (start, len, prot, pkey))					\
	F(int, walk_page_range,						\
	  (struct mm_struct *mm, unsigned long start, unsigned long end,	\
	   const struct mm_walk_ops *ops, void *private),		\
	  (mm, start, end, ops, private))				\
	/* share pages by copy-on-write, as fork does */		\
	F(int, copy_page_range,						\
	  (struct vm_area_struct *dst, struct vm_area_struct *src), (dst, src)) \
	F(int, anon_vma_fork,						\
	  (struct vm_area_struct *vma, struct vm_area_struct *pvma), (vma, pvma)) \
	F(int, __anon_vma_prepare, (struct vm_area_struct *vma), (vma))	\
	F(void, flush_tlb_mm_range,					\
	  (struct mm_struct *mm, unsigned long start, unsigned long end,	\
	   unsigned int stride_shift, bool freed_tables),		\
	  (mm, start, end, stride_shift, freed_tables))			\
	/* membarrier(2)'s registrations */				\
	F(long, __x64_sys_membarrier, (const struct pt_regs *regs), (regs))	\
	F(int, do_madvise,						\
	  (struct mm_struct *mm, unsigned long start, size_t len, int behavior), \
	  (mm, start, len, behavior))					\
	/* mount(2) and chdir(2), chroot(2) in a restored task */	\
	F(int, path_mount,						\
	  (const char *dev, struct path *path, const char *type, unsigned long flags, \
	   void *data), (dev, path, type, flags, data))			\
	/* pipes and tables of descriptors in a restored task */		\
	F(int, create_pipe_files, (struct file **files, int flags), (files, flags)) \
	F(int, pipe_resize_ring,						\
	  (struct pipe_inode_info *pipe, unsigned int slots), (pipe, slots))	\
	F(int, replace_fd,						\
	  (unsigned int fd, struct file *file, unsigned int flags), (fd, file, flags)) \
	F(int, unshare_files, (void), ())				\
	/* what a restored task has closed is closed before it goes on */	\
	F(void, task_work_run, (void), ())				\
	F(void, set_fs_pwd, (struct fs_struct *fs, const struct path *path), (fs, path)) \
	F(void, set_fs_root, (struct fs_struct *fs, const struct path *path), (fs, path)) \
	/* inotify */							\
	F(long, __x64_sys_inotify_init1, (const struct pt_regs *regs), (regs))	\
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
	F(long, __x64_sys_timer_create, (const struct pt_regs *regs), (regs))	\
	F(int, do_timer_settime,						\
	  (timer_t id, int flags, struct itimerspec64 *new, struct itimerspec64 *old), \
	  (id, flags, new, old))					\
	F(int, send_sigqueue,						\
	  (struct sigqueue *q, struct pid *pid, enum pid_type type), (q, pid, type)) \
	/* descriptors that stand for objects of the kernel */		\
	F(long, __x64_sys_eventfd2, (const struct pt_regs *regs), (regs))	\
	F(long, __x64_sys_timerfd_create, (const struct pt_regs *regs), (regs))	\
	F(int, do_timerfd_settime,						\
	  (int ufd, int flags, const struct itimerspec64 *new, struct itimerspec64 *old), \
	  (ufd, flags, new, old))						\
	F(int, do_signalfd4, (int ufd, sigset_t *mask, int flags), (ufd, mask, flags)) \
	F(long, __x64_sys_epoll_create1, (const struct pt_regs *regs), (regs))	\
	F(int, do_epoll_ctl,						\
	  (int epfd, int op, int fd, struct epoll_event *event, bool nonblock),	\
	  (epfd, op, fd, event, nonblock))				\
	F(char *, __d_path,						\
	  (const struct path *path, const struct path *root, char *buf, int len), \
	  (path, root, buf, len))

/* Data: D(type, name), used as vz_<name> (a pointer). */
#define VZ_DATA(D)							\
	D(rwlock_t, tasklist_lock)					\
	D(struct rw_semaphore, namespace_sem)				\
	D(seqlock_t, mount_lock)					\
	D(struct rw_semaphore, uts_sem)					\
	D(const struct vdso_image, vdso_image_64)			\
	D(struct time_namespace, init_time_ns)				\
	D(struct fsnotify_group *, dnotify_group)

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
	A(anon_pipe_buf_ops)						\
	A(pipefifo_fops)						\
	A(eventfd_fops)							\
	A(timerfd_fops)							\
	A(signalfd_fops)						\
	A(eventpoll_fops)						\
	A(inotify_fops)

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
	M(mount, mnt_instance, struct list_head)			\
	M(mount, mnt_ns, struct mnt_namespace *)			\
	M(mount, mnt_id, int)						\
	M(mount, mnt_group_id, int)					\
	M(mnt_namespace, root, struct mount *)				\
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
	VZ_MEMBERS_EPOLL_PARAMS(M)

/* ioctl EPIOCSPARAMS: 6.9 */
#ifdef EPIOCSPARAMS
#define VZ_MEMBERS_EPOLL_PARAMS(M)					\
	M(eventpoll, busy_poll_usecs, u32)				\
	M(eventpoll, busy_poll_budget, u16)				\
	M(eventpoll, prefer_busy_poll, bool)
#else
#define VZ_MEMBERS_EPOLL_PARAMS(M)
#endif

#define F(ret, name, params, args) ret vz_##name params;
VZ_FUNCTIONS(F)
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

int vz_access_init(void);

#endif /* _VZ_ACCESS_H */
