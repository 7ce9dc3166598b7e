/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image checker: whether a stream of records is an image as cpt_image.h
 * says. Plain C that builds in the kernel and in user space; it reads nothing
 * itself, whoever reads the stream shows it the pieces in this order:
 *
 *	chk = vz_check_new();
 *	read sizeof(struct cpt_image_header)
 *	n = vz_check_header_len(chk, hdr)		length of the whole header
 *	read the rest, up to n bytes
 *	vz_check_header(chk, hdr, n)
 *	for each record:
 *		read struct cpt_object_hdr		(none: vz_check_cut(chk, NULL))
 *		vz_check_object_hdr(chk, &h)		before anything is allocated
 *		read h.hdrlen bytes into a zeroed buffer of vz_rec_fixed_size(&h)
 *		read h.len bytes of content
 *		vz_check_record(chk, &h, fixed, content)
 *		read vz_rec_gap(&h) bytes		vz_check_zero(chk, buf, n), in pieces
 *		when h.payload: read it, compute vz_sum_start/add/end
 *			vz_check_payload(chk, &h, sum), or vz_check_taken() later
 *			read vz_rec_tail(&h) bytes	vz_check_zero()
 *		h.type == CPT_OBJ_END: vz_check_end(chk), done; in a file nothing
 *			may follow: vz_check_rest(chk) when something does
 *	vz_check_free(chk)
 *
 * A piece that cannot be read in full: vz_check_cut(chk, "content").
 * The first record of a data kind is only accepted when the metadata as a whole
 * is complete (vz_check_object_hdr() does that), so that a reader that sees one
 * may build from what it has read. Each function returns 0 or -errno after it
 * has put one sentence into vz_check_message(); the first failure is final.
 */
#ifndef _VZ_IMAGE_CHECK_H
#define _VZ_IMAGE_CHECK_H

#include <linux/types.h>
#include <linux/cpt_image.h>
#ifdef __KERNEL__
#include <linux/xxhash.h>
#else
#include <stddef.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

struct vz_check;

struct vz_check *vz_check_new(void);		/* NULL: no memory */
void vz_check_free(struct vz_check *chk);	/* NULL is fine */
const char *vz_check_message(const struct vz_check *chk);

int vz_check_header_len(struct vz_check *chk, const struct cpt_image_header *h);
int vz_check_header(struct vz_check *chk, const void *hdr, size_t len);
int vz_check_object_hdr(struct vz_check *chk, const struct cpt_object_hdr *h);
int vz_check_record(struct vz_check *chk, const struct cpt_object_hdr *h,
		    const void *fixed, const void *content);
int vz_check_zero(struct vz_check *chk, const void *p, size_t n);
int vz_check_payload(struct vz_check *chk, const struct cpt_object_hdr *h, __u64 sum);
int vz_check_taken(struct vz_check *chk, __u64 number, const struct cpt_object_hdr *h, __u64 sum);
__u64 vz_check_number(const struct vz_check *chk);
int vz_check_end(struct vz_check *chk);
int vz_check_rest(struct vz_check *chk);
int vz_check_cut(struct vz_check *chk, const char *part);

/* Is the kind one of the data part? Name and struct size of a kind; NULL, 0: unknown. */
int vz_check_is_data(__u32 type);
int vz_check_is_file(__u32 type);	/* do open files stand for it? */
const char *vz_check_stem(__u32 type);
__u32 vz_check_struct_size(__u32 type);

/* Bytes that a record's struct takes in memory, with zeros behind a shorter one. */
static inline __u32 vz_rec_fixed_size(const struct cpt_object_hdr *h)
{
	__u32 size = vz_check_struct_size(h->type);

	return h->hdrlen > size ? h->hdrlen : size;
}

/* Zero bytes between the content and the payload (or the next record). */
static inline __u32 vz_rec_gap(const struct cpt_object_hdr *h)
{
	return (__u32)(-h->len & 7) + h->pad;
}

/* Zero bytes behind the payload. */
static inline __u32 vz_rec_tail(const struct cpt_object_hdr *h)
{
	return (__u32)(-h->payload & 7);
}

/* CRC32C as the image has it: start, add pieces, end. */
__u32 vz_crc32c(__u32 crc, const void *p, size_t n);	/* image.c, image_env.c */

static inline __u32 vz_crc_start(void)
{
	return ~0U;
}

static inline __u32 vz_crc_add(__u32 crc, const void *p, size_t n)
{
	return vz_crc32c(crc, p, n);
}

static inline __u32 vz_crc_end(__u32 crc)
{
	return ~crc;
}

/* XXH64 of a payload: start, add pieces, end. */
struct vz_sum {
#ifdef __KERNEL__
	struct xxh64_state state;
#else
	XXH64_state_t state;
#endif
};

static inline void vz_sum_start(struct vz_sum *sum)
{
#ifdef __KERNEL__
	xxh64_reset(&sum->state, 0);
#else
	XXH64_reset(&sum->state, 0);
#endif
}

static inline void vz_sum_add(struct vz_sum *sum, const void *p, size_t n)
{
#ifdef __KERNEL__
	xxh64_update(&sum->state, p, n);
#else
	XXH64_update(&sum->state, p, n);
#endif
}

static inline __u64 vz_sum_end(const struct vz_sum *sum)
{
#ifdef __KERNEL__
	return xxh64_digest(&sum->state);
#else
	return XXH64_digest(&sum->state);
#endif
}

/* CRC of a record: its header with @crc 0, hdrlen bytes of the struct, content. */
__u32 vz_crc_record(const struct cpt_object_hdr *h, const void *fixed, const void *content);
/* CRC of an image header of @len bytes. */
__u32 vz_crc_header(const void *hdr, size_t len);

#endif /* _VZ_IMAGE_CHECK_H */
