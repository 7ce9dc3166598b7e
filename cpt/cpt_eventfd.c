// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd: a count. Who waits for it calls read(2) or write(2) again.
 */
#include <linux/eventfd.h>
#include <linux/fs.h>
#include "../kernel/access.h"
#include "cpt_aio.h"

static bool is_eventfd(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_eventfd_fops;
}

static void *hold(struct file *file)
{
	struct eventfd_ctx *efd = eventfd_ctx_fileget(file);

	return IS_ERR(efd) ? NULL : efd;
}

/* Held by its file and by us; others: what the kernel signals for somebody (aio, KVM, ...). */
static int judge(struct vz_context *ctx, void *held)
{
	if (kref_read(vz_eventfd_ctx_kref(held)) <= 2)
		return 0;
	/* requests in flight have it for a moment: they have ended when the VE is parked */
	if (!ctx->checking || !cpt_aio_used(ctx))
		cpt_refuse(ctx, "%s: eventfd that the kernel signals: not supported", ctx->who);
	return 0;
}

static void drop(void *held)
{
	eventfd_ctx_put(held);
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_EVENTFD, file));
}

static const struct cpt_file_type eventfd_files = {
	.is = is_eventfd,
	.hold = hold,
	.judge = judge,
	.drop = drop,
	.collect = collect_file,
	.object = cpt_file_itself,
};

/* The object is the file, which the kind file holds. */
static int cpt_eventfd_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

static int cpt_eventfd_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	struct eventfd_ctx *efd = file->private_data;
	struct cpt_eventfd_image v = {};

	spin_lock_irq(&vz_eventfd_ctx_wqh(efd)->lock);
	v.count = *vz_eventfd_ctx_count(efd);
	spin_unlock_irq(&vz_eventfd_ctx_wqh(efd)->lock);
	v.flags = *vz_eventfd_ctx_flags(efd) & EFD_SEMAPHORE;
	return cpt_write_obj(ctx, CPT_OBJ_EVENTFD, obj->id, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_eventfd_ops = {
	.collect = cpt_eventfd_collect,
	.dump = cpt_eventfd_dump,
	.file = &eventfd_files,
};
