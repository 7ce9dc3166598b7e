// SPDX-License-Identifier: GPL-2.0-only
/*
 * file: open file descriptions. All are opened in init's context before it has
 * children, with its root and all privileges: whether whoever opened them might
 * still do so is not asked. file->f_cred is whose it was.
 */
#include <linux/cred.h>
#include <linux/fadvise.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/path.h>
#include <linux/stat.h>
#include "../kernel/access.h"
#include "rst_file.h"

static const char *path_of(const struct vz_rec *rec)
{
	const struct cpt_file_image *v = rec->fixed;

	return v->kind == CPT_FILE_PATH ? rec->content :
	       v->kind == CPT_FILE_PIPE ? "pipe" : vz_kind_name(v->type);
}

/*
 * There is a pidfd only of a process. What is below /proc/PID has its name only when the processes are there. The
 * third string of a mount's record is the file system's type.
 */
static bool is_late(struct vz_context *ctx, const struct cpt_file_image *v)
{
	const struct vz_rec *mount = rst_find(ctx, CPT_OBJ_MOUNT, v->mount);
	const char *type;

	if (v->kind == CPT_FILE_OBJECT)
		return v->type == CPT_OBJ_PIDFD;
	if (v->kind != CPT_FILE_PATH || !mount)
		return false;
	type = mount->content;
	type += strlen(type) + 1;
	type += strlen(type) + 1;
	return !strcmp(type, "proc");
}

/* File systems that keep whole seconds (an archive, too) are no reason to refuse. */
static bool same_time(const struct timespec64 *is, s64 was_ns)
{
	struct timespec64 was = ns_to_timespec64(was_ns);

	return is->tv_sec == was.tv_sec && (!is->tv_nsec || is->tv_nsec == was.tv_nsec);
}

/*
 * A regular file is the one of the dump as far as its size tells; what programs
 * have mapped must not have been modified, either. The contents of a tmpfs are
 * loaded later.
 */
static int check_contents(struct vz_context *ctx, const struct vz_rec *rec,
			  const struct path *path, const struct kstat *stat)
{
	const struct cpt_file_image *v = rec->fixed;

	if (path->dentry->d_sb->s_magic == TMPFS_MAGIC)
		return 0;
	if (stat->size != v->size)
		return rst_err(ctx, -ESTALE,
			       "file %llu: %s: size is %llu, was %llu: the file system is not that of the dump",
			       rec->hdr.id, path_of(rec), (u64)stat->size, v->size);
	if ((v->flags & CPT_FILE_MAPPED) && !same_time(&stat->mtime, v->mtime_ns))
		return rst_err(ctx, -ESTALE,
			       "file %llu: %s: was modified: the file system is not that of the dump",
			       rec->hdr.id, path_of(rec));
	return 0;
}

static int check_file(struct vz_context *ctx, const struct vz_rec *rec, const struct path *path)
{
	const struct cpt_file_image *v = rec->fixed;
	struct kstat stat;
	int err;

	err = vfs_getattr(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (err)
		return rst_err(ctx, err, "file %llu: %s: cannot be looked at: error %d",
			       rec->hdr.id, path_of(rec), -err);
	if ((stat.mode ^ v->mode) & S_IFMT)
		return rst_err(ctx, -ESTALE,
			       "file %llu: %s: is of another type: the file system is not that of the dump",
			       rec->hdr.id, path_of(rec));
	if ((S_ISCHR(stat.mode) || S_ISBLK(stat.mode)) && new_encode_dev(stat.rdev) != v->rdev)
		return rst_err(ctx, -ESTALE, "file %llu: %s: is device %u:%u, another than in the dump",
			       rec->hdr.id, path_of(rec), MAJOR(stat.rdev), MINOR(stat.rdev));
	if (S_ISREG(stat.mode) && !(v->f_flags & O_PATH))
		return check_contents(ctx, rec, path, &stat);
	return 0;
}

/* Where it stood. Only in a directory is there more to it than the number. */
static int set_position(struct file *file, loff_t pos)
{
	loff_t ret = pos;

	if (pos && S_ISDIR(file_inode(file)->i_mode))
		ret = vfs_llseek(file, pos, SEEK_SET);
	else
		file->f_pos = pos;
	return ret < 0 ? ret : ret == pos ? 0 : -EINVAL;
}

static int set_advice(struct file *file, u32 flags)
{
	int err = 0;

	if (flags & CPT_FILE_SEQUENTIAL)
		err = vfs_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (!err && (flags & CPT_FILE_RANDOM))
		err = vfs_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
	if (!err && (flags & CPT_FILE_NOREUSE))
		err = vfs_fadvise(file, 0, 0, POSIX_FADV_NOREUSE);
	return err;
}

/* The file of a record with a path; errors are said. */
struct file *rst_file_open(struct vz_context *ctx, const struct vz_rec *rec,
			   const struct cred *cred)
{
	const struct cpt_file_image *v = rec->fixed;
	struct file *file;
	struct path path;
	int err;

	err = v->type == CPT_OBJ_GHOST ? rst_ghost_path(ctx, v->object, &path) :
					 rst_path(ctx, v->mount, path_of(rec), 0, &path);
	if (err) {
		rst_err(ctx, err, err == -ENOENT ? "file %llu: %s: does not exist" :
			"file %llu: %s: cannot be looked up: error %d", rec->hdr.id, path_of(rec),
			-err);
		return ERR_PTR(err);
	}
	err = v->type == CPT_OBJ_GHOST ? 0 : check_file(ctx, rec, &path);
	if (err) {
		path_put(&path);
		return ERR_PTR(err);
	}
	file = v->pipe ? rst_fifo_open(ctx, rec, &path, cred) :
			 dentry_open(&path, v->f_flags & ~__O_TMPFILE, cred);
	path_put(&path);
	err = PTR_ERR_OR_ZERO(file);
	if (!err) {
		spin_lock(&file->f_lock);
		file->f_flags |= v->f_flags & __O_TMPFILE;
		spin_unlock(&file->f_lock);
		err = set_position(file, v->pos);
		if (!err)
			err = set_advice(file, v->flags);
		if (err)
			fput(file);
	}
	if (err) {
		rst_err(ctx, err, "file %llu: %s: cannot be opened again: error %d", rec->hdr.id,
			path_of(rec), -err);
		return ERR_PTR(err);
	}
	return file;
}

static int open_file(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_file_image *v = rec->fixed;
	const struct cred *cred = rst_made(ctx, CPT_OBJ_CRED, v->cred) ?: current_cred();
	struct file *file;
	int err;

	if (v->kind == CPT_FILE_PIPE) {
		file = rst_pipe_open(ctx, rec, cred);
		if (IS_ERR(file))
			return rst_err(ctx, PTR_ERR(file), "file %llu: pipe %llu: cannot be opened: error %ld",
				       rec->hdr.id, v->pipe, -PTR_ERR(file));
	} else if (v->kind == CPT_FILE_OBJECT) {
		file = rst_open_object(ctx, rec, cred);
		if (IS_ERR(file))
			return PTR_ERR(file);
	} else {
		file = rst_file_open(ctx, rec, cred);
		if (IS_ERR(file))
			return PTR_ERR(file);
	}
	err = rst_keep(ctx, CPT_OBJ_FILE, rec->hdr.id, file);
	if (err)
		fput(file);
	return err;
}

static int open_all(struct vz_context *ctx, bool late)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_FILE, i, rec) {
		/* those of terminals were opened when the terminals were made */
		if (is_late(ctx, rec->fixed) != late || rst_made(ctx, CPT_OBJ_FILE, rec->hdr.id))
			continue;
		err = open_file(ctx, rec);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int rst_file_ve(struct vz_context *ctx)
{
	int err = open_all(ctx, false);

	if (!err)
		rst_pipe_opened_all(ctx);
	return err;
}

/* Init is the first one: before any table needs them. */
static int rst_file_process(struct vz_task *vt)
{
	if (vt->pid != 1)
		return 0;
	return rst_fs_set_roots(vt->ctx) ?: open_all(vt->ctx, true);
}

/* The caller knows that the file is nobody's yet. */
int rst_file_set_owner(struct vz_context *ctx, struct file *file, const struct cpt_file_image *v)
{
	enum pid_type type = v->owner_type == F_OWNER_TID ? PIDTYPE_PID :
			     v->owner_type == F_OWNER_PGRP ? PIDTYPE_PGID : PIDTYPE_TGID;
	struct fown_struct *owner;
	struct pid *pid = NULL;
	int err;

	err = vz_file_owner_alloc(file);
	if (err)
		return err;
	rcu_read_lock();
	if (v->owner_pid)
		pid = get_pid(find_pid_ns(v->owner_pid, ctx->pidns));
	rcu_read_unlock();
	if (v->owner_pid && !pid)
		return -ESRCH;
	__f_setown(file, pid, type, 1);
	put_pid(pid);
	owner = vz_file_owner(file);
	write_lock_irq(&owner->lock);
	owner->uid = KUIDT_INIT(v->owner_uid);
	owner->euid = KUIDT_INIT(v->owner_euid);
	owner->signum = v->owner_sig;
	write_unlock_irq(&owner->lock);
	return 0;
}

/* Who owns the file gets SIGIO, with this number of a descriptor plus 1. */
static int set_async(struct file *file, u32 async_fd)
{
	int ret;

	if (!file->f_op->fasync)
		return -EINVAL;
	ret = file->f_op->fasync(async_fd - 1, file, 1);
	return ret < 0 ? ret : 0;
}

static int rst_file_links(struct vz_context *ctx)
{
	const struct cpt_file_image *v;
	const struct vz_rec *rec;
	struct file *file;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_FILE, i, rec) {
		v = rec->fixed;
		file = rst_made(ctx, CPT_OBJ_FILE, rec->hdr.id);
		if (file && v->flags & CPT_FILE_NO_WRITER)
			rst_fifo_set_no_writer(file);
		if (!file || !(v->owner_pid || v->owner_type || v->owner_sig || v->owner_uid ||
			       v->owner_euid || v->async_fd))
			continue;
		err = rst_file_set_owner(ctx, file, v);
		if (!err && v->async_fd)
			err = set_async(file, v->async_fd);
		/* a terminal gives one without an owner its foreground process group */
		if (!err && v->async_fd && !v->owner_pid)
			err = rst_file_set_owner(ctx, file, v);
		if (err)
			return rst_err(ctx, err, "file %llu: %s: owner %u cannot be set: error %d",
				       rec->hdr.id, path_of(rec), v->owner_pid, -err);
	}
	return 0;
}

static void rst_file_undo(void *ptr)
{
	fput(ptr);
}

const struct rst_ops rst_file_ops = {
	.ve = rst_file_ve,
	.process = rst_file_process,
	.links = rst_file_links,
	.undo = rst_file_undo,
};
