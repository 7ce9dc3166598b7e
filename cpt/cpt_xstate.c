// SPDX-License-Identifier: GPL-2.0-only
/*
 * xstate: extended processor state of a thread (x87, SSE, AVX, PKRU, ...).
 */
#include <linux/regset.h>
#include <linux/slab.h>
#include <asm/fpu/xcr.h>
#include "../kernel/access.h"
#include "../kernel/xstate.h"
#include "cpt.h"

u64 cpt_xfeatures(void)
{
	return xgetbv(XCR_XFEATURE_ENABLED_MASK);
}

static int dump_task(struct vz_context *ctx, struct vz_task *vt, void *buf, unsigned int size)
{
	struct cpt_xstate_image v = { .tid = vt->pid };
	struct membuf to = { .p = buf, .left = size };
	int err;

	/* a stopped task was seen off its CPU by vz_park_all() */
	if (!vt->in_place && vz_wait_inactive(vt))
		return cpt_err(ctx, -ESRCH, "task %d: has ended", vt->pid);
	err = vz_xstateregs_get(vt->task, NULL, to);
	if (err)
		return cpt_err(ctx, err, "xstate %d: cannot be read: error %d", vt->pid, -err);
	return cpt_write_obj(ctx, CPT_OBJ_XSTATE, vt->pid, &v, sizeof(v), buf, size);
}

static int cpt_xstate_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	unsigned int size = vz_xstate_size();
	void *buf = kvzalloc(size, GFP_KERNEL);
	struct vz_task *vt;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	vz_for_each_task(ctx, vt) {
		if (vt->zombie)
			continue;
		err = dump_task(ctx, vt, buf, size);
		if (err)
			break;
	}
	kvfree(buf);
	return err;
}

const struct cpt_ops cpt_xstate_ops = {
	.dump = cpt_xstate_dump,
};
