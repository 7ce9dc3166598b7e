/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_MOUNT_H
#define _CPT_MOUNT_H

#include "cpt.h"

struct mnt_namespace;
struct mount;
struct ns_common;

/**
 * struct cpt_mount_data - obj->data of a CPT_OBJ_MOUNT whose obj->ptr is a struct mount
 * @parent: id of the mount it is mounted on; 0 for the root of a namespace
 * @bind: id of the mount that it is a bind mount of; 0: none
 * @peer: id of the first mount of its peer group; 0: it is the first
 * @master: id of the mount that it is a slave of; 0: none
 * @ve_root: it is the VE's root, which is not made anew
 * @no_base: nothing that can be made anew is there to make a bind mount of
 * @outside: it shares mount events with mounts that are not the VE's
 * @content: a tmpfs whose inodes are dumped
 * @ns: of the root of a namespace: the namespace, which has names as long as it is there
 */
struct cpt_mount_data {
	u64 parent;
	u64 bind;
	u64 peer;
	u64 master;
	bool ve_root;
	bool no_base;
	bool outside;
	bool content;
	struct ns_common *ns;
};

struct vfsmount *cpt_mount_vfs(const struct vz_obj *obj);

/**
 * struct cpt_mount_ns - a mount namespace of the VE's tasks, while mounts are collected
 * @ns: it, with a reference
 * @vt: a task that is in it
 * @root: its root; NULL: there is none that is like the VE's
 */
struct cpt_mount_ns {
	struct ns_common *ns;
	struct vz_task *vt;
	struct mount *root;
};

/* cpt_mount_tree.c */
int cpt_mount_tree(struct vz_context *ctx, struct mount *root, struct cpt_mount_ns *set,
		   unsigned int nr);

/* cpt_mount_ns.c; the first namespace is init's */
int cpt_mount_ns_get(struct vz_context *ctx, struct cpt_mount_ns **set, unsigned int *nr);
void cpt_mount_ns_put(struct vz_context *ctx, struct cpt_mount_ns *set, unsigned int nr);
void cpt_mount_ns_roots(struct mount *root, struct cpt_mount_ns *set, unsigned int nr);

/* Drops what the roots hold, before the objects go. */
void cpt_mount_ns_release(struct vz_context *ctx);

/*
 * The root of a namespace of the VE; NULL: it is none of the VE's. Any context in
 * which the objects stay.
 */
struct vz_obj *cpt_mount_ns_root(struct vz_context *ctx, const struct mnt_namespace *ns);

/*
 * Where the names of what is on @m begin: the root of its namespace, or what is mounted on
 * that, which is the root of whoever went there: mount(2) with MS_MOVE, then chroot(2).
 */
struct mount *cpt_mount_ns_top(struct vz_context *ctx, struct mount *m, struct mount *root);

/* Have the mounts of a task's namespace been collected? */
bool cpt_mount_ns_known(struct vz_context *ctx, struct task_struct *task);

/* Id of the root of a task's namespace; 0: init's */
u64 cpt_mount_ns_id(struct vz_context *ctx, struct task_struct *task);

/* Walks one tmpfs for what cannot be dumped: cpt_tmpfs.c. */
int cpt_tmpfs_collect(struct vz_context *ctx, struct vz_obj *mount);

#endif
