// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image reader: forward only, so that a pipe can be restored from. The
 * metadata is read and checked as a whole before anything is built from it;
 * data records are then shown one by one. What is right in an image is known to
 * kernel/image_check.c; here is only reading.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "../kernel/image.h"
#include "../kernel/image_check.h"
#include "rst_read.h"

#define RST_BUFFER	(128U << 10)
#define RST_NONE	(~0U)

/* ---- the stream ---- */

/* Says why the image cannot be read. Return: -errno */
int rst_read_error(struct vz_context *ctx, int err)
{
	if (err == -ERESTARTSYS || err == -EINTR)
		return rst_err(ctx, -EINTR, "image: interrupted");
	if (err == -EINVAL || err == -EISDIR)
		return rst_err(ctx, -EINVAL, "image: not a file that an image can be read from");
	return rst_err(ctx, err, "image: cannot read: error %d", -err);
}

/* At least one byte into the empty buffer. Return: 0 at the end of the stream. */
static ssize_t fill(struct vz_context *ctx, size_t want)
{
	struct vz_image *image = ctx->image;
	ssize_t n;

	if (signal_pending(current))
		return rst_read_error(ctx, -EINTR);
	n = vz_read_file(image->file, image->buf, image->ahead ? RST_BUFFER : min_t(size_t, want, RST_BUFFER),
			&image->pos);
	if (n < 0)
		return rst_read_error(ctx, n);
	image->at = 0;
	image->end = n;
	return n;
}

/* Return: 1 when all was read, 0 when the stream ended before, or -errno. */
static int get(struct vz_context *ctx, void *to, size_t len)
{
	struct vz_image *image = ctx->image;
	ssize_t n;

	while (len) {
		if (image->at == image->end) {
			n = fill(ctx, len);
			if (n <= 0)
				return n;
		}
		n = min_t(size_t, len, image->end - image->at);
		memcpy(to, image->buf + image->at, n);
		image->at += n;
		to += n;
		len -= n;
	}
	return 1;
}

/* What the checker says, in its words. */
int rst_image_bad(struct vz_context *ctx, int err)
{
	return rst_err(ctx, err, "image: %s", vz_check_message(ctx->image->chk));
}

static int get_piece(struct vz_context *ctx, void *to, size_t len, const char *what)
{
	int ret = get(ctx, to, len);

	if (ret < 0)
		return ret;
	return ret ? 0 : rst_image_bad(ctx, vz_check_cut(ctx->image->chk, what));
}

static int get_zeros(struct vz_context *ctx, size_t len, const char *what)
{
	u8 zeros[64];
	size_t n;
	int err;

	while (len) {
		n = min(len, sizeof(zeros));
		err = get_piece(ctx, zeros, n, what);
		if (err)
			return err;
		err = vz_check_zero(ctx->image->chk, zeros, n);
		if (err)
			return rst_image_bad(ctx, err);
		len -= n;
	}
	return 0;
}

/* ---- records ---- */

static int read_header(struct vz_context *ctx)
{
	struct vz_image *image = ctx->image;
	int len, err;
	u8 *whole;

	err = get_piece(ctx, &image->header, sizeof(image->header), "header");
	if (err)
		return err;
	len = vz_check_header_len(image->chk, &image->header);
	if (len < 0)
		return rst_image_bad(ctx, len);
	whole = kvmalloc(len, GFP_KERNEL);
	if (!whole)
		return -ENOMEM;
	memcpy(whole, &image->header, sizeof(image->header));
	if (len > sizeof(image->header))
		err = get_piece(ctx, whole + sizeof(image->header), len - sizeof(image->header), "header");
	if (!err) {
		err = vz_check_header(image->chk, whole, len);
		if (err)
			rst_image_bad(ctx, err);
	}
	kvfree(whole);
	return err;
}

static int read_object_hdr(struct vz_context *ctx, struct cpt_object_hdr *hdr)
{
	int err = get_piece(ctx, hdr, sizeof(*hdr), NULL);

	if (err)
		return err;
	err = vz_check_object_hdr(ctx->image->chk, hdr);
	return err ? rst_image_bad(ctx, err) : 0;
}

/* What read_body() has allocated. */
void rst_free_rec(struct vz_rec *rec)
{
	kvfree(rec->fixed);
	kvfree(rec->content);
}

/* Struct and content of a record whose header was read and checked. */
static int read_body(struct vz_context *ctx, const struct cpt_object_hdr *hdr, struct vz_rec *rec)
{
	void *fixed, *content = NULL;
	int err = -ENOMEM;

	/* one of the fixed struct's size at least: may be zero bytes long */
	fixed = kvzalloc(max_t(u32, vz_rec_fixed_size(hdr), 8), GFP_KERNEL);
	if (hdr->len)
		content = kvmalloc(hdr->len, GFP_KERNEL);
	*rec = (struct vz_rec){ .hdr = *hdr, .fixed = fixed, .content = content };
	if (!fixed || (hdr->len && !content))
		goto out_free;
	err = get_piece(ctx, fixed, hdr->hdrlen, "struct");
	if (!err)
		err = get_piece(ctx, content, hdr->len, "content");
	if (err)
		goto out_free;
	err = vz_check_record(ctx->image->chk, hdr, fixed, content);
	if (err) {
		rst_image_bad(ctx, err);
		goto out_free;
	}
	err = get_zeros(ctx, vz_rec_gap(hdr), "padding");
	if (err)
		goto out_free;
	return 0;

out_free:
	rst_free_rec(rec);
	return err;
}

static u32 bucket_of(u32 type, u64 id)
{
	return hash_64(id * CPT_OBJ_MAX + type, RST_HASH_BITS);
}

static int add_rec(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct vz_image *image = ctx->image;
	u32 b = bucket_of(rec->hdr.type, rec->hdr.id), room;
	struct rst_entry *recs;

	image->memory += sizeof(*recs) + rec->hdr.hdrlen + rec->hdr.len;
	if (image->memory > CPT_MAX_META)
		return rst_err(ctx, -E2BIG, "image: more metadata than %llu bytes", CPT_MAX_META);
	if (image->nr == image->room) {
		room = image->room ? 2 * image->room : 256;
		recs = kvmalloc_array(room, sizeof(*recs), GFP_KERNEL);
		if (!recs)
			return -ENOMEM;
		if (image->nr)
			memcpy(recs, image->recs, image->nr * sizeof(*recs));
		kvfree(image->recs);
		image->recs = recs;
		image->room = room;
	}
	image->recs[image->nr].rec = *rec;
	image->recs[image->nr].next_hash = image->bucket[b];
	image->bucket[b] = image->nr++;
	return 0;
}

/* Sort by type, each type in the image's order. */
static int sort_recs(struct vz_image *image)
{
	u32 at[CPT_OBJ_MAX + 1] = {}, i, type;

	image->order = kvmalloc_array(max(image->nr, 1U), sizeof(u32), GFP_KERNEL);
	if (!image->order)
		return -ENOMEM;
	for (i = 0; i < image->nr; i++)
		image->first[image->recs[i].rec.hdr.type + 1]++;
	for (type = 0; type < CPT_OBJ_MAX; type++)
		image->first[type + 1] += image->first[type];
	memcpy(at, image->first, sizeof(at));
	for (i = 0; i < image->nr; i++)
		image->order[at[image->recs[i].rec.hdr.type]++] = i;
	return 0;
}

const struct cpt_image_header *rst_header(struct vz_context *ctx)
{
	return &ctx->image->header;
}

const struct vz_rec *rst_find(struct vz_context *ctx, u32 type, u64 id)
{
	const struct vz_image *image = ctx->image;
	u32 i;

	for (i = image->bucket[bucket_of(type, id)]; i != RST_NONE; i = image->recs[i].next_hash) {
		if (image->recs[i].rec.hdr.id == id && image->recs[i].rec.hdr.type == type)
			return &image->recs[i].rec;
	}
	return NULL;
}

const struct vz_rec *rst_nth(struct vz_context *ctx, u32 type, unsigned int i)
{
	const struct vz_image *image = ctx->image;
	u32 n = image->first[type] + i;

	return n < image->first[type + 1] ? &image->recs[image->order[n]].rec : NULL;
}

/**
 * rst_read_begin() - read and check the metadata of ctx->dumpfile
 * @ctx: the context
 *
 * Return: 0 when it is complete and right; then, and also after an error,
 *         rst_read_end() follows
 */
int rst_read_begin(struct vz_context *ctx)
{
	struct vz_image *image = kvzalloc(sizeof(*image), GFP_KERNEL);
	struct vz_rec rec;
	int err;

	if (!image)
		return -ENOMEM;
	memset(image->bucket, 0xff, sizeof(image->bucket));
	image->file = ctx->dumpfile;
	image->pos = image->file->f_mode & FMODE_STREAM ? 0 : image->file->f_pos;
	image->ahead = true;
	ctx->image = image;
	image->buf = kvmalloc(RST_BUFFER, GFP_KERNEL);
	image->chk = vz_check_new();
	if (!image->buf || !image->chk)
		return -ENOMEM;
	err = read_header(ctx);
	if (err)
		return err;
	for (;;) {
		err = read_object_hdr(ctx, &image->current_hdr);
		if (err)
			return err;
		/* accepted by the checker only behind complete metadata */
		if (vz_check_is_data(image->current_hdr.type) ||
		    image->current_hdr.type == CPT_OBJ_END)
			break;
		err = read_body(ctx, &image->current_hdr, &rec);
		if (err)
			return err;
		err = add_rec(ctx, &rec);
		if (err) {
			rst_free_rec(&rec);
			return err;
		}
		cond_resched();
	}
	image->ahead = false;
	return sort_recs(image);
}

/* ---- data records ---- */

static int read_data_rec(struct vz_context *ctx, const struct cpt_object_hdr *hdr,
			 int (*data)(struct vz_context *ctx, const struct vz_rec *rec))
{
	struct vz_image *image = ctx->image;
	struct vz_rec rec;
	int err;

	err = read_body(ctx, hdr, &rec);
	if (err)
		return err;
	image->left = hdr->payload;
	image->taken = false;
	vz_sum_start(&image->sum);
	err = data(ctx, &rec);
	if (!err && image->left)
		err = rst_err(ctx, -EINVAL, "image: a payload is longer than its record says");
	if (!err && hdr->payload && !image->taken) {
		err = vz_check_payload(image->chk, hdr, vz_sum_end(&image->sum));
		if (err)
			rst_image_bad(ctx, err);
	}
	if (!err && hdr->payload)
		err = get_zeros(ctx, vz_rec_tail(hdr), "padding");
	if (!image->taken)
		rst_free_rec(&rec);
	return err;
}

/* A file ends with its image; a pipe may go on with something else. */
static int read_nothing(struct vz_context *ctx)
{
	u8 more;
	int ret;

	if (!S_ISREG(file_inode(ctx->image->file)->i_mode))
		return 0;
	ret = get(ctx, &more, 1);
	return ret > 0 ? rst_image_bad(ctx, vz_check_rest(ctx->image->chk)) : ret;
}

/**
 * rst_read_data() - read the data records, up to and with the trailer
 * @ctx: the context
 * @data: called for each; consumes the payload
 *
 * Return: 0 when the image was complete
 */
int rst_read_data(struct vz_context *ctx,
		  int (*data)(struct vz_context *ctx, const struct vz_rec *rec))
{
	struct vz_image *image = ctx->image;
	struct cpt_object_hdr hdr = image->current_hdr;
	struct vz_rec rec;
	int err;

	while (hdr.type != CPT_OBJ_END) {
		err = read_data_rec(ctx, &hdr, data);
		if (!err)
			err = read_object_hdr(ctx, &hdr);
		if (err)
			return err;
		cond_resched();
	}
	err = read_body(ctx, &hdr, &rec);
	if (err)
		return err;
	rst_free_rec(&rec);
	err = vz_check_end(image->chk);
	if (err)
		return rst_image_bad(ctx, err);
	ctx->stats.image_bytes = image->pos;
	return read_nothing(ctx);
}

/**
 * rst_read_end() - free the reader and all records
 * @ctx: the context
 */
void rst_read_end(struct vz_context *ctx)
{
	struct vz_image *image = ctx->image;
	u32 i;

	if (!image)
		return;
	for (i = 0; i < image->nr; i++)
		rst_free_rec(&image->recs[i].rec);
	vz_check_free(image->chk);
	kvfree(image->recs);
	kvfree(image->order);
	kvfree(image->buf);
	kvfree(image);
	ctx->image = NULL;
}
