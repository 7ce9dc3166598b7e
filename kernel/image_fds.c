// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of the image checker for what is known as a descriptor.
 */
#include "image_rules.h"

#define CLOCKS		(1U << 0 | 1U << 1 | 1U << 7 | 1U << 8 | 1U << 9)	/* CLOCK_* of a timerfd */

/* ---- eventfd, timerfd, signalfd ---- */

static const struct vz_rule eventfd_rules[] = {
	VZ_MASK(cpt_eventfd_image, flags, 1),		/* EFD_SEMAPHORE */
	VZ_ZERO(cpt_eventfd_image, zero),
};

static const struct vz_rule timerfd_rules[] = {
	VZ_RANGE(cpt_timerfd_image, clockid, 0, 9),
	VZ_RANGE(cpt_timerfd_image, base, 0, 7),
	VZ_MASK(cpt_timerfd_image, flags, CPT_TIMERFD_ARMED | CPT_TIMERFD_EXPIRED |
		CPT_TIMERFD_MAY_CANCEL | CPT_TIMERFD_CANCELED),
	VZ_MASK(cpt_timerfd_image, settime_flags, 3),	/* TFD_SETTIME_FLAGS */
	VZ_SRANGE(cpt_timerfd_image, expires, -(__s64)VZ_KTIME_MAX, VZ_KTIME_MAX),
	VZ_RANGE(cpt_timerfd_image, interval, 0, VZ_KTIME_MAX),
};

static int look_timerfd(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_timerfd_image *t = look->fixed;
	__u32 realtime = t->clockid == 0 || t->clockid == 8;
	__u32 base = realtime ? 0 : t->clockid == 9 ? 7 : t->clockid;

	if (!(CLOCKS & 1U << t->clockid))
		return vz_bad(chk, -EINVAL, "clock %u", t->clockid);
	/* a relative one on CLOCK_REALTIME is one on CLOCK_MONOTONIC */
	if (t->base != base && !(t->clockid == 0 && t->base == 1))
		return vz_bad(chk, -EINVAL, "clock %u is not based on %u", t->clockid, t->base);
	if ((t->flags & CPT_TIMERFD_ARMED) && (t->flags & CPT_TIMERFD_EXPIRED))
		return vz_bad(chk, -EINVAL, "armed and expired");
	if ((t->flags & CPT_TIMERFD_EXPIRED) && !t->ticks)
		return vz_bad(chk, -EINVAL, "expired and read");
	if ((t->flags & CPT_TIMERFD_MAY_CANCEL) && (!realtime || t->base))
		return vz_bad(chk, -EINVAL, "clock %u cannot be set", t->clockid);
	if ((t->flags & CPT_TIMERFD_CANCELED) && !(t->flags & CPT_TIMERFD_MAY_CANCEL))
		return vz_bad(chk, -EINVAL, "flags %#x", t->flags);
	return 0;
}

/* ---- epoll ---- */

static const struct vz_rule epoll_rules[] = {
	VZ_RANGE(cpt_epoll_image, user, 0, VZ_ID_INVALID - 1),
	VZ_RANGE(cpt_epoll_image, busy_poll_usecs, 0, 0x7fffffff),
	VZ_RANGE(cpt_epoll_image, busy_poll_budget, 0, 0xffff),
	VZ_RANGE(cpt_epoll_image, prefer_busy_poll, 0, 1),
};

static const struct vz_rule epitems_rules[] = {
	VZ_REF(cpt_epitems_image, epoll, CPT_OBJ_FILE),
	VZ_ZERO(cpt_epitems_image, zero),
};

static const struct vz_rule epitem_rules[] = {
	VZ_REF(cpt_epitem, file, CPT_OBJ_FILE),
	VZ_REF_OPT(cpt_epitem, sighand, CPT_OBJ_SIGHAND),
	VZ_RANGE(cpt_epitem, fd, 0, 1 << 30),
	VZ_MASK(cpt_epitem, flags, CPT_EPITEM_READY),
	VZ_ZERO(cpt_epitem, zero),
};

static int look_epitems(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_epitems_image *v = look->fixed;
	const struct cpt_epitem *item = (const void *)look->content;
	__u64 i;

	if (v->epoll != look->h->id)
		return vz_bad(chk, -EINVAL, "not the items of epoll %llu", v->epoll);
	for (i = 0; i < look->count; i++) {
		if (item[i].file == v->epoll)
			return vz_bad(chk, -EINVAL, "watches itself");
		if (i && !(item[i - 1].flags & CPT_EPITEM_READY) &&
		    (item[i].flags & CPT_EPITEM_READY))
			return vz_bad(chk, -EINVAL, "ready behind one that is not");
	}
	return 0;
}

/* ---- inotify ---- */

#define IN_MASK		(0xfffU | 1U << 26 | 1U << 31)	/* IN_ALL_EVENTS EXCL_UNLINK ONESHOT */

static const struct vz_rule inotify_rules[] = {
	VZ_RANGE(cpt_inotify_image, next_wd, 0, 0x7fffffff),
};

static const struct vz_rule inotify_watch_rules[] = {
	VZ_RANGE(cpt_inotify_watch, wd, 1, 0x7fffffff),
	VZ_MASK(cpt_inotify_watch, mask, IN_MASK),
};

/* The array ends at a multiple of 8. */
static int look_watch_mounts(struct vz_check *chk, const struct vz_look *look, const char **at)
{
	const struct cpt_inotify_image *v = look->fixed;
	const __u64 *mount = (const void *)look->tail;
	__u32 i;

	if (v->mounts && v->mounts != v->watches)
		return vz_bad(chk, -EINVAL, "%u mounts of %u watches", v->mounts, v->watches);
	if (look->tail_len / sizeof(*mount) < v->mounts)
		return vz_bad(chk, -EINVAL, "%u mounts in %llu bytes", v->mounts, look->tail_len);
	for (i = 0; i < v->mounts; i++) {
		if (!vz_check_find(chk, CPT_OBJ_MOUNT, mount[i]))
			return vz_bad(chk, -EINVAL, "there is no mount %llu", mount[i]);
	}
	*at += v->mounts * sizeof(*mount);
	return 0;
}

static int look_watches(struct vz_check *chk, const struct vz_look *look, const char **at)
{
	const struct cpt_inotify_watch *w = (const void *)look->content;
	const char *end = look->tail + look->tail_len, *nul;
	__u64 i;

	for (i = 0; i < look->count; i++) {
		if (i && w[i].wd <= w[i - 1].wd)
			return vz_bad(chk, -EINVAL, "watch %u behind %u", w[i].wd, w[i - 1].wd);
		nul = *at < end ? memchr(*at, 0, end - *at) : NULL;
		if (!nul || nul - *at >= CPT_MAX_PATH || !vz_good_path(*at))
			return vz_bad(chk, -EINVAL, "watch %u: not a plain path", w[i].wd);
		*at = nul + 1;
	}
	return 0;
}

static int look_inotify(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_inotify_image *v = look->fixed;
	const char *at = look->tail, *end = look->tail + look->tail_len;
	struct cpt_inotify_event ev;
	__u32 i;

	if (look_watch_mounts(chk, look, &at) || look_watches(chk, look, &at))
		return chk->failed;
	for (i = 0; i < v->events; i++) {
		if ((__u64)(end - at) < sizeof(ev))
			return vz_bad(chk, -EINVAL, "event %u of %u is missing", i, v->events);
		memcpy(&ev, at, sizeof(ev));
		at += sizeof(ev);
		if (ev.len > 255 || (__u64)(end - at) < ev.len || memchr(at, 0, ev.len))
			return vz_bad(chk, -EINVAL, "event %u: a name of %u bytes", i, ev.len);
		at += ev.len;
	}
	return at == end ? 0 : vz_bad(chk, -EINVAL, "%llu bytes too many", (__u64)(end - at));
}

/* ---- pidfd ---- */

static const struct vz_rule pidfd_rules[] = {
	VZ_RANGE(cpt_pidfd_image, pid, 1, VZ_PID_MAX),
	VZ_MASK(cpt_pidfd_image, flags, CPT_PIDFD_THREAD),
};

/* ---- shmem ---- */

static const struct vz_rule shmem_rules[] = {
	VZ_RANGE(cpt_shmem_image, size, 0, VZ_KTIME_MAX),
	VZ_MASK(cpt_shmem_image, flags, CPT_SHMEM_ANON | CPT_SHMEM_NORESERVE |
		CPT_SHMEM_SYSV),
	VZ_MASK(cpt_shmem_image, seals, 0x3f),		/* F_SEAL_* up to F_SEAL_EXEC */
	VZ_MASK(cpt_shmem_image, mode, 07777),
	VZ_RANGE(cpt_shmem_image, uid, 0, VZ_ID_INVALID - 1),
	VZ_RANGE(cpt_shmem_image, gid, 0, VZ_ID_INVALID - 1),
	VZ_ZERO(cpt_shmem_image, zero),
};

static int look_shmem(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_shmem_image *v = look->fixed;
	__u64 *size;

	/* 249: with "memfd:" as long as a name may be */
	if (strlen(look->tail) > 249 || (v->flags & (CPT_SHMEM_ANON | CPT_SHMEM_SYSV) && *look->tail))
		return vz_bad(chk, -EINVAL, "its name is too long");
	size = vz_env_alloc(sizeof(*size));
	if (!size)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	*size = v->size;
	look->obj->aux = size;
	return 0;
}

static const struct vz_rule shmem_data_rules[] = {
	VZ_REF(cpt_shmem_data_image, shmem, CPT_OBJ_SHMEM),
};

static int look_shmem_data(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_shmem_data_image *d = look->fixed;
	const __u64 *size = vz_check_find(chk, CPT_OBJ_SHMEM, d->shmem)->aux;

	if (d->offset > *size || look->h->payload > *size - d->offset)
		return vz_bad(chk, -EINVAL, "%llu bytes at %llu are behind its end",
			      look->h->payload, d->offset);
	return 0;
}

/* ---- POSIX timers ---- */

static const struct vz_rule timer_rules[] = {
	VZ_RANGE(cpt_timer_image, pid, 1, VZ_PID_MAX),
	VZ_RANGE(cpt_timer_image, next_id, 0, 0x7fffffff),
	VZ_ZERO(cpt_timer_image, zero),
};

static const struct vz_rule posix_timer_rules[] = {
	VZ_SRANGE(cpt_posix_timer, id, 0, 0x7fffffff),
	VZ_SRANGE(cpt_posix_timer, clockid, -0x7fffffff, 11),
	VZ_MASK(cpt_posix_timer, flags, CPT_TIMER_ARMED | CPT_TIMER_PENDING | CPT_TIMER_REARM),
	VZ_MASK(cpt_posix_timer, notify, 7),
	VZ_RANGE(cpt_posix_timer, signo, 0, 64),
	VZ_RANGE(cpt_posix_timer, notify_tid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_posix_timer, clock_tid, 0, VZ_PID_MAX),
	VZ_SRANGE(cpt_posix_timer, expires, -(__s64)VZ_KTIME_MAX, VZ_KTIME_MAX),
	VZ_RANGE(cpt_posix_timer, interval, 0, VZ_KTIME_MAX),
};

static int look_posix_timer(struct vz_check *chk, const struct cpt_posix_timer *t)
{
	__u32 base = t->clockid < 0 ? CPT_TIMER_CPU : t->clockid == 8 ? 0 : t->clockid == 9 ? 7 :
		     (__u32)t->clockid;

	/* a relative one on CLOCK_REALTIME is one on CLOCK_MONOTONIC */
	if (t->base != base && !(t->clockid == 0 && t->base == 1))
		return vz_bad(chk, -EINVAL, "clock %d is not based on %u", t->clockid, t->base);
	if (t->clockid >= 0 && !(CLOCKS & 1U << t->clockid) && t->clockid != 11)
		return vz_bad(chk, -EINVAL, "clock %d", t->clockid);
	if (!t->clock_tid != (t->clockid >= 0))
		return vz_bad(chk, -EINVAL, "clock %d of thread %u", t->clockid, t->clock_tid);
	/* SIGEV_THREAD_ID is a bit of its own, 1 is SIGEV_NONE */
	if ((t->notify != 4 && t->notify > 2) || !t->notify_tid != (t->notify != 4) ||
	    (!t->signo && t->notify != 1))
		return vz_bad(chk, -EINVAL, "signal %u to thread %u in mode %u", t->signo,
			      t->notify_tid, t->notify);
	if ((t->flags & CPT_TIMER_REARM) &&
	    (!(t->flags & CPT_TIMER_PENDING) || (t->flags & CPT_TIMER_ARMED) || !t->interval))
		return vz_bad(chk, -EINVAL, "flags %#x", t->flags);
	return 0;
}

static int look_timer(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_timer_image *v = look->fixed;
	const struct cpt_posix_timer *t = (const void *)look->content;
	__u64 i;
	int err = 0;

	if (v->pid != look->h->id)
		return vz_bad(chk, -EINVAL, "timers of process %u", v->pid);
	for (i = 0; i < look->count && !err; i++) {
		if (i && t[i].id <= t[i - 1].id)
			return vz_bad(chk, -EINVAL, "timer %d behind %d", t[i].id, t[i - 1].id);
		err = look_posix_timer(chk, &t[i]);
	}
	return err;
}

/* ---- the table ---- */

const struct vz_shape vz_shapes_fds[CPT_OBJ_MAX] = {
	[CPT_OBJ_EVENTFD] = { RULES(eventfd_rules) },
	[CPT_OBJ_TIMERFD] = { RULES(timerfd_rules), .own = look_timerfd },
	[CPT_OBJ_SIGNALFD] = { .known = 1 },
	[CPT_OBJ_EPOLL] = { RULES(epoll_rules) },
	[CPT_OBJ_INOTIFY] = { RULES(inotify_rules), ARRAY(cpt_inotify_image, watches, cpt_inotify_watch),
			      ELEMENTS(inotify_watch_rules), .own_tail = 1, .own = look_inotify },
	[CPT_OBJ_PIDFD] = { RULES(pidfd_rules) },
	[CPT_OBJ_SHMEM] = { RULES(shmem_rules), .strings = 1, .own = look_shmem },
	[CPT_OBJ_SHMEM_DATA] = { RULES(shmem_data_rules), .payload = 1, .own = look_shmem_data },
	[CPT_OBJ_TIMER] = { RULES(timer_rules), ARRAY(cpt_timer_image, timers, cpt_posix_timer),
			    ELEMENTS(posix_timer_rules), .own = look_timer },
	[CPT_OBJ_EPITEMS] = { RULES(epitems_rules), ARRAY(cpt_epitems_image, items, cpt_epitem),
			      ELEMENTS(epitem_rules), .own = look_epitems },
};
