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

void vz_netproc_leave(struct vz_netproc *np)
{
	set_namespaces(np->old);
	vz_put_nsproxy(np->visit);
}
EXPORT_SYMBOL_GPL(vz_netproc_leave);

int vz_netproc_path(const char *name, struct path *path)
{
	return vfs_path_lookup(proc->mnt_root, proc, name, LOOKUP_FOLLOW, path);
}
EXPORT_SYMBOL_GPL(vz_netproc_path);

struct file *vz_netproc_open(const char *name, int flags)
{
	struct file *file;
	struct path path;
	int err = vz_netproc_path(name, &path);

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
static struct file *open_file(const char *name, int flags)
{
	struct file *file = vz_netproc_open(name, flags);

	if (IS_ERR(file) || S_ISREG(file_inode(file)->i_mode))
		return file;
	fput(file);
	return ERR_PTR(-EISDIR);
}

ssize_t vz_netproc_read(const char *name, char *buf, size_t size)
{
	struct file *file = open_file(name, O_RDONLY);
	loff_t pos;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	do {
		pos = 0;
		n = kernel_read(file, buf, size - 1, &pos);
	} while (restarted(n));
	fput(file);
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
EXPORT_SYMBOL_GPL(vz_netproc_read);

int vz_netproc_write(const char *name, const char *text)
{
	struct file *file = open_file(name, O_WRONLY);
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
