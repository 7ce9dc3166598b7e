/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds file, pipe, files, fs and flock share while restoring.
 */
#ifndef _RST_FILE_H
#define _RST_FILE_H

#include "rst.h"

/**
 * rst_path() - look up a path of the image
 * @ctx: the context
 * @mount: the mount that it is on; 0: not known, it is in the VE's own namespace
 * @name: from the root of that mount's namespace, or what is mounted on it; without symbolic
 *        links
 * @flags: LOOKUP_*
 * @path: filled in, with references
 *
 * The walk begins at that root and cannot leave it; a symbolic link on the
 * way ends it. Any task's context.
 * Return: 0 or -errno, nothing said
 */
int rst_path(struct vz_context *ctx, u64 mount, const char *name, unsigned int flags,
	     struct path *path);

/*
 * Processes whose root is not the VE's get it: what is opened below /proc/PID looks at it.
 * All else of kind fs comes later.
 */
int rst_fs_set_roots(struct vz_context *ctx);

struct rst_borrowed {
	struct files_struct *files;
	unsigned long limit;
};
int rst_borrow_table(struct rst_borrowed *b);
void rst_return_table(struct rst_borrowed *b);
struct file *rst_take_fd(long fd);

/* What was made for a CPT_OBJ_GHOST; with references. */
int rst_ghost_path(struct vz_context *ctx, u64 id, struct path *path);

/* Whom SIGIO goes to: as the record of an open file says. Return: 0 or -errno, nothing said */
int rst_file_set_owner(struct vz_context *ctx, struct file *file, const struct cpt_file_image *v);

struct file *rst_file_open(struct vz_context *ctx, const struct vz_rec *rec,
			   const struct cred *cred);
struct file *rst_pipe_open(struct vz_context *ctx, const struct vz_rec *rec,
			   const struct cred *cred);
struct file *rst_fifo_open(struct vz_context *ctx, const struct vz_rec *rec, const struct path *path,
			   const struct cred *cred);
void rst_fifo_set_no_writer(struct file *file);
void rst_pipe_opened_all(struct vz_context *ctx);

#endif /* _RST_FILE_H */
