// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer: POSIX timers, made and set by the kernel's own calls. A timer's signal
 * is queued by rst_sigqueue.c, with the timer's own siginfo, so that taking it
 * arms the timer again.
 */
#include <linux/alarmtimer.h>
#include <linux/bsearch.h>
#include <linux/hrtimer.h>
#include <linux/mman.h>
#include <linux/posix-timers.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../kernel/access.h"
#include "rst_task.h"

/**
 * struct rst_timers - object of a CPT_OBJ_TIMER
 * @rec: the record
 * @timr: the process' timers, in its order; NULL until made
 */
struct rst_timers {
	const struct vz_rec *rec;
	struct k_itimer *timr[];
};

/* What the system calls read and write: in a page of the process that goes again. */
struct scratch {
	sigevent_t event;
	timer_t id;
};

/* ---- making them ---- */

/* Clocks of "this thread" are the thread's that makes the timer. */
static bool is_maker(struct vz_task *vt, const struct cpt_posix_timer *t)
{
	if (t->clockid < 0 && !CPUCLOCK_PID(t->clockid) && CPUCLOCK_PERTHREAD(t->clockid))
		return t->clock_tid == vt->pid;
	return vz_is_leader(vt);
}

static struct k_itimer *newest(void)
{
	struct k_itimer *timr;

	vz_for_each_posix_timer(timr, current->signal)
		return timr;
	return NULL;
}

/* Returns 0 or -errno. The ids of a process are its own. */
static int make_timer(const struct cpt_posix_timer *t, struct scratch __user *scratch,
		      struct k_itimer **timr)
{
	struct pt_regs regs = {
		.di = t->clockid,
		.si = (unsigned long)&scratch->event,
		.dx = (unsigned long)&scratch->id,
	};
	sigevent_t event = {
		.sigev_notify = t->notify,
		.sigev_signo = t->signo,
		.sigev_value.sival_ptr = (void __user *)t->value,
	};
	long err;

	event.sigev_notify_thread_id = t->notify_tid;
	if (copy_to_user(&scratch->event, &event, sizeof(event)))
		return -EFAULT;
	current->signal->next_posix_timer_id = t->id;
	err = vz___x64_sys_timer_create(&regs);
	if (err)
		return err;
	*timr = newest();
	return *timr && (*timr)->it_id == t->id ? 0 : -EEXIST;
}

static int make_timers(struct vz_task *vt, struct rst_timers *timers)
{
	const struct cpt_timer_image *v = timers->rec->fixed;
	const struct cpt_posix_timer *t = timers->rec->content;
	unsigned long addr = 0;
	int err = 0;
	u32 i;

	for (i = 0; i < v->timers && !err; i++) {
		if (!is_maker(vt, &t[i]))
			continue;
		if (!addr)
			addr = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, 0);
		if (IS_ERR_VALUE(addr))
			return rst_err(vt->ctx, addr, "timer %u: no room in its memory: error %ld",
				       v->pid, -(long)addr);
		err = make_timer(&t[i], (struct scratch __user *)addr, &timers->timr[i]);
		if (err)
			rst_err(vt->ctx, err, "timer %u: timer %d cannot be made: error %d", v->pid,
				t[i].id, -err);
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	if (addr)
		vm_munmap(addr, PAGE_SIZE);
	current->signal->next_posix_timer_id = v->next_id;
	return err;
}

/* In each thread, leaders first: all threads are there. */
static int rst_timer_task(struct vz_task *vt)
{
	const struct vz_rec *rec = rst_find(vt->ctx, CPT_OBJ_TIMER, vt->tgid);
	const struct cpt_timer_image *v = rec ? rec->fixed : NULL;
	struct rst_timers *timers;
	int err;

	if (!rec)
		return 0;
	timers = rst_made(vt->ctx, CPT_OBJ_TIMER, vt->tgid);
	if (!timers) {
		timers = kvzalloc(struct_size(timers, timr, v->timers), GFP_KERNEL);
		if (!timers)
			return -ENOMEM;
		timers->rec = rec;
		err = rst_keep(vt->ctx, CPT_OBJ_TIMER, vt->tgid, timers);
		if (err) {
			kvfree(timers);
			return err;
		}
	}
	return make_timers(vt, timers);
}

/* ---- their signals ---- */

static int cmp_id(const void *key, const void *elem)
{
	const struct cpt_posix_timer *t = elem;
	int id = *(const int *)key;

	return id < t->id ? -1 : id > t->id;
}

/**
 * rst_timer_queue() - queue the signal of a timer again
 * @vt: the task; current
 * @info: of the image, with SI_TIMER
 * @type: PIDTYPE_PID for the thread's own queue, else that of the process
 *
 * Return: true when it was; false: no timer of the image has this signal pending
 */
bool rst_timer_queue(struct vz_task *vt, const struct kernel_siginfo *info, enum pid_type type)
{
	struct rst_timers *timers = rst_made(vt->ctx, CPT_OBJ_TIMER, vt->tgid);
	const struct cpt_timer_image *v = timers ? timers->rec->fixed : NULL;
	const struct cpt_posix_timer *first, *t;
	struct k_itimer *timr;
	struct sigqueue *q;

	if (!timers || !v->timers)
		return false;
	first = timers->rec->content;
	t = bsearch(&info->si_tid, first, v->timers, sizeof(*t), cmp_id);
	timr = t ? timers->timr[t - first] : NULL;
	if (!timr || !(t->flags & CPT_TIMER_PENDING) || t->signo != info->si_signo ||
	    (type == PIDTYPE_PID) != !!(t->notify & SIGEV_THREAD_ID) ||
	    (type == PIDTYPE_PID && timr->it_pid != task_pid(current)))
		return false;
	q = timr->sigq;
	if (!list_empty(&q->list))	/* it is queued already: a timer has one signal */
		return false;
	q->info.si_sys_private = t->flags & CPT_TIMER_REARM ? 1 : 0;
	if (vz_send_sigqueue(q, timr->it_pid, type))
		return false;
	q->info.si_overrun = info->si_overrun;
	return true;
}

/* ---- starting them ---- */

static int set_time(const struct cpt_posix_timer *t, int flags, s64 value)
{
	struct itimerspec64 it = {
		.it_value = ns_to_timespec64(value),
		.it_interval = ns_to_timespec64(t->interval),
	};

	return vz_do_timer_settime(t->id, flags, &it, NULL);
}

/* An expiry that is over already is due at once; 0 would disarm the timer. */
static int arm(struct vz_context *ctx, const struct cpt_posix_timer *t)
{
	s64 expires = max_t(s64, t->expires, 1);

	if (t->clockid < 0)
		return set_time(t, 0, expires);
	if (t->clockid == CLOCK_REALTIME && t->base == CLOCK_MONOTONIC)
		return set_time(t, 0, max_t(s64, rst_host_time(ctx, t->base, t->expires) -
						 ktime_get_ns(), 1));
	return set_time(t, TIMER_ABSTIME, expires);
}

/* When a timer on processor time has expired, by what its clock shows now: not before 0. */
static u64 cpu_expires(const struct k_itimer *timr, s64 left)
{
	struct task_cputime used = {};
	struct task_struct *task;
	u64 now;

	rcu_read_lock();
	if (CPUCLOCK_PERTHREAD(timr->it_clock)) {
		task = pid_task(timr->it.cpu.pid, PIDTYPE_PID);
		if (task) {
			used.utime = task->utime;
			used.stime = task->stime;
			used.sum_exec_runtime = task->se.sum_exec_runtime;
		}
	} else {
		task = pid_task(timr->it.cpu.pid, PIDTYPE_TGID);
		if (task)
			vz_thread_group_cputime(task, &used);
	}
	rcu_read_unlock();
	switch (CPUCLOCK_WHICH(timr->it_clock)) {
	case CPUCLOCK_PROF:
		now = used.utime + used.stime;
		break;
	case CPUCLOCK_VIRT:
		now = used.utime;
		break;
	default:
		now = used.sum_exec_runtime;
	}
	return left < 0 && (u64)-left >= now ? 1 : now + left;
}

/*
 * It has expired, and taking its signal arms it again, from its last expiry on:
 * set to any time, so that its clock is right, then disarmed.
 */
static int set_expired(struct vz_context *ctx, const struct cpt_posix_timer *t,
		       struct k_itimer *timr)
{
	int flags = t->clockid == CLOCK_REALTIME && t->base == CLOCK_MONOTONIC ? 0 : TIMER_ABSTIME;
	ktime_t expires = rst_host_time(ctx, t->base, t->expires);
	int err;

	err = set_time(t, flags, KTIME_MAX / 4);
	if (!err)
		err = set_time(t, 0, 0);
	if (err)
		return err;
	spin_lock_irq(&timr->it_lock);
	timr->it_interval = t->interval;
	timr->it_requeue_pending = 1;
	if (t->clockid < 0)
		timr->it.cpu.node.expires = cpu_expires(timr, t->expires);
	else if (t->clockid == CLOCK_REALTIME_ALARM || t->clockid == CLOCK_BOOTTIME_ALARM)
		timr->it.alarm.alarmtimer.node.expires = expires;
	else
		hrtimer_set_expires(&timr->it.real.timer, expires);
	spin_unlock_irq(&timr->it_lock);
	return 0;
}

static int start(struct vz_context *ctx, const struct cpt_posix_timer *t, struct k_itimer *timr)
{
	int err = 0;

	if (t->flags & CPT_TIMER_ARMED)
		err = arm(ctx, t);
	else if (t->flags & CPT_TIMER_REARM)
		err = set_expired(ctx, t, timr);
	if (err)
		return err;
	spin_lock_irq(&timr->it_lock);
	/* one that was due has counted itself already */
	if (!(t->flags & CPT_TIMER_ARMED) || timr->it_overrun == -1)
		timr->it_overrun = t->overrun;
	timr->it_overrun_last = t->overrun_last;
	spin_unlock_irq(&timr->it_lock);
	return 0;
}

static int rst_timer_finish(struct vz_task *vt)
{
	struct rst_timers *timers = rst_made(vt->ctx, CPT_OBJ_TIMER, vt->tgid);
	const struct cpt_timer_image *v = timers ? timers->rec->fixed : NULL;
	const struct cpt_posix_timer *t = timers ? timers->rec->content : NULL;
	int err;
	u32 i;

	if (!timers || !vz_is_leader(vt))
		return 0;
	for (i = 0; i < v->timers; i++) {
		if (!timers->timr[i])
			return rst_err(vt->ctx, -EINVAL, "timer %u: timer %d: thread %u has not made it",
				       v->pid, t[i].id, t[i].clock_tid);
		err = start(vt->ctx, &t[i], timers->timr[i]);
		if (err)
			return rst_err(vt->ctx, err, "timer %u: timer %d cannot be set: error %d",
				       v->pid, t[i].id, -err);
	}
	return 0;
}

static void rst_timer_undo(void *ptr)
{
	kvfree(ptr);
}

const struct rst_ops rst_timer_ops = {
	.task = rst_timer_task,
	.finish = rst_timer_finish,
	.undo = rst_timer_undo,
};
