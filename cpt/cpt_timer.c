// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer: POSIX timers. They run on while the VE is parked, after their signals have
 * been dumped: one whose signal is queued, but not in the image, is dumped as due.
 */
#include <linux/alarmtimer.h>
#include <linux/hrtimer.h>
#include <linux/posix-timers.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "../kernel/access.h"
#include "cpt_task.h"

/* Bit 0 of it_requeue_pending: taking the signal arms the timer again. */
#define REQUEUE_PENDING	1

static struct pid *cpu_pid(const struct k_itimer *timr)
{
	return timr->it.cpu.pid;
}

static enum pid_type cpu_pid_type(const struct k_itimer *timr)
{
	return CPUCLOCK_PERTHREAD(timr->it_clock) ? PIDTYPE_PID : PIDTYPE_TGID;
}

static bool has_task(struct pid *pid, enum pid_type type)
{
	bool has;

	rcu_read_lock();
	has = pid_task(pid, type);
	rcu_read_unlock();
	return has;
}

/* ---- collect ---- */

static const char *refused(struct vz_context *ctx, const struct k_itimer *timr)
{
	bool cpu = timr->it_clock < 0;

	if (timr->it_sigev_notify & SIGEV_THREAD_ID && !has_task(timr->it_pid, PIDTYPE_PID))
		return "POSIX timer of a thread that has ended";
	if (cpu && !has_task(cpu_pid(timr), cpu_pid_type(timr)))
		return "POSIX timer on the clock of a process that has ended";
	if (cpu && !pid_nr_ns(cpu_pid(timr), ctx->pidns))
		return "POSIX timer on the clock of a process outside of the VE";
	return NULL;
}

/*
 * The timers of a process. With ctx->checking its threads may make and delete
 * timers: the lock of its signals keeps them.
 */
static void judge(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	const char *what = NULL;
	struct k_itimer *timr;
	unsigned long flags;

	if (!vz_lock_task_sighand(task, &flags))
		return;
	vz_for_each_posix_timer(timr, task->signal) {
		what = refused(ctx, timr);
		if (what)
			break;
	}
	unlock_task_sighand(task, &flags);
	if (what)
		cpt_refuse(ctx, "process %d (%s): %s: not supported", vt->pid, task->comm, what);
}

static int cpt_timer_root(struct vz_context *ctx)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (vz_is_leader(vt) && !vt->zombie)
			judge(ctx, vt);
	}
	return 0;
}

/* ---- the record ---- */

/* The processor time that a clock shows now. All threads are parked. */
static u64 cpu_now(const struct k_itimer *timr)
{
	struct task_cputime used = {};
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(cpu_pid(timr), cpu_pid_type(timr));
	if (task && CPUCLOCK_PERTHREAD(timr->it_clock)) {
		used.utime = task->utime;
		used.stime = task->stime;
		used.sum_exec_runtime = task->se.sum_exec_runtime;
	} else if (task) {
		vz_thread_group_cputime(task, &used);
	}
	rcu_read_unlock();
	switch (CPUCLOCK_WHICH(timr->it_clock)) {
	case CPUCLOCK_PROF:
		return used.utime + used.stime;
	case CPUCLOCK_VIRT:
		return used.utime;
	default:
		return used.sum_exec_runtime;
	}
}

/* @pending: its signal is in the image */
static void fill_expiry(struct vz_context *ctx, struct k_itimer *timr, bool pending,
			struct cpt_posix_timer *v)
{
	bool due = !list_empty(&timr->sigq->list) && !pending;
	bool rearm = pending && timr->it_interval && timr->it_requeue_pending & REQUEUE_PENDING;
	bool silent = timr->it_sigev_notify == SIGEV_NONE;
	bool armed = timr->it_active || silent;
	ktime_t expires;

	switch (timr->it_clock) {
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		v->base = timr->it_clock == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME : CLOCK_BOOTTIME;
		expires = timr->it.alarm.alarmtimer.node.expires;
		break;
	default:
		if (timr->it_clock < 0) {
			v->base = CPT_TIMER_CPU;
			expires = timr->it.cpu.node.expires;
			armed = expires && !rearm;
			break;
		}
		v->base = timr->it.real.timer.base->clockid;
		expires = hrtimer_get_expires(&timr->it.real.timer);
	}
	if (expires && (armed || due))
		v->flags |= CPT_TIMER_ARMED;
	else if (rearm)
		v->flags |= CPT_TIMER_REARM;
	if (!(v->flags & (CPT_TIMER_ARMED | CPT_TIMER_REARM)))
		return;
	if (timr->it_clock < 0)
		v->expires = expires - cpu_now(timr);
	else
		v->expires = cpt_ve_time(ctx, v->base, expires);
}

static void fill(struct vz_context *ctx, struct k_itimer *timr, struct cpt_posix_timer *v)
{
	bool thread = timr->it_sigev_notify & SIGEV_THREAD_ID, pending;
	unsigned long flags;

	memset(v, 0, sizeof(*v));
	spin_lock_irqsave(&timr->it_lock, flags);
	pending = !list_empty(&timr->sigq->list) && cpt_sigqueue_has_info(ctx, timr->sigq);
	v->id = timr->it_id;
	v->clockid = timr->it_clock;
	v->notify = timr->it_sigev_notify;
	v->notify_tid = thread ? pid_nr_ns(timr->it_pid, ctx->pidns) : 0;
	v->signo = timr->sigq->info.si_signo;
	v->value = (unsigned long)timr->sigq->info.si_value.sival_ptr;
	v->interval = timr->it_interval;
	v->overrun = timr->it_overrun;
	v->overrun_last = timr->it_overrun_last;
	if (timr->it_clock < 0)
		v->clock_tid = pid_nr_ns(cpu_pid(timr), ctx->pidns);
	if (pending)
		v->flags |= CPT_TIMER_PENDING;
	fill_expiry(ctx, timr, pending, v);
	spin_unlock_irqrestore(&timr->it_lock, flags);
}

static int by_id(const void *a, const void *b)
{
	const struct cpt_posix_timer *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int dump_timers(struct vz_context *ctx, struct vz_task *vt)
{
	struct signal_struct *signal = vt->task->signal;
	struct cpt_timer_image v = {
		.pid = vt->pid,
		.next_id = signal->next_posix_timer_id,
	};
	struct cpt_posix_timer *timers = NULL;
	struct k_itimer *timr;
	u32 n = 0;
	int err;

	vz_for_each_posix_timer(timr, signal)
		n++;
	if (!n && !v.next_id)
		return 0;
	if (n > CPT_MAX_CONTENT / sizeof(*timers))
		return cpt_err(ctx, -EBUSY, "process %d (%s): more than %zu POSIX timers: not supported",
			       vt->pid, vt->task->comm, CPT_MAX_CONTENT / sizeof(*timers));
	if (n) {
		timers = kvmalloc_array(n, sizeof(*timers), GFP_KERNEL);
		if (!timers)
			return -ENOMEM;
	}
	vz_for_each_posix_timer(timr, signal) {
		if (v.timers < n)
			fill(ctx, timr, &timers[v.timers++]);
	}
	sort(timers, v.timers, sizeof(*timers), by_id, NULL);
	err = cpt_write_obj(ctx, CPT_OBJ_TIMER, vt->pid, &v, sizeof(v), timers,
			    v.timers * sizeof(*timers));
	kvfree(timers);
	return err;
}

static int cpt_timer_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_task *vt;
	int err = 0;

	vz_for_each_task(ctx, vt) {
		if (!vz_is_leader(vt) || vt->zombie)
			continue;
		err = dump_timers(ctx, vt);
		if (err)
			break;
	}
	return err;
}

const struct cpt_ops cpt_timer_ops = {
	.root = cpt_timer_root,
	.dump = cpt_timer_dump,
};
