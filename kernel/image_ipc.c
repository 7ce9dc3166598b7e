// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of the image checker for what an IPC namespace has.
 */
#include "image_rules.h"

#define ID(s, m)	VZ_RANGE(s, m, 0, VZ_ID_INVALID - 1)
#define IPC_IDS		(1U << 24)	/* with the kernel's parameter ipcmni_extend; else less */
#define SEM_MAX		32767		/* SEMVMX */
#define MQ_MSG_MAX	65536		/* HARD_MSGMAX */
#define MQ_SIZE_MAX	(16U << 20)	/* HARD_MSGSIZEMAX */
#define MQ_PRIO		32767		/* MQ_PRIO_MAX - 1 */

#define PERM(s)								\
	VZ_RANGE(s, perm.id, 0, 0x7fffffff),				\
	ID(s, perm.uid), ID(s, perm.gid), ID(s, perm.cuid), ID(s, perm.cgid), \
	VZ_MASK(s, perm.mode, 0777),					\
	VZ_ZERO(s, perm.zero)

static int look_perm(struct vz_check *chk, struct vz_look *look, const struct cpt_ipc_perm *perm)
{
	if (look->h->id != (__u64)perm->id + 1)
		return vz_bad(chk, -EINVAL, "perm.id: %u", perm->id);
	return 0;
}

/* ---- sem ---- */

static const struct vz_rule sem_rules[] = {
	PERM(cpt_sem_image),
	VZ_RANGE(cpt_sem_image, nsems, 1, CPT_MAX_SEMS),
};

static const struct vz_rule sem_elem_rules[] = {
	VZ_RANGE(cpt_sem, val, 0, SEM_MAX),
	VZ_RANGE(cpt_sem, pid, 0, VZ_PID_MAX),
};

static int look_sem(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_sem_image *v = look->fixed;
	const struct cpt_sem_undo *u = (const void *)look->tail;
	__u64 i;

	if (look->tail_len != v->undos * sizeof(*u))
		return vz_bad(chk, -EINVAL, "%u adjustments in %llu bytes", v->undos,
			      look->tail_len);
	for (i = 0; i < v->undos; i++) {
		if (!u[i].list || (i && u[i].list < u[i - 1].list) || u[i].num >= v->nsems)
			return vz_bad(chk, -EINVAL, "adjustment of semaphore %u, list %u", u[i].num,
				      u[i].list);
	}
	return look_perm(chk, look, &v->perm);
}

/* ---- shm ---- */

static const struct vz_rule shm_rules[] = {
	PERM(cpt_shm_image),
	VZ_RANGE(cpt_shm_image, size, 1, VZ_KTIME_MAX),
	VZ_REF(cpt_shm_image, shmem, CPT_OBJ_SHMEM),
	VZ_RANGE(cpt_shm_image, cpid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_shm_image, lpid, 0, VZ_PID_MAX),
	VZ_MASK(cpt_shm_image, flags, CPT_SHM_DEST | CPT_SHM_LOCKED),
	VZ_RANGE(cpt_shm_image, creator, 0, VZ_PID_MAX),
	ID(cpt_shm_image, user),
};

static int look_shm(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_shm_image *v = look->fixed;
	const __u64 *size = vz_check_find(chk, CPT_OBJ_SHMEM, v->shmem)->aux;

	if (*size != v->size)
		return vz_bad(chk, -EINVAL, "%llu bytes of %llu", v->size, *size);
	if (v->flags & CPT_SHM_DEST ? v->perm.key : v->perm.key && v->perm.key != v->name_key)
		return vz_bad(chk, -EINVAL, "key %#x, once %#x", v->perm.key, v->name_key);
	return look_perm(chk, look, &v->perm);
}

/* ---- msg, mqueue ---- */

/* @least: the smallest type; @most: the largest one; @size: the largest text. */
static int look_msgs(struct vz_check *chk, const struct cpt_msg *msg, __u64 n, __u64 least,
		     __u64 most, __u64 size, __u64 bytes)
{
	__u64 i, sum = 0;

	for (i = 0; i < n; i++) {
		if (msg[i].type < least || msg[i].type > most || msg[i].size > size)
			return vz_bad(chk, -EINVAL, "message %llu: %llu bytes of type %llu", i + 1,
				      msg[i].size, msg[i].type);
		sum += msg[i].size;
	}
	if (sum != bytes)
		return vz_bad(chk, -EINVAL, "%llu bytes of %llu", bytes, sum);
	return 0;
}

static const struct vz_rule msg_rules[] = {
	PERM(cpt_msg_image),
	VZ_RANGE(cpt_msg_image, lspid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_msg_image, lrpid, 0, VZ_PID_MAX),
	VZ_ZERO(cpt_msg_image, zero),
};

static int look_msg(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_msg_image *v = look->fixed;

	if (look_msgs(chk, (const void *)look->content, look->count, 1, VZ_KTIME_MAX,
		      CPT_MAX_CONTENT, look->tail_len))
		return chk->failed;
	return look_perm(chk, look, &v->perm);
}

static const struct vz_rule mqueue_rules[] = {
	VZ_MASK(cpt_mqueue_image, flags, CPT_MQUEUE_UNLINKED),
	VZ_MASK(cpt_mqueue_image, mode, 07777),
	ID(cpt_mqueue_image, uid),
	ID(cpt_mqueue_image, gid),
	ID(cpt_mqueue_image, user),
	VZ_RANGE(cpt_mqueue_image, maxmsg, 1, MQ_MSG_MAX),
	VZ_RANGE(cpt_mqueue_image, msgsize, 1, MQ_SIZE_MAX),
	VZ_RANGE(cpt_mqueue_image, notify, CPT_MQ_NOTIFY_NOBODY, CPT_MQ_NOTIFY_STALE),
	VZ_RANGE(cpt_mqueue_image, notify_pid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_mqueue_image, notify_signo, 0, 64),
	VZ_ZERO(cpt_mqueue_image, zero),
};

static int look_mqueue(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_mqueue_image *v = look->fixed;
	const struct cpt_msg *msg = (const void *)look->content;
	const char *name = look->tail;
	const char *end = look->tail_len ? memchr(name, 0, look->tail_len) : NULL;
	__u64 i;

	if (!end || end == name || end - name > 255 || memchr(name, '/', end - name) ||
	    !strcmp(name, ".") || !strcmp(name, ".."))
		return vz_bad(chk, -EINVAL, "the name is not one of a queue");
	if (look->count > v->maxmsg)
		return vz_bad(chk, -EINVAL, "%llu messages of %llu", look->count, v->maxmsg);
	for (i = 1; i < look->count; i++) {
		if (msg[i].type > msg[i - 1].type)
			return vz_bad(chk, -EINVAL, "priority %llu behind %llu", msg[i].type,
				      msg[i - 1].type);
	}
	if (!v->notify != !v->notify_pid ||
	    (v->notify < CPT_MQ_NOTIFY_SIGNAL && (v->notify_signo || v->notify_value)))
		return vz_bad(chk, -EINVAL, "notification %u of process %u", v->notify,
			      v->notify_pid);
	return look_msgs(chk, msg, look->count, 0, MQ_PRIO, v->msgsize,
			 look->tail_len - (end + 1 - name));
}

/* ---- ipc ---- */

#define IDS(m)								\
	VZ_RANGE(cpt_ipc_image, m.seq, 0, 0xffff),			\
	VZ_RANGE(cpt_ipc_image, m.last, 0, IPC_IDS),			\
	VZ_RANGE(cpt_ipc_image, m.next, 0, IPC_IDS),			\
	VZ_ZERO(cpt_ipc_image, m.zero)

static const struct vz_rule ipc_rules[] = {
	IDS(sem_ids), IDS(msg_ids), IDS(shm_ids),
	VZ_RANGE(cpt_ipc_image, semmni, 0, IPC_IDS),
	VZ_RANGE(cpt_ipc_image, msgmax, 0, 0x7fffffff),
	VZ_RANGE(cpt_ipc_image, msgmnb, 0, 0x7fffffff),
	VZ_RANGE(cpt_ipc_image, msgmni, 0, IPC_IDS),
	VZ_RANGE(cpt_ipc_image, shmmni, 0, IPC_IDS),
	VZ_RANGE(cpt_ipc_image, shm_rmid_forced, 0, 1),
	VZ_RANGE(cpt_ipc_image, msg_max, 1, MQ_MSG_MAX),
	VZ_RANGE(cpt_ipc_image, msgsize_max, 1, MQ_SIZE_MAX),
	VZ_RANGE(cpt_ipc_image, msg_default, 1, MQ_MSG_MAX),
	VZ_RANGE(cpt_ipc_image, msgsize_default, 1, MQ_SIZE_MAX),
	VZ_MASK(cpt_ipc_image, mq_mode, 07777),
	ID(cpt_ipc_image, mq_uid),
	ID(cpt_ipc_image, mq_gid),
};

static const struct vz_rule sem_task_rules[] = {
	VZ_REF(cpt_sem_task, tid, CPT_OBJ_TASK),
	VZ_RANGE(cpt_sem_task, list, 1, VZ_PID_MAX),
};

static int look_ipc(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_sem_task *t = (const void *)look->content;
	__u64 i;

	for (i = 1; i < look->count; i++) {
		if (t[i].list < t[i - 1].list ||
		    (t[i].list == t[i - 1].list && t[i].tid <= t[i - 1].tid))
			return vz_bad(chk, -EINVAL, "list %u of task %u behind %u of %u", t[i].list,
				      t[i].tid, t[i - 1].list, t[i - 1].tid);
	}
	return 0;
}

/* ---- the table ---- */

const struct vz_shape vz_shapes_ipc[CPT_OBJ_MAX] = {
	[CPT_OBJ_SEM]	= { RULES(sem_rules), ARRAY(cpt_sem_image, nsems, cpt_sem),
			    ELEMENTS(sem_elem_rules), .own_tail = 1, .own = look_sem },
	[CPT_OBJ_SHM]	= { RULES(shm_rules), .own = look_shm },
	[CPT_OBJ_MSG]	= { RULES(msg_rules), ARRAY(cpt_msg_image, msgs, cpt_msg), .own_tail = 1,
			    .own = look_msg },
	[CPT_OBJ_MQUEUE] = { RULES(mqueue_rules), ARRAY(cpt_mqueue_image, msgs, cpt_msg),
			     .own_tail = 1, .own = look_mqueue },
	[CPT_OBJ_IPC]	= { RULES(ipc_rules), ARRAY(cpt_ipc_image, tasks, cpt_sem_task),
			    ELEMENTS(sem_task_rules), .own = look_ipc },
};
