// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipc: the IPC namespace itself: limits, what its next ids depend on, and who
 * shares SEM_UNDO's adjustments.
 */
#include <linux/dcache.h>
#include <linux/idr.h>
#include <linux/mount.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "cpt_ipc.h"
#include "cpt_task.h"

struct nsproxy *cpt_ipc_hold(struct vz_context *ctx)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct nsproxy *ns = NULL;

	if (init) {
		task_lock(init);
		ns = init->nsproxy;
		if (ns)
			get_nsproxy(ns);
		task_unlock(init);
		put_task_struct(init);
	}
	if (!ns)
		cpt_err(ctx, -ESRCH, "ipc: the VE has ended");
	return ns;
}

int cpt_ipc_each(struct vz_context *ctx, unsigned int which,
		 int (*fn)(struct vz_context *ctx, struct kern_ipc_perm *perm))
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	struct kern_ipc_perm *perm;
	struct ipc_ids *ids;
	int idx, err = 0;

	if (!ns)
		return -ESRCH;
	ids = &ns->ipc_ns->ids[which];
	down_read(&ids->rwsem);
	idr_for_each_entry(&ids->ipcs_idr, perm, idx) {
		err = fn(ctx, perm);
		if (err)
			break;
	}
	up_read(&ids->rwsem);
	vz_put_nsproxy(ns);
	return err;
}

void cpt_ipc_perm(struct cpt_ipc_perm *v, const struct kern_ipc_perm *perm)
{
	v->id = perm->id;
	v->key = perm->key;
	v->uid = __kuid_val(perm->uid);
	v->gid = __kgid_val(perm->gid);
	v->cuid = __kuid_val(perm->cuid);
	v->cgid = __kgid_val(perm->cgid);
	v->mode = perm->mode;
}

/* ---- messages, System V and POSIX ---- */

/**
 * cpt_msgs_alloc() - room for the messages of a queue
 * @ctx: the context
 * @msgs: nr, bytes and gap are set; buf is for kvfree()
 *
 * Return: 0, -ENOMEM, -E2BIG after cpt_err()
 */
int cpt_msgs_alloc(struct vz_context *ctx, struct cpt_msgs *msgs)
{
	msgs->done = 0;
	msgs->at = 0;
	if (msgs->bytes > CPT_MAX_CONTENT || cpt_msgs_len(msgs) > CPT_MAX_CONTENT)
		return cpt_err(ctx, -E2BIG, "ipc: %zu bytes of messages in a queue: not supported",
			       msgs->bytes);
	msgs->buf = kvmalloc(max_t(size_t, cpt_msgs_len(msgs), 8), GFP_KERNEL);
	return msgs->buf ? 0 : -ENOMEM;
}

/**
 * cpt_msgs_add() - copy the next message
 * @msgs: with room for all that there were when it was allocated
 * @msg: the queue is locked
 *
 * A message is one page with the struct in front, then segments of a page each.
 *
 * Return: false: there are more than there were
 */
bool cpt_msgs_add(struct cpt_msgs *msgs, const struct msg_msg *msg)
{
	struct cpt_msg *v = (struct cpt_msg *)msgs->buf + msgs->done;
	char *to = msgs->buf + msgs->nr * sizeof(*v) + msgs->gap + msgs->at;
	size_t left = msg->m_ts, n = min(left, PAGE_SIZE - sizeof(*msg));
	const struct msg_msgseg *seg;

	if (msgs->done == msgs->nr || left > msgs->bytes - msgs->at)
		return false;
	v->type = msg->m_type;
	v->size = left;
	memcpy(to, msg + 1, n);
	for (seg = msg->next; seg; seg = *vz_msg_msgseg_next(seg)) {
		to += n;
		left -= n;
		n = min(left, PAGE_SIZE - vz_size_msg_msgseg);
		memcpy(to, (char *)seg + vz_size_msg_msgseg, n);
	}
	msgs->done++;
	msgs->at += msg->m_ts;
	return true;
}

/* ---- the namespace ---- */

static void fill_ids(struct cpt_ipc_ids *v, struct ipc_ids *ids)
{
	down_read(&ids->rwsem);
	v->seq = ids->seq;
	v->last = ids->last_idx + 1;
	v->next = idr_get_cursor(&ids->ipcs_idr);
	up_read(&ids->rwsem);
}

static void fill(struct cpt_ipc_image *v, struct ipc_namespace *ipc)
{
	const struct inode *dir = d_inode(ipc->mq_mnt->mnt_root);

	fill_ids(&v->sem_ids, &ipc->ids[CPT_IDS_SEM]);
	fill_ids(&v->msg_ids, &ipc->ids[CPT_IDS_MSG]);
	fill_ids(&v->shm_ids, &ipc->ids[CPT_IDS_SHM]);
	v->semmsl = ipc->sem_ctls[0];
	v->semmns = ipc->sem_ctls[1];
	v->semopm = ipc->sem_ctls[2];
	v->semmni = ipc->sem_ctls[3];
	v->msgmax = ipc->msg_ctlmax;
	v->msgmnb = ipc->msg_ctlmnb;
	v->msgmni = ipc->msg_ctlmni;
	v->shmmni = ipc->shm_ctlmni;
	v->shmmax = ipc->shm_ctlmax;
	v->shmall = ipc->shm_ctlall;
	v->shm_rmid_forced = ipc->shm_rmid_forced;
	v->queues_max = ipc->mq_queues_max;
	v->msg_max = ipc->mq_msg_max;
	v->msgsize_max = ipc->mq_msgsize_max;
	v->msg_default = ipc->mq_msg_default;
	v->msgsize_default = ipc->mq_msgsize_default;
	v->mq_mode = dir->i_mode & 07777;
	v->mq_uid = __kuid_val(dir->i_uid);
	v->mq_gid = __kgid_val(dir->i_gid);
}

static int by_list(const void *a, const void *b)
{
	const struct cpt_sem_task *x = a, *y = b;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

/* Who has adjustments, or shares what may become some: the objects that the kind sem collected. */
static int fill_tasks(struct vz_context *ctx, struct cpt_ipc_image *v, struct cpt_buf *content)
{
	struct cpt_sem_task t = {};
	struct vz_obj *obj;
	struct vz_task *vt;
	void *list;
	int err;

	vz_for_each_task(ctx, vt) {
		list = vt->zombie ? NULL : vt->task->sysvsem.undo_list;
		obj = list ? vz_obj_find(ctx, CPT_OBJ_IPC, list) : NULL;
		if (!obj || (obj->users == 1 && list_empty(vz_sem_undo_list_list_proc(list))))
			continue;
		t.tid = vt->pid;
		t.list = obj->id;
		err = cpt_buf_add(content, &t, sizeof(t));
		if (err)
			return err;
		v->tasks++;
	}
	if (v->tasks)
		sort(content->data, v->tasks, sizeof(t), by_list, NULL);
	return 0;
}

static int cpt_ipc_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	struct cpt_ipc_image v = {};
	struct cpt_buf content = {};
	int err;

	if (!ns)
		return -ESRCH;
	fill(&v, ns->ipc_ns);
	vz_put_nsproxy(ns);
	err = fill_tasks(ctx, &v, &content);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_IPC, 1, &v, sizeof(v), content.data, content.len);
	cpt_buf_free(&content);
	return err;
}

const struct cpt_ops cpt_ipc_ops = {
	.dump = cpt_ipc_dump,
};
