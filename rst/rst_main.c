// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzrst.ko: the restore side's straight line: check, build, load, finish; then
 * the VE stands parked until it is resumed or killed.
 */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include "../kernel/access.h"
#include "../kernel/kinds.h"
#include "../kernel/netlock.h"
#include "rst_mount.h"
#include "rst_read.h"
#include "rst_task.h"

static const struct rst_ops *const rst_ops[CPT_OBJ_MAX] = {
#define K(stem, type, rec, flags) [type] = &rst_##stem##_ops,
	VZ_KINDS(K)
#undef K
};

/* ---- objects ---- */

int rst_keep(struct vz_context *ctx, u32 type, u64 id, void *ptr)
{
	return vz_obj_add(ctx, type, ptr, id) ? 0 : -ENOMEM;
}

void *rst_made(struct vz_context *ctx, u32 type, u64 id)
{
	struct vz_obj *obj = vz_obj_by_id(ctx, type, id);

	return obj ? obj->ptr : NULL;
}

/* What fcntl(F_SETFL) may change. */
#define RST_SETFL (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

struct file *rst_open_object(struct vz_context *ctx, const struct vz_rec *rec,
			     const struct cred *cred)
{
	const struct cpt_file_image *v = rec->fixed;
	const struct rst_ops *ops = rst_ops[v->type];
	const struct vz_rec *object = rst_find(ctx, v->type, v->object);
	struct file *file;

	if ((!ops->file && !ops->open) || !object)
		return ERR_PTR(-EINVAL);
	file = ops->open ? ops->open(ctx, object, v, cred) : ops->file(ctx, object, cred);
	if (IS_ERR(file))
		return file;
	put_cred(file->f_cred);
	file->f_cred = get_cred(cred);
	spin_lock(&file->f_lock);
	file->f_flags = (file->f_flags & ~RST_SETFL) | (v->f_flags & RST_SETFL);
	file->f_iocb_flags = iocb_flags(file);
	spin_unlock(&file->f_lock);
	file->f_pos = v->pos;
	return file;
}

static void undo_object(struct vz_obj *obj)
{
	if (rst_ops[obj->type]->undo)
		rst_ops[obj->type]->undo(obj->ptr);
}

/* ---- the VE's clocks ---- */

s64 rst_clock_offset(struct vz_context *ctx, bool boot)
{
	const struct rst_state *state = ctx->priv;

	return boot ? state->boot_offset : state->mono_offset;
}

s64 rst_host_time(struct vz_context *ctx, u32 clockid, s64 ve)
{
	s64 offset, host;

	switch (clockid) {
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		break;
	default:
		return ve;
	}
	offset = rst_clock_offset(ctx, clockid != CLOCK_MONOTONIC);
	if (ve == KTIME_MAX)
		return ve;
	if (check_add_overflow(ve, offset, &host))
		return offset > 0 ? KTIME_MAX : 0;
	return max_t(s64, host, 0);
}

/*
 * The VE's clocks go on where they stood. The caller has made a time namespace
 * for its children that nobody is in yet.
 */
static int set_clocks(struct vz_context *ctx)
{
	struct time_namespace *ns = current->nsproxy->time_ns_for_children;
	const struct cpt_image_header *h = rst_header(ctx);
	struct rst_state *state = ctx->priv;

	if (ns == current->nsproxy->time_ns || ns == vz_init_time_ns || ns->frozen_offsets)
		return rst_err(ctx, -EINVAL, "VE %u: the caller has no fresh time namespace for it",
			       ctx->veid);
	/* as /proc/PID/timens_offsets has it: far from where ktime_t ends */
	if (h->mono_ns > KTIME_MAX / 2 || h->boot_ns > KTIME_MAX / 2)
		return rst_err(ctx, -ERANGE, "image: its clocks are out of range");
	state->mono_offset = ktime_get_ns() - h->mono_ns;
	state->boot_offset = ktime_get_boottime_ns() - h->boot_ns;
	ns->offsets.monotonic = ns_to_timespec64(-state->mono_offset);
	ns->offsets.boottime = ns_to_timespec64(-state->boot_offset);
	return 0;
}

/* ---- steps ---- */

/* Everything in the image is looked at before anything is made. */
static int check_records(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i, n;
	int err;

	for (i = 0; i < vz_nr_kinds; i++) {
		const struct rst_ops *ops = rst_ops[vz_kinds[i].type];

		if (!ops->check)
			continue;
		rst_for_each(ctx, vz_kinds[i].type, n, rec) {
			err = ops->check(ctx, rec);
			if (err)
				return err;
		}
	}
	return 0;
}

/* Runs every kind's operation at @offset of struct rst_ops for one task. */
static int run_ops(struct vz_task *vt, size_t offset)
{
	int (*op)(struct vz_task *vt);
	unsigned int i;
	int err = 0;

	for (i = 0; i < vz_nr_kinds && !err; i++) {
		op = *(int (**)(struct vz_task *))((char *)rst_ops[vz_kinds[i].type] + offset);
		if (op)
			err = op(vt);
	}
	return err;
}

static int call_ve(struct vz_task *vt, void *unused)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < vz_nr_kinds && !err; i++) {
		if (rst_ops[vz_kinds[i].type]->ve)
			err = rst_ops[vz_kinds[i].type]->ve(vt->ctx);
	}
	return err;
}

static int call_process(struct vz_task *vt, void *unused)
{
	return run_ops(vt, offsetof(struct rst_ops, process));
}

static int call_task(struct vz_task *vt, void *unused)
{
	return run_ops(vt, offsetof(struct rst_ops, task));
}

static int call_finish(struct vz_task *vt, void *unused)
{
	return run_ops(vt, offsetof(struct rst_ops, finish));
}

static int call_each(struct vz_context *ctx, bool leaders_only,
		     int (*fn)(struct vz_task *vt, void *arg))
{
	struct vz_task *vt;
	int err;

	vz_for_each_task(ctx, vt) {
		if (vt->zombie || (leaders_only && !vz_is_leader(vt)))
			continue;
		err = vz_call(vt, fn, NULL);
		if (err == -ESRCH && !signal_pending(current))
			return rst_err(ctx, err, "task %d: died while it was restored", vt->pid);
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int link_all(struct vz_context *ctx)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < vz_nr_kinds && !err; i++) {
		if (rst_ops[vz_kinds[i].type]->links)
			err = rst_ops[vz_kinds[i].type]->links(ctx);
	}
	return err;
}

/* No more records of the type that was loaded last. */
static int end_loading(struct vz_context *ctx, int err)
{
	struct rst_state *state = ctx->priv;
	const struct rst_ops *ops = state->loading;

	state->loading = NULL;
	return ops && ops->loaded ? ops->loaded(ctx, err) : err;
}

static int load_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct rst_ops *ops = rst_ops[rec->hdr.type];
	struct rst_state *state = ctx->priv;
	int err = 0;

	if (ops != state->loading)
		err = end_loading(ctx, 0);
	if (err)
		return err;
	state->loading = ops;
	return ops->data ? ops->data(ctx, rec) : -EINVAL;
}

static int build(struct vz_context *ctx)
{
	struct vz_task *init;
	int err;

	err = set_clocks(ctx);
	if (!err)
		err = rst_make_init(ctx);
	/* before any device is there */
	if (!err)
		err = vz_net_lock(ctx);
	if (err)
		return err;
	init = list_first_entry(&ctx->tasks, struct vz_task, node);
	err = vz_call(init, call_ve, NULL);
	if (!err)
		err = rst_make_tasks(ctx);
	if (!err)
		err = call_each(ctx, true, call_process);
	if (!err)
		err = call_each(ctx, false, call_task);
	if (!err)
		err = link_all(ctx);
	if (!err)
		err = end_loading(ctx, rst_read_data(ctx, load_data));
	if (!err)
		err = call_each(ctx, false, call_finish);
	return err;
}

/* Nothing of the image, and no object, is needed any more. */
static void forget_image(struct vz_context *ctx)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		vt->proc = NULL;
		vt->rec = NULL;
	}
	vz_obj_free_all(ctx, undo_object);
	rst_mount_ns_end(ctx);
	rst_read_end(ctx);
	kfree(ctx->priv);
	ctx->priv = NULL;
}

static void end_ve(struct vz_context *ctx)
{
	vz_net_kill(ctx);
	vz_kill_all(ctx);
	vz_net_end(ctx);
	vz_release_all(ctx);
	vz_clear_ve(ctx);
	ctx->stage = CPT_STAGE_IDLE;
}

/* The last user of the context is gone: a VE that was never resumed ends. */
static void rst_release(struct vz_context *ctx)
{
	if (ctx->stage != CPT_STAGE_IDLE)
		end_ve(ctx);
}

static int check_caller(struct vz_context *ctx)
{
	struct pid *other;

	if (ctx->stage != CPT_STAGE_IDLE)
		return rst_err(ctx, -EBUSY, "VE %u: is restored already", ctx->veid);
	if (!ctx->dumpfile)
		return rst_err(ctx, -EBADF, "image: no dump file is set");
	other = ctx->veid ? vz_registry_find(ctx->veid) : NULL;
	if (other) {
		put_pid(other);
		return rst_err(ctx, -EEXIST, "VE %u: is running", ctx->veid);
	}
	if (current->nsproxy->mnt_ns == init_task.nsproxy->mnt_ns)
		return rst_err(ctx, -EINVAL, "VE %u: the caller has no mount namespace for it",
			       ctx->veid);
	return 0;
}

int rst_undump(struct vz_context *ctx)
{
	ktime_t start = ktime_get();
	int err;

	err = check_caller(ctx);
	if (err)
		return err;
	memset(&ctx->stats, 0, sizeof(ctx->stats));
	ctx->progress_done = 0;
	ctx->progress_total = 0;
	ctx->priv = kzalloc(sizeof(struct rst_state), GFP_KERNEL);
	if (!ctx->priv)
		return -ENOMEM;
	((struct rst_state *)ctx->priv)->net = current->nsproxy->net_ns;
	INIT_LIST_HEAD(&((struct rst_state *)ctx->priv)->mount_ns);
	ctx->stage = CPT_STAGE_UNDUMPING;
	err = rst_read_begin(ctx);
	if (!err)
		err = check_records(ctx);
	if (!err)
		err = build(ctx);
	if (!err && ctx->veid)
		err = vz_registry_bind(ctx->veid, ctx->init);
	if (!err && signal_pending(current))
		err = -EINTR;
	if (err)
		end_ve(ctx);
	forget_image(ctx);
	if (err)
		return err;
	ctx->frozen_at = ktime_get();
	ctx->stats.undump_time = ktime_us_delta(ctx->frozen_at, start);
	ctx->stage = CPT_STAGE_UNDUMPED;
	return 0;
}

int rst_resume(struct vz_context *ctx)
{
	if (ctx->stage != CPT_STAGE_UNDUMPED)
		return rst_err(ctx, -ENOENT, "VE %u: is not undumped", ctx->veid);
	ctx->stats.frozen_time = ktime_us_delta(ktime_get(), ctx->frozen_at);
	ctx->frozen_at = 0;
	vz_net_unlock(ctx);
	vz_release_lock_waiters(ctx);
	vz_release_all(ctx);
	vz_clear_ve(ctx);
	ctx->stage = CPT_STAGE_IDLE;
	return 0;
}

int rst_kill(struct vz_context *ctx)
{
	if (ctx->stage != CPT_STAGE_UNDUMPED)
		return rst_err(ctx, -ENOENT, "VE %u: is not undumped", ctx->veid);
	ctx->frozen_at = 0;
	end_ve(ctx);
	return 0;
}

/*
 * The caller and the tasks, which have its mask until they finish, take turns:
 * on one processor that is a switch, not an interrupt to another one that sleeps.
 */
static int undump_on_one_cpu(struct vz_context *ctx)
{
	cpumask_var_t mask;
	int err;

	if (!alloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;
	cpumask_copy(mask, &current->cpus_mask);
	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	err = rst_undump(ctx);
	set_cpus_allowed_ptr(current, mask);
	free_cpumask_var(mask);
	return err;
}

static long rst_call(struct vz_context *ctx, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case CPT_UNDUMP:
		return undump_on_one_cpu(ctx);
	case CPT_RESUME:
		return rst_resume(ctx);
	case CPT_KILL:
		return rst_kill(ctx);
	default:
		return -ENOTTY;
	}
}

static struct vz_side rst_side = {
	.name = "rst",
	.owner = THIS_MODULE,
	.call = rst_call,
	.release = rst_release,
};

static int __init vzrst_init(void)
{
	return vz_side_register(&rst_side);
}

static void __exit vzrst_exit(void)
{
	vz_side_unregister(&rst_side);
	/* the last task released may still be on its way out of our text */
	synchronize_rcu_tasks();
}

module_init(vzrst_init);
module_exit(vzrst_exit);
MODULE_DESCRIPTION("Restore of containers");
MODULE_LICENSE("GPL");
