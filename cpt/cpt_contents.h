/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contents of regular files as data records.
 */
#ifndef _CPT_CONTENTS_H
#define _CPT_CONTENTS_H

#include "cpt.h"

/* Pages that the data passes through. */
struct cpt_chunk;
struct cpt_chunk *cpt_alloc_chunk(void);
void cpt_free_chunk(struct cpt_chunk *chunk);

/**
 * cpt_dump_contents() - write what is in a file, without the holes
 * @type: CPT_OBJ_TMPFS_DATA, CPT_OBJ_GHOST_DATA
 * @obj: the object that the records belong to
 * @file: open for reading
 * @size: up to there
 * @chunk: of cpt_alloc_chunk()
 */
int cpt_dump_contents(struct vz_context *ctx, u32 type, struct vz_obj *obj, struct file *file,
		      u64 size, struct cpt_chunk *chunk);

#endif
