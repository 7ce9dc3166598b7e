/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dump side: collect, then records in the order of kinds.h.
 */
#ifndef _CPT_H
#define _CPT_H

#include "../kernel/vz.h"

/**
 * struct cpt_file_type - open files that stand for an object of a kind
 * @path: it is opened again by its path (CPT_FILE_PATH), and judged as a file
 *        with a path as well, unless @judge has refused it
 * @is: is this file one? Called with a spinlock held, must not sleep
 * @hold: of a file of a running VE: a reference on what @judge looks at, taken
 *        with a spinlock held, and not on the file: programs would see that what
 *        they closed is not closed yet. NULL: there is nothing to judge
 * @judge: calls cpt_refuse("%s: ...", ctx->who, ...) for what cannot be dumped,
 *         may sleep. The VE runs, or is parked: take the locks. Returns 0, -errno,
 *         or with @path 1: refused
 * @drop: ends @hold
 * @collect: the VE is parked: calls cpt_collect() for the object behind the file,
 *           which the caller holds
 * @object: what @collect collected: the key of cpt_id()
 * @async_fd: number of the descriptor that SIGIO names, plus 1; 0: no signal is
 *            sent (O_ASYNC is off). NULL: O_ASYNC is refused
 */
struct cpt_file_type {
	bool path;
	bool (*is)(const struct file *file);
	void *(*hold)(struct file *file);
	int (*judge)(struct vz_context *ctx, void *held);
	void (*drop)(void *held);
	int (*collect)(struct vz_context *ctx, struct file *file);
	const void *(*object)(const struct file *file);
	u32 (*async_fd)(struct file *file);
};

/**
 * struct cpt_ops - how a kind is dumped
 * @root: adds the objects that no other object leads to (called once, in the
 *        kinds' order, before anything is dumped); NULL for none
 * @collect: called once for each new object: calls cpt_collect() for what the
 *           object refers to, and vz_refuse() for what cannot be dumped.
 *           With ctx->checking the VE's tasks are running: take the locks.
 * @dump: writes the object's record(s); the VE is parked
 * @get: takes a reference on obj->ptr when it is added; NULL: none is needed
 * @put: drops it
 * @collected: called once when all objects are there, for what can only be said
 *             then; NULL for nothing
 * @loose: a check of the running VE keeps no reference: programs would notice
 *         (a pipe that does not end, ETXTBSY)
 * @file: files that stand for objects of this kind (CPT_FILE_OBJECT); NULL: none
 *
 * All run in the controller's context and may sleep. @collect must not write.
 * The dump of a kind without @collect is called once, with obj NULL: it finds
 * its objects by itself.
 */
struct cpt_ops {
	int (*root)(struct vz_context *ctx);
	int (*collect)(struct vz_context *ctx, struct vz_obj *obj);
	int (*collected)(struct vz_context *ctx);
	int (*dump)(struct vz_context *ctx, struct vz_obj *obj);
	void (*get)(void *ptr);
	void (*put)(void *ptr);
	bool loose;
	const struct cpt_file_type *file;
};

#define K(stem, type, rec, flags) extern const struct cpt_ops cpt_##stem##_ops;
#include "../kernel/kinds.h"
VZ_KINDS(K)
#undef K

/**
 * cpt_collect() - meet an object
 * @ctx: the context
 * @type: CPT_OBJ_*
 * @ptr: the object; the caller holds it for the duration of the call
 *
 * The first time it is added (with the kind's get()) and its collect() runs;
 * each time obj->users counts up.
 *
 * Return: the object or ERR_PTR
 */
struct vz_obj *cpt_collect(struct vz_context *ctx, u32 type, void *ptr);

/**
 * cpt_file_type() - of which kind is the object that a file stands for?
 * @file: the file; the caller holds it
 * @type: CPT_OBJ_*
 *
 * Context: any. Return: NULL when it stands for none
 */
const struct cpt_file_type *cpt_file_type(const struct file *file, u32 *type);

/* cpt_file_type.object of a kind whose objects are the files themselves. */
const void *cpt_file_itself(const struct file *file);

/**
 * cpt_id() - the id of a collected object
 * Return: its id; 0 when @ptr is NULL or was not collected
 */
u64 cpt_id(struct vz_context *ctx, u32 type, const void *ptr);

/**
 * struct cpt_buf - content of a record that is being put together
 */
struct cpt_buf {
	void *data;
	size_t len;
	size_t size;
};
/* Append; -ENOMEM. The buffer is freed with cpt_buf_free(). */
int cpt_buf_add(struct cpt_buf *buf, const void *data, size_t len);
int cpt_buf_str(struct cpt_buf *buf, const char *str);	/* with its NUL */
void cpt_buf_free(struct cpt_buf *buf);

/**
 * cpt_write_obj() - write a record without a payload
 * @fixed: the kind's struct
 * @hdrlen: its size
 * @content: content, or NULL
 * @len: its length
 */
int cpt_write_obj(struct vz_context *ctx, u32 type, u64 id, const void *fixed, u32 hdrlen,
		  const void *content, u64 len);

/**
 * cpt_payload_sum() - the checksum of a payload
 * @bvec: its pieces
 * @nr: their number
 *
 * Context: any that may sleep
 */
u64 cpt_payload_sum(const struct bio_vec *bvec, unsigned int nr);

/**
 * cpt_write_payload() - write a record with a payload
 * @bvec: the payload's pieces
 * @nr: their number
 * @bytes: their length together, at most CPT_MAX_PAYLOAD
 * @sum: cpt_payload_sum() of them
 *
 * The payload is page-aligned in the stream and goes to the file without a copy
 * of ours. The pages must not change until this returns.
 */
int cpt_write_payload(struct vz_context *ctx, u32 type, u64 id, const void *fixed, u32 hdrlen,
		      const void *content, u64 len,
		      const struct bio_vec *bvec, unsigned int nr, u64 bytes, u64 sum);

/**
 * cpt_path_root() - where a path begins
 * @ctx: the context
 * @path: the path
 * @root: the root of its mount's namespace (or what is mounted on it, for what is there),
 *        borrowed; the VE's root when that is none of the VE's
 *
 * Return: 0; -ESRCH: init has ended
 */
int cpt_path_root(struct vz_context *ctx, const struct path *path, struct path *root);

/**
 * cpt_path() - a path as the VE sees it, from the root of its mount's namespace
 * @ctx: the context
 * @path: what to name
 * @buf: PATH_MAX bytes
 *
 * Return: a string in @buf; ERR_PTR(-ENOENT) when the file was unlinked,
 *         ERR_PTR(-EXDEV) when it is not below that root
 */
char *cpt_path(struct vz_context *ctx, const struct path *path, char *buf);

/**
 * cpt_reachable() - does a name lead to this very file?
 * @ctx: the context
 * @path: the file
 * @name: what cpt_path() said
 *
 * Return: 0; -ESTALE when @name leads to another file or mount; other -errno
 */
int cpt_reachable(struct vz_context *ctx, const struct path *path, const char *name);

/* Id of the mount that a path is on; 0 when the VE does not have that mount. */
u64 cpt_mount_id(struct vz_context *ctx, const struct path *path);

/*
 * The VE's init's root, a borrowed reference that lasts as long as ctx is parked/checked.
 * NULL: init has ended.
 */
const struct path *cpt_ve_root(struct vz_context *ctx);

/**
 * cpt_who() - whose things are collected from now on
 * @fmt: "process 12 (bash): fd 3"; "" when done
 *
 * Text that stands in front of refusals of objects that do not know their user.
 */
__printf(2, 3) void cpt_who(struct vz_context *ctx, const char *fmt, ...);

/* Drops what cpt_ve_root() holds; called when an operation ends. */
void cpt_path_release(struct vz_context *ctx);

/* XCR0 features that the tasks' extended states may use here. */
u64 cpt_xfeatures(void);

/* VE time - host time, ns, of CLOCK_MONOTONIC (boot = false) or BOOTTIME; during a dump. */
s64 cpt_clock_offset(struct vz_context *ctx, bool boot);

/* A host time on a clock (CLOCK_*), ns, as the VE sees it; KTIME_MAX stays that. */
s64 cpt_ve_time(struct vz_context *ctx, u32 clockid, s64 host);

int cpt_suspend(struct vz_context *ctx);
int cpt_check(struct vz_context *ctx);
int cpt_dump(struct vz_context *ctx);
int cpt_resume(struct vz_context *ctx);
int cpt_kill(struct vz_context *ctx);
void cpt_release(struct vz_context *ctx);

#endif /* _CPT_H */
