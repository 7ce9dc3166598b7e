/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_READ_H
#define _RST_READ_H

#include "rst.h"

int rst_read_begin(struct vz_context *ctx);
int rst_read_data(struct vz_context *ctx,
		  int (*data)(struct vz_context *ctx, const struct vz_rec *rec));
void rst_read_end(struct vz_context *ctx);
const struct cpt_image_header *rst_header(struct vz_context *ctx);

#endif
