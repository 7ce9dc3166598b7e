// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dump side's straight line: check, park, collect, dump, resume or kill.
 */
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <asm/fpu/api.h>
#include "../kernel/access.h"
#include "../kernel/kinds.h"
#include "../kernel/netlock.h"
#include "cpt_mount.h"
#include "cpt_net.h"
#include "cpt_write.h"

static const struct cpt_ops *const cpt_ops[CPT_OBJ_MAX] = {
#define K(stem, type, rec, flags) [type] = &cpt_##stem##_ops,
	VZ_KINDS(K)
#undef K
};

/* ---- objects ---- */

struct vz_obj *cpt_collect(struct vz_context *ctx, u32 type, void *ptr)
{
	struct vz_obj *obj = vz_obj_find(ctx, type, ptr);
	int err;

	if (obj) {
		obj->users++;
		return obj;
	}
	obj = vz_obj_add(ctx, type, ptr, 0);
	if (!obj)
		return ERR_PTR(-ENOMEM);
	obj->users = 1;
	obj->unheld = ctx->checking && cpt_ops[type]->loose;
	if (cpt_ops[type]->get && !obj->unheld)
		cpt_ops[type]->get(ptr);
	err = cpt_ops[type]->collect ? cpt_ops[type]->collect(ctx, obj) : 0;
	return err ? ERR_PTR(err) : obj;
}

const struct cpt_file_type *cpt_file_type(const struct file *file, u32 *type)
{
	unsigned int i;

	for (i = 0; i < vz_nr_kinds; i++) {
		*type = vz_kinds[i].type;
		if (cpt_ops[*type]->file && cpt_ops[*type]->file->is(file))
			return cpt_ops[*type]->file;
	}
	return NULL;
}

const void *cpt_file_itself(const struct file *file)
{
	return file;
}

u64 cpt_id(struct vz_context *ctx, u32 type, const void *ptr)
{
	struct vz_obj *obj = ptr ? vz_obj_find(ctx, type, ptr) : NULL;

	return obj ? obj->id : 0;
}

static void put_object(struct vz_obj *obj)
{
	if (cpt_ops[obj->type]->put && !obj->unheld)
		cpt_ops[obj->type]->put(obj->ptr);
}

static void free_objects(struct vz_context *ctx)
{
	cpt_mount_ns_release(ctx);
	vz_obj_free_all(ctx, put_object);
	cpt_path_release(ctx);
}

static int collect(struct vz_context *ctx, bool checking)
{
	unsigned int i;
	int err = 0;

	ctx->refusals = 0;
	ctx->checking = checking;
	for (i = 0; i < vz_nr_kinds && !err; i++) {
		const struct cpt_ops *ops = cpt_ops[vz_kinds[i].type];

		if (ops->root)
			err = ops->root(ctx);
	}
	for (i = 0; i < vz_nr_kinds && !err; i++) {
		if (cpt_ops[vz_kinds[i].type]->collected)
			err = cpt_ops[vz_kinds[i].type]->collected(ctx);
	}
	return err ?: ctx->refusals ? -EBUSY : 0;
}

/* ---- the VE's clocks ---- */

/* They stay as they are: a time namespace that somebody is in does not change. */
static void note_clocks(struct vz_context *ctx)
{
	struct timespec64 mono = {}, boot = {};
	struct task_struct *init;

	rcu_read_lock();
	init = pid_task(ctx->init, PIDTYPE_TGID);
	if (init) {
		task_lock(init);
		if (init->nsproxy) {
			mono = init->nsproxy->time_ns->offsets.monotonic;
			boot = init->nsproxy->time_ns->offsets.boottime;
		}
		task_unlock(init);
	}
	rcu_read_unlock();
	ctx->mono_offset = timespec64_to_ns(&mono);
	ctx->boot_offset = timespec64_to_ns(&boot);
}

/* Asked for with locks that interrupts take, too. */
s64 cpt_clock_offset(struct vz_context *ctx, bool boot)
{
	return boot ? ctx->boot_offset : ctx->mono_offset;
}

s64 cpt_ve_time(struct vz_context *ctx, u32 clockid, s64 host)
{
	switch (clockid) {
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		break;
	default:
		return host;
	}
	return host == KTIME_MAX ? host :
	       ktime_add_safe(host, cpt_clock_offset(ctx, clockid != CLOCK_MONOTONIC));
}

/* ---- operations ---- */

static void forget_ve(struct vz_context *ctx)
{
	free_objects(ctx);
	cpt_netsysctl_forget(ctx);
	/* a VE that was killed under the lock ends in silence */
	if (ctx->init && !pid_has_task(ctx->init, PIDTYPE_TGID))
		vz_net_end(ctx);
	vz_net_unlock(ctx);
	vz_release_lock_waiters(ctx);
	vz_release_all(ctx);
	vz_clear_ve(ctx);
	ctx->stage = CPT_STAGE_IDLE;
}

/* The last user of the context is gone: a suspended VE goes on. */
void cpt_release(struct vz_context *ctx)
{
	forget_ve(ctx);
}

static int find_ve(struct vz_context *ctx)
{
	struct pid *init = vz_registry_find(ctx->veid);
	int err;

	if (!init)
		return cpt_err(ctx, -ESRCH, "VE %u: is not running", ctx->veid);
	err = vz_set_ve(ctx, init);
	put_pid(init);
	if (err == -EBUSY)
		return cpt_err(ctx, err, "VE %u: is held by another checkpoint or restore", ctx->veid);
	if (err)
		return cpt_err(ctx, err, "VE %u: has ended", ctx->veid);
	if (task_pid_nr_ns(current, ctx->pidns)) {
		vz_clear_ve(ctx);
		return cpt_err(ctx, -EINVAL, "VE %u: cannot be checkpointed from within", ctx->veid);
	}
	return 0;
}

/* Collects from the running VE: every reason against a dump is said. */
static int check_running(struct vz_context *ctx)
{
	int err = vz_park_scan(ctx);

	if (err >= 0)
		err = collect(ctx, true);
	free_objects(ctx);
	vz_release_all(ctx);
	return err;
}

int cpt_check(struct vz_context *ctx)
{
	int err;

	if (ctx->stage == CPT_STAGE_SUSPENDED) {
		err = collect(ctx, false);
		free_objects(ctx);
		return err;
	}
	err = find_ve(ctx);
	if (err)
		return err;
	err = check_running(ctx);
	cpt_netsysctl_forget(ctx);
	vz_clear_ve(ctx);
	return err;
}

int cpt_suspend(struct vz_context *ctx)
{
	ktime_t start = ktime_get();
	int err;

	if (ctx->stage != CPT_STAGE_IDLE)
		return cpt_err(ctx, -EBUSY, "VE %u: is suspended already", ctx->veid);
	err = find_ve(ctx);
	if (err)
		return err;
	memset(&ctx->stats, 0, sizeof(ctx->stats));
	err = check_running(ctx);
	if (err)
		goto out_clear;
	ctx->stage = CPT_STAGE_SUSPENDING;
	err = vz_park_all(ctx);
	if (err)
		goto out_clear;
	err = vz_net_lock(ctx);
	if (err)
		goto out_clear;
	ctx->frozen_at = ktime_get();
	ctx->stats.freezing_time = ktime_us_delta(ctx->frozen_at, start);
	ctx->stage = CPT_STAGE_SUSPENDED;
	return 0;

out_clear:
	forget_ve(ctx);
	return err;
}

static void fill_header(struct vz_context *ctx, struct cpt_image_header *h)
{
	memcpy(h->magic, CPT_IMAGE_MAGIC, sizeof(h->magic));
	h->version = CPT_IMAGE_VERSION;
	h->hdrlen = sizeof(*h);
	h->page_size = PAGE_SIZE;
	h->arch = CPT_ARCH_X86_64;
	h->veid = ctx->veid;
	h->real_ns = ktime_get_real_ns();
	h->mono_ns = ktime_get_ns() + cpt_clock_offset(ctx, false);
	h->boot_ns = ktime_get_boottime_ns() + cpt_clock_offset(ctx, true);
	h->xfeatures = cpt_xfeatures();
	h->caps = vz_host_caps();
	strscpy((char *)h->release, init_utsname()->release, sizeof(h->release));
}

static int dump_kind(struct vz_context *ctx, const struct vz_kind *kind)
{
	const struct cpt_ops *ops = cpt_ops[kind->type];
	struct vz_obj *obj;
	int err = 0;

	if (!ops->dump)
		return 0;
	if (!ops->collect)	/* finds its objects by itself */
		return ops->dump(ctx, NULL);
	vz_for_each_obj(ctx, kind->type, obj) {
		err = ops->dump(ctx, obj);
		if (err)
			return err;
		cond_resched();
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/*
 * Tasks that stand in a job control stop were not parked by us. Were one
 * continued from outside meanwhile, its record may be half old, half new.
 */
static int stops_hold(struct vz_context *ctx)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (!vt->zombie && vt->in_place && !vz_stopped_in_place(vt))
			return cpt_err(ctx, -EAGAIN, "task %d: was continued during the dump",
				       vt->pid);
	}
	return 0;
}

static int write_image(struct vz_context *ctx)
{
	struct cpt_image_header header = {};
	unsigned int i;
	int err;

	fill_header(ctx, &header);
	err = cpt_write_begin(ctx, &header);
	if (!ctx->image)
		return err;
	for (i = 0; i < vz_nr_kinds && !err; i++)
		err = dump_kind(ctx, &vz_kinds[i]);
	if (!err)
		err = stops_hold(ctx);
	return cpt_write_end(ctx, err);
}

int cpt_dump(struct vz_context *ctx)
{
	ktime_t start = ktime_get();
	int err;

	if (ctx->stage != CPT_STAGE_SUSPENDED)
		return cpt_err(ctx, -ENOENT, "VE %u: is not suspended", ctx->veid);
	if (!ctx->dumpfile)
		return cpt_err(ctx, -EBADF, "image: no dump file is set");
	ctx->stage = CPT_STAGE_DUMPING;
	/* somebody may have entered the VE since it was suspended */
	err = vz_park_all(ctx);
	ctx->progress_done = 0;
	ctx->progress_total = 0;
	note_clocks(ctx);
	if (!err)
		err = collect(ctx, false);
	if (!err)
		err = write_image(ctx);
	free_objects(ctx);
	ctx->stats.dump_time = ktime_us_delta(ktime_get(), start);
	ctx->stage = CPT_STAGE_SUSPENDED;
	return err;
}

static int end_suspend(struct vz_context *ctx)
{
	if (ctx->stage != CPT_STAGE_SUSPENDED)
		return cpt_err(ctx, -ENOENT, "VE %u: is not suspended", ctx->veid);
	ctx->stats.frozen_time = ktime_us_delta(ktime_get(), ctx->frozen_at);
	ctx->frozen_at = 0;
	return 0;
}

int cpt_resume(struct vz_context *ctx)
{
	int err = end_suspend(ctx);

	if (!err)
		forget_ve(ctx);
	return err;
}

int cpt_kill(struct vz_context *ctx)
{
	int err = end_suspend(ctx);

	if (err)
		return err;
	ctx->stage = CPT_STAGE_KILLING;
	vz_net_kill(ctx);
	err = vz_kill_all(ctx);
	vz_net_end(ctx);
	forget_ve(ctx);
	return err;
}
