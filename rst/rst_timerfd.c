// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerfd: made and set by the kernel's own calls, to a time that does not come;
 * the timer is started when all epolls watch what they watched, so that they see
 * it expire.
 */
#include <linux/alarmtimer.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/timerfd.h>
#include "../kernel/access.h"
#include "rst_file.h"

static bool is_alarm(u32 clockid)
{
	return clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM;
}

/* Sets the functions, the clock, what cancels it; nothing is left armed. */
static int set_up(int fd, const struct cpt_timerfd_image *v, union vz_timerfd_timer *t)
{
	struct itimerspec64 it = {
		.it_value = { .tv_sec = KTIME_SEC_MAX / 4 },
		.it_interval = ns_to_timespec64(v->interval),
	};
	struct itimerspec64 old;
	int flags = TFD_TIMER_ABSTIME, err;

	if (v->clockid == CLOCK_REALTIME && v->base == CLOCK_MONOTONIC)
		flags = 0;
	else if (v->flags & CPT_TIMERFD_MAY_CANCEL)
		flags |= TFD_TIMER_CANCEL_ON_SET;
	err = vz_do_timerfd_settime(fd, flags, &it, &old);
	if (is_alarm(v->clockid))
		alarm_cancel(&t->alarm);
	else
		hrtimer_cancel(&t->tmr);
	return err;
}

/* As it was, but for a timer that is armed. */
static void set_state(struct vz_context *ctx, const struct cpt_timerfd_image *v, void *tfd)
{
	union vz_timerfd_timer *t = vz_timerfd_ctx_t(tfd);
	ktime_t expires = rst_host_time(ctx, v->base, v->expires);

	spin_lock_irq(&vz_timerfd_ctx_wqh(tfd)->lock);
	*vz_timerfd_ctx_ticks(tfd) = v->ticks;
	*vz_timerfd_ctx_expired(tfd) = !!(v->flags & CPT_TIMERFD_EXPIRED);
	*vz_timerfd_ctx_settime_flags(tfd) = v->settime_flags;
	*vz_timerfd_ctx_tintv(tfd) = v->interval;
	if (v->flags & CPT_TIMERFD_CANCELED)
		*vz_timerfd_ctx_moffs(tfd) = KTIME_MAX;
	/* read(2) goes on from the last expiry */
	if (is_alarm(v->clockid))
		t->alarm.node.expires = expires;
	else
		hrtimer_set_expires(&t->tmr, expires);
	spin_unlock_irq(&vz_timerfd_ctx_wqh(tfd)->lock);
}

static struct file *rst_timerfd_file(struct vz_context *ctx, const struct vz_rec *rec,
				     const struct cred *cred)
{
	const struct cpt_timerfd_image *v = rec->fixed;
	struct pt_regs regs = { .di = v->clockid, .si = 0 };
	long fd = vz___x64_sys_timerfd_create(&regs);
	struct file *file = fd < 0 ? ERR_PTR(fd) : fget(fd);
	int err;

	if (!IS_ERR_OR_NULL(file)) {
		err = set_up(fd, v, vz_timerfd_ctx_t(file->private_data));
		if (!err)
			err = rst_keep(ctx, CPT_OBJ_TIMERFD, rec->hdr.id, file->private_data);
		if (err) {
			fput(file);
			file = ERR_PTR(err);
		} else {
			set_state(ctx, v, file->private_data);
		}
	}
	if (fd >= 0)
		close_fd(fd);
	if (IS_ERR_OR_NULL(file)) {
		err = file ? PTR_ERR(file) : -EBADF;
		rst_err(ctx, err, "timerfd %llu: cannot be made: error %d", rec->hdr.id, -err);
		return ERR_PTR(err);
	}
	return file;
}

static void start(struct vz_context *ctx, const struct cpt_timerfd_image *v, void *tfd)
{
	union vz_timerfd_timer *t = vz_timerfd_ctx_t(tfd);
	ktime_t expires = rst_host_time(ctx, v->base, v->expires);

	if (is_alarm(v->clockid))
		alarm_start(&t->alarm, expires);
	else
		hrtimer_start(&t->tmr, expires, HRTIMER_MODE_ABS);
}

/* Once, in the first task's context; the kind file keeps the files. */
static int rst_timerfd_finish(struct vz_task *vt)
{
	const struct cpt_timerfd_image *v;
	const struct vz_rec *rec;
	unsigned int i;
	void *tfd;

	if (vt->pid != 1)
		return 0;
	rst_for_each(vt->ctx, CPT_OBJ_TIMERFD, i, rec) {
		v = rec->fixed;
		tfd = rst_made(vt->ctx, CPT_OBJ_TIMERFD, rec->hdr.id);
		if (tfd && v->flags & CPT_TIMERFD_ARMED)
			start(vt->ctx, v, tfd);
	}
	return 0;
}

const struct rst_ops rst_timerfd_ops = {
	.file = rst_timerfd_file,
	.finish = rst_timerfd_finish,
};
