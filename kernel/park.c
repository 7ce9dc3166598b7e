// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parked tasks: the one place where the tasks of a VE stand still.
 *
 * A task work is queued with TWA_SIGNAL. In the ordinary case it runs in
 * get_signal(), with complete user registers and before it is decided whether
 * an interrupted system call is restarted, and the task parks there. Restored
 * tasks begin their life in the same place (vz_spawn()).
 *
 * Where a task is (enum vz_park_state) changes only under vt->lock, and who
 * changes it wakes the other side under that lock, so no release, call or death
 * is missed.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <asm/syscall.h>
#include "access.h"
#include "park.h"
#include "vdso.h"
#include "vz.h"

#define VZ_PARK_STATE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE | TASK_NOLOAD | TASK_FREEZABLE)

/* ---- entries ---- */

struct vz_task *vz_task_alloc(struct vz_context *ctx, struct task_struct *task, pid_t pid,
			      pid_t tgid)
{
	struct vz_task *vt = kzalloc(sizeof(*vt), GFP_KERNEL);

	if (!vt)
		return NULL;
	refcount_set(&vt->refs, 1);
	spin_lock_init(&vt->lock);
	vt->ctx = ctx;
	vt->owner = ctx->side->owner;
	vt->task = task;
	vt->pid = pid;
	vt->tgid = tgid;
	list_add_tail(&vt->node, &ctx->tasks);
	return vt;
}

/**
 * vz_task_new() - an entry for a task that vz_spawn() will make
 * @ctx: the context
 * @pid: the pid it will have in the VE
 * @tgid: its thread group
 *
 * Return: the entry, at the end of ctx->tasks, or NULL
 */
struct vz_task *vz_task_new(struct vz_context *ctx, pid_t pid, pid_t tgid)
{
	return vz_task_alloc(ctx, NULL, pid, tgid);
}
EXPORT_SYMBOL_GPL(vz_task_new);

void vz_task_put(struct vz_task *vt)
{
	if (!refcount_dec_and_test(&vt->refs))
		return;
	if (vt->task)
		put_task_struct(vt->task);
	kfree(vt);
}

/* The entry leaves the lists. */
void vz_task_forget(struct vz_task *vt)
{
	hlist_del_init(&vt->hash);
	list_del(&vt->node);
	vz_task_put(vt);
}

/* The work's reference: the entry, and the code that the task will run. */
void vz_work_get(struct vz_task *vt)
{
	refcount_inc(&vt->refs);
	__module_get(vt->owner);
}

void vz_work_put(struct vz_task *vt)
{
	struct module *owner = vt->owner;

	vz_task_put(vt);
	module_put(owner);
}

/* ---- in the task's own context ---- */

/*
 * In the middle of a system call (io_uring and ptrace run task work there)
 * the registers are not those of the border to user mode.
 */
static bool in_syscall(struct pt_regs *regs)
{
	return (long)regs->orig_ax >= 0 && (long)regs->ax == -ENOSYS;
}

/*
 * Work that was queued before ours runs after it (the list is a stack): closed
 * files that are still to be let go. Parked on top of that, a pipe would keep an
 * end, a file its lock. Queued again, ours is the last one of the next round.
 */
static bool put_off(struct callback_head *work)
{
	return READ_ONCE(work->next) && !task_work_add(current, work, TWA_SIGNAL);
}

void vz_task_set_state(struct vz_task *vt, enum vz_park_state state)
{
	if (vt->state == VZ_QUEUED)
		atomic_dec(&vt->ctx->queued);
	vt->state = state;
	wake_up(&vt->ctx->park_wq);
}

/* Called with vt->lock held. Comes back without it, when the task may go on. */
static void park(struct vz_task *vt)
{
	int ret;

	while (vt->state == VZ_PARKED && !fatal_signal_pending(current)) {
		if (vt->calling) {
			spin_unlock(&vt->lock);
			ret = vt->call(vt, vt->call_arg);
			spin_lock(&vt->lock);
			vt->call_ret = ret;
			vt->calling = false;
			wake_up(&vt->ctx->park_wq);
			continue;
		}
		set_current_state(VZ_PARK_STATE);
		spin_unlock(&vt->lock);
		schedule();
		spin_lock(&vt->lock);
	}
	__set_current_state(TASK_RUNNING);
	if (vt->state == VZ_PARKED) {
		if (vt->calling) {
			vt->call_ret = -ESRCH;
			vt->calling = false;
		}
		vz_task_set_state(vt, VZ_GONE);
	}
	spin_unlock(&vt->lock);
}

void vz_park_work(struct callback_head *work)
{
	struct vz_task *vt = container_of(work, struct vz_task, work);
	struct pt_regs *regs = task_pt_regs(current);
	bool exiting, not_here = in_syscall(regs) || vz_vdso_in_between(regs);
	long code;

	spin_lock(&vt->lock);
	if (vt->state != VZ_QUEUED) {
		spin_unlock(&vt->lock);
		vz_work_put(vt);
		return;
	}
	if ((current->flags & PF_EXITING) || not_here) {
		/* not here: the controller queues again while the task lives */
		vz_task_set_state(vt, current->flags & PF_EXITING ? VZ_GONE : VZ_NEW);
		spin_unlock(&vt->lock);
		vz_work_put(vt);
		return;
	}
	if (put_off(work)) {
		spin_unlock(&vt->lock);
		return;
	}
	vz_hide_interruption(vt);
	vz_task_set_state(vt, VZ_PARKED);
	park(vt);

	exiting = vt->exiting && vt->state == VZ_RELEASED;
	code = vt->exit_code;
	if (vt->state == VZ_RELEASED) {
		if (vt->on_release)
			vt->on_release(vt);
		if (!exiting)
			vz_wait_rest(vt);
	}
	vz_work_put(vt);
	if (exiting)
		vz_do_exit(code);
}

/* First function of a spawned task: everything else happens where it parks. */
static int spawn_entry(void *arg)
{
	struct vz_task *vt = arg;

	get_task_struct(current);
	vt->task = current;
	if (!task_work_add(current, &vt->work, TWA_SIGNAL))
		return 0;
	spin_lock(&vt->lock);
	vz_task_set_state(vt, VZ_GONE);
	spin_unlock(&vt->lock);
	vz_work_put(vt);
	return 0;
}

/* ---- undump ---- */

/**
 * vz_spawn() - make the task of an entry, parked
 * @vt: from vz_task_new()
 * @flags: CLONE_* for kernel_clone()
 * @exit_signal: sent to its parent at its end
 *
 * Context: the parent of the new process, or the leader of the new thread:
 * runs in that task. The pid is @vt->pid in the caller's PID namespace (for
 * children), or 1 in a new one.
 * Return: 0 when the task is parked, or -errno: there is no task
 */
int vz_spawn(struct vz_task *vt, u64 flags, int exit_signal)
{
	pid_t set_tid[1] = { vt->pid };
	struct kernel_clone_args args = {
		.flags = flags | CLONE_UNTRACED,
		.exit_signal = exit_signal,
		.set_tid = set_tid,
		.set_tid_size = 1,
		.fn = spawn_entry,
		.fn_arg = vt,
	};
	pid_t pid;

	init_task_work(&vt->work, vz_park_work);
	spin_lock(&vt->lock);
	vt->state = VZ_QUEUED;
	atomic_inc(&vt->ctx->queued);
	spin_unlock(&vt->lock);
	vz_work_get(vt);
	pid = vz_kernel_clone(&args);
	if (pid < 0) {
		spin_lock(&vt->lock);
		vz_task_set_state(vt, VZ_NEW);
		spin_unlock(&vt->lock);
		vz_work_put(vt);
		return pid;
	}
	/* it parks without further help, or dies */
	wait_event(vt->ctx->park_wq, READ_ONCE(vt->state) != VZ_QUEUED);
	return READ_ONCE(vt->state) == VZ_PARKED ? 0 : -ESRCH;
}
EXPORT_SYMBOL_GPL(vz_spawn);

/**
 * vz_wait_inactive() - wait until a parked task is off its CPU
 * @vt: the task
 *
 * One that has just parked, or has just come back from a vz_call(), may be on
 * its way into the park state still: that is waited for, too.
 *
 * Return: 0: its processor state is in memory; -ESRCH when it is not parked
 */
int vz_wait_inactive(struct vz_task *vt)
{
	while (!vz_wait_task_inactive(vt->task, VZ_PARK_STATE)) {
		if (READ_ONCE(vt->state) != VZ_PARKED || fatal_signal_pending(current))
			return -ESRCH;
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vz_wait_inactive);

/**
 * vz_wait_zombie() - wait until a task released with @exiting has ended
 * @vt: the task
 *
 * Return: 0, or -EINTR when the caller is killed
 */
int vz_wait_zombie(struct vz_task *vt)
{
	while (!READ_ONCE(vt->task->exit_state)) {
		schedule_timeout_killable(1);
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vz_wait_zombie);

/* ---- both ---- */

/**
 * vz_call() - have a parked task run a function in its own context
 * @vt: a parked task
 * @fn: runs in the task's context with its credentials, mm, files; may sleep
 * @arg: for @fn
 *
 * Context: the controller, or another parked task's call. Sleeps until @fn has
 * run. When the caller is killed meanwhile, the task is killed, too.
 * Return: what @fn returns; -ESRCH when the task is not parked (any more)
 */
int vz_call(struct vz_task *vt, int (*fn)(struct vz_task *vt, void *arg), void *arg)
{
	spin_lock(&vt->lock);
	if (vt->state != VZ_PARKED) {
		spin_unlock(&vt->lock);
		return -ESRCH;
	}
	vt->call = fn;
	vt->call_arg = arg;
	vt->calling = true;
	wake_up_process(vt->task);
	spin_unlock(&vt->lock);

	if (wait_event_killable(vt->ctx->park_wq, !READ_ONCE(vt->calling))) {
		send_sig(SIGKILL, vt->task, 1);
		wait_event(vt->ctx->park_wq, !READ_ONCE(vt->calling));
	}
	return vt->call_ret;
}
EXPORT_SYMBOL_GPL(vz_call);

/**
 * vz_release() - let a task go on
 * @vt: its entry, which stays in the list
 */
void vz_release(struct vz_task *vt)
{
	bool queued = false;

	spin_lock(&vt->lock);
	switch (vt->state) {
	case VZ_PARKED:
		vt->state = VZ_RELEASED;
		wake_up_process(vt->task);
		break;
	case VZ_QUEUED:
		vz_task_set_state(vt, VZ_RELEASED);
		queued = true;
		break;
	default:
		break;
	}
	spin_unlock(&vt->lock);
	/* a stopped task keeps its work until it is continued: take it back */
	if (queued && vz_task_work_cancel_func(vt->task, vz_park_work))
		vz_work_put(vt);
}
EXPORT_SYMBOL_GPL(vz_release);

/**
 * vz_release_all() - let all tasks go on and forget them
 * @ctx: the context
 */
void vz_release_all(struct vz_context *ctx)
{
	struct vz_task *vt, *next;

	vz_for_each_task(ctx, vt)
		vz_release(vt);
	list_for_each_entry_safe(vt, next, &ctx->tasks, node)
		vz_task_forget(vt);
}
EXPORT_SYMBOL_GPL(vz_release_all);

static bool init_ended(struct pid *pid)
{
	struct task_struct *init;
	bool ended;

	rcu_read_lock();
	init = pid_task(pid, PIDTYPE_TGID);
	ended = !init || READ_ONCE(init->exit_state);
	rcu_read_unlock();
	return ended;
}

/**
 * vz_kill_all() - end the VE
 * @ctx: ctx->init is its init
 *
 * Init takes every task of its PID namespace with it and ends last.
 *
 * Return: 0 when the VE is empty, -EINTR when the caller is killed before (it
 *         ends all the same)
 */
int vz_kill_all(struct vz_context *ctx)
{
	struct vz_task *vt;
	int err;

	if (!ctx->init)
		return 0;
	/* each by itself: none may run when it is released before init got to it */
	vz_for_each_task(ctx, vt) {
		if (vt->task)
			send_sig(SIGKILL, vt->task, 1);
	}
	kill_pid(ctx->init, SIGKILL, 1);
	err = wait_event_killable(ctx->init->wait_pidfd, init_ended(ctx->init));
	vz_release_all(ctx);
	return err ? -EINTR : 0;
}
EXPORT_SYMBOL_GPL(vz_kill_all);
