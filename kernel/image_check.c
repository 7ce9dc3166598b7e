// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: header, framing, CRC, ids, references, and the rules that
 * image_kinds.c has for each kind. See image_check.h for how it is used.
 */
#include "image_rules.h"

struct vz_frame {
	const char *stem;
	__u32 size;
	__u32 flags;
};

static const struct vz_frame frames[CPT_OBJ_MAX] = {
#define K(s, t, rec, f) [t] = { #s, sizeof(rec), f },
	VZ_KINDS(K)
#undef K
	[CPT_OBJ_END] = { "end", sizeof(struct cpt_end_image), VZ_KIND_ONE },
};

static const struct vz_frame *frame(__u32 type)
{
	return type < CPT_OBJ_MAX && frames[type].stem ? &frames[type] : NULL;
}

int vz_check_is_data(__u32 type)
{
	const struct vz_frame *f = frame(type);

	return f && f->flags & VZ_KIND_DATA;
}
EXPORT_SYMBOL_GPL(vz_check_is_data);

int vz_check_is_file(__u32 type)
{
	const struct vz_frame *f = frame(type);

	return f && f->flags & VZ_KIND_FILE;
}

const char *vz_check_stem(__u32 type)
{
	const struct vz_frame *f = frame(type);

	return f ? f->stem : NULL;
}
EXPORT_SYMBOL_GPL(vz_check_stem);

__u32 vz_check_struct_size(__u32 type)
{
	const struct vz_frame *f = frame(type);

	return f ? f->size : 0;
}
EXPORT_SYMBOL_GPL(vz_check_struct_size);

/* ---- CRC and zeros ---- */

__u32 vz_crc_record(const struct cpt_object_hdr *h, const void *fixed, const void *content)
{
	struct cpt_object_hdr z = *h;
	__u32 crc;

	z.crc = 0;
	crc = vz_crc_add(vz_crc_start(), &z, sizeof(z));
	crc = vz_crc_add(crc, fixed, h->hdrlen);
	if (h->len)
		crc = vz_crc_add(crc, content, h->len);
	return vz_crc_end(crc);
}
EXPORT_SYMBOL_GPL(vz_crc_record);

__u32 vz_crc_header(const void *hdr, size_t len)
{
	struct cpt_image_header h;
	__u32 crc;

	memcpy(&h, hdr, sizeof(h));
	h.crc = 0;
	crc = vz_crc_add(vz_crc_start(), &h, sizeof(h));
	return vz_crc_end(vz_crc_add(crc, (const char *)hdr + sizeof(h), len - sizeof(h)));
}
EXPORT_SYMBOL_GPL(vz_crc_header);

static int all_zero(const void *p, size_t n)
{
	const unsigned char *c = p;

	while (n--) {
		if (*c++)
			return 0;
	}
	return 1;
}

/* Padding of the current record. */
int vz_check_zero(struct vz_check *chk, const void *p, size_t n)
{
	return all_zero(p, n) ? 0 : vz_bad(chk, -EINVAL, "padding is not zero");
}
EXPORT_SYMBOL_GPL(vz_check_zero);

/* ---- the image's header ---- */

/* How long is the whole header? Return: bytes, or -errno. */
int vz_check_header_len(struct vz_check *chk, const struct cpt_image_header *h)
{
	if (memcmp(h->magic, CPT_IMAGE_MAGIC, sizeof(h->magic)))
		return vz_bad(chk, -EINVAL, "header: this is not an image of a VE");
	if (!h->version || h->version > CPT_IMAGE_VERSION)
		return vz_bad(chk, -EINVAL, "header: the image has version %u, known is up to %u",
			      h->version, CPT_IMAGE_VERSION);
	if (h->hdrlen < sizeof(*h) || h->hdrlen > CPT_MAX_HDRLEN || h->hdrlen % 8)
		return vz_bad(chk, -EINVAL, "header: length %u is not possible", h->hdrlen);
	return h->hdrlen;
}
EXPORT_SYMBOL_GPL(vz_check_header_len);

int vz_check_header(struct vz_check *chk, const void *hdr, size_t len)
{
	struct cpt_image_header *h = &chk->head;
	int err;

	memcpy(h, hdr, sizeof(*h));
	err = vz_check_header_len(chk, h);
	if (err < 0)
		return err;
	if (len != h->hdrlen)
		return vz_check_cut(chk, "header");
	if (vz_crc_header(hdr, len) != h->crc)
		return vz_bad(chk, -EINVAL, "header: the checksum is wrong");
	if (h->incompat & ~CPT_INCOMPAT_KNOWN)
		return vz_bad(chk, -EINVAL, "header: the image needs features that are not known here: %#llx",
			      h->incompat & ~CPT_INCOMPAT_KNOWN);
	if (h->arch != CPT_ARCH_X86_64)
		return vz_bad(chk, -EINVAL, "header: architecture %u, known is %u",
			      h->arch, CPT_ARCH_X86_64);
	if (h->page_size != VZ_PAGE)
		return vz_bad(chk, -EINVAL, "header: page size %u, known is %llu",
			      h->page_size, VZ_PAGE);
	if (h->zero || !all_zero((const char *)hdr + sizeof(*h), len - sizeof(*h)))
		return vz_bad(chk, -EINVAL, "header: a field that is not known here is set");
	if (!memchr(h->release, 0, sizeof(h->release)))
		return vz_bad(chk, -EINVAL, "header: release has no end");
	chk->pos = len;
	return 0;
}
EXPORT_SYMBOL_GPL(vz_check_header);

/* ---- metadata as a whole ---- */

static int check_meta(struct vz_check *chk)
{
	__u32 type;

	for (type = 0; type < CPT_OBJ_MAX; type++) {
		if (type == CPT_OBJ_END || !frames[type].stem ||
		    !(frames[type].flags & VZ_KIND_ONE) || chk->seen[type] == 1)
			continue;
		return vz_bad(chk, -EINVAL, "the metadata has %s %s record",
			      chk->seen[type] ? "more than one" : "no", frames[type].stem);
	}
	if (chk->seen[CPT_OBJ_PROCESS] != chk->ve.processes)
		return vz_bad(chk, -EINVAL, "%llu processes were read, the VE has %u",
			      chk->seen[CPT_OBJ_PROCESS], chk->ve.processes);
	if (chk->seen[CPT_OBJ_TASK] != chk->ve.tasks)
		return vz_bad(chk, -EINVAL, "%llu tasks were read, the VE has %u",
			      chk->seen[CPT_OBJ_TASK], chk->ve.tasks);
	if (vz_check_sockets(chk))
		return chk->failed;
	return vz_check_processes(chk);
}

/* ---- one record ---- */

static int check_bounds(struct vz_check *chk, const struct cpt_object_hdr *h)
{
	const struct vz_shape *shape = vz_shape(h->type);
	__u64 at;

	if (!h->id)
		return vz_bad(chk, -EINVAL, "the id is 0");
	if (!h->hdrlen || h->hdrlen > CPT_MAX_HDRLEN || h->hdrlen % 8)
		return vz_bad(chk, -EINVAL, "struct of %u bytes is not possible", h->hdrlen);
	if (h->len > CPT_MAX_CONTENT)
		return vz_bad(chk, -EINVAL, "content of %llu bytes is too long", h->len);
	if (h->payload > CPT_MAX_PAYLOAD)
		return vz_bad(chk, -EINVAL, "payload of %llu bytes is too long", h->payload);
	if (!h->payload != !shape->payload)
		return vz_bad(chk, -EINVAL, h->payload ? "a payload is not expected" :
			      "the payload is missing");
	if (!h->payload && h->payload_sum)
		return vz_bad(chk, -EINVAL, "a checksum but no payload");
	at = chk->start + sizeof(*h) + h->hdrlen + h->len;
	at += -at & 7;
	if (h->pad != (h->payload ? -at & (VZ_PAGE - 1) : 0))
		return vz_bad(chk, -EINVAL, "padding of %u bytes is wrong", h->pad);
	chk->pos = at + h->pad + h->payload + vz_rec_tail(h);
	return 0;
}

/**
 * vz_check_object_hdr() - bounds of a record, before anything of it is read
 * @chk: the checker
 * @h: its header
 */
int vz_check_object_hdr(struct vz_check *chk, const struct cpt_object_hdr *h)
{
	const struct vz_frame *f = frame(h->type);
	int err;

	if (chk->failed)
		return chk->failed;
	if (chk->ended || !chk->pos)
		return vz_bad(chk, -EINVAL, "a record outside of the image");
	chk->start = chk->pos;
	chk->cur = *h;
	chk->number++;
	if (!f)
		return vz_bad(chk, -EINVAL, "type %u is not known", h->type);
	err = check_bounds(chk, h);
	if (err)
		return err;
	if (!chk->meta_done && (f->flags & VZ_KIND_DATA || h->type == CPT_OBJ_END)) {
		err = check_meta(chk);
		if (err)
			return err;
		chk->meta_done = 1;
	}
	if (f->flags & VZ_KIND_DATA || h->type == CPT_OBJ_END)
		return 0;
	if (chk->meta_done)
		return vz_bad(chk, -EINVAL, "metadata behind data");
	chk->meta_bytes += chk->pos - chk->start;
	if (chk->meta_bytes > CPT_MAX_META)
		return vz_bad(chk, -EINVAL, "more than %llu bytes of metadata", CPT_MAX_META);
	if (chk->number > CPT_MAX_OBJECTS)
		return vz_bad(chk, -EINVAL, "more than %u objects", CPT_MAX_OBJECTS);
	return 0;
}
EXPORT_SYMBOL_GPL(vz_check_object_hdr);

static __u64 value(const struct vz_rule *rule, const void *p)
{
	__u32 v32;
	__u64 v64;

	if (rule->size == sizeof(v32)) {
		memcpy(&v32, (const char *)p + rule->off, sizeof(v32));
		return v32;
	}
	memcpy(&v64, (const char *)p + rule->off, sizeof(v64));
	return v64;
}

/* Check the members of a struct at @p. */
static int check_rules(struct vz_check *chk, const struct vz_rule *rules, unsigned int n,
		       const void *p)
{
	const struct vz_rule *r;
	__u64 v;

	/* no sum with a NULL table, were it of nothing */
	for (r = rules; n; n--, r++) {
		if (r->test == VZ_T_TEXT) {
			if (memchr((const char *)p + r->off, 0, r->size))
				continue;
			return vz_bad(chk, -EINVAL, "%s has no end", r->name);
		}
		v = value(r, p);
		switch (r->test) {
		case VZ_T_MASK:
			if (!(v & ~r->a))
				continue;
			return vz_bad(chk, -EINVAL, "%s: %#llx is not known here",
				      r->name, v & ~r->a);
		case VZ_T_RANGE:
			if (v >= r->a && v <= r->b)
				continue;
			return vz_bad(chk, -EINVAL, "%s: %llu is out of range", r->name, v);
		case VZ_T_SRANGE:
			if ((__s32)v >= (__s64)r->a && (__s32)v <= (__s64)r->b)
				continue;
			return vz_bad(chk, -EINVAL, "%s: %d is out of range", r->name,
				      (__s32)v);
		case VZ_T_REF_OPT:
			if (!v)
				continue;
			break;
		}
		/* the current record may not refer to itself: it is added afterwards */
		if (!v || !vz_check_find(chk, (__u32)r->a, v))
			return vz_bad(chk, -EINVAL, "%s: there is no %s %llu before it",
				      r->name, vz_check_stem((__u32)r->a), v);
	}
	return 0;
}

static int check_strings(struct vz_check *chk, unsigned int n, const char *p, __u64 len)
{
	const char *end;

	for (; n; n--) {
		end = len ? memchr(p, 0, len) : NULL;
		if (!end)
			return vz_bad(chk, -EINVAL, "a string in its content has no end");
		if (end - p >= CPT_MAX_PATH)
			return vz_bad(chk, -EINVAL, "a string in its content is too long");
		len -= end + 1 - p;
		p = end + 1;
	}
	return len ? vz_bad(chk, -EINVAL, "content is %llu bytes too long", len) : 0;
}

static int check_content(struct vz_check *chk, const struct vz_shape *shape, struct vz_look *look)
{
	const struct cpt_object_hdr *h = look->h;
	__u32 count;
	__u64 i;
	int err;

	if (shape->elem) {
		memcpy(&count, (const char *)look->fixed + shape->count, sizeof(count));
		look->count = count;
		if (look->count > h->len / shape->elem)
			return vz_bad(chk, -EINVAL, "content of %llu bytes is too short for %u elements",
				      h->len, count);
	}
	look->tail = look->content + look->count * shape->elem;
	look->tail_len = h->len - look->count * shape->elem;
	for (i = 0; shape->nelem_rules && i < look->count; i++) {
		chk->element = i + 1;
		err = check_rules(chk, shape->elem_rules, shape->nelem_rules,
				  look->content + i * shape->elem);
		if (err)
			return err;
	}
	chk->element = 0;
	return shape->own_tail ? 0 :
	       check_strings(chk, shape->strings, look->tail, look->tail_len);
}

static int check_trailer(struct vz_check *chk, const struct cpt_end_image *end)
{
	if (end->records != chk->number - 1)
		return vz_bad(chk, -EINVAL, "%llu records were read, the trailer says %llu",
			      chk->number - 1, end->records);
	if (end->bytes != chk->start)
		return vz_bad(chk, -EINVAL, "%llu bytes were read, the trailer says %llu",
			      chk->start, end->bytes);
	if (end->pages != chk->pages)
		return vz_bad(chk, -EINVAL, "%llu pages were read, the trailer says %llu",
			      chk->pages, end->pages);
	chk->ended = 1;
	return 0;
}

static int check_id(struct vz_check *chk, const struct cpt_object_hdr *h)
{
	if (h->type == CPT_OBJ_END)
		return 0;
	if (!vz_check_is_data(h->type))
		return vz_check_find(chk, h->type, h->id) ?
		       vz_bad(chk, -EINVAL, "the id was used before") : 0;
	if (h->id <= chk->last_id[h->type])
		return vz_bad(chk, -EINVAL, "the id does not count up");
	chk->last_id[h->type] = h->id;
	return 0;
}

/**
 * vz_check_record() - a record without its payload
 * @chk: the checker
 * @h: its header, which vz_check_object_hdr() has accepted
 * @fixed: its struct, in vz_rec_fixed_size(@h) bytes with zeros behind hdrlen
 * @content: its content; ignored when there is none
 */
int vz_check_record(struct vz_check *chk, const struct cpt_object_hdr *h,
		    const void *fixed, const void *content)
{
	const struct vz_frame *f = frame(h->type);
	const struct vz_shape *shape;
	struct vz_look look = { .h = h, .fixed = fixed, .content = content };
	int err;

	if (chk->failed)
		return chk->failed;
	if (!f || memcmp(h, &chk->cur, sizeof(*h)))
		return vz_bad(chk, -EINVAL, "not the record that was announced");
	if (vz_crc_record(h, fixed, content) != h->crc)
		return vz_bad(chk, -EINVAL, "the checksum is wrong");
	if (h->hdrlen > f->size && !all_zero((const char *)fixed + f->size, h->hdrlen - f->size))
		return vz_bad(chk, -EINVAL, "a field that is not known here is set");
	shape = vz_shape(h->type);
	err = check_id(chk, h);
	if (!err)
		err = check_rules(chk, shape->rules, shape->nrules, fixed);
	if (!err)
		err = check_content(chk, shape, &look);
	if (err)
		return err;
	chk->seen[h->type]++;
	if (h->type == CPT_OBJ_END)
		return check_trailer(chk, fixed);
	if (!vz_check_is_data(h->type)) {
		look.obj = vz_check_add(chk, h->type, h->id);
		if (!look.obj)
			return chk->failed;
	}
	return shape->own ? shape->own(chk, &look) : 0;
}
EXPORT_SYMBOL_GPL(vz_check_record);

/* @sum: of the payload, computed by whoever read it. */
int vz_check_payload(struct vz_check *chk, const struct cpt_object_hdr *h, __u64 sum)
{
	if (chk->failed)
		return chk->failed;
	return sum == h->payload_sum ? 0 :
	       vz_bad(chk, -EINVAL, "the checksum of the payload is wrong");
}
EXPORT_SYMBOL_GPL(vz_check_payload);

/* Number of the current record, from 1. */
__u64 vz_check_number(const struct vz_check *chk)
{
	return chk->number;
}
EXPORT_SYMBOL_GPL(vz_check_number);

/* The same of a record before the current one: it had number @number. */
int vz_check_taken(struct vz_check *chk, __u64 number, const struct cpt_object_hdr *h, __u64 sum)
{
	if (chk->failed || sum == h->payload_sum)
		return chk->failed;
	chk->number = number;
	chk->cur = *h;
	chk->element = 0;
	return vz_check_payload(chk, h, sum);
}
EXPORT_SYMBOL_GPL(vz_check_taken);

/* The reader has seen all records. */
int vz_check_end(struct vz_check *chk)
{
	if (chk->failed)
		return chk->failed;
	return chk->ended ? 0 : vz_check_cut(chk, NULL);
}
EXPORT_SYMBOL_GPL(vz_check_end);

/* There is something behind the trailer. */
int vz_check_rest(struct vz_check *chk)
{
	return vz_bad(chk, -EINVAL, "something follows the trailer");
}
EXPORT_SYMBOL_GPL(vz_check_rest);
