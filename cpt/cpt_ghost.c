// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghost: files that were opened and unlinked, and removed directories. Their
 * contents go with the image: nothing leads to them, so they end with the VE.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/xattr.h>
#include "../kernel/access.h"
#include "cpt_ghost.h"

/* Attributes that say how a file is stored, not what it is. */
#define LAYOUT_FL	(FS_EXTENT_FL | FS_INLINE_DATA_FL | FS_INDEX_FL)

char *cpt_ghost_path(struct vz_context *ctx, const struct path *path, char *buf)
{
	struct path root;
	int err = cpt_path_root(ctx, path, &root);

	if (err)
		return ERR_PTR(err);
	return vz___d_path(path, &root, buf, PATH_MAX) ?: ERR_PTR(-EXDEV);
}

/* Where a file can be made that is like it. */
static bool can_be_made_on(const struct super_block *sb)
{
	const char *type = sb->s_type->name;

	return sb->s_type->fs_flags & FS_REQUIRES_DEV || !strcmp(type, "tmpfs") ||
	       !strcmp(type, "overlay");
}

const char *cpt_ghost_refused(struct vz_context *ctx, const struct path *path)
{
	struct inode *inode = d_inode(path->dentry);
	struct fileattr fa = {};

	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		return "opened, then unlinked";
	if (!can_be_made_on(path->dentry->d_sb))
		return "opened, then unlinked, on a file system that keeps no contents";
	if (S_ISREG(inode->i_mode) && inode->i_nlink)
		return "opened, then unlinked, but has other names";
	if (!cpt_mount_id(ctx, path))
		return "opened, then unlinked, on a mount that is not the VE's";
	if (__mnt_is_readonly(path->mnt))
		return "opened, then unlinked, on a mount that has become read-only";
	if (vfs_listxattr(path->dentry, NULL, 0) > 0)
		return "opened, then unlinked, with extended attributes";
	if (!vfs_fileattr_get(path->dentry, &fa) && fa.flags & ~LAYOUT_FL)
		return "opened, then unlinked, with file attributes";
	return NULL;
}

/**
 * struct cpt_ghost - vz_obj.data of a CPT_OBJ_GHOST; obj->ptr is the inode
 * @path: it, under one of the names that it had; a reference of whoever was met
 *        with it, which stays as long as the VE is parked
 * @size: as the record says
 */
struct cpt_ghost {
	struct path path;
	u64 size;
};

struct vz_obj *cpt_ghost_collect_path(struct vz_context *ctx, const struct path *path)
{
	struct vz_obj *obj = cpt_collect(ctx, CPT_OBJ_GHOST, d_inode(path->dentry));
	struct cpt_ghost *data;

	if (IS_ERR(obj))
		return obj;
	data = obj->data;
	if (!data->path.mnt)
		data->path = *path;
	return obj;
}

static int cpt_ghost_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	obj->data = kvzalloc(sizeof(struct cpt_ghost), GFP_KERNEL);
	return obj->data ? 0 : -ENOMEM;
}

static int fill(struct vz_context *ctx, struct cpt_ghost *data, struct cpt_ghost_image *v,
		struct cpt_buf *content)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	struct kstat st;
	int err;

	if (!buf)
		return -ENOMEM;
	name = cpt_ghost_path(ctx, &data->path, buf);
	err = IS_ERR(name) ? PTR_ERR(name) : cpt_buf_str(content, name);
	kfree(buf);
	if (!err)
		err = vfs_getattr(&data->path, &st, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	v->mount = cpt_mount_id(ctx, &data->path);
	v->mode = st.mode;
	v->uid = __kuid_val(st.uid);
	v->gid = __kgid_val(st.gid);
	v->size = S_ISREG(st.mode) ? st.size : 0;
	v->atime_ns = timespec64_to_ns(&st.atime);
	v->mtime_ns = timespec64_to_ns(&st.mtime);
	v->ctime_ns = timespec64_to_ns(&st.ctime);
	data->size = v->size;
	return 0;
}

static int cpt_ghost_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_ghost_image v = {};
	struct cpt_buf content = {};
	int err;

	err = fill(ctx, obj->data, &v, &content);
	if (err)
		cpt_err(ctx, err, "ghost %llu: cannot be looked at: error %d", obj->id, -err);
	else
		err = cpt_write_obj(ctx, CPT_OBJ_GHOST, obj->id, &v, sizeof(v), content.data,
				    content.len);
	cpt_buf_free(&content);
	return err;
}

/* Without a trace, as by /proc/PID/fd/N. */
struct file *cpt_ghost_open(struct vz_obj *obj, u64 *size)
{
	const struct cpt_ghost *data = obj->data;

	*size = data->size;
	if (!data->size)
		return NULL;
	return dentry_open(&data->path, O_RDONLY | O_LARGEFILE | O_NOATIME | __FMODE_NONOTIFY,
			   current_cred());
}

const struct cpt_ops cpt_ghost_ops = {
	.collect = cpt_ghost_collect,
	.dump = cpt_ghost_dump,
};
