// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs_data: contents of tmpfs files, read straight into the file's pages. No
 * file is opened for it: it would stay open, and keep the mount from becoming
 * read-only, until the controller's ioctl has ended. The controller is in the
 * VE's cgroup, so that the VE pays for the pages.
 */
#include <linux/bvec.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include "rst_mount.h"
#include "rst_shmem.h"

static int load_page(struct vz_context *ctx, struct inode *inode, u64 pos, unsigned int bytes)
{
	struct address_space *mapping = inode->i_mapping;
	struct bio_vec bvec;
	int err;

	bvec.bv_page = shmem_read_mapping_page(mapping, pos >> PAGE_SHIFT);
	if (IS_ERR(bvec.bv_page))
		return rst_err(ctx, PTR_ERR(bvec.bv_page), "contents: no page at %llu: error %ld", pos,
			       -PTR_ERR(bvec.bv_page));
	bvec.bv_offset = offset_in_page(pos);
	bvec.bv_len = bytes;
	err = rst_read_payload(ctx, &bvec, 1, bytes);
	/* a clean page may be dropped: it is not the zeros that it was born with */
	set_page_dirty(bvec.bv_page);
	put_page(bvec.bv_page);
	return err;
}

/**
 * rst_load_contents() - the payload of a data record goes into a file in memory
 * @ctx: the context
 * @rec: the record
 * @inode: the file; NULL: it is not there
 * @offset: where in it
 */
int rst_load_contents(struct vz_context *ctx, const struct vz_rec *rec, struct inode *inode,
		      u64 offset)
{
	u64 pos = offset, end = offset + rec->hdr.payload;
	unsigned int n;
	int err;

	if (!inode || !shmem_mapping(inode->i_mapping) || end < pos || end > i_size_read(inode))
		return rst_err(ctx, -EINVAL, "%s %llu: does not fit the file",
			       vz_kind_name(rec->hdr.type), rec->hdr.id);
	for (; pos < end; pos += n) {
		n = min_t(u64, end - pos, PAGE_SIZE - offset_in_page(pos));
		err = load_page(ctx, inode, pos, n);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int rst_tmpfs_data_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tmpfs_data_image *v = rec->fixed;
	struct dentry *dentry = rst_made(ctx, CPT_OBJ_TMPFS, v->tmpfs);

	return rst_load_contents(ctx, rec, dentry ? d_inode(dentry) : NULL, v->offset);
}

const struct rst_ops rst_tmpfs_data_ops = {
	.data = rst_tmpfs_data_data,
};
