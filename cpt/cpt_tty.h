/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Controlling terminals.
 */
#ifndef _CPT_TTY_H
#define _CPT_TTY_H

#include "cpt.h"

/* Meets the controlling terminal of a process, if it has one. */
int cpt_tty_collect_controlling(struct vz_context *ctx, struct vz_task *vt);

#endif /* _CPT_TTY_H */
