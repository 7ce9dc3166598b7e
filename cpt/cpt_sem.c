// SPDX-License-Identifier: GPL-2.0-only
/*
 * sem: System V semaphore sets, with what SEM_UNDO has promised. Who waits in
 * semop(2) calls it again.
 */
#include <linux/idr.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "cpt_ipc.h"

/*
 * Lists of adjustments are objects of the kind ipc. Threads of a process share one,
 * also before there are any.
 */
static int collect_lists(struct vz_context *ctx)
{
	struct vz_task *vt;
	struct vz_obj *obj;
	void *list;

	vz_for_each_task(ctx, vt) {
		list = vt->zombie ? NULL : vt->task->sysvsem.undo_list;
		if (!list)
			continue;
		obj = cpt_collect(ctx, CPT_OBJ_IPC, list);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	vz_for_each_obj(ctx, CPT_OBJ_IPC, obj) {
		if (refcount_read(vz_sem_undo_list_refcnt(obj->ptr)) != obj->users)
			cpt_refuse(ctx, "sem: adjustments (SEM_UNDO) are shared with a process outside of the VE");
	}
	return 0;
}

static int cpt_sem_root(struct vz_context *ctx)
{
	struct nsproxy *ns = cpt_ipc_hold(ctx);
	struct kern_ipc_perm *perm;
	struct ipc_ids *ids;
	int idx, nsems;

	if (!ns)
		return -ESRCH;
	ids = &ns->ipc_ns->ids[CPT_IDS_SEM];
	down_read(&ids->rwsem);
	idr_for_each_entry(&ids->ipcs_idr, perm, idx) {
		nsems = *vz_sem_array_sem_nsems(vz_outer(sem_array, sem_perm, perm));
		if (nsems > CPT_MAX_SEMS)
			cpt_refuse(ctx, "sem %d: %d semaphores in a set: not supported", perm->id,
				   nsems);
	}
	up_read(&ids->rwsem);
	vz_put_nsproxy(ns);
	return ctx->checking ? 0 : collect_lists(ctx);
}

/* ---- the record ---- */

static void fill_sems(struct vz_context *ctx, struct cpt_sem_image *v, struct cpt_sem *to,
		      const void *sma)
{
	time64_t otime;
	unsigned int i;
	void *sem;

	for (i = 0; i < v->nsems; i++) {
		sem = vz_sem_nth(sma, i);
		to[i].val = *vz_sem_semval(sem);
		to[i].pid = pid_nr_ns(*vz_sem_sempid(sem), ctx->pidns);
		otime = *vz_sem_sem_otime(sem);
		v->otime = max_t(s64, v->otime, otime);
	}
}

/* Only what is not zero. @to: room for @max; NULL: they are counted. */
static u32 fill_undos(struct vz_context *ctx, struct cpt_sem_image *v, struct cpt_sem_undo *to,
		      u32 max, const void *sma)
{
	struct list_head *head = vz_sem_array_list_id(sma), *node;
	const short *adj;
	u32 list, i, n = 0;
	void *undo;

	list_for_each(node, head) {
		undo = vz_outer(sem_undo, list_id, node);
		adj = vz_semadj(vz_sem_undo_semadj(undo));
		list = cpt_id(ctx, CPT_OBJ_IPC, *vz_sem_undo_ulp(undo));
		for (i = 0; list && i < v->nsems; i++) {
			if (!adj[i])
				continue;
			if (to && n < max)
				to[n] = (struct cpt_sem_undo){ .list = list, .num = i, .adj = adj[i] };
			n++;
		}
	}
	return n;
}

static int by_list(const void *a, const void *b)
{
	const struct cpt_sem_undo *x = a, *y = b;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	return x->num < y->num ? -1 : x->num > y->num;
}

static int dump_set(struct vz_context *ctx, struct kern_ipc_perm *perm)
{
	const void *sma = vz_outer(sem_array, sem_perm, perm);
	struct cpt_sem_image v = {};
	struct cpt_sem_undo *undos;
	struct cpt_sem *sems;
	size_t size, len;
	u32 n;
	int err;

	v.nsems = *vz_sem_array_sem_nsems(sma);
	spin_lock(&perm->lock);
	v.undos = fill_undos(ctx, &v, NULL, 0, sma);
	spin_unlock(&perm->lock);
	size = v.nsems * sizeof(*sems);
	len = size + v.undos * sizeof(*undos);
	sems = kvzalloc(len, GFP_KERNEL);
	if (!sems)
		return -ENOMEM;
	undos = (struct cpt_sem_undo *)((char *)sems + size);
	spin_lock(&perm->lock);
	cpt_ipc_perm(&v.perm, perm);
	v.ctime = *vz_sem_array_sem_ctime(sma);
	fill_sems(ctx, &v, sems, sma);
	n = fill_undos(ctx, &v, undos, v.undos, sma);
	spin_unlock(&perm->lock);
	if (n == v.undos) {
		sort(undos, n, sizeof(*undos), by_list, NULL);
		err = cpt_write_obj(ctx, CPT_OBJ_SEM, (u64)v.perm.id + 1, &v, sizeof(v), sems, len);
	} else {
		err = cpt_err(ctx, -EAGAIN, "sem %u: has changed during the dump", v.perm.id);
	}
	kvfree(sems);
	return err;
}

static int cpt_sem_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return cpt_ipc_each(ctx, CPT_IDS_SEM, dump_set);
}

const struct cpt_ops cpt_sem_ops = {
	.root = cpt_sem_root,
	.dump = cpt_sem_dump,
};
