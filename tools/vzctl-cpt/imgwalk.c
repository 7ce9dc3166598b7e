// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "imgwalk.h"

#define CHUNK (1U << 20)

/* Read @n bytes. Return: bytes read (fewer at the end of the stream), or -errno. */
static ssize_t fill(const struct img_source *src, void *buf, size_t n)
{
	size_t done = 0;
	ssize_t got;

	while (done < n) {
		got = src->read(src->arg, (char *)buf + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* Read a part of the image in full. */
static int take(struct vz_check *chk, const struct img_source *src, void *buf, size_t n,
		const char *part)
{
	ssize_t got = fill(src, buf, n);

	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : vz_check_cut(chk, part);
}

static int walk_header(struct vz_check *chk, const struct img_source *src)
{
	char buf[CPT_MAX_HDRLEN] __attribute__((aligned(8)));
	struct cpt_image_header *h = (void *)buf;
	int n, err;

	err = take(chk, src, h, sizeof(*h), "header");
	if (err)
		return err;
	n = vz_check_header_len(chk, h);
	if (n < 0)
		return n;
	err = take(chk, src, h + 1, (size_t)n - sizeof(*h), "header");
	if (!err)
		err = vz_check_header(chk, buf, (size_t)n);
	if (!err && src->header)
		src->header(src->arg, h);
	return err;
}

static int walk_zeros(struct vz_check *chk, const struct img_source *src, size_t n)
{
	char buf[4096];
	size_t part;
	int err = 0;

	for (; n && !err; n -= part) {
		part = n < sizeof(buf) ? n : sizeof(buf);
		err = take(chk, src, buf, part, "padding");
		if (!err)
			err = vz_check_zero(chk, buf, part);
	}
	return err;
}

static int walk_payload(struct vz_check *chk, const struct img_source *src,
			const struct cpt_object_hdr *h)
{
	char *buf = malloc(CHUNK);
	struct vz_sum sum;
	__u64 left = h->payload;
	size_t part;
	int err = buf ? 0 : -ENOMEM;

	vz_sum_start(&sum);
	for (; left && !err; left -= part) {
		part = left < CHUNK ? (size_t)left : CHUNK;
		err = take(chk, src, buf, part, "payload");
		if (!err)
			vz_sum_add(&sum, buf, part);
	}
	free(buf);
	if (!err)
		err = vz_check_payload(chk, h, vz_sum_end(&sum));
	return err ? err : walk_zeros(chk, src, vz_rec_tail(h));
}

static int walk_record(struct vz_check *chk, const struct img_source *src,
		       const struct cpt_object_hdr *h)
{
	void *fixed = calloc(1, vz_rec_fixed_size(h));
	void *content = malloc(h->len ? h->len : 1);
	int err = -ENOMEM;

	if (!fixed || !content)
		goto out;
	err = take(chk, src, fixed, h->hdrlen, "struct");
	if (!err)
		err = take(chk, src, content, h->len, "content");
	if (!err)
		err = vz_check_record(chk, h, fixed, content);
	if (!err)
		err = walk_zeros(chk, src, vz_rec_gap(h));
	if (!err && src->record)
		src->record(src->arg, h, fixed, content);
	if (!err && h->payload)
		err = walk_payload(chk, src, h);
out:
	free(fixed);
	free(content);
	return err;
}

int img_walk(struct vz_check *chk, const struct img_source *src)
{
	struct cpt_object_hdr h;
	ssize_t got;
	char more;
	int err;

	err = walk_header(chk, src);
	while (!err) {
		got = fill(src, &h, sizeof(h));
		if (got < 0)
			return (int)got;
		if (!got)
			return vz_check_cut(chk, NULL);
		if ((size_t)got < sizeof(h))
			return vz_check_cut(chk, "record header");
		err = vz_check_object_hdr(chk, &h);
		if (!err)
			err = walk_record(chk, src, &h);
		if (!err && h.type == CPT_OBJ_END)
			break;
	}
	if (err)
		return err;
	err = vz_check_end(chk);
	if (!err && fill(src, &more, 1) == 1)
		err = vz_check_rest(chk);
	return err;
}
