// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a thread may have that cannot be dumped. Part of the kind task.
 */
#include <linux/cgroup.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/thread_info.h>
#include <asm/desc.h>
#include <asm/fpu/types.h>
#include "../kernel/access.h"
#include "cpt_mount.h"
#include "cpt_task.h"

static const char *refused_policy(struct task_struct *task)
{
	if (task->policy == SCHED_DEADLINE)
		return "SCHED_DEADLINE";
	if (task->policy > SCHED_DEADLINE)
		return "scheduling by a BPF program";
#ifdef CONFIG_UCLAMP_TASK
	if (task->uclamp_req[UCLAMP_MIN].user_defined || task->uclamp_req[UCLAMP_MAX].user_defined)
		return "utilization clamp";
#endif
#ifdef CONFIG_SCHED_CORE
	if (task->core_cookie)
		return "core scheduling cookie";
#endif
	return NULL;
}

/* A speculation control is in the flags of the task, or only in those of the CPU. */
static bool controls_speculation(struct task_struct *task)
{
	return task->atomic_flags & ~BIT(PFA_NO_NEW_PRIVS) ||
	       test_tsk_thread_flag(task, TIF_SPEC_L1D_FLUSH);
}

static const char *refused_kernel_state(struct task_struct *task)
{
	if (task->seccomp.mode)
		return "seccomp";
	if (task->io_uring)
		return "io_uring";
	if (task->mempolicy)
		return "memory policy";
	if (controls_speculation(task))
		return "PR_SET_SPECULATION_CTRL";
	if (task->flags & (PF_MCE_PROCESS | PF_MCE_EARLY))
		return "PR_MCE_KILL";
	if (task->flags & PF_MEMALLOC_NOIO)
		return "PR_SET_IO_FLUSHER";
#ifdef CONFIG_USER_EVENTS
	if (task->user_event_mm)
		return "user events";
#endif
	return refused_policy(task);
}

static bool has_tls_segments(struct task_struct *task)
{
	static const struct desc_struct none;
	unsigned int i;

	for (i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++) {
		if (memcmp(&task->thread.tls_array[i], &none, sizeof(none)))
			return true;
	}
	return false;
}

/* Left by a tracer that has gone. */
static bool has_breakpoints(struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(task->thread.ptrace_bps); i++) {
		if (task->thread.ptrace_bps[i])
			return true;
	}
	return false;
}

static const char *refused_thread_state(struct task_struct *task)
{
	if (test_tsk_thread_flag(task, TIF_ADDR32) || task->compat_robust_list)
		return "32-bit program";
	if (has_tls_segments(task) || task->thread.fsindex || task->thread.gsindex ||
	    task->thread.ds || task->thread.es)
		return "segment registers";
	if (task->thread.io_bitmap || task->thread.iopl_emul)
		return "access to I/O ports";
	if (test_tsk_thread_flag(task, TIF_NOTSC))
		return "PR_SET_TSC";
	if (test_tsk_thread_flag(task, TIF_NOCPUID))
		return "ARCH_SET_CPUID";
	if (test_task_syscall_work(task, SYSCALL_USER_DISPATCH))
		return "PR_SET_SYSCALL_USER_DISPATCH";
	if (has_breakpoints(task))
		return "hardware breakpoints";
	if (thread_group_leader(task) &&
	    task->thread.fpu.perm.__state_perm & XFEATURE_MASK_XTILE_DATA)
		return "AMX (ARCH_REQ_XCOMP_PERM)";
	if (vz_has_shadow_stack(task))
		return "shadow stack";
	return NULL;
}

/*
 * A request that waits within io_submit(2) itself (a read of an empty pipe) ends
 * with EINTR when its task is woken up: nothing can take that back.
 */
static void refuse_submitting(struct vz_context *ctx, struct vz_task *vt)
{
	if (vz_waits_in_submit(vt->task))
		cpt_refuse(ctx, "task %d (%s): waits within io_submit: not supported", vt->pid,
			   vt->task->comm);
}

/*
 * A security module's label: a restored task gets the tool's, so it has to be
 * the same. Without such a module all are 0.
 */
static bool has_other_label(struct task_struct *task)
{
	u32 theirs = 0, ours = 0;

	security_task_getsecid_obj(task, &theirs);
	security_task_getsecid_obj(current, &ours);
	return theirs != ours;
}

/* Every namespace but PID and mount is init's. @ns and @init_ns are held by task_lock. */
static const char *other_namespace(const struct nsproxy *ns, const struct nsproxy *init_ns)
{
	if (ns == init_ns)
		return NULL;
	return ns->uts_ns != init_ns->uts_ns ? "UTS" :
	       ns->ipc_ns != init_ns->ipc_ns ? "IPC" :
	       ns->net_ns != init_ns->net_ns ? "network" :
	       ns->cgroup_ns != init_ns->cgroup_ns ? "cgroup" :
	       ns->time_ns != init_ns->time_ns ? "time" :
	       ns->time_ns_for_children != init_ns->time_ns_for_children ? "time (of children)" :
	       ns->pid_ns_for_children != init_ns->pid_ns_for_children ? "PID (of children)" : NULL;
}

/* Return: its files cannot be named in the VE. */
static bool refuse_namespaces(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task, *init = cpt_get_init(ctx);
	struct nsproxy *init_ns = NULL;
	const char *what = NULL;
	bool within, cgroup;

	if (!init)
		return false;
	task_lock(init);
	if (init->nsproxy) {
		init_ns = init->nsproxy;
		get_nsproxy(init_ns);
	}
	task_unlock(init);
	task_lock(task);
	if (init_ns && task->nsproxy)
		what = other_namespace(task->nsproxy, init_ns);
	task_unlock(task);
	if (init_ns)
		vz_put_nsproxy(init_ns);
	rcu_read_lock();
	within = task_active_pid_ns(task) != ctx->pidns;
	cgroup = task_dfl_cgroup(task) != task_dfl_cgroup(init);
	rcu_read_unlock();
	put_task_struct(init);
	if (within)
		cpt_refuse(ctx, "task %d (%s): is in a PID namespace within the VE: not supported",
			   vt->pid, task->comm);
	else if (what)
		cpt_refuse(ctx, "task %d (%s): %s namespace of its own: not supported", vt->pid,
			   task->comm, what);
	if (cgroup)
		cpt_refuse(ctx, "task %d (%s): is in a cgroup of its own: not supported", vt->pid,
			   task->comm);
	return !cpt_mount_ns_known(ctx, task);
}

/*
 * A vfork child has its parent's memory until it calls execve or ends, which a
 * suspend waits for: no reason against a dump.
 */
static bool is_vfork_child(const struct task_struct *task)
{
	return READ_ONCE(task->vfork_done) || task->in_execve ||
	       READ_ONCE(task->flags) & PF_EXITING;
}

/*
 * An address space that several processes share: CLONE_VM. Those of lower pid have
 * been collected: who has it is looked for only when somebody does.
 */
static void refuse_sharing(struct vz_context *ctx, struct vz_task *vt)
{
	struct mm_struct *mm = READ_ONCE(vt->task->mm);
	struct vz_task *other;

	if (!vz_is_leader(vt) || !mm || is_vfork_child(vt->task) ||
	    !vz_obj_find(ctx, CPT_OBJ_MM, mm))
		return;
	vz_for_each_task(ctx, other) {
		if (other == vt)
			return;
		if (vz_is_leader(other) && !other->zombie && READ_ONCE(other->task->mm) == mm &&
		    !is_vfork_child(other->task))
			break;
	}
	cpt_refuse(ctx, "process %d (%s): shares its memory with process %d: not supported",
		   vt->pid, vt->task->comm, other->pid);
}

/**
 * cpt_task_refuse() - say what of a thread cannot be dumped
 * @ctx: the context
 * @vt: a thread that lives; in a check it runs
 *
 * Return: what it refers to is not to be looked at: it would only be refused, too
 */
bool cpt_task_refuse(struct vz_context *ctx, struct vz_task *vt)
{
	struct task_struct *task = vt->task;
	const char *what = refused_kernel_state(task) ?: refused_thread_state(task);

	if (what)
		cpt_refuse(ctx, "task %d (%s): %s: not supported", vt->pid, task->comm, what);
	if (has_other_label(task))
		cpt_refuse(ctx, "task %d (%s): label of a security module: not supported", vt->pid,
			   task->comm);
	refuse_sharing(ctx, vt);
	refuse_submitting(ctx, vt);
	return refuse_namespaces(ctx, vt);
}
