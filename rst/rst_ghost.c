// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghost: files and directories without a name, made by init under the name that
 * they had (another one next to it when that is taken) and unlinked at once, so
 * that nothing of them is left when the restore fails.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include "../kernel/access.h"
#include "rst_ghost.h"

static int ghost_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what)
{
	return rst_err(ctx, err, "ghost %llu: %s: %s: error %d", rec->hdr.id,
		       (const char *)rec->content, what, -err);
}

/* ---- where ---- */

/* The directory it was in; the root of its mount when that is not there. */
static int find_parent(struct vz_context *ctx, const struct vz_rec *rec, struct path *parent)
{
	const struct cpt_ghost_image *v = rec->fixed;
	struct vfsmount *mnt = rst_made(ctx, CPT_OBJ_MOUNT, v->mount);
	const char *name = rec->content;
	size_t len = strrchr(name, '/') - name;
	char *dir = kstrndup(name, len ?: 1, GFP_KERNEL);
	int err;

	if (!dir)
		return -ENOMEM;
	err = mnt ? rst_path(ctx, v->mount, dir, LOOKUP_DIRECTORY, parent) : -EINVAL;
	kfree(dir);
	if (!mnt || !err) {
		if (err || parent->mnt == mnt)
			return err;
		path_put(parent);
	}
	parent->mnt = mntget(mnt);
	parent->dentry = dget(mnt->mnt_root);
	return 0;
}

/* A name that is free: the one that it had, else one that nobody uses. */
static struct dentry *find_name(const struct vz_rec *rec, const struct path *parent)
{
	const char *name = strrchr(rec->content, '/') + 1;
	struct dentry *dentry = lookup_one_len(name, parent->dentry, strlen(name));
	char other[48];

	if (IS_ERR(dentry) || d_is_negative(dentry))
		return dentry;
	dput(dentry);
	snprintf(other, sizeof(other), ".vz-unlinked-%llu", rec->hdr.id);
	dentry = lookup_one_len(other, parent->dentry, strlen(other));
	if (IS_ERR(dentry) || d_is_negative(dentry))
		return dentry;
	dput(dentry);
	return ERR_PTR(-EEXIST);
}

/* ---- making it ---- */

/* Return: a reference, of one that has been unlinked. */
static struct dentry *make_unlinked(const struct vz_rec *rec, const struct path *parent)
{
	const struct cpt_ghost_image *v = rec->fixed;
	struct inode *dir = d_inode(parent->dentry);
	bool is_dir = S_ISDIR(v->mode);
	struct dentry *dentry;
	int err;

	inode_lock_nested(dir, I_MUTEX_PARENT);
	dentry = find_name(rec, parent);
	if (IS_ERR(dentry))
		goto out;
	err = is_dir ? vfs_mkdir(vz_idmap(parent->mnt), dir, dentry, v->mode & S_IALLUGO) :
		       vfs_create(vz_idmap(parent->mnt), dir, dentry, v->mode & S_IALLUGO, true);
	if (!err && d_is_negative(dentry))
		err = -EIO;
	if (!err) {
		dget(dentry);	/* it must not become a negative one */
		err = is_dir ? vfs_rmdir(vz_idmap(parent->mnt), dir, dentry) :
			       vfs_unlink(vz_idmap(parent->mnt), dir, dentry, NULL);
		dput(dentry);
	}
	if (err) {
		dput(dentry);
		dentry = ERR_PTR(err);
	}
out:
	inode_unlock(dir);
	return dentry;
}

/* Making it and unlinking it was no change of its directory that anybody made. */
static void set_times(const struct path *path, const struct timespec64 *atime,
		      const struct timespec64 *mtime)
{
	struct iattr attr = {
		.ia_valid = ATTR_ATIME | ATTR_ATIME_SET | ATTR_MTIME | ATTR_MTIME_SET | ATTR_FORCE,
		.ia_atime = *atime,
		.ia_mtime = *mtime,
	};

	inode_lock(d_inode(path->dentry));
	notify_change(vz_idmap(path->mnt), path->dentry, &attr, NULL);
	inode_unlock(d_inode(path->dentry));
}

static int set_attributes(const struct path *path, const struct cpt_ghost_image *v)
{
	struct iattr attr = {
		.ia_valid = ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_FORCE,
		.ia_mode = v->mode,
		.ia_uid = KUIDT_INIT(v->uid),
		.ia_gid = KGIDT_INIT(v->gid),
		.ia_size = v->size,
	};
	int err;

	if (v->size)
		attr.ia_valid |= ATTR_SIZE;
	inode_lock(d_inode(path->dentry));
	err = notify_change(vz_idmap(path->mnt), path->dentry, &attr, NULL);
	inode_unlock(d_inode(path->dentry));
	return err;
}

/*
 * What loads the contents does not count as a writer: the file may be the program
 * that a process runs.
 */
static struct file *open_for_data(const struct path *path)
{
	struct file *file = dentry_open(path, O_RDWR | O_LARGEFILE | __FMODE_NONOTIFY,
					current_cred());

	if (!IS_ERR(file))
		atomic_dec(&file_inode(file)->i_writecount);
	return file;
}

static void end_data(struct rst_ghost *ghost)
{
	if (!ghost->file)
		return;
	atomic_inc(&file_inode(ghost->file)->i_writecount);
	fput(ghost->file);
	ghost->file = NULL;
}

static void rst_ghost_undo(void *ptr)
{
	struct rst_ghost *ghost = ptr;

	end_data(ghost);
	path_put(&ghost->path);
	kfree(ghost);
}

static int keep_ghost(struct vz_context *ctx, const struct vz_rec *rec, const struct path *parent,
		      struct dentry *dentry)
{
	const struct cpt_ghost_image *v = rec->fixed;
	struct rst_ghost *ghost = kzalloc(sizeof(*ghost), GFP_KERNEL);
	struct file *file;
	int err;

	if (!ghost) {
		dput(dentry);
		return -ENOMEM;
	}
	ghost->path.mnt = mntget(parent->mnt);
	ghost->path.dentry = dentry;
	err = set_attributes(&ghost->path, v);
	if (!err && v->size) {
		file = open_for_data(&ghost->path);
		err = PTR_ERR_OR_ZERO(file);
		if (!err)
			ghost->file = file;
	}
	if (!err)
		err = rst_keep(ctx, CPT_OBJ_GHOST, rec->hdr.id, ghost);
	if (err)
		rst_ghost_undo(ghost);
	return err;
}

static int make_ghost(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct dentry *dentry;
	struct path parent;
	struct kstat st;
	int err;

	err = find_parent(ctx, rec, &parent);
	if (err)
		return ghost_error(ctx, rec, err, "its directory cannot be found");
	err = vfs_getattr(&parent, &st, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (!err)
		err = mnt_want_write(parent.mnt);
	if (err)
		goto out;
	dentry = make_unlinked(rec, &parent);
	err = IS_ERR(dentry) ? PTR_ERR(dentry) : keep_ghost(ctx, rec, &parent, dentry);
	set_times(&parent, &st.atime, &st.mtime);
	mnt_drop_write(parent.mnt);
out:
	path_put(&parent);
	return err ? ghost_error(ctx, rec, err, "cannot be made") : 0;
}

static int rst_ghost_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_GHOST, i, rec) {
		err = make_ghost(ctx, rec);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
	}
	return 0;
}

int rst_ghost_path(struct vz_context *ctx, u64 id, struct path *path)
{
	struct rst_ghost *ghost = rst_made(ctx, CPT_OBJ_GHOST, id);

	if (!ghost)
		return -ENOENT;
	*path = ghost->path;
	path_get(path);
	return 0;
}

/* ---- when its contents are there ---- */

static void set_all_times(const struct path *path, const struct cpt_ghost_image *v)
{
	struct vz_times t = {
		ns_to_timespec64(v->atime_ns), ns_to_timespec64(v->mtime_ns),
		ns_to_timespec64(v->ctime_ns),
	};

	if (mnt_want_write(path->mnt))
		return;
	set_times(path, &t.atime, &t.mtime);
	inode_lock(d_inode(path->dentry));
	vz_set_inode_times(d_inode(path->dentry), &t);
	inode_unlock(d_inode(path->dentry));
	mnt_drop_write(path->mnt);
}

/* Before a mount becomes read-only nobody may write to it. */
static int rst_ghost_finish(struct vz_task *vt)
{
	struct rst_ghost *ghost;
	const struct vz_rec *rec;
	unsigned int i;

	if (vt->pid != 1)
		return 0;
	rst_for_each(vt->ctx, CPT_OBJ_GHOST, i, rec) {
		ghost = rst_made(vt->ctx, CPT_OBJ_GHOST, rec->hdr.id);
		if (!ghost)
			continue;
		end_data(ghost);
		set_all_times(&ghost->path, rec->fixed);
	}
	vz_task_work_run();
	return 0;
}

const struct rst_ops rst_ghost_ops = {
	.ve = rst_ghost_ve,
	.finish = rst_ghost_finish,
	.undo = rst_ghost_undo,
};
