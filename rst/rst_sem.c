// SPDX-License-Identifier: GPL-2.0-only
/*
 * sem: semaphore sets are made in init; their values come when all processes are
 * there. SEM_UNDO's adjustments are made by the kind ipc.
 */
#include "rst_ipc.h"

static int make_set(struct vz_context *ctx, struct ipc_namespace *ipc, const struct cpt_sem_image *v)
{
	struct ipc_ids *ids = &ipc->ids[RST_IDS_SEM];
	struct kern_ipc_perm *perm;
	long id;

	rst_ipc_next(ids, v->perm.id);
	id = vz_ksys_semget(v->perm.key, v->nsems, IPC_CREAT | IPC_EXCL | v->perm.mode);
	if (id < 0)
		return rst_err(ctx, id, "sem %u: cannot be made: error %ld", v->perm.id, -id);
	perm = rst_ipc_find(ids, v->perm.id);
	if (id != v->perm.id || !perm)
		return rst_err(ctx, -EEXIST, "sem %u: another set has its place", v->perm.id);
	rst_ipc_set_perm(perm, &v->perm);
	return 0;
}

static int rst_sem_ve(struct vz_context *ctx)
{
	struct ipc_namespace *ipc = rst_ipc_unlimited();
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_SEM, i, rec) {
		err = make_set(ctx, ipc, rec->fixed);
		if (err)
			return err;
	}
	return 0;
}

static int set_values(struct vz_context *ctx, struct ipc_namespace *ipc, const struct vz_rec *rec)
{
	const struct cpt_sem_image *v = rec->fixed;
	const struct cpt_sem *from = rec->content;
	struct kern_ipc_perm *perm = rst_ipc_find(&ipc->ids[RST_IDS_SEM], v->perm.id);
	void *sma, *sem;
	u32 i;
	int err;

	if (!perm)
		return rst_err(ctx, -ENOENT, "sem %u: is gone", v->perm.id);
	sma = vz_outer(sem_array, sem_perm, perm);
	for (i = 0; i < v->nsems; i++) {
		sem = vz_sem_nth(sma, i);
		*vz_sem_semval(sem) = from[i].val;
		err = rst_ipc_pid(ctx, from[i].pid, vz_sem_sempid(sem));
		if (err)
			return rst_err(ctx, err, "sem %u: pid %u cannot be made: error %d", v->perm.id,
				       from[i].pid, -err);
	}
	*vz_sem_sem_otime(vz_sem_nth(sma, 0)) = v->otime;
	*vz_sem_array_sem_ctime(sma) = v->ctime;
	return 0;
}

static int rst_sem_links(struct vz_context *ctx)
{
	struct nsproxy *ns = rst_ipc_hold(ctx);
	const struct vz_rec *rec;
	unsigned int i;
	int err = 0;

	if (!ns)
		return -ESRCH;
	rst_for_each(ctx, CPT_OBJ_SEM, i, rec) {
		err = set_values(ctx, ns->ipc_ns, rec);
		if (!err && signal_pending(current))
			err = -EINTR;
		if (err)
			break;
	}
	vz_put_nsproxy(ns);
	return err;
}

const struct rst_ops rst_sem_ops = {
	.ve = rst_sem_ve,
	.links = rst_sem_links,
};
