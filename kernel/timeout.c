// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that wait for a while, and of which the kernel keeps no note when
 * they began. Parking ends them with EINTR; called again as they were, they would
 * wait for their whole time once more. So the moment of their end is read off the
 * timer that is to wake them, before they are woken; and when the task goes on it
 * makes the call again from where it was parked, until that moment.
 */
#include <linux/fdtable.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/personality.h>
#include <linux/socket.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <asm/unistd.h>
#include "access.h"
#include "park.h"
#include "vz.h"

/* ---- which calls ---- */

/* -EINTR whenever something woke them; called again they do the same. */
static bool waits_again(unsigned long nr)
{
	switch (nr) {
	case __NR_epoll_wait:
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
	case __NR_rt_sigtimedwait:
	case __NR_semop:
	case __NR_semtimedop:
	case __NR_io_getevents:
	case __NR_io_pgetevents:
	/* with a timeout that the remaining time cannot be written to */
	case __NR_select:
	case __NR_pselect6:
	case __NR_ppoll:
	/* of a tmpfs, which has taken back what it did */
	case __NR_fallocate:
		return true;
	default:
		return false;
	}
}

static bool is_select(unsigned long nr)
{
	return nr == __NR_select || nr == __NR_pselect6 || nr == __NR_ppoll;
}

/* The same on a socket with SO_RCVTIMEO or SO_SNDTIMEO. */
static bool waits_on_socket(unsigned long nr)
{
	switch (nr) {
	case __NR_read:
	case __NR_readv:
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_recvmmsg:
	case __NR_write:
	case __NR_writev:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendmmsg:
	case __NR_sendfile:
	case __NR_splice:
	case __NR_accept:
	case __NR_accept4:
	case __NR_connect:
		return true;
	default:
		return false;
	}
}

/**
 * vz_call_waits() - can a system call be made again until its time is over?
 * @nr: its number
 */
bool vz_call_waits(unsigned long nr)
{
	return waits_again(nr) || waits_on_socket(nr);
}
EXPORT_SYMBOL_GPL(vz_call_waits);

/* AF_*, or AF_UNSPEC: @fd is no socket. */
static int family_of(unsigned int fd)
{
	int err, family = AF_UNSPEC;
	struct socket *sock;

	sock = sockfd_lookup(fd, &err);
	if (sock) {
		family = sock->sk->sk_family;
		sockfd_put(sock);
	}
	return family;
}

static bool on_socket(const struct pt_regs *regs)
{
	return family_of(regs->di) != AF_UNSPEC ||
	       (regs->orig_ax == __NR_splice && family_of(regs->dx) != AF_UNSPEC);
}

/* select(2) whose time is over has found nothing. */
static int clear_fd_sets(const struct pt_regs *regs)
{
	unsigned long sets[] = { regs->si, regs->dx, regs->r10 };
	unsigned long n = (unsigned int)regs->di;
	unsigned int i;

	rcu_read_lock();
	n = min_t(unsigned long, n, files_fdtable(current->files)->max_fds);
	rcu_read_unlock();
	n = BITS_TO_LONGS(n) * sizeof(long);
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (sets[i] && clear_user((void __user *)sets[i], n))
			return -EFAULT;
	}
	return 0;
}

/* Of a struct timeval or timespec, where it can be written. See poll_select_finish(). */
static void no_time_left(unsigned long timeout)
{
	if (timeout && !(current->personality & STICKY_TIMEOUTS) &&
	    clear_user((void __user *)timeout, 2 * sizeof(long)))
		return;
}

/* What a call returns when its time is over. */
static long time_is_over(const struct pt_regs *regs)
{
	switch (regs->orig_ax) {
	case __NR_select:
	case __NR_pselect6:
		no_time_left(regs->r8);
		return clear_fd_sets(regs);
	case __NR_ppoll:
		no_time_left(regs->dx);
		return 0;
	case __NR_epoll_wait:
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
	case __NR_io_getevents:
	case __NR_io_pgetevents:
		return 0;
	case __NR_connect:
		return family_of(regs->di) == AF_UNIX ? -EAGAIN : -EINPROGRESS;
	default:
		return -EAGAIN;
	}
}

/* ---- before they are woken ---- */

/* An end that has not been noted: the call makes it by itself. */
#define VZ_UNKNOWN	(KTIME_MAX / 2)

/* Those that make their call again until a moment, with their struct vz_task of then. */
static LIST_HEAD(waiting);
static DEFINE_SPINLOCK(waiting_lock);

/*
 * The sleep that ends at @deadline. A task that has slept again until it parks
 * may have been in another call: then the note does not count.
 */
static void note(struct vz_context *ctx, struct task_struct *task, u64 deadline)
{
	struct vz_task *vt = vz_task_listed(ctx, task);

	if (!vt || READ_ONCE(vt->state) != VZ_NEW || vt->zombie)
		return;
	vt->timeout.deadline = max_t(u64, deadline, 1);
	vt->timeout.switches = READ_ONCE(task->nvcsw);
}

/* schedule_hrtimeout() and its like */
static void note_hrtimers(struct vz_context *ctx, struct hrtimer_clock_base *base)
{
	struct timerqueue_node *node;
	struct hrtimer *timer;

	for (node = timerqueue_getnext(&base->active); node; node = timerqueue_iterate_next(node)) {
		timer = container_of(node, struct hrtimer, node);
		if ((unsigned long)timer->function == vz_addr_hrtimer_wakeup)
			note(ctx, container_of(timer, struct hrtimer_sleeper, timer)->task,
			     hrtimer_get_softexpires_tv64(timer));
	}
}

/* schedule_timeout(). A timer goes off with its slot of the wheel, see calc_index(). */
static void note_timers(struct vz_context *ctx, void *base)
{
	struct vz_timer_vectors *wheel = vz_timer_base_vectors(base);
	struct timer_list *timer;
	u64 now = ktime_get_ns();
	unsigned int i, shift;
	unsigned long end;
	long left;

	for (i = 0; i < ARRAY_SIZE(wheel->vector); i++) {
		shift = i / VZ_TIMER_SLOTS * 3;
		hlist_for_each_entry(timer, &wheel->vector[i], entry) {
			if ((unsigned long)timer->function != vz_addr_process_timeout)
				continue;
			end = ((timer->expires >> shift) + 1) << shift;
			left = max_t(long, end - jiffies, 0);
			note(ctx, *vz_process_timer_task(vz_outer(process_timer, timer, timer)),
			     now + jiffies_to_nsecs(left));
		}
	}
}

/**
 * vz_note_timeouts() - note until when tasks sleep, before any of them is woken
 * @ctx: the context
 *
 * Mirrors what schedule_hrtimeout_range_clock() and schedule_timeout() start.
 */
void vz_note_timeouts(struct vz_context *ctx)
{
	struct hrtimer_cpu_base *hr;
	struct vz_task *vt;
	unsigned long flags;
	unsigned int i;
	void *base;
	int cpu;

	for_each_possible_cpu(cpu) {
		hr = per_cpu_ptr((struct hrtimer_cpu_base __percpu __force *)vz_hrtimer_bases, cpu);
		raw_spin_lock_irqsave(&hr->lock, flags);
		for (i = 0; i < HRTIMER_MAX_CLOCK_BASES; i++) {
			if (hr->clock_base[i].clockid == CLOCK_MONOTONIC)
				note_hrtimers(ctx, &hr->clock_base[i]);
		}
		raw_spin_unlock_irqrestore(&hr->lock, flags);

		base = per_cpu_ptr((void __percpu __force *)vz_timer_bases, cpu);
		for (i = 0; i < VZ_TIMER_BASES; i++, base += vz_size_timer_base) {
			raw_spin_lock_irqsave(vz_timer_base_lock(base), flags);
			note_timers(ctx, base);
			raw_spin_unlock_irqrestore(vz_timer_base_lock(base), flags);
		}
	}
	/* these sleep longer by themselves than they are to */
	spin_lock(&waiting_lock);
	list_for_each_entry(vt, &waiting, timeout.node)
		note(ctx, vt->task, vt->timeout.deadline);
	spin_unlock(&waiting_lock);
}

/* ---- in the task's own context ---- */

/**
 * vz_hide_interruption() - have an interrupted call made again, as if nothing had been
 * @vt: the entry of current, which is about to park
 *
 * A handler that really runs still gives -EINTR.
 */
void vz_hide_interruption(struct vz_task *vt)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct vz_timeout *t = &vt->timeout;

	/* the kernel has written the remaining time; it does not count while they are parked */
	if ((long)regs->ax == -ERESTARTNOHAND && is_select(regs->orig_ax) && t->deadline &&
	    t->switches == current->nvcsw)
		return;
	if ((long)regs->ax == -EINTR &&
	    (waits_again(regs->orig_ax) ||
	     (waits_on_socket(regs->orig_ax) && on_socket(regs)))) {
		regs->ax = -ERESTARTNOHAND;
		if (t->deadline && t->switches == current->nvcsw)
			return;
		/* made again by the kernel it would say EALREADY in the end */
		if (regs->orig_ax == __NR_connect) {
			t->deadline = VZ_UNKNOWN;
			return;
		}
	}
	t->deadline = 0;
}

static void nothing(struct callback_head *work)
{
}

/* Ends the task's sleep: its call returns -EINTR, and vz_wait_rest() sees why. */
static enum hrtimer_restart end_sleep(struct hrtimer *timer)
{
	struct vz_task *vt = container_of(timer, struct vz_task, timeout.timer);

	WRITE_ONCE(vt->timeout.over, true);
	task_work_add(vt->task, &vt->timeout.work, TWA_SIGNAL);
	return HRTIMER_NORESTART;
}

/**
 * vz_wait_rest() - make an interrupted call again, until its time is over
 * @vt: the entry of current, which goes on
 *
 * Its arguments are in the registers, which nobody has touched. When something
 * interrupts it for good, or it is suspended again, it has returned -EINTR.
 */
void vz_wait_rest(struct vz_task *vt)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct vz_timeout *t = &vt->timeout;
	long ret;

	if (!t->deadline || (long)regs->ax != -ERESTARTNOHAND || fatal_signal_pending(current))
		return;
	/* of epoll_pwait() and its like: they set theirs again */
	if (test_and_clear_restore_sigmask())
		vz___set_current_blocked(&current->saved_sigmask);
	/* work that came while this one ran has run, but its mark would end the call at once */
	do {
		clear_notify_signal();
		if (task_work_pending(current))
			vz_task_work_run();
	} while (test_thread_flag(TIF_NOTIFY_SIGNAL));
	t->over = false;
	init_task_work(&t->work, nothing);
	hrtimer_init(&t->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	t->timer.function = end_sleep;
	spin_lock(&waiting_lock);
	list_add(&t->node, &waiting);
	spin_unlock(&waiting_lock);
	hrtimer_start(&t->timer, ns_to_ktime(t->deadline), HRTIMER_MODE_ABS);

	ret = vz_x64_sys_call(regs, regs->orig_ax);

	hrtimer_cancel(&t->timer);
	spin_lock(&waiting_lock);
	list_del(&t->node);
	spin_unlock(&waiting_lock);
	vz_task_work_cancel_func(current, nothing);
	/* the second connect() of a socket ends with EALREADY where the first one says EINPROGRESS */
	if (((ret == -EINTR || ret == -ERESTARTNOHAND) && t->over && !task_sigpending(current)) ||
	    (ret == -EALREADY && regs->orig_ax == __NR_connect))
		ret = time_is_over(regs);
	regs->ax = ret;
}
