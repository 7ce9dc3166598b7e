// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image writer: records go to the dump file as one forward-only stream.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "../kernel/compat.h"
#include "../kernel/image.h"
#include "cpt.h"
#include "cpt_write.h"

#define CPT_BUFFER	(256U << 10)

/**
 * struct vz_image - an image that is being written
 * @file: where to; borrowed from the context
 * @pos: its position
 * @bytes: length of the stream so far, with what is in @buf
 * @records: records so far
 * @pages: pages in CPT_OBJ_PAGES payloads
 * @buf: bytes not yet written
 * @used: their number
 */
struct vz_image {
	struct file *file;
	loff_t pos;
	u64 bytes;
	u64 records;
	u64 pages;
	u8 *buf;
	size_t used;
};

static int write_error(struct vz_context *ctx, int err)
{
	const char *why = err == -EINVAL ? "not a file that an image can be written to" :
			  err == -ENOSPC ? "no space left on device" :
			  err == -EDQUOT ? "disk quota exceeded" :
			  err == -EFBIG ? "file too large" :
			  err == -EPIPE ? "the reader has gone" :
			  err == -EIO ? "input/output error" :
			  err == -EINTR || err == -ERESTARTSYS ? "interrupted" : NULL;

	if (err == -ERESTARTSYS)
		err = -EINTR;
	if (why)
		return cpt_err(ctx, err, "image: cannot write: %s", why);
	return cpt_err(ctx, err, "image: cannot write: error %d", -err);
}

static int flush(struct vz_context *ctx)
{
	struct vz_image *image = ctx->image;
	size_t done = 0;
	ssize_t n;

	while (done < image->used) {
		if (signal_pending(current))
			return write_error(ctx, -EINTR);
		n = vz_write_file(image->file, image->buf + done, image->used - done, &image->pos);
		if (n <= 0)
			return write_error(ctx, n ?: -EIO);
		done += n;
	}
	image->used = 0;
	return 0;
}

static int put(struct vz_context *ctx, const void *data, size_t len)
{
	struct vz_image *image = ctx->image;
	size_t n;
	int err;

	image->bytes += len;
	while (len) {
		if (image->used == CPT_BUFFER) {
			err = flush(ctx);
			if (err)
				return err;
		}
		n = min_t(size_t, len, CPT_BUFFER - image->used);
		memcpy(image->buf + image->used, data, n);
		image->used += n;
		data += n;
		len -= n;
	}
	return 0;
}

static int put_zeros(struct vz_context *ctx, size_t len)
{
	static const u8 zeros[64];
	size_t n;
	int err = 0;

	while (len && !err) {
		n = min(len, sizeof(zeros));
		err = put(ctx, zeros, n);
		len -= n;
	}
	return err;
}

/* Payload pages go to the file as they are, without a copy into the buffer. */
static int put_bvec(struct vz_context *ctx, const struct bio_vec *bvec, unsigned int nr, u64 bytes)
{
	struct vz_image *image = ctx->image;
	struct iov_iter iter;
	ssize_t n;
	int err;

	err = flush(ctx);
	if (err)
		return err;
	vz_iov_iter_bvec(&iter, true, bvec, nr, bytes);
	while (iov_iter_count(&iter)) {
		if (signal_pending(current))
			return write_error(ctx, -EINTR);
		file_start_write(image->file);
		n = vfs_iter_write(image->file, &iter, &image->pos, 0);
		file_end_write(image->file);
		if (n <= 0)
			return write_error(ctx, n ?: -EIO);
	}
	image->bytes += bytes;
	return 0;
}

static int put_record(struct vz_context *ctx, struct cpt_object_hdr *hdr, const void *fixed,
		      const void *content)
{
	int err;

	hdr->crc = vz_crc_record(hdr, fixed, content);
	err = put(ctx, hdr, sizeof(*hdr));
	if (!err)
		err = put(ctx, fixed, hdr->hdrlen);
	if (!err)
		err = put(ctx, content, hdr->len);
	if (!err)
		err = put_zeros(ctx, -hdr->len & 7);
	ctx->image->records++;
	return err;
}

int cpt_write_obj(struct vz_context *ctx, u32 type, u64 id, const void *fixed, u32 hdrlen,
		  const void *content, u64 len)
{
	struct cpt_object_hdr hdr = { .type = type, .id = id, .hdrlen = hdrlen, .len = len };

	if (len > CPT_MAX_CONTENT)
		return cpt_err(ctx, -E2BIG, "%s %llu: %llu bytes are too many", vz_kind_name(type),
			       id, len);
	return put_record(ctx, &hdr, fixed, content);
}

u64 cpt_payload_sum(const struct bio_vec *bvec, unsigned int nr)
{
	struct vz_sum sum;

	vz_sum_start(&sum);
	vz_sum_bvec(&sum, bvec, nr);
	return vz_sum_end(&sum);
}

int cpt_write_payload(struct vz_context *ctx, u32 type, u64 id, const void *fixed, u32 hdrlen,
		      const void *content, u64 len,
		      const struct bio_vec *bvec, unsigned int nr, u64 bytes, u64 sum)
{
	struct cpt_object_hdr hdr = { .type = type, .id = id, .hdrlen = hdrlen, .len = len,
				      .payload = bytes, .payload_sum = sum };
	u64 end = ctx->image->bytes + sizeof(hdr) + hdrlen + ALIGN(len, 8);
	int err;

	if (WARN_ON_ONCE(bytes > CPT_MAX_PAYLOAD || len > CPT_MAX_CONTENT))
		return -E2BIG;
	hdr.pad = -end & (PAGE_SIZE - 1);
	err = put_record(ctx, &hdr, fixed, content);
	if (!err)
		err = put_zeros(ctx, hdr.pad);
	if (!err)
		err = put_bvec(ctx, bvec, nr, bytes);
	if (!err)
		err = put_zeros(ctx, -bytes & 7);
	if (type == CPT_OBJ_PAGES)
		ctx->image->pages += bytes >> PAGE_SHIFT;
	return err;
}

/**
 * cpt_write_begin() - begin an image in ctx->dumpfile
 * @ctx: the context
 * @header: complete but for the CRC
 *
 * Return: 0; then cpt_write_end() follows, whatever happens
 */
int cpt_write_begin(struct vz_context *ctx, struct cpt_image_header *header)
{
	struct vz_image *image = kzalloc(sizeof(*image), GFP_KERNEL);

	if (!image)
		return -ENOMEM;
	image->buf = kvmalloc(CPT_BUFFER, GFP_KERNEL);
	if (!image->buf) {
		kfree(image);
		return -ENOMEM;
	}
	image->file = ctx->dumpfile;
	image->pos = image->file->f_mode & FMODE_STREAM ? 0 : image->file->f_pos;
	ctx->image = image;
	header->crc = 0;
	header->crc = vz_crc_header(header, sizeof(*header));
	return put(ctx, header, sizeof(*header));
}

/**
 * cpt_write_end() - end an image
 * @ctx: the context
 * @err: what happened so far; with 0 the trailer is written and all flushed
 *
 * Return: @err or what writing the rest gave
 */
int cpt_write_end(struct vz_context *ctx, int err)
{
	struct vz_image *image = ctx->image;
	struct cpt_end_image end = {
		.records = image->records, .bytes = image->bytes, .pages = image->pages,
	};

	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_END, 1, &end, sizeof(end), NULL, 0);
	if (!err)
		err = flush(ctx);
	if (!err) {
		ctx->stats.image_bytes = image->bytes;
		if (!(image->file->f_mode & FMODE_STREAM))
			image->file->f_pos = image->pos;
	}
	ctx->image = NULL;
	kvfree(image->buf);
	kfree(image);
	return err;
}

/* ---- content ---- */

int cpt_buf_add(struct cpt_buf *buf, const void *data, size_t len)
{
	size_t size;
	void *p;

	if (buf->len + len > buf->size) {
		size = max_t(size_t, 2 * buf->size, ALIGN(buf->len + len, 256));
		p = kvmalloc(size, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		if (buf->len)
			memcpy(p, buf->data, buf->len);
		kvfree(buf->data);
		buf->data = p;
		buf->size = size;
	}
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return 0;
}

int cpt_buf_str(struct cpt_buf *buf, const char *str)
{
	return cpt_buf_add(buf, str, strlen(str) + 1);
}

void cpt_buf_free(struct cpt_buf *buf)
{
	kvfree(buf->data);
	*buf = (struct cpt_buf){};
}
