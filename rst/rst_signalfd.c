// SPDX-License-Identifier: GPL-2.0-only
/*
 * signalfd: made by the kernel's signalfd(2).
 */
#include <linux/fs.h>
#include <linux/signal.h>
#include "../kernel/access.h"
#include "rst_file.h"

static struct file *rst_signalfd_file(struct vz_context *ctx, const struct vz_rec *rec,
				      const struct cred *cred)
{
	const struct cpt_signalfd_image *v = rec->fixed;
	sigset_t mask = { .sig = { v->mask } };
	struct file *file = rst_take_fd(vz_do_signalfd4(-1, &mask, 0));

	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "signalfd %llu: cannot be made: error %ld", rec->hdr.id,
			-PTR_ERR(file));
	return file;
}

const struct rst_ops rst_signalfd_ops = {
	.file = rst_signalfd_file,
};
