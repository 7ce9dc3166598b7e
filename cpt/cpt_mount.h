/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_MOUNT_H
#define _CPT_MOUNT_H

#include "cpt.h"

struct mount;

/**
 * struct cpt_mount_data - obj->data of a CPT_OBJ_MOUNT whose obj->ptr is a struct mount
 * @parent: id of the mount it is mounted on; 0 for the VE's root
 * @content: a tmpfs whose inodes are dumped
 */
struct cpt_mount_data {
	u64 parent;
	bool content;
};

struct vfsmount *cpt_mount_vfs(const struct vz_obj *obj);

/* Walks one tmpfs for what cannot be dumped: cpt_tmpfs.c. */
int cpt_tmpfs_collect(struct vz_context *ctx, struct vz_obj *mount);

#endif
