// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts when all of them are there and have their contents: flags of file systems,
 * propagation. Part of the kind mount.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/seqlock.h>
#include <uapi/linux/mount.h>
#include "../kernel/access.h"
#include "../kernel/mount.h"
#include "rst_mount.h"

static int finish_tmpfs(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int err = 0;

	if (vz_mount_sb_flags(path->mnt) != v->sb_flags)
		err = vz_path_mount(NULL, path, NULL,
				    MS_REMOUNT | v->sb_flags | rst_mount_words(v->flags), NULL);
	if (!err && vz_mount_sb_flags(path->mnt) != v->sb_flags)
		err = -EINVAL;
	if (err)
		return rst_mount_error(ctx, rec, err, "flags of the file system cannot be set");
	return rst_mount_set_flags(ctx, rec, path);
}

static int set_propagation(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int have = path->mnt->mnt_flags, err = 0;
	bool is = v->propagation == MS_SHARED ? have & MNT_SHARED :
		  v->propagation == MS_UNBINDABLE ? have & MNT_UNBINDABLE :
		  !(have & (MNT_SHARED | MNT_UNBINDABLE));

	if (!is)
		err = vz_path_mount(NULL, path, NULL, v->propagation ?: MS_PRIVATE, NULL);
	return err ? rst_mount_error(ctx, rec, err, "propagation cannot be set") : 0;
}

static void join_peers(struct mount *m, struct mount *first)
{
	struct vfsmount *mnt = vz_mount_mnt(m);

	*vz_mount_mnt_group_id(m) = *vz_mount_mnt_group_id(first);
	list_add_tail(vz_mount_mnt_share(m), vz_mount_mnt_share(first));
	mnt->mnt_flags = (mnt->mnt_flags & ~MNT_UNBINDABLE) | MNT_SHARED;
}

/*
 * As move_mount(2) with MOVE_MOUNT_SET_GROUP does it, which asks for a peer that
 * shows all that the new one shows: that one may have been unmounted.
 */
static int set_relations(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct vfsmount *mnt = rst_made(ctx, CPT_OBJ_MOUNT, rec->hdr.id);
	struct vfsmount *first = v->peer ? rst_made(ctx, CPT_OBJ_MOUNT, v->peer) : NULL;
	struct vfsmount *master = v->master ? rst_made(ctx, CPT_OBJ_MOUNT, v->master) : NULL;
	struct mount *m = vz_real_mount(mnt);
	int err = 0;

	if ((v->peer && (!first || first->mnt_sb != mnt->mnt_sb)) ||
	    (v->master && (!master || master->mnt_sb != mnt->mnt_sb)))
		return rst_mount_error(ctx, rec, -EINVAL, "is related to a mount of another file system");
	down_write(vz_namespace_sem);
	write_seqlock(vz_mount_lock);
	/* still as they were made, and nobody has unmounted one */
	if (*vz_mount_mnt_master(m) || (first && (mnt->mnt_flags & MNT_SHARED ||
						  !(first->mnt_flags & MNT_SHARED)))) {
		err = -EBUSY;
		goto out;
	}
	if (first)
		join_peers(m, vz_real_mount(first));
	if (master) {
		*vz_mount_mnt_master(m) = vz_real_mount(master);
		list_add_tail(vz_mount_mnt_slave(m), vz_mount_mnt_slave_list(vz_real_mount(master)));
	}
out:
	write_sequnlock(vz_mount_lock);
	up_write(vz_namespace_sem);
	return err ? rst_mount_error(ctx, rec, err, "propagation cannot be set") : 0;
}

static int finish(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct path path;
	int err = 0;

	/* held by rst_keep() */
	path.mnt = rst_made(ctx, CPT_OBJ_MOUNT, rec->hdr.id);
	if (!path.mnt)
		return rst_mount_error(ctx, rec, -EINVAL, "is not there");
	path.dentry = path.mnt->mnt_root;
	if (rst_mount_is_tmpfs(ctx, rec))
		err = finish_tmpfs(ctx, rec, &path);
	if (!err && !v->peer)
		err = set_propagation(ctx, rec, &path);
	return err;
}

/* In init's context. */
int rst_mount_finish(struct vz_context *ctx)
{
	const struct cpt_mount_image *v;
	const struct vz_rec *rec;
	struct nsproxy *old;
	unsigned int i;
	int err = 0;

	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		old = rst_mount_ns_enter(ctx, rec->hdr.id);
		err = finish(ctx, rec);
		rst_mount_ns_leave(old);
		if (err)
			return err;
	}
	/* all that are the first of their peers are shared now */
	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		v = rec->fixed;
		if (!err && (v->peer || v->master))
			err = set_relations(ctx, rec);
	}
	return err;
}
