// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock: locks on files, taken again for their owners: tables of descriptors
 * and open files. All of those are there.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/pid_namespace.h>
#include "../kernel/access.h"
#include "rst_file.h"

/* The host's number of the process that made it; 0 when that has ended. */
static pid_t maker(struct vz_context *ctx, const struct cpt_flock_image *v)
{
	pid_t pid;

	if (v->kind == CPT_FLOCK_OFD)
		return current->tgid;	/* never shown */
	rcu_read_lock();
	pid = pid_nr(find_pid_ns(v->pid, ctx->pidns));
	rcu_read_unlock();
	return pid;
}

static int take(struct file *file, struct file_lock *lock, u32 kind)
{
	if (kind != CPT_FLOCK_BSD)
		return vfs_lock_file(file, F_SETLK, lock, NULL);
	if (file->f_op->flock)
		return file->f_op->flock(file, F_SETLK, lock);
	return locks_lock_inode_wait(file_inode(file), lock);
}

static int restore(struct vz_context *ctx, const struct cpt_flock_image *v, struct file *file)
{
	struct file_lock *lock = locks_alloc_lock();
	int err;

	if (!lock)
		return -ENOMEM;
	vz_lock(lock, file) = file;
	vz_lock(lock, owner) = v->kind == CPT_FLOCK_POSIX ?
			       rst_made(ctx, CPT_OBJ_FILES, v->files) : file;
	vz_lock(lock, pid) = maker(ctx, v);
	vz_lock(lock, type) = v->type;
	vz_lock(lock, flags) = v->kind == CPT_FLOCK_BSD ? FL_FLOCK :
			       v->kind == CPT_FLOCK_OFD ? FL_POSIX | FL_OFDLCK : FL_POSIX;
	lock->fl_start = v->start;
	lock->fl_end = v->end;
	err = vz_lock(lock, owner) ? take(file, lock, v->kind) : -EINVAL;
	locks_free_lock(lock);
	return err;
}

static int rst_flock_links(struct vz_context *ctx)
{
	const struct cpt_flock_image *v;
	const struct vz_rec *rec;
	struct file *file;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_FLOCK, i, rec) {
		v = rec->fixed;
		file = rst_made(ctx, CPT_OBJ_FILE, v->file);
		err = file && !(file->f_mode & FMODE_PATH) ? restore(ctx, v, file) : -EINVAL;
		if (err == -EAGAIN)
			return rst_err(ctx, err, "flock %llu: file %llu: is locked by somebody outside of the VE",
				       rec->hdr.id, v->file);
		if (err)
			return rst_err(ctx, err, "flock %llu: file %llu: cannot be locked: error %d",
				       rec->hdr.id, v->file, -err);
	}
	return 0;
}

const struct rst_ops rst_flock_ops = {
	.links = rst_flock_links,
};
