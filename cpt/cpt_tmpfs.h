/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_TMPFS_H
#define _CPT_TMPFS_H

#include "cpt.h"

/**
 * struct cpt_tmpfs_file - obj->data of a CPT_OBJ_TMPFS; obj->ptr is the inode
 * @mnt: its mount; the mount's object holds the reference
 * @size: bytes of a regular file
 */
struct cpt_tmpfs_file {
	struct vfsmount *mnt;
	u64 size;
};

struct file *cpt_tmpfs_open(struct vfsmount *mnt, struct dentry *dentry, int flags);

#endif
