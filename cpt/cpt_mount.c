// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount: the mounts of the VE's mount namespace, from the root of the VE's init
 * down. Objects are struct mount, each with a reference to its vfsmount.
 */
#include <linux/cgroup.h>
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

/* ---- the tree ---- */

static int add_mount(struct vz_context *ctx, struct mount *m, u64 parent)
{
	struct cpt_mount_data *data = kzalloc(sizeof(*data), GFP_KERNEL);
	struct vz_obj *obj;

	if (!data)
		return -ENOMEM;
	obj = vz_obj_add(ctx, CPT_OBJ_MOUNT, m, 0);
	if (!obj) {
		kfree(data);
		return -ENOMEM;
	}
	data->parent = parent;
	obj->data = data;
	obj->users = 1;
	cpt_mount_get(m);
	return 0;
}

/* The next one, depth first; siblings stand in the order of their mount(2). */
static struct mount *next_mount(struct mount *m, const struct mount *root)
{
	struct list_head *next = vz_mount_mnt_mounts(m)->next;
	struct mount *parent;

	if (next != vz_mount_mnt_mounts(m))
		return vz_mount_of_child(next);
	while (m != root) {
		parent = *vz_mount_mnt_parent(m);
		next = vz_mount_mnt_child(m)->next;
		if (next != vz_mount_mnt_mounts(parent))
			return vz_mount_of_child(next);
		m = parent;
	}
	return NULL;
}

/*
 * What the namespace has outside of the VE's root (the host's rootfs below it,
 * and what is mounted there) is no part of the VE: nobody in it can go there,
 * and whoever has a file open on it is refused by the kind file.
 */
static int add_tree(struct vz_context *ctx, struct mount *root)
{
	struct mount *m;
	int err = 0;

	/* the tree stands still: only reading, no messages, under its lock */
	down_read(vz_namespace_sem);
	for (m = root; m && !err; m = next_mount(m, root))
		err = add_mount(ctx, m, m == root ? 0 :
				cpt_id(ctx, CPT_OBJ_MOUNT, *vz_mount_mnt_parent(m)));
	up_read(vz_namespace_sem);
	return err;
}

/* ---- what cannot be dumped ---- */

/* Where else is this file system mounted? */
static void count_instances(struct mount *m, unsigned int *within, unsigned int *outside)
{
	struct super_block *sb = vz_mount_mnt(m)->mnt_sb;
	struct mnt_namespace *ns = *vz_mount_mnt_ns(m), *other_ns;
	struct list_head *p;
	struct mount *other;

	*within = *outside = 0;
	read_seqlock_excl(vz_mount_lock);
	list_for_each(p, &sb->s_mounts) {
		other = vz_mount_of_instance(p);
		other_ns = READ_ONCE(*vz_mount_mnt_ns(other));
		if (other == m || vz_mount_mnt(other)->mnt_flags & MNT_INTERNAL)
			continue;
		if (other_ns == ns)
			++*within;
		else if (other_ns)
			++*outside;
	}
	read_sequnlock_excl(vz_mount_lock);
}

static const char *refused_flags(struct mount *m)
{
	const struct vfsmount *mnt = vz_mount_mnt(m);
	int flags = READ_ONCE(mnt->mnt_flags);

	if (*vz_mount_mnt_master(m))
		return "a slave of another mount";
	if (flags & MNT_SHARED && (!list_empty(vz_mount_mnt_share(m)) ||
				   !list_empty(vz_mount_mnt_slave_list(m))))
		return "shared with other mounts";
	if (flags & MNT_LOCKS)
		return "locked";
	if (flags & MNT_SHRINKABLE)
		return "an automount";
	if (is_idmapped_mnt(mnt))
		return "an id-mapped mount";
	return NULL;
}

/* Is it this VE's instance of a file system that shows something else elsewhere? */
static const char *refused_instance(struct vz_context *ctx, const struct vfsmount *mnt)
{
	const char *type = mnt->mnt_sb->s_type->name;
	const struct kernfs_node *kn;
	struct task_struct *init;
	struct cgroup *cgrp = NULL;
	const char *what = NULL;

	if (!strcmp(type, "proc"))
		return proc_pid_ns(mnt->mnt_sb) == ctx->pidns ? NULL : "of another PID namespace";
	if (strcmp(type, "cgroup2"))
		return mnt->mnt_root == mnt->mnt_sb->s_root ? NULL : "a bind mount of a part of it";

	init = cpt_get_init(ctx);
	kn = d_inode(mnt->mnt_root)->i_private;
	if (!init)
		return NULL;
	task_lock(init);
	if (init->nsproxy)
		cgrp = init->nsproxy->cgroup_ns->root_cset->dfl_cgrp;
	if (cgrp && kn->priv != cgrp)
		what = "a bind mount of a part of it";
	else if (cgrp && READ_ONCE(cgrp->nr_descendants))
		what = "cgroups within the VE";
	task_unlock(init);
	put_task_struct(init);
	return what;
}

static const char *refused_root_of(const struct vfsmount *mnt, char *buf)
{
	char *root = dentry_path_raw(mnt->mnt_root, buf, PATH_MAX);

	return IS_ERR(root) ? "?" : root;
}

static void check_file_system(struct vz_context *ctx, struct vz_obj *obj, const char *path, char *buf)
{
	struct vfsmount *mnt = cpt_mount_vfs(obj);
	const char *type = mnt->mnt_sb->s_type->name, *what;
	const struct vz_fs *fs = vz_fs_find(type);
	struct cpt_mount_data *data = obj->data;
	unsigned int within, outside;

	if (mnt->mnt_root != mnt->mnt_sb->s_root && strcmp(type, "cgroup2")) {
		cpt_refuse(ctx, "mount %llu: %s: a bind mount of %s: not supported", obj->id, path,
			   refused_root_of(mnt, buf));
		return;
	}
	count_instances(obj->ptr, &within, &outside);
	if (!fs)
		cpt_refuse(ctx, "mount %llu: %s: file system %s: not supported", obj->id, path, type);
	else if (outside && !(fs->flags & VZ_FS_GLOBAL))
		cpt_refuse(ctx, "mount %llu: %s: %s is mounted outside of the VE too", obj->id, path,
			   type);
	else if (within && !(fs->flags & VZ_FS_MANY))
		cpt_refuse(ctx, "mount %llu: %s: a bind mount of a %s: not supported", obj->id, path,
			   type);
	else if (mnt->mnt_sb->s_user_ns != &init_user_ns)
		cpt_refuse(ctx, "mount %llu: %s: of another user namespace: not supported", obj->id,
			   path);
	else if ((what = refused_instance(ctx, mnt)))
		cpt_refuse(ctx, "mount %llu: %s: %s: %s: not supported", obj->id, path, type, what);
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
	if (IS_ERR(name))
		return cpt_refuse(ctx, "mount %llu: %s: lies outside of the VE's root", obj->id,
				  mnt->mnt_sb->s_type->name);
	what = refused_flags(obj->ptr);
	if (what)
		cpt_refuse(ctx, "mount %llu: %s: %s: not supported", obj->id, name, what);
	if (!data->parent)
		return 0;
	err = cpt_reachable(ctx, &path, name);
	if (err == -ESTALE)
		return cpt_refuse(ctx, "mount %llu: %s: is hidden by another mount: not supported",
				  obj->id, name);
	if (err)
		return cpt_err(ctx, err, "mount %llu: %s: cannot be looked up: error %d", obj->id,
			       name, -err);
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

static int cpt_mount_root(struct vz_context *ctx)
{
	const struct path *root = cpt_ve_root(ctx);
	struct vz_obj *obj;
	char *buf;
	int err;

	if (IS_ERR_OR_NULL(root))
		return cpt_err(ctx, -ESRCH, "VE %u: has ended", ctx->veid);
	if (root->dentry != root->mnt->mnt_root ||
	    *vz_mount_mnt_ns(vz_real_mount(root->mnt)) != init_mnt_ns(ctx))
		return cpt_refuse(ctx, "mount: the root of the VE's init is not the root of a mount of its namespace");
	err = add_tree(ctx, vz_real_mount(root->mnt));
	if (err)
		return err;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
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

/* Somebody uses a mount that root() has not met. */
static int cpt_mount_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return cpt_refuse(ctx, "mount %llu: %s: in use, but not in the VE's mount tree: not supported",
			  obj->id, cpt_mount_vfs(obj)->mnt_sb->s_type->name);
}

/* ---- the record ---- */

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
	/* a cgroup2 mount begins at the VE's cgroup, wherever that is */
	name = strcmp(mnt->mnt_sb->s_type->name, "cgroup2") ?
	       dentry_path_raw(mnt->mnt_root, page, PATH_MAX) : "/";
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = cpt_buf_str(buf, name) ?: cpt_buf_str(buf, mnt->mnt_sb->s_type->name) ?:
	      cpt_buf_str(buf, *vz_mount_mnt_devname(obj->ptr) ?: "none");
	if (err)
		return err;
	memset(page, 0, PAGE_SIZE);
	if (data->parent)
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
