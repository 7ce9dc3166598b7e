// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts, and the calls that /proc/cpt and /proc/rst have in common.
 */
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "access.h"
#include "vz.h"

/* Protects the lists of contexts, their refs, id, kept, and who holds which VE. */
static DEFINE_MUTEX(contexts_lock);
static LIST_HEAD(held);

/**
 * struct vz_handle - an open control file
 * @side: of the file
 * @ctx: the context; a reference
 * @lock: protects @ctx
 */
struct vz_handle {
	struct mutex lock;
	struct vz_side *side;
	struct vz_context *ctx;
};

static struct vz_context *context_new(struct vz_side *side)
{
	struct vz_context *ctx = kvzalloc(sizeof(*ctx), GFP_KERNEL);
	unsigned int i;

	if (!ctx)
		return NULL;
	refcount_set(&ctx->refs, 1);
	ctx->side = side;
	mutex_init(&ctx->lock);
	if (vz_msg_init(ctx)) {
		kvfree(ctx);
		return NULL;
	}
	INIT_LIST_HEAD(&ctx->tasks);
	INIT_LIST_HEAD(&ctx->held);
	init_waitqueue_head(&ctx->park_wq);
	for (i = 0; i < CPT_OBJ_MAX; i++)
		INIT_LIST_HEAD(&ctx->objects[i]);
	mutex_lock(&contexts_lock);
	list_add(&ctx->node, &side->contexts);
	mutex_unlock(&contexts_lock);
	return ctx;
}

static void drop_file(struct file **file)
{
	if (*file)
		fput(*file);
	*file = NULL;
}

static void context_put(struct vz_context *ctx)
{
	if (!refcount_dec_and_mutex_lock(&ctx->refs, &contexts_lock))
		return;
	list_del(&ctx->node);
	mutex_unlock(&contexts_lock);

	ctx->side->release(ctx);
	vz_clear_ve(ctx);
	drop_file(&ctx->dumpfile);
	drop_file(&ctx->statusfile);
	drop_file(&ctx->lockfile);
	drop_file(&ctx->errorfile);
	vz_msg_free(ctx);
	kvfree(ctx);
}

/**
 * vz_set_ve() - the context works on this VE from now on
 * @ctx: the context; ctx->init and ctx->pidns are set, vz_clear_ve() undoes it
 * @init: pid of the VE's init; a reference is taken
 *
 * Return: 0, -EBUSY when another context works on it, -ESRCH when it has ended
 */
int vz_set_ve(struct vz_context *ctx, struct pid *init)
{
	struct pid_namespace *pidns;
	struct vz_context *other;
	int err = 0;

	if (!pid_has_task(init, PIDTYPE_TGID) || !is_child_reaper(init))
		return -ESRCH;
	pidns = get_pid_ns(ns_of_pid(init));	/* @init holds it */

	mutex_lock(&contexts_lock);
	list_for_each_entry(other, &held, held) {
		if (other->pidns == pidns)
			err = -EBUSY;
	}
	if (!err) {
		ctx->init = get_pid(init);
		ctx->pidns = pidns;
		list_add(&ctx->held, &held);
	}
	mutex_unlock(&contexts_lock);
	if (err)
		put_pid_ns(pidns);
	return err;
}
EXPORT_SYMBOL_GPL(vz_set_ve);

void vz_clear_ve(struct vz_context *ctx)
{
	if (!ctx->init)
		return;
	mutex_lock(&contexts_lock);
	list_del_init(&ctx->held);
	mutex_unlock(&contexts_lock);
	put_pid(ctx->init);
	put_pid_ns(ctx->pidns);
	ctx->init = NULL;
	ctx->pidns = NULL;
}
EXPORT_SYMBOL_GPL(vz_clear_ve);

/* ---- calls that do not wait for a running operation ---- */

static long call_bind(void __user *arg)
{
	struct cpt_bind bind;
	unsigned int flags;
	struct pid *init;
	u32 size;
	int err;

	if (get_user(size, (u32 __user *)arg))
		return -EFAULT;
	err = copy_struct_from_user(&bind, sizeof(bind), arg, size);
	if (err)
		return err;
	if (size < sizeof(bind) || !bind.veid || bind.zero)
		return -EINVAL;
	if (bind.pidfd < 0) {
		vz_registry_forget(bind.veid);
		return 0;
	}
	init = vz_pidfd_get_pid(bind.pidfd, &flags);
	if (IS_ERR(init))
		return PTR_ERR(init);
	err = init->level && is_child_reaper(init) ? vz_registry_bind(bind.veid, init) : -ENODEV;
	put_pid(init);
	return err;
}

static long put_struct(void __user *arg, void *data, size_t known)
{
	u32 size;

	if (get_user(size, (u32 __user *)arg))
		return -EFAULT;
	if (size < sizeof(u32) * 2)
		return -EINVAL;
	*(u32 *)data = min_t(u32, size, known);
	return copy_to_user(arg, data, min_t(size_t, size, known)) ? -EFAULT : 0;
}

static long call_stats(struct vz_context *ctx, void __user *arg)
{
	struct cpt_stats stats = ctx->stats;

	if (ctx->frozen_at)
		stats.frozen_time = ktime_us_delta(ktime_get(), ctx->frozen_at);
	return put_struct(arg, &stats, sizeof(stats));
}

static long call_progress(struct vz_context *ctx, void __user *arg)
{
	struct cpt_progress progress = {
		.stage = READ_ONCE(ctx->stage),
		.done = READ_ONCE(ctx->progress_done),
		.total = READ_ONCE(ctx->progress_total),
	};

	return put_struct(arg, &progress, sizeof(progress));
}

static long call_get_init(struct vz_context *ctx)
{
	struct pid *init = ctx->init ? get_pid(ctx->init) : vz_registry_find(ctx->veid);
	long nr = -ESRCH;

	if (init) {
		nr = pid_vnr(init) ?: -ESRCH;
		put_pid(init);
	}
	return nr;
}

/* ---- calls under ctx->lock ---- */

static long set_file(struct file **to, long fd, bool write, bool read)
{
	struct file *file = NULL;

	if (fd >= 0) {
		file = fget(fd);
		if (!file)
			return -EBADF;
		if ((write && !(file->f_mode & FMODE_WRITE)) ||
		    (read && !(file->f_mode & FMODE_READ))) {
			fput(file);
			return -EBADF;
		}
	}
	drop_file(to);
	*to = file;
	return 0;
}

static long call_options(struct vz_context *ctx, void __user *arg)
{
	struct cpt_options options;
	u32 size;
	int err;

	if (get_user(size, (u32 __user *)arg))
		return -EFAULT;
	err = copy_struct_from_user(&options, sizeof(options), arg, size);
	if (err)
		return err;
	if (size < sizeof(options) || options.flags || options.zero)
		return -EINVAL;
	ctx->suspend_timeout_ms = options.suspend_timeout_ms;
	return 0;
}

static long call_get_context(struct vz_context *ctx, unsigned long id)
{
	struct vz_context *other;
	long err = 0;

	if (!id || id > U32_MAX)
		return -EINVAL;
	mutex_lock(&contexts_lock);
	list_for_each_entry(other, &ctx->side->contexts, node) {
		if (other != ctx && other->kept && other->id == id)
			err = -EEXIST;
	}
	if (!err) {
		ctx->id = id;
		if (!ctx->kept)
			refcount_inc(&ctx->refs);
		ctx->kept = true;
	}
	mutex_unlock(&contexts_lock);
	return err;
}

static long call_put_context(struct vz_context *ctx)
{
	bool kept;

	mutex_lock(&contexts_lock);
	kept = ctx->kept;
	ctx->kept = false;
	mutex_unlock(&contexts_lock);
	if (kept)
		context_put(ctx);	/* the open file holds another reference */
	return 0;
}

static long call_locked(struct vz_context *ctx, unsigned int cmd, unsigned long arg)
{
	unsigned int lines = ctx->msg_lines;
	bool dumps = ctx->side->dumps;
	long ret;

	switch (cmd) {
	case CPT_SET_DUMPFD:
		return set_file(&ctx->dumpfile, (int)arg, dumps, !dumps);
	case CPT_SET_STATUSFD:
		return set_file(&ctx->statusfile, (int)arg, false, false);
	case CPT_SET_LOCKFD:
	case CPT_SET_LOCKFD2:
		return set_file(&ctx->lockfile, (int)arg, false, false);
	case CPT_SET_ERRORFD:
		mutex_lock(&ctx->msg_lock);
		ret = set_file(&ctx->errorfile, (int)arg, true, false);
		mutex_unlock(&ctx->msg_lock);
		return ret;
	case CPT_SET_VEID:
		if (ctx->stage != CPT_STAGE_IDLE)
			return -EBUSY;
		ctx->veid = arg;
		return 0;
	case CPT_GET_CONTEXT:
		return call_get_context(ctx, arg);
	case CPT_PUT_CONTEXT:
		return call_put_context(ctx);
	case CPT_SET_OPTIONS:
		return call_options(ctx, (void __user *)arg);
	case CPT_SET_CPU_FLAGS:		/* a hint of OpenVZ's tools */
		return 0;
	default:
		vz_msg_begin(ctx);
		ret = ctx->side->call(ctx, cmd, arg);
		if (ret < 0 && ret != -ENOTTY)
			vz_say_why(ctx, lines, ret);
		vz_msg_flush(ctx);
		return ret;
	}
}

static long call(struct vz_context *ctx, unsigned int cmd, unsigned long arg)
{
	long ret;

	switch (cmd) {
	case CPT_TEST_VERSION:
		return CPT_IMAGE_VERSION;
	case CPT_TEST_CAPS:
	case CPT_TEST_VECAPS:
		if (!ctx->side->dumps)
			return vz_host_caps();
		return vz_check_caps(ctx, vz_host_caps(), arg);
	case CPT_BIND:
		return call_bind((void __user *)arg);
	case CPT_GET_STATS:
		return call_stats(ctx, (void __user *)arg);
	case CPT_GET_PROGRESS:
		return call_progress(ctx, (void __user *)arg);
	}
	if (!mutex_trylock(&ctx->lock))
		return -EBUSY;
	ret = cmd == CPT_GET_INIT ? call_get_init(ctx) : call_locked(ctx, cmd, arg);
	mutex_unlock(&ctx->lock);
	return ret;
}

/* ---- the files ---- */

/* The handle's context, made on first use; a reference. */
static struct vz_context *handle_context(struct vz_handle *h)
{
	struct vz_context *ctx;

	mutex_lock(&h->lock);
	if (!h->ctx)
		h->ctx = context_new(h->side);
	ctx = h->ctx;
	if (ctx)
		refcount_inc(&ctx->refs);
	mutex_unlock(&h->lock);
	return ctx;
}

static long handle_join(struct vz_handle *h, unsigned long id)
{
	struct vz_context *ctx, *found = NULL;

	mutex_lock(&h->lock);
	mutex_lock(&contexts_lock);
	list_for_each_entry(ctx, &h->side->contexts, node) {
		/* a context whose last reference goes is not joined any more */
		if (ctx->kept && ctx->id == id && refcount_inc_not_zero(&ctx->refs)) {
			found = ctx;
			break;
		}
	}
	mutex_unlock(&contexts_lock);
	if (found) {
		ctx = h->ctx;
		h->ctx = found;
	}
	mutex_unlock(&h->lock);
	if (!found)
		return -ENOENT;
	if (ctx)
		context_put(ctx);
	return 0;
}

static int vz_open(struct inode *inode, struct file *file)
{
	struct vz_handle *h;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	mutex_init(&h->lock);
	h->side = pde_data(inode);
	file->private_data = h;
	return 0;
}

static int vz_close(struct inode *inode, struct file *file)
{
	struct vz_handle *h = file->private_data;

	if (h->ctx)
		context_put(h->ctx);
	kfree(h);
	return 0;
}

static long vz_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vz_handle *h = file->private_data;
	struct vz_context *ctx;
	long ret;

	if (_IOC_TYPE(cmd) != CPTCTLTYPE)
		return -ENOTTY;
	if (cmd == CPT_JOIN_CONTEXT)
		return handle_join(h, arg);
	ctx = handle_context(h);
	if (!ctx)
		return -ENOMEM;
	ret = call(ctx, cmd, arg);
	context_put(ctx);
	return ret;
}

static ssize_t vz_read(struct file *file, char __user *to, size_t n, loff_t *pos)
{
	struct vz_context *ctx = handle_context(file->private_data);
	ssize_t ret;

	if (!ctx)
		return -ENOMEM;
	ret = vz_msg_read(ctx, to, n, pos);
	context_put(ctx);
	return ret;
}

static const struct proc_ops vz_proc_ops = {
	.proc_open = vz_open,
	.proc_release = vz_close,
	.proc_ioctl = vz_ioctl,
	.proc_read = vz_read,
	.proc_lseek = default_llseek,
};

/**
 * vz_side_register() - make the control file
 * @side: lasts until vz_side_unregister()
 *
 * Return: 0 or -ENOMEM
 */
int vz_side_register(struct vz_side *side)
{
	INIT_LIST_HEAD(&side->contexts);
	side->proc = proc_create_data(side->name, 0600, NULL, &vz_proc_ops, side);
	return side->proc ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(vz_side_register);

void vz_side_unregister(struct vz_side *side)
{
	struct vz_context *ctx, *next;

	proc_remove(side->proc);	/* waits for calls, closes every handle */
	list_for_each_entry_safe(ctx, next, &side->contexts, node)
		call_put_context(ctx);
}
EXPORT_SYMBOL_GPL(vz_side_unregister);
