// SPDX-License-Identifier: GPL-2.0-only
/*
 * shm: System V shared memory. A segment's memory is an object of the kind shmem;
 * what is attached is a mapping of a file (kind file) of the kernel's own making,
 * one for each shmat(2), that stands for the segment.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/magic.h>
#include <linux/sched/task.h>
#include <linux/shm.h>
#include <linux/shmem_fs.h>
#include <linux/user_namespace.h>
#include "cpt_file.h"
#include "cpt_ipc.h"

static struct file *file_of(const struct kern_ipc_perm *perm)
{
	return *vz_shmid_kernel_shm_file(vz_outer(shmid_kernel, shm_perm, perm));
}

bool cpt_file_is_shm(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_shm_file_operations;
}

/* ---- segments: known by their inodes ---- */

static bool judge(struct vz_context *ctx, const struct kern_ipc_perm *perm)
{
	struct inode *inode = file_inode(file_of(perm));

	if (inode->i_sb->s_magic == HUGETLBFS_MAGIC) {
		cpt_refuse(ctx, "shm %d: SHM_HUGETLB: not supported", perm->id);
		return false;
	}
	if (!RB_EMPTY_ROOT(&SHMEM_I(inode)->policy.root))
		cpt_refuse(ctx, "shm %d: NUMA policy: not supported", perm->id);
	return true;
}

static int collect_segment(struct vz_context *ctx, struct kern_ipc_perm *perm)
{
	struct file *file = file_of(perm);

	if (!judge(ctx, perm) || ctx->checking)
		return 0;
	if (!vz_obj_add(ctx, CPT_OBJ_SHM, file_inode(file), (u64)perm->id + 1))
		return -ENOMEM;
	return cpt_shmem_collect_file(ctx, file);
}

static int cpt_shm_root(struct vz_context *ctx)
{
	return cpt_ipc_each(ctx, CPT_IDS_SHM, collect_segment);
}

/* ---- what is attached ---- */

static int collect_file(struct vz_context *ctx, struct file *file)
{
	struct vz_obj *obj;

	if (ctx->checking)
		return 0;
	obj = vz_obj_find(ctx, CPT_OBJ_SHM, file_inode(file));
	if (!obj) {
		cpt_refuse(ctx, "%s: shared memory of another IPC namespace: not supported", ctx->who);
		return 0;
	}
	return cpt_shmem_collect_file(ctx, file);
}

static const void *object(const struct file *file)
{
	return file_inode(file);
}

static const struct cpt_file_type shm_files = {
	.is = cpt_file_is_shm,
	.collect = collect_file,
	.object = object,
};

/* ---- the record ---- */

/* Who made it is only known as long as it has it in its list. */
static u32 creator_of(struct vz_context *ctx, const void *shp)
{
	u32 tid = 0;

	rcu_read_lock();
	if (!list_empty(vz_shmid_kernel_shm_clist(shp)))
		tid = task_pid_nr_ns(*vz_shmid_kernel_shm_creator(shp), ctx->pidns);
	rcu_read_unlock();
	return tid;
}

static void fill(struct vz_context *ctx, struct cpt_shm_image *v, const struct kern_ipc_perm *perm)
{
	const void *shp = vz_outer(shmid_kernel, shm_perm, perm);
	const struct ucounts *ucounts;

	cpt_ipc_perm(&v->perm, perm);
	v->perm.mode &= S_IRWXUGO;
	v->size = *vz_shmid_kernel_shm_segsz(shp);
	v->atime = *vz_shmid_kernel_shm_atim(shp);
	v->dtime = *vz_shmid_kernel_shm_dtim(shp);
	v->ctime = *vz_shmid_kernel_shm_ctim(shp);
	v->cpid = pid_nr_ns(*vz_shmid_kernel_shm_cprid(shp), ctx->pidns);
	v->lpid = pid_nr_ns(*vz_shmid_kernel_shm_lprid(shp), ctx->pidns);
	v->flags = perm->mode & VZ_SHM_DEST ? CPT_SHM_DEST : 0;
	if (perm->mode & VZ_SHM_LOCKED) {
		v->flags |= CPT_SHM_LOCKED;
		ucounts = *vz_shmid_kernel_mlock_ucounts(shp);
		v->user = ucounts ? __kuid_val(ucounts->uid) : 0;
	}
	v->creator = creator_of(ctx, shp);
}

static int dump_segment(struct vz_context *ctx, struct kern_ipc_perm *perm)
{
	struct file *file = file_of(perm);
	const char *name = (const char *)file->f_path.dentry->d_name.name;
	struct cpt_shm_image v = {};

	spin_lock(&perm->lock);
	fill(ctx, &v, perm);
	spin_unlock(&perm->lock);
	v.shmem = cpt_id(ctx, CPT_OBJ_SHMEM, file_inode(file));
	if (!v.shmem || strncmp(name, "SYSV", 4) || kstrtou32(name + 4, 16, &v.name_key))
		return cpt_err(ctx, -EAGAIN, "shm %u: has changed during the dump", v.perm.id);
	return cpt_write_obj(ctx, CPT_OBJ_SHM, (u64)v.perm.id + 1, &v, sizeof(v), NULL, 0);
}

static int cpt_shm_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return cpt_ipc_each(ctx, CPT_IDS_SHM, dump_segment);
}

const struct cpt_ops cpt_shm_ops = {
	.root = cpt_shm_root,
	.dump = cpt_shm_dump,
	.file = &shm_files,
};
