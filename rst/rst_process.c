// SPDX-License-Identifier: GPL-2.0-only
/*
 * process: groups, sessions, zombies, limits, interval timers, stops.
 */
#include <linux/hrtimer.h>
#include <linux/oom.h>
#include <linux/pid_namespace.h>
#include <linux/posix-timers.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "../kernel/access.h"
#include "rst_task.h"

/* ---- process groups and sessions ---- */

/*
 * The struct pid of a group or session: of a living process, or of one that has
 * ended, whose number is then taken for as long as members hold it. A reference.
 */
static struct pid *group_pid(struct vz_context *ctx, u32 nr, struct pid **fresh)
{
	pid_t set_tid[1] = { nr };
	struct pid *pid;

	rcu_read_lock();
	pid = get_pid(find_pid_ns(nr, ctx->pidns));
	rcu_read_unlock();
	if (pid)
		return pid;
	pid = vz_alloc_pid(ctx->pidns, set_tid, 1);
	if (IS_ERR(pid))
		return pid;
	*fresh = pid;
	return get_pid(pid);
}

/* A number that nobody came to hold is free again. */
static void drop_unused(struct pid *pid)
{
	bool used = false;
	int type;

	if (!pid)
		return;
	read_lock(vz_tasklist_lock);
	for (type = 0; type < PIDTYPE_MAX; type++)
		used |= pid_has_task(pid, type);
	read_unlock(vz_tasklist_lock);
	if (!used)
		vz_free_pid(pid);
}

/* Only group leaders are members: their threads follow them. */
static int set_group(struct vz_context *ctx, struct vz_task *vt, enum pid_type type, u32 nr)
{
	struct pid *pid, *fresh = NULL;

	pid = group_pid(ctx, nr, &fresh);
	if (IS_ERR(pid))
		return rst_err(ctx, PTR_ERR(pid), "process %d: %s %u cannot be made: error %ld", vt->pid,
			       type == PIDTYPE_SID ? "session" : "process group", nr, -PTR_ERR(pid));
	write_lock_irq(vz_tasklist_lock);
	if (!vt->task->exit_state && vt->task->signal->pids[type] != pid)
		vz_change_pid(vt->task, type, pid);
	write_unlock_irq(vz_tasklist_lock);
	drop_unused(fresh);
	put_pid(pid);
	return 0;
}

static int set_all_groups(struct vz_context *ctx)
{
	const struct cpt_process_image *p;
	struct vz_task *vt;
	int err;

	vz_for_each_task(ctx, vt) {
		if (!vz_is_leader(vt))
			continue;
		p = vt->proc->fixed;
		err = set_group(ctx, vt, PIDTYPE_SID, p->sid);
		if (!err)
			err = set_group(ctx, vt, PIDTYPE_PGID, p->pgid);
		if (err)
			return err;
		vt->task->signal->leader = !!(p->flags & CPT_PROCESS_LEADER);
		/* a zombie would say now what its parent knows already */
		if (p->flags & CPT_PROCESS_NEW_PARENT && !vt->zombie)
			vt->task->parent_exec_id--;
	}
	return 0;
}

/* ---- zombies ---- */

/* What ps(1) shows of a zombie: its name and owner. */
static int dress_zombie(struct vz_task *vt, void *unused)
{
	const struct cpt_task_image *t = vt->rec->fixed;

	vz___set_task_comm(current, (const char *)t->comm, false);
	return rst_commit_cred(vt, t->cred);
}

/*
 * They were made without a signal for their parent, who has had it; they get it
 * back for what it tells wait(2).
 */
static int end_zombies(struct vz_context *ctx)
{
	const struct cpt_process_image *p;
	struct vz_task *vt;
	bool stays;
	int err;

	vz_for_each_task(ctx, vt) {
		if (!vt->zombie)
			continue;
		p = vt->proc->fixed;
		err = vz_call(vt, dress_zombie, NULL);
		if (err)
			return err;
		vt->exiting = true;
		vt->exit_code = p->exit_code;
		vz_release(vt);
		err = vz_wait_zombie(vt);
		if (err)
			return err;
		write_lock_irq(vz_tasklist_lock);
		stays = vt->task->exit_state == EXIT_ZOMBIE;
		if (stays)
			vt->task->exit_signal = p->exit_signal;
		write_unlock_irq(vz_tasklist_lock);
		if (!stays)
			return rst_err(ctx, -EINVAL, "process %d: does not stay a zombie", vt->pid);
	}
	return 0;
}

static int rst_process_links(struct vz_context *ctx)
{
	int err = set_all_groups(ctx);

	return err ?: end_zombies(ctx);
}

/* ---- in the leader's own context ---- */

static int set_rlimits(struct vz_task *vt, const struct cpt_process_image *p)
{
	struct rlimit rlim;
	unsigned int i;
	int err;

	for (i = 0; i < CPT_RLIMITS; i++) {
		rlim.rlim_cur = p->rlim_cur[i];
		rlim.rlim_max = p->rlim_max[i];
		err = vz_do_prlimit(current, i, &rlim, NULL);
		if (err)
			return rst_err(vt->ctx, err, "process %d: limit %u cannot be set: error %d",
				       vt->pid, i, -err);
	}
	return 0;
}

static int set_itimer(struct vz_task *vt, int which, u64 value, u64 interval)
{
	struct itimerspec64 it = {
		.it_value = ns_to_timespec64(value),
		.it_interval = ns_to_timespec64(interval),
	};
	int err = vz_do_setitimer(which, &it, NULL);

	return err ? rst_err(vt->ctx, err, "process %d: interval timer %d cannot be set: error %d",
			     vt->pid, which, -err) : 0;
}

/*
 * A periodic timer whose signal is pending is not armed: taking the signal arms
 * it again, from its last expiry on.
 */
static void set_fired_itimer(struct vz_task *vt, const struct cpt_process_image *p)
{
	struct signal_struct *signal = current->signal;

	spin_lock_irq(&current->sighand->siglock);
	hrtimer_set_expires(&signal->real_timer,
			    p->it_real_expires + rst_clock_offset(vt->ctx, false));
	signal->it_real_incr = p->it_real_interval;
	spin_unlock_irq(&current->sighand->siglock);
}

static int set_real_itimer(struct vz_task *vt, const struct cpt_process_image *p)
{
	s64 left = p->it_real_expires + rst_clock_offset(vt->ctx, false) - ktime_get_ns();

	if (p->flags & CPT_PROCESS_REAL_FIRED) {
		set_fired_itimer(vt, p);
		return 0;
	}
	/* an expiry that is over already is due at once; 0 would disarm it */
	return set_itimer(vt, ITIMER_REAL, p->it_real_expires ? max_t(s64, left, 1) : 0,
			  p->it_real_interval);
}

static int set_itimers(struct vz_task *vt, const struct cpt_process_image *p)
{
	int err = set_real_itimer(vt, p);

	if (!err)
		err = set_itimer(vt, ITIMER_VIRTUAL, p->it_virt_left, p->it_virt_interval);
	if (!err)
		err = set_itimer(vt, ITIMER_PROF, p->it_prof_left, p->it_prof_interval);
	return err;
}

static void set_stop(const struct cpt_process_image *p)
{
	struct signal_struct *signal = current->signal;

	spin_lock_irq(&current->sighand->siglock);
	if (p->state == CPT_PROCESS_STOPPED)
		signal->flags |= SIGNAL_STOP_STOPPED;
	else if (p->flags & CPT_PROCESS_CONTINUED)
		signal->flags |= SIGNAL_STOP_CONTINUED;
	signal->flags |= p->flags & CPT_PROCESS_TELL_STOP ? SIGNAL_CLD_STOPPED : 0;
	signal->flags |= p->flags & CPT_PROCESS_TELL_CONT ? SIGNAL_CLD_CONTINUED : 0;
	signal->group_exit_code = p->exit_code;
	spin_unlock_irq(&current->sighand->siglock);
}

static int rst_process_finish(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	struct signal_struct *signal = current->signal;
	int err;

	if (!vz_is_leader(vt))
		return 0;
	err = set_rlimits(vt, p);
	if (!err)
		err = set_itimers(vt, p);
	if (err)
		return err;
	signal->is_child_subreaper = !!(p->flags & CPT_PROCESS_SUBREAPER);
	signal->has_child_subreaper = !!(p->flags & CPT_PROCESS_SUBREAPED);
	signal->oom_score_adj = p->oom_score_adj;
	signal->oom_score_adj_min = p->oom_score_adj_min;
	set_stop(p);
	return 0;
}

const struct rst_ops rst_process_ops = {
	.links = rst_process_links,
	.finish = rst_process_finish,
};
