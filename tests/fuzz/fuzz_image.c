// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target for the image checker:
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude/uapi \
 *		tests/fuzz/fuzz_image.c tools/vzctl-cpt/imgwalk.c kernel/image_*.c
 *
 * With an odd first byte the rest is an image as it is, with an even one all
 * checksums are put right first, so that the fuzzer reaches what lies behind.
 * The corpus begins with tests/image/sample.py's image behind both bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../tools/vzctl-cpt/imgwalk.h"

struct input {
	const uint8_t *p;
	size_t left;
};

static ssize_t input_read(void *arg, void *buf, size_t n)
{
	struct input *in = arg;

	if (n > in->left)
		n = in->left;
	if (n)
		memcpy(buf, in->p, n);
	in->p += n;
	in->left -= n;
	return (ssize_t)n;
}

static void fix_checksums(uint8_t *p, size_t size)
{
	struct cpt_image_header head;
	struct cpt_object_hdr h;
	size_t at, need;

	if (size < sizeof(head))
		return;
	memcpy(&head, p, sizeof(head));
	if (head.hdrlen < sizeof(head) || head.hdrlen > size)
		return;
	head.crc = vz_crc_header(p, head.hdrlen);
	memcpy(p, &head, sizeof(head));
	for (at = head.hdrlen; at <= size - sizeof(h); at += need) {
		memcpy(&h, p + at, sizeof(h));
		if (h.hdrlen > size || h.len > size || h.pad > size || h.payload > size)
			return;
		need = sizeof(h) + h.hdrlen + h.len + vz_rec_gap(&h) + h.payload + vz_rec_tail(&h);
		if (need > size - at)
			return;
		if (h.payload)
			h.payload_sum = XXH64(p + at + need - vz_rec_tail(&h) - h.payload,
					      h.payload, 0);
		h.crc = vz_crc_record(&h, p + at + sizeof(h), p + at + sizeof(h) + h.hdrlen);
		memcpy(p + at, &h, sizeof(h));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	struct img_source src = { .read = input_read, .arg = &in };
	struct vz_check *chk;
	uint8_t *copy;
	int err;

	if (!size)
		return 0;
	copy = malloc(size);
	chk = vz_check_new();
	if (!copy || !chk)
		abort();
	memcpy(copy, data + 1, size - 1);
	if (!(data[0] & 1))
		fix_checksums(copy, size - 1);
	in.p = copy;
	in.left = size - 1;
	err = img_walk(chk, &src);
	/* whoever refuses says why, in one line; whoever accepts says nothing */
	if (!err != !*vz_check_message(chk) || strchr(vz_check_message(chk), '\n'))
		abort();
	vz_check_free(chk);
	free(copy);
	return 0;
}
