/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_PAYLOAD_H
#define _RST_PAYLOAD_H

#include "../kernel/image.h"
#include "rst.h"

/**
 * struct rst_payload - a data record that is read by a thread of its own
 * @rec: the record
 * @number: of the record in the image, for messages
 * @file: the image; borrowed from the context
 * @pos: what is read next
 * @left: bytes to be read
 * @sum: of those that were
 * @err: why they cannot be read
 */
struct rst_payload {
	struct vz_rec rec;
	u64 number;
	struct file *file;
	loff_t pos;
	u64 left;
	struct vz_sum sum;
	int err;
};

bool rst_take_payload(struct vz_context *ctx, const struct vz_rec *rec, struct rst_payload *p);
int rst_read_taken(struct rst_payload *p, const struct bio_vec *bvec, unsigned int nr, u64 bytes);
int rst_end_payload(struct vz_context *ctx, struct rst_payload *p, int err);

#endif /* _RST_PAYLOAD_H */
