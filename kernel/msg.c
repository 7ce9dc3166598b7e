// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for people: kept in the context for read(2) on the control file, and
 * written to the ERRORFD when there is one.
 */
#include <linux/kernel.h>
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
	mutex_unlock(&ctx->msg_lock);
}

static void msg_keep(struct vz_context *ctx, const char *line, size_t len)
{
	mutex_lock(&ctx->msg_lock);
	if (!ctx->msg)
		ctx->msg = kvmalloc(VZ_MSG_SIZE, GFP_KERNEL);
	if (ctx->msg && len <= VZ_MSG_SIZE - ctx->msg_len) {
		memcpy(ctx->msg + ctx->msg_len, line, len);
		ctx->msg_len += len;
	}
	mutex_unlock(&ctx->msg_lock);
}

static __printf(2, 0) void msg_say(struct vz_context *ctx, const char *fmt, va_list args)
{
	char *line = kmalloc(VZ_MSG_LINE, GFP_KERNEL);
	struct file *file = NULL;
	size_t len;

	if (!line)
		return;
	len = vscnprintf(line, VZ_MSG_LINE - 1, fmt, args);
	line[len++] = '\n';
	msg_keep(ctx, line, len);
	mutex_lock(&ctx->msg_lock);
	if (ctx->errorfile)
		file = get_file(ctx->errorfile);
	mutex_unlock(&ctx->msg_lock);
	if (file) {
		vz_write_file(file, line, len, &file->f_pos);
		fput(file);
	}
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
