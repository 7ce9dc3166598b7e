// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmem: memory that has no path: memfd_create(2), mmap(MAP_SHARED | MAP_ANONYMOUS).
 * The object is the inode, which any number of open files may stand for.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_contents.h"
#include "cpt_file.h"
#include "cpt_tmpfs.h"

#define MEMFD	"memfd:"

/**
 * struct cpt_shmem - vz_obj.data of a CPT_OBJ_SHMEM
 * @file: one of its files, a CPT_OBJ_FILE, which keeps it
 * @who: who was met with it first
 */
struct cpt_shmem {
	struct file *file;
	char who[sizeof_field(struct vz_context, who)];
};

static bool is_anon(const struct dentry *dentry)
{
	const char *name = (const char *)dentry->d_name.name;

	return !strcmp(name, "dev/zero");
}

bool cpt_file_is_shmem(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return dentry->d_sb->s_magic == TMPFS_MAGIC && file->f_path.mnt->mnt_flags & MNT_INTERNAL &&
	       !(file->f_mode & FMODE_PATH) && S_ISREG(d_inode(dentry)->i_mode) &&
	       (is_anon(dentry) || !strncmp((const char *)dentry->d_name.name, MEMFD, strlen(MEMFD)));
}

/* ---- collect ---- */

static void *hold(struct file *file)
{
	ihold(file_inode(file));
	return file_inode(file);
}

static int judge(struct vz_context *ctx, void *held)
{
	const struct shmem_inode_info *info = SHMEM_I(held);

	if (vz_has_xattrs(&info->xattrs))
		cpt_refuse(ctx, "%s: memfd with extended attributes: not supported", ctx->who);
	if (info->fsflags)
		cpt_refuse(ctx, "%s: memfd with file attributes %#x: not supported", ctx->who,
			   info->fsflags);
	if (info->flags & VM_LOCKED)
		cpt_refuse(ctx, "%s: shared memory that the kernel has locked: not supported",
			   ctx->who);
#ifdef CONFIG_NUMA
	if (!RB_EMPTY_ROOT(&info->policy.root))
		cpt_refuse(ctx, "%s: shared memory with a NUMA policy: not supported", ctx->who);
#endif
	return 0;
}

static void drop(void *held)
{
	iput(held);
}

/* Also for the kind shm: a segment's file, and the files of what is attached. */
int cpt_shmem_collect_file(struct vz_context *ctx, struct file *file)
{
	struct vz_obj *obj = cpt_collect(ctx, CPT_OBJ_SHMEM, file_inode(file));
	struct cpt_shmem *data;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	data = obj->data;
	if (!data->file) {
		data->file = file;
		memcpy(data->who, ctx->who, sizeof(data->who));
	}
	return 0;
}

static const void *object(const struct file *file)
{
	return file_inode(file);
}

static const struct cpt_file_type shmem_files = {
	.is = cpt_file_is_shmem,
	.hold = hold,
	.judge = judge,
	.drop = drop,
	.collect = cpt_shmem_collect_file,
	.object = object,
};

static int cpt_shmem_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	obj->data = kvzalloc(sizeof(struct cpt_shmem), GFP_KERNEL);
	return obj->data ? 0 : -ENOMEM;
}

/* ---- the record ---- */

static void fill(struct inode *inode, struct cpt_shmem_image *v)
{
	struct vz_times t = vz_inode_times(inode);

	v->size = i_size_read(inode);
	v->seals = SHMEM_I(inode)->seals;
	v->flags |= SHMEM_I(inode)->flags & VM_NORESERVE ? CPT_SHMEM_NORESERVE : 0;
	v->mode = inode->i_mode & S_IALLUGO;
	v->uid = __kuid_val(inode->i_uid);
	v->gid = __kgid_val(inode->i_gid);
	v->atime_ns = timespec64_to_ns(&t.atime);
	v->mtime_ns = timespec64_to_ns(&t.mtime);
	v->ctime_ns = timespec64_to_ns(&t.ctime);
}

/* Each of its open files holds its only name. */
static int cpt_shmem_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_shmem *data = obj->data;
	struct dentry *dentry = data->file->f_path.dentry;
	const char *name = (const char *)dentry->d_name.name;
	struct cpt_shmem_image v = {};

	if (d_count(dentry) > obj->users)
		return cpt_err(ctx, -EBUSY, "%s: memory shared with a process outside of the VE",
			       data->who);
	fill(obj->ptr, &v);
	if (is_anon(dentry)) {
		v.flags |= CPT_SHMEM_ANON;
		name = "";
	} else if (strncmp(name, MEMFD, strlen(MEMFD))) {
		v.flags |= CPT_SHMEM_SYSV;
		name = "";
	} else {
		name += strlen(MEMFD);
	}
	return cpt_write_obj(ctx, CPT_OBJ_SHMEM, obj->id, &v, sizeof(v), name, strlen(name) + 1);
}

/* ---- contents ---- */

static int dump_contents(struct vz_context *ctx, struct vz_obj *obj, struct cpt_chunk *chunk)
{
	struct cpt_shmem *data = obj->data;
	struct file *file;
	int err;

	file = cpt_tmpfs_open(data->file->f_path.mnt, data->file->f_path.dentry, 0);
	if (IS_ERR(file))
		return cpt_err(ctx, PTR_ERR(file), "shmem %llu: cannot be opened: error %ld", obj->id,
			       -PTR_ERR(file));
	err = cpt_write_contents(ctx, CPT_OBJ_SHMEM_DATA, obj, file, i_size_read(obj->ptr), chunk);
	fput(file);
	return err;
}

int cpt_shmem_write_data(struct vz_context *ctx)
{
	struct cpt_chunk *chunk = NULL;
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_SHMEM, obj) {
		if (!chunk)
			chunk = cpt_chunk_alloc();
		err = chunk ? dump_contents(ctx, obj, chunk) : -ENOMEM;
		if (err)
			break;
	}
	cpt_chunk_free(chunk);
	return err;
}

static void cpt_shmem_get(void *ptr)
{
	ihold(ptr);
}

static void cpt_shmem_put(void *ptr)
{
	iput(ptr);
}

const struct cpt_ops cpt_shmem_ops = {
	.collect = cpt_shmem_collect,
	.dump = cpt_shmem_dump,
	.get = cpt_shmem_get,
	.put = cpt_shmem_put,
	.file = &shmem_files,
};
