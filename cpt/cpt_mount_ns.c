// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount namespaces of the VE's tasks. What the image knows of one is its root:
 * the mount at the place where the VE's init has the VE's. Part of the kind mount.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_mount.h"
#include "cpt_task.h"

/* How deep the VE's root may be below the root of its namespace. */
#define MAX_DEPTH	8

/* A member of the root's own, whoever was first: a mount that is held knows its namespace. */
struct vz_obj *cpt_mount_ns_root(struct vz_context *ctx, const struct mnt_namespace *ns)
{
	const struct cpt_mount_data *data;
	struct vz_obj *obj;

	if (IS_ERR_OR_NULL(ns))
		return NULL;
	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		data = obj->data;
		if (data && !data->parent && READ_ONCE(*vz_mount_mnt_ns(obj->ptr)) == ns)
			return obj;
	}
	return NULL;
}

/* Going up, the last one from which all are mounted on roots. */
struct mount *cpt_mount_ns_top(struct vz_context *ctx, struct mount *m, struct mount *root)
{
	struct mount *top = NULL, *parent;

	read_seqlock_excl(vz_mount_lock);
	for (; m != root; m = parent) {
		parent = *vz_mount_mnt_parent(m);
		if (parent == m)
			break;
		if (*vz_mount_mnt_mountpoint(m) != vz_mount_mnt(parent)->mnt_root)
			top = NULL;
		else if (!top)
			top = m;
	}
	read_sequnlock_excl(vz_mount_lock);
	return m == root && cpt_id(ctx, CPT_OBJ_MOUNT, top) ? top : root;
}

static struct vz_obj *root_of_task(struct vz_context *ctx, struct task_struct *task)
{
	struct vz_obj *root = NULL;

	task_lock(task);
	if (task->nsproxy)
		root = cpt_mount_ns_root(ctx, task->nsproxy->mnt_ns);
	task_unlock(task);
	return root;
}

bool cpt_mount_ns_known(struct vz_context *ctx, struct task_struct *task)
{
	return root_of_task(ctx, task);
}

u64 cpt_mount_ns_id(struct vz_context *ctx, struct task_struct *task)
{
	const struct vz_obj *root = root_of_task(ctx, task);
	const struct cpt_mount_data *data = root ? root->data : NULL;

	return data && !data->ve_root ? root->id : 0;
}

/* ---- finding them ---- */

/* Why a namespace is none of the VE's. */
static const char *refused(struct ns_common *main, struct ns_common *ns)
{
	if (vz_outer(mnt_namespace, ns, ns) == init_task.nsproxy->mnt_ns)
		return "is in the host's mount namespace";
	if (ns->ops->owner(ns) != main->ops->owner(main))
		return "mount namespace of another user namespace";
	return NULL;
}

static bool is_met(const struct cpt_mount_ns *set, unsigned int nr, const struct ns_common *ns)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (set[i].ns == ns)
			return true;
	}
	return false;
}

/* Each is held: in a check its tasks may leave it. The caller frees @set, in any case. */
int cpt_mount_ns_get(struct vz_context *ctx, struct cpt_mount_ns **set, unsigned int *nr)
{
	struct ns_common *ns;
	unsigned int max = 0;
	struct vz_task *vt;
	const char *why;

	vz_for_each_task(ctx, vt)
		max++;
	*nr = 0;
	*set = kvcalloc(max, sizeof(**set), GFP_KERNEL);
	if (!*set)
		return -ENOMEM;
	/* init is the first */
	vz_for_each_task(ctx, vt) {
		ns = vt->zombie ? NULL : vz_mntns_operations->get(vt->task);
		if (!ns)
			continue;
		why = is_met(*set, *nr, ns) ? "" : *nr ? refused((*set)->ns, ns) : NULL;
		if (why) {
			ns->ops->put(ns);
			if (*why)
				cpt_refuse(ctx, "task %d (%s): %s: not supported", vt->pid,
					   vt->task->comm, why);
			continue;
		}
		(*set)[(*nr)++] = (struct cpt_mount_ns){ .ns = ns, .vt = vt };
	}
	return *nr ? 0 : cpt_err(ctx, -ESRCH, "VE %u: has ended", ctx->veid);
}

/* Those whose roots have been collected stay until all is done. */
void cpt_mount_ns_put(struct vz_context *ctx, struct cpt_mount_ns *set, unsigned int nr)
{
	struct cpt_mount_data *data;
	struct vz_obj *root;

	while (nr--) {
		root = set[nr].root ? vz_obj_find(ctx, CPT_OBJ_MOUNT, set[nr].root) : NULL;
		data = root ? root->data : NULL;
		if (data)
			data->ns = set[nr].ns;
		else
			set[nr].ns->ops->put(set[nr].ns);
	}
	kvfree(set);
}

void cpt_mount_ns_release(struct vz_context *ctx)
{
	struct cpt_mount_data *data;
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		data = obj->data;
		if (!data || !data->ns)
			continue;
		data->ns->ops->put(data->ns);
		data->ns = NULL;
	}
}

static struct mount *mounted_at(struct mount *m, const struct dentry *at)
{
	struct list_head *p;

	list_for_each(p, vz_mount_mnt_mounts(m)) {
		if (*vz_mount_mnt_mountpoint(vz_mount_of_child(p)) == at)
			return vz_mount_of_child(p);
	}
	return NULL;
}

static struct mount *ns_root(struct ns_common *ns)
{
	return *vz_mnt_namespace_root(vz_outer(mnt_namespace, ns, ns));
}

/*
 * Roots of all namespaces: a copy of a namespace has a mount at the place of the
 * VE's root, and so it is after pivot_root(2). NULL: there is none. The caller has
 * namespace_sem.
 */
void cpt_mount_ns_roots(struct mount *root, struct cpt_mount_ns *set, unsigned int nr)
{
	const struct dentry *at[MAX_DEPTH];
	unsigned int depth = 0, i, n;
	struct mount *m, *top = ns_root(set[0].ns);

	for (m = root; m != top && depth < MAX_DEPTH; m = *vz_mount_mnt_parent(m))
		at[depth++] = *vz_mount_mnt_mountpoint(m);
	set[0].root = root;
	for (i = 1; i < nr && m == top; i++) {
		set[i].root = ns_root(set[i].ns);
		for (n = depth; n && set[i].root; n--)
			set[i].root = mounted_at(set[i].root, at[n - 1]);
	}
}
