// SPDX-License-Identifier: GPL-2.0-only
/*
 * pidfd: a process, or a zombie, of the VE.
 */
#include <linux/fs.h>
#include <linux/pid.h>
#include <uapi/linux/pidfd.h>
#include "../kernel/access.h"
#include "cpt_file.h"

bool cpt_file_is_pidfd(const struct file *file)
{
	return !IS_ERR(vz_pidfd_pid(file));
}

static void *hold(struct file *file)
{
	return get_pid(vz_pidfd_pid(file));
}

static int judge(struct vz_context *ctx, void *held)
{
	if (!pid_nr_ns(held, ctx->pidns))
		cpt_refuse(ctx, "%s: pidfd of a process outside of the VE: not supported", ctx->who);
	else if (!pid_has_task(held, PIDTYPE_PID))
		cpt_refuse(ctx, "%s: pidfd of a process that has ended: not supported", ctx->who);
	return 0;
}

static void drop(void *held)
{
	put_pid(held);
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_PIDFD, file));
}

static const struct cpt_file_type pidfd_files = {
	.is = cpt_file_is_pidfd,
	.hold = hold,
	.judge = judge,
	.drop = drop,
	.collect = collect_file,
	.object = cpt_file_itself,
};

/* The object is the file, which the kind file holds. */
static int cpt_pidfd_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

static int cpt_pidfd_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	struct cpt_pidfd_image v = {
		.pid = pid_nr_ns(vz_pidfd_pid(file), ctx->pidns),
	};

#ifdef PIDFD_THREAD
	if (file->f_flags & PIDFD_THREAD)
		v.flags |= CPT_PIDFD_THREAD;
#endif
	return cpt_write_obj(ctx, CPT_OBJ_PIDFD, obj->id, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_pidfd_ops = {
	.collect = cpt_pidfd_collect,
	.dump = cpt_pidfd_dump,
	.file = &pidfd_files,
};
