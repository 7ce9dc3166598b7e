/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and directories that have no name any more.
 */
#ifndef _CPT_GHOST_H
#define _CPT_GHOST_H

#include "cpt.h"

/**
 * cpt_ghost_refused() - why can this unlinked file or directory not be dumped?
 * @path: it
 *
 * May sleep. Return: what it is, NULL: it can
 */
const char *cpt_ghost_refused(struct vz_context *ctx, const struct path *path);

/* Meets one that is not refused; the VE is parked. */
struct vz_obj *cpt_ghost_collect_path(struct vz_context *ctx, const struct path *path);

/* The path that it had: a string in @buf (PATH_MAX bytes), or ERR_PTR. */
char *cpt_ghost_path(struct vz_context *ctx, const struct path *path, char *buf);

/* Its contents and their size; NULL: there are none. */
struct file *cpt_ghost_open(struct vz_obj *obj, u64 *size);

#endif /* _CPT_GHOST_H */
