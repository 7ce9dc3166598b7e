// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of the image.
 */
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "rst_file.h"

/* Init's root is the VE's root: that is how the dump defined it. */
static int get_root(struct vz_context *ctx, struct path *root)
{
	struct vz_task *init = rst_task(ctx, 1);

	*root = (struct path){};
	if (!init || !init->task)
		return -ESRCH;
	task_lock(init->task);
	if (init->task->fs)
		get_fs_root(init->task->fs, root);
	task_unlock(init->task);
	return root->mnt ? 0 : -ESRCH;
}

int rst_path(struct vz_context *ctx, const char *name, unsigned int flags, struct path *path)
{
	struct path root;
	int err = get_root(ctx, &root);

	if (err)
		return err;
	err = vfs_path_lookup(root.dentry, root.mnt, name, flags | LOOKUP_NO_SYMLINKS, path);
	path_put(&root);
	return err;
}
