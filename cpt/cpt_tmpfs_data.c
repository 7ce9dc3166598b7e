// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs_data: what is in the regular files of a tmpfs, without the holes.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include "cpt_contents.h"
#include "cpt_tmpfs.h"

static int dump_file(struct vz_context *ctx, struct vz_obj *obj, struct cpt_chunk *chunk)
{
	const struct cpt_tmpfs_file *data = obj->data;
	struct dentry *dentry = d_find_any_alias(obj->ptr);
	struct file *file;
	int err;

	if (!dentry)
		return cpt_err(ctx, -ENOENT, "tmpfs %llu: has no name any more", obj->id);
	file = cpt_tmpfs_open(data->mnt, dentry, 0);
	dput(dentry);
	if (IS_ERR(file))
		return cpt_err(ctx, PTR_ERR(file), "tmpfs %llu: cannot be opened: error %ld", obj->id,
			       -PTR_ERR(file));
	err = cpt_dump_contents(ctx, CPT_OBJ_TMPFS_DATA, obj, file, data->size, chunk);
	fput(file);
	return err;
}

static int cpt_tmpfs_data_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	const struct cpt_tmpfs_file *data;
	struct cpt_chunk *chunk = NULL;
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_TMPFS, obj) {
		data = obj->data;
		if (!data->size)
			continue;
		if (!chunk)
			chunk = cpt_alloc_chunk();
		err = chunk ? dump_file(ctx, obj, chunk) : -ENOMEM;
		if (err)
			break;
	}
	cpt_free_chunk(chunk);
	return err;
}

const struct cpt_ops cpt_tmpfs_data_ops = {
	.dump = cpt_tmpfs_data_dump,
};
