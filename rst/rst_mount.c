// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount: the mounts below the VE's root, made by its init with mount(2)'s own
 * code, in the image's order. The root itself, and a mount namespace for the
 * VE, came with the caller.
 */
#include <linux/fs.h>
#include <linux/fs_parser.h>
#include <linux/fs_struct.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/string.h>
#include <uapi/linux/mount.h>
#include "../kernel/access.h"
#include "../kernel/mount.h"
#include "rst_mount.h"

/* Strings of the content; the checker has seen that there are five. */
struct mount_names {
	const char *point;
	const char *root;
	const char *type;
	const char *source;
	const char *options;
};

static struct mount_names names_of(const struct vz_rec *rec)
{
	struct mount_names n = { .point = rec->content };

	n.root = n.point + strlen(n.point) + 1;
	n.type = n.root + strlen(n.root) + 1;
	n.source = n.type + strlen(n.type) + 1;
	n.options = n.source + strlen(n.source) + 1;
	return n;
}

bool rst_mount_is_tmpfs(const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;

	return v->parent && !strcmp(names_of(rec).type, "tmpfs");
}

/* The first option of a list that a file system of this kernel does not know, or NULL. */
static const char *unknown_option(const char *type, const char *options)
{
	struct file_system_type *fs = get_fs_type(type);
	const struct fs_parameter_spec *spec;
	const char *unknown = NULL;
	size_t len;

	for (; fs && fs->parameters && *options && !unknown; options += strcspn(options, ",")) {
		options += *options == ',';
		len = strcspn(options, "=,");
		for (spec = fs->parameters; spec->name; spec++) {
			if (strlen(spec->name) == len && !memcmp(spec->name, options, len))
				break;
		}
		unknown = len && !spec->name ? options : NULL;
	}
	if (fs)
		module_put(fs->owner);
	return unknown;
}

static int rst_mount_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct mount_names n = names_of(rec);
	const char *option;

	if (!v->parent)
		return 0;
	if (!vz_fs_find(n.type))
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: file system %s: not supported",
			       rec->hdr.id, n.point, n.type);
	if (n.root[1])
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: a bind mount of %s: not supported",
			       rec->hdr.id, n.point, n.root);
	option = unknown_option(n.type, n.options);
	if (option)
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: this kernel's %s has no option %.*s",
			       rec->hdr.id, n.point, n.type, (int)strcspn(option, "=,"), option);
	return 0;
}

/* ---- making them ---- */

static int mount_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what)
{
	return rst_err(ctx, err, "mount %llu: %s: %s: error %d", rec->hdr.id, names_of(rec).point,
		       what, -err);
}

static int keep_mount(struct vz_context *ctx, u64 id, struct vfsmount *mnt)
{
	int err = rst_keep(ctx, CPT_OBJ_MOUNT, id, mntget(mnt));

	if (err)
		mntput(mnt);
	return err;
}

static int find_point(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const char *point = names_of(rec).point;
	int err = kern_path(point, LOOKUP_DIRECTORY | LOOKUP_NO_SYMLINKS, path);

	if (err == -ENOENT || err == -ENOTDIR || err == -ELOOP)
		return rst_err(ctx, err, "mount %llu: %s: no such directory: the file system is not that of the dump",
			       rec->hdr.id, point);
	return err ? mount_error(ctx, rec, err, "cannot be found") : 0;
}

/* Flags of the mount alone: mount(2) needs a word for "neither NOATIME nor RELATIME". */
static unsigned long mount_flags(u32 flags)
{
	return flags & (MS_NOATIME | MS_RELATIME) ? flags : flags | MS_STRICTATIME;
}

static int set_mount_flags(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int err;

	if (vz_mount_flags(path->mnt) == v->flags)
		return 0;
	err = vz_path_mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | mount_flags(v->flags), NULL);
	if (!err && vz_mount_flags(path->mnt) != v->flags)
		err = -EINVAL;
	return err ? mount_error(ctx, rec, err, "its flags cannot be set") : 0;
}

/* Owner and mode of the root; a tmpfs gets them with its inodes. */
static int set_root(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct inode *inode = d_inode(path->dentry);
	struct iattr attr = {
		.ia_valid = ATTR_MODE | ATTR_UID | ATTR_GID,
		.ia_mode = (v->root_mode & S_IALLUGO) | S_IFDIR,
		.ia_uid = KUIDT_INIT(v->root_uid),
		.ia_gid = KGIDT_INIT(v->root_gid),
	};
	int err;

	if (inode->i_mode == attr.ia_mode && uid_eq(inode->i_uid, attr.ia_uid) &&
	    gid_eq(inode->i_gid, attr.ia_gid))
		return 0;
	inode_lock(inode);
	err = notify_change(vz_idmap(path->mnt), path->dentry, &attr, NULL);
	inode_unlock(inode);
	return err ? mount_error(ctx, rec, err, "owner and mode of its root cannot be set") : 0;
}

/* The new mount at its path; what is found there is the one that was made. */
static int take_mount(struct vz_context *ctx, const struct vz_rec *rec, const struct path *point)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct path path;
	int err;

	err = find_point(ctx, rec, &path);
	if (err)
		return err;
	if (path.mnt == point->mnt || path.dentry != path.mnt->mnt_root ||
	    strcmp(path.mnt->mnt_sb->s_type->name, names_of(rec).type)) {
		err = mount_error(ctx, rec, -EINVAL, "is not there after it was mounted");
		goto out;
	}
	err = keep_mount(ctx, rec->hdr.id, path.mnt);
	if (err)
		goto out;
	if (vz_mount_is_tmpfs(path.mnt)) {
		/* flags wait for the contents: rst_mount_finish() */
		err = rst_tmpfs_populate(ctx, rec->hdr.id, &path);
		goto out;
	}
	if (vz_mount_sb_flags(path.mnt) != v->sb_flags &&
	    !(vz_fs_find(names_of(rec).type)->flags & VZ_FS_GLOBAL))
		err = mount_error(ctx, rec, -EINVAL, "flags of the file system cannot be set");
	if (!err)
		err = set_mount_flags(ctx, rec, &path);
	if (!err)
		err = set_root(ctx, rec, &path);
out:
	path_put(&path);
	return err;
}

static int make_mount(struct vz_context *ctx, const struct vz_rec *rec, char *page)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct mount_names n = names_of(rec);
	unsigned long flags = mount_flags(v->flags & ~MS_RDONLY) | v->sb_flags;
	struct path point;
	int err;

	if (rst_mount_is_tmpfs(rec))
		flags &= ~MS_RDONLY;
	err = find_point(ctx, rec, &point);
	if (err)
		return err;
	if (rst_made(ctx, CPT_OBJ_MOUNT, v->parent) != point.mnt) {
		err = mount_error(ctx, rec, -EINVAL, "lies on another mount than before");
		goto out;
	}
	/* mount(2) gives its code a page */
	memset(page, 0, PAGE_SIZE);
	if (strscpy(page, n.options, PAGE_SIZE) < 0) {
		err = mount_error(ctx, rec, -E2BIG, "options are too long");
		goto out;
	}
	err = vz_path_mount(n.source, &point, n.type, flags, page);
	err = err ? mount_error(ctx, rec, err, "cannot be mounted") : take_mount(ctx, rec, &point);
out:
	path_put(&point);
	return err;
}

static int take_root(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct path root;
	int err;

	get_fs_root(current->fs, &root);
	err = keep_mount(ctx, rec->hdr.id, root.mnt);
	if (!err && root.dentry != root.mnt->mnt_root)
		err = mount_error(ctx, rec, -EINVAL, "the root is not the root of a mount");
	if (!err)
		err = set_mount_flags(ctx, rec, &root);
	path_put(&root);
	return err;
}

static int rst_mount_ve(struct vz_context *ctx)
{
	const struct cpt_mount_image *v;
	const struct vz_rec *rec;
	unsigned int i;
	char *page;
	int err = 0;

	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		v = rec->fixed;
		err = v->parent ? make_mount(ctx, rec, page) : take_root(ctx, rec);
		if (err)
			break;
	}
	free_page((unsigned long)page);
	return err;
}

/* ---- the end ---- */

static int finish_tmpfs(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int err = 0;

	if (vz_mount_sb_flags(path->mnt) != v->sb_flags)
		err = vz_path_mount(NULL, path, NULL,
				    MS_REMOUNT | v->sb_flags | mount_flags(v->flags), NULL);
	if (!err && vz_mount_sb_flags(path->mnt) != v->sb_flags)
		err = -EINVAL;
	if (err)
		return mount_error(ctx, rec, err, "flags of the file system cannot be set");
	return set_mount_flags(ctx, rec, path);
}

static int set_propagation(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int have = path->mnt->mnt_flags, err = 0;
	bool is = v->propagation == MS_SHARED ? have & MNT_SHARED :
		  v->propagation == MS_UNBINDABLE ? have & MNT_UNBINDABLE :
		  !(have & (MNT_SHARED | MNT_UNBINDABLE));

	if (!is)
		err = vz_path_mount(NULL, path, NULL, v->propagation ?: MS_PRIVATE, NULL);
	return err ? mount_error(ctx, rec, err, "propagation cannot be set") : 0;
}

/* In init's context. */
int rst_mount_finish(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct path path;
	unsigned int i;
	int err = 0;

	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		/* held by rst_keep() */
		path.mnt = rst_made(ctx, CPT_OBJ_MOUNT, rec->hdr.id);
		if (!path.mnt)
			continue;
		path.dentry = path.mnt->mnt_root;
		if (i && vz_mount_is_tmpfs(path.mnt))
			err = finish_tmpfs(ctx, rec, &path);
		if (!err)
			err = set_propagation(ctx, rec, &path);
		if (err)
			return err;
	}
	return 0;
}

static void rst_mount_undo(void *ptr)
{
	mntput(ptr);
}

const struct rst_ops rst_mount_ops = {
	.check = rst_mount_check,
	.ve = rst_mount_ve,
	.undo = rst_mount_undo,
};
