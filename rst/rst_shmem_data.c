// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmem_data: contents of memory that is shared without a path.
 */
#include "rst_shmem.h"

static int rst_shmem_data_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_shmem_data_image *v = rec->fixed;

	return rst_load_contents(ctx, rec, rst_shmem_inode(ctx, v->shmem), v->offset);
}

const struct rst_ops rst_shmem_data_ops = {
	.data = rst_shmem_data_data,
};
