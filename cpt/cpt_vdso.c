// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vdso that the VE's programs have seen: its addresses are in their memory.
 */
#include <asm/vdso.h>
#include "../kernel/access.h"
#include "cpt.h"

static int vdso_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct vdso_image *vdso = vz_vdso_image_64;
	struct cpt_vdso_image image = {
		.size = vdso->size, .vvar_size = -vdso->sym_vvar_start,
	};

	return cpt_write_obj(ctx, CPT_OBJ_VDSO, 1, &image, sizeof(image), vdso->data, vdso->size);
}

const struct cpt_ops cpt_vdso_ops = {
	.dump = vdso_dump,
};
