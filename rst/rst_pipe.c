// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipe: made anew with both ends; the records of kind file take them. The pipe of
 * a FIFO is there as long as somebody has it open: its first file is preceded by
 * one for both directions, so that opening does not wait for the other side.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "rst_file.h"

/**
 * struct rst_pipe - object of a CPT_OBJ_PIPE
 * @end: what pipe(2) would have made: read, write; NULL once all files are open.
 *       Of a FIFO the first is both, once it was opened
 * @taken: an end is the file of a record; one that nobody takes is closed
 */
struct rst_pipe {
	struct file *end[2];
	bool taken[2];
};

static void pipe_close(struct rst_pipe *p)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (p->end[i])
			fput(p->end[i]);
		p->end[i] = NULL;
	}
}

static void rst_pipe_undo(void *ptr)
{
	pipe_close(ptr);
	kfree(ptr);
}

/* The pages are charged to whom they were, whether that is within a limit or not. */
static int set_size(struct pipe_inode_info *pipe, const struct cpt_pipe_image *v)
{
	struct user_struct *user = vz_alloc_uid(KUIDT_INIT(v->user));
	unsigned int was = pipe->nr_accounted;
	int err = 0;

	if (!user)
		return -ENOMEM;
	if (v->slots != pipe->ring_size)
		err = vz_pipe_resize_ring(pipe, v->slots);
	if (err) {
		free_uid(user);
		return err;
	}
	atomic_long_sub(was, &pipe->user->pipe_bufs);
	free_uid(pipe->user);
	pipe->user = user;
	atomic_long_add(pipe->nr_accounted, &user->pipe_bufs);
	return 0;
}

/* The checker has seen that the buffers fit into pages and slots, and the data into them. */
static int fill(struct pipe_inode_info *pipe, const struct vz_rec *rec)
{
	const struct cpt_pipe_image *v = rec->fixed;
	const struct cpt_pipe_buf *from = rec->content;
	const char *data = (const char *)(from + v->bufs);
	struct pipe_buffer *buf;
	struct page *page;
	unsigned int i;

	for (i = 0; i < v->bufs; i++, from++) {
		page = alloc_page(GFP_HIGHUSER | __GFP_ACCOUNT);
		if (!page)
			return -ENOMEM;
		memcpy_to_page(page, from->offset, data, from->len);
		data += from->len;
		buf = &pipe->bufs[pipe->head++ & (pipe->ring_size - 1)];
		buf->page = page;
		buf->offset = from->offset;
		buf->len = from->len;
		buf->ops = (const struct pipe_buf_operations *)vz_addr_anon_pipe_buf_ops;
		buf->flags = from->flags & CPT_PIPE_BUF_PACKET ? PIPE_BUF_FLAG_PACKET : 0;
		if (from->flags & CPT_PIPE_BUF_MERGE)
			buf->flags |= PIPE_BUF_FLAG_CAN_MERGE;
	}
	return 0;
}

static void set_inode(struct inode *inode, const struct cpt_pipe_image *v)
{
	struct vz_times t = {
		.atime = ns_to_timespec64(v->atime_ns),
		.mtime = ns_to_timespec64(v->mtime_ns),
		.ctime = ns_to_timespec64(v->ctime_ns),
	};

	inode->i_uid = KUIDT_INIT(v->uid);
	inode->i_gid = KGIDT_INIT(v->gid);
	inode->i_mode = S_IFIFO | v->mode;
	vz_set_inode_times(inode, &t);
}

static int make(struct rst_pipe *p, const struct vz_rec *rec)
{
	struct pipe_inode_info *pipe;
	int err;

	err = vz_create_pipe_files(p->end, 0);
	if (err) {
		p->end[0] = NULL;
		p->end[1] = NULL;
		return err;
	}
	p->end[0]->f_mode |= VZ_PIPE_FMODE;
	p->end[1]->f_mode |= VZ_PIPE_FMODE;
	pipe = p->end[0]->private_data;
	pipe_lock(pipe);
	err = set_size(pipe, rec->fixed);
	if (!err)
		err = fill(pipe, rec);
	pipe_unlock(pipe);
	set_inode(file_inode(p->end[0]), rec->fixed);
	return err;
}

static bool is_fifo(const struct vz_rec *rec)
{
	return ((const struct cpt_pipe_image *)rec->fixed)->flags & CPT_PIPE_FIFO;
}

static int rst_pipe_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct rst_pipe *p;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_PIPE, i, rec) {
		p = kzalloc(sizeof(*p), GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		err = is_fifo(rec) ? 0 : make(p, rec);
		if (!err)
			err = rst_keep(ctx, CPT_OBJ_PIPE, rec->hdr.id, p);
		if (err) {
			rst_pipe_undo(p);
			return rst_err(ctx, err, "pipe %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
		}
	}
	return 0;
}

/* Flags that are not given to open(2), or not yet: O_ASYNC comes with its owner. */
static void set_flags(struct file *file, u32 flags)
{
	spin_lock(&file->f_lock);
	file->f_flags = flags;
	file->f_iocb_flags = iocb_flags(file);
	spin_unlock(&file->f_lock);
}

/**
 * rst_pipe_open() - the file of an end of a pipe
 * @ctx: the context
 * @rec: a CPT_OBJ_FILE of kind CPT_FILE_PIPE
 * @cred: who opened it
 *
 * Of the files that look like made by pipe(2), the first of each end is that;
 * others were opened by /proc/PID/fd/N and are opened again.
 *
 * Return: the file with a reference, or ERR_PTR
 */
struct file *rst_pipe_open(struct vz_context *ctx, const struct vz_rec *rec,
			   const struct cred *cred)
{
	const struct cpt_file_image *v = rec->fixed;
	struct rst_pipe *p = rst_made(ctx, CPT_OBJ_PIPE, v->pipe);
	u32 flags = v->async_fd ? v->f_flags & ~FASYNC : v->f_flags;
	u32 mode = v->f_flags & O_ACCMODE;
	bool writes = mode == O_WRONLY;
	struct file *file;

	if (!p || !p->end[0])
		return ERR_PTR(-EINVAL);
	if ((v->f_flags & O_LARGEFILE) || mode == O_RDWR || p->taken[writes])
		return dentry_open(&p->end[0]->f_path, flags, cred);
	p->taken[writes] = true;
	file = get_file(p->end[writes]);
	put_cred(file->f_cred);
	file->f_cred = get_cred(cred);
	set_flags(file, flags);
	return file;
}

/* What was in the FIFO, in the pipe that it has now. */
static int fill_fifo(struct rst_pipe *p, const struct vz_rec *rec, const struct path *path)
{
	struct pipe_inode_info *pipe;
	struct file *both;
	int err;

	both = dentry_open(path, O_RDWR | O_NONBLOCK, current_cred());
	if (IS_ERR(both))
		return PTR_ERR(both);
	if ((unsigned long)both->f_op != vz_addr_pipefifo_fops) {
		fput(both);
		return -EINVAL;
	}
	p->end[0] = both;
	pipe = both->private_data;
	pipe_lock(pipe);
	/* somebody outside of the VE has it open */
	err = pipe->files > 1 || pipe->head != pipe->tail ? -EBUSY : set_size(pipe, rec->fixed);
	if (!err)
		err = fill(pipe, rec);
	pipe_unlock(pipe);
	return err;
}

/**
 * rst_fifo_open() - open a FIFO again
 * @ctx: the context
 * @rec: a CPT_OBJ_FILE of kind CPT_FILE_PATH with a pipe
 * @path: the FIFO
 * @cred: who opened it
 *
 * Return: the file with a reference, or ERR_PTR
 */
struct file *rst_fifo_open(struct vz_context *ctx, const struct vz_rec *rec, const struct path *path,
			   const struct cred *cred)
{
	const struct cpt_file_image *v = rec->fixed;
	struct rst_pipe *p = rst_made(ctx, CPT_OBJ_PIPE, v->pipe);
	int err;

	if (!p)
		return ERR_PTR(-EINVAL);
	if (!p->end[0]) {
		err = fill_fifo(p, rst_find(ctx, CPT_OBJ_PIPE, v->pipe), path);
		if (err)
			return ERR_PTR(err);
	}
	if (file_inode(p->end[0]) != d_inode(path->dentry))
		return ERR_PTR(-EINVAL);
	return dentry_open(path, v->async_fd ? v->f_flags & ~FASYNC : v->f_flags, cred);
}

/* All are open: no writer has come since this one was opened. */
void rst_fifo_set_no_writer(struct file *file)
{
	struct pipe_inode_info *pipe = file->private_data;

	pipe_lock(pipe);
	vz_fifo_seen(file) = pipe->w_counter;
	pipe_unlock(pipe);
}

/**
 * rst_pipe_opened_all() - close the ends that nobody has
 * @ctx: the context
 *
 * Context: a restored task. They are closed when this returns: what the VE sees
 * of a pipe without readers or writers must not depend on when.
 */
void rst_pipe_opened_all(struct vz_context *ctx)
{
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_PIPE, obj)
		pipe_close(obj->ptr);
	vz_task_work_run();
}

const struct rst_ops rst_pipe_ops = {
	.ve = rst_pipe_ve,
	.undo = rst_pipe_undo,
};
