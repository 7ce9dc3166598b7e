// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs_data: contents of tmpfs files. Written by the controller: it is in the
 * VE's cgroup, so that the VE pays for the pages.
 */
#include <linux/bvec.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "rst_mount.h"

static int write_piece(struct file *file, const struct bio_vec *bvec, loff_t *pos)
{
	struct iov_iter iter;
	ssize_t n;

	vz_iov_iter_bvec(&iter, true, bvec, 1, bvec->bv_len);
	while (iov_iter_count(&iter)) {
		file_start_write(file);
		n = vfs_iter_write(file, &iter, pos, 0);
		file_end_write(file);
		if (n <= 0)
			return n ?: -EIO;
	}
	return 0;
}

static int load(struct vz_context *ctx, const struct vz_rec *rec, struct file *file)
{
	const struct cpt_tmpfs_data_image *v = rec->fixed;
	u64 left = rec->hdr.payload;
	struct bio_vec bvec = {};
	loff_t pos = v->offset;
	int err = 0;

	bvec.bv_page = alloc_page(GFP_KERNEL);
	if (!bvec.bv_page)
		return -ENOMEM;
	while (left && !err) {
		bvec.bv_len = min_t(u64, left, PAGE_SIZE);
		err = rst_read_payload(ctx, &bvec, 1, bvec.bv_len);
		if (err)
			break;
		err = write_piece(file, &bvec, &pos);
		if (err)
			rst_err(ctx, err, "tmpfs %llu: cannot be written at %lld: error %d", v->tmpfs,
				pos, -err);
		left -= bvec.bv_len;
		cond_resched();
	}
	__free_page(bvec.bv_page);
	return err;
}

static int rst_tmpfs_data_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tmpfs_data_image *v = rec->fixed;
	const struct cpt_tmpfs_image *t = rst_fixed(ctx, CPT_OBJ_TMPFS, v->tmpfs);
	struct path path = { .dentry = rst_made(ctx, CPT_OBJ_TMPFS, v->tmpfs) };
	struct file *file;
	int err;

	path.mnt = t ? rst_made(ctx, CPT_OBJ_MOUNT, t->mount) : NULL;
	if (!path.mnt || !path.dentry)
		return rst_err(ctx, -EINVAL, "tmpfs_data %llu: file %llu is on no tmpfs of the VE",
			       rec->hdr.id, v->tmpfs);
	file = dentry_open(&path, O_WRONLY | O_LARGEFILE | O_NOATIME | __FMODE_NONOTIFY, current_cred());
	if (IS_ERR(file))
		return rst_err(ctx, PTR_ERR(file), "tmpfs %llu: cannot be opened: error %ld", v->tmpfs,
			       -PTR_ERR(file));
	err = load(ctx, rec, file);
	fput(file);
	return err;
}

const struct rst_ops rst_tmpfs_data_ops = {
	.data = rst_tmpfs_data_data,
};
