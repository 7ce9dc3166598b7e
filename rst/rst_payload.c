// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads of data records: read in the stream's order by who restores, or, from
 * a regular file, each by a thread of its own while the stream goes on behind it.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "rst_payload.h"
#include "rst_read.h"

/* ---- in the stream ---- */

static int get_bvec_buffered(struct vz_context *ctx, struct iov_iter *iter)
{
	struct vz_image *image = ctx->image;
	size_t n = min_t(size_t, image->end - image->at, iov_iter_count(iter));

	if (n && copy_to_iter(image->buf + image->at, n, iter) != n)
		return -EFAULT;
	image->at += n;
	return 0;
}

int rst_read_payload_unsummed(struct vz_context *ctx, const struct bio_vec *bvec,
			      unsigned int nr, u64 bytes)
{
	struct vz_image *image = ctx->image;
	struct iov_iter iter;
	ssize_t n;
	int err;

	if (bytes > image->left)
		return rst_err(ctx, -EINVAL, "image: a payload is shorter than its record says");
	vz_iov_iter_bvec(&iter, false, bvec, nr, bytes);
	err = get_bvec_buffered(ctx, &iter);
	if (err)
		return err;
	while (iov_iter_count(&iter)) {
		if (signal_pending(current))
			return rst_read_error(ctx, -EINTR);
		n = vfs_iter_read(image->file, &iter, &image->pos, 0);
		if (n < 0)
			return rst_read_error(ctx, n);
		if (!n)
			return rst_image_bad(ctx, vz_check_cut(image->chk, "payload"));
	}
	image->left -= bytes;
	return 0;
}

void rst_sum_payload(struct vz_context *ctx, const struct bio_vec *bvec, unsigned int nr)
{
	vz_sum_bvec(&ctx->image->sum, bvec, nr);
}

int rst_read_payload(struct vz_context *ctx, const struct bio_vec *bvec, unsigned int nr, u64 bytes)
{
	int err = rst_read_payload_unsummed(ctx, bvec, nr, bytes);

	if (!err)
		rst_sum_payload(ctx, bvec, nr);
	return err;
}

/* ---- by another thread ---- */

/**
 * rst_take_payload() - take the current data record and its payload out of the stream
 * @ctx: the context
 * @rec: the record
 * @p: filled; rst_end_payload() follows
 *
 * The record's memory is @p's from here on, and the checker looks at the payload's
 * sum in rst_end_payload() only.
 *
 * Return: false when it has to be read in the stream: a pipe, or a file that ends before
 */
bool rst_take_payload(struct vz_context *ctx, const struct vz_rec *rec, struct rst_payload *p)
{
	struct vz_image *image = ctx->image;
	u64 ahead = image->end - image->at;
	u64 skip = image->left > ahead ? image->left - ahead : 0;
	loff_t size = i_size_read(file_inode(image->file));

	if (!S_ISREG(file_inode(image->file)->i_mode) || size < image->pos ||
	    size - image->pos < skip)
		return false;
	*p = (struct rst_payload){
		.rec = *rec,
		.number = vz_check_number(image->chk),
		.file = image->file,
		.pos = image->pos - ahead,
		.left = image->left,
	};
	vz_sum_start(&p->sum);
	image->at += image->left - skip;
	image->pos += skip;
	image->left = 0;
	image->taken = true;
	return true;
}

/**
 * rst_read_taken() - read a payload that was taken, or a part of it
 * @p: the payload
 * @bvec: where to
 * @nr: number of pieces
 * @bytes: their length together
 *
 * Context: any thread; one for each payload.
 *
 * Return: 0, or an error that rst_end_payload() tells of
 */
int rst_read_taken(struct rst_payload *p, const struct bio_vec *bvec, unsigned int nr, u64 bytes)
{
	struct iov_iter iter;
	ssize_t n;

	if (bytes > p->left)
		return p->err = -EINVAL;
	vz_iov_iter_bvec(&iter, false, bvec, nr, bytes);
	while (iov_iter_count(&iter)) {
		n = vfs_iter_read(p->file, &iter, &p->pos, 0);
		if (n <= 0)
			return p->err = n ?: -ENODATA;
	}
	p->left -= bytes;
	vz_sum_bvec(&p->sum, bvec, nr);
	return 0;
}

/**
 * rst_end_payload() - the thread is done with it
 * @ctx: the context
 * @p: the payload; its record is freed
 * @err: what has failed before, and was told: nothing more is said
 *
 * Return: @err, or 0 when all was read and the sum is right
 */
int rst_end_payload(struct vz_context *ctx, struct rst_payload *p, int err)
{
	struct vz_check *chk = ctx->image->chk;

	if (err)
		;
	else if (p->err == -ENODATA)
		err = rst_image_bad(ctx, vz_check_cut(chk, "payload"));
	else if (p->err)
		err = rst_read_error(ctx, p->err);
	else if (p->left)
		err = rst_err(ctx, -EINVAL, "image: a payload is longer than its record says");
	else if (vz_check_taken(chk, p->number, &p->rec.hdr, vz_sum_end(&p->sum)))
		err = rst_image_bad(ctx, -EINVAL);
	rst_free_rec(&p->rec);
	return err;
}
