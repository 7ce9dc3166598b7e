// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: what threads and processes had used is counted on.
 */
#include <linux/mm.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "rst_task.h"

static void set_io(struct task_io_accounting *io, const struct cpt_usage_io *v)
{
#ifdef CONFIG_TASK_XACCT
	io->rchar = v->rchar;
	io->wchar = v->wchar;
	io->syscr = v->syscr;
	io->syscw = v->syscw;
#endif
#ifdef CONFIG_TASK_IO_ACCOUNTING
	io->read_bytes = v->read_bytes;
	io->write_bytes = v->write_bytes;
	io->cancelled_write_bytes = v->cancelled_write_bytes;
#endif
}

static void set_shown(struct prev_cputime *prev, u64 utime, u64 stime)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&prev->lock, flags);
	prev->utime = utime;
	prev->stime = stime;
	raw_spin_unlock_irqrestore(&prev->lock, flags);
}

/*
 * The task is off its processor: nobody else writes these. A start before this
 * host's is a huge number here, and right again in the VE, which adds its offset.
 */
static void set_thread(struct vz_context *ctx, struct task_struct *task,
		       const struct cpt_usage_image *v)
{
	task->start_time = v->start_ns + rst_clock_offset(ctx, false);
	task->start_boottime = v->start_boot_ns + rst_clock_offset(ctx, true);
	task->se.sum_exec_runtime = v->runtime;
	task->se.prev_sum_exec_runtime = v->runtime;
	set_shown(&task->prev_cputime, v->shown_utime, v->shown_stime);
	task->utime = v->count.utime;
	task->stime = v->count.stime;
	task->gtime = v->count.gtime;
	task->nvcsw = v->count.nvcsw;
	task->nivcsw = v->count.nivcsw;
	task->min_flt = v->count.min_flt;
	task->maj_flt = v->count.maj_flt;
	set_io(&task->ioac, &v->io);
}

static void set_process(struct task_struct *task, const struct cpt_usage_image *v)
{
	struct signal_struct *signal = task->signal;

	write_seqlock_irq(&signal->stats_lock);
	signal->sum_sched_runtime = v->dead_runtime;
	signal->maxrss = v->dead_maxrss / PAGE_SIZE;
	signal->cmaxrss = v->children_maxrss / PAGE_SIZE;
#define BOTH(member)						\
	signal->member = v->dead.member;			\
	signal->c##member = v->children.member
	BOTH(utime); BOTH(stime); BOTH(gtime); BOTH(nvcsw); BOTH(nivcsw); BOTH(min_flt);
	BOTH(maj_flt); BOTH(inblock); BOTH(oublock);
#undef BOTH
	set_io(&signal->ioac, &v->dead_io);
	write_sequnlock_irq(&signal->stats_lock);
	set_shown(&signal->prev_cputime, v->all_shown_utime, v->all_shown_stime);
}

/* A zombie has done its last step when its last state is that of the dead. */
static int wait_dead(struct vz_task *vt)
{
	while (!vz_wait_task_inactive(vt->task, TASK_DEAD)) {
		schedule_timeout_killable(1);
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* When zombies have ended, and before anybody begins to run. */
static int rst_usage_links(struct vz_context *ctx)
{
	const struct cpt_usage_image *v;
	struct vz_task *vt;
	int err;

	vz_for_each_task(ctx, vt) {
		v = rst_fixed(ctx, CPT_OBJ_USAGE, vt->pid);
		if (!v)
			return rst_err(ctx, -EINVAL, "task %d: there is no use of it", vt->pid);
		err = vt->zombie ? wait_dead(vt) : vz_wait_inactive(vt);
		if (err)
			return rst_err(ctx, err, "task %d: died while it was restored", vt->pid);
		set_thread(ctx, vt->task, v);
		if (vz_is_leader(vt))
			set_process(vt->task, v);
	}
	return 0;
}

/* Peaks of memory, when it has all its pages. */
static int rst_usage_finish(struct vz_task *vt)
{
	const struct cpt_usage_image *v = rst_fixed(vt->ctx, CPT_OBJ_USAGE, vt->pid);

	if (!vz_is_leader(vt))
		return 0;
	current->mm->hiwater_rss = v->peak_rss / PAGE_SIZE;
	current->mm->hiwater_vm = v->peak_vm / PAGE_SIZE;
	return 0;
}

const struct rst_ops rst_usage_ops = {
	.links = rst_usage_links,
	.finish = rst_usage_finish,
};
