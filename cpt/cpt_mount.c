// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount: the mounts of the VE's mount namespaces, each from its root down.
 * Objects are struct mount, each with a reference to its vfsmount.
 */
#include <linux/cgroup.h>
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <uapi/linux/mount.h>
#include "../kernel/access.h"
#include "../kernel/mount.h"
#include "cpt_mount.h"
#include "cpt_task.h"

#define MNT_LOCKS	(MNT_LOCK_ATIME | MNT_LOCK_NOEXEC | MNT_LOCK_NOSUID | MNT_LOCK_NODEV | \
			 MNT_LOCK_READONLY | MNT_LOCKED)

struct vfsmount *cpt_mount_vfs(const struct vz_obj *obj)
{
	return vz_mount_mnt(obj->ptr);
}

static void cpt_mount_get(void *ptr)
{
	mntget(vz_mount_mnt(ptr));
}

static void cpt_mount_put(void *ptr)
{
	mntput(vz_mount_mnt(ptr));
}

/* ---- what cannot be dumped ---- */

/* Is this file system mounted outside of the VE, too? */
static bool is_outside(struct vz_context *ctx, struct mount *m)
{
	struct super_block *sb = vz_mount_mnt(m)->mnt_sb;
	struct mnt_namespace *other_ns;
	bool outside = false;
	struct list_head *p;
	struct mount *other;

	read_seqlock_excl(vz_mount_lock);
	list_for_each(p, &sb->s_mounts) {
		other = vz_mount_of_instance(p);
		other_ns = READ_ONCE(*vz_mount_mnt_ns(other));
		if (!(vz_mount_mnt(other)->mnt_flags & MNT_INTERNAL))
			outside |= other_ns && !cpt_mount_ns_root(ctx, other_ns);
	}
	read_sequnlock_excl(vz_mount_lock);
	return outside;
}

static const char *refused_flags(const struct vz_obj *obj)
{
	const struct vfsmount *mnt = cpt_mount_vfs(obj);
	const struct cpt_mount_data *data = obj->data;
	int flags = READ_ONCE(mnt->mnt_flags);

	if (data->outside)
		return "shared with mounts outside of the VE";
	if (flags & MNT_LOCKS)
		return "locked";
	if (flags & MNT_SHRINKABLE)
		return "an automount";
	if (is_idmapped_mnt(mnt))
		return "an id-mapped mount";
	return NULL;
}

/* cgroups that the VE has made, which are not made anew. */
static bool has_cgroups(const struct vfsmount *mnt)
{
	struct kernfs_node *kn = d_inode(mnt->mnt_root)->i_private;
	const struct cgroup *cgrp = kernfs_type(kn) == KERNFS_DIR ? kn->priv : NULL;

	return cgrp && READ_ONCE(cgrp->nr_descendants);
}

/* Of proc: what belongs to a process is not there yet when mounts are made. */
static bool is_of_a_process(const char *root)
{
	return root[0] == '/' && (isdigit(root[1]) || strstarts(root, "/self") ||
				  strstarts(root, "/thread-self"));
}

/* What a bind mount is of. */
static void check_bind(struct vz_context *ctx, struct vz_obj *obj, const char *path, char *buf)
{
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	const char *type = mnt->mnt_sb->s_type->name;
	const struct cpt_mount_data *data = obj->data;
	const char *root = dentry_path_raw(mnt->mnt_root, buf, PATH_MAX);
	struct vz_obj *base = data->bind ? vz_obj_by_id(ctx, CPT_OBJ_MOUNT, data->bind) : NULL;

	if (IS_ERR(root))
		root = "?";
	if (!base || !is_subdir(mnt->mnt_root, cpt_mount_vfs(base)->mnt_root) ||
	    d_is_symlink(mnt->mnt_root) ||
	    (!strcmp(type, "proc") && is_of_a_process(root)))
		cpt_refuse(ctx, "mount %llu: %s: a bind mount of %s: not supported", obj->id, path,
			   root);
}

static void check_file_system(struct vz_context *ctx, struct vz_obj *obj, const char *path, char *buf)
{
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	const char *type = mnt->mnt_sb->s_type->name;
	const struct vz_fs *fs = vz_fs_find(type);
	struct cpt_mount_data *data = obj->data;

	if (!strcmp(type, "cgroup2") && has_cgroups(mnt))
		cpt_refuse(ctx, "mount %llu: %s: cgroup2: cgroups within the VE: not supported",
			   obj->id, path);
	if (!fs && !data->bind)
		cpt_refuse(ctx, "mount %llu: %s: file system %s: not supported", obj->id, path, type);
	else if (data->bind || data->no_base)
		check_bind(ctx, obj, path, buf);
	else if (!(fs->flags & VZ_FS_GLOBAL) && is_outside(ctx, obj->ptr))
		cpt_refuse(ctx, "mount %llu: %s: %s is mounted outside of the VE too", obj->id, path,
			   type);
	else if (mnt->mnt_sb->s_user_ns != &init_user_ns)
		cpt_refuse(ctx, "mount %llu: %s: of another user namespace: not supported", obj->id,
			   path);
	else if (!strcmp(type, "proc") && proc_pid_ns(mnt->mnt_sb) != ctx->pidns)
		cpt_refuse(ctx, "mount %llu: %s: proc: of another PID namespace: not supported",
			   obj->id, path);
	else
		data->content = vz_mount_is_tmpfs(mnt);
}

static int check_mount(struct vz_context *ctx, struct vz_obj *obj, char *buf)
{
	const struct cpt_mount_data *data = obj->data;
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	char *name, *options;
	const char *what;
	int err;

	name = cpt_path(ctx, &path, buf);
	if (PTR_ERR_OR_ZERO(name) == -ENOENT)
		return cpt_refuse(ctx, "mount %llu: %s: a bind mount of a file that was removed: not supported",
				  obj->id, mnt->mnt_sb->s_type->name);
	if (IS_ERR(name))
		return cpt_refuse(ctx, "mount %llu: %s: lies outside of the VE's root", obj->id,
				  mnt->mnt_sb->s_type->name);
	what = refused_flags(obj);
	if (what)
		cpt_refuse(ctx, "mount %llu: %s: %s: not supported", obj->id, name, what);
	if (data->ve_root)
		return 0;
	options = (char *)get_zeroed_page(GFP_KERNEL);
	if (!options)
		return -ENOMEM;
	check_file_system(ctx, obj, name, options);
	err = data->content ? vz_mount_options(mnt, options) : 0;
	if (!err && data->content && strstr(options, "quota"))
		cpt_refuse(ctx, "mount %llu: %s: tmpfs with quotas: not supported", obj->id, name);
	free_page((unsigned long)options);
	if (err)
		return cpt_err(ctx, err, "mount %llu: %s: options: error %d", obj->id, name, -err);
	return data->content ? cpt_tmpfs_collect(ctx, obj) : 0;
}

static struct mnt_namespace *init_mnt_ns(struct vz_context *ctx)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct mnt_namespace *ns = NULL;

	if (!init)
		return NULL;
	task_lock(init);
	if (init->nsproxy)
		ns = init->nsproxy->mnt_ns;
	task_unlock(init);
	put_task_struct(init);
	return ns;
}

static int check_mounts(struct vz_context *ctx)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct vz_obj *obj;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		err = check_mount(ctx, obj, buf);
		if (err)
			break;
	}
	kfree(buf);
	return err;
}

static int cpt_mount_root(struct vz_context *ctx)
{
	const struct path *root = cpt_ve_root(ctx);
	struct cpt_mount_ns *set;
	unsigned int nr, i;
	int err;

	if (IS_ERR_OR_NULL(root))
		return cpt_err(ctx, -ESRCH, "VE %u: has ended", ctx->veid);
	if (root->dentry != root->mnt->mnt_root ||
	    *vz_mount_mnt_ns(vz_real_mount(root->mnt)) != init_mnt_ns(ctx))
		return cpt_refuse(ctx, "mount: the root of the VE's init is not the root of a mount of its namespace");
	err = cpt_mount_ns_get(ctx, &set, &nr);
	if (!err)
		err = cpt_mount_tree(ctx, vz_real_mount(root->mnt), set, nr);
	for (i = 0; i < nr && !err; i++) {
		if (!set[i].root)
			cpt_refuse(ctx, "task %d (%s): mount namespace with another root than the VE's: not supported",
				   set[i].vt->pid, set[i].vt->task->comm);
	}
	if (!err)
		err = check_mounts(ctx);
	cpt_mount_ns_put(ctx, set, nr);
	return err;
}

/* Somebody uses a mount that root() has not met. */
static int cpt_mount_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return cpt_refuse(ctx, "mount %llu: %s: in use, but not in the VE's mount tree: not supported",
			  obj->id, cpt_mount_vfs(obj)->mnt_sb->s_type->name);
}

/* ---- the record ---- */

/* A cgroup2 mount begins at the VE's cgroup, wherever that is. */
static char *root_path(const struct vfsmount *mnt, char *page)
{
	if (strcmp(mnt->mnt_sb->s_type->name, "cgroup2"))
		return dentry_path_raw(mnt->mnt_root, page, PATH_MAX);
	return memcpy(page, "/", 2);
}

/* From the root of what it is a bind mount of. */
static char *bound_path(struct vz_context *ctx, struct vz_obj *obj, char *page)
{
	const struct cpt_mount_data *data = obj->data;
	struct vfsmount *base = cpt_mount_vfs(vz_obj_by_id(ctx, CPT_OBJ_MOUNT, data->bind));
	struct path from = { .mnt = base, .dentry = base->mnt_root };
	struct path path = { .mnt = base, .dentry = cpt_mount_vfs(obj)->mnt_root };

	return vz___d_path(&path, &from, page, PATH_MAX) ?: ERR_PTR(-ESTALE);
}

static int fill_content(struct vz_context *ctx, struct vz_obj *obj, struct cpt_buf *buf, char *page)
{
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	const struct cpt_mount_data *data = obj->data;
	char *name;
	int err;

	name = cpt_path(ctx, &path, page);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = cpt_buf_str(buf, name);
	if (err)
		return err;
	name = data->bind ? bound_path(ctx, obj, page) : root_path(mnt, page);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = cpt_buf_str(buf, name) ?: cpt_buf_str(buf, mnt->mnt_sb->s_type->name) ?:
	      cpt_buf_str(buf, *vz_mount_mnt_devname(obj->ptr) ?: "none");
	if (err)
		return err;
	memset(page, 0, PAGE_SIZE);
	if (!data->ve_root && !data->bind)
		err = vz_mount_options(mnt, page);
	return err ?: cpt_buf_str(buf, page);
}

static int cpt_mount_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	const struct cpt_mount_data *data = obj->data;
	struct cpt_mount_image v = {};
	struct cpt_buf buf = {};
	struct kstat st;
	char *page;
	int err;

	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	err = vfs_getattr(&path, &st, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (!err)
		err = fill_content(ctx, obj, &buf, page);
	if (err) {
		cpt_err(ctx, err, "mount %llu: cannot be looked at: error %d", obj->id, -err);
		goto out;
	}
	v.parent = data->parent;
	v.bind = data->bind;
	v.peer = data->peer;
	v.master = data->master;
	v.flags = vz_mount_flags(mnt);
	v.sb_flags = vz_mount_sb_flags(mnt);
	v.propagation = mnt->mnt_flags & MNT_SHARED ? MS_SHARED :
			mnt->mnt_flags & MNT_UNBINDABLE ? MS_UNBINDABLE : 0;
	v.dev = new_encode_dev(mnt->mnt_sb->s_dev);
	v.root_mode = st.mode;
	v.root_uid = __kuid_val(st.uid);
	v.root_gid = __kgid_val(st.gid);
	err = cpt_write_obj(ctx, CPT_OBJ_MOUNT, obj->id, &v, sizeof(v), buf.data, buf.len);
out:
	cpt_buf_free(&buf);
	free_page((unsigned long)page);
	return err;
}

const struct cpt_ops cpt_mount_ops = {
	.root = cpt_mount_root,
	.collect = cpt_mount_collect,
	.dump = cpt_mount_dump,
	.get = cpt_mount_get,
	.put = cpt_mount_put,
};
