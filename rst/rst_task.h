/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds ve, process, task, cred, sighand, sigqueue and xstate share
 * with the driver.
 */
#ifndef _RST_TASK_H
#define _RST_TASK_H

#include "rst.h"

/**
 * struct rst_state - of an undump, in ctx->priv
 * @mono_offset: host time - VE time of CLOCK_MONOTONIC, ns
 * @boot_offset: likewise, CLOCK_BOOTTIME
 * @net: network namespace of the caller, who keeps it
 * @mount_ns: mount namespaces of the VE: rst_mount_ns.c
 * @loading: of the kind whose data records come at present
 */
struct rst_state {
	s64 mono_offset;
	s64 boot_offset;
	struct net *net;
	struct list_head mount_ns;
	const struct rst_ops *loading;
};

int rst_make_init(struct vz_context *ctx);
int rst_make_tasks(struct vz_context *ctx);
int rst_commit_cred(struct vz_task *vt, u64 id);
bool rst_timer_queue(struct vz_task *vt, const struct kernel_siginfo *info, enum pid_type type);
int rst_set_restart(struct vz_task *vt, const struct cpt_restart_image *r);
void rst_stop_in_place(struct vz_task *vt);

#endif
