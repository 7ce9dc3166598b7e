// SPDX-License-Identifier: GPL-2.0-only
/*
 * files: tables of file descriptors.
 *
 * No reference is taken on a table: one more would make execve(2) copy it, and
 * the process lose its POSIX locks. A table is looked at while the caller of
 * collect holds it; what was seen is kept for the dump.
 */
#include <linux/fdtable.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_file.h"

/**
 * struct cpt_table - vz_obj.data of a CPT_OBJ_FILES
 * @fds: number of descriptors
 * @fd: they, ascending
 */
struct cpt_table {
	u32 fds;
	struct cpt_fd fd[];
};

/* A task that uses the table; NULL when it has gone. */
static struct vz_task *user_of(struct vz_context *ctx, const struct files_struct *files)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (vt->task && READ_ONCE(vt->task->files) == files)
			return vt;
	}
	return NULL;
}

/* The first descriptor from @fd->fd on: fills in @fd. Called with the table's lock. */
static struct file *next_fd(struct files_struct *files, struct cpt_fd *fd)
{
	struct fdtable *fdt = files_fdtable(files);
	struct file *file = NULL;

	for (;; fd->fd++) {
		fd->fd = find_next_bit(fdt->open_fds, fdt->max_fds, fd->fd);
		if (fd->fd >= fdt->max_fds)
			return NULL;
		/* NULL: a number that open(2) has not put its file at yet */
		file = rcu_dereference_protected(fdt->fd[fd->fd],
						 lockdep_is_held(&files->file_lock));
		if (file)
			break;
	}
	fd->flags = test_bit(fd->fd, fdt->close_on_exec) ? CPT_FD_CLOEXEC : 0;
	return file;
}

/* An upper bound, while nobody opens files. */
static unsigned int count_fds(struct files_struct *files)
{
	struct fdtable *fdt;
	unsigned int n;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	n = bitmap_weight(fdt->open_fds, fdt->max_fds);
	spin_unlock(&files->file_lock);
	return n;
}

/* The VE runs: the file may be closed as soon as the lock is dropped. */
static int check_fds(struct vz_context *ctx, struct files_struct *files, const char *user)
{
	struct cpt_fd fd = {};
	struct cpt_look look;
	struct vz_obj *obj;
	struct file *file;
	int err = 0;

	for (; !err; fd.fd++) {
		spin_lock(&files->file_lock);
		file = next_fd(files, &fd);
		if (file)
			cpt_file_look(file, &look);
		spin_unlock(&files->file_lock);
		if (!file)
			break;
		if (!vz_obj_find(ctx, CPT_OBJ_FILE, file)) {
			obj = vz_obj_add(ctx, CPT_OBJ_FILE, file, 0);
			if (obj) {
				obj->unheld = true;
				cpt_who(ctx, "%s: fd %u", user, fd.fd);
				err = cpt_file_judge(ctx, obj, &look);
			} else {
				err = -ENOMEM;
			}
		}
		cpt_file_look_end(&look);
		cond_resched();
	}
	return err;
}

static int collect_fds(struct vz_context *ctx, struct files_struct *files,
		       struct cpt_table *table, unsigned int max, const char *user)
{
	struct cpt_fd fd = {};
	struct vz_obj *obj;
	struct file *file;

	for (;; fd.fd++) {
		spin_lock(&files->file_lock);
		file = next_fd(files, &fd);
		if (file)
			get_file(file);
		spin_unlock(&files->file_lock);
		if (!file)
			return 0;
		cpt_who(ctx, "%s: fd %u", user, fd.fd);
		obj = cpt_collect(ctx, CPT_OBJ_FILE, file);
		fput(file);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
		((struct cpt_file *)obj->data)->fds++;
		fd.file = obj->id;
		if (table->fds == max)		/* somebody else uses the table */
			return cpt_err(ctx, -EBUSY, "%s: its descriptors change", user);
		table->fd[table->fds++] = fd;
		cond_resched();
	}
}

static int cpt_files_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct files_struct *files = obj->ptr;
	unsigned int max = count_fds(files);
	struct cpt_table *table;
	char user[sizeof(ctx->who)];
	int err;

	table = kvzalloc(struct_size(table, fd, max), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	obj->data = table;
	strscpy(user, ctx->who, sizeof(user));
	err = ctx->checking ? check_fds(ctx, files, user) :
			      collect_fds(ctx, files, table, max, user);
	cpt_who(ctx, "%s", user);
	return err;
}

/* Whether only tasks of the VE use the table. */
static int check_users(struct vz_context *ctx, struct vz_obj *obj)
{
	struct vz_task *vt = user_of(ctx, obj->ptr);
	unsigned int count = 0;

	if (vt) {
		task_lock(vt->task);
		if (vt->task->files == obj->ptr)
			count = atomic_read(&vt->task->files->count);
		task_unlock(vt->task);
	}
	if (!count)
		return cpt_err(ctx, -ESRCH, "files %llu: the process has ended", obj->id);
	if (count > obj->users)
		return cpt_err(ctx, -EBUSY,
			       "process %d (%s): its table of descriptors is shared with a process outside of the VE",
			       vt->tgid, vt->task->comm);
	return 0;
}

static int cpt_files_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_table *table = obj->data;
	struct cpt_files_image v = { .fds = table->fds };
	int err = check_users(ctx, obj);

	return err ?: cpt_write_obj(ctx, CPT_OBJ_FILES, obj->id, &v, sizeof(v), table->fd,
				    table->fds * sizeof(table->fd[0]));
}

const struct cpt_ops cpt_files_ops = {
	.collect = cpt_files_collect,
	.dump = cpt_files_dump,
};
