// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths as the VE sees them, and whose things are being collected.
 */
#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "cpt_mount.h"

const struct path *cpt_ve_root(struct vz_context *ctx)
{
	struct task_struct *init;

	if (!ctx->ve_root.mnt) {
		init = get_pid_task(ctx->init, PIDTYPE_TGID);
		if (!init)
			return NULL;
		task_lock(init);
		if (init->fs)
			get_fs_root(init->fs, &ctx->ve_root);
		task_unlock(init);
		put_task_struct(init);
	}
	return ctx->ve_root.mnt ? &ctx->ve_root : NULL;
}

void cpt_path_release(struct vz_context *ctx)
{
	if (ctx->ve_root.mnt)
		path_put(&ctx->ve_root);
	ctx->ve_root = (struct path){};
	cpt_who(ctx, "%s", "");
}

int cpt_path_root(struct vz_context *ctx, const struct path *path, struct path *root)
{
	struct mount *m = vz_real_mount(path->mnt);
	const struct path *ve_root = cpt_ve_root(ctx);
	const struct vz_obj *obj;

	if (!ve_root)
		return -ESRCH;
	obj = cpt_mount_ns_root(ctx, READ_ONCE(*vz_mount_mnt_ns(m)));
	*root = *ve_root;
	if (obj) {
		root->mnt = vz_mount_mnt(cpt_mount_ns_top(ctx, m, obj->ptr));
		root->dentry = root->mnt->mnt_root;
	}
	return 0;
}

char *cpt_path(struct vz_context *ctx, const struct path *path, char *buf)
{
	struct path root;
	int err = cpt_path_root(ctx, path, &root);

	if (err)
		return ERR_PTR(err);
	if (d_unlinked(path->dentry))
		return ERR_PTR(-ENOENT);
	return vz___d_path(path, &root, buf, PATH_MAX) ?: ERR_PTR(-EXDEV);
}

/*
 * The walk begins at the root of the mount's namespace and cannot leave it. A name from cpt_path()
 * has no symbolic links in it, except for an O_PATH descriptor of one at its end.
 */
int cpt_reachable(struct vz_context *ctx, const struct path *path, const char *name)
{
	struct path root, found;
	int err = cpt_path_root(ctx, path, &root);

	if (err)
		return err;
	err = vfs_path_lookup(root.dentry, root.mnt, name, LOOKUP_NO_SYMLINKS, &found);
	if (err)
		return err == -ENOENT || err == -ENOTDIR || err == -ELOOP ? -ESTALE : err;
	if (found.mnt != path->mnt || d_inode(found.dentry) != d_inode(path->dentry))
		err = -ESTALE;
	path_put(&found);
	return err;
}

u64 cpt_mount_id(struct vz_context *ctx, const struct path *path)
{
	return cpt_id(ctx, CPT_OBJ_MOUNT, vz_real_mount(path->mnt));
}

void cpt_who(struct vz_context *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ctx->who, sizeof(ctx->who), fmt, args);
	va_end(args);
}
