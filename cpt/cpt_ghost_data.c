// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghost_data: what is in files that have no name any more, without the holes.
 */
#include <linux/fs.h>
#include "cpt_contents.h"
#include "cpt_ghost.h"

static int dump_file(struct vz_context *ctx, struct vz_obj *obj, struct cpt_chunk *chunk)
{
	struct file *file;
	u64 size;
	int err;

	file = cpt_ghost_open(obj, &size);
	if (!file)
		return 0;
	if (IS_ERR(file))
		return cpt_err(ctx, PTR_ERR(file), "ghost %llu: cannot be opened: error %ld", obj->id,
			       -PTR_ERR(file));
	err = cpt_write_contents(ctx, CPT_OBJ_GHOST_DATA, obj, file, size, chunk);
	fput(file);
	return err;
}

static int cpt_ghost_data_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct cpt_chunk *chunk;
	struct vz_obj *obj;
	int err = 0;

	if (list_empty(&ctx->objects[CPT_OBJ_GHOST]))
		return 0;
	chunk = cpt_chunk_alloc();
	if (!chunk)
		return -ENOMEM;
	vz_for_each_obj(ctx, CPT_OBJ_GHOST, obj) {
		err = dump_file(ctx, obj, chunk);
		if (err)
			break;
	}
	cpt_chunk_free(chunk);
	return err;
}

const struct cpt_ops cpt_ghost_data_ops = {
	.dump = cpt_ghost_data_dump,
};
