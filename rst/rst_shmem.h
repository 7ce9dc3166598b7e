/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds shmem, shmem_data, tmpfs_data and mm share.
 */
#ifndef _RST_SHMEM_H
#define _RST_SHMEM_H

#include "rst.h"

int rst_load_contents(struct vz_context *ctx, const struct vz_rec *rec, struct inode *inode,
		      u64 offset);

int rst_shmem_adopt(struct vz_context *ctx, u64 id, struct file *file);
struct inode *rst_shmem_inode(struct vz_context *ctx, u64 id);

/*
 * Before and after a mapping of type CPT_VMA_SHM is made in the current process: what
 * a seal has forbidden some, and not others, and what tells anonymous memory.
 */
void rst_shmem_map(struct file *file, const struct cpt_vma_image *v);
void rst_shmem_mapped(struct vz_context *ctx, const struct cpt_vma_image *v);

#endif
