// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend: every task of a VE is found and brought to its place: parked
 * (park.c), or standing in a job control stop, or a zombie.
 */
#include <linux/hash.h>
#include <linux/ptrace.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <asm/unistd.h>
#include "access.h"
#include "park.h"
#include "vz.h"

#define VZ_SUSPEND_TIMEOUT_MS 10000

static struct hlist_head *task_bucket(struct vz_context *ctx, struct task_struct *task)
{
	return &ctx->task_hash[hash_ptr(task, VZ_HASH_BITS)];
}

struct vz_task *vz_task_listed(struct vz_context *ctx, struct task_struct *task)
{
	struct vz_task *vt;

	hlist_for_each_entry(vt, task_bucket(ctx, task), hash) {
		if (vt->task == task)
			return vt;
	}
	return NULL;
}

/**
 * vz_park_scan() - list the VE's tasks that are not listed yet
 * @ctx: ctx->pidns names the VE
 *
 * Each gets a struct vz_task in ctx->tasks, behind those of lower pid that were
 * found in the same scan. Tasks of PID namespaces within the VE's are listed, too.
 *
 * Return: number of new entries or -ENOMEM
 */
int vz_park_scan(struct vz_context *ctx)
{
	struct task_struct *task;
	struct vz_task *vt;
	struct pid *pid;
	int nr, tgid = 0, new = 0;

	for (nr = 1; ; nr++) {
		rcu_read_lock();
		pid = find_ge_pid(nr, ctx->pidns);
		if (!pid) {
			rcu_read_unlock();
			break;
		}
		nr = pid_nr_ns(pid, ctx->pidns);
		task = pid_task(pid, PIDTYPE_PID);
		if (task && !vz_task_listed(ctx, task) && READ_ONCE(task->exit_state) != EXIT_DEAD) {
			get_task_struct(task);
			tgid = task_tgid_nr_ns(task, ctx->pidns);
		} else {
			task = NULL;
		}
		rcu_read_unlock();
		if (!task)
			continue;
		/* @task has one reference: vt's */
		vt = vz_task_alloc(ctx, task, nr, tgid);
		if (!vt) {
			put_task_struct(task);
			return -ENOMEM;
		}
		vt->zombie = READ_ONCE(task->exit_state) & EXIT_ZOMBIE;
		hlist_add_head(&vt->hash, task_bucket(ctx, task));
		new++;
	}
	return new;
}

/**
 * vz_stopped_in_place() - does a task stand in a job control stop?
 * @vt: a task whose work is queued
 *
 * Such a task is dumped where it stands; were it continued from outside, the
 * queued work parks it before it returns to user mode.
 */
bool vz_stopped_in_place(struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	unsigned long flags;
	bool stopped = false;

	if (vz_lock_task_sighand(task, &flags)) {
		stopped = (task->jobctl & JOBCTL_STOPPED) && task_is_stopped(task);
		unlock_task_sighand(task, &flags);
	}
	/* off its CPU: then its registers are in memory */
	return stopped && vz_wait_task_inactive(task, TASK_STOPPED);
}

/**
 * vz_waits_in_submit() - does a task wait within io_submit(2)?
 * @task: any task
 *
 * A request that would have to wait, and is not made for that, waits there. Waking
 * the task up would end it.
 */
bool vz_waits_in_submit(struct task_struct *task)
{
	struct syscall_info info;
	bool has_context;

	task_lock(task);
	has_context = task->mm && rcu_access_pointer(task->mm->ioctx_table);
	task_unlock(task);
	return has_context && READ_ONCE(task->__state) & TASK_INTERRUPTIBLE &&
	       !vz_task_current_syscall(task, &info) && info.data.nr == __NR_io_submit;
}

static bool send_work(struct vz_task *vt)
{
	init_task_work(&vt->work, vz_park_work);
	spin_lock(&vt->lock);
	vt->state = VZ_QUEUED;
	atomic_inc(&vt->ctx->queued);
	spin_unlock(&vt->lock);
	vz_work_get(vt);
	if (!task_work_add(vt->task, &vt->work, TWA_SIGNAL))
		return true;
	spin_lock(&vt->lock);	/* it exits */
	vz_task_set_state(vt, VZ_NEW);
	spin_unlock(&vt->lock);
	vz_work_put(vt);
	return false;
}

/* execve by a thread gives it the number of its leader. */
static void renumber(struct vz_task *vt)
{
	rcu_read_lock();
	vt->pid = task_pid_nr_ns(vt->task, vt->ctx->pidns);
	vt->tgid = task_tgid_nr_ns(vt->task, vt->ctx->pidns);
	rcu_read_unlock();
}

/*
 * Moves one task towards its place. Return: true when it is there; the entry
 * may be gone after this.
 */
static bool settle(struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	int exit_state = READ_ONCE(task->exit_state);

	if (exit_state & EXIT_ZOMBIE) {
		vt->zombie = true;
		return true;
	}
	if (exit_state || !pid_alive(task)) {
		vz_task_forget(vt);
		return false;
	}
	switch (READ_ONCE(vt->state)) {
	case VZ_PARKED:
		vt->in_place = false;
		renumber(vt);
		return true;
	case VZ_QUEUED:
		vt->in_place = vz_stopped_in_place(vt);
		renumber(vt);
		return vt->in_place;
	case VZ_NEW:
		/*
		 * A vfork child runs on until it calls execve: its parent cannot
		 * park before.
		 */
		if (!(READ_ONCE(task->flags) & (PF_EXITING | PF_IO_WORKER)) &&
		    !READ_ONCE(task->vfork_done) && !vz_waits_in_submit(task))
			send_work(vt);
		return false;
	default:		/* exits: wait for its exit_state */
		return false;
	}
}

static int say_who_does_not_stop(struct vz_context *ctx)
{
	struct vz_task *vt, *next;
	struct task_struct *task;
	unsigned long wchan;
	pid_t pid;

	list_for_each_entry_safe(vt, next, &ctx->tasks, node) {
		task = vt->task;
		pid = vt->pid;
		get_task_struct(task);
		/* the entry of one that has just ended goes here */
		if (settle(vt) || READ_ONCE(task->exit_state))
			goto next_task;
		wchan = vz_get_wchan(task);
		if (task->vfork_done)
			vz_err(ctx, -EBUSY, "task %d (%s): has been made by vfork and has not called execve",
			       pid, task->comm);
		else if (wchan)
			vz_err(ctx, -EBUSY, "task %d (%s): does not stop: it sleeps in %ps", pid,
			       task->comm, (void *)wchan);
		else
			vz_err(ctx, -EBUSY, "task %d (%s): does not stop", pid, task->comm);
next_task:
		put_task_struct(task);
	}
	return -EBUSY;
}

/**
 * vz_park_all() - park every task of the VE
 * @ctx: ctx->pidns names the VE
 *
 * When it returns 0, no task of the VE runs: each is parked, stopped by job
 * control with the work queued, or a zombie.
 *
 * Context: the controller; sleeps until all are parked, killable.
 * Return: 0; -EBUSY when a task does not stop in time (said which), -EINTR
 *         when the caller is killed, -ENOMEM: the caller releases them all
 */
int vz_park_all(struct vz_context *ctx)
{
	unsigned int limit = ctx->suspend_timeout_ms ?: VZ_SUSPEND_TIMEOUT_MS;
	ktime_t deadline = ktime_add_ms(ktime_get(), limit);
	struct vz_task *vt, *next;
	unsigned int busy;
	int new;

	for (;;) {
		new = vz_park_scan(ctx);
		if (new < 0)
			return new;
		vz_note_lock_waiters(ctx);
		vz_note_timeouts(ctx);
		busy = 0;
		ctx->progress_total = 0;
		list_for_each_entry_safe(vt, next, &ctx->tasks, node) {
			busy += !settle(vt);
			ctx->progress_total++;
		}
		ctx->progress_done = ctx->progress_total - busy;
		/* a scan that found nothing new while nobody ran is the last one */
		if (!busy && !new)
			return 0;
		if (!busy)
			continue;
		if (ktime_after(ktime_get(), deadline))
			return say_who_does_not_stop(ctx);
		if (!atomic_read(&ctx->queued))
			schedule_timeout_killable(1);	/* somebody exits, or is in vfork */
		else
			wait_event_killable_timeout(ctx->park_wq, !atomic_read(&ctx->queued),
						    msecs_to_jiffies(10));
		if (signal_pending(current))
			return -EINTR;
	}
}
