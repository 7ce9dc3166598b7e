/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the state machine of parked tasks (park.c) and those who bring tasks
 * to it (suspend.c).
 */
#ifndef _VZ_PARK_H
#define _VZ_PARK_H

#include "vz.h"

/* An entry at the end of ctx->tasks; takes over the reference on @task. NULL: no memory. */
struct vz_task *vz_task_alloc(struct vz_context *ctx, struct task_struct *task, pid_t pid,
			      pid_t tgid);
void vz_task_put(struct vz_task *vt);
/* The entry leaves the lists. */
void vz_task_forget(struct vz_task *vt);
/* With vt->lock held. */
void vz_task_set_state(struct vz_task *vt, enum vz_park_state state);
/* The work's reference: the entry, and the code that the task will run. */
void vz_work_get(struct vz_task *vt);
void vz_work_put(struct vz_task *vt);
/* The task work: parks. */
void vz_park_work(struct callback_head *work);

/* The entry of a task, or NULL. */
struct vz_task *vz_task_listed(struct vz_context *ctx, struct task_struct *task);

void vz_note_lock_waiters(struct vz_context *ctx);

/* timeout.c */
void vz_note_timeouts(struct vz_context *ctx);
void vz_hide_interruption(struct vz_task *vt);
void vz_wait_rest(struct vz_task *vt);

#endif
