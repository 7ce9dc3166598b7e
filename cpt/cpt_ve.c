// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve: what belongs to the VE as a whole, and namespaces that hold nothing that
 * would have to be restored.
 */
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>
#include "../kernel/access.h"
#include "cpt.h"
#include "cpt_mm.h"
#include "cpt_task.h"

/* The VE's init and its namespaces, with a reference on the task. */
struct task_struct *cpt_get_init(struct vz_context *ctx)
{
	return get_pid_task(ctx->init, PIDTYPE_TGID);
}

static struct nsproxy *get_namespaces(struct task_struct *task)
{
	struct nsproxy *ns;

	task_lock(task);
	ns = task->nsproxy;
	if (ns)
		get_nsproxy(ns);
	task_unlock(task);
	return ns;
}

static u32 own_namespaces(const struct nsproxy *ns)
{
	const struct nsproxy *host = init_task.nsproxy;
	u32 own = CPT_NS_PID;

	own |= ns->mnt_ns != host->mnt_ns ? CPT_NS_MNT : 0;
	own |= ns->uts_ns != host->uts_ns ? CPT_NS_UTS : 0;
	own |= ns->ipc_ns != host->ipc_ns ? CPT_NS_IPC : 0;
	own |= ns->net_ns != host->net_ns ? CPT_NS_NET : 0;
	own |= ns->cgroup_ns != host->cgroup_ns ? CPT_NS_CGROUP : 0;
	own |= ns->time_ns != host->time_ns ? CPT_NS_TIME : 0;
	return own;
}

static int cpt_ve_collect_root(struct vz_context *ctx)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct nsproxy *ns = init ? get_namespaces(init) : NULL;
	int err = 0;
	u32 own;

	if (!ns) {
		err = cpt_err(ctx, -ESRCH, "VE %u: has ended", ctx->veid);
		goto out_put;
	}
	own = own_namespaces(ns);
	if (!(own & CPT_NS_MNT))
		cpt_refuse(ctx, "VE %u: has no mount namespace of its own", ctx->veid);
	if (!(own & CPT_NS_TIME))
		cpt_refuse(ctx, "VE %u: has no time namespace of its own", ctx->veid);
	if (!(own & CPT_NS_UTS))
		cpt_refuse(ctx, "VE %u: has no UTS namespace of its own", ctx->veid);
	if (!(own & CPT_NS_IPC))
		cpt_refuse(ctx, "VE %u: has no IPC namespace of its own", ctx->veid);
	if (!(own & CPT_NS_NET))
		cpt_refuse(ctx, "VE %u: has no network namespace of its own", ctx->veid);
	vz_put_nsproxy(ns);
out_put:
	if (init)
		put_task_struct(init);
	return err;
}

static int cpt_ve_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct cpt_ve_image v = {};
	struct nsproxy *ns;
	struct vz_task *vt;

	ns = init ? get_namespaces(init) : NULL;
	if (ns) {
		v.namespaces = own_namespaces(ns);
		if (ns->net_ns->loopback_dev->flags & IFF_UP)
			v.flags |= CPT_VE_LO_UP;
		vz_put_nsproxy(ns);
	}
	if (init)
		put_task_struct(init);
	if (!ns)
		return cpt_err(ctx, -ESRCH, "VE %u: has ended", ctx->veid);

	v.last_pid = READ_ONCE(ctx->pidns->idr.idr_next);
	if (v.last_pid)
		v.last_pid--;
	v.memfd_noexec = vz_memfd_noexec(ctx->pidns);
	vz_for_each_task(ctx, vt) {
		v.processes += vz_is_leader(vt);
		v.tasks++;
	}
	v.mem_pages = cpt_mm_estimate(ctx);
	ctx->progress_total = v.mem_pages << PAGE_SHIFT;
	ctx->stats.processes = v.processes;
	ctx->stats.tasks = v.tasks;
	return cpt_write_obj(ctx, CPT_OBJ_VE, 1, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_ve_ops = {
	.root = cpt_ve_collect_root,
	.dump = cpt_ve_dump,
};
