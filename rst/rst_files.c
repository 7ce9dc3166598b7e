// SPDX-License-Identifier: GPL-2.0-only
/*
 * files: tables of file descriptors. The first task that has a table fills it,
 * the others get it from that one. No task has descriptors of the tool any
 * more: init was stripped of them before it had children.
 */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "rst_file.h"

static void rst_files_undo(void *ptr)
{
	vz_put_files_struct(ptr);
}

/* The table was made by another task: use that one. */
static void take_table(struct files_struct *files)
{
	struct files_struct *old;

	atomic_inc(&files->count);
	task_lock(current);
	old = current->files;
	current->files = files;
	task_unlock(current);
	vz_put_files_struct(old);
}

static void close_all(void)
{
	unsigned int fd, max;

	rcu_read_lock();
	max = files_fdtable(current->files)->max_fds;
	rcu_read_unlock();
	for (fd = 0; fd < max; fd++)
		close_fd(fd);
}

/*
 * The limit on descriptors is the tool's as yet, and a program may have lowered
 * its own below what it has open.
 */
static unsigned long swap_limit(unsigned long limit)
{
	struct rlimit *rlim = &current->signal->rlim[RLIMIT_NOFILE];
	unsigned long old;

	task_lock(current->group_leader);
	old = rlim->rlim_cur;
	rlim->rlim_cur = limit;
	task_unlock(current->group_leader);
	return old;
}

/**
 * rst_borrow_table() - have a table of descriptors to play with
 * @b: remembers the task's own one
 *
 * It is a copy of the task's, without a limit. Descriptors that an object can only
 * be made or found with are put there. rst_return_table() closes all of them.
 *
 * Context: a restored task
 */
int rst_borrow_table(struct rst_borrowed *b)
{
	int err;

	b->files = current->files;
	atomic_inc(&b->files->count);
	err = vz_unshare_files();
	if (err) {
		vz_put_files_struct(b->files);
		return err;
	}
	b->limit = swap_limit(RLIM_INFINITY);
	return 0;
}

void rst_return_table(struct rst_borrowed *b)
{
	struct files_struct *copy = current->files;

	swap_limit(b->limit);
	task_lock(current);
	current->files = b->files;
	task_unlock(current);
	vz_put_files_struct(copy);
}

/**
 * rst_take_fd() - the file of a descriptor that a system call has just made
 * @fd: what it returned; the descriptor is closed
 *
 * Context: a restored task
 * Return: the file with a reference, or ERR_PTR
 */
struct file *rst_take_fd(long fd)
{
	struct file *file;

	if (fd < 0)
		return ERR_PTR(fd);
	file = fget(fd);
	close_fd(fd);
	return file ?: ERR_PTR(-EBADF);
}

static int fill_table(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_files_image *v = rec->fixed;
	const struct cpt_fd *fd = rec->content;
	struct file *file;
	unsigned long limit;
	int err = 0;
	u32 i;

	limit = swap_limit(RLIM_INFINITY);
	for (i = 0; i < v->fds && !err; i++, fd++) {
		file = rst_made(ctx, CPT_OBJ_FILE, fd->file);
		err = file ? vz_replace_fd(fd->fd, file, fd->flags & CPT_FD_CLOEXEC ? O_CLOEXEC : 0)
			   : -EINVAL;
		err = min(err, 0);
		if (err == -EMFILE)
			rst_err(ctx, err, "files %llu: fd %u: is beyond this host's fs.nr_open",
				rec->hdr.id, fd->fd);
		else if (err)
			rst_err(ctx, err, "files %llu: fd %u: cannot be set: error %d", rec->hdr.id,
				fd->fd, -err);
	}
	swap_limit(limit);
	return err;
}

/*
 * A thread has its leader's table (CLONE_FILES), which may be a filled one
 * already: then a table of its own begins as an empty one.
 */
static int make_table(struct vz_context *ctx, const struct vz_rec *rec)
{
	int err = 0;

	if (vz_obj_find(ctx, CPT_OBJ_FILES, current->files)) {
		err = vz_unshare_files();
		if (err)
			return rst_err(ctx, err, "files %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
		close_all();
	}
	err = fill_table(ctx, rec);
	if (err)
		return err;
	atomic_inc(&current->files->count);
	err = rst_keep(ctx, CPT_OBJ_FILES, rec->hdr.id, current->files);
	if (err)
		vz_put_files_struct(current->files);
	return err;
}

static int rst_files_task(struct vz_task *vt)
{
	const struct cpt_task_image *t = vt->rec->fixed;
	const struct vz_rec *rec;
	struct files_struct *files;

	if (!t->files)
		return 0;
	files = rst_made(vt->ctx, CPT_OBJ_FILES, t->files);
	if (files == current->files)
		return 0;
	if (files) {
		take_table(files);
		return 0;
	}
	rec = rst_find(vt->ctx, CPT_OBJ_FILES, t->files);
	return rec ? make_table(vt->ctx, rec) : -EINVAL;
}

/* Leaders first: those of their threads that share their tables have them then. */
const struct rst_ops rst_files_ops = {
	.process = rst_files_task,
	.task = rst_files_task,
	.undo = rst_files_undo,
};
