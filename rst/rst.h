/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The restore side: metadata is read and checked as a whole, then the VE is
 * built, then data records are loaded as they come.
 */
#ifndef _RST_H
#define _RST_H

#include "../kernel/vz.h"

/**
 * struct vz_rec - a metadata record in memory
 * @hdr: its header
 * @fixed: the kind's struct, at least as long as this version's struct (zeros
 *         behind a shorter one)
 * @content: hdr.len bytes
 */
struct vz_rec {
	struct cpt_object_hdr hdr;
	const void *fixed;
	const void *content;
};

/**
 * struct rst_ops - how a kind is restored
 * @check: looks at a record against this host before anything is created; the
 *         image checker (kernel/image_check.c) has already checked bounds,
 *         references and constants. Controller's context.
 * @ve: in init's own context, once, before it has children: namespaces, mounts
 * @process: in the context of each thread group's leader, when the whole tree
 *           of processes and threads exists; parents before children
 * @task: in the context of each thread (leaders first), after all @process
 * @links: once, after all @task: what stands between tasks. Controller's context.
 * @data: a data record: consumes its payload with rst_read_payload().
 *        Controller's context; the VE is parked.
 * @loaded: after the last @data of several in a row, whether it failed (@err, which
 *          is told already) or not: what @data has left to other threads is done
 *          when it returns
 * @finish: in the context of each thread, after the trailer was seen: what must
 *          come last (credentials, signal state, registers)
 * @file: a new struct file for an object of this kind, for a CPT_OBJ_FILE record
 *        that stands for it; in init's context, before it has children (a pidfd:
 *        when all processes are there). Credentials, position, O_NONBLOCK and
 *        the like are set by the caller
 * @open: instead of @file, for objects that several files may stand for: @v is
 *        the CPT_OBJ_FILE record
 * @undo: drops obj->ptr of an object that was kept with rst_keep()
 *
 * All may sleep; each returns 0 or -errno after rst_err().
 */
struct rst_ops {
	int (*check)(struct vz_context *ctx, const struct vz_rec *rec);
	int (*ve)(struct vz_context *ctx);
	int (*process)(struct vz_task *vt);
	int (*task)(struct vz_task *vt);
	int (*links)(struct vz_context *ctx);
	int (*data)(struct vz_context *ctx, const struct vz_rec *rec);
	int (*loaded)(struct vz_context *ctx, int err);
	int (*finish)(struct vz_task *vt);
	struct file *(*file)(struct vz_context *ctx, const struct vz_rec *rec,
			     const struct cred *cred);
	struct file *(*open)(struct vz_context *ctx, const struct vz_rec *rec,
			     const struct cpt_file_image *v, const struct cred *cred);
	void (*undo)(void *ptr);
};

/**
 * rst_open_object() - a file for a CPT_FILE_OBJECT record
 * @rec: the CPT_OBJ_FILE record
 * @cred: who opened it
 *
 * Return: a new reference, or ERR_PTR after rst_err()
 */
struct file *rst_open_object(struct vz_context *ctx, const struct vz_rec *rec,
			     const struct cred *cred);

#define K(stem, type, rec, flags) extern const struct rst_ops rst_##stem##_ops;
#include "../kernel/kinds.h"
VZ_KINDS(K)
#undef K

/* A record by id; NULL when there is none. */
const struct vz_rec *rst_find(struct vz_context *ctx, u32 type, u64 id);
/* Its struct. */
static inline const void *rst_fixed(struct vz_context *ctx, u32 type, u64 id)
{
	const struct vz_rec *rec = rst_find(ctx, type, id);

	return rec ? rec->fixed : NULL;
}

/* All records of a type, in the image's order: for (i = 0; (rec = rst_nth(ctx, type, i)); i++) */
const struct vz_rec *rst_nth(struct vz_context *ctx, u32 type, unsigned int i);
#define rst_for_each(ctx, type, i, rec) \
	for ((i) = 0; ((rec) = rst_nth(ctx, type, i)); (i)++)

/**
 * rst_keep() - remember the object that was made for an id
 * @ptr: with a reference that rst_ops.undo drops when the context ends
 *
 * Serialised: tasks are called one after the other. Return: 0 or -ENOMEM (the
 * reference is still the caller's)
 */
int rst_keep(struct vz_context *ctx, u32 type, u64 id, void *ptr);
/* The object made for an id (borrowed); NULL when it is not made yet. */
void *rst_made(struct vz_context *ctx, u32 type, u64 id);

/* Restored task of a (VE) pid. */
struct vz_task *rst_task(struct vz_context *ctx, pid_t pid);

/**
 * rst_read_payload() - read the current data record's payload, or a part of it
 * @bvec: where to
 * @nr: number of pieces
 * @bytes: their length together
 *
 * The driver checks that the whole payload was consumed, and its CRC.
 */
int rst_read_payload(struct vz_context *ctx, const struct bio_vec *bvec, unsigned int nr,
		     u64 bytes);

/*
 * The same in two steps: the read, and the sum of what was read, in the same
 * order, which may be done by another thread at the same time as the next read.
 */
int rst_read_payload_unsummed(struct vz_context *ctx, const struct bio_vec *bvec,
			      unsigned int nr, u64 bytes);
void rst_sum_payload(struct vz_context *ctx, const struct bio_vec *bvec, unsigned int nr);

/* Host time - VE time, ns: add to a time of the image. */
s64 rst_clock_offset(struct vz_context *ctx, bool boot);

/* A VE time on a clock (CLOCK_*), ns, as the host sees it, within ktime_t. */
s64 rst_host_time(struct vz_context *ctx, u32 clockid, s64 ve);

/* rst_vdso.c: may a task of this address space go on at @ip? */
bool rst_vdso_may_go_on(struct vz_context *ctx, const struct vz_rec *mm, u64 ip);

int rst_undump(struct vz_context *ctx);
int rst_resume(struct vz_context *ctx);
int rst_kill(struct vz_context *ctx);

#endif /* _RST_H */
