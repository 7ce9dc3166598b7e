/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds process, task, cred, sighand, sigqueue, xstate share.
 */
#ifndef _CPT_TASK_H
#define _CPT_TASK_H

#include "cpt.h"

struct key;

struct task_struct *cpt_get_init(struct vz_context *ctx);
int cpt_sigqueue_collect(struct vz_context *ctx, struct task_struct *task,
			 struct sigpending *pending);
/* Id of the record of a queue; 0 when it was empty. Valid once sigqueue was dumped. */
u64 cpt_sigqueue_id(struct vz_context *ctx, struct sigpending *pending);
/* Is a signal in the record of a queue? */
bool cpt_sigqueue_has(struct vz_context *ctx, struct sigpending *pending, int sig);
/* Is this very siginfo, of a POSIX timer, in the record of a queue? */
bool cpt_sigqueue_has_info(struct vz_context *ctx, const struct sigqueue *q);
int cpt_fill_restart(struct vz_context *ctx, struct vz_task *vt, struct cpt_restart_image *r);
bool cpt_task_refuse(struct vz_context *ctx, struct vz_task *vt);
int cpt_collect_key(struct vz_context *ctx, struct key *key);
int cpt_collect_session_key(struct vz_context *ctx, struct key *key);
bool cpt_task_may_restart(struct vz_task *vt);

#endif
