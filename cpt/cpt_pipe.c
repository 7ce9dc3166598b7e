// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipe: anonymous pipes, FIFOs (named pipes), and the data in them.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_file.h"

/**
 * struct cpt_pipe - vz_obj.data of a CPT_OBJ_PIPE
 * @file: one of its ends, a CPT_OBJ_FILE, which keeps the pipe
 * @who: who was met with it first
 */
struct cpt_pipe {
	struct file *file;
	char who[sizeof_field(struct vz_context, who)];
};

/* ---- collect ---- */

/*
 * Meets the pipe of an end that was met for the first time, so that obj->users
 * of the pipe is the number of ends that the VE has.
 */
int cpt_pipe_collect_end(struct vz_context *ctx, struct file *file)
{
	struct vz_obj *obj = cpt_collect(ctx, CPT_OBJ_PIPE, file->private_data);
	struct cpt_pipe *data;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	data = obj->data;
	if (!data->file) {
		data->file = file;
		memcpy(data->who, ctx->who, sizeof(data->who));
	}
	return 0;
}

static u64 data_len(const struct pipe_inode_info *pipe)
{
	unsigned int i;
	u64 len = 0;

	for (i = pipe->tail; i != pipe->head; i++)
		len += pipe->bufs[i & (pipe->ring_size - 1)].len;
	return len;
}

/* Why the pipe cannot be dumped. Called with the pipe locked. */
static const char *refused(const struct pipe_inode_info *pipe)
{
	const struct pipe_buffer *buf;
	unsigned int i;

	if (pipe_has_watch_queue(pipe))
		return "notification pipe (O_NOTIFICATION_PIPE)";
	if (pipe->max_usage != pipe->ring_size)
		return "pipe with a limit on its buffers";
	for (i = pipe->tail; i != pipe->head; i++) {
		buf = &pipe->bufs[i & (pipe->ring_size - 1)];
		if (buf->flags & PIPE_BUF_FLAG_WHOLE)
			return "pipe with messages of the kernel in it";
		if (buf->len > PAGE_SIZE)
			return "pipe with a spliced buffer of more than a page";
	}
	if (data_len(pipe) > CPT_MAX_CONTENT / 2)
		return "pipe with more than 32 MiB in it";
	return NULL;
}

static int cpt_pipe_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct pipe_inode_info *pipe = obj->ptr;
	const char *what;

	obj->data = kvzalloc(sizeof(struct cpt_pipe), GFP_KERNEL);
	if (!obj->data)
		return -ENOMEM;
	pipe_lock(pipe);
	what = refused(pipe);
	pipe_unlock(pipe);
	if (what)
		cpt_refuse(ctx, "%s: %s: not supported", ctx->who, what);
	return 0;
}

/* ---- the record ---- */

/*
 * One buffer as it goes into the image. Only where data may be appended does it
 * matter where in its page it is.
 */
static int add_buf(struct pipe_inode_info *pipe, struct pipe_buffer *buf, struct cpt_buf *bufs,
		   struct cpt_buf *data)
{
	struct cpt_pipe_buf v = { .len = buf->len };
	size_t done = 0, at, n;
	int err;

	if (buf->flags & PIPE_BUF_FLAG_PACKET)
		v.flags |= CPT_PIPE_BUF_PACKET;
	if (buf->flags & PIPE_BUF_FLAG_CAN_MERGE) {
		v.flags |= CPT_PIPE_BUF_MERGE;
		v.offset = buf->offset;
	}
	err = cpt_buf_add(bufs, &v, sizeof(v));
	if (!err)
		err = pipe_buf_confirm(pipe, buf);
	while (!err && done < buf->len) {
		struct page *page = nth_page(buf->page, (buf->offset + done) >> PAGE_SHIFT);
		void *from = kmap_local_page(page);

		at = offset_in_page(buf->offset + done);
		n = min(buf->len - done, PAGE_SIZE - at);
		err = cpt_buf_add(data, from + at, n);
		kunmap_local(from);
		done += n;
	}
	return err;
}

static int add_bufs(struct pipe_inode_info *pipe, struct cpt_buf *bufs, struct cpt_buf *data)
{
	unsigned int i;
	int err = 0;

	for (i = pipe->tail; i != pipe->head && !err; i++)
		err = add_buf(pipe, &pipe->bufs[i & (pipe->ring_size - 1)], bufs, data);
	return err;
}

static void fill_inode(const struct inode *inode, struct cpt_pipe_image *v)
{
	struct vz_times t = vz_inode_times(inode);

	v->uid = __kuid_val(inode->i_uid);
	v->gid = __kgid_val(inode->i_gid);
	v->mode = inode->i_mode & S_IALLUGO;
	v->atime_ns = timespec64_to_ns(&t.atime);
	v->mtime_ns = timespec64_to_ns(&t.mtime);
	v->ctime_ns = timespec64_to_ns(&t.ctime);
}

static int cpt_pipe_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct pipe_inode_info *pipe = obj->ptr;
	struct cpt_pipe *info = obj->data;
	struct inode *inode = file_inode(info->file);
	struct cpt_buf bufs = {}, data = {};
	struct cpt_pipe_image v = {};
	unsigned int files;
	int err;

	spin_lock(&inode->i_lock);
	files = pipe->files;
	spin_unlock(&inode->i_lock);
	if (files != obj->users)
		return cpt_err(ctx, -EBUSY, "%s: pipe shared with a process outside of the VE",
			       info->who);
	pipe_lock(pipe);
	if (cpt_file_is_pipe(info->file))
		fill_inode(inode, &v);
	else
		v.flags = CPT_PIPE_FIFO;
	v.slots = pipe->ring_size;
	v.bufs = pipe->head - pipe->tail;
	v.len = data_len(pipe);
	v.user = __kuid_val(pipe->user->uid);
	err = add_bufs(pipe, &bufs, &data);
	pipe_unlock(pipe);
	if (err)
		cpt_err(ctx, err, "%s: the data in the pipe cannot be read: error %d", info->who,
			-err);
	if (!err)
		err = cpt_buf_add(&bufs, data.data, data.len);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_PIPE, obj->id, &v, sizeof(v), bufs.data, bufs.len);
	cpt_buf_free(&bufs);
	cpt_buf_free(&data);
	return err;
}

/* The pipe's lock keeps the lists of those who get SIGIO. */
static struct fasync_struct *find_async(struct fasync_struct *list, const struct file *file)
{
	for (; list; list = list->fa_next) {
		if (list->fa_file == file)
			break;
	}
	return list;
}

/* cpt_file_image.async_fd */
u32 cpt_pipe_async_fd(struct file *file)
{
	struct pipe_inode_info *pipe = file->private_data;
	struct fasync_struct *async;
	u32 fd = 0;

	pipe_lock(pipe);
	async = find_async(pipe->fasync_readers, file) ?: find_async(pipe->fasync_writers, file);
	if (async)
		fd = async->fa_fd + 1;
	pipe_unlock(pipe);
	return fd;
}

/* CPT_FILE_NO_WRITER of an open FIFO */
u32 cpt_fifo_flags(struct file *file)
{
	struct pipe_inode_info *pipe = file->private_data;
	u32 flags;

	pipe_lock(pipe);
	flags = vz_fifo_seen(file) == pipe->w_counter ? CPT_FILE_NO_WRITER : 0;
	pipe_unlock(pipe);
	return flags;
}

const struct cpt_ops cpt_pipe_ops = {
	.collect = cpt_pipe_collect,
	.dump = cpt_pipe_dump,
};
