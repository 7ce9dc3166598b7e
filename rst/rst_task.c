// SPDX-License-Identifier: GPL-2.0-only
/*
 * task: threads. Each sets itself up in its own context; its registers are the
 * last thing it gets.
 */
#include <linux/cpumask.h>
#include <linux/ioprio.h>
#include <linux/rseq.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <uapi/linux/sched/types.h>
#include <asm/prctl.h>
#include <asm/proto.h>
#include "../kernel/access.h"
#include "rst_task.h"

#define RST_EFLAGS (X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF |	\
		    X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF |	\
		    X86_EFLAGS_RF | X86_EFLAGS_AC | X86_EFLAGS_ID)

static int set_regs(struct vz_task *vt, const struct cpt_regs *v)
{
	struct pt_regs *regs = task_pt_regs(current);
	long err;

	err = vz_do_arch_prctl_64(current, ARCH_SET_FS, v->fs_base);
	if (!err)
		err = vz_do_arch_prctl_64(current, ARCH_SET_GS, v->gs_base);
	if (err)
		return rst_err(vt->ctx, err, "task %d: fs or gs base is not an address", vt->pid);
#define COPY(to, from) regs->to = v->from
	COPY(r15, r15); COPY(r14, r14); COPY(r13, r13); COPY(r12, r12);
	COPY(bp, rbp); COPY(bx, rbx); COPY(r11, r11); COPY(r10, r10);
	COPY(r9, r9); COPY(r8, r8); COPY(ax, rax); COPY(cx, rcx);
	COPY(dx, rdx); COPY(si, rsi); COPY(di, rdi); COPY(orig_ax, orig_rax);
	COPY(ip, rip); COPY(sp, rsp);
#undef COPY
	regs->flags = (v->eflags & RST_EFLAGS) | X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	return 0;
}

static int set_scheduling(struct vz_task *vt, const struct cpt_task_image *t)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = t->sched_policy,
		.sched_nice = t->nice,
		.sched_priority = t->sched_priority,
		.sched_runtime = t->slice_ns,	/* looked at from 6.12 on */
		.sched_flags = t->flags & CPT_TASK_RESET_ON_FORK ? SCHED_FLAG_RESET_ON_FORK : 0,
	};
	int err = sched_setattr_nocheck(current, &attr);

	if (err)
		return rst_err(vt->ctx, err, "task %d: scheduling policy %u cannot be set: error %d",
			       vt->pid, t->sched_policy, -err);
	current->timer_slack_ns = t->timer_slack_ns;
	current->default_timer_slack_ns = t->default_timer_slack_ns;
	err = t->ioprio || current->io_context ? set_task_ioprio(current, t->ioprio) : 0;
	return err ? rst_err(vt->ctx, err, "task %d: I/O priority %#x cannot be set: error %d",
			     vt->pid, t->ioprio, -err) : 0;
}

static int set_cpus(struct vz_task *vt, const struct cpt_task_image *t)
{
	cpumask_var_t mask;
	int err;

	if (!t->cpus)
		return set_cpus_allowed_ptr(current, cpu_possible_mask);
	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;
	memcpy(cpumask_bits(mask), vt->rec->content, min_t(size_t, t->cpus, cpumask_size()));
	cpumask_and(mask, mask, cpu_possible_mask);
	err = set_cpus_allowed_ptr(current, mask);
	free_cpumask_var(mask);
	return err ? rst_err(vt->ctx, err, "task %d: none of its processors is there", vt->pid) : 0;
}

static void set_user(const struct cpt_task_image *t)
{
	if (t->flags & CPT_TASK_NO_NEW_PRIVS)
		task_set_no_new_privs(current);
	if (!(t->flags & CPT_TASK_FORKNOEXEC))
		current->flags &= ~PF_FORKNOEXEC;
	current->personality = t->personality;
#ifdef CONFIG_AUDIT
	current->loginuid = KUIDT_INIT(t->loginuid);
	current->sessionid = t->sessionid;
#endif
	current->clear_child_tid = (int __user *)t->clear_child_tid;
	current->robust_list = (void __user *)t->robust_list;
	current->sas_ss_sp = t->sas_ss_sp;
	current->sas_ss_size = t->sas_ss_size;
	current->sas_ss_flags = t->sas_ss_flags;
	current->rseq = (struct rseq __user *)t->rseq;
	current->rseq_sig = t->rseq_sig;
	vz_set_rseq_len(current, t->rseq_len);
	/* it is on another processor now, and out of any critical section */
	if (t->rseq)
		rseq_migrate(current);
	vz___set_task_comm(current, (const char *)t->comm, false);
}

/*
 * A thread that stood in a job control stop takes its place again without
 * telling the parent, who was told then. It has not if it was continued (from
 * outside) since the undump.
 */
void rst_stop_in_place(struct vz_task *vt)
{
	spin_lock_irq(&current->sighand->siglock);
	if (!(current->signal->flags & SIGNAL_STOP_STOPPED) || fatal_signal_pending(current)) {
		spin_unlock_irq(&current->sighand->siglock);
		return;
	}
	current->jobctl |= JOBCTL_STOPPED;
	set_special_state(TASK_STOPPED);
	spin_unlock_irq(&current->sighand->siglock);
	schedule();
}

static void set_signals(struct vz_task *vt, const struct cpt_task_image *t)
{
	spin_lock_irq(&current->sighand->siglock);
	current->blocked.sig[0] = t->blocked;
	sigdelsetmask(&current->blocked, sigmask(SIGKILL) | sigmask(SIGSTOP));
	current->saved_sigmask.sig[0] = t->saved_sigmask;
	sigdelsetmask(&current->saved_sigmask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	current->restore_sigmask = !!(t->flags & CPT_TASK_RESTORE_SIGMASK);
	if (t->flags & CPT_TASK_STOP_PENDING) {
		current->jobctl |= JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME | t->stop_signal;
		current->signal->group_stop_count++;
	}
	if (t->flags & CPT_TASK_STOPPED) {
		current->jobctl |= t->stop_signal;
		vt->on_release = rst_stop_in_place;
	}
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

static int rst_task_finish(struct vz_task *vt)
{
	const struct cpt_task_image *t = vt->rec->fixed;
	int err;

	err = set_cpus(vt, t);
	if (!err)
		err = set_scheduling(vt, t);
	if (!err)
		err = rst_set_restart(vt, &t->restart);
	if (err)
		return err;
	set_user(t);
	err = rst_commit_cred(vt, t->cred);
	if (err)
		return err;
	current->pdeath_signal = t->pdeath_signal;	/* cleared by new credentials */
	set_signals(vt, t);
	vt->lock_wait = t->lock_wait;
	return set_regs(vt, &t->regs);
}

static int rst_task_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_task_image *t = rec->fixed;
	const struct cpt_process_image *p = rst_fixed(ctx, CPT_OBJ_PROCESS, t->tgid);
	const struct vz_rec *mm = p && p->mm ? rst_find(ctx, CPT_OBJ_MM, p->mm) : NULL;

	if (t->regs.orig_rax != ~0ULL && t->regs.orig_rax >= 4096)
		return rst_err(ctx, -EINVAL, "task %u: system call %llu is none", t->tid,
			       t->regs.orig_rax);
	if (t->restart.fn == CPT_RESTART_UNTIL && !vz_call_waits(t->regs.orig_rax))
		return rst_err(ctx, -EINVAL, "task %u: system call %lld does not wait for a time",
			       t->tid, (s64)t->regs.orig_rax);
	if (t->rseq && !access_ok((void __user *)t->rseq, t->rseq_len))
		return rst_err(ctx, -EINVAL, "task %u: rseq is not in user memory", t->tid);
	if (!vz_rseq_len_known(t->rseq_len))
		return rst_err(ctx, -EOPNOTSUPP, "task %u: this kernel has no rseq of %u bytes",
			       t->tid, t->rseq_len);
	if (t->slice_ns && !VZ_HAS_SLICE)
		return rst_err(ctx, -EOPNOTSUPP, "task %u: this kernel has no time slice of a task's own",
			       t->tid);
	if (mm && !rst_vdso_may_go_on(ctx, mm, t->regs.rip))
		return rst_err(ctx, -ENOEXEC, "task %u: was stopped at the entry of a function of the vdso, and this kernel has another one",
			       t->tid);
	return 0;
}

const struct rst_ops rst_task_ops = {
	.check = rst_task_check,
	.finish = rst_task_finish,
};
