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

static unsigned int count_infos(struct sigpending *pending)
{
	struct sigqueue *q;
	unsigned int n = 0;

	list_for_each_entry(q, &pending->list, list)
		n++;
	return n;
}

/* The buffer was sized without the lock: signals may have come since. */
static bool copy_infos(struct sigpending *pending, struct cpt_siginfo *infos, u32 room, u32 *n)
{
	struct sigqueue *q;

	*n = 0;
	list_for_each_entry(q, &pending->list, list) {
		if (*n == room)
			return false;
		copy_siginfo_to_external((siginfo_t *)infos[(*n)++].info, &q->info);
	}
	return true;
}

static int dump_queue(struct vz_context *ctx, struct vz_obj *obj)
{
	struct sigqueue_data *data = obj->data;
	struct sigpending *pending = obj->ptr;
	struct cpt_sigqueue_image v = {};
	struct cpt_siginfo *infos = NULL;
	unsigned long flags;
	bool whole = false;
	u32 room = 0;
	int err = 0;

	while (!whole) {
		if (!vz_lock_task_sighand(data->task, &flags))
			return 0;
		v.pending = pending->signal.sig[0];
		whole = copy_infos(pending, infos, room, &v.infos);
		if (!whole)
			room = count_infos(pending) + 16;
		unlock_task_sighand(data->task, &flags);
		if (!whole) {
			kvfree(infos);
			infos = kvcalloc(room, sizeof(*infos), GFP_KERNEL);
			if (!infos)
				return -ENOMEM;
		}
	}
	/* SIGKILL ends the task anyway */
	if (v.pending || v.infos) {
		err = cpt_write_obj(ctx, CPT_OBJ_SIGQUEUE, obj->id, &v, sizeof(v), infos,
				    v.infos * sizeof(*infos));
		data->dumped = true;
		data->mask = v.pending;
	}
	kvfree(infos);
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
