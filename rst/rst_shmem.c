// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmem: memory that has no path, made as memfd_create(2) and mmap(2) make it. The
 * first file is kept as long as the image is needed.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include "../kernel/access.h"
#include "rst_shmem.h"

#ifdef F_SEAL_EXEC
#define KNOWN_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
			 F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
#else	/* 6.3 */
#define KNOWN_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
			 F_SEAL_FUTURE_WRITE)
#endif

/**
 * struct rst_shmem - object of a CPT_OBJ_SHMEM
 * @file: what memfd_create(2) would have made
 * @taken: it is the file of a record
 */
struct rst_shmem {
	struct file *file;
	bool taken;
};

static int rst_shmem_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_shmem_image *v = rec->fixed;

	if (v->size > MAX_LFS_FILESIZE)
		return rst_err(ctx, -EFBIG, "shmem %llu: %llu bytes are too many", rec->hdr.id,
			       v->size);
	if (v->seals & ~KNOWN_SEALS)
		return rst_err(ctx, -EOPNOTSUPP, "shmem %llu: this kernel has no seals %#x",
			       rec->hdr.id, v->seals & ~KNOWN_SEALS);
	return 0;
}

static void set_inode(struct inode *inode, const struct cpt_shmem_image *v)
{
	struct vz_times t = {
		.atime = ns_to_timespec64(v->atime_ns),
		.mtime = ns_to_timespec64(v->mtime_ns),
		.ctime = ns_to_timespec64(v->ctime_ns),
	};

	inode->i_uid = KUIDT_INIT(v->uid);
	inode->i_gid = KGIDT_INIT(v->gid);
	inode->i_mode = S_IFREG | v->mode;
	vz_set_inode_times(inode, &t);
}

/*
 * F_SEAL_FUTURE_WRITE comes last: mappings that were made before it may be writable.
 * With F_SEAL_WRITE there is none.
 */
static int set_seals(struct file *file, u32 seals)
{
	struct shmem_inode_info *info = SHMEM_I(file_inode(file));
	int err = seals & F_SEAL_WRITE ? mapping_deny_writable(file->f_mapping) : 0;

	if (!err)
		info->seals = seals & ~F_SEAL_FUTURE_WRITE;
	return err;
}

static struct file *make_file(const struct vz_rec *rec)
{
	const struct cpt_shmem_image *v = rec->fixed;
	unsigned long flags = v->flags & CPT_SHMEM_NORESERVE ? VM_NORESERVE : 0;
	char name[NAME_MAX + 1];
	struct file *file;

	if (v->flags & CPT_SHMEM_ANON)
		return vz_shmem_kernel_file_setup("dev/zero", v->size, flags);
	snprintf(name, sizeof(name), "memfd:%s", (const char *)rec->content);
	file = shmem_file_setup(name, v->size, flags);
	if (!IS_ERR(file))
		file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return file;
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct rst_shmem *shmem = kzalloc(sizeof(*shmem), GFP_KERNEL);
	const struct cpt_shmem_image *v = rec->fixed;
	int err;

	if (!shmem)
		return -ENOMEM;
	shmem->file = make_file(rec);
	if (IS_ERR(shmem->file)) {
		err = PTR_ERR(shmem->file);
		goto out_free;
	}
	set_inode(file_inode(shmem->file), v);
	err = set_seals(shmem->file, v->seals);
	if (!err)
		err = rst_keep(ctx, CPT_OBJ_SHMEM, rec->hdr.id, shmem);
	if (!err)
		return 0;
	fput(shmem->file);
out_free:
	kfree(shmem);
	return rst_err(ctx, err, "shmem %llu: cannot be made: error %d", rec->hdr.id, -err);
}

/**
 * rst_shmem_adopt() - the file of a segment of System V shared memory
 * @ctx: the context
 * @id: of the CPT_OBJ_SHMEM
 * @file: a reference is taken
 */
int rst_shmem_adopt(struct vz_context *ctx, u64 id, struct file *file)
{
	const struct cpt_shmem_image *v = rst_fixed(ctx, CPT_OBJ_SHMEM, id);
	struct rst_shmem *shmem;
	int err;

	if (!v || !(v->flags & CPT_SHMEM_SYSV) || rst_made(ctx, CPT_OBJ_SHMEM, id))
		return -EINVAL;
	shmem = kzalloc(sizeof(*shmem), GFP_KERNEL);
	if (!shmem)
		return -ENOMEM;
	shmem->file = file;
	err = rst_keep(ctx, CPT_OBJ_SHMEM, id, shmem);
	if (err)
		kfree(shmem);
	else
		get_file(file);
	return err;
}

/* Before the kind file, in init's context: what it uses is accounted to the VE. */
static int rst_shmem_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_SHMEM, i, rec) {
		if (((const struct cpt_shmem_image *)rec->fixed)->flags & CPT_SHMEM_SYSV)
			continue;	/* comes with its segment */
		err = make(ctx, rec);
		if (err)
			return err;
	}
	return 0;
}

static struct file *rst_shmem_open(struct vz_context *ctx, const struct vz_rec *rec,
				   const struct cpt_file_image *v, const struct cred *cred)
{
	struct rst_shmem *shmem = rst_made(ctx, CPT_OBJ_SHMEM, rec->hdr.id);
	struct file *file;

	if (!shmem)
		return ERR_PTR(-EINVAL);
	if (v->flags & CPT_FILE_FIRST && !shmem->taken) {
		shmem->taken = true;
		spin_lock(&shmem->file->f_lock);
		shmem->file->f_flags = v->f_flags;
		spin_unlock(&shmem->file->f_lock);
		return get_file(shmem->file);
	}
	file = dentry_open(&shmem->file->f_path, v->f_flags, cred);
	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "shmem %llu: cannot be opened again: error %ld",
			rec->hdr.id, -PTR_ERR(file));
	return file;
}

/* A mapping that may not be written was made when the seal was there. */
void rst_shmem_map(struct file *file, const struct cpt_vma_image *v)
{
	struct shmem_inode_info *info = SHMEM_I(file_inode(file));
	bool writable = v->flags & CPT_VMA_MAYWRITE || !(v->flags & CPT_VMA_SHARED);

	/* set again, or not, by rst_shmem_links() */
	if (writable || info->seals & F_SEAL_WRITE)
		info->seals &= ~F_SEAL_FUTURE_WRITE;
	else if (file->f_mode & FMODE_WRITE)
		info->seals |= F_SEAL_FUTURE_WRITE;
}

/* Not a file of whoever has it: some statistics and limits tell the difference. */
void rst_shmem_mapped(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	const struct cpt_file_image *file = rst_fixed(ctx, CPT_OBJ_FILE, v->file);
	const struct cpt_shmem_image *shmem = rst_fixed(ctx, CPT_OBJ_SHMEM, file->object);
	struct vm_area_struct *vma;

	if (!vz_shmem_anon_vm_ops || !shmem || !(shmem->flags & CPT_SHMEM_ANON))
		return;
	mmap_write_lock(current->mm);
	vma = find_vma(current->mm, v->start);
	if (vma && vma->vm_start == v->start && vma->vm_end == v->end) {
		vz_vma_start_write(vma);
		vma->vm_ops = vz_shmem_anon_vm_ops;
	}
	mmap_write_unlock(current->mm);
}

/* All mappings are there. */
static int rst_shmem_links(struct vz_context *ctx)
{
	const struct cpt_shmem_image *v;
	struct rst_shmem *shmem;
	const struct vz_rec *rec;
	unsigned int i;

	rst_for_each(ctx, CPT_OBJ_SHMEM, i, rec) {
		v = rec->fixed;
		shmem = rst_made(ctx, CPT_OBJ_SHMEM, rec->hdr.id);
		if (!shmem)
			return rst_err(ctx, -EINVAL, "shmem %llu: there is no segment of it",
				       rec->hdr.id);
		SHMEM_I(file_inode(shmem->file))->seals = v->seals;
	}
	return 0;
}

/* Mapping and loading have touched the times. */
static int rst_shmem_finish(struct vz_task *vt)
{
	const struct vz_rec *rec;
	struct rst_shmem *shmem;
	unsigned int i;

	if (vt->pid != 1)
		return 0;
	rst_for_each(vt->ctx, CPT_OBJ_SHMEM, i, rec) {
		shmem = rst_made(vt->ctx, CPT_OBJ_SHMEM, rec->hdr.id);
		set_inode(file_inode(shmem->file), rec->fixed);
	}
	return 0;
}

static void rst_shmem_undo(void *ptr)
{
	struct rst_shmem *shmem = ptr;

	fput(shmem->file);
	kfree(shmem);
}

/* For the kind shmem_data. */
struct inode *rst_shmem_inode(struct vz_context *ctx, u64 id)
{
	struct rst_shmem *shmem = rst_made(ctx, CPT_OBJ_SHMEM, id);

	return shmem ? file_inode(shmem->file) : NULL;
}

const struct rst_ops rst_shmem_ops = {
	.check = rst_shmem_check,
	.ve = rst_shmem_ve,
	.links = rst_shmem_links,
	.finish = rst_shmem_finish,
	.open = rst_shmem_open,
	.undo = rst_shmem_undo,
};
