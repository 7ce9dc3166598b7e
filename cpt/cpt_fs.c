// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs: current directory, root directory and umask.
 *
 * As with tables of descriptors, no reference is taken: what was seen while
 * the caller of collect held it is kept for the dump.
 */
#include <linux/fs_struct.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_ghost.h"

/**
 * struct cpt_fs - vz_obj.data of a CPT_OBJ_FS
 * @image: the record
 * @len: length of @paths
 * @paths: the record's content
 */
struct cpt_fs {
	struct cpt_fs_image image;
	size_t len;
	char paths[2 * PATH_MAX];
};

/* A task that uses it; NULL when it has gone. */
static struct vz_task *user_of(struct vz_context *ctx, const struct fs_struct *fs)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (vt->task && READ_ONCE(vt->task->fs) == fs)
			return vt;
	}
	return NULL;
}

static int refuse_dir(struct vz_context *ctx, const char *what, const char *why)
{
	return cpt_refuse(ctx, "%s: its %s %s: not supported", ctx->who, what, why);
}

/* Adds the name of a directory to the record. */
static int add_dir(struct vz_context *ctx, struct cpt_fs *data, const struct path *path,
		   const char *what, u64 *mount, u64 *ghost)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	struct vz_obj *obj;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	name = cpt_path(ctx, path, buf);
	*mount = cpt_mount_id(ctx, path);
	if (PTR_ERR_OR_ZERO(name) == -ENOENT && ghost && !cpt_ghost_refused(ctx, path)) {
		obj = ctx->checking ? NULL : cpt_ghost_collect_path(ctx, path);
		name = IS_ERR(obj) ? (char *)obj : cpt_ghost_path(ctx, path, buf);
		if (!IS_ERR(name)) {
			*ghost = obj ? obj->id : 0;
			data->len += strscpy(data->paths + data->len, name, PATH_MAX) + 1;
		}
		err = PTR_ERR_OR_ZERO(name);
		kfree(buf);
		return err;
	}
	if (!IS_ERR(name)) {
		err = cpt_reachable(ctx, path, name);
		data->len += strscpy(data->paths + data->len, name, PATH_MAX) + 1;
	} else {
		err = PTR_ERR(name);
	}
	kfree(buf);
	switch (err) {
	case 0:
		return *mount ? 0 : refuse_dir(ctx, what, "is on a mount that is not the VE's");
	case -ENOENT:
		return refuse_dir(ctx, what, "was removed");
	case -EXDEV:
		return refuse_dir(ctx, what, "is outside of the VE's root");
	case -ENAMETOOLONG:
		return refuse_dir(ctx, what, "has too long a path");
	case -ESTALE:
		return refuse_dir(ctx, what, "is covered by another mount or directory");
	default:
		return err;
	}
}

static int cpt_fs_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct fs_struct *fs = obj->ptr;
	struct path cwd, root;
	struct cpt_fs *data;
	int err;

	data = kvzalloc(sizeof(*data), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	obj->data = data;
	data->image.umask = fs->umask & S_IRWXUGO;
	get_fs_pwd(fs, &cwd);
	get_fs_root(fs, &root);
	err = add_dir(ctx, data, &cwd, "current directory", &data->image.cwd_mount,
		      &data->image.cwd_ghost);
	if (!err)
		err = add_dir(ctx, data, &root, "root directory", &data->image.root_mount, NULL);
	path_put(&cwd);
	path_put(&root);
	return err;
}

/* Whether only tasks of the VE use it. */
static int check_users(struct vz_context *ctx, struct vz_obj *obj)
{
	struct vz_task *vt = user_of(ctx, obj->ptr);
	int users = 0;

	if (vt) {
		task_lock(vt->task);
		if (vt->task->fs == obj->ptr)
			users = READ_ONCE(vt->task->fs->users);
		task_unlock(vt->task);
	}
	if (!users)
		return cpt_err(ctx, -ESRCH, "fs %llu: the process has ended", obj->id);
	if (users > obj->users)
		return cpt_err(ctx, -EBUSY,
			       "process %d (%s): its current directory is shared with a process outside of the VE",
			       vt->tgid, vt->task->comm);
	return 0;
}

static int cpt_fs_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_fs *data = obj->data;
	int err = check_users(ctx, obj);

	return err ?: cpt_write_obj(ctx, CPT_OBJ_FS, obj->id, &data->image, sizeof(data->image),
				    data->paths, data->len);
}

const struct cpt_ops cpt_fs_ops = {
	.collect = cpt_fs_collect,
	.dump = cpt_fs_dump,
};
