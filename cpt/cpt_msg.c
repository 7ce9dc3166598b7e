// SPDX-License-Identifier: GPL-2.0-only
/*
 * msg: System V message queues. Who waits in msgsnd(2) or msgrcv(2) calls it again.
 */
#include <linux/idr.h>
#include <linux/slab.h>
#include "cpt_ipc.h"

static int cpt_msg_root(struct vz_context *ctx)
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	struct kern_ipc_perm *perm;
	struct ipc_ids *ids;
	unsigned long bytes, nr;
	int idx;

	if (!ns)
		return -ESRCH;
	ids = &ns->ipc_ns->ids[CPT_IDS_MSG];
	down_read(&ids->rwsem);
	idr_for_each_entry(&ids->ipcs_idr, perm, idx) {
		bytes = *vz_msg_queue_q_cbytes(vz_outer(msg_queue, q_perm, perm));
		nr = *vz_msg_queue_q_qnum(vz_outer(msg_queue, q_perm, perm));
		if (bytes + nr * sizeof(struct cpt_msg) > CPT_MAX_CONTENT)
			cpt_refuse(ctx, "msg %d: %lu bytes in %lu messages: not supported", perm->id,
				   bytes, nr);
	}
	up_read(&ids->rwsem);
	vz_put_nsproxy(ns);
	return 0;
}

static void fill(struct vz_context *ctx, struct cpt_msg_image *v, const struct kern_ipc_perm *perm)
{
	const void *q = vz_outer(msg_queue, q_perm, perm);

	cpt_ipc_perm(&v->perm, perm);
	v->stime = *vz_msg_queue_q_stime(q);
	v->rtime = *vz_msg_queue_q_rtime(q);
	v->ctime = *vz_msg_queue_q_ctime(q);
	v->qbytes = *vz_msg_queue_q_qbytes(q);
	v->lspid = pid_nr_ns(*vz_msg_queue_q_lspid(q), ctx->pidns);
	v->lrpid = pid_nr_ns(*vz_msg_queue_q_lrpid(q), ctx->pidns);
}

/* The queue is locked. Return: false: it is not what it was when the room was made. */
static bool copy_all(struct cpt_msgs *msgs, const void *q)
{
	const struct msg_msg *msg;

	list_for_each_entry(msg, vz_msg_queue_q_messages(q), m_list) {
		if (!cpt_msgs_add(msgs, msg))
			return false;
	}
	return msgs->done == msgs->nr && msgs->at == msgs->bytes;
}

static int dump_queue(struct vz_context *ctx, struct kern_ipc_perm *perm)
{
	const void *q = vz_outer(msg_queue, q_perm, perm);
	struct cpt_msg_image v = {};
	struct cpt_msgs msgs = {};
	bool same;
	int err;

	spin_lock(&perm->lock);
	msgs.nr = *vz_msg_queue_q_qnum(q);
	msgs.bytes = *vz_msg_queue_q_cbytes(q);
	spin_unlock(&perm->lock);
	err = cpt_msgs_alloc(ctx, &msgs);
	if (err)
		return err;
	spin_lock(&perm->lock);
	fill(ctx, &v, perm);
	same = copy_all(&msgs, q);
	spin_unlock(&perm->lock);
	v.msgs = msgs.nr;
	if (same)
		err = cpt_write_obj(ctx, CPT_OBJ_MSG, (u64)v.perm.id + 1, &v, sizeof(v), msgs.buf,
				    cpt_msgs_len(&msgs));
	else
		err = cpt_err(ctx, -EAGAIN, "msg %u: has changed during the dump", v.perm.id);
	kvfree(msgs.buf);
	return err;
}

static int cpt_msg_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return cpt_ipc_each(ctx, CPT_IDS_MSG, dump_queue);
}

const struct cpt_ops cpt_msg_ops = {
	.root = cpt_msg_root,
	.dump = cpt_msg_dump,
};
