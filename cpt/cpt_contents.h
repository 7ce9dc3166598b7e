/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds tmpfs_data and shmem_data share.
 */
#ifndef _CPT_CONTENTS_H
#define _CPT_CONTENTS_H

#include "cpt.h"

/* Pages that contents pass through on their way to the image. */
struct cpt_chunk;

struct cpt_chunk *cpt_chunk_alloc(void);
void cpt_chunk_free(struct cpt_chunk *chunk);	/* NULL is possible */

/**
 * cpt_write_contents() - write data records for a file
 * @ctx: the context
 * @type: of the records: CPT_OBJ_TMPFS_DATA, CPT_OBJ_SHMEM_DATA
 * @obj: the object that they belong to
 * @file: open for reading, without O_DIRECT
 * @size: its size
 * @chunk: of cpt_chunk_alloc()
 */
int cpt_write_contents(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		       loff_t size, struct cpt_chunk *chunk);

#endif
