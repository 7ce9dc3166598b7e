// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd: made by eventfd2(2); the count, which has 64 bits, is set directly.
 */
#include <linux/eventfd.h>
#include <linux/fs.h>
#include "../kernel/access.h"
#include "rst_file.h"

static struct file *rst_eventfd_file(struct vz_context *ctx, const struct vz_rec *rec,
				     const struct cred *cred)
{
	const struct cpt_eventfd_image *v = rec->fixed;
	struct pt_regs regs = { .di = 0, .si = v->flags };
	struct file *file = rst_take_fd(vz___x64_sys_eventfd2(&regs));
	void *efd;

	if (IS_ERR(file)) {
		rst_err(ctx, PTR_ERR(file), "eventfd %llu: cannot be made: error %ld", rec->hdr.id,
			-PTR_ERR(file));
		return file;
	}
	efd = file->private_data;
	spin_lock_irq(&vz_eventfd_ctx_wqh(efd)->lock);
	*vz_eventfd_ctx_count(efd) = v->count;
	spin_unlock_irq(&vz_eventfd_ctx_wqh(efd)->lock);
	return file;
}

const struct rst_ops rst_eventfd_ops = {
	.file = rst_eventfd_file,
};
