/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_MOUNT_H
#define _CPT_MOUNT_H

#include "cpt.h"

struct mount;

/**
 * struct cpt_mount_data - obj->data of a CPT_OBJ_MOUNT whose obj->ptr is a struct mount
 * @parent: id of the mount it is mounted on; 0 for the VE's root
 * @bind: id of the mount that it is a bind mount of; 0: none
 * @peer: id of the first mount of its peer group; 0: it is the first
 * @master: id of the mount that it is a slave of; 0: none
 * @no_base: nothing that can be made anew is there to make a bind mount of
 * @outside: it shares mount events with mounts that are not the VE's
 * @content: a tmpfs whose inodes are dumped
 */
struct cpt_mount_data {
	u64 parent;
	u64 bind;
	u64 peer;
	u64 master;
	bool no_base;
	bool outside;
	bool content;
};

struct vfsmount *cpt_mount_vfs(const struct vz_obj *obj);

/* cpt_mount_tree.c */
int cpt_mount_tree(struct vz_context *ctx, struct mount *root);

/* Walks one tmpfs for what cannot be dumped: cpt_tmpfs.c. */
int cpt_tmpfs_collect(struct vz_context *ctx, struct vz_obj *mount);

#endif
