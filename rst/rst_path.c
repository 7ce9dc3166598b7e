// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of the image.
 */
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/string.h>
#include "../kernel/access.h"
#include "rst_file.h"

/*
 * The root of the mount's namespace, or what is mounted on it and the mount is below of;
 * without a mount the VE's, which is the first. Parents stand before children.
 */
static struct vfsmount *root_of(struct vz_context *ctx, u64 mount)
{
	const struct vz_rec *rec = mount ? rst_find(ctx, CPT_OBJ_MOUNT, mount) :
					   rst_nth(ctx, CPT_OBJ_MOUNT, 0);
	const struct cpt_mount_image *v;

	while (rec) {
		v = rec->fixed;
		if (!v->parent || !strcmp(rec->content, "/"))
			return rst_made(ctx, CPT_OBJ_MOUNT, rec->hdr.id);
		rec = rst_find(ctx, CPT_OBJ_MOUNT, v->parent);
	}
	return NULL;
}

int rst_path(struct vz_context *ctx, u64 mount, const char *name, unsigned int flags,
	     struct path *path)
{
	struct vfsmount *root = root_of(ctx, mount);

	if (!root)
		return -EINVAL;
	return vfs_path_lookup(root->mnt_root, root, name, flags | LOOKUP_NO_SYMLINKS, path);
}
