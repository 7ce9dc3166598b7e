// SPDX-License-Identifier: GPL-2.0-only
/*
 * xstate: extended processor state of a thread.
 */
#include <linux/slab.h>
#include <asm/fpu/xcr.h>
#include "../kernel/xstate.h"
#include "rst.h"

#define XSTATE_BV_OFFSET 512	/* of the header in the standard format */

/* Bits of XSTATE_BV: what of the state is not in its initial configuration. */
static u64 features_in(const struct vz_rec *rec)
{
	u64 bv;

	memcpy(&bv, rec->content + XSTATE_BV_OFFSET, sizeof(bv));
	return bv;
}

static int rst_xstate_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_xstate_image *v = rec->fixed;
	u64 missing;

	if (rec->hdr.len < XSTATE_BV_OFFSET + 64)
		return rst_err(ctx, -EINVAL, "xstate %u: is too short", v->tid);
	missing = features_in(rec) & ~xgetbv(XCR_XFEATURE_ENABLED_MASK);
	if (missing)
		return rst_err(ctx, -EINVAL, "xstate %u: this host lacks processor state %#llx",
			       v->tid, missing);
	return 0;
}

/*
 * From the controller: the task is parked and off its processor, so its state
 * is in memory; it loads it when it returns to user mode.
 */
static int rst_xstate_links(struct vz_context *ctx)
{
	unsigned int size = vz_xstate_size();
	const struct vz_rec *rec;
	struct vz_task *vt;
	int err = 0;
	void *buf;

	buf = kvzalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	vz_for_each_task(ctx, vt) {
		if (vt->zombie)
			continue;
		rec = rst_find(ctx, CPT_OBJ_XSTATE, vt->pid);
		if (!rec) {
			err = rst_err(ctx, -EINVAL, "task %d: has no xstate", vt->pid);
			break;
		}
		memset(buf, 0, size);
		memcpy(buf, rec->content, min_t(u64, size, rec->hdr.len));
		err = vz_wait_inactive(vt);
		if (!err)
			err = vz_xstateregs_set(vt->task, NULL, 0, size, buf, NULL);
		if (err) {
			rst_err(ctx, err, "xstate %d: cannot be set: error %d", vt->pid, -err);
			break;
		}
	}
	kvfree(buf);
	return err;
}

const struct rst_ops rst_xstate_ops = {
	.check = rst_xstate_check,
	.links = rst_xstate_links,
};
