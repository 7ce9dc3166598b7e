// SPDX-License-Identifier: GPL-2.0-only
/*
 * signalfd: a mask. The signals are the reader's.
 */
#include <linux/fs.h>
#include <linux/signal.h>
#include "../kernel/access.h"
#include "cpt_file.h"

bool cpt_file_is_signalfd(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_signalfd_fops;
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_SIGNALFD, file));
}

static const struct cpt_file_type signalfd_files = {
	.is = cpt_file_is_signalfd,
	.collect = collect_file,
	.object = cpt_file_itself,
};

/* The object is the file, which the kind file holds. */
static int cpt_signalfd_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

/* The kernel keeps the signals that are not wanted. */
static int cpt_signalfd_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	struct cpt_signalfd_image v = {
		.mask = ~vz_signalfd_ctx_sigmask(file->private_data)->sig[0],
	};

	return cpt_write_obj(ctx, CPT_OBJ_SIGNALFD, obj->id, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_signalfd_ops = {
	.collect = cpt_signalfd_collect,
	.dump = cpt_signalfd_dump,
	.file = &signalfd_files,
};
