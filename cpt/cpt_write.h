/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_WRITE_H
#define _CPT_WRITE_H

#include "cpt.h"

int cpt_write_begin(struct vz_context *ctx, struct cpt_image_header *header);
int cpt_write_end(struct vz_context *ctx, int err);

#endif
