// SPDX-License-Identifier: GPL-2.0-only
/*
 * mqueue: queues are made and filled in init; files of the kind file are opened
 * on them; who is notified is set when all processes are there.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mqueue.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include "rst_ipc.h"

/* What the system calls are shown of user memory: name, attributes, a message. */
#define NAME_AT		0
#define ATTR_AT		256
#define TEXT_AT		512

static void *info_of(const struct path *path)
{
	return vz_outer(mqueue_inode_info, vfs_inode, d_inode(path->dentry));
}

static void rst_mqueue_undo(void *ptr)
{
	path_put(ptr);
	kfree(ptr);
}

static unsigned long swap_limit(unsigned long limit)
{
	struct rlimit *rlim = &current->signal->rlim[RLIMIT_MSGQUEUE];
	unsigned long old;

	task_lock(current->group_leader);
	old = rlim->rlim_cur;
	rlim->rlim_cur = limit;
	task_unlock(current->group_leader);
	return old;
}

/* The queue is charged to whom it was, whether that is within a limit or not. */
static long create(const struct cpt_mqueue_image *v, unsigned long at)
{
	struct pt_regs regs = {
		.di = at + NAME_AT, .si = O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, .dx = 0600,
		.r10 = at + ATTR_AT,
	};
	const struct cred *old;
	struct cred *cred;
	unsigned long limit;
	long fd;

	cred = prepare_creds();
	if (!cred)
		return -ENOMEM;
	cred->uid = KUIDT_INIT(v->user);
	fd = vz_set_cred_ucounts(cred);
	if (fd) {
		abort_creds(cred);
		return fd;
	}
	limit = swap_limit(RLIM_INFINITY);
	old = override_creds(cred);
	fd = vz___x64_sys_mq_open(&regs);
	revert_creds(old);
	put_cred(cred);
	swap_limit(limit);
	return fd;
}

static int send_all(long fd, const struct vz_rec *rec, const char *text, unsigned long at)
{
	const struct cpt_mqueue_image *v = rec->fixed;
	const struct cpt_msg *msg = rec->content;
	u32 i;
	int err;

	for (i = 0; i < v->msgs; i++, msg++) {
		struct pt_regs regs = {
			.di = fd, .si = at + TEXT_AT, .dx = msg->size, .r10 = msg->type,
		};

		if (copy_to_user((char __user *)at + TEXT_AT, text, msg->size))
			return -EFAULT;
		err = vz___x64_sys_mq_timedsend(&regs);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
		text += msg->size;
	}
	return 0;
}

static void set_inode(struct inode *inode, const struct cpt_mqueue_image *v)
{
	struct vz_times t = {
		.atime = ns_to_timespec64(v->atime_ns),
		.mtime = ns_to_timespec64(v->mtime_ns),
		.ctime = ns_to_timespec64(v->ctime_ns),
	};

	inode->i_mode = S_IFREG | v->mode;
	inode->i_uid = KUIDT_INIT(v->uid);
	inode->i_gid = KGIDT_INIT(v->gid);
	vz_set_inode_times(inode, &t);
}

/* Return: the queue's path, or ERR_PTR */
static struct path *make(const struct vz_rec *rec, unsigned long at)
{
	const struct cpt_mqueue_image *v = rec->fixed;
	const char *name = (const char *)((const struct cpt_msg *)rec->content + v->msgs);
	struct mq_attr attr = { .mq_maxmsg = v->maxmsg, .mq_msgsize = v->msgsize };
	struct pt_regs regs = { .di = at + NAME_AT };
	struct path *path;
	struct file *file;
	long fd, err;

	if (copy_to_user((char __user *)at + NAME_AT, name, strlen(name) + 1) ||
	    copy_to_user((char __user *)at + ATTR_AT, &attr, sizeof(attr)))
		return ERR_PTR(-EFAULT);
	path = kmalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return ERR_PTR(-ENOMEM);
	fd = create(v, at);
	file = fd < 0 ? NULL : fget(fd);
	if (!file) {
		kfree(path);
		return ERR_PTR(fd < 0 ? fd : -EBADF);
	}
	*path = file->f_path;
	path_get(path);
	fput(file);
	err = send_all(fd, rec, name + strlen(name) + 1, at);
	close_fd(fd);
	if (!err && (v->flags & CPT_MQUEUE_UNLINKED))
		err = vz___x64_sys_mq_unlink(&regs);
	if (err) {
		rst_mqueue_undo(path);
		return ERR_PTR(err);
	}
	set_inode(d_inode(path->dentry), v);
	return path;
}

/* Those without a name first: another queue may have it by now. */
static int make_all(struct vz_context *ctx, struct rst_scratch *s, bool unlinked)
{
	const struct cpt_mqueue_image *v;
	const struct vz_rec *rec;
	struct path *path;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_MQUEUE, i, rec) {
		v = rec->fixed;
		if (!!(v->flags & CPT_MQUEUE_UNLINKED) != unlinked)
			continue;
		err = rst_scratch_need(s, TEXT_AT + v->msgsize);
		path = err ? ERR_PTR(err) : make(rec, s->addr);
		err = PTR_ERR_OR_ZERO(path);
		if (!err) {
			err = rst_keep(ctx, CPT_OBJ_MQUEUE, rec->hdr.id, path);
			if (err)
				rst_mqueue_undo(path);
		}
		if (err)
			return rst_err(ctx, err, "mqueue %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
	}
	return 0;
}

static int rst_mqueue_ve(struct vz_context *ctx)
{
	struct rst_scratch s = {};
	int err;

	err = make_all(ctx, &s, true);
	if (!err)
		err = make_all(ctx, &s, false);
	rst_scratch_end(&s);
	return err;
}

static struct file *rst_mqueue_open(struct vz_context *ctx, const struct vz_rec *rec,
				    const struct cpt_file_image *v, const struct cred *cred)
{
	struct path *path = rst_made(ctx, CPT_OBJ_MQUEUE, rec->hdr.id);

	return path ? dentry_open(path, v->f_flags, cred) : ERR_PTR(-EINVAL);
}

static int set_notify(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mqueue_image *v = rec->fixed;
	struct path *path = rst_made(ctx, CPT_OBJ_MQUEUE, rec->hdr.id);
	struct vz_task *vt = rst_task(ctx, v->notify_pid);
	struct sigevent *notify;
	void *info;

	if (!path || !vt || vt->zombie || !vz_is_leader(vt))
		return rst_err(ctx, -EINVAL, "mqueue %llu: there is no process %u to be notified",
			       rec->hdr.id, v->notify_pid);
	info = info_of(path);
	notify = vz_mqueue_inode_info_notify(info);
	spin_lock(vz_mqueue_inode_info_lock(info));
	notify->sigev_notify = v->notify == CPT_MQ_NOTIFY_NONE ? SIGEV_NONE : SIGEV_SIGNAL;
	notify->sigev_signo = v->notify_signo;
	notify->sigev_value.sival_ptr = (void __user *)(unsigned long)v->notify_value;
	*vz_mqueue_inode_info_notify_self_exec_id(info) =
		(u32)vt->task->self_exec_id - (v->notify == CPT_MQ_NOTIFY_STALE);
	*vz_mqueue_inode_info_notify_owner(info) = get_task_pid(vt->task, PIDTYPE_TGID);
	*vz_mqueue_inode_info_notify_user_ns(info) = get_user_ns(ctx->pidns->user_ns);
	spin_unlock(vz_mqueue_inode_info_lock(info));
	return 0;
}

static int rst_mqueue_links(struct vz_context *ctx)
{
	const struct cpt_mqueue_image *v;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_MQUEUE, i, rec) {
		v = rec->fixed;
		err = v->notify ? set_notify(ctx, rec) : 0;
		if (err)
			return err;
	}
	return 0;
}

const struct rst_ops rst_mqueue_ops = {
	.ve = rst_mqueue_ve,
	.links = rst_mqueue_links,
	.open = rst_mqueue_open,
	.undo = rst_mqueue_undo,
};
