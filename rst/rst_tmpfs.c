// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs: the inodes of a tmpfs, made by init as soon as it is mounted: mounts
 * and files below need its directories. Contents are loaded later; owners,
 * modes and times are set with the inode, and once more when all is loaded.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/stat.h>
#include <linux/string.h>
#include "../kernel/access.h"
#include "rst_mount.h"

static int tmpfs_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what)
{
	return rst_err(ctx, err, "tmpfs %llu: %s: %s: error %d", rec->hdr.id,
		       (const char *)rec->content, what, -err);
}

/* ---- one inode ---- */

static int make_inode(struct vz_context *ctx, const struct vz_rec *rec, struct vfsmount *mnt,
		      struct inode *dir, struct dentry *dentry)
{
	const struct cpt_tmpfs_image *v = rec->fixed;
	const char *path = rec->content;

	if (v->link)
		return vfs_link(rst_made(ctx, CPT_OBJ_TMPFS, v->link), vz_idmap(mnt), dir, dentry,
				NULL);
	switch (v->mode & S_IFMT) {
	case S_IFREG:
		return vfs_create(vz_idmap(mnt), dir, dentry, v->mode & S_IALLUGO, true);
	case S_IFDIR:
		return vfs_mkdir(vz_idmap(mnt), dir, dentry, v->mode & S_IALLUGO);
	case S_IFLNK:
		return vfs_symlink(vz_idmap(mnt), dir, dentry, path + strlen(path) + 1);
	default:
		return vfs_mknod(vz_idmap(mnt), dir, dentry, v->mode, new_decode_dev(v->rdev));
	}
}

/* Everything that stat(2) shows and that can be chosen. */
static int set_attributes(struct vfsmount *mnt, struct dentry *dentry,
			  const struct cpt_tmpfs_image *v)
{
	struct inode *inode = d_inode(dentry);
	struct vz_times times = {
		ns_to_timespec64(v->atime_ns), ns_to_timespec64(v->mtime_ns),
		ns_to_timespec64(v->ctime_ns),
	};
	struct iattr attr = {
		.ia_valid = ATTR_UID | ATTR_GID | ATTR_FORCE,
		.ia_mode = v->mode,
		.ia_uid = KUIDT_INIT(v->uid),
		.ia_gid = KGIDT_INIT(v->gid),
		.ia_size = v->size,
	};
	int err;

	if (!S_ISLNK(v->mode))
		attr.ia_valid |= ATTR_MODE;
	if (S_ISREG(v->mode) && i_size_read(inode) != v->size)
		attr.ia_valid |= ATTR_SIZE;
	inode_lock(inode);
	err = notify_change(vz_idmap(mnt), dentry, &attr, NULL);
	if (!err)
		vz_set_inode_times(inode, &times);
	inode_unlock(inode);
	return err;
}

static int keep_dentry(struct vz_context *ctx, u64 id, struct dentry *dentry)
{
	int err = rst_keep(ctx, CPT_OBJ_TMPFS, id, dget(dentry));

	if (err)
		dput(dentry);
	return err;
}

/* @parent: of the last component of the record's path */
static int add_inode(struct vz_context *ctx, const struct vz_rec *rec, const struct path *parent)
{
	const struct cpt_tmpfs_image *v = rec->fixed;
	const char *name = strrchr(rec->content, '/') + 1;
	struct inode *dir = d_inode(parent->dentry);
	struct dentry *dentry;
	int err;

	inode_lock_nested(dir, I_MUTEX_PARENT);
	dentry = lookup_one_len(name, parent->dentry, strlen(name));
	if (IS_ERR(dentry)) {
		inode_unlock(dir);
		return tmpfs_error(ctx, rec, PTR_ERR(dentry), "cannot be found");
	}
	err = d_is_negative(dentry) ? make_inode(ctx, rec, parent->mnt, dir, dentry) : -EEXIST;
	inode_unlock(dir);
	if (!err)
		err = keep_dentry(ctx, rec->hdr.id, dentry);
	if (!err && !v->link)
		err = set_attributes(parent->mnt, dentry, v);
	dput(dentry);
	return err ? tmpfs_error(ctx, rec, err, "cannot be made") : 0;
}

/* ---- the tree ---- */

/**
 * struct parent - the directory that the last inode was made in
 * @path: it; the mnt is borrowed, the dentry is a reference
 * @name: its path from the root, without a slash at the end, in a record's content
 * @len: its length
 */
struct parent {
	struct path path;
	const char *name;
	size_t len;
};

static int find_parent(struct vz_context *ctx, const struct vz_rec *rec, const struct path *root,
		       struct parent *parent)
{
	const char *path = rec->content;
	size_t len = strrchr(path, '/') - path;
	struct path found;
	char *name;
	int err;

	if (parent->name && parent->len == len && !memcmp(parent->name, path, len))
		return 0;
	name = kstrndup(path, len ?: 1, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	err = vfs_path_lookup(root->dentry, root->mnt, name, LOOKUP_DIRECTORY | LOOKUP_NO_SYMLINKS,
				 &found);
	kfree(name);
	if (!err && found.mnt != root->mnt) {
		path_put(&found);
		err = -EXDEV;
	}
	if (err)
		return tmpfs_error(ctx, rec, err, "its directory cannot be found");
	mntput(found.mnt);	/* the caller holds the mount */
	dput(parent->path.dentry);
	*parent = (struct parent){ .path = found, .name = path, .len = len };
	return 0;
}

static int rst_tmpfs_inode(struct vz_context *ctx, const struct vz_rec *rec, const struct path *root,
			   struct parent *parent)
{
	const char *path = rec->content;
	int err;

	if (!path[1]) {
		err = keep_dentry(ctx, rec->hdr.id, root->dentry);
		if (!err)
			err = set_attributes(root->mnt, root->dentry, rec->fixed);
		return err ? tmpfs_error(ctx, rec, err, "cannot be set") : 0;
	}
	err = find_parent(ctx, rec, root, parent);
	return err ?: add_inode(ctx, rec, &parent->path);
}

/* Owners, modes, times: those of a directory after what was made in it. */
static int set_all(struct vz_context *ctx, u64 mount)
{
	const struct cpt_tmpfs_image *v;
	struct dentry *dentry;
	struct vfsmount *mnt;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_TMPFS, i, rec) {
		v = rec->fixed;
		dentry = rst_made(ctx, CPT_OBJ_TMPFS, rec->hdr.id);
		mnt = rst_made(ctx, CPT_OBJ_MOUNT, v->mount);
		if (v->link || !dentry || !mnt || (mount && v->mount != mount))
			continue;
		err = set_attributes(mnt, dentry, v);
		if (err)
			return tmpfs_error(ctx, rec, err, "attributes cannot be set");
	}
	return 0;
}

int rst_tmpfs_populate(struct vz_context *ctx, u64 mount, const struct path *root)
{
	struct parent parent = {};
	const struct cpt_tmpfs_image *v;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	err = mnt_want_write(root->mnt);
	if (err)
		return rst_err(ctx, err, "tmpfs: mount %llu: cannot be written to: error %d", mount,
			       -err);
	rst_for_each(ctx, CPT_OBJ_TMPFS, i, rec) {
		v = rec->fixed;
		if (v->mount != mount)
			continue;
		err = rst_tmpfs_inode(ctx, rec, root, &parent);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			break;
	}
	dput(parent.path.dentry);
	if (!err)
		err = set_all(ctx, mount);
	mnt_drop_write(root->mnt);
	return err;
}

static int rst_tmpfs_finish(struct vz_task *vt)
{
	int err;

	if (vt->pid != 1)
		return 0;
	err = set_all(vt->ctx, 0);
	return err ?: rst_mount_finish(vt->ctx);
}

static void rst_tmpfs_undo(void *ptr)
{
	dput(ptr);
}

static int rst_tmpfs_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tmpfs_image *v = rec->fixed;
	const struct vz_rec *mount = rst_find(ctx, CPT_OBJ_MOUNT, v->mount);

	if (!mount || !rst_mount_is_tmpfs(ctx, mount))
		return rst_err(ctx, -EINVAL, "tmpfs %llu: mount %llu is not a tmpfs of the VE",
			       rec->hdr.id, v->mount);
	return 0;
}

const struct rst_ops rst_tmpfs_ops = {
	.check = rst_tmpfs_check,
	.finish = rst_tmpfs_finish,
	.undo = rst_tmpfs_undo,
};
