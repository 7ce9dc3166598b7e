// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock: locks and leases that the VE's processes hold on files. Who waits for one calls
 * again, in the order in which they waited: cpt_task_image.lock_wait.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_file.h"

bool cpt_flock_has_lease(struct inode *inode, const void *file)
{
	struct file_lock_context *locks = locks_inode_context(inode);
	struct vz_file_lease *lease;
	bool found = false;

	if (!locks)
		return false;
	spin_lock(&locks->flc_lock);
	list_for_each_entry(lease, &locks->flc_lease, VZ_LOCK_LIST)
		found |= vz_lock(lease, file) == file;
	spin_unlock(&locks->flc_lock);
	return found;
}

/**
 * struct flock_list - locks of a file, copied out from under their spin lock
 * @max: room in @lock
 * @nr: how many there are, even when that is more than @max
 * @lock: they
 * @strange: a lock of one of the VE's processes that was made through a file
 *           which is not the VE's
 */
struct flock_list {
	unsigned int max;
	unsigned int nr;
	struct cpt_flock_image *lock;
	bool strange;
};

/* The VE's number of the process that made it; 0 when that has ended. */
static pid_t maker(struct vz_context *ctx, pid_t nr)
{
	pid_t pid;

	rcu_read_lock();
	pid = pid_nr_ns(find_pid_ns(nr, &init_pid_ns), ctx->pidns);
	rcu_read_unlock();
	return pid;
}

/* Adds a lock, if it is one that was made through @file by the VE. */
static void add_lock(struct vz_context *ctx, struct flock_list *list, const struct vz_obj *file,
		     const struct file_lock *lock)
{
	const void *owner = vz_lock(lock, owner);
	struct cpt_flock_image v = { .file = file->id };

	if (vz_lock(lock, flags) & FL_FLOCK)
		v.kind = CPT_FLOCK_BSD;
	else
		v.kind = vz_lock(lock, flags) & FL_OFDLCK ? CPT_FLOCK_OFD : CPT_FLOCK_POSIX;
	if (v.kind == CPT_FLOCK_POSIX) {
		v.files = cpt_id(ctx, CPT_OBJ_FILES, owner);
		if (!v.files)
			return;
		list->strange |= !vz_obj_find(ctx, CPT_OBJ_FILE, vz_lock(lock, file));
		if (vz_lock(lock, file) != file->ptr)
			return;
	} else if (owner != file->ptr) {
		return;
	}
	v.type = vz_lock(lock, type);
	v.start = lock->fl_start;
	v.end = lock->fl_end;
	if (v.kind != CPT_FLOCK_OFD)
		v.pid = maker(ctx, vz_lock(lock, pid));
	if (list->nr < list->max)
		list->lock[list->nr] = v;
	list->nr++;
}

/* Until when the holder of a lease may keep it; 0: for ever. */
static u64 time_left(unsigned long then)
{
	return then ? jiffies64_to_nsecs(max_t(long, then - jiffies, 1)) : 0;
}

/* flc_lock keeps its list of whom to tell. */
static void add_lease(struct vz_context *ctx, struct flock_list *list, const struct vz_obj *file,
		      const struct vz_file_lease *lease)
{
	struct cpt_flock_image v = {
		.kind = CPT_FLOCK_LEASE,
		.type = vz_lock(lease, type),
		.end = OFFSET_MAX,
		.file = file->id,
	};
	const struct fasync_struct *fa;

	if (vz_lock(lease, file) != file->ptr)
		return;
	if (vz_lock(lease, flags) & FL_UNLOCK_PENDING) {
		v.flags |= CPT_FLOCK_BREAK;
		v.break_ns = time_left(lease->fl_break_time);
	}
	if (vz_lock(lease, flags) & FL_DOWNGRADE_PENDING) {
		v.flags |= CPT_FLOCK_DOWNGRADE;
		v.downgrade_ns = time_left(lease->fl_downgrade_time);
	}
	for (fa = lease->fl_fasync; fa; fa = fa->fa_next)
		v.fd = fa->fa_file == file->ptr ? fa->fa_fd : v.fd;
	v.pid = maker(ctx, vz_lock(lease, pid));
	if (list->nr < list->max)
		list->lock[list->nr] = v;
	list->nr++;
}

static void add_locks(struct vz_context *ctx, struct flock_list *list, const struct vz_obj *file,
		      struct file_lock_context *locks)
{
	struct vz_file_lease *lease;
	struct file_lock *lock;

	list->nr = 0;
	list->strange = false;
	spin_lock(&locks->flc_lock);
	list_for_each_entry(lock, &locks->flc_posix, VZ_LOCK_LIST)
		add_lock(ctx, list, file, lock);
	list_for_each_entry(lock, &locks->flc_flock, VZ_LOCK_LIST)
		add_lock(ctx, list, file, lock);
	list_for_each_entry(lease, &locks->flc_lease, VZ_LOCK_LIST)
		add_lease(ctx, list, file, lease);
	spin_unlock(&locks->flc_lock);
}

/* The VE's locks on a file; until there is room for all of them. */
static int get_locks(struct vz_context *ctx, struct flock_list *list, const struct vz_obj *file,
		     struct file_lock_context *locks)
{
	for (;;) {
		add_locks(ctx, list, file, locks);
		if (list->nr <= list->max)
			return 0;
		kvfree(list->lock);
		list->max = list->nr;
		list->lock = kvcalloc(list->max, sizeof(list->lock[0]), GFP_KERNEL);
		if (!list->lock) {
			list->max = 0;
			return -ENOMEM;
		}
	}
}

static int dump_locks(struct vz_context *ctx, struct flock_list *list, const struct vz_obj *file,
		      u64 *id)
{
	struct file_lock_context *locks = locks_inode_context(file_inode(file->ptr));
	unsigned int i;
	int err;

	if (!locks)
		return 0;
	err = get_locks(ctx, list, file, locks);
	if (!err && list->strange)
		err = cpt_err(ctx, -EBUSY, "%s: a lock was made through a file that is not open any more",
			      ((struct cpt_file *)file->data)->who);
	for (i = 0; i < list->nr && !err; i++)
		err = cpt_write_obj(ctx, CPT_OBJ_FLOCK, ++*id, &list->lock[i],
				    sizeof(list->lock[i]), NULL, 0);
	return err;
}

static int cpt_flock_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct flock_list list = {};
	struct vz_obj *file;
	int err = 0;
	u64 id = 0;

	vz_for_each_obj(ctx, CPT_OBJ_FILE, file) {
		err = dump_locks(ctx, &list, file, &id);
		if (err)
			break;
	}
	kvfree(list.lock);
	return err;
}

const struct cpt_ops cpt_flock_ops = {
	.dump = cpt_flock_dump,
};
