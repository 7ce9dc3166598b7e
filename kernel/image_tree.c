// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: processes, tasks and what they consist of.
 */
#include "image_rules.h"

#define CAPS_KNOWN	((1ULL << 41) - 1)	/* CAP_CHECKPOINT_RESTORE is the last */
#define EFLAGS_KNOWN	0x254fd7ULL	/* CF PF AF ZF SF TF IF DF OF NT RF AC ID, bit 1 */
#define EFLAGS_IF	0x200ULL
#define SA_FLAGS	0xdc000807ULL	/* those of sigaction(2), none that the kernel keeps there */
#define USER_CS		0x33
#define USER_DS		0x2b
#define SIG(n)		(1ULL << ((n) - 1))

static int look_key(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_key_image *k = look->fixed;
	__u64 len = strnlen(look->tail, look->tail_len);

	if (len == look->tail_len || len > 4095 || look->tail_len != len + 1 + k->datalen)
		return vz_bad(chk, -EINVAL, "description and value are not %llu bytes",
			      look->tail_len);
	look->obj->u = k->type;
	if (k->type == CPT_KEY_UID || k->type == CPT_KEY_UID_SESSION) {
		if (k->flags || k->serial || k->perm || k->gid || k->expiry || look->count ||
		    look->tail_len != 1)
			return vz_bad(chk, -EINVAL, "a user's keyring with more than its user");
		return 0;
	}
	if (!len || k->serial < 3)
		return vz_bad(chk, -EINVAL, "no description, or number %u", k->serial);
	if (k->type == CPT_KEY_KEYRING ? k->datalen : look->count)
		return vz_bad(chk, -EINVAL, "a keyring with a value, or a key with links");
	if (k->flags & CPT_KEY_REVOKED ? look->count || k->datalen || !k->expiry :
	    k->type != CPT_KEY_KEYRING && !k->datalen)
		return vz_bad(chk, -EINVAL, "a revoked key with a value, or a key without");
	return 0;
}

static int look_keyring(struct vz_check *chk, __u64 id)
{
	const struct vz_check_obj *key = id ? vz_check_find(chk, CPT_OBJ_KEY, id) : NULL;

	if (key && (key->u == CPT_KEY_USER || key->u == CPT_KEY_LOGON))
		return vz_bad(chk, -EINVAL, "key %llu is not a keyring", id);
	return 0;
}

static int look_cred(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_cred_image *c = look->fixed;
	const __u32 *groups = (const void *)look->content;
	__u32 i;

	if (look->h->len != c->ngroups * 4ULL)
		return vz_bad(chk, -EINVAL, "%u groups in %llu bytes", c->ngroups, look->h->len);
	for (i = 0; i < c->ngroups; i++) {
		if (groups[i] == VZ_ID_INVALID)
			return vz_bad(chk, -EINVAL, "group %u is not valid", groups[i]);
	}
	if ((c->cap_inheritable | c->cap_permitted | c->cap_bset) & ~CAPS_KNOWN)
		return vz_bad(chk, -EINVAL, "a capability that is not known here");
	if (c->cap_effective & ~c->cap_permitted ||
	    c->cap_ambient & ~(c->cap_permitted & c->cap_inheritable))
		return vz_bad(chk, -EINVAL, "a capability without its permission");
	return look_keyring(chk, c->session_keyring) ?:
	       look_keyring(chk, c->process_keyring) ?: look_keyring(chk, c->thread_keyring);
}

static int look_sighand(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_sighand_image *s = look->fixed;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->action); i++) {
		if (s->action[i].flags & ~SA_FLAGS)
			return vz_bad(chk, -EINVAL, "signal %u: flags %#llx are not known here",
				      i + 1, s->action[i].flags & ~SA_FLAGS);
	}
	if (s->action[9 - 1].handler || s->action[19 - 1].handler)
		return vz_bad(chk, -EINVAL, "a handler for SIGKILL or SIGSTOP");
	return 0;
}

static int look_sigqueue(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_sigqueue_image *q = look->fixed;
	const struct cpt_siginfo *info = (const void *)look->content;
	__s32 signo;
	__u64 i;

	for (i = 0; i < look->count; i++) {
		memcpy(&signo, info[i].info, sizeof(signo));
		chk->element = i + 1;
		if (signo < 1 || signo > 64 || !(q->pending & SIG(signo)))
			return vz_bad(chk, -EINVAL, "signal %d is not pending", signo);
	}
	chk->element = 0;
	return 0;
}

/* ---- processes ---- */

/*
 * A process group lies in one session; a process that gave a session its
 * number is in it.
 */
static int look_groups(struct vz_check *chk, const struct cpt_process_image *p)
{
	struct vz_check_obj *group;

	if (p->flags & CPT_PROCESS_LEADER && p->sid != p->pid)
		return vz_bad(chk, -EINVAL, "leader of session %u", p->sid);
	if (!p->pgid)
		return 0;
	group = vz_check_find(chk, VZ_OWN_GROUP, p->pgid);
	if (!group) {
		group = vz_check_add(chk, VZ_OWN_GROUP, p->pgid);
		if (!group)
			return chk->failed;
		group->u = p->sid;
	}
	if (group->u != p->sid)
		return vz_bad(chk, -EINVAL, "group %u is in session %llu, not %u", p->pgid,
			      group->u, p->sid);
	return 0;
}

static int look_rlimits(struct vz_check *chk, const struct cpt_process_image *p)
{
	unsigned int i;

	for (i = 0; i < CPT_RLIMITS; i++) {
		if (p->rlim_cur[i] > p->rlim_max[i])
			return vz_bad(chk, -EINVAL, "limit %u is above its maximum", i);
	}
	return 0;
}

static int look_process(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_process_image *p = look->fixed;
	const struct vz_check_obj *parent;
	struct vz_check_process *keep;
	int zombie = p->state == CPT_PROCESS_ZOMBIE;

	if (look->h->id != p->pid)
		return vz_bad(chk, -EINVAL, "pid %u", p->pid);
	if ((chk->seen[CPT_OBJ_PROCESS] == 1) != (p->pid == 1) || (p->pid == 1) != !p->ppid ||
	    (p->pid == 1) != !p->ptid)
		return vz_bad(chk, -EINVAL, "init is process 1 without a parent, and the first");
	if (p->tty && (!p->sid || vz_check_find(chk, CPT_OBJ_TTY, p->tty)->u != p->sid))
		return vz_bad(chk, -EINVAL, "terminal %llu is not that of session %u", p->tty, p->sid);
	if (p->ppid) {
		parent = vz_check_find(chk, CPT_OBJ_PROCESS, p->ppid);
		if (!parent || parent == look->obj)
			return vz_bad(chk, -EINVAL, "there is no process %u before it", p->ppid);
		if (((struct vz_check_process *)parent->aux)->state == CPT_PROCESS_ZOMBIE)
			return vz_bad(chk, -EINVAL, "its parent %u is a zombie", p->ppid);
	}
	if (vz_check_find(chk, CPT_OBJ_TASK, p->pid))
		return vz_bad(chk, -EINVAL, "a task before it has its number");
	if (zombie ? p->mm || p->sighand || p->threads != 1 || p->pid == 1 : !p->mm || !p->sighand || !p->threads)
		return vz_bad(chk, -EINVAL, "memory, signals or threads do not fit state %u",
			      p->state);
	if (look_rlimits(chk, p) || look_groups(chk, p))
		return chk->failed;
	keep = vz_env_alloc(sizeof(*keep));
	if (!keep)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	keep->state = p->state;
	keep->threads = p->threads;
	keep->pgid = p->pgid;
	keep->sid = p->sid;
	keep->ppid = p->ppid;
	keep->ptid = p->ptid;
	look->obj->aux = keep;
	return 0;
}

static int process_complete(struct vz_check *chk, const struct vz_check_obj *obj)
{
	const struct vz_check_process *p = obj->aux, *q;
	const struct vz_check_obj *other;

	if (obj->n != p->threads)
		return vz_bad(chk, -EINVAL, "process %llu: %u of %u threads were read",
			      obj->id, obj->n, p->threads);
	other = p->ptid ? vz_check_find(chk, CPT_OBJ_TASK, p->ptid) : NULL;
	if (p->ptid && (!other || other->u != p->ppid))
		return vz_bad(chk, -EINVAL, "process %llu: its parent %u has no thread %u",
			      obj->id, p->ppid, p->ptid);
	other = p->sid ? vz_check_find(chk, CPT_OBJ_PROCESS, p->sid) : NULL;
	q = other ? other->aux : NULL;
	if (q && q->sid != p->sid)
		return vz_bad(chk, -EINVAL, "process %llu: session %u, but process %u is in %u",
			      obj->id, p->sid, p->sid, q->sid);
	return 0;
}

/* When all metadata was read. */
int vz_check_processes(struct vz_check *chk)
{
	const struct vz_check_obj *obj;
	__u64 i, number = chk->number;

	chk->number = 0;	/* the message is not about the current record */
	for (i = 0; i < chk->nbuckets; i++) {
		for (obj = chk->buckets[i]; obj; obj = obj->next) {
			if (obj->type == CPT_OBJ_PROCESS && process_complete(chk, obj))
				return chk->failed;
		}
	}
	chk->number = number;
	return 0;
}

/* ---- tasks ---- */

static int look_selector(__u64 sel)
{
	return sel <= 3 || (sel <= 0xffff && (sel & 7) == 3);	/* GDT, user's privilege */
}

/*
 * What ptrace() would not let a tracer set either. fs_base and gs_base must lie
 * in user space; rip and rsp may be anything.
 */
static int look_regs(struct vz_check *chk, const struct cpt_regs *r)
{
	if (r->cs != USER_CS || r->ss != USER_DS)
		return vz_bad(chk, -EINVAL, "code segment %#llx, stack segment %#llx", r->cs, r->ss);
	if (!look_selector(r->ds) || !look_selector(r->es) || !look_selector(r->fs) ||
	    !look_selector(r->gs))
		return vz_bad(chk, -EINVAL, "a segment register is not possible");
	if (r->fs_base >= VZ_TASK_SIZE || r->gs_base >= VZ_TASK_SIZE)
		return vz_bad(chk, -EINVAL, "base of fs or gs is outside of user space");
	if (r->eflags & ~EFLAGS_KNOWN || !(r->eflags & EFLAGS_IF))
		return vz_bad(chk, -EINVAL, "eflags %#llx is not possible", r->eflags);
	return 0;
}

static int look_thread(struct vz_check *chk, const struct cpt_task_image *t,
		       struct vz_check_obj *proc)
{
	const struct vz_check_process *p = proc->aux;
	int dead = p->state == CPT_PROCESS_ZOMBIE;

	if ((proc->n == 0) != (t->tid == t->tgid))
		return vz_bad(chk, -EINVAL, "the first task of process %u is its leader", t->tgid);
	if (t->tid != t->tgid && vz_check_find(chk, CPT_OBJ_PROCESS, t->tid))
		return vz_bad(chk, -EINVAL, "process %u has its number", t->tid);
	if (++proc->n > p->threads)
		return vz_bad(chk, -EINVAL, "process %u has only %u threads", t->tgid, p->threads);
	if (dead != !t->files || dead != !t->fs || (dead && t->pending))
		return vz_bad(chk, -EINVAL, "files, fs or signals do not fit its process' state");
	if (t->stop_signal && !(t->flags & (CPT_TASK_STOPPED | CPT_TASK_STOP_PENDING)))
		return vz_bad(chk, -EINVAL, "stop signal %u does not fit flags %#x",
			      t->stop_signal, t->flags);
	return dead ? 0 : look_regs(chk, &t->regs);
}

static int look_task(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_task_image *t = look->fixed;
	struct vz_check_obj *proc = vz_check_find(chk, CPT_OBJ_PROCESS, t->tgid);

	if (look->h->id != t->tid)
		return vz_bad(chk, -EINVAL, "tid %u", t->tid);
	if (look->h->len != t->cpus)
		return vz_bad(chk, -EINVAL, "%u bytes of CPUs in %llu", t->cpus, look->h->len);
	if (t->rseq_len ? t->rseq_len < 32 || !t->rseq || t->rseq % 32 : t->rseq || t->rseq_sig)
		return vz_bad(chk, -EINVAL, "rseq of %u bytes at %#llx", t->rseq_len, t->rseq);
	/* real-time policies have a priority, others have none */
	if ((t->sched_policy == 1 || t->sched_policy == 2) != !!t->sched_priority)
		return vz_bad(chk, -EINVAL, "priority %u does not fit policy %u",
			      t->sched_priority, t->sched_policy);
	/* init's is the VE's own */
	if (t->mntns && (t->tid == 1 || !vz_check_find(chk, CPT_OBJ_MOUNT, t->mntns)->u))
		return vz_bad(chk, -EINVAL, "mount %llu is not the root of a namespace within the VE",
			      t->mntns);
	look->obj->u = t->tgid;
	return look_thread(chk, t, proc);
}

static int look_xstate(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_xstate_image *x = look->fixed;
	__u64 features, compacted;

	if (look->h->id != x->tid)
		return vz_bad(chk, -EINVAL, "tid %u", x->tid);
	/* legacy area and header; AMX makes it 11 KiB */
	if (look->h->len < 576 || look->h->len > 65536 || look->h->len % 8)
		return vz_bad(chk, -EINVAL, "an XSAVE area of %llu bytes", look->h->len);
	memcpy(&features, look->content + 512, sizeof(features));
	memcpy(&compacted, look->content + 520, sizeof(compacted));
	if (features & ~chk->head.xfeatures || compacted)
		return vz_bad(chk, -EINVAL, "components %#llx are more than the header's %#llx",
			      features, chk->head.xfeatures);
	return 0;
}

/* Sums of a few of these must not run over; times may be negative before the VE began. */
#define USAGE_MAX	(VZ_KTIME_MAX / 16)

static int look_usage(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_usage_image *u = look->fixed;
	const struct vz_check_obj *task = vz_check_find(chk, CPT_OBJ_TASK, u->tid);
	const __u64 *n = &u->runtime, *end = (const __u64 *)(u + 1);
	const __u64 *process = &u->peak_rss;

	if (look->h->id != u->tid)
		return vz_bad(chk, -EINVAL, "tid %u", u->tid);
	if (u->start_ns > (__s64)USAGE_MAX || u->start_ns < -(__s64)USAGE_MAX ||
	    u->start_boot_ns > (__s64)USAGE_MAX || u->start_boot_ns < -(__s64)USAGE_MAX)
		return vz_bad(chk, -EINVAL, "it was made at %lld", u->start_ns);
	for (; n < end; n++) {
		if (*n > USAGE_MAX)
			return vz_bad(chk, -EINVAL, "number %u is too large: %llu",
				      (unsigned int)(n - &u->runtime) + 1, *n);
		if (*n && n >= process && task->u != u->tid)
			return vz_bad(chk, -EINVAL, "use of a process, but not its leader's");
	}
	return 0;
}

static const struct vz_rule cred_rules[] = {
	VZ_ID(cpt_cred_image, uid), VZ_ID(cpt_cred_image, gid),
	VZ_ID(cpt_cred_image, suid), VZ_ID(cpt_cred_image, sgid),
	VZ_ID(cpt_cred_image, euid), VZ_ID(cpt_cred_image, egid),
	VZ_ID(cpt_cred_image, fsuid), VZ_ID(cpt_cred_image, fsgid),
	VZ_MASK(cpt_cred_image, securebits, 0xff),
	VZ_RANGE(cpt_cred_image, ngroups, 0, 65536),
	VZ_REF_OPT(cpt_cred_image, session_keyring, CPT_OBJ_KEY),
	VZ_REF_OPT(cpt_cred_image, process_keyring, CPT_OBJ_KEY),
	VZ_REF_OPT(cpt_cred_image, thread_keyring, CPT_OBJ_KEY),
	VZ_RANGE(cpt_cred_image, request_keyring, 0, 7),
	VZ_ZERO(cpt_cred_image, zero),
};

static const struct vz_rule key_rules[] = {
	VZ_RANGE(cpt_key_image, type, CPT_KEY_KEYRING, CPT_KEY_UID_SESSION),
	VZ_MASK(cpt_key_image, flags, CPT_KEY_QUOTA | CPT_KEY_REVOKED | CPT_KEY_INVALIDATED),
	VZ_RANGE(cpt_key_image, serial, 0, 0x7fffffff),
	VZ_MASK(cpt_key_image, perm, 0x3f3f3f3f),
	VZ_ID(cpt_key_image, uid),
	VZ_RANGE(cpt_key_image, expiry, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_key_image, datalen, 0, 32767),
};

static const struct vz_rule key_link_rules[] = {
	VZ_REF(cpt_key_link, key, CPT_OBJ_KEY),
};

static const struct vz_rule sigqueue_rules[] = {
	VZ_ZERO(cpt_sigqueue_image, zero),
};

static const struct vz_rule process_rules[] = {
	VZ_RANGE(cpt_process_image, pid, 1, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, pgid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, sid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, state, CPT_PROCESS_RUNNING, CPT_PROCESS_ZOMBIE),
	VZ_MASK(cpt_process_image, exit_code, 0xffff),
	VZ_RANGE(cpt_process_image, exit_signal, 0, 64),
	VZ_MASK(cpt_process_image, flags, CPT_PROCESS_SUBREAPER | CPT_PROCESS_LEADER |
		CPT_PROCESS_CONTINUED | CPT_PROCESS_SUBREAPED | CPT_PROCESS_REAL_FIRED |
		CPT_PROCESS_TELL_STOP | CPT_PROCESS_TELL_CONT | CPT_PROCESS_NEW_PARENT),
	VZ_REF_OPT(cpt_process_image, mm, CPT_OBJ_MM),
	VZ_REF_OPT(cpt_process_image, sighand, CPT_OBJ_SIGHAND),
	VZ_REF_OPT(cpt_process_image, shared_pending, CPT_OBJ_SIGQUEUE),
	VZ_RANGE(cpt_process_image, threads, 0, VZ_PID_MAX),
	VZ_SRANGE(cpt_process_image, oom_score_adj, -1000, 1000),
	VZ_SRANGE(cpt_process_image, oom_score_adj_min, -1000, 1000),
	VZ_RANGE(cpt_process_image, ptid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, it_real_expires, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_real_interval, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_virt_left, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_virt_interval, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_prof_left, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_prof_interval, 0, VZ_KTIME_MAX),
	VZ_REF_OPT(cpt_process_image, tty, CPT_OBJ_TTY),
	VZ_RANGE(cpt_process_image, tty_old_pgrp, 0, VZ_PID_MAX),
	VZ_ZERO(cpt_process_image, zero),
};

static const struct vz_rule task_rules[] = {
	VZ_RANGE(cpt_task_image, tid, 1, VZ_PID_MAX),
	VZ_REF(cpt_task_image, tgid, CPT_OBJ_PROCESS),
	VZ_MASK(cpt_task_image, flags, CPT_TASK_RESTORE_SIGMASK | CPT_TASK_NO_NEW_PRIVS |
		CPT_TASK_RESET_ON_FORK | CPT_TASK_FORKNOEXEC | CPT_TASK_STOPPED | CPT_TASK_STOP_PENDING),
	VZ_RANGE(cpt_task_image, stop_signal, 0, 64),
	VZ_RANGE(cpt_task_image, restart.fn, CPT_RESTART_NONE, CPT_RESTART_UNTIL),
	VZ_RANGE(cpt_task_image, restart.type, 0, 0x7fffffff),
	VZ_MASK(cpt_task_image, restart.flags, CPT_FUTEX_SHARED | CPT_FUTEX_REALTIME),
	VZ_REF_OPT(cpt_task_image, pending, CPT_OBJ_SIGQUEUE),
	VZ_REF(cpt_task_image, cred, CPT_OBJ_CRED),
	VZ_REF_OPT(cpt_task_image, files, CPT_OBJ_FILES),
	VZ_REF_OPT(cpt_task_image, fs, CPT_OBJ_FS),
	VZ_MASK(cpt_task_image, sas_ss_flags, 0x80000003),	/* ONSTACK DISABLE AUTODISARM */
	VZ_RANGE(cpt_task_image, pdeath_signal, 0, 64),
	VZ_RANGE(cpt_task_image, rseq_len, 0, VZ_PAGE),
	VZ_RANGE(cpt_task_image, rseq, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_task_image, sched_policy, 0, 5),
	VZ_SRANGE(cpt_task_image, nice, -20, 19),
	VZ_RANGE(cpt_task_image, sched_priority, 0, 99),
	VZ_MASK(cpt_task_image, ioprio, 0xffff),
	VZ_RANGE(cpt_task_image, cpus, 0, 8192),
	VZ_RANGE(cpt_task_image, slice_ns, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_task_image, lock_wait, 0, 0x7fffffff),
	VZ_ZERO(cpt_task_image, zero),
	VZ_REF_OPT(cpt_task_image, mntns, CPT_OBJ_MOUNT),
	VZ_TEXT(cpt_task_image, comm),
};

static const struct vz_rule xstate_rules[] = {
	VZ_REF(cpt_xstate_image, tid, CPT_OBJ_TASK),
	VZ_ZERO(cpt_xstate_image, zero),
};

static const struct vz_rule usage_rules[] = {
	VZ_REF(cpt_usage_image, tid, CPT_OBJ_TASK),
	VZ_ZERO(cpt_usage_image, zero),
};

const struct vz_shape vz_shapes_tree[CPT_OBJ_MAX] = {
	[CPT_OBJ_KEY]	= { RULES(key_rules), ARRAY(cpt_key_image, links, cpt_key_link),
			    ELEMENTS(key_link_rules), .own_tail = 1, .own = look_key },
	[CPT_OBJ_CRED]	= { RULES(cred_rules), .own_tail = 1, .own = look_cred },
	[CPT_OBJ_SIGHAND] = { .own = look_sighand },
	[CPT_OBJ_SIGQUEUE] = { RULES(sigqueue_rules), ARRAY(cpt_sigqueue_image, infos, cpt_siginfo),
			    .own = look_sigqueue },
	[CPT_OBJ_PROCESS] = { RULES(process_rules), .own = look_process },
	[CPT_OBJ_TASK]	= { RULES(task_rules), .own_tail = 1, .own = look_task },
	[CPT_OBJ_XSTATE] = { RULES(xstate_rules), .own_tail = 1, .own = look_xstate },
	[CPT_OBJ_USAGE] = { RULES(usage_rules), .own = look_usage },
};
