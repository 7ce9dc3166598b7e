/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the image checker: its state and the rules of the kinds.
 */
#ifndef _VZ_IMAGE_RULES_H
#define _VZ_IMAGE_RULES_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/stddef.h>
#include <linux/string.h>
#define vz_env_alloc(n)	kvzalloc(n, GFP_KERNEL)
#define vz_env_free(p)	kvfree(p)
#else
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#define vz_env_alloc(n)	calloc(1, n)
#define vz_env_free(p)	free(p)
#define EXPORT_SYMBOL_GPL(name)
#define sizeof_field(s, m) sizeof(((s *)0)->m)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#endif

#include "image_check.h"
#include "kinds.h"

#define VZ_PAGE		4096ULL
#define VZ_PID_MAX	4194304U		/* PID_MAX_LIMIT */
#define VZ_TASK_SIZE	0x7ffffffff000ULL	/* first address behind user space */
#define VZ_KTIME_MAX	0x7fffffffffffffffULL
#define VZ_ID_INVALID	0xffffffffU		/* (uid_t)-1 */

/* What a rule asks of a member. */
enum vz_test {
	VZ_T_MASK,	/* no bits other than @a */
	VZ_T_RANGE,	/* @a ... @b */
	VZ_T_SRANGE,	/* __s32, (__s64)@a ... (__s64)@b */
	VZ_T_REF,	/* id of an earlier record of type @a */
	VZ_T_REF_OPT,	/* likewise, or 0 */
	VZ_T_TEXT,	/* NUL-terminated within its @size bytes */
};

/**
 * struct vz_rule - one member of a struct
 * @name: its name
 * @off: its offset
 * @size: its size
 * @test: VZ_T_*
 * @a: see enum vz_test
 * @b: likewise
 */
struct vz_rule {
	const char *name;
	__u16 off;
	__u16 size;
	__u32 test;
	__u64 a;
	__u64 b;
};

#define VZ_RULE(s, m, t, x, y)	{ #m, offsetof(struct s, m), sizeof_field(struct s, m), t, x, y }
#define VZ_MASK(s, m, known)	VZ_RULE(s, m, VZ_T_MASK, known, 0)
#define VZ_ZERO(s, m)		VZ_RULE(s, m, VZ_T_MASK, 0, 0)
#define VZ_RANGE(s, m, lo, hi)	VZ_RULE(s, m, VZ_T_RANGE, lo, hi)
#define VZ_SRANGE(s, m, lo, hi)	VZ_RULE(s, m, VZ_T_SRANGE, (__u64)(lo), (__u64)(hi))
#define VZ_REF(s, m, type)	VZ_RULE(s, m, VZ_T_REF, type, 0)
#define VZ_REF_OPT(s, m, type)	VZ_RULE(s, m, VZ_T_REF_OPT, type, 0)
#define VZ_ID(s, m)		VZ_RANGE(s, m, 0, VZ_ID_INVALID - 1)
#define VZ_TEXT(s, m)		VZ_RULE(s, m, VZ_T_TEXT, 0, 0)

/* struct cpt_sock_opts, embedded as member sock: the first rules of a family's struct */
#define VZ_SOCK_RULES(s)							\
	VZ_MASK(s, sock.flags, CPT_SOCK_FLAGS_KNOWN),			\
	VZ_MASK(s, sock.locks, CPT_SOCK_LOCKS_KNOWN),			\
	VZ_RANGE(s, sock.reuse, 0, 1),					\
	VZ_RANGE(s, sock.reuseport, 0, 1),				\
	VZ_RANGE(s, sock.sndbuf, 4096, 0x7fffffff),			\
	VZ_RANGE(s, sock.rcvbuf, 2048, 0x7fffffff),			\
	VZ_RANGE(s, sock.rcvlowat, 1, 0x7fffffff),			\
	VZ_RANGE(s, sock.shutdown, 0, 3),				\
	VZ_RANGE(s, sock.error, 0, 4095),				\
	VZ_RANGE(s, sock.error_soft, 0, 4095),				\
	VZ_RANGE(s, sock.bound_dev, 0, 0x7fffffff),			\
	VZ_SRANGE(s, sock.peek_off, -1, 0x7fffffff),			\
	VZ_RANGE(s, sock.busy_poll, 0, 0x7fffffff),			\
	VZ_RANGE(s, sock.busy_poll_budget, 0, 0xffff),			\
	VZ_SRANGE(s, sock.incoming_cpu, -1, 0x7fffffff),		\
	VZ_RANGE(s, sock.txtime_clock, 0, 15),				\
	VZ_RANGE(s, sock.txrehash, 0, 255),				\
	VZ_RANGE(s, sock.uid, 0, VZ_ID_INVALID - 1),			\
	VZ_RANGE(s, sock.inode_uid, 0, VZ_ID_INVALID - 1),		\
	VZ_RANGE(s, sock.inode_gid, 0, VZ_ID_INVALID - 1),		\
	VZ_MASK(s, sock.inode_mode, 07777),				\
	VZ_RANGE(s, sock.filter, 0, 4096),				\
	VZ_ZERO(s, sock.zero),						\
	VZ_ZERO(s, sock.reserved[0]), VZ_ZERO(s, sock.reserved[1]),	\
	VZ_ZERO(s, sock.reserved[2]), VZ_ZERO(s, sock.reserved[3])

/**
 * struct vz_look - a record while it is looked at
 * @h: its header
 * @fixed: its struct, as long as this version's
 * @content: its content
 * @count: elements of the array that the content begins with
 * @tail: what follows the array
 * @tail_len: its length
 * @obj: its entry; NULL for a data record
 */
struct vz_look {
	const struct cpt_object_hdr *h;
	const void *fixed;
	const char *content;
	__u64 count;
	const char *tail;
	__u64 tail_len;
	struct vz_check_obj *obj;
};

/**
 * struct vz_shape - rules of a kind
 * @rules: of its struct's members
 * @nrules: their number
 * @count: offset of the __u32 number of array elements in the struct
 * @elem: size of an element of the array; 0: no array
 * @elem_rules: of an element's members
 * @nelem_rules: their number
 * @strings: number of NUL-terminated strings behind the array
 * @own_tail: what stands behind the array is looked at by @own
 * @payload: has a payload
 * @known: there is nothing to look at
 * @own: what rules cannot say; returns 0 or -errno after vz_bad()
 */
struct vz_shape {
	const struct vz_rule *rules;
	unsigned int nrules;
	unsigned int count;
	unsigned int elem;
	const struct vz_rule *elem_rules;
	unsigned int nelem_rules;
	unsigned int strings;
	unsigned int own_tail;
	unsigned int payload;
	unsigned int known;
	int (*own)(struct vz_check *chk, struct vz_look *look);
};

#define RULES(r)	.rules = r, .nrules = ARRAY_SIZE(r)
#define ARRAY(s, m, e)	.count = offsetof(struct s, m), .elem = sizeof(struct e)
#define ELEMENTS(r)	.elem_rules = r, .nelem_rules = ARRAY_SIZE(r)

/* A type's rules: of image_kinds.c, or of a file of its own. */
const struct vz_shape *vz_shape(__u32 type);
extern const struct vz_shape vz_shapes_fds[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_inet[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_ipc[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_mem[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_net[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_sock[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_tree[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_tty[CPT_OBJ_MAX];
extern const struct vz_shape vz_shapes_udp[CPT_OBJ_MAX];

/**
 * struct vz_check_obj - a metadata record that was read
 * @next: in its hash bucket
 * @id: its id
 * @type: its type
 * @n: of the kind: ranges of an mm, threads seen of a process
 * @u: of the kind: tgid of a task, session of a group, 1 for a mount that is the root of
 *     a namespace within the VE
 * @aux: of the kind, allocated; freed with the checker
 */
struct vz_check_obj {
	struct vz_check_obj *next;
	__u64 id;
	__u32 type;
	__u32 n;
	__u64 u;
	void *aux;
};

/* Not types of records: entries of the checker's own. */
#define VZ_OWN_GROUP	(CPT_OBJ_MAX + 0)	/* process group; u: its session */
#define VZ_OWN_REUSE	(CPT_OBJ_MAX + 1)	/* SO_REUSEPORT group of udp; u: whose; n: sockets */

struct vz_check {
	char msg[256];
	int failed;
	struct cpt_image_header head;
	__u64 pos;		/* in the stream, behind the current record */
	__u64 start;		/* of the current record */
	__u64 number;		/* of the current record, from 1; 0 before */
	struct cpt_object_hdr cur;
	__u64 element;		/* of its array, from 1; 0: none */
	int meta_done;		/* the metadata was complete */
	int ended;		/* the trailer was seen */
	__u64 pages;
	__u64 meta_bytes;
	__u64 last_id[CPT_OBJ_MAX];	/* of data kinds */
	__u64 seen[CPT_OBJ_MAX];	/* records of a type */
	struct cpt_ve_image ve;

	struct vz_check_obj **buckets;	/* a power of two of them; grows */
	__u64 nbuckets;
	__u64 nobjs;
};

/* A mapping of an mm, kept to check page records. */
struct vz_check_range {
	__u64 start;
	__u64 end;
	__u32 type;
	__u32 flags;
};

/* A process, kept to check its tasks and children. */
struct vz_check_process {
	__u32 state;
	__u32 threads;
	__u32 pgid;
	__u32 sid;
	__u32 ppid;
	__u32 ptid;
};

/* An inode of a tmpfs. */
struct vz_check_tmpfs {
	__u64 mount;
	__u64 size;
	__u64 link;
	__u32 mode;
	__u32 zero;
};

__printf(3, 4) int vz_bad(struct vz_check *chk, int err, const char *fmt, ...);
struct vz_check_obj *vz_check_find(struct vz_check *chk, __u32 type, __u64 id);
struct vz_check_obj *vz_check_add(struct vz_check *chk, __u32 type, __u64 id);
int vz_good_path(const char *path);

int vz_look_sockopts(struct vz_check *chk, __u32 family, const char *data, __u64 len, __u32 n);
int vz_check_processes(struct vz_check *chk);
int vz_check_sockets(struct vz_check *chk);
int vz_look_file_tty(struct vz_check *chk, const struct cpt_file_image *f);

#endif /* _VZ_IMAGE_RULES_H */
