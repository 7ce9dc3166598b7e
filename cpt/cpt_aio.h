/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds aio and mm share while dumping.
 */
#ifndef _CPT_AIO_H
#define _CPT_AIO_H

#include "cpt_mm.h"

bool cpt_file_is_aio(const struct file *file);
int cpt_aio_contexts(struct vz_context *ctx, struct mm_struct *mm, const struct cpt_vmas *vmas,
		     pid_t pid);
bool cpt_aio_is_own(struct vz_context *ctx, const struct mm_struct *mm, const struct cpt_vma *v);
bool cpt_aio_used(struct vz_context *ctx);

#endif
