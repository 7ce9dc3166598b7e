// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs_data: what is in the regular files of a tmpfs, without the holes.
 */
#include <linux/bvec.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "../kernel/mount.h"
#include "cpt_tmpfs.h"

#define CHUNK_PAGES	256

/* Pages that one piece of data passes through. */
struct chunk {
	struct bio_vec bvec[CHUNK_PAGES];
};

static void free_chunk(struct chunk *chunk)
{
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES && chunk->bvec[i].bv_page; i++)
		__free_page(chunk->bvec[i].bv_page);
	kvfree(chunk);
}

static struct chunk *alloc_chunk(void)
{
	struct chunk *chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL);
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES; i++) {
		chunk->bvec[i].bv_page = alloc_page(GFP_KERNEL);
		if (!chunk->bvec[i].bv_page) {
			free_chunk(chunk);
			return NULL;
		}
	}
	return chunk;
}

/* Fills the pieces' lengths for @bytes. Return: number of pieces. */
static unsigned int set_lengths(struct chunk *chunk, size_t bytes)
{
	unsigned int i;

	for (i = 0; bytes; i++) {
		chunk->bvec[i].bv_len = min_t(size_t, bytes, PAGE_SIZE);
		bytes -= chunk->bvec[i].bv_len;
	}
	return i;
}

static int dump_piece(struct vz_context *ctx, struct vz_obj *obj, struct file *file,
		      struct chunk *chunk, loff_t pos, size_t bytes)
{
	struct cpt_tmpfs_data_image v = { .tmpfs = obj->id, .offset = pos };
	unsigned int nr = set_lengths(chunk, bytes);
	struct iov_iter iter;
	ssize_t n;

	vz_iov_iter_bvec(&iter, false, chunk->bvec, nr, bytes);
	while (iov_iter_count(&iter)) {
		n = vfs_iter_read(file, &iter, &pos, 0);
		if (n <= 0)
			return cpt_err(ctx, n ?: -EIO, "tmpfs %llu: cannot be read at %lld: error %d",
				       obj->id, pos, n ? (int)-n : EIO);
	}
	return cpt_write_payload(ctx, CPT_OBJ_TMPFS_DATA, ++ctx->next_id[CPT_OBJ_TMPFS_DATA], &v,
				 sizeof(v), NULL, 0, chunk->bvec, nr, bytes);
}

static int dump_data(struct vz_context *ctx, struct vz_obj *obj, struct file *file,
		     struct chunk *chunk)
{
	const struct cpt_tmpfs_file *data = obj->data;
	loff_t pos = 0, end;
	size_t n;
	int err;

	while (pos < data->size) {
		pos = vfs_llseek(file, pos, SEEK_DATA);
		if (pos == -ENXIO)
			return 0;
		end = pos < 0 ? pos : vfs_llseek(file, pos, SEEK_HOLE);
		if (end < 0)
			return cpt_err(ctx, end, "tmpfs %llu: cannot be read: error %d", obj->id, (int)-end);
		for (; pos < end; pos += n) {
			n = min_t(loff_t, end - pos, CHUNK_PAGES * PAGE_SIZE);
			err = dump_piece(ctx, obj, file, chunk, pos, n);
			if (err)
				return err;
			if (signal_pending(current))
				return -EINTR;
		}
	}
	return 0;
}

static int dump_file(struct vz_context *ctx, struct vz_obj *obj, struct chunk *chunk)
{
	const struct cpt_tmpfs_file *data = obj->data;
	struct dentry *dentry = d_find_any_alias(obj->ptr);
	struct file *file;
	int err;

	if (!dentry)
		return cpt_err(ctx, -ENOENT, "tmpfs %llu: has no name any more", obj->id);
	file = cpt_tmpfs_open(data->mnt, dentry, 0);
	dput(dentry);
	if (IS_ERR(file))
		return cpt_err(ctx, PTR_ERR(file), "tmpfs %llu: cannot be opened: error %ld", obj->id,
			       -PTR_ERR(file));
	err = dump_data(ctx, obj, file, chunk);
	fput(file);
	return err;
}

static int cpt_tmpfs_data_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	const struct cpt_tmpfs_file *data;
	struct chunk *chunk = NULL;
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_TMPFS, obj) {
		data = obj->data;
		if (!data->size)
			continue;
		if (!chunk)
			chunk = alloc_chunk();
		err = chunk ? dump_file(ctx, obj, chunk) : -ENOMEM;
		if (err)
			break;
	}
	free_chunk(chunk);
	return err;
}

const struct cpt_ops cpt_tmpfs_data_ops = {
	.dump = cpt_tmpfs_data_dump,
};
