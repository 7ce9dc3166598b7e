// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of regular files, without the holes: what tmpfs_data and ghost_data
 * have in common.
 */
#include <linux/bvec.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "cpt_contents.h"

#define CHUNK_PAGES	256

struct cpt_chunk {
	struct bio_vec bvec[CHUNK_PAGES];
};

void cpt_free_chunk(struct cpt_chunk *chunk)
{
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES && chunk->bvec[i].bv_page; i++)
		__free_page(chunk->bvec[i].bv_page);
	kvfree(chunk);
}

struct cpt_chunk *cpt_alloc_chunk(void)
{
	struct cpt_chunk *chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL);
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES; i++) {
		chunk->bvec[i].bv_page = alloc_page(GFP_KERNEL);
		if (!chunk->bvec[i].bv_page) {
			cpt_free_chunk(chunk);
			return NULL;
		}
	}
	return chunk;
}

/* Fills the pieces' lengths for @bytes. Return: number of pieces. */
static unsigned int set_lengths(struct cpt_chunk *chunk, size_t bytes)
{
	unsigned int i;

	for (i = 0; bytes; i++) {
		chunk->bvec[i].bv_len = min_t(size_t, bytes, PAGE_SIZE);
		bytes -= chunk->bvec[i].bv_len;
	}
	return i;
}

/* The structs of both kinds of records have the same members in the same places. */
static_assert(sizeof(struct cpt_tmpfs_data_image) == sizeof(struct cpt_ghost_data_image));
static_assert(offsetof(struct cpt_tmpfs_data_image, offset) ==
	      offsetof(struct cpt_ghost_data_image, offset));

static int dump_piece(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		      struct cpt_chunk *chunk, loff_t pos, size_t bytes)
{
	struct cpt_tmpfs_data_image v = { .tmpfs = obj->id, .offset = pos };
	unsigned int nr = set_lengths(chunk, bytes);
	struct iov_iter iter;
	ssize_t n;

	vz_iov_iter_bvec(&iter, false, chunk->bvec, nr, bytes);
	while (iov_iter_count(&iter)) {
		n = vfs_iter_read(file, &iter, &pos, 0);
		if (n <= 0)
			return cpt_err(ctx, n ?: -EIO, "%s %llu: cannot be read at %lld: error %d",
				       vz_kind_name(obj->type), obj->id, pos, n ? (int)-n : EIO);
	}
	return cpt_write_payload(ctx, type, ++ctx->next_id[type], &v, sizeof(v), NULL, 0,
				 chunk->bvec, nr, bytes);
}

int cpt_dump_contents(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		      u64 size, struct cpt_chunk *chunk)
{
	loff_t pos = 0, end;
	size_t n;
	int err;

	while (pos < size) {
		pos = vfs_llseek(file, pos, SEEK_DATA);
		if (pos == -ENXIO)
			return 0;
		end = pos < 0 ? pos : vfs_llseek(file, pos, SEEK_HOLE);
		if (end < 0)
			return cpt_err(ctx, end, "%s %llu: cannot be read: error %d",
				       vz_kind_name(obj->type), obj->id, (int)-end);
		for (; pos < end; pos += n) {
			n = min_t(loff_t, end - pos, CHUNK_PAGES * PAGE_SIZE);
			err = dump_piece(ctx, type, obj, file, chunk, pos, n);
			if (err)
				return err;
			if (signal_pending(current))
				return -EINTR;
		}
	}
	return 0;
}
