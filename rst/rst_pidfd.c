// SPDX-License-Identifier: GPL-2.0-only
/*
 * pidfd: made by the kernel's own call when the whole tree of processes is there;
 * who is to be a zombie is not one yet.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <uapi/linux/pidfd.h>
#include "../kernel/access.h"
#include "rst_file.h"

#ifdef PIDFD_THREAD
#define THREAD	PIDFD_THREAD
#else	/* 6.9 */
#define THREAD	0
#endif

static int rst_pidfd_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_pidfd_image *v = rec->fixed;

	if (!rst_find(ctx, CPT_OBJ_TASK, v->pid))
		return rst_err(ctx, -EINVAL, "pidfd %llu: there is no task %u", rec->hdr.id, v->pid);
	if (v->flags & CPT_PIDFD_THREAD && !THREAD)
		return rst_err(ctx, -EOPNOTSUPP, "pidfd %llu: this kernel has none for threads",
			       rec->hdr.id);
	return 0;
}

static struct file *rst_pidfd_file(struct vz_context *ctx, const struct vz_rec *rec,
				   const struct cred *cred)
{
	const struct cpt_pidfd_image *v = rec->fixed;
	struct file *file;
	struct pid *pid;
	int fd;

	rcu_read_lock();
	pid = get_pid(find_pid_ns(v->pid, ctx->pidns));
	rcu_read_unlock();
	fd = pid ? vz_pidfd_prepare(pid, v->flags & CPT_PIDFD_THREAD ? THREAD : 0, &file) : -ESRCH;
	put_pid(pid);
	if (fd < 0) {
		rst_err(ctx, fd, "pidfd %llu: of process %u: cannot be made: error %d",
			rec->hdr.id, v->pid, -fd);
		return ERR_PTR(fd);
	}
	put_unused_fd(fd);
	return file;
}

const struct rst_ops rst_pidfd_ops = {
	.check = rst_pidfd_check,
	.file = rst_pidfd_file,
};
