// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipc: the IPC namespace itself: limits, what its next ids depend on, and
 * SEM_UNDO's adjustments with who shares them.
 */
#include <linux/idr.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/refcount.h>
#include <linux/sched/task.h>
#include <linux/sem.h>
#include "rst_ipc.h"

/* ---- for the other kinds ---- */

struct ipc_namespace *rst_ipc_unlimited(void)
{
	struct ipc_namespace *ipc = current->nsproxy->ipc_ns;

	ipc->sem_ctls[0] = INT_MAX;
	ipc->sem_ctls[1] = INT_MAX;
	ipc->sem_ctls[2] = max(ipc->sem_ctls[2], 1);
	ipc->sem_ctls[3] = *vz_ipc_mni;
	ipc->msg_ctlmax = INT_MAX;
	ipc->msg_ctlmni = *vz_ipc_mni;
	ipc->shm_ctlmax = ULONG_MAX;
	ipc->shm_ctlall = ULONG_MAX;
	ipc->shm_ctlmni = *vz_ipc_mni;
	ipc->shm_rmid_forced = 0;
	return ipc;
}

struct nsproxy *rst_ipc_hold(struct vz_context *ctx)
{
	struct task_struct *init = get_pid_task(ctx->init, PIDTYPE_TGID);
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
		rst_err(ctx, -ESRCH, "ipc: the VE has ended");
	return ns;
}

void rst_ipc_next(struct ipc_ids *ids, u32 id)
{
	down_write(&ids->rwsem);
	ids->next_id = id;
	up_write(&ids->rwsem);
}

struct kern_ipc_perm *rst_ipc_find(struct ipc_ids *ids, u32 id)
{
	struct kern_ipc_perm *perm;

	down_read(&ids->rwsem);
	perm = idr_find(&ids->ipcs_idr, id & ((1U << *vz_ipc_mni_shift) - 1));
	up_read(&ids->rwsem);
	return perm && perm->id == (int)id ? perm : NULL;
}

void rst_ipc_set_perm(struct kern_ipc_perm *perm, const struct cpt_ipc_perm *v)
{
	perm->uid = KUIDT_INIT(v->uid);
	perm->gid = KGIDT_INIT(v->gid);
	perm->cuid = KUIDT_INIT(v->cuid);
	perm->cgid = KGIDT_INIT(v->cgid);
	perm->mode = v->mode;
}

int rst_ipc_pid(struct vz_context *ctx, u32 nr, struct pid **pid)
{
	pid_t set_tid[1] = { nr };
	struct pid *new = NULL;

	if (nr) {
		rcu_read_lock();
		new = get_pid(find_pid_ns(nr, ctx->pidns));
		rcu_read_unlock();
	}
	if (nr && !new) {	/* the number is free again, but is remembered */
		new = vz_alloc_pid(ctx->pidns, set_tid, 1);
		if (IS_ERR(new))
			return PTR_ERR(new);
		get_pid(new);
		vz_free_pid(new);
	}
	put_pid(*pid);
	*pid = new;
	return 0;
}

int rst_scratch_need(struct rst_scratch *s, size_t size)
{
	unsigned long addr;

	if (size <= s->size)
		return 0;
	rst_scratch_end(s);
	size = PAGE_ALIGN(size);
	addr = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(addr))
		return addr;
	s->addr = addr;
	s->size = size;
	return 0;
}

void rst_scratch_end(struct rst_scratch *s)
{
	if (s->size)
		vm_munmap(s->addr, s->size);
	*s = (struct rst_scratch){};
}

/* ---- SEM_UNDO ---- */

/**
 * struct undo_run - threads that share a list of adjustments
 * @task: the first of them, in whose context the list is made
 * @nr: how many
 */
struct undo_run {
	const struct cpt_sem_task *task;
	unsigned int nr;
};

/* Where the adjustments of @list begin, if there are any. */
static u32 first_of(const struct cpt_sem_undo *u, u32 n, u32 list)
{
	u32 lo = 0, mid;

	while (lo < n) {
		mid = lo + (n - lo) / 2;
		if (u[mid].list < list)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/*
 * The kernel makes the entry for an operation that cannot be: no value is
 * below zero, less 32768.
 */
static short *make_entry(u32 id)
{
	struct sembuf op = { .sem_op = SHRT_MIN, .sem_flg = SEM_UNDO | IPC_NOWAIT };
	struct list_head *node;
	long err = vz___do_semtimedop(id, &op, 1, NULL, current->nsproxy->ipc_ns);
	void *undo;

	if (err != -EAGAIN)
		return ERR_PTR(err < 0 ? err : -EINVAL);
	list_for_each(node, vz_sem_undo_list_list_proc(current->sysvsem.undo_list)) {
		undo = vz_outer(sem_undo, list_proc, node);
		if (*vz_sem_undo_semid(undo) == (int)id)
			return vz_semadj(vz_sem_undo_semadj(undo));
	}
	return ERR_PTR(-ENOENT);
}

static int make_entries(struct vz_context *ctx, u32 list)
{
	const struct cpt_sem_image *v;
	const struct cpt_sem_undo *u;
	const struct vz_rec *rec;
	unsigned int i, n;
	short *adj;

	rst_for_each(ctx, CPT_OBJ_SEM, i, rec) {
		v = rec->fixed;
		u = (const void *)((const struct cpt_sem *)rec->content + v->nsems);
		n = first_of(u, v->undos, list);
		if (n == v->undos || u[n].list != list)
			continue;
		adj = make_entry(v->perm.id);
		if (IS_ERR(adj))
			return PTR_ERR(adj);
		for (; n < v->undos && u[n].list == list; n++)
			adj[u[n].num] = u[n].adj;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* The other one is parked, and cannot leave that without its lock. */
static int share_with(struct vz_context *ctx, u32 tid)
{
	struct vz_task *vt = rst_task(ctx, tid);
	int err = -ESRCH;

	if (!vt || vt->zombie)
		return -EINVAL;
	spin_lock(&vt->lock);
	if (vt->state == VZ_PARKED)
		err = vt->task->sysvsem.undo_list ? -EEXIST :
						    vz_copy_semundo(CLONE_SYSVSEM, vt->task);
	spin_unlock(&vt->lock);
	return err;
}

static int make_list(struct vz_task *vt, void *arg)
{
	const struct undo_run *run = arg;
	unsigned int i;
	int err;

	if (current->sysvsem.undo_list)
		return -EEXIST;
	/* makes the list, for ourselves, and shares it with ourselves */
	err = vz_copy_semundo(CLONE_SYSVSEM, current);
	if (err)
		return err;
	refcount_dec(vz_sem_undo_list_refcnt(current->sysvsem.undo_list));
	err = make_entries(vt->ctx, run->task->list);
	for (i = 1; i < run->nr && !err; i++)
		err = share_with(vt->ctx, run->task[i].tid);
	return err;
}

static int make_lists(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_ipc_image *v = rec->fixed;
	const struct cpt_sem_task *t = rec->content;
	struct undo_run run;
	struct vz_task *vt;
	u32 i, end;
	int err;

	for (i = 0; i < v->tasks; i = end) {
		for (end = i + 1; end < v->tasks && t[end].list == t[i].list; end++)
			;
		run = (struct undo_run){ .task = t + i, .nr = end - i };
		vt = rst_task(ctx, t[i].tid);
		err = vt && !vt->zombie ? vz_call(vt, make_list, &run) : -EINVAL;
		if (err)
			return rst_err(ctx, err, "ipc: adjustments of semaphores by task %u cannot be made: error %d",
				       t[i].tid, -err);
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* ---- the namespace ---- */

static int check_ids(struct vz_context *ctx, const char *what, const struct cpt_ipc_ids *ids)
{
	u32 most = *vz_ipc_mni;

	if (ids->seq > INT_MAX >> *vz_ipc_mni_shift || ids->last > most || ids->next > most)
		return rst_err(ctx, -ERANGE, "ipc: ids of %s do not fit here: this kernel has %u of them",
			       what, most);
	return 0;
}

static int rst_ipc_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_ipc_image *v = rec->fixed;
	u32 most = *vz_ipc_mni;
	int err;

	err = check_ids(ctx, "semaphore sets", &v->sem_ids);
	if (!err)
		err = check_ids(ctx, "message queues", &v->msg_ids);
	if (!err)
		err = check_ids(ctx, "shared memory", &v->shm_ids);
	if (!err && (v->semmni > most || v->msgmni > most || v->shmmni > most))
		err = rst_err(ctx, -ERANGE, "ipc: a limit is above the %u ids of this kernel", most);
	return err;
}

static void set_ids(struct ipc_ids *ids, const struct cpt_ipc_ids *v)
{
	down_write(&ids->rwsem);
	ids->seq = v->seq;
	ids->last_idx = (int)v->last - 1;
	idr_set_cursor(&ids->ipcs_idr, v->next);
	up_write(&ids->rwsem);
}

static void set_namespace(struct ipc_namespace *ipc, const struct cpt_ipc_image *v)
{
	struct inode *dir = d_inode(ipc->mq_mnt->mnt_root);

	set_ids(&ipc->ids[RST_IDS_SEM], &v->sem_ids);
	set_ids(&ipc->ids[RST_IDS_MSG], &v->msg_ids);
	set_ids(&ipc->ids[RST_IDS_SHM], &v->shm_ids);
	ipc->sem_ctls[0] = v->semmsl;
	ipc->sem_ctls[1] = v->semmns;
	ipc->sem_ctls[2] = v->semopm;
	ipc->sem_ctls[3] = v->semmni;
	ipc->msg_ctlmax = v->msgmax;
	ipc->msg_ctlmnb = v->msgmnb;
	ipc->msg_ctlmni = v->msgmni;
	ipc->shm_ctlmni = v->shmmni;
	ipc->shm_ctlmax = v->shmmax;
	ipc->shm_ctlall = v->shmall;
	ipc->shm_rmid_forced = v->shm_rmid_forced;
	ipc->mq_queues_max = v->queues_max;
	ipc->mq_msg_max = v->msg_max;
	ipc->mq_msgsize_max = v->msgsize_max;
	ipc->mq_msg_default = v->msg_default;
	ipc->mq_msgsize_default = v->msgsize_default;
	inode_lock(dir);
	dir->i_mode = S_IFDIR | v->mq_mode;
	dir->i_uid = KUIDT_INIT(v->mq_uid);
	dir->i_gid = KGIDT_INIT(v->mq_gid);
	inode_unlock(dir);
}

/* Behind the other kinds': the limits hold from here on. */
static int rst_ipc_links(struct vz_context *ctx)
{
	const struct vz_rec *rec = rst_nth(ctx, CPT_OBJ_IPC, 0);
	struct nsproxy *ns;
	int err;

	err = make_lists(ctx, rec);
	if (err)
		return err;
	ns = rst_ipc_hold(ctx);
	if (!ns)
		return -ESRCH;
	set_namespace(ns->ipc_ns, rec->fixed);
	vz_put_nsproxy(ns);
	return 0;
}

const struct rst_ops rst_ipc_ops = {
	.check = rst_ipc_check,
	.links = rst_ipc_links,
};
