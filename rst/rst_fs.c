// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs: current directory, root directory and umask. The first task that has them
 * sets them up, the others get them from that one.
 */
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "rst_file.h"

static void put_fs(struct fs_struct *fs)
{
	bool last;

	spin_lock(&fs->lock);
	last = !--fs->users;
	spin_unlock(&fs->lock);
	if (last)
		vz_free_fs_struct(fs);
}

static void get_fs(struct fs_struct *fs)
{
	spin_lock(&fs->lock);
	fs->users++;
	spin_unlock(&fs->lock);
}

static void rst_fs_undo(void *ptr)
{
	put_fs(ptr);
}

static void take_fs(struct fs_struct *fs)
{
	struct fs_struct *old;

	get_fs(fs);
	task_lock(current);
	old = current->fs;
	current->fs = fs;
	task_unlock(current);
	put_fs(old);
}

static int find_dir(struct vz_context *ctx, const struct vz_rec *rec, u64 mount, const char *name,
		    struct path *path)
{
	int err = rst_path(ctx, mount, name, LOOKUP_DIRECTORY, path);

	if (err)
		rst_err(ctx, err, err == -ENOENT ? "fs %llu: %s: does not exist" :
			"fs %llu: %s: cannot be entered: error %d", rec->hdr.id, name, -err);
	return err;
}

static int make_fs(struct vz_task *vt, const struct vz_rec *rec)
{
	const struct cpt_fs_image *v = rec->fixed;
	const char *cwd_name = rec->content;
	const char *root_name = cwd_name + strlen(cwd_name) + 1;
	struct vz_context *ctx = vt->ctx;
	struct path cwd, root;
	int err;

	if (vt->pid == 1 && strcmp(root_name, "/"))
		return rst_err(ctx, -EINVAL, "fs %llu: init's root is %s", rec->hdr.id, root_name);
	err = v->cwd_ghost ? rst_ghost_path(ctx, v->cwd_ghost, &cwd) :
			     find_dir(ctx, rec, v->cwd_mount, cwd_name, &cwd);
	if (err)
		return err;
	err = find_dir(ctx, rec, v->root_mount, root_name, &root);
	if (err)
		goto out_put_cwd;
	err = unshare_fs_struct();
	if (err)
		goto out_put_root;
	vz_set_fs_root(current->fs, &root);
	vz_set_fs_pwd(current->fs, &cwd);
	current->fs->umask = v->umask;
	get_fs(current->fs);
	err = rst_keep(ctx, CPT_OBJ_FS, rec->hdr.id, current->fs);
	if (err)
		put_fs(current->fs);
out_put_root:
	path_put(&root);
out_put_cwd:
	path_put(&cwd);
	return err;
}

static int rst_fs_task(struct vz_task *vt)
{
	const struct cpt_task_image *t = vt->rec->fixed;
	const struct vz_rec *rec;
	struct fs_struct *fs;

	if (!t->fs)
		return 0;
	fs = rst_made(vt->ctx, CPT_OBJ_FS, t->fs);
	if (fs == current->fs)
		return 0;
	if (fs) {
		take_fs(fs);
		return 0;
	}
	rec = rst_find(vt->ctx, CPT_OBJ_FS, t->fs);
	return rec ? make_fs(vt, rec) : -EINVAL;
}

static void set_root(struct task_struct *task, const struct path *root)
{
	struct fs_struct *fs;

	task_lock(task);
	fs = task->fs;
	if (fs)
		get_fs(fs);
	task_unlock(task);
	if (!fs)	/* it was killed */
		return;
	vz_set_fs_root(fs, root);
	put_fs(fs);
}

int rst_fs_set_roots(struct vz_context *ctx)
{
	const struct cpt_task_image *t;
	const struct cpt_fs_image *v;
	const struct vz_rec *rec;
	const char *name;
	struct vz_task *vt;
	struct path root;
	int err;

	vz_for_each_task(ctx, vt) {
		t = vt->rec && !vt->zombie && vz_is_leader(vt) ? vt->rec->fixed : NULL;
		rec = t ? rst_find(ctx, CPT_OBJ_FS, t->fs) : NULL;
		if (!rec)
			continue;
		v = rec->fixed;
		name = rec->content;
		name += strlen(name) + 1;
		if (!name[1] && !t->mntns)
			continue;
		err = find_dir(ctx, rec, v->root_mount, name, &root);
		if (err)
			return err;
		set_root(vt->task, &root);
		path_put(&root);
	}
	return 0;
}

const struct rst_ops rst_fs_ops = {
	.process = rst_fs_task,
	.task = rst_fs_task,
	.undo = rst_fs_undo,
};
