// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs: the inodes of the VE's own tmpfs mounts. Only what a mount has under
 * its names; files that are open but unlinked are a matter of the kind file.
 *
 * The VE is parked (or, in a check, not: names may vanish); the walk takes the
 * locks that lookup and readdir take, and never crosses a mount point.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/delayed_call.h>
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/xattr.h>
#include "../kernel/mount.h"
#include "cpt_mount.h"
#include "cpt_names.h"
#include "cpt_tmpfs.h"

/**
 * struct tmpfs_walk - a walk over one mount
 * @ctx: the context
 * @mount: its object
 * @mnt: its vfsmount
 * @dirs: directories still to be read
 * @visit: called for each name; @path from the mount's root
 */
struct tmpfs_walk {
	struct vz_context *ctx;
	struct vz_obj *mount;
	struct vfsmount *mnt;
	struct list_head dirs;
	int (*visit)(struct tmpfs_walk *walk, struct dentry *dentry, const char *path);
};

struct tmpfs_dir {
	struct list_head node;
	struct dentry *dentry;
	char path[];
};

/* Opens without a trace: no access time, no event for whoever watches. */
struct file *cpt_tmpfs_open(struct vfsmount *mnt, struct dentry *dentry, int flags)
{
	struct path path = { .mnt = mnt, .dentry = dentry };

	return dentry_open(&path, flags | O_RDONLY | O_LARGEFILE | O_NOATIME | __FMODE_NONOTIFY,
			   current_cred());
}

/* ---- the walk ---- */

static int push_dir(struct tmpfs_walk *walk, struct dentry *dentry, const char *path)
{
	struct tmpfs_dir *dir = kmalloc(struct_size(dir, path, strlen(path) + 1), GFP_KERNEL);

	if (!dir)
		return -ENOMEM;
	dir->dentry = dget(dentry);
	memcpy(dir->path, path, strlen(path) + 1);
	list_add_tail(&dir->node, &walk->dirs);
	return 0;
}

static void free_dir(struct tmpfs_dir *dir)
{
	dput(dir->dentry);
	kfree(dir);
}

static int visit_name(struct tmpfs_walk *walk, struct tmpfs_dir *dir, const char *name)
{
	struct dentry *dentry = lookup_positive_unlocked(name, dir->dentry, strlen(name));
	char *path;
	int err;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	path = kasprintf(GFP_KERNEL, "%s/%s", dir->path[1] ? dir->path : "", name);
	err = path ? walk->visit(walk, dentry, path) : -ENOMEM;
	if (!err && d_is_dir(dentry))
		err = push_dir(walk, dentry, path);
	kfree(path);
	dput(dentry);
	return err;
}

/* Both kernels list the newest name first: in reverse the order is kept at restore. */
static int visit_names(struct tmpfs_walk *walk, struct tmpfs_dir *dir, const struct cpt_buf *buf)
{
	const char *first = buf->data, *p = first + buf->len;
	int err;

	while (p > first) {
		for (p--; p > first && p[-1]; p--)
			;
		err = visit_name(walk, dir, p);
		if (err && !(err == -ENOENT && walk->ctx->checking))
			return err;
		cond_resched();
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int walk_tmpfs(struct vz_context *ctx, struct vz_obj *mount,
		      int (*visit)(struct tmpfs_walk *walk, struct dentry *dentry, const char *path))
{
	struct tmpfs_walk walk = {
		.ctx = ctx, .mount = mount, .mnt = cpt_mount_vfs(mount), .visit = visit,
	};
	struct tmpfs_dir *dir;
	int err;

	INIT_LIST_HEAD(&walk.dirs);
	err = visit(&walk, walk.mnt->mnt_root, "/");
	if (!err)
		err = push_dir(&walk, walk.mnt->mnt_root, "/");
	while ((dir = list_first_entry_or_null(&walk.dirs, struct tmpfs_dir, node))) {
		struct cpt_buf names = {};

		list_del(&dir->node);
		if (!err)
			err = cpt_read_names(cpt_tmpfs_open(walk.mnt, dir->dentry, O_DIRECTORY),
					     &names);
		if (err == -ENOENT && ctx->checking)
			err = 0;
		if (!err)
			err = visit_names(&walk, dir, &names);
		cpt_buf_free(&names);
		free_dir(dir);
	}
	return err;
}

/* ---- what cannot be dumped ---- */

static int refuse_inode(struct tmpfs_walk *walk, const char *path, const char *what)
{
	return cpt_refuse(walk->ctx, "tmpfs: mount %llu: %s: %s: not supported", walk->mount->id,
			  path, what);
}

static int check_inode(struct tmpfs_walk *walk, struct dentry *dentry, const char *path)
{
	struct fileattr fa = {};
	char list[256];
	ssize_t len;

	if (strlen(path) >= CPT_MAX_PATH)
		refuse_inode(walk, "(deep)", "path that is too long");
	len = vfs_listxattr(dentry, NULL, 0);
	if (len > 0) {
		len = vfs_listxattr(dentry, list, sizeof(list) - 1);
		list[len > 0 ? len : 0] = 0;
		cpt_refuse(walk->ctx, "tmpfs: mount %llu: %s: extended attribute %s: not supported",
			   walk->mount->id, path, len > 0 ? list : "list");
	}
	if (!vfs_fileattr_get(dentry, &fa) && fa.flags)
		cpt_refuse(walk->ctx, "tmpfs: mount %llu: %s: file attributes %#x: not supported",
			   walk->mount->id, path, fa.flags);
	return 0;
}

int cpt_tmpfs_collect(struct vz_context *ctx, struct vz_obj *mount)
{
	int err = walk_tmpfs(ctx, mount, check_inode);

	return err ? cpt_err(ctx, err, "tmpfs: mount %llu: cannot be read: error %d", mount->id, -err) : 0;
}

/* ---- the records ---- */

static void cpt_tmpfs_put(void *ptr)
{
	iput(ptr);
}

/*
 * Remember an inode that has data, or another name. Its mount is held by the
 * object of the mount, which is dropped after this one.
 */
static struct vz_obj *add_inode(struct tmpfs_walk *walk, struct inode *inode, u64 size)
{
	struct cpt_tmpfs_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	struct vz_obj *obj;

	if (!file)
		return NULL;
	obj = vz_obj_add(walk->ctx, CPT_OBJ_TMPFS, inode, 0);
	if (!obj) {
		kfree(file);
		return NULL;
	}
	ihold(inode);
	file->mnt = walk->mnt;
	file->size = size;
	obj->data = file;
	return obj;
}

static int add_target(struct dentry *dentry, struct cpt_buf *buf)
{
	DEFINE_DELAYED_CALL(done);
	const char *target = vfs_get_link(dentry, &done);
	int err;

	if (IS_ERR(target))
		return PTR_ERR(target);
	err = cpt_buf_str(buf, target);
	do_delayed_call(&done);
	return err;
}

static int write_inode(struct tmpfs_walk *walk, struct dentry *dentry, const char *path, u64 id,
		       struct cpt_tmpfs_image *v)
{
	struct cpt_buf buf = {};
	int err;

	err = cpt_buf_str(&buf, path);
	if (!err && S_ISLNK(v->mode))
		err = add_target(dentry, &buf);
	if (!err)
		err = cpt_write_obj(walk->ctx, CPT_OBJ_TMPFS, id, v, sizeof(*v), buf.data, buf.len);
	cpt_buf_free(&buf);
	return err;
}

static int dump_inode(struct tmpfs_walk *walk, struct dentry *dentry, const char *path)
{
	struct path where = { .mnt = walk->mnt, .dentry = dentry };
	struct cpt_tmpfs_image v = { .mount = walk->mount->id };
	struct vz_obj *obj;
	struct kstat st;
	int err;

	err = vfs_getattr(&where, &st, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	v.mode = st.mode;
	v.uid = __kuid_val(st.uid);
	v.gid = __kgid_val(st.gid);
	v.nlink = st.nlink;
	v.rdev = S_ISCHR(st.mode) || S_ISBLK(st.mode) ? new_encode_dev(st.rdev) : 0;
	v.size = S_ISREG(st.mode) ? st.size : 0;
	v.atime_ns = timespec64_to_ns(&st.atime);
	v.mtime_ns = timespec64_to_ns(&st.mtime);
	v.ctime_ns = timespec64_to_ns(&st.ctime);
	obj = vz_obj_find(walk->ctx, CPT_OBJ_TMPFS, d_inode(dentry));
	if (obj) {
		v.link = obj->id;
		return write_inode(walk, dentry, path, ++walk->ctx->next_id[CPT_OBJ_TMPFS], &v);
	}
	if (!v.size && (S_ISDIR(st.mode) || v.nlink == 1))
		return write_inode(walk, dentry, path, ++walk->ctx->next_id[CPT_OBJ_TMPFS], &v);
	obj = add_inode(walk, d_inode(dentry), v.size);
	return obj ? write_inode(walk, dentry, path, obj->id, &v) : -ENOMEM;
}

static int cpt_tmpfs_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	const struct cpt_mount_data *data;
	struct vz_obj *mount;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, mount) {
		data = mount->data;
		if (!data || !data->content)
			continue;
		err = walk_tmpfs(ctx, mount, dump_inode);
		if (err)
			return cpt_err(ctx, err, "tmpfs: mount %llu: cannot be dumped: error %d",
				       mount->id, -err);
	}
	return 0;
}

const struct cpt_ops cpt_tmpfs_ops = {
	.dump = cpt_tmpfs_dump,
	.put = cpt_tmpfs_put,
};
