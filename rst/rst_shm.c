// SPDX-License-Identifier: GPL-2.0-only
/*
 * shm: segments are made in init; files that stand for them by attaching them there
 * for a moment. What mapping has changed is set when all processes have theirs.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/shm.h>
#include <uapi/linux/shm.h>
#include <linux/user_namespace.h>
#include <asm/shmparam.h>
#include "rst_ipc.h"
#include "rst_shmem.h"

static void *segment(struct ipc_namespace *ipc, u32 id)
{
	struct kern_ipc_perm *perm = rst_ipc_find(&ipc->ids[RST_IDS_SHM], id);

	return perm ? vz_outer(shmid_kernel, shm_perm, perm) : NULL;
}

/* The memory is charged to whom it was, whether that is within a limit or not. */
static int lock_memory(void *shp, const struct cpt_shm_image *v)
{
	struct cred *cred = prepare_creds();
	int err;

	if (!cred)
		return -ENOMEM;
	cred->uid = KUIDT_INIT(v->user);
	err = vz_set_cred_ucounts(cred);
	if (!err)
		err = vz_shmem_lock(*vz_shmid_kernel_shm_file(shp), 1, cred->ucounts);
	if (!err) {
		/* the locked memory holds it, until it is unlocked by this */
		*vz_shmid_kernel_mlock_ucounts(shp) = cred->ucounts;
		vz_shmid_kernel_shm_perm(shp)->mode |= VZ_SHM_LOCKED;
	}
	abort_creds(cred);
	return err;
}

/* What was removed has no key any more, but the name that it gave. */
static void forget_key(struct ipc_ids *ids, struct kern_ipc_perm *perm)
{
	down_write(&ids->rwsem);
	rcu_read_lock();
	spin_lock(&perm->lock);
	vz_ipc_set_key_private(ids, perm);
	spin_unlock(&perm->lock);
	rcu_read_unlock();
	up_write(&ids->rwsem);
}

static int make_segment(struct vz_context *ctx, struct ipc_namespace *ipc,
			const struct cpt_shm_image *v)
{
	const struct cpt_shmem_image *shmem = rst_fixed(ctx, CPT_OBJ_SHMEM, v->shmem);
	u32 key = v->flags & CPT_SHM_DEST ? v->name_key : v->perm.key;
	struct ipc_ids *ids = &ipc->ids[RST_IDS_SHM];
	int flags = IPC_CREAT | IPC_EXCL | v->perm.mode;
	void *shp;
	long id;
	int err;

	flags |= shmem->flags & CPT_SHMEM_NORESERVE ? SHM_NORESERVE : 0;
	rst_ipc_next(ids, v->perm.id);
	id = vz_ksys_shmget(key, v->size, flags);
	if (id < 0)
		return rst_err(ctx, id, "shm %u: cannot be made: error %ld", v->perm.id, -id);
	shp = segment(ipc, v->perm.id);
	if (id != v->perm.id || !shp)
		return rst_err(ctx, -EEXIST, "shm %u: another segment has its place", v->perm.id);
	rst_ipc_set_perm(vz_shmid_kernel_shm_perm(shp), &v->perm);
	if (key && v->flags & CPT_SHM_DEST)
		forget_key(ids, vz_shmid_kernel_shm_perm(shp));
	err = rst_shmem_adopt(ctx, v->shmem, *vz_shmid_kernel_shm_file(shp));
	if (!err && v->flags & CPT_SHM_LOCKED)
		err = lock_memory(shp, v);
	return err ? rst_err(ctx, err, "shm %u: its memory cannot be made: error %d", v->perm.id,
			     -err) : 0;
}

/* Those that were removed first: another one may have the key by now. */
static int rst_shm_ve(struct vz_context *ctx)
{
	struct ipc_namespace *ipc = rst_ipc_unlimited();
	const struct cpt_shm_image *v;
	const struct vz_rec *rec;
	unsigned int i, last;
	int err;

	for (last = 0; last < 2; last++) {
		rst_for_each(ctx, CPT_OBJ_SHM, i, rec) {
			v = rec->fixed;
			if (!!(v->flags & CPT_SHM_DEST) == last)
				continue;
			err = make_segment(ctx, ipc, v);
			if (err)
				return err;
		}
	}
	return 0;
}

static struct file *rst_shm_open(struct vz_context *ctx, const struct vz_rec *rec,
				 const struct cpt_file_image *v, const struct cred *cred)
{
	const struct cpt_shm_image *s = rec->fixed;
	int flags = (v->f_flags & O_ACCMODE) == O_RDONLY ? SHM_RDONLY : 0;
	struct vm_area_struct *vma;
	struct file *file = NULL;
	unsigned long addr;
	long err;

	err = vz_do_shmat(s->perm.id, NULL, flags, &addr, SHMLBA);
	if (err)
		return ERR_PTR(rst_err(ctx, err, "shm %u: cannot be attached: error %ld", s->perm.id,
				       -err));
	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, addr);
	if (vma && vma->vm_start == addr && vma->vm_file)
		file = get_file(vma->vm_file);
	mmap_read_unlock(current->mm);
	vm_munmap(addr, PAGE_ALIGN(s->size));
	return file ?: ERR_PTR(-EINVAL);
}

/* ---- when all processes have their mappings ---- */

/* Init has made it. Who leaves its parking place takes the lock. */
static int set_creator(struct vz_context *ctx, void *shp, u32 tid)
{
	struct list_head *node = vz_shmid_kernel_shm_clist(shp);
	struct vz_task *init = rst_task(ctx, 1), *vt = tid ? rst_task(ctx, tid) : NULL;
	int err = 0;

	if (tid && (!vt || vt->zombie))
		return -EINVAL;
	spin_lock(&init->lock);
	if (init->state == VZ_PARKED) {
		task_lock(init->task);
		list_del_init(node);
		task_unlock(init->task);
	} else {
		err = -ESRCH;
	}
	spin_unlock(&init->lock);
	if (err || !vt)
		return err;
	spin_lock(&vt->lock);
	if (vt->state == VZ_PARKED) {
		task_lock(vt->task);
		*vz_shmid_kernel_shm_creator(shp) = vt->task;
		list_add(node, &vt->task->sysvshm.shm_clist);
		task_unlock(vt->task);
	} else {
		err = -ESRCH;
	}
	spin_unlock(&vt->lock);
	return err;
}

static int set_segment(struct vz_context *ctx, struct ipc_namespace *ipc,
		       const struct cpt_shm_image *v)
{
	void *shp = segment(ipc, v->perm.id);
	int err;

	if (!shp)
		return rst_err(ctx, -ENOENT, "shm %u: is gone", v->perm.id);
	*vz_shmid_kernel_shm_atim(shp) = v->atime;
	*vz_shmid_kernel_shm_dtim(shp) = v->dtime;
	*vz_shmid_kernel_shm_ctim(shp) = v->ctime;
	if (v->flags & CPT_SHM_DEST) {
		if (!*vz_shmid_kernel_shm_nattch(shp))
			return rst_err(ctx, -EINVAL, "shm %u: was removed, but nobody has it attached",
				       v->perm.id);
		vz_shmid_kernel_shm_perm(shp)->mode |= VZ_SHM_DEST;
	}
	err = rst_ipc_pid(ctx, v->cpid, vz_shmid_kernel_shm_cprid(shp));
	if (!err)
		err = rst_ipc_pid(ctx, v->lpid, vz_shmid_kernel_shm_lprid(shp));
	if (!err)
		err = set_creator(ctx, shp, v->creator);
	return err ? rst_err(ctx, err, "shm %u: who made or had it (%u, %u, %u): error %d", v->perm.id,
			     v->cpid, v->lpid, v->creator, -err) : 0;
}

static int rst_shm_links(struct vz_context *ctx)
{
	struct nsproxy *ns = rst_ipc_hold(ctx);
	const struct vz_rec *rec;
	unsigned int i;
	int err = 0;

	if (!ns)
		return -ESRCH;
	rst_for_each(ctx, CPT_OBJ_SHM, i, rec) {
		err = set_segment(ctx, ns->ipc_ns, rec->fixed);
		if (err)
			break;
	}
	vz_put_nsproxy(ns);
	return err;
}

const struct rst_ops rst_shm_ops = {
	.ve = rst_shm_ve,
	.links = rst_shm_links,
	.open = rst_shm_open,
};
