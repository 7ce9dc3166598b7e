// SPDX-License-Identifier: GPL-2.0-only
/*
 * file: open file descriptions. A file is its path, opened again; an end of a
 * pipe is an end of that pipe.
 */
#include <linux/backing-dev.h>
#include <linux/cred.h>
#include <linux/dnotify.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/tty.h>
#include "../kernel/access.h"
#include "cpt_file.h"
#include "cpt_ghost.h"

/* What open(2) and fcntl(2) leave in f_flags. */
#define CPT_OPEN_FLAGS	(O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | FASYNC | O_DIRECT | \
			 O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH | \
			 O_CLOEXEC /* mq_open(3) leaves it, open(2) does not */)

static const char *who(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_file *data = obj->data;

	if (!data->who[0])
		snprintf(data->who, sizeof(data->who), "file %llu", obj->id);
	return data->who;
}

/*
 * What a mapping on a layered file system (overlay) has: a file of one of the
 * layers, under the path that was opened. It is nobody's descriptor.
 */
static bool is_layer(const struct file *file)
{
	return file_inode(file) != d_inode(vz_file_path(file)->dentry);
}

static u32 open_flags(const struct file *file)
{
	u32 flags = file->f_flags & ~__FMODE_EXEC;	/* opened by execve(2) */

	if (cpt_file_is_pidfd(file))	/* PIDFD_THREAD */
		flags &= ~O_EXCL;
	return is_layer(file) ? flags & ~(O_NOATIME | __FMODE_NONOTIFY) : flags;
}

/* ---- what cannot be dumped ---- */

/* The directory sends signals about what happens in it: fcntl(F_NOTIFY). */
static bool has_dnotify(struct inode *inode, const void *file)
{
	struct dnotify_struct *dn;
	struct fsnotify_mark *mark;
	bool found = false;

	if (!S_ISDIR(inode->i_mode) || !*vz_dnotify_group)
		return false;
	mark = vz_find_inode_mark(inode, *vz_dnotify_group);
	if (!mark)
		return false;
	spin_lock(&mark->lock);
	for (dn = *vz_dnotify_mark_dn((char *)mark - vz_off_dnotify_mark_fsn_mark); dn;
	     dn = dn->dn_next)
		found |= dn->dn_filp == file;
	spin_unlock(&mark->lock);
	fsnotify_put_mark(mark);
	return found;
}

/* Whom SIGIO goes to, with a reference. Dead ones are like none. */
static struct pid *get_owner(struct file *file, struct cpt_file_image *v)
{
	struct fown_struct *owner = vz_file_owner(file);
	struct pid *pid = NULL;
	unsigned long flags;

	if (!owner)
		return NULL;
	read_lock_irqsave(&owner->lock, flags);
	rcu_read_lock();
	if (owner->pid && pid_task(owner->pid, owner->pid_type))
		pid = get_pid(owner->pid);
	rcu_read_unlock();
	v->owner_type = owner->pid_type == PIDTYPE_PID ? F_OWNER_TID :
			owner->pid_type == PIDTYPE_PGID ? F_OWNER_PGRP : F_OWNER_PID;
	v->owner_sig = owner->signum;
	v->owner_uid = __kuid_val(owner->uid);
	v->owner_euid = __kuid_val(owner->euid);
	read_unlock_irqrestore(&owner->lock, flags);
	return pid;
}

/**
 * cpt_file_look() - look at an open file
 * @file: stays for the duration of the call
 * @look: filled in; cpt_file_look_end() drops its references
 *
 * No reference on the file is needed for what comes then: one on a file of a
 * running VE could be the last one for a moment, and programs would see that
 * what they closed is not closed yet (flock(2), ETXTBSY).
 *
 * Context: any, for a file of a table of descriptors; may sleep for a mapped one
 */
void cpt_file_look(struct file *file, struct cpt_look *look)
{
	struct cpt_file_image unused;
	u32 type;

	memset(look, 0, sizeof(*look));
	look->path = *vz_file_path(file);
	path_get(&look->path);
	look->cred = get_cred(file->f_cred);
	look->owner = get_owner(file, &unused);
	look->flags = open_flags(file);
	look->pipe = cpt_file_is_pipe(file);
	if (look->pipe)
		return;
	look->fifo = cpt_file_is_fifo(file);
	look->async = (file->f_flags & FASYNC) && file->f_op->fasync && !look->fifo;
	look->type = cpt_file_type(file, &type);
	if (look->type) {
		look->held = look->type->hold ? look->type->hold(file) : NULL;
		return;
	}
	if (!cpt_file_unsupported(file, look->what))
		look->what[0] = 0;
	look->stale = is_layer(file) && file_inode(file) != d_real_inode(look->path.dentry);
}

void cpt_file_look_end(struct cpt_look *look)
{
	path_put(&look->path);
	put_cred(look->cred);
	put_pid(look->owner);
	if (look->held)
		look->type->drop(look->held);
}

static void refuse_path(struct vz_context *ctx, struct vz_obj *obj, const struct path *path,
			int err, char *buf)
{
	char *name = d_path(path, buf, PATH_MAX);

	if (IS_ERR(name))
		name = "(its path is too long)";
	if (err == -EXDEV)
		cpt_refuse(ctx, "%s: %s: outside of the VE's root: not supported", who(ctx, obj),
			   name);
	else
		cpt_refuse(ctx, "%s: %s: cannot be named: error %d", who(ctx, obj), name, -err);
}

/* The name of a terminal goes with its master; whoever has it open keeps it. */
static bool lost_its_name(const struct cpt_file_type *type, const struct path *path)
{
	return type && type->path && d_unlinked(path->dentry);
}

/* It has no name any more. */
static int judge_ghost(struct vz_context *ctx, struct vz_obj *obj, const struct cpt_look *look,
		       char *buf)
{
	const char *why = cpt_ghost_refused(ctx, &look->path);
	char *name;

	if (!why && cpt_flock_has_lease(d_inode(look->path.dentry), obj->ptr))
		why = "lease";
	else if (!why && has_dnotify(d_inode(look->path.dentry), obj->ptr))
		why = "F_NOTIFY";
	else if (!why && look->async)
		why = "O_ASYNC";
	else if (!why && look->stale)
		why = "was modified since it was mapped, on a layered file system";
	if (!why)
		return 0;
	name = cpt_ghost_path(ctx, &look->path, buf);
	if (IS_ERR(name))
		name = d_path(&look->path, buf, PATH_MAX);
	cpt_refuse(ctx, "%s: %s: %s: not supported", who(ctx, obj), IS_ERR(name) ? "?" : name, why);
	return 0;
}

static int judge_path(struct vz_context *ctx, struct vz_obj *obj, const struct cpt_look *look,
		      char *buf)
{
	const char *why = NULL;
	char *name;
	int err;

	if (lost_its_name(look->type, &look->path) && cpt_mount_id(ctx, &look->path))
		return 0;
	name = cpt_path(ctx, &look->path, buf);
	if (IS_ERR(name)) {
		if (look->what[0])
			cpt_refuse(ctx, "%s: %s: not supported", who(ctx, obj), look->what);
		else if (PTR_ERR(name) == -ENOENT)
			return judge_ghost(ctx, obj, look, buf);
		else
			refuse_path(ctx, obj, &look->path, PTR_ERR(name), buf);
		return PTR_ERR(name) == -ESRCH ? -ESRCH : 0;
	}
	err = look->what[0] ? 0 : cpt_reachable(ctx, &look->path, name);
	if (look->what[0])
		why = look->what;
	else if (err == -ESTALE)
		why = "another file or mount has its name";
	else if (err)
		return cpt_err(ctx, err, "%s: %s: cannot be looked up: error %d", who(ctx, obj),
			       name, -err);
	else if (!cpt_mount_id(ctx, &look->path))
		why = "is on a mount that is not the VE's";
	else if (has_dnotify(d_inode(look->path.dentry), obj->ptr))
		why = "F_NOTIFY";
	else if (look->async && !(look->type && look->type->async_fd))
		why = "O_ASYNC";
	else if (look->stale)
		why = "was modified since it was mapped, on a layered file system";
	if (why)
		cpt_refuse(ctx, "%s: %s: %s: not supported", who(ctx, obj), name, why);
	return 0;
}

/**
 * cpt_file_judge() - refuse a file that cannot be dumped
 * @ctx: the context
 * @obj: its object; nothing in the file itself is looked at
 * @look: what was seen of it
 *
 * Return: 0, refused or not; -errno
 */
int cpt_file_judge(struct vz_context *ctx, struct vz_obj *obj, const struct cpt_look *look)
{
	u32 flags = look->flags & ~(CPT_OPEN_FLAGS | O_TMPFILE);  /* O_TMPFILE: is unlinked */
	struct cpt_file *data = kvzalloc(sizeof(*data), GFP_KERNEL);
	struct vz_obj *cred;
	int err = 0;
	char *buf;

	if (!data)
		return -ENOMEM;
	obj->data = data;
	memcpy(data->who, ctx->who, sizeof(data->who));
	if (look->type && look->async && !look->type->path && !look->type->async_fd)
		cpt_refuse(ctx, "%s: O_ASYNC: not supported", who(ctx, obj));
	if (look->type && !look->type->path &&
	    cpt_flock_has_lease(d_inode(look->path.dentry), obj->ptr))
		cpt_refuse(ctx, "%s: lease: not supported", who(ctx, obj));
	if (look->held)
		err = look->type->judge(ctx, look->held);
	if (!err && !look->pipe && (!look->type || look->type->path)) {
		buf = kmalloc(PATH_MAX, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		err = judge_path(ctx, obj, look, buf);
		kfree(buf);
	}
	if (look->owner && !pid_nr_ns(look->owner, ctx->pidns))
		cpt_refuse(ctx, "%s: SIGIO goes to a process outside of the VE", who(ctx, obj));
	if (flags)
		cpt_refuse(ctx, "%s: open flags %#x: not supported", who(ctx, obj), flags);
	if (err < 0)
		return err;
	cred = cpt_collect(ctx, CPT_OBJ_CRED, (void *)look->cred);
	return PTR_ERR_OR_ZERO(cred);
}

static int cpt_file_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_look look;
	int err;

	cpt_file_look(obj->ptr, &look);
	err = cpt_file_judge(ctx, obj, &look);
	cpt_file_look_end(&look);
	if (!err && (look.pipe || look.fifo))
		err = cpt_pipe_collect_end(ctx, obj->ptr);
	if (!err && look.type)
		err = look.type->collect(ctx, obj->ptr);
	else if (!err && !look.pipe && !look.fifo && !look.what[0] &&
		 d_unlinked(look.path.dentry) && !cpt_ghost_refused(ctx, &look.path))
		err = PTR_ERR_OR_ZERO(cpt_ghost_collect_path(ctx, vz_file_path(obj->ptr)));
	return err;
}

/* ---- the record ---- */

/*
 * Every reference to the file must be one that was met: descriptors, mappings,
 * executables, and the one that the object has. Somebody else's position, flags
 * or data would not be those of the restored file.
 */
static int check_users(struct vz_context *ctx)
{
	struct vz_obj *obj;
	struct file *file;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_FILE, obj) {
		file = obj->ptr;
		if (is_layer(file) || file_count(file) <= obj->users + 1)
			continue;
		err = cpt_err(ctx, -EBUSY, "%s: %s shared with a process outside of the VE",
			      who(ctx, obj), cpt_file_is_pipe(file) ? "pipe" : "open file");
	}
	return err;
}

static void fill_advice(struct file *file, struct cpt_file_image *v)
{
	unsigned long ra_pages = inode_to_bdi(file->f_mapping->host)->ra_pages;

	if (file->f_mode & FMODE_RANDOM)
		v->flags |= CPT_FILE_RANDOM;
	else if (ra_pages && file->f_ra.ra_pages == ra_pages * 2)
		v->flags |= CPT_FILE_SEQUENTIAL;
	if (file->f_mode & FMODE_NOREUSE)
		v->flags |= CPT_FILE_NOREUSE;
}

static int fill_path(struct vz_context *ctx, struct vz_obj *obj, struct cpt_file_image *v,
		     const struct cpt_file_type *type, struct cpt_buf *content)
{
	struct file *file = obj->ptr;
	struct cpt_file *data = obj->data;
	const struct path *path = vz_file_path(file);
	struct kstat stat;
	char *buf, *name;
	u64 ghost;
	int err;

	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ghost = type ? 0 : cpt_id(ctx, CPT_OBJ_GHOST, d_inode(path->dentry));
	name = ghost || lost_its_name(type, path) ? cpt_ghost_path(ctx, path, buf) :
						    cpt_path(ctx, path, buf);
	err = IS_ERR(name) ? PTR_ERR(name) : cpt_buf_str(content, name);
	if (!err)
		err = vfs_getattr(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	kfree(buf);
	if (err)
		return cpt_err(ctx, err, "%s: its path has changed: error %d", who(ctx, obj), -err);
	v->kind = CPT_FILE_PATH;
	if (ghost) {
		v->type = CPT_OBJ_GHOST;
		v->object = ghost;
	}
	v->mount = cpt_mount_id(ctx, path);
	v->mode = stat.mode;
	v->size = stat.size;
	v->mtime_ns = timespec64_to_ns(&stat.mtime);
	v->rdev = new_encode_dev(stat.rdev);
	v->pos = file->f_pos;
	if (obj->users > data->fds && S_ISREG(stat.mode) &&
	    !inode_is_open_for_write(d_inode(path->dentry)))
		v->flags |= CPT_FILE_MAPPED;
	if (S_ISREG(stat.mode) && !(file->f_mode & FMODE_PATH))
		fill_advice(file, v);
	if (type && tty_hung_up_p(file))
		v->flags |= CPT_FILE_HUNG_UP;
	else if (type && type->async_fd)
		v->async_fd = type->async_fd(file);
	if (cpt_file_is_fifo(file)) {
		v->pipe = cpt_id(ctx, CPT_OBJ_PIPE, file->private_data);
		v->async_fd = cpt_pipe_async_fd(file);
		v->flags |= cpt_fifo_flags(file);
	}
	return 0;
}

/* An end of a pipe, what stands for an object of another kind, or a path. */
static int fill_kind(struct vz_context *ctx, struct vz_obj *obj, struct cpt_file_image *v,
		     struct cpt_buf *content)
{
	const struct cpt_file_type *type;
	struct file *file = obj->ptr;

	v->mode = file_inode(file)->i_mode;
	if (cpt_file_is_pipe(file)) {
		v->kind = CPT_FILE_PIPE;
		v->pipe = cpt_id(ctx, CPT_OBJ_PIPE, file->private_data);
		v->async_fd = cpt_pipe_async_fd(file);
		return 0;
	}
	type = cpt_file_type(file, &v->type);
	if (!type)
		v->type = 0;
	else
		v->object = cpt_id(ctx, v->type, type->object(file));
	if (!type || type->path)
		return fill_path(ctx, obj, v, type, content);
	v->kind = CPT_FILE_OBJECT;
	v->async_fd = type->async_fd ? type->async_fd(file) : 0;
	v->pos = file->f_pos;
	/* open(2) would have made it a writer of its inode: execve(2) tells */
	if (v->type == CPT_OBJ_SHMEM && (file->f_mode & (FMODE_WRITE | FMODE_WRITER)) == FMODE_WRITE)
		v->flags |= CPT_FILE_FIRST;
	return 0;
}

static int cpt_file_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct file *file = obj->ptr;
	struct cpt_file_image v = {};
	struct cpt_buf content = {};
	struct pid *owner;
	int err;

	if (list_is_first(&obj->node, &ctx->objects[CPT_OBJ_FILE])) {
		err = check_users(ctx);
		if (err)
			return err;
	}
	err = fill_kind(ctx, obj, &v, &content);
	v.f_flags = open_flags(file);
	v.cred = cpt_id(ctx, CPT_OBJ_CRED, file->f_cred);
	owner = get_owner(file, &v);
	v.owner_pid = owner ? pid_nr_ns(owner, ctx->pidns) : 0;
	put_pid(owner);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_FILE, obj->id, &v, sizeof(v), content.data,
				    content.len);
	cpt_buf_free(&content);
	return err;
}

static void cpt_file_get(void *ptr)
{
	get_file(ptr);
}

static void cpt_file_put(void *ptr)
{
	fput(ptr);
}

const struct cpt_ops cpt_file_ops = {
	.collect = cpt_file_collect,
	.dump = cpt_file_dump,
	.get = cpt_file_get,
	.put = cpt_file_put,
	.loose = true,
};
