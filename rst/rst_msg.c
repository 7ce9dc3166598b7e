// SPDX-License-Identifier: GPL-2.0-only
/*
 * msg: message queues are made and filled in init; who sent and received last
 * is set when all processes are there.
 */
#include <linux/msg.h>
#include <linux/uaccess.h>
#include "rst_ipc.h"

static int send_one(u32 id, const struct cpt_msg *msg, const char *text, struct rst_scratch *s)
{
	char __user *to;
	int err;

	err = rst_scratch_need(s, sizeof(long) + msg->size);
	if (err)
		return err;
	to = (char __user *)s->addr;
	if (put_user((long)msg->type, (long __user *)to) ||
	    copy_to_user(to + sizeof(long), text, msg->size))
		return -EFAULT;
	return vz_ksys_msgsnd(id, (struct msgbuf __user *)to, msg->size, IPC_NOWAIT);
}

static int fill(const struct vz_rec *rec, struct rst_scratch *s)
{
	const struct cpt_msg_image *v = rec->fixed;
	const struct cpt_msg *msg = rec->content;
	const char *text = (const char *)(msg + v->msgs);
	u32 i;
	int err;

	for (i = 0; i < v->msgs; i++, msg++) {
		err = send_one(v->perm.id, msg, text, s);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
		text += msg->size;
	}
	return 0;
}

static int make_queue(struct vz_context *ctx, struct ipc_namespace *ipc, const struct vz_rec *rec,
		      struct rst_scratch *s)
{
	struct ipc_ids *ids = &ipc->ids[RST_IDS_MSG];
	const struct cpt_msg_image *v = rec->fixed;
	struct kern_ipc_perm *perm;
	void *q;
	long id;
	int err;

	rst_ipc_next(ids, v->perm.id);
	id = vz_ksys_msgget(v->perm.key, IPC_CREAT | IPC_EXCL | v->perm.mode);
	if (id < 0)
		return rst_err(ctx, id, "msg %u: cannot be made: error %ld", v->perm.id, -id);
	perm = rst_ipc_find(ids, v->perm.id);
	if (id != v->perm.id || !perm)
		return rst_err(ctx, -EEXIST, "msg %u: another queue has its place", v->perm.id);
	q = vz_outer(msg_queue, q_perm, perm);
	*vz_msg_queue_q_qbytes(q) = ULONG_MAX;
	err = fill(rec, s);
	if (err)
		return rst_err(ctx, err, "msg %u: cannot be filled: error %d", v->perm.id, -err);
	*vz_msg_queue_q_qbytes(q) = v->qbytes;
	rst_ipc_set_perm(perm, &v->perm);
	return 0;
}

static int rst_msg_ve(struct vz_context *ctx)
{
	struct ipc_namespace *ipc = rst_ipc_unlimited();
	struct rst_scratch s = {};
	const struct vz_rec *rec;
	unsigned int i;
	int err = 0;

	rst_for_each(ctx, CPT_OBJ_MSG, i, rec) {
		err = make_queue(ctx, ipc, rec, &s);
		if (err)
			break;
	}
	rst_scratch_end(&s);
	return err;
}

static int set_last(struct vz_context *ctx, struct ipc_namespace *ipc, const struct cpt_msg_image *v)
{
	struct kern_ipc_perm *perm = rst_ipc_find(&ipc->ids[RST_IDS_MSG], v->perm.id);
	void *q;
	int err;

	if (!perm)
		return rst_err(ctx, -ENOENT, "msg %u: is gone", v->perm.id);
	q = vz_outer(msg_queue, q_perm, perm);
	*vz_msg_queue_q_stime(q) = v->stime;
	*vz_msg_queue_q_rtime(q) = v->rtime;
	*vz_msg_queue_q_ctime(q) = v->ctime;
	err = rst_ipc_pid(ctx, v->lspid, vz_msg_queue_q_lspid(q));
	if (!err)
		err = rst_ipc_pid(ctx, v->lrpid, vz_msg_queue_q_lrpid(q));
	return err ? rst_err(ctx, err, "msg %u: pids %u, %u cannot be made: error %d", v->perm.id,
			     v->lspid, v->lrpid, -err) : 0;
}

static int rst_msg_links(struct vz_context *ctx)
{
	struct nsproxy *ns = rst_ipc_hold(ctx);
	const struct vz_rec *rec;
	unsigned int i;
	int err = 0;

	if (!ns)
		return -ESRCH;
	rst_for_each(ctx, CPT_OBJ_MSG, i, rec) {
		err = set_last(ctx, ns->ipc_ns, rec->fixed);
		if (err)
			break;
	}
	vz_put_nsproxy(ns);
	return err;
}

const struct rst_ops rst_msg_ops = {
	.ve = rst_msg_ve,
	.links = rst_msg_links,
};
