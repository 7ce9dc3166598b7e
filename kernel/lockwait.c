// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for a lock on a file, and in which order: whoever parks leaves the
 * queue, and has to take its place again when it goes on.
 */
#include <linux/delay.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/sched/task.h>
#include <asm/unistd.h>
#include "access.h"
#include "park.h"
#include "vz.h"

/* A request that waits comes back to the kernel at once; that long is enough. */
#define VZ_QUEUE_MS 1000

/**
 * vz_in_lock_wait() - is this a system call that waits for a lock?
 * @nr: its number
 * @cmd: its second argument
 */
bool vz_in_lock_wait(unsigned long nr, unsigned long cmd)
{
	return nr == __NR_flock || (nr == __NR_fcntl && (cmd == F_SETLKW || cmd == F_OFD_SETLKW));
}
EXPORT_SYMBOL_GPL(vz_in_lock_wait);

/* The file whose lock a task waits for, with a reference; NULL: it does not. */
static struct file *awaited_file(struct task_struct *task)
{
	struct syscall_info info;
	struct files_struct *files;
	struct file *file = NULL;
	struct fdtable *fdt;

	if (!(READ_ONCE(task->__state) & TASK_INTERRUPTIBLE) ||
	    vz_task_current_syscall(task, &info) ||
	    !vz_in_lock_wait(info.data.nr, info.data.args[1]))
		return NULL;
	task_lock(task);
	files = task->files;
	if (files) {
		spin_lock(&files->file_lock);
		fdt = files_fdtable(files);
		if (info.data.args[0] < fdt->max_fds)
			file = rcu_dereference_protected(fdt->fd[info.data.args[0]],
							 lockdep_is_held(&files->file_lock));
		if (file)
			get_file(file);
		spin_unlock(&files->file_lock);
	}
	task_unlock(task);
	return file;
}

/* Requests wait for a lock, or for a request before them: a tree. */
static struct file_lock *next_request(struct file_lock *lock, const struct file_lock *root)
{
	struct list_head *next = vz_lock(lock, blocked_requests).next;

	if (next != &vz_lock(lock, blocked_requests))
		return list_entry(next, struct file_lock, VZ_BLOCKED_MEMBER);
	for (; lock != root; lock = vz_lock_blocker(lock)) {
		next = vz_lock(lock, blocked_member).next;
		if (next != &vz_lock(vz_lock_blocker(lock), blocked_requests))
			return list_entry(next, struct file_lock, VZ_BLOCKED_MEMBER);
	}
	return NULL;
}

static bool waits_for(struct file_lock *request, struct task_struct *task)
{
	struct wait_queue_head *head = &vz_lock(request, wait);
	struct wait_queue_entry *entry;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&head->lock, flags);
	list_for_each_entry(entry, &head->head, entry)
		found |= entry->private == task;
	spin_unlock_irqrestore(&head->lock, flags);
	return found;
}

/* A task's place: how many requests wait before it. 0: it does not wait. */
static unsigned int place_in(struct list_head *locks, struct task_struct *task)
{
	struct file_lock *lock, *request;
	unsigned int n = 0;

	list_for_each_entry(lock, locks, VZ_LOCK_LIST) {
		for (request = lock; (request = next_request(request, lock)); ) {
			n++;
			if (waits_for(request, task))
				return n;
		}
	}
	return 0;
}

static unsigned int place(struct file *file, struct task_struct *task)
{
	struct file_lock_context *locks = locks_inode_context(file_inode(file));
	unsigned int n;

	if (!locks)
		return 0;
	spin_lock(&locks->flc_lock);
	/* requests leave under this one alone */
	spin_lock(vz_blocked_lock_lock);
	n = place_in(&locks->flc_posix, task) ?: place_in(&locks->flc_flock, task);
	spin_unlock(vz_blocked_lock_lock);
	spin_unlock(&locks->flc_lock);
	return n;
}

static unsigned int place_of(struct task_struct *task)
{
	struct file *file = awaited_file(task);
	unsigned int n = 0;

	if (file) {
		n = place(file, task);
		fput(file);
	}
	return n;
}

/**
 * vz_note_lock_waiters() - note who waits for locks, before any of them is woken
 * @ctx: the context
 *
 * Those that are found later have come later.
 */
void vz_note_lock_waiters(struct vz_context *ctx)
{
	unsigned int last = 0, n;
	struct vz_task *vt;

	vz_for_each_task(ctx, vt)
		last = max(last, vt->lock_wait);
	vz_for_each_task(ctx, vt) {
		if (READ_ONCE(vt->state) != VZ_NEW || vt->zombie || vt->lock_wait)
			continue;
		n = place_of(vt->task);
		if (n)
			vt->lock_wait = last + n;
	}
}

/* Sleeps until a task is in the queue again. Return: false: it is not, it got the lock. */
static bool wait_until_queued(struct task_struct *task)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), VZ_QUEUE_MS);

	do {
		if (place_of(task))
			return true;
		usleep_range(50, 100);	/* nobody tells when it sleeps */
	} while (!READ_ONCE(task->exit_state) && ktime_before(ktime_get(), deadline));
	return false;
}

/* Return: the first place behind @after that a parked task has; 0: none. */
static unsigned int next_place(struct vz_context *ctx, unsigned int after)
{
	unsigned int next = 0;
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (READ_ONCE(vt->state) == VZ_PARKED && vt->lock_wait > after &&
		    (!next || vt->lock_wait < next))
			next = vt->lock_wait;
	}
	return next;
}

/**
 * vz_release_lock_waiters() - let those go on first that wait for locks
 * @ctx: the context; its tasks are parked, so that no lock comes free meanwhile
 *
 * Each takes its place before the next one may. Where one does not wait any more
 * (its lock came free while the VE was parked), there is no order to be kept.
 */
void vz_release_lock_waiters(struct vz_context *ctx)
{
	unsigned int at = 0;
	struct vz_task *vt;
	bool queued = true;

	while (queued && (at = next_place(ctx, at))) {
		vz_for_each_task(ctx, vt) {
			if (!queued || READ_ONCE(vt->state) != VZ_PARKED || vt->lock_wait != at)
				continue;
			vz_release(vt);
			queued = wait_until_queued(vt->task);
		}
	}
}
EXPORT_SYMBOL_GPL(vz_release_lock_waiters);
