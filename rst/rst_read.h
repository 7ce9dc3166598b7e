/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reader of images: rst_read.c has the stream and its records, rst_payload.c
 * the payloads of data records.
 */
#ifndef _RST_READ_H
#define _RST_READ_H

#include "../kernel/image.h"
#include "../kernel/image_check.h"
#include "rst.h"

#define RST_HASH_BITS	12

struct rst_entry {
	struct vz_rec rec;
	u32 next_hash;		/* index of the next in its bucket */
};

/**
 * struct vz_image - an image that is being read
 * @file: where from; borrowed from the context
 * @pos: its position
 * @buf: bytes read ahead
 * @at: first of them
 * @end: behind the last
 * @ahead: whether to read ahead: not in the data part, whose payloads are read
 *         straight to their place
 * @chk: the checker
 * @header: the image's
 * @recs: the metadata
 * @nr: their number
 * @room: for how many @recs has room
 * @memory: bytes that they take
 * @bucket: first of each hash bucket, index into @recs
 * @order: indices into @recs sorted by type
 * @first: where each type begins in @order
 * @current_hdr: header of the first data record, already read by rst_read_begin()
 * @left: bytes of the current payload not yet consumed
 * @sum: of those consumed
 * @taken: the current record and its payload are somebody else's now
 */
struct vz_image {
	struct file *file;
	loff_t pos;
	u8 *buf;
	size_t at;
	size_t end;
	bool ahead;
	struct vz_check *chk;
	struct cpt_image_header header;
	struct rst_entry *recs;
	u32 nr;
	u32 room;
	u64 memory;
	u32 bucket[1 << RST_HASH_BITS];
	u32 *order;
	u32 first[CPT_OBJ_MAX + 1];
	struct cpt_object_hdr current_hdr;
	u64 left;
	struct vz_sum sum;
	bool taken;
};

int rst_read_begin(struct vz_context *ctx);
int rst_read_data(struct vz_context *ctx,
		  int (*data)(struct vz_context *ctx, const struct vz_rec *rec));
void rst_read_end(struct vz_context *ctx);
const struct cpt_image_header *rst_header(struct vz_context *ctx);
int rst_read_error(struct vz_context *ctx, int err);
int rst_image_bad(struct vz_context *ctx, int err);
void rst_free_rec(struct vz_rec *rec);

#endif /* _RST_READ_H */
