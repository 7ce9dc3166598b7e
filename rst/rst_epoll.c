// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll: an empty one; epitems adds what it watches when all files are there.
 */
#include <linux/fs.h>
#include <linux/sched/user.h>
#include "../kernel/access.h"
#include "rst_file.h"

static int rst_epoll_check(struct vz_context *ctx, const struct vz_rec *rec)
{
#ifndef EPIOCSPARAMS
	const struct cpt_epoll_image *v = rec->fixed;

	if (v->busy_poll_usecs || v->busy_poll_budget || v->prefer_busy_poll)
		return rst_err(ctx, -EOPNOTSUPP, "epoll %llu: this kernel has no busy polling for it",
			       rec->hdr.id);
#endif
	return 0;
}

static void set_params(void *ep, const struct cpt_epoll_image *v)
{
#ifdef EPIOCSPARAMS
	*vz_eventpoll_busy_poll_usecs(ep) = v->busy_poll_usecs;
	*vz_eventpoll_busy_poll_budget(ep) = v->busy_poll_budget;
	*vz_eventpoll_prefer_busy_poll(ep) = v->prefer_busy_poll;
#endif
}

static struct file *rst_epoll_file(struct vz_context *ctx, const struct vz_rec *rec,
				   const struct cred *cred)
{
	const struct cpt_epoll_image *v = rec->fixed;
	struct user_struct *user = vz_alloc_uid(KUIDT_INIT(v->user));
	struct pt_regs regs = { .di = 0 };
	struct file *file;
	void *ep;

	file = user ? rst_take_fd(vz___x64_sys_epoll_create1(&regs)) : ERR_PTR(-ENOMEM);
	if (IS_ERR(file)) {
		if (user)
			free_uid(user);
		rst_err(ctx, PTR_ERR(file), "epoll %llu: cannot be made: error %ld", rec->hdr.id,
			-PTR_ERR(file));
		return file;
	}
	/* it watches nothing yet: nothing is charged */
	ep = file->private_data;
	free_uid(*vz_eventpoll_user(ep));
	*vz_eventpoll_user(ep) = user;
	set_params(ep, v);
	return file;
}

const struct rst_ops rst_epoll_ops = {
	.check = rst_epoll_check,
	.file = rst_epoll_file,
};
