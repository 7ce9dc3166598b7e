// SPDX-License-Identifier: GPL-2.0-only
/*
 * task: threads.
 */
#include <linux/audit.h>
#include <linux/cpumask.h>
#include <linux/fdtable.h>
#include <linux/fs_struct.h>
#include <linux/ioprio.h>
#include <linux/iocontext.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/mm.h>
#include <linux/sched/prio.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include "../kernel/access.h"
#include "cpt_mount.h"
#include "cpt_task.h"

/* ---- what it refers to ---- */

static int collect_object(struct vz_context *ctx, u32 type, void *ptr)
{
	struct vz_obj *obj = ptr ? cpt_collect(ctx, type, ptr) : NULL;

	return IS_ERR(obj) ? PTR_ERR(obj) : 0;
}

static void put_fs(struct fs_struct *fs)
{
	bool last;

	spin_lock(&fs->lock);
	last = !--fs->users;
	spin_unlock(&fs->lock);
	if (last)
		vz_free_fs_struct(fs);
}

/* Each is held while it is collected: in a check the task runs, and may end. */
static int collect_objects(struct vz_context *ctx, struct task_struct *task)
{
	struct files_struct *files;
	struct fs_struct *fs;
	struct mm_struct *mm;
	int err;

	mm = get_task_mm(task);
	if (mm) {
		err = collect_object(ctx, CPT_OBJ_MM, mm);
		mmput(mm);
		if (err)
			return err;
	}
	task_lock(task);
	files = task->files;
	if (files)
		atomic_inc(&files->count);
	fs = task->fs;
	if (fs) {
		spin_lock(&fs->lock);
		fs->users++;
		spin_unlock(&fs->lock);
	}
	task_unlock(task);
	err = collect_object(ctx, CPT_OBJ_FILES, files);
	if (files)
		vz_put_files_struct(files);
	if (!err)
		err = collect_object(ctx, CPT_OBJ_FS, fs);
	if (fs)
		put_fs(fs);
	return err;
}

static int collect_task(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	const struct cred *cred;
	int err;

	cpt_who(ctx, "process %d (%s)", vt->tgid, task->comm);
	/* a zombie, too: its tracer is told first */
	if (READ_ONCE(task->ptrace))
		cpt_refuse(ctx, "task %d (%s): is traced: not supported", vt->pid, task->comm);
	cred = get_task_cred(task);
	/* a running task has others for a moment, in file systems */
	if (rcu_access_pointer(task->cred) != cred && !vt->zombie && !ctx->checking)
		cpt_refuse(ctx, "task %d (%s): overridden credentials: not supported", vt->pid,
			   task->comm);
	err = collect_object(ctx, CPT_OBJ_CRED, (void *)cred);
	put_cred(cred);
	if (err || vt->zombie || READ_ONCE(task->exit_state))
		return err;

	if (cpt_task_refuse(ctx, vt))
		return 0;
	err = collect_objects(ctx, task);
	if (err || ctx->checking)
		return err;
	if (vz_is_leader(vt))
		err = collect_object(ctx, CPT_OBJ_SIGHAND, task->sighand);
	return err ?: cpt_sigqueue_collect(ctx, task, &task->pending);
}

static int cpt_task_root(struct vz_context *ctx)
{
	struct vz_task *vt;
	int err;

	vz_for_each_task(ctx, vt) {
		err = collect_task(ctx, vt);
		if (err)
			return err;
	}
	return 0;
}

/* ---- the record ---- */

static void fill_regs(struct task_struct *task, struct cpt_regs *v)
{
	const struct pt_regs *regs = task_pt_regs(task);

#define COPY(to, from) v->to = regs->from
	COPY(r15, r15); COPY(r14, r14); COPY(r13, r13); COPY(r12, r12);
	COPY(rbp, bp); COPY(rbx, bx); COPY(r11, r11); COPY(r10, r10);
	COPY(r9, r9); COPY(r8, r8); COPY(rax, ax); COPY(rcx, cx);
	COPY(rdx, dx); COPY(rsi, si); COPY(rdi, di); COPY(orig_rax, orig_ax);
	COPY(rip, ip); COPY(cs, cs); COPY(eflags, flags); COPY(rsp, sp); COPY(ss, ss);
#undef COPY
	v->fs_base = task->thread.fsbase;
	v->gs_base = task->thread.gsbase;
	v->ds = task->thread.ds;
	v->es = task->thread.es;
}

static void fill_signals(struct vz_context *ctx, struct vz_task *vt, struct cpt_task_image *v)
{
	struct task_struct *task = vt->task;
	unsigned long flags;

	if (!vz_lock_task_sighand(task, &flags))
		return;
	v->blocked = task->blocked.sig[0];
	v->saved_sigmask = task->saved_sigmask.sig[0];
	v->flags |= task->restore_sigmask ? CPT_TASK_RESTORE_SIGMASK : 0;
	if (task->jobctl & JOBCTL_STOPPED)
		v->flags |= CPT_TASK_STOPPED;
	else if (task->jobctl & JOBCTL_STOP_PENDING)
		v->flags |= CPT_TASK_STOP_PENDING;
	if (v->flags & (CPT_TASK_STOPPED | CPT_TASK_STOP_PENDING))
		v->stop_signal = task->jobctl & JOBCTL_STOP_SIGMASK;
	unlock_task_sighand(task, &flags);
	v->pending = cpt_sigqueue_id(ctx, &task->pending);
	v->sas_ss_sp = task->sas_ss_sp;
	v->sas_ss_size = task->sas_ss_size;
	v->sas_ss_flags = task->sas_ss_flags;
}

static void fill_scheduling(struct task_struct *task, struct cpt_task_image *v)
{
	v->sched_policy = task->policy;
	v->nice = task_nice(task);
	v->sched_priority = task->rt_priority;
	v->flags |= task->sched_reset_on_fork ? CPT_TASK_RESET_ON_FORK : 0;
	v->slice_ns = vz_sched_slice(task);
	v->timer_slack_ns = task->timer_slack_ns;
	v->default_timer_slack_ns = task->default_timer_slack_ns;
	task_lock(task);
	v->ioprio = task->io_context ? task->io_context->ioprio : 0;
	task_unlock(task);
}

static void fill_user(struct task_struct *task, struct cpt_task_image *v)
{
	v->flags |= task_no_new_privs(task) ? CPT_TASK_NO_NEW_PRIVS : 0;
	v->flags |= task->flags & PF_FORKNOEXEC ? CPT_TASK_FORKNOEXEC : 0;
	v->pdeath_signal = task->pdeath_signal;
	v->personality = task->personality;
	v->loginuid = AUDIT_SID_UNSET;
	v->sessionid = AUDIT_SID_UNSET;
#ifdef CONFIG_AUDIT
	v->loginuid = __kuid_val(task->loginuid);
	v->sessionid = task->sessionid;
#endif
	v->rseq = (unsigned long)task->rseq;
	v->rseq_len = vz_rseq_len(task);
	v->rseq_sig = task->rseq_sig;
	v->clear_child_tid = (unsigned long)task->clear_child_tid;
	v->robust_list = (unsigned long)task->robust_list;
}

/* The processors it may run on; nothing when it may run on all. */
static int fill_cpus(struct task_struct *task, struct cpt_buf *cpus)
{
	size_t len = DIV_ROUND_UP(nr_cpu_ids, 64) * 8;

	if (cpumask_subset(cpu_possible_mask, &task->cpus_mask))
		return 0;
	return cpt_buf_add(cpus, cpumask_bits(&task->cpus_mask), len);
}

static int dump_task(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	struct cpt_task_image v = { .tid = vt->pid, .tgid = vt->tgid };
	struct cpt_buf cpus = {};
	int err = 0;

	task_lock(task);
	memcpy(v.comm, task->comm, sizeof(v.comm));
	task_unlock(task);
	v.cred = cpt_id(ctx, CPT_OBJ_CRED, rcu_access_pointer(task->real_cred));
	if (!vt->zombie) {
		if (!vt->in_place && vz_wait_inactive(vt))
			return cpt_err(ctx, -ESRCH, "task %d: has ended", vt->pid);
		v.files = cpt_id(ctx, CPT_OBJ_FILES, task->files);
		v.fs = cpt_id(ctx, CPT_OBJ_FS, task->fs);
		v.mntns = cpt_mount_ns_id(ctx, task);
		fill_regs(task, &v.regs);
		fill_signals(ctx, vt, &v);
		fill_scheduling(task, &v);
		fill_user(task, &v);
		if (vz_in_lock_wait(v.regs.orig_rax, v.regs.rsi))
			v.lock_wait = vt->lock_wait;
		err = cpt_fill_restart(ctx, vt, &v.restart);
		if (!err)
			err = fill_cpus(task, &cpus);
		v.cpus = cpus.len;
	}
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_TASK, vt->pid, &v, sizeof(v), cpus.data, cpus.len);
	cpt_buf_free(&cpus);
	return err;
}

/* Process by process, in their order; each leader first. */
static int cpt_task_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_obj *process;
	struct vz_task *leader, *vt;
	int err;

	vz_for_each_obj(ctx, CPT_OBJ_PROCESS, process) {
		leader = process->ptr;
		err = dump_task(ctx, leader);
		if (err)
			return err;
		vz_for_each_task(ctx, vt) {
			if (vt->tgid != leader->tgid || vt == leader)
				continue;
			err = dump_task(ctx, vt);
			if (err)
				return err;
		}
	}
	return 0;
}

const struct cpt_ops cpt_task_ops = {
	.root = cpt_task_root,
	.dump = cpt_task_dump,
};
