// SPDX-License-Identifier: GPL-2.0-only
/*
 * The restart block of a thread. Part of the kind task.
 */
#include <linux/alarmtimer.h>
#include <linux/restart_block.h>
#include <linux/sched.h>
#include "../kernel/access.h"
#include "rst_task.h"

/* Host time of an expiry in the image. What is over already is due at once. */
static u64 host_time(struct vz_context *ctx, u32 clockid, u64 expires)
{
	s64 offset = clockid == CLOCK_MONOTONIC ? rst_clock_offset(ctx, false) :
		     clockid == CLOCK_BOOTTIME ? rst_clock_offset(ctx, true) : 0;

	return clamp_t(s64, (s64)expires + offset, 0, KTIME_MAX);
}

static int set_nanosleep(struct vz_task *vt, const struct cpt_restart_image *r)
{
	struct restart_block *rb = &current->restart_block;

	if (r->clockid != CLOCK_MONOTONIC && r->clockid != CLOCK_BOOTTIME &&
	    r->clockid != CLOCK_REALTIME && r->clockid != CLOCK_TAI)
		return rst_err(vt->ctx, -EINVAL, "task %d: sleeps on clock %u", vt->pid, r->clockid);
	rb->fn = (void *)vz_addr_hrtimer_nanosleep_restart;
	rb->nanosleep.clockid = r->clockid;
	rb->nanosleep.type = r->type ? TT_NATIVE : TT_NONE;
	rb->nanosleep.rmtp = (void __user *)r->uaddr;
	rb->nanosleep.expires = host_time(vt->ctx, r->clockid, r->expires);
	return 0;
}

/* On a processor's time: it goes on where it stood, see the kind usage. */
static void set_cpu_nsleep(const struct cpt_restart_image *r)
{
	struct restart_block *rb = &current->restart_block;

	rb->fn = (void *)vz_addr_posix_cpu_nsleep_restart;
	rb->nanosleep.clockid = r->clockid;
	rb->nanosleep.type = r->type ? TT_NATIVE : TT_NONE;
	rb->nanosleep.rmtp = (void __user *)r->uaddr;
	rb->nanosleep.expires = min_t(u64, r->expires, KTIME_MAX);
}

static int set_alarm(struct vz_task *vt, const struct cpt_restart_image *r)
{
	struct restart_block *rb = &current->restart_block;
	bool boot = r->clockid == CLOCK_BOOTTIME_ALARM;

	if (!boot && r->clockid != CLOCK_REALTIME_ALARM)
		return rst_err(vt->ctx, -EINVAL, "task %d: sleeps on alarm clock %u", vt->pid,
			       r->clockid);
	rb->fn = (void *)vz_addr_alarm_timer_nsleep_restart;
	rb->nanosleep.clockid = boot ? ALARM_BOOTTIME : ALARM_REALTIME;
	rb->nanosleep.type = r->type ? TT_NATIVE : TT_NONE;
	rb->nanosleep.rmtp = (void __user *)r->uaddr;
	rb->nanosleep.expires = host_time(vt->ctx, boot ? CLOCK_BOOTTIME : CLOCK_REALTIME,
					  r->expires);
	return 0;
}

static void set_futex(struct vz_task *vt, const struct cpt_restart_image *r)
{
	struct restart_block *rb = &current->restart_block;
	bool realtime = r->flags & CPT_FUTEX_REALTIME;

	rb->fn = (void *)vz_addr_futex_wait_restart;
	rb->futex.uaddr = (void __user *)r->uaddr;
	rb->futex.val = r->val;
	rb->futex.bitset = r->bitset;
	rb->futex.flags = VZ_FUTEX_BASE;
	rb->futex.flags |= r->flags & CPT_FUTEX_SHARED ? VZ_FUTEX_SHARED : 0;
	rb->futex.flags |= realtime ? VZ_FUTEX_CLOCKRT : 0;
	if (r->expires != ~0ULL) {
		rb->futex.flags |= VZ_FUTEX_HAS_TIMEOUT;
		rb->futex.time = host_time(vt->ctx, realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC,
					   r->expires);
	}
}

static void set_poll(struct vz_task *vt, const struct cpt_restart_image *r)
{
	struct restart_block *rb = &current->restart_block;
	struct timespec64 end;

	rb->fn = (void *)vz_addr_do_restart_poll;
	rb->poll.ufds = (void __user *)r->uaddr;
	rb->poll.nfds = r->type;
	rb->poll.has_timeout = r->expires != ~0ULL;
	if (rb->poll.has_timeout) {
		end = ns_to_timespec64(host_time(vt->ctx, CLOCK_MONOTONIC, r->expires));
		rb->poll.tv_sec = end.tv_sec;
		rb->poll.tv_nsec = end.tv_nsec;
	}
}

/**
 * rst_set_restart() - what restart_syscall(2) of current will take up again
 * @vt: the task: current
 * @r: what the image says
 *
 * Addresses are used as any that user space passes: with access checks.
 */
int rst_set_restart(struct vz_task *vt, const struct cpt_restart_image *r)
{
	current->restart_block = (struct restart_block){
		.fn = (void *)vz_addr_do_no_restart_syscall,
	};
	switch (r->fn) {
	case CPT_RESTART_NONE:
		return 0;
	case CPT_RESTART_NANOSLEEP:
		return set_nanosleep(vt, r);
	case CPT_RESTART_CPU_NSLEEP:
		set_cpu_nsleep(r);
		return 0;
	case CPT_RESTART_ALARM_NSLEEP:
		return set_alarm(vt, r);
	case CPT_RESTART_FUTEX:
		set_futex(vt, r);
		return 0;
	case CPT_RESTART_POLL:
		set_poll(vt, r);
		return 0;
	case CPT_RESTART_UNTIL:
		vt->timeout.deadline = host_time(vt->ctx, CLOCK_MONOTONIC, r->expires) ?: 1;
		return 0;
	default:
		return rst_err(vt->ctx, -EINVAL, "task %d: restart %u is not supported", vt->pid, r->fn);
	}
}
