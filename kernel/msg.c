// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for people: kept in the context for read(2) on the control file, and
 * written to the ERRORFD when there is one.
 */
#include <linux/kernel.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "image.h"
#include "vz.h"

#define VZ_MSG_SIZE	(64U << 10)
#define VZ_MSG_LINE	512U

/* All that is needed to say that there is no memory is there beforehand. */
int vz_msg_init(struct vz_context *ctx)
{
	mutex_init(&ctx->msg_lock);
	ctx->msg = kvmalloc(VZ_MSG_SIZE, GFP_KERNEL);
	return ctx->msg ? 0 : -ENOMEM;
}

void vz_msg_free(struct vz_context *ctx)
{
	kvfree(ctx->msg);
	ctx->msg = NULL;
}

/**
 * vz_msg_begin() - an operation begins
 * @ctx: the context
 *
 * What was said before is no longer of interest: a context may be kept for days.
 */
void vz_msg_begin(struct vz_context *ctx)
{
	mutex_lock(&ctx->msg_lock);
	ctx->msg_base += ctx->msg_len;
	ctx->msg_len = 0;
	ctx->msg_written = 0;
	mutex_unlock(&ctx->msg_lock);
}

/*
 * A task of the VE is not the one to write: it would get the SIGPIPE, and its
 * limits and credentials would count.
 */
static bool in_ve(struct vz_context *ctx)
{
	return ctx->pidns && task_active_pid_ns(current) == ctx->pidns;
}

static void msg_write(struct vz_context *ctx, const char *text, size_t len)
{
	struct file *file = NULL;

	mutex_lock(&ctx->msg_lock);
	if (ctx->errorfile)
		file = get_file(ctx->errorfile);
	mutex_unlock(&ctx->msg_lock);
	if (!file)
		return;
	vz_write_file(file, text, len, &file->f_pos);
	fput(file);
}

/**
 * vz_msg_flush() - write to the ERRORFD what was kept and not written yet
 * @ctx: the context
 *
 * Context: the caller of the ioctl; sleeps. A task of the VE leaves it to that.
 */
void vz_msg_flush(struct vz_context *ctx)
{
	size_t from, to;

	if (in_ve(ctx))
		return;
	mutex_lock(&ctx->msg_lock);
	from = ctx->msg_written;
	to = ctx->msg_len;
	ctx->msg_written = to;
	mutex_unlock(&ctx->msg_lock);
	/* what is kept is only added to, until the next operation */
	if (from < to)
		msg_write(ctx, ctx->msg + from, to - from);
}

/* Keeps the line if there is room for it; what is kept does not change again. */
static __printf(2, 0) void msg_say(struct vz_context *ctx, const char *fmt, va_list args)
{
	char *line, *copy = NULL;
	bool fits;
	size_t len;

	mutex_lock(&ctx->msg_lock);
	line = ctx->msg + ctx->msg_len;
	len = vscnprintf(line, VZ_MSG_LINE - 1, fmt, args);
	line[len++] = '\n';
	ctx->msg_lines++;
	fits = len + VZ_MSG_LINE <= VZ_MSG_SIZE - ctx->msg_len;
	if (fits)
		ctx->msg_len += len;
	else if (!in_ve(ctx))
		copy = kmemdup(line, len, GFP_KERNEL);
	mutex_unlock(&ctx->msg_lock);
	if (fits)
		vz_msg_flush(ctx);
	else if (copy)
		msg_write(ctx, copy, len);
	kfree(copy);
}

int vz_err(struct vz_context *ctx, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	msg_say(ctx, fmt, args);
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(vz_err);

/**
 * vz_say_why() - a call that fails must have said something
 * @ctx: the context
 * @lines: ctx->msg_lines then
 * @err: what the call returns, negative errno
 *
 * What has no words of its own, most of all -ENOMEM, gets some.
 *
 * Return: @err
 */
long vz_say_why(struct vz_context *ctx, unsigned int lines, long err)
{
	if (ctx->msg_lines != lines)
		return err;
	if (err == -ENOMEM)
		return vz_err(ctx, err, "VE %u: out of memory", ctx->veid);
	return vz_err(ctx, err, "VE %u: error %ld", ctx->veid, -err);
}

int vz_refuse(struct vz_context *ctx, const char *fmt, ...)
{
	va_list args;

	ctx->refusals++;
	va_start(args, fmt);
	msg_say(ctx, fmt, args);
	va_end(args);
	return 0;
}

/*
 * read(2) of the control file: what was said since @pos (of all that was ever
 * said) in the last operation, 0 when all was read.
 */
ssize_t vz_msg_read(struct vz_context *ctx, char __user *to, size_t n, loff_t *pos)
{
	ssize_t ret;
	loff_t at;

	mutex_lock(&ctx->msg_lock);
	at = max_t(loff_t, *pos, ctx->msg_base) - ctx->msg_base;
	ret = simple_read_from_buffer(to, n, &at, ctx->msg, ctx->msg_len);
	if (ret > 0)
		*pos = ctx->msg_base + at;
	mutex_unlock(&ctx->msg_lock);
	return ret;
}
