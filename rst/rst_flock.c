// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock: locks and leases on files, taken again for their owners: tables of descriptors
 * and open files. All of those are there.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
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

/* ---- leases ---- */

/* As fcntl(2) does it, which makes the caller the one who is told. */
static int take_lease(struct vz_context *ctx, const struct cpt_flock_image *v, struct file *file)
{
	int err = vz_fcntl_setlease(v->fd, file, v->type);

	return err ?: rst_file_set_owner(ctx, file, rst_find(ctx, CPT_OBJ_FILE, v->file)->fixed);
}

static unsigned long until(u64 ns)
{
	unsigned long left = min_t(u64, nsecs_to_jiffies64(ns), MAX_JIFFY_OFFSET);

	return ns ? jiffies + left ?: 1 : 0;	/* 0 is for ever */
}

static void set_pending(struct vz_file_lease *lease, const struct cpt_flock_image *v)
{
	if (v->flags & CPT_FLOCK_BREAK) {
		vz_lock(lease, flags) |= FL_UNLOCK_PENDING;
		lease->fl_break_time = until(v->break_ns);
	}
	if (v->flags & CPT_FLOCK_DOWNGRADE) {
		vz_lock(lease, flags) |= FL_DOWNGRADE_PENDING;
		lease->fl_downgrade_time = until(v->downgrade_ns);
	}
}

/* Who made it, and that somebody waits: when all are there, as nobody gets one of a file then. */
static void finish_lease(struct vz_context *ctx, const struct cpt_flock_image *v)
{
	struct file *file = rst_made(ctx, CPT_OBJ_FILE, v->file);
	struct file_lock_context *locks = locks_inode_context(file_inode(file));
	struct vz_file_lease *lease;
	pid_t pid = maker(ctx, v);

	if (!locks)
		return;
	spin_lock(&locks->flc_lock);
	list_for_each_entry(lease, &locks->flc_lease, VZ_LOCK_LIST) {
		if (vz_lock(lease, file) != file)
			continue;
		vz_lock(lease, pid) = pid;
		set_pending(lease, v);
	}
	spin_unlock(&locks->flc_lock);
}

/* ---- all of them ---- */

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
		if (!file || file->f_mode & FMODE_PATH)
			err = -EINVAL;
		else
			err = v->kind == CPT_FLOCK_LEASE ? take_lease(ctx, v, file) :
							   restore(ctx, v, file);
		if (err == -EAGAIN)
			return rst_err(ctx, err, "flock %llu: file %llu: is locked by somebody outside of the VE",
				       rec->hdr.id, v->file);
		if (err)
			return rst_err(ctx, err, "flock %llu: file %llu: cannot be locked: error %d",
				       rec->hdr.id, v->file, -err);
	}
	rst_for_each(ctx, CPT_OBJ_FLOCK, i, rec) {
		v = rec->fixed;
		if (v->kind == CPT_FLOCK_LEASE)
			finish_lease(ctx, v);
	}
	return 0;
}

const struct rst_ops rst_flock_ops = {
	.links = rst_flock_links,
};
