// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vdso of the dumping kernel has to be the one of this kernel: the VE's
 * programs keep addresses of it.
 */
#include <linux/string.h>
#include <asm/vdso.h>
#include "../kernel/access.h"
#include "rst.h"

static int vdso_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct vdso_image *vdso = vz_vdso_image_64;
	const struct cpt_vdso_image *image = rec->fixed;

	if (rec->hdr.len != image->size)
		return rst_err(ctx, -EINVAL, "vdso: %llu bytes where %u should be", rec->hdr.len,
			       image->size);
	if (image->size == vdso->size && image->vvar_size == -vdso->sym_vvar_start &&
	    !memcmp(rec->content, vdso->data, vdso->size))
		return 0;
	return rst_err(ctx, -ENOEXEC,
		       "vdso: this image was made with another vdso (by another kernel or on another CPU): restore it where it was made");
}

const struct rst_ops rst_vdso_ops = {
	.check = vdso_check,
};
