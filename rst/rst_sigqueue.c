// SPDX-License-Identifier: GPL-2.0-only
/*
 * sigqueue: pending signals.
 */
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "rst_task.h"

/*
 * From here on every task blocks everything, until its own mask comes last: a
 * pending signal is queued where it was, not delivered or ignored. The tasks are
 * parked, so their masks may be written from here.
 */
static int rst_sigqueue_links(struct vz_context *ctx)
{
	struct vz_task *vt;
	unsigned long flags;

	vz_for_each_task(ctx, vt) {
		if (vt->zombie)
			continue;
		if (!vz_lock_task_sighand(vt->task, &flags))
			return rst_err(ctx, -ESRCH, "task %d: died while it was restored", vt->pid);
		sigfillset(&vt->task->blocked);
		sigdelsetmask(&vt->task->blocked, sigmask(SIGKILL) | sigmask(SIGSTOP));
		unlock_task_sighand(vt->task, &flags);
	}
	return 0;
}

static int queue(struct vz_task *vt, u64 id, enum pid_type type)
{
	struct sigpending *pending = type == PIDTYPE_PID ? &current->pending :
							   &current->signal->shared_pending;
	const struct vz_rec *rec = id ? rst_find(vt->ctx, CPT_OBJ_SIGQUEUE, id) : NULL;
	const struct cpt_sigqueue_image *v;
	const struct cpt_siginfo *infos;
	kernel_siginfo_t info;
	int err = 0;
	u32 i;

	if (!id)
		return 0;
	if (!rec)
		return rst_err(vt->ctx, -EINVAL, "task %d: there is no queue %llu", vt->pid, id);
	v = rec->fixed;
	infos = rec->content;
	for (i = 0; i < v->infos && !err; i++) {
		memcpy(&info, infos[i].info, sizeof(info));
		if (info.si_code == SI_TIMER) {
			info.si_sys_private = 0;
			if (rst_timer_queue(vt, &info, type))
				continue;
		}
		spin_lock_irq(&current->sighand->siglock);
		/* the checker has seen that the number is one */
		if (!sig_kernel_only(info.si_signo))
			err = vz_send_signal_locked(info.si_signo, &info, current, type);
		spin_unlock_irq(&current->sighand->siglock);
	}
	spin_lock_irq(&current->sighand->siglock);
	/* pending without a siginfo, as when there was no memory for it */
	pending->signal.sig[0] |= v->pending & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	spin_unlock_irq(&current->sighand->siglock);
	return err ? rst_err(vt->ctx, err, "task %d: signal %d cannot be queued: error %d", vt->pid,
			     info.si_signo, -err) : 0;
}

static int rst_sigqueue_finish(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	const struct cpt_task_image *t = vt->rec->fixed;
	int err = 0;

	if (vz_is_leader(vt))
		err = queue(vt, p->shared_pending, PIDTYPE_TGID);
	return err ?: queue(vt, t->pending, PIDTYPE_PID);
}

const struct rst_ops rst_sigqueue_ops = {
	.links = rst_sigqueue_links,
	.finish = rst_sigqueue_finish,
};
