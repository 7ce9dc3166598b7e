// SPDX-License-Identifier: GPL-2.0-only
/*
 * tty: pseudo terminals, made by init with the code of /dev/ptmx, each under the
 * number that it had, together with all their open files: what a file is
 * (hung up or not) depends on when it is opened.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kdev_t.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/stat.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include "../kernel/access.h"
#include "rst_file.h"
#include "rst_tty.h"

int rst_tty_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what)
{
	const struct cpt_tty_image *v = rec->fixed;

	return rst_err(ctx, err, "tty %llu: pts/%u: %s: error %d", rec->hdr.id, v->index, what, -err);
}

static struct tty_struct *file_tty(const struct file *file)
{
	unsigned long op = (unsigned long)file->f_op;

	if (op != vz_addr_tty_fops && op != vz_addr_ptmx_fops)
		return NULL;
	return ((struct tty_file_private *)file->private_data)->tty;
}

/* ---- the number ---- */

/*
 * A devpts gives the lowest number that is free. Those below are taken while the
 * pair is made.
 */
static int take_lower(struct ida *ida, unsigned int index, unsigned long *taken)
{
	int id;

	while (index) {
		id = ida_alloc_max(ida, index - 1, GFP_KERNEL);
		if (id == -ENOSPC)
			return 0;
		if (id < 0)
			return id;
		__set_bit(id, taken);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static void give_back(struct ida *ida, unsigned int index, const unsigned long *taken)
{
	unsigned int id;

	for_each_set_bit(id, taken, index) {
		ida_free(ida, id);
		cond_resched();
	}
}

/* ---- opening ---- */

static bool is_master(const struct cpt_file_image *v)
{
	return v->rdev == new_encode_dev(MKDEV(TTYAUX_MAJOR, 2));
}

/* The record of the @n-th open file of a pair. */
static const struct vz_rec *nth_file(struct vz_context *ctx, u64 tty, unsigned int *n)
{
	const struct cpt_file_image *v;
	const struct vz_rec *rec;

	for (; (rec = rst_nth(ctx, CPT_OBJ_FILE, *n)); ++*n) {
		v = rec->fixed;
		if (v->type == CPT_OBJ_TTY && v->kind == CPT_FILE_PATH && v->object == tty)
			break;
	}
	return rec;
}

#define for_each_file(ctx, tty, n, rec) \
	for ((n) = 0; ((rec) = nth_file(ctx, tty, &(n))); (n)++)

static int keep_file(struct vz_context *ctx, u64 id, struct file *file)
{
	int err = rst_keep(ctx, CPT_OBJ_FILE, id, get_file(file));

	if (err)
		fput(file);
	return err;
}

static const struct cred *cred_of(struct vz_context *ctx, const struct vz_rec *file)
{
	const struct cpt_file_image *v = file->fixed;

	return rst_made(ctx, CPT_OBJ_CRED, v->cred) ?: current_cred();
}

/* A node of the pair's devpts, opened by nobody of the VE. */
static struct file *open_node(struct vz_context *ctx, const struct cpt_tty_image *v, const char *name)
{
	struct vfsmount *mnt = rst_made(ctx, CPT_OBJ_MOUNT, v->mount);
	struct file *file;
	struct path path;
	int err;

	err = vfs_path_lookup(mnt->mnt_root, mnt, name, LOOKUP_NO_SYMLINKS, &path);
	if (err)
		return ERR_PTR(err);
	file = dentry_open(&path, O_RDWR | O_NOCTTY, current_cred());
	path_put(&path);
	return file;
}

static struct file *open_master(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct vz_rec *file;
	struct file *master;
	unsigned int n;
	int err;

	for_each_file(ctx, rec->hdr.id, n, file) {
		if (!is_master(file->fixed))
			continue;
		master = rst_file_open(ctx, file, cred_of(ctx, file));
		err = IS_ERR(master) ? 0 : keep_file(ctx, file->hdr.id, master);
		if (!err)
			return master;
		fput(master);
		return ERR_PTR(err);
	}
	return open_node(ctx, rec->fixed, "ptmx");
}

/* The master of a new pair, under its number. */
static struct file *make_pair(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tty_image *v = rec->fixed;
	struct vfsmount *mnt = rst_made(ctx, CPT_OBJ_MOUNT, v->mount);
	unsigned long *taken;
	struct file *master;
	struct tty_struct *tty;
	struct ida *ida;
	int err;

	if (!mnt || strcmp(mnt->mnt_sb->s_type->name, "devpts"))
		return ERR_PTR(-EINVAL);
	ida = vz_pts_fs_info_allocated_ptys(mnt->mnt_sb->s_fs_info);
	taken = kvcalloc(BITS_TO_LONGS(v->index + 1), sizeof(long), GFP_KERNEL);
	if (!taken)
		return ERR_PTR(-ENOMEM);
	err = take_lower(ida, v->index, taken);
	master = err ? ERR_PTR(err) : open_master(ctx, rec);
	give_back(ida, v->index, taken);
	kvfree(taken);
	if (IS_ERR(master))
		return master;
	tty = file_tty(master);
	if (tty && tty->driver->subtype == PTY_TYPE_MASTER && tty->index == v->index &&
	    tty->driver_data == mnt->mnt_sb->s_fs_info)
		return master;
	fput(master);
	return ERR_PTR(-EEXIST);
}

/* Init has it as its controlling terminal, so that it is what /dev/tty opens. */
static struct file *open_slave(struct vz_context *ctx, const struct vz_rec *file,
			       struct tty_struct *slave)
{
	struct file *f;

	spin_lock_irq(&current->sighand->siglock);
	current->signal->tty = tty_kref_get(slave);
	spin_unlock_irq(&current->sighand->siglock);
	f = rst_file_open(ctx, file, cred_of(ctx, file));
	vz_proc_clear_tty(current);
	if (!IS_ERR(f) && file_tty(f) != slave) {
		fput(f);
		f = ERR_PTR(rst_err(ctx, -EINVAL, "file %llu: is another terminal than that of the dump",
				    file->hdr.id));
	}
	return f;
}

static int open_slaves(struct vz_context *ctx, const struct vz_rec *rec, struct tty_struct *slave,
		       u32 hung_up)
{
	const struct cpt_file_image *v;
	const struct vz_rec *file;
	struct file *f;
	unsigned int n;
	int err;

	for_each_file(ctx, rec->hdr.id, n, file) {
		v = file->fixed;
		if (is_master(v) || (v->flags & CPT_FILE_HUNG_UP) != hung_up)
			continue;
		f = open_slave(ctx, file, slave);
		if (IS_ERR(f))
			return PTR_ERR(f);
		err = keep_file(ctx, file->hdr.id, f);
		fput(f);
		if (err)
			return err;
	}
	return 0;
}

/* Closed when this returns. */
static void close_now(struct file *file)
{
	fput(file);
	vz_task_work_run();
}

/*
 * What was hung up is opened and hung up again. Without a master its end does
 * that. One open file more, so that it is so also when nobody has it open.
 */
static int hang_up(struct vz_context *ctx, const struct vz_rec *rec, struct tty_struct *slave)
{
	const struct cpt_tty_image *v = rec->fixed;
	struct file *extra;
	char name[12];
	int err;

	snprintf(name, sizeof(name), "%u", v->index);
	extra = open_node(ctx, v, name);
	if (IS_ERR(extra))
		return rst_tty_error(ctx, rec, PTR_ERR(extra), "cannot be opened");
	err = open_slaves(ctx, rec, slave, CPT_FILE_HUNG_UP);
	if (!err && v->master.flags & CPT_TTY_OPEN)
		tty_vhangup(slave);
	close_now(extra);
	return err;
}

static bool has_hung_up(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tty_image *v = rec->fixed;
	const struct vz_rec *file;
	unsigned int n;

	if (v->slave.flags & CPT_TTY_DEAD)
		return true;
	for_each_file(ctx, rec->hdr.id, n, file) {
		if (((const struct cpt_file_image *)file->fixed)->flags & CPT_FILE_HUNG_UP)
			return true;
	}
	return false;
}

/* ---- one pair ---- */

static void rst_tty_undo(void *ptr)
{
	struct tty_struct *slave = ptr, *master = slave->link;

	tty_kref_put(slave);
	tty_kref_put(master);
}

static int keep_pair(struct vz_context *ctx, u64 id, struct tty_struct *slave)
{
	int err;

	tty_kref_get(slave);
	tty_kref_get(slave->link);
	err = rst_keep(ctx, CPT_OBJ_TTY, id, slave);
	if (err)
		rst_tty_undo(slave);
	return err;
}

static int make_tty(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tty_image *v = rec->fixed;
	struct file *master = make_pair(ctx, rec);
	struct tty_struct *slave;
	int err;

	if (IS_ERR(master))
		return rst_tty_error(ctx, rec, PTR_ERR(master), "cannot be made");
	slave = file_tty(master)->link;
	err = keep_pair(ctx, rec->hdr.id, slave);
	if (err)
		goto out;
	rst_tty_set_node(d_inode(slave->driver_data), v);
	clear_bit(TTY_PTY_LOCK, &slave->link->flags);
	if (has_hung_up(ctx, rec))
		err = hang_up(ctx, rec, slave);
	if (!err && v->master.flags & CPT_TTY_OPEN)
		err = open_slaves(ctx, rec, slave, 0);
	if (!err && v->master.flags & CPT_TTY_OPEN)
		err = rst_tty_set_pair(ctx, rec, slave);
out:
	close_now(master);
	return err;
}

static int rst_tty_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_TTY, i, rec) {
		err = make_tty(ctx, rec);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
	}
	return 0;
}

/* ---- whose controlling terminal it is ---- */

/*
 * A group of which nobody is left: a struct pid that leads to nobody. Its number
 * may have been given to somebody else meanwhile.
 */
static struct pid *dead_pid(struct vz_context *ctx, u32 nr)
{
	pid_t set_tid[1] = { nr };
	struct pid *pid = vz_alloc_pid(ctx->pidns, set_tid, 1);

	if (IS_ERR(pid))
		return NULL;
	get_pid(pid);
	vz_free_pid(pid);
	return pid;
}

static struct pid *find_group(struct vz_context *ctx, u32 nr)
{
	struct pid *pid;

	if (!nr)
		return NULL;
	rcu_read_lock();
	pid = get_pid(find_pid_ns(nr, ctx->pidns));
	rcu_read_unlock();
	return pid ?: dead_pid(ctx, nr);
}

static void set_session(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tty_image *v = rec->fixed;
	struct tty_struct *slave = rst_made(ctx, CPT_OBJ_TTY, rec->hdr.id);
	struct pid *session, *pgrp;

	if (!v->session)
		return;
	session = find_group(ctx, v->session);
	pgrp = find_group(ctx, v->pgrp);
	spin_lock_irq(&slave->ctrl.lock);
	swap(slave->ctrl.session, session);
	swap(slave->ctrl.pgrp, pgrp);
	spin_unlock_irq(&slave->ctrl.lock);
	put_pid(session);
	put_pid(pgrp);
}

static void set_controlling(struct vz_context *ctx, struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	struct tty_struct *tty = rst_made(ctx, CPT_OBJ_TTY, p->tty);
	struct pid *old = find_group(ctx, p->tty_old_pgrp);
	unsigned long flags;

	if (vz_lock_task_sighand(vt->task, &flags)) {
		swap(vt->task->signal->tty_old_pgrp, old);
		if (p->tty && tty) {
			swap(vt->task->signal->tty, tty);
			tty_kref_get(vt->task->signal->tty);
		} else {
			tty = NULL;
		}
		unlock_task_sighand(vt->task, &flags);
		tty_kref_put(tty);
	}
	put_pid(old);
}

/* Sessions and groups are there now; zombies, too, have a terminal. */
static int rst_tty_finish(struct vz_task *init)
{
	struct vz_context *ctx = init->ctx;
	const struct vz_rec *rec;
	struct vz_task *vt;
	unsigned int i;

	if (init->pid != 1)
		return 0;
	rst_for_each(ctx, CPT_OBJ_TTY, i, rec)
		set_session(ctx, rec);
	vz_for_each_task(ctx, vt) {
		if (vz_is_leader(vt))
			set_controlling(ctx, vt);
	}
	return 0;
}

const struct rst_ops rst_tty_ops = {
	.ve = rst_tty_ve,
	.finish = rst_tty_finish,
	.undo = rst_tty_undo,
};
