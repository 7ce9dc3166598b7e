// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll: what is known of it without what it watches (epitems).
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt.h"

static bool is_epoll(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_eventpoll_fops;
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_EPOLL, file));
}

static const struct cpt_file_type epoll_files = {
	.is = is_epoll,
	.collect = collect_file,
	.object = cpt_file_itself,
};

/* The object is the file, which the kind file holds; the data who was met with it. */
static int cpt_epoll_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	obj->data = kvmalloc(sizeof(ctx->who), GFP_KERNEL);
	if (!obj->data)
		return -ENOMEM;
	memcpy(obj->data, ctx->who, sizeof(ctx->who));
	return 0;
}

static int cpt_epoll_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	void *ep = file->private_data;
	struct cpt_epoll_image v = {
		.user = __kuid_val((*vz_eventpoll_user(ep))->uid),
	};

#ifdef EPIOCSPARAMS
	v.busy_poll_usecs = *vz_eventpoll_busy_poll_usecs(ep);
	v.busy_poll_budget = *vz_eventpoll_busy_poll_budget(ep);
	v.prefer_busy_poll = *vz_eventpoll_prefer_busy_poll(ep);
#endif
	return cpt_write_obj(ctx, CPT_OBJ_EPOLL, obj->id, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_epoll_ops = {
	.collect = cpt_epoll_collect,
	.dump = cpt_epoll_dump,
	.file = &epoll_files,
};
