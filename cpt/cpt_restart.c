// SPDX-License-Identifier: GPL-2.0-only
/*
 * The restart block of a thread: what restart_syscall(2) will take up again.
 * Part of the kind task.
 */
#include <linux/alarmtimer.h>
#include <linux/restart_block.h>
#include <linux/sched/task_stack.h>
#include <asm/unistd.h>
#include "../kernel/access.h"
#include "cpt_task.h"

#define CPT_ERESTART_RESTARTBLOCK 516

static u64 ve_time(struct vz_context *ctx, u32 clockid, u64 host)
{
	switch (clockid) {
	case CLOCK_MONOTONIC:
		return host + cpt_clock_offset(ctx, false);
	case CLOCK_BOOTTIME:
		return host + cpt_clock_offset(ctx, true);
	default:
		return host;
	}
}

static int fill_nanosleep(struct vz_context *ctx, struct vz_task *vt, u32 fn,
			  struct cpt_restart_image *r)
{
	const struct restart_block *rb = &vt->task->restart_block;

	if (rb->nanosleep.type == TT_COMPAT)
		return cpt_err(ctx, -EBUSY, "task %d: 32-bit nanosleep: not supported", vt->pid);
	r->fn = fn;
	r->clockid = rb->nanosleep.clockid;
	r->expires = ve_time(ctx, r->clockid, rb->nanosleep.expires);
	r->type = rb->nanosleep.type == TT_NATIVE;
	r->uaddr = r->type ? (unsigned long)rb->nanosleep.rmtp : 0;
	return 0;
}

/* The kernel's clock is a number of its own there. */
static int fill_alarm(struct vz_context *ctx, struct vz_task *vt, struct cpt_restart_image *r)
{
	const struct restart_block *rb = &vt->task->restart_block;
	bool boot = rb->nanosleep.clockid == ALARM_BOOTTIME;
	int err = fill_nanosleep(ctx, vt, CPT_RESTART_ALARM_NSLEEP, r);

	r->clockid = boot ? CLOCK_BOOTTIME_ALARM : CLOCK_REALTIME_ALARM;
	r->expires = ve_time(ctx, boot ? CLOCK_BOOTTIME : CLOCK_REALTIME, rb->nanosleep.expires);
	return err;
}

static void fill_futex(struct vz_context *ctx, const struct restart_block *rb,
		       struct cpt_restart_image *r)
{
	bool realtime = rb->futex.flags & VZ_FUTEX_CLOCKRT;

	r->fn = CPT_RESTART_FUTEX;
	r->uaddr = (unsigned long)rb->futex.uaddr;
	r->val = rb->futex.val;
	r->bitset = rb->futex.bitset;
	r->flags |= rb->futex.flags & VZ_FUTEX_SHARED ? CPT_FUTEX_SHARED : 0;
	r->flags |= realtime ? CPT_FUTEX_REALTIME : 0;
	r->expires = ~0ULL;
	if (rb->futex.flags & VZ_FUTEX_HAS_TIMEOUT)
		r->expires = ve_time(ctx, realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, rb->futex.time);
}

static void fill_poll(struct vz_context *ctx, const struct restart_block *rb,
		      struct cpt_restart_image *r)
{
	r->fn = CPT_RESTART_POLL;
	r->uaddr = (unsigned long)rb->poll.ufds;
	r->type = rb->poll.nfds;
	r->expires = ~0ULL;
	if (rb->poll.has_timeout)
		r->expires = ve_time(ctx, CLOCK_MONOTONIC,
				     rb->poll.tv_sec * NSEC_PER_SEC + rb->poll.tv_nsec);
}

/**
 * cpt_task_may_restart() - does the restart block count?
 * @vt: a parked thread
 *
 * It does when the interrupted call asks for it, or restart_syscall(2) is about
 * to run or is itself interrupted; else it is left over from an older call.
 */
bool cpt_task_may_restart(struct vz_task *vt)
{
	const struct pt_regs *regs = task_pt_regs(vt->task);

	return (long)regs->ax == -CPT_ERESTART_RESTARTBLOCK ||
	       regs->orig_ax == __NR_restart_syscall || regs->ax == __NR_restart_syscall;
}

/**
 * cpt_fill_restart() - describe a parked thread's restart block
 * @ctx: the context
 * @vt: the thread
 * @r: filled
 *
 * Return: 0, or -EBUSY (said why) when it cannot be restored
 */
int cpt_fill_restart(struct vz_context *ctx, struct vz_task *vt, struct cpt_restart_image *r)
{
	const struct restart_block *rb = &vt->task->restart_block;
	unsigned long fn = (unsigned long)rb->fn;

	/* of one that has stopped instead of parking nobody has looked whether it counts */
	if (vt->timeout.deadline && !vt->in_place) {
		r->fn = CPT_RESTART_UNTIL;
		r->clockid = CLOCK_MONOTONIC;
		r->expires = ve_time(ctx, r->clockid, vt->timeout.deadline);
		return 0;
	}
	if (!cpt_task_may_restart(vt) || fn == vz_addr_do_no_restart_syscall)
		return 0;
	if (fn == vz_addr_hrtimer_nanosleep_restart)
		return fill_nanosleep(ctx, vt, CPT_RESTART_NANOSLEEP, r);
	if (fn == vz_addr_posix_cpu_nsleep_restart)
		return fill_nanosleep(ctx, vt, CPT_RESTART_CPU_NSLEEP, r);
	if (fn == vz_addr_alarm_timer_nsleep_restart)
		return fill_alarm(ctx, vt, r);
	if (fn == vz_addr_futex_wait_restart)
		fill_futex(ctx, rb, r);
	else if (fn == vz_addr_do_restart_poll)
		fill_poll(ctx, rb, r);
	else
		return cpt_err(ctx, -EBUSY, "task %d (%s): interrupted in a system call that cannot be restarted: %ps",
			       vt->pid, vt->task->comm, (void *)fn);
	return 0;
}
