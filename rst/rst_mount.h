/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_MOUNT_H
#define _RST_MOUNT_H

#include <linux/path.h>
#include "rst.h"

struct nsproxy;

/*
 * What rst_made(ctx, CPT_OBJ_MOUNT, id) gives is a struct vfsmount, from .ve on;
 * rst_made(ctx, CPT_OBJ_TMPFS, id) a struct dentry.
 */

/* Gives a tmpfs, mounted a moment ago and still writable, its tree of inodes. */
int rst_tmpfs_populate(struct vz_context *ctx, u64 mount, const struct path *root);

/* Is it the record of a tmpfs that is made here? */
bool rst_mount_is_tmpfs(struct vz_context *ctx, const struct vz_rec *rec);

/* Says what failed, with the mount's id and place. */
int rst_mount_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what);

/* Flags of the mount alone: mount(2) needs a word for "neither NOATIME nor RELATIME". */
unsigned long rst_mount_words(u32 flags);
int rst_mount_set_flags(struct vz_context *ctx, const struct vz_rec *rec, struct path *path);

/* When the contents are there: what kept a tmpfs from being filled. */
int rst_mount_finish(struct vz_context *ctx);

/* ---- namespaces: rst_mount_ns.c ---- */

/* Makes the namespaces of the image. Init's context, its own being all but empty. */
int rst_mount_ns_make(struct vz_context *ctx);

/*
 * Init is in the namespace of a mount until it leaves: mount(2) looks at the
 * caller's alone. Its root and directory stay where they are. These nest.
 */
struct nsproxy *rst_mount_ns_enter(struct vz_context *ctx, u64 mount);
void rst_mount_ns_leave(struct nsproxy *old);

/* What a namespace begins with in the place of its root @mount; with references. */
void rst_mount_ns_copy(struct vz_context *ctx, u64 mount, struct path *copy);

/* @root, mounted on @copy, becomes the root of current's namespace. Return: 0 or -errno */
int rst_mount_ns_pivot(const struct path *copy, struct vfsmount *root);

/**
 * rst_mount_ns_bind() - a bind mount, from whichever namespace
 * @ctx: the context
 * @bind: id of the mount that @from is on
 * @from: of what
 * @mount: id of the mount that it becomes
 * @point: where; current is in @mount's namespace
 *
 * Return: 0 or -errno, nothing said
 */
int rst_mount_ns_bind(struct vz_context *ctx, u64 bind, const struct path *from, u64 mount,
		      struct path *point);

/* rst_ops.process: puts all tasks into their namespaces, with init. */
int rst_mount_ns_process(struct vz_task *vt);

/* When the undump is over. */
void rst_mount_ns_end(struct vz_context *ctx);

#endif
