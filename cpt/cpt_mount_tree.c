// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trees of the VE's mounts, in an order in which they can be made: a mount
 * stands behind the one it is on, and behind the one it is a bind mount of.
 * Part of the kind mount.
 */
#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "../kernel/mount.h"
#include "cpt_mount.h"
#include "cpt_task.h"

/**
 * struct placed - a mount of the tree
 * @m: it
 * @base: the mount that its file system is first mounted with; itself, or NULL: none
 * @root: it is the root of a namespace
 * @added: it has a place in the order
 */
struct placed {
	struct mount *m;
	struct mount *base;
	bool root;
	bool added;
};

/* The next one, depth first; siblings stand in the order of their mount(2). */
static struct mount *next_mount(struct mount *m, const struct mount *root)
{
	struct list_head *next = vz_mount_mnt_mounts(m)->next;
	struct mount *parent;

	if (next != vz_mount_mnt_mounts(m))
		return vz_mount_of_child(next);
	while (m != root) {
		parent = *vz_mount_mnt_parent(m);
		next = vz_mount_mnt_child(m)->next;
		if (next != vz_mount_mnt_mounts(parent))
			return vz_mount_of_child(next);
		m = parent;
	}
	return NULL;
}

/* Where a mount of cgroup2 that the VE makes begins. */
static const struct cgroup *root_cgroup(struct vz_context *ctx)
{
	struct task_struct *init = cpt_get_init(ctx);
	const struct cgroup *cgrp = NULL;

	if (!init)
		return NULL;
	task_lock(init);
	if (init->nsproxy)
		cgrp = init->nsproxy->cgroup_ns->root_cset->dfl_cgrp;
	task_unlock(init);
	put_task_struct(init);
	return cgrp;
}

/* Is its root what mount(2) of the file system gives? */
static bool is_whole(struct mount *m, const struct cgroup *cgrp)
{
	const struct vfsmount *mnt = vz_mount_mnt(m);
	const struct kernfs_node *kn;

	if (strcmp(mnt->mnt_sb->s_type->name, "cgroup2"))
		return mnt->mnt_root == mnt->mnt_sb->s_root;
	kn = d_inode(mnt->mnt_root)->i_private;
	return cgrp && kn->priv == cgrp;
}

static bool same_source(struct mount *a, struct mount *b)
{
	const char *x = *vz_mount_mnt_devname(a), *y = *vz_mount_mnt_devname(b);

	return !strcmp(x ?: "none", y ?: "none");
}

/*
 * The VE's root is there before all others. A file system of which a namespace
 * has but one may be mounted again, with another name of its source.
 */
static void find_base(struct placed *nodes, unsigned int nr, struct placed *n, const struct cgroup *cgrp)
{
	struct super_block *sb = vz_mount_mnt(n->m)->mnt_sb;
	const struct vz_fs *fs = vz_fs_find(sb->s_type->name);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (vz_mount_mnt(nodes[i].m)->mnt_sb == sb && (!i || is_whole(nodes[i].m, cgrp)))
			break;
	}
	if (i == nr) {
		n->base = NULL;
		return;
	}
	n->base = nodes[i].m;
	if (fs && fs->flags & VZ_FS_MANY && is_whole(n->m, cgrp) && !same_source(n->m, n->base))
		n->base = n->m;
}

static int add_mount(struct vz_context *ctx, struct placed *n, bool ve_root)
{
	struct cpt_mount_data *data = kzalloc(sizeof(*data), GFP_KERNEL);
	struct vz_obj *obj;

	if (!data)
		return -ENOMEM;
	obj = vz_obj_add(ctx, CPT_OBJ_MOUNT, n->m, 0);
	if (!obj) {
		kfree(data);
		return -ENOMEM;
	}
	data->ve_root = ve_root;
	data->parent = n->root ? 0 : cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_parent(n->m));
	data->bind = n->base == n->m ? 0 : cpt_id(ctx, CPT_OBJ_MOUNT, n->base);
	data->no_base = !n->base;
	obj->data = data;
	obj->users = 1;
	mntget(vz_mount_mnt(n->m));
	n->added = true;
	return 0;
}

static bool may_be_added(struct vz_context *ctx, const struct placed *n)
{
	return (n->root || cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_parent(n->m))) &&
	       (!n->base || n->base == n->m || cpt_id(ctx, CPT_OBJ_MOUNT, n->base));
}

/* Depth first, but for those that have to wait for what they are a bind mount of. */
static int add_in_order(struct vz_context *ctx, struct placed *nodes, unsigned int nr)
{
	unsigned int i, left = nr, before;
	int err = 0;

	do {
		before = left;
		for (i = 0; i < nr && !err; i++) {
			if (nodes[i].added || (i && !may_be_added(ctx, &nodes[i])))
				continue;
			err = add_mount(ctx, &nodes[i], !i);
			left--;
		}
	} while (!err && left && left < before);
	/* moved onto a bind mount of themselves: check_mount() says so */
	for (i = 0; i < nr && !err && left; i++) {
		if (nodes[i].added || (!nodes[i].root &&
				       !cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_parent(nodes[i].m))))
			continue;
		nodes[i].base = NULL;
		err = add_mount(ctx, &nodes[i], false);
		left--;
		i = 0;
	}
	return err;
}

/* ---- propagation ---- */

/* Those that a mount's events go to, and come from, are the VE's. */
static bool all_met(struct vz_context *ctx, struct mount *m)
{
	struct list_head *p;

	if (*vz_mount_mnt_master(m) && !cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_master(m)))
		return false;
	list_for_each(p, vz_mount_mnt_share(m)) {
		if (!cpt_id(ctx, CPT_OBJ_MOUNT, vz_outer(mount, mnt_share, p)))
			return false;
	}
	list_for_each(p, vz_mount_mnt_slave_list(m)) {
		if (!cpt_id(ctx, CPT_OBJ_MOUNT, vz_outer(mount, mnt_slave, p)))
			return false;
	}
	return true;
}

/* The first of a peer group; 0 when it is this one. */
static u64 first_peer(struct vz_context *ctx, struct vz_obj *obj)
{
	u64 id, first = obj->id;
	struct list_head *p;

	list_for_each(p, vz_mount_mnt_share(obj->ptr)) {
		id = cpt_id(ctx, CPT_OBJ_MOUNT, vz_outer(mount, mnt_share, p));
		first = min(first, id ?: first);
	}
	return first == obj->id ? 0 : first;
}

static void find_propagation(struct vz_context *ctx)
{
	struct cpt_mount_data *data;
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		data = obj->data;
		data->outside = !all_met(ctx, obj->ptr);
		data->peer = first_peer(ctx, obj);
		data->master = cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_master(obj->ptr));
	}
}

static unsigned int list_mounts(const struct cpt_mount_ns *set, unsigned int nr_sets,
				struct placed *nodes)
{
	unsigned int nr = 0, i;
	struct mount *m;

	for (i = 0; i < nr_sets; i++) {
		for (m = set[i].root; m; m = next_mount(m, set[i].root)) {
			if (nodes)
				nodes[nr] = (struct placed){ .m = m, .root = m == set[i].root };
			nr++;
		}
	}
	return nr;
}

/**
 * cpt_mount_tree() - add all mounts of the VE's namespaces
 * @ctx: the context
 * @root: the VE's root
 * @set: the namespaces; gets their roots
 * @nr_sets: their number
 *
 * What the namespace has outside of the VE's root (the host's rootfs below it,
 * and what is mounted there) is no part of the VE: nobody in it can go there,
 * and whoever has a file open on it is refused by the kind file.
 */
int cpt_mount_tree(struct vz_context *ctx, struct mount *root, struct cpt_mount_ns *set,
		   unsigned int nr_sets)
{
	const struct cgroup *cgrp = root_cgroup(ctx);
	struct placed *nodes;
	unsigned int nr, i;
	int err = -ENOMEM;

	/* the tree stands still: only reading, no messages, under its lock */
	down_read(vz_namespace_sem);
	cpt_mount_ns_roots(root, set, nr_sets);
	nr = list_mounts(set, nr_sets, NULL);
	nodes = kvcalloc(nr, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		goto out;
	list_mounts(set, nr_sets, nodes);
	for (i = 0; i < nr; i++)
		find_base(nodes, nr, &nodes[i], cgrp);
	err = add_in_order(ctx, nodes, nr);
	if (!err)
		find_propagation(ctx);
	kvfree(nodes);
out:
	up_read(vz_namespace_sem);
	return err;
}
