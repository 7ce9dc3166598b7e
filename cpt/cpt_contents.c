// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of files that are in the image, without the holes: the data records
 * of the kinds tmpfs, shmem and ghost.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "cpt_contents.h"

/* The records of all of them are these two. */
struct contents_image {
	u64 object;
	u64 offset;
};

static_assert(sizeof(struct contents_image) == sizeof(struct cpt_tmpfs_data_image) &&
	      offsetof(struct contents_image, offset) ==
	      offsetof(struct cpt_tmpfs_data_image, offset));
static_assert(sizeof(struct contents_image) == sizeof(struct cpt_shmem_data_image) &&
	      offsetof(struct contents_image, offset) ==
	      offsetof(struct cpt_shmem_data_image, offset));

static_assert(sizeof(struct contents_image) == sizeof(struct cpt_ghost_data_image) &&
	      offsetof(struct contents_image, offset) ==
	      offsetof(struct cpt_ghost_data_image, offset));

#define CHUNK_PAGES	256

/* Pages that one piece of data passes through. */
struct cpt_chunk {
	struct bio_vec bvec[CHUNK_PAGES];
};

void cpt_chunk_free(struct cpt_chunk *chunk)
{
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES && chunk->bvec[i].bv_page; i++)
		__free_page(chunk->bvec[i].bv_page);
	kvfree(chunk);
}

struct cpt_chunk *cpt_chunk_alloc(void)
{
	struct cpt_chunk *chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL);
	unsigned int i;

	for (i = 0; chunk && i < CHUNK_PAGES; i++) {
		chunk->bvec[i].bv_page = alloc_page(GFP_KERNEL);
		if (!chunk->bvec[i].bv_page) {
			cpt_chunk_free(chunk);
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

static int dump_piece(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		      struct cpt_chunk *chunk, loff_t pos, size_t bytes)
{
	struct contents_image v = { .object = obj->id, .offset = pos };
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
				 chunk->bvec, nr, bytes, cpt_payload_sum(chunk->bvec, nr));
}

int cpt_write_contents(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		       loff_t size, struct cpt_chunk *chunk)
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
