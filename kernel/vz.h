/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both sides share: contexts, messages, parked tasks, the object hash,
 * the kinds table. Everything here is in vzcpt.ko; vzrst.ko uses its exports.
 */
#ifndef _VZ_H
#define _VZ_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/cpt_image.h>
#include <linux/cpt_ioctl.h>

struct bio_vec;
struct nsproxy;
struct vz_context;
struct vz_netlock;
struct vz_task;
struct vz_rec;

/* ---- contexts: context.c ---- */

/**
 * struct vz_side - one of /proc/cpt and /proc/rst
 * @name: name of the file
 * @owner: the module
 * @dumps: it writes images
 * @call: does the side's own ioctls (-ENOTTY: not its own); the context's
 *        lock is held
 * @release: ends what the context holds when its last user is gone: thaws a
 *           suspended VE, kills an undumped one
 * @contexts: list of all contexts, under the lock in context.c
 * @proc: the file
 */
struct vz_side {
	const char *name;
	struct module *owner;
	bool dumps;
	long (*call)(struct vz_context *ctx, unsigned int cmd, unsigned long arg);
	void (*release)(struct vz_context *ctx);
	struct list_head contexts;
	struct proc_dir_entry *proc;
};

#define VZ_HASH_BITS 12

/**
 * struct vz_context - one checkpoint or restore, from its first ioctl to its end
 * @node: in the side's list
 * @refs: one for each open file, one while kept (GET_CONTEXT)
 * @id: CPT_GET_CONTEXT's number while kept
 * @lock: held by the operation that runs; others get -EBUSY
 * @stage: CPT_STAGE_*
 * @init: the VE's init; a reference
 * @pidns: the VE's PID namespace; a reference
 * @tasks: struct vz_task, in order of (VE) pid when a scan made them; init first
 * @queued: tasks told to park that have not come yet
 * @park_wq: woken when a task has parked, has done a call, or is gone
 * @objects: by type, in the order in which they were added
 * @refusals: reasons found so far why the VE cannot be dumped
 * @checking: collect runs on live tasks: nothing is parked
 * @who: (cpt) whose things are being collected, for messages: cpt_who()
 * @ve_root: (cpt) the VE's root: cpt_ve_root()
 * @frozen_at: ktime when the last task was parked
 * @netlock: the VE's network is locked: netlock.c
 * @image: the writer (cpt) or reader (rst) while an operation uses it
 * @priv: of the side
 */
struct vz_context {
	struct list_head node;
	refcount_t refs;
	struct vz_side *side;
	u32 id;
	bool kept;
	struct mutex lock;
	u32 stage;
	u32 veid;
	struct pid *init;
	struct pid_namespace *pidns;
	struct list_head held;		/* contexts that have an init */

	struct file *dumpfile;
	struct file *statusfile;
	struct file *lockfile;
	struct file *errorfile;
	u32 opt_flags;
	u32 suspend_timeout_ms;

	struct mutex msg_lock;		/* protects the text below */
	char *msg;
	size_t msg_len;
	u64 msg_base;
	unsigned int msg_lines;		/* said so far */
	size_t msg_written;		/* to the errorfile */

	struct cpt_stats stats;
	u64 progress_done;
	u64 progress_total;
	ktime_t frozen_at;
	s64 mono_offset;		/* dump: of the VE's clocks, ns */
	s64 boot_offset;

	struct list_head tasks;
	struct hlist_head task_hash[1 << VZ_HASH_BITS];
	atomic_t queued;
	wait_queue_head_t park_wq;

	struct hlist_head hash[1 << VZ_HASH_BITS];
	struct hlist_head id_hash[1 << VZ_HASH_BITS];
	struct list_head objects[CPT_OBJ_MAX];
	u64 next_id[CPT_OBJ_MAX];
	unsigned int refusals;
	bool checking;
	char who[96];
	struct path ve_root;
	struct vz_netlock *netlock;

	struct vz_image *image;
	struct rst_loads *loads;
	void *priv;
};

int vz_side_register(struct vz_side *side);
void vz_side_unregister(struct vz_side *side);
int vz_set_ve(struct vz_context *ctx, struct pid *init);
void vz_clear_ve(struct vz_context *ctx);
u32 vz_host_caps(void);
int vz_check_caps(struct vz_context *ctx, u32 have, u32 there);

/* ---- messages: msg.c ---- */

/**
 * vz_err() - say why an operation fails
 * @ctx: its context
 * @err: negative errno
 * @fmt: "<stem> <id>: <what> <value>", no newline, no pointers
 *
 * The text is kept in the context (read(2) on the control file) and written to
 * the ERRORFD. May sleep.
 *
 * Return: @err
 */
__printf(3, 4) int vz_err(struct vz_context *ctx, int err, const char *fmt, ...);
#define cpt_err vz_err
#define rst_err vz_err

/**
 * vz_refuse() - one more reason why this VE cannot be dumped
 * @ctx: the context
 * @fmt: as for vz_err()
 *
 * Collect goes on, so that the user sees all reasons at once.
 *
 * Return: 0
 */
__printf(2, 3) int vz_refuse(struct vz_context *ctx, const char *fmt, ...);
#define cpt_refuse vz_refuse

void vz_msg_begin(struct vz_context *ctx);
long vz_say_why(struct vz_context *ctx, unsigned int lines, long err);
int vz_msg_init(struct vz_context *ctx);
void vz_msg_flush(struct vz_context *ctx);
void vz_msg_free(struct vz_context *ctx);
ssize_t vz_msg_read(struct vz_context *ctx, char __user *to, size_t n, loff_t *pos);

/* ---- registry of VEs: registry.c ---- */

int vz_registry_bind(u32 veid, struct pid *init);
void vz_registry_forget(u32 veid);
struct pid *vz_registry_find(u32 veid);
void vz_registry_exit(void);

/* ---- parked tasks: park.c, suspend.c ---- */

enum vz_park_state {
	VZ_NEW,		/* known, no work queued */
	VZ_QUEUED,	/* work queued, the task has not come yet */
	VZ_PARKED,	/* in the park loop */
	VZ_RELEASED,	/* told to go on */
	VZ_GONE,	/* has exited, or exits */
};

/**
 * struct vz_timeout - a call that keeps no note of when its time is over (timeout.c)
 * @deadline: when it is, ns of the host's monotonic clock; 0: it is no such call, or never;
 *            of a connect(2) far away when nobody knows: it ends by itself
 * @switches: how often the task had slept by itself when @deadline was noted
 * @node: in the list of those that make their call again
 * @timer: ends that
 * @work: wakes the task up for it
 * @over: it has
 */
struct vz_timeout {
	u64 deadline;
	unsigned long switches;
	struct list_head node;
	struct hrtimer timer;
	struct callback_head work;
	bool over;
};

/**
 * struct vz_task - a task that is to be parked, or was made by undump
 * @node: in ctx->tasks
 * @hash: in ctx->task_hash, by @task (scanned tasks only)
 * @refs: one for the list, one for the queued work
 * @ctx: valid until @state is VZ_RELEASED
 * @owner: module whose code the task may have to run; held with the work's reference
 * @task: a reference; NULL until a restored task has begun to run
 * @pid: its pid in the VE
 * @tgid: its thread group in the VE
 * @lock: protects the members up to @call_ret; taken before ctx->park_wq.lock
 * @state: where it is
 * @calling: @call is to be done
 * @call: what the parked task is asked to do next, in its own context
 * @call_arg: for @call
 * @call_ret: what @call returned
 * @exiting: after its release the task ends with @exit_code (restored zombies)
 * @exit_code: as do_exit() takes it
 * @work: queued task work
 * @in_place: it stands in a job control stop, its work is still queued
 * @zombie: it has ended and waits for its parent: dumped as such
 * @proc: (rst) its CPT_OBJ_PROCESS record
 * @rec: (rst) its CPT_OBJ_TASK record; NULL for a zombie
 * @leader: (rst) leader of its thread group; itself for a leader
 * @lock_wait: place among those that wait for locks on files, from 1; 0: it does not
 * @timeout: until when the call waits that it was parked in
 * @on_release: run in the task's own context when it is released, before it
 *              goes on to user mode; not when it was killed
 */
struct vz_task {
	struct list_head node;
	struct hlist_node hash;
	refcount_t refs;
	struct vz_context *ctx;
	struct module *owner;
	struct task_struct *task;
	pid_t pid;
	pid_t tgid;
	spinlock_t lock;
	enum vz_park_state state;
	bool calling;
	int (*call)(struct vz_task *vt, void *arg);
	void *call_arg;
	int call_ret;
	bool exiting;
	long exit_code;
	struct callback_head work;
	bool zombie;
	bool in_place;
	const struct vz_rec *proc;
	const struct vz_rec *rec;
	struct vz_task *leader;
	unsigned int lock_wait;
	struct vz_timeout timeout;
	void (*on_release)(struct vz_task *vt);
};

#define vz_for_each_task(ctx, vt) list_for_each_entry(vt, &(ctx)->tasks, node)
static inline bool vz_is_leader(const struct vz_task *vt)
{
	return vt->pid == vt->tgid;
}

/* suspend */
int vz_park_scan(struct vz_context *ctx);
int vz_park_all(struct vz_context *ctx);
bool vz_stopped_in_place(struct vz_task *vt);
bool vz_waits_in_submit(struct task_struct *task);

/* undump */
struct vz_task *vz_task_new(struct vz_context *ctx, pid_t pid, pid_t tgid);
int vz_spawn(struct vz_task *vt, u64 flags, int exit_signal);
int vz_wait_inactive(struct vz_task *vt);
int vz_wait_zombie(struct vz_task *vt);

/* both */
int vz_call(struct vz_task *vt, int (*fn)(struct vz_task *vt, void *arg), void *arg);
void vz_release(struct vz_task *vt);
void vz_release_all(struct vz_context *ctx);
bool vz_call_waits(unsigned long nr);
bool vz_in_lock_wait(unsigned long nr, unsigned long cmd);
void vz_release_lock_waiters(struct vz_context *ctx);
int vz_kill_all(struct vz_context *ctx);

/* ---- objects: hash.c ---- */

/**
 * struct vz_obj - a kernel object that the image knows by an id
 * @type: CPT_OBJ_*
 * @id: its id
 * @ptr: the object; a reference of the kind's get() (cpt) or put() (rst)
 * @users: how often collect has met it
 * @unheld: (cpt) there is no reference on @ptr: it may be gone
 * @data: of the kind; freed with kvfree() together with this
 */
struct vz_obj {
	struct hlist_node hash;
	struct hlist_node id_hash;
	struct list_head node;
	u32 type;
	u32 users;
	bool unheld;
	u64 id;
	void *ptr;
	void *data;
};

struct vz_obj *vz_obj_find(struct vz_context *ctx, u32 type, const void *ptr);
struct vz_obj *vz_obj_by_id(struct vz_context *ctx, u32 type, u64 id);
/* @id 0: the next free one. NULL: no memory. Takes no reference on @ptr. */
struct vz_obj *vz_obj_add(struct vz_context *ctx, u32 type, void *ptr, u64 id);
#define vz_for_each_obj(ctx, type, obj) \
	list_for_each_entry(obj, &(ctx)->objects[type], node)
/* Ends every object; @put may be NULL, else it drops the reference of obj->ptr. */
void vz_obj_free_all(struct vz_context *ctx, void (*put)(struct vz_obj *obj));

/* ---- kinds: kinds.c, kinds.h ---- */

/**
 * struct vz_kind - what is known of a type of record without its code
 * @type: CPT_OBJ_*
 * @stem: name of the kind: cpt_<stem>.c, rst_<stem>.c
 * @size: sizeof its struct
 * @flags: VZ_KIND_*
 *
 * The order of vz_kinds[] is the order of dump and restore.
 */
struct vz_kind {
	u32 type;
	const char *stem;
	u32 size;
	u32 flags;
};

extern const struct vz_kind vz_kinds[];
extern const unsigned int vz_nr_kinds;
const struct vz_kind *vz_kind(u32 type);
const char *vz_kind_name(u32 type);

#endif /* _VZ_H */
