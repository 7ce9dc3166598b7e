// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of tasks: each process is made by the thread that made it in the
 * dump, each thread by its leader. All are parked in the return hook.
 */
#include <linux/fdtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/mm.h>
#include <linux/file.h>
#include "../kernel/access.h"
#include "rst_task.h"

struct vz_task *rst_task(struct vz_context *ctx, pid_t pid)
{
	return rst_made(ctx, CPT_OBJ_TASK, pid);
}

/* An entry for a record of a task, known by its pid. */
static struct vz_task *new_entry(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_task_image *t = rec->fixed;
	struct vz_task *vt = vz_task_new(ctx, t->tid, t->tgid);

	if (!vt)
		return NULL;
	vt->rec = rec;
	vt->proc = rst_find(ctx, CPT_OBJ_PROCESS, t->tgid);
	vt->leader = t->tid == t->tgid ? vt : rst_task(ctx, t->tgid);
	if (rst_keep(ctx, CPT_OBJ_TASK, t->tid, vt))
		return NULL;	/* the entry is in ctx->tasks */
	return vt;
}

static void close_all(void)
{
	unsigned int fd, max;

	rcu_read_lock();
	max = files_fdtable(current->files)->max_fds;
	rcu_read_unlock();
	for (fd = 0; fd < max; fd++)
		close_fd(fd);
}

/*
 * What init has of the tool goes before anything is made of it: its
 * descriptors (a parked task must not hold the control file open), its
 * addresses, its signal actions and mask.
 */
static int strip(struct vz_task *vt, void *unused)
{
	unsigned int i;

	close_all();
	vz_proc_clear_tty(current);
	current->clear_child_tid = NULL;
	current->robust_list = NULL;
	current->rseq = NULL;
	current->rseq_sig = 0;
	vz_set_rseq_len(current, 0);
	current->sas_ss_sp = 0;
	current->sas_ss_size = 0;
	current->pdeath_signal = 0;
	spin_lock_irq(&current->sighand->siglock);
	for (i = 0; i < _NSIG; i++)
		current->sighand->action[i] = (struct k_sigaction){};
	sigemptyset(&current->blocked);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
	return vm_munmap(0, TASK_SIZE);
}

/**
 * rst_make_init() - make the VE's init, in new namespaces
 * @ctx: the context
 *
 * Context: the caller of the ioctl, whose child it becomes and whose mount,
 * cgroup and time namespaces (for children) it is in.
 */
int rst_make_init(struct vz_context *ctx)
{
	const struct cpt_ve_image *ve = rst_nth(ctx, CPT_OBJ_VE, 0)->fixed;
	const struct vz_rec *rec = rst_find(ctx, CPT_OBJ_TASK, 1);
	struct vz_task *vt;
	struct pid *pid;
	u64 flags = CLONE_NEWPID;
	int err;

	flags |= ve->namespaces & CPT_NS_UTS ? CLONE_NEWUTS : 0;
	flags |= ve->namespaces & CPT_NS_IPC ? CLONE_NEWIPC : 0;
	flags |= ve->namespaces & CPT_NS_NET ? CLONE_NEWNET : 0;
	vt = rec ? new_entry(ctx, rec) : NULL;
	if (!vt)
		return rec ? -ENOMEM : rst_err(ctx, -EINVAL, "image: there is no init");
	err = vz_spawn(vt, flags, SIGCHLD);
	if (err)
		return rst_err(ctx, err, "process 1: cannot be made: error %d", -err);
	pid = get_task_pid(vt->task, PIDTYPE_TGID);
	err = vz_set_ve(ctx, pid);
	if (err)
		kill_pid(pid, SIGKILL, 1);
	put_pid(pid);
	return err ?: vz_call(vt, strip, NULL);
}

static int spawn_process(struct vz_task *parent, void *arg)
{
	struct vz_task *vt = arg;
	const struct cpt_process_image *p = vt->proc->fixed;

	/* what a zombie has said to its parent it does not say again when it ends */
	return vz_spawn(vt, 0, vt->zombie ? 0 : p->exit_signal);
}

static int spawn_thread(struct vz_task *leader, void *arg)
{
	return vz_spawn(arg, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0);
}

static int make_task(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct vz_task *vt = new_entry(ctx, rec), *by;
	const struct cpt_process_image *p;
	bool leader;
	int err;

	if (!vt)
		return -ENOMEM;
	leader = vz_is_leader(vt);
	p = vt->proc ? vt->proc->fixed : NULL;
	by = !p ? NULL : leader ? rst_task(ctx, p->ptid) : vt->leader;
	if (!by || by->zombie || by == vt || (leader && by->tgid != p->ppid))
		return rst_err(ctx, -EINVAL, "task %d: who made it is not in the image", vt->pid);
	vt->zombie = leader && p->state == CPT_PROCESS_ZOMBIE;
	err = vz_call(by, leader ? spawn_process : spawn_thread, vt);
	if (err)
		return rst_err(ctx, err, "task %d: cannot be made: error %d", vt->pid, -err);
	return 0;
}

/**
 * rst_make_tasks() - make all other tasks
 * @ctx: the context
 *
 * Context: the controller. The checker has seen that parents and leaders stand
 * before children and threads.
 */
int rst_make_tasks(struct vz_context *ctx)
{
	const struct cpt_task_image *t;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_TASK, i, rec) {
		t = rec->fixed;
		if (t->tid == 1)
			continue;
		err = make_task(ctx, rec);
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}
