/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_MOUNT_H
#define _RST_MOUNT_H

#include <linux/path.h>
#include "rst.h"

/*
 * What rst_made(ctx, CPT_OBJ_MOUNT, id) gives is a struct vfsmount, from .ve on;
 * rst_made(ctx, CPT_OBJ_TMPFS, id) a struct dentry.
 */

/* Gives a tmpfs, mounted a moment ago and still writable, its tree of inodes. */
int rst_tmpfs_populate(struct vz_context *ctx, u64 mount, const struct path *root);

/* Is it the record of a tmpfs that is made here? */
bool rst_mount_is_tmpfs(const struct vz_rec *rec);

/* When the contents are there: what kept a tmpfs from being filled. */
int rst_mount_finish(struct vz_context *ctx);

#endif
