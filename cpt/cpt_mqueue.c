// SPDX-License-Identifier: GPL-2.0-only
/*
 * mqueue: POSIX message queues of the VE's IPC namespace, those without a name,
 * too, when the VE has them open. Descriptors are of the kind file. Who waits in
 * mq_send(3) or mq_receive(3) calls it again.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include "cpt_ipc.h"
#include "cpt_names.h"

static void *info_of(const void *inode)
{
	return vz_outer(mqueue_inode_info, vfs_inode, inode);
}

/* ---- what cannot be dumped ---- */

static int judge(struct vz_context *ctx, struct inode *inode, const char *name)
{
	void *info = info_of(inode);
	struct pid *owner;
	bool lives;
	int notify;

	spin_lock(vz_mqueue_inode_info_lock(info));
	owner = get_pid(*vz_mqueue_inode_info_notify_owner(info));
	notify = vz_mqueue_inode_info_notify(info)->sigev_notify;
	spin_unlock(vz_mqueue_inode_info_lock(info));
	rcu_read_lock();
	lives = owner && pid_task(owner, PIDTYPE_TGID);
	rcu_read_unlock();
	if (owner && notify == SIGEV_THREAD)
		cpt_refuse(ctx, "mqueue: %s: mq_notify with SIGEV_THREAD: not supported", name);
	else if (owner && !pid_nr_ns(owner, ctx->pidns))
		cpt_refuse(ctx, "mqueue: %s: a process outside of the VE is notified", name);
	else if (owner && !lives && !ctx->checking)
		cpt_refuse(ctx, "mqueue: %s: a process that has ended is notified: not supported", name);
	put_pid(owner);
	return 0;
}

/* ---- queues with a name ---- */

static int read_names(struct ipc_namespace *ipc, struct cpt_buf *names)
{
	struct path path = { .mnt = ipc->mq_mnt, .dentry = ipc->mq_mnt->mnt_root };

	return cpt_read_names(dentry_open(&path, O_RDONLY | O_DIRECTORY | O_NOATIME |
					  __FMODE_NONOTIFY, current_cred()), names);
}

static int visit_name(struct vz_context *ctx, struct ipc_namespace *ipc, const char *name)
{
	struct dentry *dentry = lookup_positive_unlocked(name, ipc->mq_mnt->mnt_root, strlen(name));
	struct vz_obj *obj;
	int err;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry) == -ENOENT && ctx->checking ? 0 : PTR_ERR(dentry);
	err = judge(ctx, d_inode(dentry), name);
	if (!err && !ctx->checking) {
		obj = cpt_collect(ctx, CPT_OBJ_MQUEUE, d_inode(dentry));
		err = PTR_ERR_OR_ZERO(obj);
	}
	dput(dentry);
	return err;
}

static int cpt_mqueue_root(struct vz_context *ctx)
{
	struct cpt_buf names = {};
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	const char *p;
	int err;

	if (!ns)
		return -ESRCH;
	err = read_names(ns->ipc_ns, &names);
	p = names.data;
	/* the newest stands first: in reverse the order is kept at restore */
	if (!err && p) {
		for (p += names.len; !err && p > (const char *)names.data;) {
			for (p--; p > (const char *)names.data && p[-1]; p--)
				;
			err = visit_name(ctx, ns->ipc_ns, p);
		}
	}
	cpt_buf_free(&names);
	vz_put_nsproxy(ns);
	if (err && err != -ESRCH)
		cpt_err(ctx, err, "mqueue: the queues cannot be listed: error %d", -err);
	return err;
}

/* ---- descriptors ---- */

/* One that was opened by its path on a mounted mqueue is on that mount. */
static bool is_mqueue(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_mqueue_file_operations &&
	       (file->f_path.mnt->mnt_flags & MNT_INTERNAL);
}

static void *hold(struct file *file)
{
	struct inode *inode = file_inode(file);

	ihold(inode);
	return inode;
}

static int judge_file(struct vz_context *ctx, void *held)
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	struct inode *inode = held;

	if (!ns)
		return -ESRCH;
	if (inode->i_sb != ns->ipc_ns->mq_mnt->mnt_sb)
		cpt_refuse(ctx, "%s: message queue of another IPC namespace: not supported", ctx->who);
	else if (!inode->i_nlink)
		judge(ctx, inode, "(unlinked)");
	vz_put_nsproxy(ns);
	return 0;
}

static void drop(void *held)
{
	iput(held);
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_MQUEUE, file_inode(file)));
}

static const void *object(const struct file *file)
{
	return file_inode(file);
}

static const struct cpt_file_type file_type = {
	.is = is_mqueue,
	.hold = hold,
	.judge = judge_file,
	.drop = drop,
	.collect = collect_file,
	.object = object,
};

/* ---- the record ---- */

/* Highest priority first, as they are received. The queue is locked. */
static bool copy_all(struct cpt_msgs *msgs, const void *info)
{
	const struct msg_msg *msg;
	struct rb_node *node;
	const void *leaf;

	for (node = rb_last(vz_mqueue_inode_info_msg_tree(info)); node; node = rb_prev(node)) {
		leaf = vz_outer(posix_msg_tree_node, rb_node, node);
		list_for_each_entry(msg, vz_posix_msg_tree_node_msg_list(leaf), m_list) {
			if (!cpt_msgs_add(msgs, msg))
				return false;
		}
	}
	return msgs->done == msgs->nr && msgs->at == msgs->bytes;
}

static void fill_notify(struct vz_context *ctx, struct cpt_mqueue_image *v, const void *info)
{
	const struct sigevent *notify = vz_mqueue_inode_info_notify(info);
	struct pid *owner = *vz_mqueue_inode_info_notify_owner(info);
	struct task_struct *task;

	v->notify_pid = pid_nr_ns(owner, ctx->pidns);
	if (!v->notify_pid)
		return;
	v->notify = CPT_MQ_NOTIFY_NONE;
	if (notify->sigev_notify != SIGEV_SIGNAL)
		return;
	v->notify_signo = notify->sigev_signo;
	v->notify_value = (unsigned long)notify->sigev_value.sival_ptr;
	rcu_read_lock();
	task = pid_task(owner, PIDTYPE_TGID);
	v->notify = task && task->self_exec_id == *vz_mqueue_inode_info_notify_self_exec_id(info) ?
		    CPT_MQ_NOTIFY_SIGNAL : CPT_MQ_NOTIFY_STALE;
	rcu_read_unlock();
}

static void fill(struct vz_context *ctx, struct cpt_mqueue_image *v, struct inode *inode)
{
	struct vz_times t = vz_inode_times(inode);
	void *info = info_of(inode);
	const struct ucounts *ucounts = *vz_mqueue_inode_info_ucounts(info);

	v->flags = inode->i_nlink ? 0 : CPT_MQUEUE_UNLINKED;
	v->mode = inode->i_mode & 07777;
	v->uid = __kuid_val(inode->i_uid);
	v->gid = __kgid_val(inode->i_gid);
	v->user = ucounts ? __kuid_val(ucounts->uid) : 0;
	v->atime_ns = timespec64_to_ns(&t.atime);
	v->mtime_ns = timespec64_to_ns(&t.mtime);
	v->ctime_ns = timespec64_to_ns(&t.ctime);
	v->maxmsg = vz_mqueue_inode_info_attr(info)->mq_maxmsg;
	v->msgsize = vz_mqueue_inode_info_attr(info)->mq_msgsize;
	fill_notify(ctx, v, info);
}

static int dump_queue(struct vz_context *ctx, struct vz_obj *obj, const char *name)
{
	struct cpt_msgs msgs = { .gap = strlen(name) + 1 };
	struct cpt_mqueue_image v = {};
	void *info = info_of(obj->ptr);
	bool same;
	int err;

	spin_lock(vz_mqueue_inode_info_lock(info));
	msgs.nr = vz_mqueue_inode_info_attr(info)->mq_curmsgs;
	msgs.bytes = *vz_mqueue_inode_info_qsize(info);
	spin_unlock(vz_mqueue_inode_info_lock(info));
	err = cpt_msgs_alloc(ctx, &msgs);
	if (err)
		return err;
	memcpy(msgs.buf + msgs.nr * sizeof(struct cpt_msg), name, strlen(name) + 1);
	spin_lock(vz_mqueue_inode_info_lock(info));
	fill(ctx, &v, obj->ptr);
	same = copy_all(&msgs, info);
	spin_unlock(vz_mqueue_inode_info_lock(info));
	v.msgs = msgs.nr;
	if (same)
		err = cpt_write_obj(ctx, CPT_OBJ_MQUEUE, obj->id, &v, sizeof(v), msgs.buf,
				    cpt_msgs_len(&msgs));
	else
		err = cpt_err(ctx, -EAGAIN, "mqueue %llu: has changed during the dump", obj->id);
	kvfree(msgs.buf);
	return err;
}

/* A process outside of the VE, or a message under way, may have a queue without a name. */
static int check_count(struct vz_context *ctx)
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	unsigned int there, met = 0;
	struct vz_obj *obj;

	if (!ns)
		return -ESRCH;
	there = READ_ONCE(ns->ipc_ns->mq_queues_count);
	vz_put_nsproxy(ns);
	vz_for_each_obj(ctx, CPT_OBJ_MQUEUE, obj)
		met++;
	return met == there ? 0 : cpt_err(ctx, -EBUSY, "mqueue: %u queues are there, %u were met",
					  there, met);
}

static int cpt_mqueue_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct name_snapshot name;
	struct dentry *dentry;
	struct vz_obj *obj;
	int err = check_count(ctx);

	vz_for_each_obj(ctx, CPT_OBJ_MQUEUE, obj) {
		if (err)
			break;
		dentry = d_find_any_alias(obj->ptr);
		if (!dentry)
			return cpt_err(ctx, -ENOENT, "mqueue %llu: has no name", obj->id);
		take_dentry_name_snapshot(&name, dentry);
		err = dump_queue(ctx, obj, (const char *)name.name.name);
		release_dentry_name_snapshot(&name);
		dput(dentry);
	}
	return err;
}

static void cpt_mqueue_get(void *ptr)
{
	ihold(ptr);
}

static void cpt_mqueue_put(void *ptr)
{
	iput(ptr);
}

const struct cpt_ops cpt_mqueue_ops = {
	.root = cpt_mqueue_root,
	.dump = cpt_mqueue_dump,
	.get = cpt_mqueue_get,
	.put = cpt_mqueue_put,
	.file = &file_type,
};
