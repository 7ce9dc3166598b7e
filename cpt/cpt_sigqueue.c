// SPDX-License-Identifier: GPL-2.0-only
/*
 * sigqueue: pending signals, of a process (shared) or a thread.
 */
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_task.h"

/* How a queue was found, in obj->data. */
struct sigqueue_data {
	struct task_struct *task;	/* borrowed from its struct vz_task */
	bool dumped;
	u64 mask;			/* of the signals in the record */
};

int cpt_sigqueue_collect(struct vz_context *ctx, struct task_struct *task,
			 struct sigpending *pending)
{
	struct sigqueue_data *data = kzalloc(sizeof(*data), GFP_KERNEL);
	struct vz_obj *obj;

	if (!data)
		return -ENOMEM;
	data->task = task;
	obj = vz_obj_add(ctx, CPT_OBJ_SIGQUEUE, pending, 0);
	if (!obj) {
		kfree(data);
		return -ENOMEM;
	}
	obj->data = data;
	return 0;
}

u64 cpt_sigqueue_id(struct vz_context *ctx, struct sigpending *pending)
{
	struct vz_obj *obj = vz_obj_find(ctx, CPT_OBJ_SIGQUEUE, pending);
	struct sigqueue_data *data = obj ? obj->data : NULL;

	return data && data->dumped ? obj->id : 0;
}

bool cpt_sigqueue_has(struct vz_context *ctx, struct sigpending *pending, int sig)
{
	struct vz_obj *obj = vz_obj_find(ctx, CPT_OBJ_SIGQUEUE, pending);
	struct sigqueue_data *data = obj ? obj->data : NULL;

	return data && data->mask & sigmask(sig);
}

/* The siginfos of POSIX timers that were dumped are objects of kind timer. */
bool cpt_sigqueue_has_info(struct vz_context *ctx, const struct sigqueue *q)
{
	return vz_obj_find(ctx, CPT_OBJ_TIMER, q);
}

static int remember(struct vz_context *ctx, struct sigqueue **timers, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (!vz_obj_add(ctx, CPT_OBJ_TIMER, timers[i], 0))
			return -ENOMEM;
	}
	return 0;
}

static unsigned int count_infos(struct sigpending *pending)
{
	struct sigqueue *q;
	unsigned int n = 0;

	list_for_each_entry(q, &pending->list, list)
		n++;
	return n;
}

/**
 * struct snapshot - copy of a queue
 * @infos: of its siginfos
 * @timers: those of POSIX timers
 * @room: for so many of both
 * @ninfos: number of @infos
 * @ntimers: number of @timers
 */
struct snapshot {
	struct cpt_siginfo *infos;
	struct sigqueue **timers;
	u32 room;
	u32 ninfos;
	u32 ntimers;
};

static int make_room(struct snapshot *s, u32 room)
{
	kvfree(s->infos);
	kvfree(s->timers);
	s->infos = kvcalloc(room, sizeof(*s->infos), GFP_KERNEL);
	s->timers = kvcalloc(room, sizeof(*s->timers), GFP_KERNEL);
	s->room = room;
	return s->infos && s->timers ? 0 : -ENOMEM;
}

/* It was sized without the lock: signals may have come since. */
static bool copy_infos(struct sigpending *pending, struct snapshot *s)
{
	kernel_siginfo_t info;
	struct sigqueue *q;

	s->ninfos = 0;
	s->ntimers = 0;
	list_for_each_entry(q, &pending->list, list) {
		if (s->ninfos == s->room)
			return false;
		copy_siginfo(&info, &q->info);
		if (info.si_code == SI_TIMER) {
			info.si_sys_private = 0;	/* the kernel's own */
			s->timers[s->ntimers++] = q;
		}
		copy_siginfo_to_external((siginfo_t *)s->infos[s->ninfos++].info, &info);
	}
	return true;
}

static int dump_queue(struct vz_context *ctx, struct vz_obj *obj)
{
	struct sigqueue_data *data = obj->data;
	struct sigpending *pending = obj->ptr;
	struct cpt_sigqueue_image v = {};
	struct snapshot s = {};
	unsigned long flags;
	bool whole = false;
	int err = 0;
	u32 need;

	while (!whole && !err) {
		if (!vz_lock_task_sighand(data->task, &flags))
			goto out;
		v.pending = pending->signal.sig[0];
		whole = copy_infos(pending, &s);
		need = whole ? 0 : count_infos(pending) + 16;
		unlock_task_sighand(data->task, &flags);
		if (!whole)
			err = make_room(&s, need);
	}
	v.infos = s.ninfos;
	/* SIGKILL ends the task anyway */
	if (!err && (v.pending || v.infos)) {
		err = cpt_write_obj(ctx, CPT_OBJ_SIGQUEUE, obj->id, &v, sizeof(v), s.infos,
				    v.infos * sizeof(*s.infos));
		data->dumped = true;
		data->mask = v.pending;
	}
	if (!err)
		err = remember(ctx, s.timers, s.ntimers);
out:
	kvfree(s.infos);
	kvfree(s.timers);
	return err;
}

static int cpt_sigqueue_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_SIGQUEUE, obj) {
		err = dump_queue(ctx, obj);
		if (err)
			break;
	}
	return err;
}

const struct cpt_ops cpt_sigqueue_ops = {
	.dump = cpt_sigqueue_dump,
};
