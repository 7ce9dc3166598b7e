// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object hash: pointer to id while dumping, id to pointer while restoring.
 * Used by one operation at a time (ctx->lock).
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "vz.h"

static struct hlist_head *ptr_bucket(struct vz_context *ctx, const void *ptr)
{
	return &ctx->hash[hash_ptr(ptr, VZ_HASH_BITS)];
}

static struct hlist_head *id_bucket(struct vz_context *ctx, u32 type, u64 id)
{
	return &ctx->id_hash[hash_64(id * CPT_OBJ_MAX + type, VZ_HASH_BITS)];
}

struct vz_obj *vz_obj_find(struct vz_context *ctx, u32 type, const void *ptr)
{
	struct vz_obj *obj;

	hlist_for_each_entry(obj, ptr_bucket(ctx, ptr), hash) {
		if (obj->ptr == ptr && obj->type == type)
			return obj;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_obj_find);

struct vz_obj *vz_obj_by_id(struct vz_context *ctx, u32 type, u64 id)
{
	struct vz_obj *obj;

	hlist_for_each_entry(obj, id_bucket(ctx, type, id), id_hash) {
		if (obj->id == id && obj->type == type)
			return obj;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_obj_by_id);

struct vz_obj *vz_obj_add(struct vz_context *ctx, u32 type, void *ptr, u64 id)
{
	struct vz_obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (!obj)
		return NULL;
	obj->type = type;
	obj->ptr = ptr;
	obj->id = id ?: ++ctx->next_id[type];
	hlist_add_head(&obj->hash, ptr_bucket(ctx, ptr));
	hlist_add_head(&obj->id_hash, id_bucket(ctx, type, obj->id));
	list_add_tail(&obj->node, &ctx->objects[type]);
	return obj;
}
EXPORT_SYMBOL_GPL(vz_obj_add);

void vz_obj_free_all(struct vz_context *ctx, void (*put)(struct vz_obj *obj))
{
	struct vz_obj *obj, *next;
	unsigned int type;

	for (type = CPT_OBJ_MAX; type-- > 0;) {
		list_for_each_entry_safe_reverse(obj, next, &ctx->objects[type], node) {
			list_del(&obj->node);
			hlist_del(&obj->hash);
			hlist_del(&obj->id_hash);
			if (put && obj->ptr)
				put(obj);
			kvfree(obj->data);
			kfree(obj);
		}
		ctx->next_id[type] = 0;
	}
}
EXPORT_SYMBOL_GPL(vz_obj_free_all);
