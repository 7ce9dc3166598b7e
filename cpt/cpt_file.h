/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds file, pipe, files, fs and flock share while dumping.
 */
#ifndef _CPT_FILE_H
#define _CPT_FILE_H

#include "cpt.h"

/**
 * struct cpt_file - vz_obj.data of a CPT_OBJ_FILE
 * @who: who was met with it first, for messages
 * @fds: how many descriptors stand for it
 */
struct cpt_file {
	char who[sizeof_field(struct vz_context, who)];
	u32 fds;
};

/* Room for what cpt_file_unsupported() says. */
#define CPT_FILE_WHAT	80

const char *cpt_file_unsupported(const struct file *file, char *what);
bool cpt_file_is_pipe(const struct file *file);
/* Its contents are in the image: it is on a tmpfs. */
bool cpt_file_is_tmpfs(const struct file *file);

int cpt_pipe_collect_end(struct vz_context *ctx, struct file *file);
u32 cpt_pipe_async_fd(struct file *file);

/* A lease on the file, held through it. */
bool cpt_flock_has_lease(struct file *file);

#endif /* _CPT_FILE_H */
