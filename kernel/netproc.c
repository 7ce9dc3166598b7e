// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc shows of a network namespace is what it shows to a task that is in
 * it. So whoever wants to see the VE's is in it for a moment.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/net_namespace.h>
#include "access.h"
#include "netproc.h"

static struct vfsmount *proc;

int vz_netproc_init(void)
{
	struct file_system_type *type = get_fs_type("proc");

	if (!type)
		return -ENODEV;
	proc = kern_mount(type);
	module_put(type->owner);
	return PTR_ERR_OR_ZERO(proc);
}

void vz_netproc_exit(void)
{
	kern_unmount(proc);
}

static void set_namespaces(struct nsproxy *ns)
{
	task_lock(current);
	current->nsproxy = ns;
	task_unlock(current);
}

int vz_netproc_enter(struct vz_netproc *np, struct net *net)
{
	struct net *other;
	int err;

	vz_netproc_stay(np);
	/* a copy that nobody else has, with any one namespace that is new */
	err = vz_unshare_nsproxy_namespaces(net ? CLONE_NEWUTS : CLONE_NEWNET, &np->visit, NULL,
					    NULL);
	if (err)
		return err;
	if (net) {
		other = np->visit->net_ns;
		np->visit->net_ns = get_net(net);
		put_net(other);
	}
	np->old = current->nsproxy;
	set_namespaces(np->visit);
	return 0;
}
EXPORT_SYMBOL_GPL(vz_netproc_enter);

void vz_netproc_stay(struct vz_netproc *np)
{
	memset(np, 0, sizeof(*np));
}
EXPORT_SYMBOL_GPL(vz_netproc_stay);

static void forget_dir(struct vz_netproc *np)
{
	path_put(&np->at);
	np->at = (struct path){};
}

void vz_netproc_leave(struct vz_netproc *np)
{
	forget_dir(np);
	if (!np->visit)
		return;
	set_namespaces(np->old);
	vz_put_nsproxy(np->visit);
}
EXPORT_SYMBOL_GPL(vz_netproc_leave);

/* np->at becomes the first @len bytes of the name. Return: 1 when it was that before */
static int look_into(struct vz_netproc *np, const char *name, size_t len)
{
	int err;

	if (np->at.dentry && !strncmp(np->dir, name, len) && !np->dir[len])
		return 1;
	forget_dir(np);
	memcpy(np->dir, name, len);
	np->dir[len] = 0;
	err = vfs_path_lookup(proc->mnt_root, proc, np->dir, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
			      &np->at);
	if (err)
		np->at = (struct path){};
	return err;
}

int vz_netproc_path(struct vz_netproc *np, const char *name, struct path *path)
{
	const char *last = strrchr(name, '/');
	size_t len = last ? last - name : 0;
	int known, err;

	if (!len || len >= sizeof(np->dir))
		return vfs_path_lookup(proc->mnt_root, proc, name, LOOKUP_FOLLOW, path);
	do {
		known = look_into(np, name, len);
		if (known < 0)
			return known;
		err = vfs_path_lookup(np->at.dentry, np->at.mnt, last + 1, LOOKUP_FOLLOW, path);
		if (err)
			forget_dir(np);
		/* another directory may have taken the place of the known one */
	} while (err == -ENOENT && known);
	return err;
}
EXPORT_SYMBOL_GPL(vz_netproc_path);

struct file *vz_netproc_open(struct vz_netproc *np, const char *name, int flags)
{
	struct file *file;
	struct path path;
	int err = vz_netproc_path(np, name, &path);

	if (err)
		return ERR_PTR(err);
	file = dentry_open(&path, flags, current_cred());
	path_put(&path);
	return file;
}
EXPORT_SYMBOL_GPL(vz_netproc_open);

/* restart_syscall(): somebody holds the rtnl lock. True: once more. */
static bool restarted(ssize_t ret)
{
	if (ret != -ERESTARTNOINTR || fatal_signal_pending(current))
		return false;
	rtnl_lock();
	rtnl_unlock();
	spin_lock_irq(&current->sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
	return true;
}

/* The kernel complains of who reads or writes what is no file. */
static struct file *open_file(struct vz_netproc *np, const char *name, int flags)
{
	struct file *file = vz_netproc_open(np, name, flags);

	if (IS_ERR(file) || S_ISREG(file_inode(file)->i_mode))
		return file;
	fput(file);
	return ERR_PTR(-EISDIR);
}

ssize_t vz_netproc_read_file(struct file *file, char *buf, size_t size)
{
	loff_t pos;
	ssize_t n;

	do {
		pos = 0;
		n = kernel_read(file, buf, size - 1, &pos);
	} while (restarted(n));
	if (n < 0)
		return n;
	if (n == size - 1)
		return -E2BIG;
	if (n && buf[n - 1] == '\n')
		n--;
	buf[n] = 0;
	/* no text */
	return strlen(buf) == n ? n : -EILSEQ;
}
EXPORT_SYMBOL_GPL(vz_netproc_read_file);

ssize_t vz_netproc_read(struct vz_netproc *np, const char *name, char *buf, size_t size)
{
	struct file *file = open_file(np, name, O_RDONLY);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = vz_netproc_read_file(file, buf, size);
	fput(file);
	return n;
}
EXPORT_SYMBOL_GPL(vz_netproc_read);

int vz_netproc_write(struct vz_netproc *np, const char *name, const char *text)
{
	struct file *file = open_file(np, name, O_WRONLY);
	size_t len = strlen(text);
	loff_t pos;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	do {
		pos = 0;
		n = kernel_write(file, text, len, &pos);
	} while (restarted(n));
	fput(file);
	return n < 0 ? n : 0;
}
EXPORT_SYMBOL_GPL(vz_netproc_write);
