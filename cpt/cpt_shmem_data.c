// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmem_data: what is in memory that is shared without a path.
 */
#include "cpt_file.h"

static int cpt_shmem_data_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return cpt_shmem_write_data(ctx);
}

const struct cpt_ops cpt_shmem_data_ops = {
	.dump = cpt_shmem_data_dump,
};
