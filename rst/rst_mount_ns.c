// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount namespaces within the VE. All are made by its init when the VE has but its root,
 * so that a copy of its namespace has nothing else, either; init enters them to make
 * their mounts, and puts the tasks into them when these are there. Part of the kind mount.
 */
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/mount.h>
#include "../kernel/access.h"
#include "rst_ipc.h"
#include "rst_mount.h"
#include "rst_task.h"

/**
 * struct rst_mount_ns - a mount namespace of the VE
 * @node: in rst_state.mount_ns
 * @root: id of its root
 * @nsproxy: that of its tasks, with a reference
 * @copy: what is in the place of its root at first, with references; none in init's
 */
struct rst_mount_ns {
	struct list_head node;
	u64 root;
	struct nsproxy *nsproxy;
	struct path copy;
};

/* The root of a mount's namespace; parents stand before children. */
static u64 root_of(struct vz_context *ctx, u64 mount)
{
	const struct cpt_mount_image *v = rst_fixed(ctx, CPT_OBJ_MOUNT, mount);

	while (v && v->parent) {
		mount = v->parent;
		v = rst_fixed(ctx, CPT_OBJ_MOUNT, mount);
	}
	return v ? mount : 0;
}

static struct rst_mount_ns *find_ns(struct vz_context *ctx, u64 mount)
{
	struct rst_state *state = ctx->priv;
	u64 root = root_of(ctx, mount);
	struct rst_mount_ns *ns;

	list_for_each_entry(ns, &state->mount_ns, node) {
		if (ns->root == root)
			return ns;
	}
	return NULL;
}

/* ---- making them ---- */

/* A copy of current's namespace, and of its root. */
static int copy_namespace(struct rst_mount_ns *ns)
{
	struct path root, pwd;
	int err;

	get_fs_root(current->fs, &root);
	get_fs_pwd(current->fs, &pwd);
	/* moves the root and the directory into the copy */
	err = vz_unshare_nsproxy_namespaces(CLONE_NEWNS, &ns->nsproxy, NULL, NULL);
	if (err)
		ns->nsproxy = NULL;
	else
		get_fs_root(current->fs, &ns->copy);
	vz_set_fs_root(current->fs, &root);
	vz_set_fs_pwd(current->fs, &pwd);
	path_put(&root);
	path_put(&pwd);
	return err;
}

static int add_namespace(struct vz_context *ctx, u64 root, bool inits)
{
	struct rst_state *state = ctx->priv;
	struct rst_mount_ns *ns = kzalloc(sizeof(*ns), GFP_KERNEL);
	int err = 0;

	if (!ns)
		return -ENOMEM;
	ns->root = root;
	if (inits) {
		ns->nsproxy = current->nsproxy;
		get_nsproxy(ns->nsproxy);
	} else {
		err = copy_namespace(ns);
	}
	if (err)
		kfree(ns);
	else
		list_add_tail(&ns->node, &state->mount_ns);
	return err;
}

int rst_mount_ns_make(struct vz_context *ctx)
{
	const struct cpt_mount_image *v;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		v = rec->fixed;
		if (v->parent)
			continue;
		err = add_namespace(ctx, rec->hdr.id, !i);
		if (err)
			return rst_mount_error(ctx, rec, err, "its namespace cannot be made");
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

void rst_mount_ns_end(struct vz_context *ctx)
{
	struct rst_state *state = ctx->priv;
	struct rst_mount_ns *ns, *next;

	list_for_each_entry_safe(ns, next, &state->mount_ns, node) {
		list_del(&ns->node);
		path_put(&ns->copy);
		vz_put_nsproxy(ns->nsproxy);
		kfree(ns);
	}
}

/* ---- being in them ---- */

static struct nsproxy *set_namespaces(struct nsproxy *nsproxy)
{
	struct nsproxy *old;

	task_lock(current);
	old = current->nsproxy;
	current->nsproxy = nsproxy;
	task_unlock(current);
	return old;
}

/* No references: the list has one, and so had the task. */
struct nsproxy *rst_mount_ns_enter(struct vz_context *ctx, u64 mount)
{
	struct rst_mount_ns *ns = find_ns(ctx, mount);

	return set_namespaces(ns ? ns->nsproxy : current->nsproxy);
}

void rst_mount_ns_leave(struct nsproxy *old)
{
	set_namespaces(old);
}

void rst_mount_ns_copy(struct vz_context *ctx, u64 mount, struct path *copy)
{
	struct rst_mount_ns *ns = find_ns(ctx, mount);

	*copy = ns->copy;
	ns->copy = (struct path){};
}

/* ---- mounts ---- */

/* System calls take a name: "/", while what it is to be is the root. */
static long call_at(const struct path *at, long (*call)(void *arg), void *arg)
{
	struct path root;
	long ret;

	get_fs_root(current->fs, &root);
	vz_set_fs_root(current->fs, at);
	ret = call(arg);
	vz_set_fs_root(current->fs, &root);
	path_put(&root);
	return ret;
}

static long call_bind(void *point)
{
	return vz_path_mount("/", point, NULL, MS_BIND, NULL);
}

static long call_move(void *point)
{
	return vz_path_mount("/", point, NULL, MS_MOVE, NULL);
}

/* A string where system calls look for it. */
static int put_name(struct rst_scratch *s, const char *name)
{
	int err = rst_scratch_need(s, PAGE_SIZE);

	if (!err && copy_to_user((char __user *)s->addr, name, strlen(name) + 1))
		err = -EFAULT;
	if (err)
		rst_scratch_end(s);
	return err;
}

static long call_open_tree(void *scratch)
{
	const struct rst_scratch *s = scratch;
	struct pt_regs regs = { .di = AT_FDCWD, .si = s->addr, .dx = OPEN_TREE_CLONE };

	return vz___x64_sys_open_tree(&regs);
}

/* A mount of it that is in no namespace yet, and leaves that state or goes with its file. */
static struct file *detached_mount(const struct path *from)
{
	struct rst_scratch s = {};
	struct file *file;
	long fd;

	fd = put_name(&s, "/");
	if (fd)
		return ERR_PTR(fd);
	fd = call_at(from, call_open_tree, &s);
	rst_scratch_end(&s);
	if (fd < 0)
		return ERR_PTR(fd);
	file = fget_raw(fd);
	close_fd(fd);
	return file ?: ERR_PTR(-EBADF);
}

int rst_mount_ns_bind(struct vz_context *ctx, u64 bind, const struct path *from, u64 mount,
		      struct path *point)
{
	struct nsproxy *old;
	struct file *file;
	int err;

	if (find_ns(ctx, bind) == find_ns(ctx, mount))
		return call_at(from, call_bind, point);
	old = rst_mount_ns_enter(ctx, bind);
	file = detached_mount(from);
	rst_mount_ns_leave(old);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = call_at(vz_file_path(file), call_move, point);
	fput(file);
	return err;
}

static long call_pivot(void *scratch)
{
	const struct rst_scratch *s = scratch;
	struct pt_regs regs = { .di = s->addr, .si = s->addr };

	return vz___x64_sys_pivot_root(&regs);
}

/* As pivot_root(".", ".") and umount(".") do it in the new root. */
int rst_mount_ns_pivot(const struct path *copy, struct vfsmount *root)
{
	struct path pwd, new = { .mnt = root, .dentry = root->mnt_root }, gone = *copy;
	struct rst_scratch s = {};
	int err;

	err = put_name(&s, ".");
	if (err)
		return err;
	get_fs_pwd(current->fs, &pwd);
	vz_set_fs_pwd(current->fs, &new);
	err = call_at(copy, call_pivot, &s);
	vz_set_fs_pwd(current->fs, &pwd);
	path_put(&pwd);
	rst_scratch_end(&s);
	if (err)
		return err;
	path_get(&gone);
	return vz_path_umount(&gone, MNT_DETACH);
}

/* ---- tasks ---- */

static void put_into(struct task_struct *task, struct nsproxy *nsproxy)
{
	struct nsproxy *old;

	get_nsproxy(nsproxy);
	task_lock(task);
	old = task->nsproxy;
	/* one that was killed has none, and gets none */
	if (old)
		task->nsproxy = nsproxy;
	task_unlock(task);
	vz_put_nsproxy(old ?: nsproxy);
}

/* Before anything is opened below /proc/PID, which shows its mounts. */
int rst_mount_ns_process(struct vz_task *init)
{
	const struct cpt_task_image *t;
	struct rst_mount_ns *ns;
	struct vz_task *vt;

	if (init->pid != 1)
		return 0;
	vz_for_each_task(init->ctx, vt) {
		t = vt->rec ? vt->rec->fixed : NULL;
		if (vt->zombie || !t || !t->mntns)
			continue;
		ns = find_ns(init->ctx, t->mntns);
		if (!ns)
			return rst_err(init->ctx, -EINVAL, "task %d: mount %llu has no namespace",
				       vt->pid, t->mntns);
		put_into(vt->task, ns->nsproxy);
	}
	return 0;
}
