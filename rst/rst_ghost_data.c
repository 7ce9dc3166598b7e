// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghost_data: contents of files that have no name any more.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include "rst_ghost.h"

static int load_page(struct vz_context *ctx, struct file *file, struct page *page, loff_t *pos,
		     unsigned int bytes)
{
	struct bio_vec bvec = { .bv_page = page, .bv_len = bytes };
	unsigned int done;
	ssize_t n;
	int err;

	err = rst_read_payload(ctx, &bvec, 1, bytes);
	if (err)
		return err;
	for (done = 0; done < bytes; done += n) {
		n = kernel_write(file, page_address(page) + done, bytes - done, pos);
		if (n <= 0)
			return n ?: -EIO;
	}
	return 0;
}

static int rst_ghost_data_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_ghost_data_image *v = rec->fixed;
	struct rst_ghost *ghost = rst_made(ctx, CPT_OBJ_GHOST, v->ghost);
	u64 left = rec->hdr.payload;
	loff_t pos = v->offset;
	struct page *page;
	unsigned int n;
	int err = 0;

	if (!ghost || !ghost->file)
		return rst_err(ctx, -EINVAL, "ghost_data %llu: ghost %llu has no contents", rec->hdr.id,
			       v->ghost);
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	for (; left && !err; left -= n) {
		n = min_t(u64, left, PAGE_SIZE - offset_in_page(pos));
		err = load_page(ctx, ghost->file, page, &pos, n);
		cond_resched();
	}
	__free_page(page);
	return err ? rst_err(ctx, err, "ghost %llu: cannot be written at %lld: error %d", v->ghost, pos,
			     -err) : 0;
}

const struct rst_ops rst_ghost_data_ops = {
	.data = rst_ghost_data_data,
};
