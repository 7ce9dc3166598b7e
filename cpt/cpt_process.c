// SPDX-License-Identifier: GPL-2.0-only
/*
 * process: thread groups, their place in the tree, what their threads share.
 */
#include <linux/hrtimer.h>
#include <linux/nsproxy.h>
#include <linux/posix-timers.h>
#include <linux/sched/cputime.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "cpt_task.h"
#include "cpt_tty.h"

/* The pid that the VE knows a task's parent (thread) by; 0 when it is outside. */
static pid_t parent_of(struct vz_context *ctx, struct task_struct *task, pid_t *thread)
{
	struct task_struct *parent;
	pid_t tgid;

	rcu_read_lock();
	parent = rcu_dereference(task->real_parent);
	tgid = task_tgid_nr_ns(parent, ctx->pidns);
	*thread = task_pid_nr_ns(parent, ctx->pidns);
	rcu_read_unlock();
	return tgid;
}

static void collect_signal(struct vz_context *ctx, struct vz_task *vt)
{
	struct signal_struct *signal = vt->task->signal;
	const char *comm = vt->task->comm;

	if (signal->core_state)
		cpt_refuse(ctx, "process %d (%s): is dumping core", vt->pid, comm);
}

/* A zombie has left nearly everything; what it leaves to its parent is dumped. */
static int collect_process(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	pid_t ppid, ptid;
	int err;

	ppid = parent_of(ctx, task, &ptid);
	if (!ppid && vt->pid != 1 && pid_alive(task)) {
		cpt_refuse(ctx, "process %d (%s): was entered from outside, its parent is not in the VE",
			   vt->pid, task->comm);
		return 0;
	}
	if ((!task_session_nr_ns(task, ctx->pidns) || !task_pgrp_nr_ns(task, ctx->pidns)) &&
	    pid_alive(task))	/* in a check it may have ended just now */
		cpt_refuse(ctx, "process %d (%s): its session or process group is not in the VE",
			   vt->pid, task->comm);
	if (vt->zombie) {
		if (!thread_group_empty(task))
			cpt_refuse(ctx, "process %d (%s): its first thread has ended, others live: not supported",
				   vt->pid, task->comm);
		return 0;
	}
	collect_signal(ctx, vt);
	err = cpt_tty_collect_controlling(ctx, vt);
	if (err)
		return err;
	return ctx->checking ? 0 :
	       cpt_sigqueue_collect(ctx, task, &task->signal->shared_pending);
}

/*
 * Processes become objects, parents before their children: pids do not tell the
 * order once they have wrapped around.
 */
static int cpt_process_root(struct vz_context *ctx)
{
	struct vz_task *vt;
	pid_t ppid, ptid;
	unsigned int added;
	int err;

	vz_for_each_task(ctx, vt) {
		if (!vz_is_leader(vt))
			continue;
		err = collect_process(ctx, vt);
		if (err)
			return err;
	}
	do {
		added = 0;
		vz_for_each_task(ctx, vt) {
			if (!vz_is_leader(vt) || vz_obj_find(ctx, CPT_OBJ_PROCESS, vt))
				continue;
			ppid = parent_of(ctx, vt->task, &ptid);
			if (vt->pid != 1 && !vz_obj_by_id(ctx, CPT_OBJ_PROCESS, ppid))
				continue;
			if (!vz_obj_add(ctx, CPT_OBJ_PROCESS, vt, vt->pid))
				return -ENOMEM;
			added++;
		}
	} while (added);
	/* in a check a process may just have lost its parent, which is no matter */
	vz_for_each_task(ctx, vt) {
		if (!ctx->checking && vz_is_leader(vt) && !vz_obj_find(ctx, CPT_OBJ_PROCESS, vt))
			cpt_refuse(ctx, "process %d (%s): its parent is not in the VE", vt->pid,
				   vt->task->comm);
	}
	return 0;
}

static u64 left(u64 expires, u64 now)
{
	return expires > now ? expires - now : 1;
}

static void fill_itimers(struct vz_context *ctx, struct task_struct *task,
			 struct cpt_process_image *v)
{
	struct signal_struct *signal = task->signal;
	struct task_cputime used;
	unsigned long flags;
	bool fired, missed;

	vz_thread_group_cputime(task, &used);
	if (!vz_lock_task_sighand(task, &flags))
		return;
	/*
	 * Timers run on while the VE is parked. One that has expired since the
	 * queue was dumped is dumped as due, so that it rings in the restored VE.
	 */
	fired = !hrtimer_active(&signal->real_timer);
	missed = sigismember(&signal->shared_pending.signal, SIGALRM) &&
		 !cpt_sigqueue_has(ctx, &signal->shared_pending, SIGALRM);
	if (!fired || missed || signal->it_real_incr)
		v->it_real_expires = hrtimer_get_expires(&signal->real_timer) +
				     cpt_clock_offset(ctx, false);
	v->it_real_interval = signal->it_real_incr;
	if (fired && !missed && v->it_real_interval)
		v->flags |= CPT_PROCESS_REAL_FIRED;
	if (signal->it[CPUCLOCK_VIRT].expires)
		v->it_virt_left = left(signal->it[CPUCLOCK_VIRT].expires, used.utime);
	v->it_virt_interval = signal->it[CPUCLOCK_VIRT].incr;
	if (signal->it[CPUCLOCK_PROF].expires)
		v->it_prof_left = left(signal->it[CPUCLOCK_PROF].expires, used.utime + used.stime);
	v->it_prof_interval = signal->it[CPUCLOCK_PROF].incr;
	unlock_task_sighand(task, &flags);
}

static void fill_signal(struct vz_context *ctx, struct vz_task *vt, struct cpt_process_image *v)
{
	struct signal_struct *signal = vt->task->signal;
	unsigned int i;

	if (signal->flags & SIGNAL_STOP_STOPPED)
		v->state = CPT_PROCESS_STOPPED;
	v->exit_code = signal->group_exit_code;
	v->flags |= signal->flags & SIGNAL_STOP_CONTINUED ? CPT_PROCESS_CONTINUED : 0;
	v->flags |= signal->flags & SIGNAL_CLD_STOPPED ? CPT_PROCESS_TELL_STOP : 0;
	v->flags |= signal->flags & SIGNAL_CLD_CONTINUED ? CPT_PROCESS_TELL_CONT : 0;
	v->oom_score_adj = signal->oom_score_adj;
	v->oom_score_adj_min = signal->oom_score_adj_min;
	for (i = 0; i < CPT_RLIMITS; i++) {
		v->rlim_cur[i] = signal->rlim[i].rlim_cur;
		v->rlim_max[i] = signal->rlim[i].rlim_max;
	}
	v->shared_pending = cpt_sigqueue_id(ctx, &signal->shared_pending);
	fill_itimers(ctx, vt->task, v);
}

static u32 zombie_exit_code(struct task_struct *task)
{
	return task->signal->flags & SIGNAL_GROUP_EXIT ? task->signal->group_exit_code :
							 task->exit_code;
}

/* Then it is told of its child's end by SIGCHLD, whatever the child was made with. */
static bool parent_has_execed(struct task_struct *task)
{
	bool execed;

	rcu_read_lock();
	execed = task->parent_exec_id != READ_ONCE(rcu_dereference(task->real_parent)->self_exec_id);
	rcu_read_unlock();
	return execed;
}

static u32 count_threads(struct vz_context *ctx, pid_t tgid)
{
	struct vz_task *vt;
	u32 n = 0;

	vz_for_each_task(ctx, vt)
		n += vt->tgid == tgid;
	return n;
}

static int dump_process(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	struct cpt_process_image v = {};

	v.pid = vt->pid;
	v.ppid = parent_of(ctx, task, &v.ptid);
	v.pgid = task_pgrp_nr_ns(task, ctx->pidns);
	v.sid = task_session_nr_ns(task, ctx->pidns);
	v.exit_signal = max(task->exit_signal, 0);
	v.threads = count_threads(ctx, vt->tgid);
	v.flags |= task->signal->is_child_subreaper ? CPT_PROCESS_SUBREAPER : 0;
	v.flags |= task->signal->has_child_subreaper ? CPT_PROCESS_SUBREAPED : 0;
	v.flags |= task->signal->leader ? CPT_PROCESS_LEADER : 0;
	v.flags |= vt->pid != 1 && parent_has_execed(task) ? CPT_PROCESS_NEW_PARENT : 0;
	v.tty = cpt_id(ctx, CPT_OBJ_TTY, task->signal->tty);
	v.tty_old_pgrp = task->signal->tty_old_pgrp ?
			 pid_nr_ns(task->signal->tty_old_pgrp, ctx->pidns) : 0;
	if (vt->zombie) {
		v.state = CPT_PROCESS_ZOMBIE;
		v.exit_code = zombie_exit_code(task);
	} else {
		v.mm = cpt_id(ctx, CPT_OBJ_MM, task->mm);
		v.sighand = cpt_id(ctx, CPT_OBJ_SIGHAND, task->sighand);
		fill_signal(ctx, vt, &v);
	}
	return cpt_write_obj(ctx, CPT_OBJ_PROCESS, vt->pid, &v, sizeof(v), NULL, 0);
}

static int cpt_process_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_PROCESS, obj) {
		err = dump_process(ctx, obj->ptr);
		if (err)
			break;
	}
	return err;
}

const struct cpt_ops cpt_process_ops = {
	.root = cpt_process_root,
	.dump = cpt_process_dump,
};
