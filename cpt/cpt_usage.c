// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: what threads and processes have used so far, and since when they are.
 */
#include <linux/mm.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "cpt_task.h"

static void fill_io(struct cpt_usage_io *v, const struct task_io_accounting *io)
{
#ifdef CONFIG_TASK_XACCT
	v->rchar = io->rchar;
	v->wchar = io->wchar;
	v->syscr = io->syscr;
	v->syscw = io->syscw;
#endif
#ifdef CONFIG_TASK_IO_ACCOUNTING
	v->read_bytes = io->read_bytes;
	v->write_bytes = io->write_bytes;
	v->cancelled_write_bytes = io->cancelled_write_bytes;
#endif
}

static void fill_thread(struct vz_context *ctx, struct task_struct *task,
			struct cpt_usage_image *v)
{
	v->start_ns = task->start_time + cpt_clock_offset(ctx, false);
	v->start_boot_ns = task->start_boottime + cpt_clock_offset(ctx, true);
	v->runtime = task->se.sum_exec_runtime;
	v->shown_utime = task->prev_cputime.utime;
	v->shown_stime = task->prev_cputime.stime;
	v->count.utime = task->utime;
	v->count.stime = task->stime;
	v->count.gtime = task->gtime;
	v->count.nvcsw = task->nvcsw;
	v->count.nivcsw = task->nivcsw;
	v->count.min_flt = task->min_flt;
	v->count.maj_flt = task->maj_flt;
	fill_io(&v->io, &task->ioac);
}

/* What getrusage(2) sums up, under the locks that it takes. */
static void fill_process(struct task_struct *task, struct cpt_usage_image *v)
{
	struct signal_struct *signal = task->signal;

	read_seqlock_excl_irq(&signal->stats_lock);
	v->all_shown_utime = signal->prev_cputime.utime;
	v->all_shown_stime = signal->prev_cputime.stime;
	v->dead_runtime = signal->sum_sched_runtime;
	v->dead_maxrss = (u64)signal->maxrss * PAGE_SIZE;
	v->children_maxrss = (u64)signal->cmaxrss * PAGE_SIZE;
#define BOTH(member)						\
	v->dead.member = signal->member;			\
	v->children.member = signal->c##member
	BOTH(utime); BOTH(stime); BOTH(gtime); BOTH(nvcsw); BOTH(nivcsw); BOTH(min_flt);
	BOTH(maj_flt); BOTH(inblock); BOTH(oublock);
#undef BOTH
	fill_io(&v->dead_io, &signal->ioac);
	read_sequnlock_excl_irq(&signal->stats_lock);
}

static void fill_peaks(struct task_struct *task, struct cpt_usage_image *v)
{
	struct mm_struct *mm = get_task_mm(task);

	if (!mm)
		return;
	v->peak_rss = (u64)get_mm_hiwater_rss(mm) * PAGE_SIZE;
	v->peak_vm = (u64)get_mm_hiwater_vm(mm) * PAGE_SIZE;
	mmput(mm);
}

static int cpt_usage_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_task *vt;
	int err = 0;

	vz_for_each_task(ctx, vt) {
		struct cpt_usage_image v = { .tid = vt->pid };

		fill_thread(ctx, vt->task, &v);
		if (vz_is_leader(vt)) {
			fill_process(vt->task, &v);
			fill_peaks(vt->task, &v);
		}
		err = cpt_write_obj(ctx, CPT_OBJ_USAGE, vt->pid, &v, sizeof(v), NULL, 0);
		if (err)
			break;
	}
	return err;
}

const struct cpt_ops cpt_usage_ops = {
	.dump = cpt_usage_dump,
};
