// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerfd: clock, when it expires, what was not read. It runs on while the VE is
 * parked; one that expires in the middle of its dump is dumped with it.
 */
#include <linux/alarmtimer.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include "../kernel/access.h"
#include "cpt.h"

static bool is_timerfd(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_timerfd_fops;
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_TIMERFD, file));
}

static const struct cpt_file_type timerfd_files = {
	.is = is_timerfd,
	.collect = collect_file,
	.object = cpt_file_itself,
};

/* The object is the file, which the kind file holds. */
static int cpt_timerfd_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

/*
 * A relative timer on CLOCK_REALTIME is one on CLOCK_MONOTONIC for the kernel:
 * nobody sets that.
 */
static u32 base_of(u32 clockid, union vz_timerfd_timer *t)
{
	switch (clockid) {
	case CLOCK_REALTIME_ALARM:
		return CLOCK_REALTIME;
	case CLOCK_BOOTTIME_ALARM:
		return CLOCK_BOOTTIME;
	default:
		return t->tmr.base->clockid;
	}
}

static bool is_alarm(u32 clockid)
{
	return clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM;
}

/*
 * Called with the lock that the timer's function takes: a timer that is running
 * it has not told anybody yet and is dumped as one that is due.
 */
static void fill(struct vz_context *ctx, void *tfd, struct cpt_timerfd_image *v)
{
	union vz_timerfd_timer *t = vz_timerfd_ctx_t(tfd);
	bool expired = *vz_timerfd_ctx_expired(tfd), active;
	ktime_t expires;

	v->clockid = *vz_timerfd_ctx_clockid(tfd);
	v->base = base_of(v->clockid, t);
	v->settime_flags = *vz_timerfd_ctx_settime_flags(tfd);
	v->ticks = *vz_timerfd_ctx_ticks(tfd);
	v->interval = *vz_timerfd_ctx_tintv(tfd);
	if (is_alarm(v->clockid)) {
		active = t->alarm.state & ALARMTIMER_STATE_ENQUEUED ||
			 hrtimer_callback_running(&t->alarm.timer);
		expires = t->alarm.node.expires;
	} else {
		active = hrtimer_active(&t->tmr);
		expires = hrtimer_get_expires(&t->tmr);
	}
	if (expired)
		v->flags |= CPT_TIMERFD_EXPIRED;
	else if (active)
		v->flags |= CPT_TIMERFD_ARMED;
	if (v->flags)
		v->expires = cpt_ve_time(ctx, v->base, expires);
	if (*vz_timerfd_ctx_might_cancel(tfd)) {
		v->flags |= CPT_TIMERFD_MAY_CANCEL;
		if (*vz_timerfd_ctx_moffs(tfd) == KTIME_MAX)
			v->flags |= CPT_TIMERFD_CANCELED;
	}
}

static int cpt_timerfd_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	void *tfd = file->private_data;
	struct cpt_timerfd_image v = {};

	spin_lock_irq(&vz_timerfd_ctx_wqh(tfd)->lock);
	fill(ctx, tfd, &v);
	spin_unlock_irq(&vz_timerfd_ctx_wqh(tfd)->lock);
	return cpt_write_obj(ctx, CPT_OBJ_TIMERFD, obj->id, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_timerfd_ops = {
	.collect = cpt_timerfd_collect,
	.dump = cpt_timerfd_dump,
	.file = &timerfd_files,
};
