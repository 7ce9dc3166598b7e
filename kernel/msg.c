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

void vz_msg_init(struct vz_context *ctx)
{
	mutex_init(&ctx->msg_lock);
}

void vz_msg_free(struct vz_context *ctx)
{
	kvfree(ctx->msg);
	ctx->msg = NULL;
}

static bool msg_keep(struct vz_context *ctx, const char *line, size_t len)
{
	bool fits;

	mutex_lock(&ctx->msg_lock);
	if (!ctx->msg)
		ctx->msg = kvmalloc(VZ_MSG_SIZE, GFP_KERNEL);
	fits = ctx->msg && len <= VZ_MSG_SIZE - ctx->msg_len;
	if (fits) {
		memcpy(ctx->msg + ctx->msg_len, line, len);
		ctx->msg_len += len;
	}
	mutex_unlock(&ctx->msg_lock);
	return fits;
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
	/* what is kept is only added to, until the context ends */
	if (from < to)
		msg_write(ctx, ctx->msg + from, to - from);
}

static __printf(2, 0) void msg_say(struct vz_context *ctx, const char *fmt, va_list args)
{
	char *line = kmalloc(VZ_MSG_LINE, GFP_KERNEL);
	size_t len;

	if (!line)
		return;
	len = vscnprintf(line, VZ_MSG_LINE - 1, fmt, args);
	line[len++] = '\n';
	if (msg_keep(ctx, line, len))
		vz_msg_flush(ctx);
	else if (!in_ve(ctx))
		msg_write(ctx, line, len);
	kfree(line);
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

int vz_refuse(struct vz_context *ctx, const char *fmt, ...)
{
	va_list args;

	ctx->refusals++;
	va_start(args, fmt);
	msg_say(ctx, fmt, args);
	va_end(args);
	return 0;
}

/* read(2) of the control file: what was said since @pos, 0 when all was read. */
ssize_t vz_msg_read(struct vz_context *ctx, char __user *to, size_t n, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&ctx->msg_lock);
	ret = simple_read_from_buffer(to, n, pos, ctx->msg, ctx->msg_len);
	mutex_unlock(&ctx->msg_lock);
	return ret;
}
