// SPDX-License-Identifier: GPL-2.0-only
/*
 * sighand: signal actions of a process.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "cpt.h"

/* No reference is taken: the parked tasks hold it. A check does not look inside. */
static int cpt_sighand_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

static int cpt_sighand_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct sighand_struct *sighand = obj->ptr;
	struct cpt_sighand_image *v = kzalloc(sizeof(*v), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!v)
		return -ENOMEM;
	spin_lock_irq(&sighand->siglock);
	for (i = 0; i < ARRAY_SIZE(v->action); i++) {
		const struct sigaction *sa = &sighand->action[i].sa;

		v->action[i].handler = (unsigned long)sa->sa_handler;
		v->action[i].flags = sa->sa_flags;
		v->action[i].restorer = (unsigned long)sa->sa_restorer;
		v->action[i].mask = sa->sa_mask.sig[0];
	}
	spin_unlock_irq(&sighand->siglock);
	err = cpt_write_obj(ctx, CPT_OBJ_SIGHAND, obj->id, v, sizeof(*v), NULL, 0);
	kfree(v);
	return err;
}

const struct cpt_ops cpt_sighand_ops = {
	.collect = cpt_sighand_collect,
	.dump = cpt_sighand_dump,
};
