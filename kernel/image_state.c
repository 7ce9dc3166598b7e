// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of the image checker: its message and the objects it has seen.
 */
#include "image_rules.h"

/* ---- messages ---- */

/**
 * vz_bad() - say what is wrong with the image, once
 * @chk: the checker
 * @err: negative errno
 * @fmt: what; "record N (kind ID): " is put in front once records have begun
 *
 * Return: @err, or the error of the first failure
 */
int vz_bad(struct vz_check *chk, int err, const char *fmt, ...)
{
	int n = 0;
	va_list ap;

	if (chk->failed)
		return chk->failed;
	if (chk->number && vz_check_stem(chk->cur.type))
		n = snprintf(chk->msg, sizeof(chk->msg), "record %llu (%s %llu): ",
			     chk->number, vz_check_stem(chk->cur.type), chk->cur.id);
	else if (chk->number)
		n = snprintf(chk->msg, sizeof(chk->msg), "record %llu: ", chk->number);
	if (chk->element)
		n += snprintf(chk->msg + n, sizeof(chk->msg) - n, "element %llu: ",
			      chk->element - 1);
	va_start(ap, fmt);
	vsnprintf(chk->msg + n, sizeof(chk->msg) - n, fmt, ap);
	va_end(ap);
	chk->failed = err;
	return err;
}

const char *vz_check_message(const struct vz_check *chk)
{
	return chk->msg;
}
EXPORT_SYMBOL_GPL(vz_check_message);

/**
 * vz_check_cut() - the stream ends within the image
 * @chk: the checker
 * @part: what could not be read: "header", "content" ...; NULL: there is no
 *        further record
 */
int vz_check_cut(struct vz_check *chk, const char *part)
{
	if (part)
		return vz_bad(chk, -EINVAL, "the image is cut: it ends within the %s", part);
	chk->number = 0;
	return vz_bad(chk, -EINVAL, "the image is cut: it has no trailer");
}
EXPORT_SYMBOL_GPL(vz_check_cut);

/* ---- objects that were read ---- */

static __u64 bucket(const struct vz_check *chk, __u32 type, __u64 id)
{
	return (id * CPT_OBJ_MAX + type) * 0x9e3779b97f4a7c15ULL >> 32 & (chk->nbuckets - 1);
}

struct vz_check_obj *vz_check_find(struct vz_check *chk, __u32 type, __u64 id)
{
	struct vz_check_obj *obj = chk->buckets[bucket(chk, type, id)];

	while (obj && (obj->id != id || obj->type != type))
		obj = obj->next;
	return obj;
}

static int grow(struct vz_check *chk)
{
	struct vz_check_obj **old = chk->buckets, *obj, *next, **to;
	__u64 i, n = chk->nbuckets;

	to = vz_env_alloc(n * 2 * sizeof(*to));
	if (!to)
		return -ENOMEM;
	chk->buckets = to;
	chk->nbuckets = n * 2;
	for (i = 0; i < n; i++) {
		for (obj = old[i]; obj; obj = next) {
			next = obj->next;
			to = &chk->buckets[bucket(chk, obj->type, obj->id)];
			obj->next = *to;
			*to = obj;
		}
	}
	vz_env_free(old);
	return 0;
}

/* The caller has seen that there is no such object yet. NULL: said. */
struct vz_check_obj *vz_check_add(struct vz_check *chk, __u32 type, __u64 id)
{
	struct vz_check_obj *obj, **to;

	if (chk->nobjs >= chk->nbuckets && grow(chk))
		goto nomem;
	obj = vz_env_alloc(sizeof(*obj));
	if (!obj)
		goto nomem;
	obj->type = type;
	obj->id = id;
	to = &chk->buckets[bucket(chk, type, id)];
	obj->next = *to;
	*to = obj;
	chk->nobjs++;
	return obj;
nomem:
	vz_bad(chk, -ENOMEM, "no memory to check it");
	return NULL;
}

struct vz_check *vz_check_new(void)
{
	struct vz_check *chk = vz_env_alloc(sizeof(*chk));

	if (!chk)
		return NULL;
	chk->nbuckets = 256;
	chk->buckets = vz_env_alloc(chk->nbuckets * sizeof(*chk->buckets));
	if (!chk->buckets) {
		vz_env_free(chk);
		return NULL;
	}
	return chk;
}
EXPORT_SYMBOL_GPL(vz_check_new);

void vz_check_free(struct vz_check *chk)
{
	struct vz_check_obj *obj, *next;
	__u64 i;

	if (!chk)
		return;
	for (i = 0; i < chk->nbuckets; i++) {
		for (obj = chk->buckets[i]; obj; obj = next) {
			next = obj->next;
			vz_env_free(obj->aux);
			vz_env_free(obj);
		}
	}
	vz_env_free(chk->buckets);
	vz_env_free(chk);
}
EXPORT_SYMBOL_GPL(vz_check_free);
