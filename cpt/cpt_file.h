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

/**
 * struct cpt_look - what has to be known of an open file to judge it
 * @path: where it is; a reference
 * @cred: who opened it; a reference
 * @owner: who gets SIGIO; a reference, or NULL
 * @flags: of open(2)
 * @pipe: is an end of a pipe
 * @fifo: is an open FIFO
 * @type: stands for an object of another kind; NULL: it does not
 * @held: of @type->hold
 * @async: sends SIGIO, and is neither
 * @stale: of a mapping: the file was modified on a layered file system since
 * @what: what it is that cannot be dumped; "": nothing of that kind
 */
struct cpt_look {
	struct path path;
	const struct cred *cred;
	struct pid *owner;
	u32 flags;
	bool pipe;
	bool fifo;
	const struct cpt_file_type *type;
	void *held;
	bool async;
	bool stale;
	char what[CPT_FILE_WHAT];
};

void cpt_file_look(struct file *file, struct cpt_look *look);
void cpt_file_look_end(struct cpt_look *look);
int cpt_file_judge(struct vz_context *ctx, struct vz_obj *obj, const struct cpt_look *look);

const char *cpt_file_unsupported(const struct file *file, char *what);
bool cpt_file_is_pipe(const struct file *file);
bool cpt_file_is_pidfd(const struct file *file);
bool cpt_file_is_shmem(const struct file *file);
int cpt_shmem_collect_file(struct vz_context *ctx, struct file *file);
bool cpt_file_is_shm(const struct file *file);
int cpt_shmem_write_data(struct vz_context *ctx);
bool cpt_file_is_signalfd(const struct file *file);
bool cpt_file_is_fifo(const struct file *file);
/* Its contents are in the image: it is on a tmpfs. */
bool cpt_file_is_tmpfs(const struct file *file);

int cpt_pipe_collect_end(struct vz_context *ctx, struct file *file);
u32 cpt_pipe_async_fd(struct file *file);
u32 cpt_fifo_flags(struct file *file);

/* A lease on an inode, held through this open file. */
bool cpt_flock_has_lease(struct inode *inode, const void *file);

#endif /* _CPT_FILE_H */
