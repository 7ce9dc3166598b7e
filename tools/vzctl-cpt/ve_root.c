// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VE's root and mounts. All of this runs in a child of vzctl with a mount
 * namespace of its own, so nothing has to be undone on failure.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util.h"
#include "ve.h"
#include "vzerror.h"

void ve_root_enter(const struct ve *ve, int errfd)
{
	int err = mkdir_p(ve->root, 0755);

	if (err)
		child_fail(errfd, VZ_ROOT_ERROR, "Container root %s: %s", ve->root,
			   strerror(-err));
	if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		child_fail(errfd, VZ_MOUNT_ERROR, "Making mounts private: %s",
			   strerror(errno));
	if (mount(ve->private, ve->root, NULL, MS_BIND, NULL))
		child_fail(errfd, VZ_MOUNT_ERROR, "Unable to mount %s on %s: %s",
			   ve->private, ve->root, strerror(errno));
	/*
	 * With both arguments the same, the old root ends up mounted over the
	 * new one, from where it is detached with all below it.
	 */
	if (chdir(ve->root) || syscall(SYS_pivot_root, ".", ".") ||
	    umount2(".", MNT_DETACH) || chdir("/"))
		child_fail(errfd, VZ_MOUNT_ERROR, "Unable to make %s the root: %s",
			   ve->root, strerror(errno));
}

static const struct {
	const char *type, *dir;
	unsigned long flags;
	const char *data;
} mounts[] = {
	{ "proc",   "/proc",	MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "sysfs",  "/sys",	MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL },
	{ "tmpfs",  "/dev",	MS_NOSUID, "mode=755" },
	{ "devpts", "/dev/pts",	MS_NOSUID | MS_NOEXEC,
	  "newinstance,gid=5,mode=620,ptmxmode=666" },
	{ "tmpfs",  "/dev/shm",	MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "tmpfs",  "/run",	MS_NOSUID | MS_NODEV, "mode=755" },
};

static const struct {
	const char *path;
	unsigned int major, minor;
} nodes[] = {
	{ "/dev/null",	  1, 3 },
	{ "/dev/zero",	  1, 5 },
	{ "/dev/full",	  1, 7 },
	{ "/dev/random",  1, 8 },
	{ "/dev/urandom", 1, 9 },
	{ "/dev/tty",	  5, 0 },
};

static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/ptmx",	 "pts/ptmx" },
	{ "/dev/fd",	 "/proc/self/fd" },
	{ "/dev/stdin",	 "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

void ve_root_mounts(int errfd)
{
	umask(0);
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		const char *dir = mounts[i].dir;

		/* A read-only root says EROFS, but then has the directory. */
		if (mkdir(dir, 0755) && errno != EEXIST && access(dir, F_OK))
			child_fail(errfd, VZ_MOUNT_ERROR, "Unable to make %s in the container: %s",
				   dir, strerror(errno));
		if (mount(mounts[i].type, dir, mounts[i].type, mounts[i].flags, mounts[i].data))
			child_fail(errfd, VZ_MOUNT_ERROR, "Unable to mount %s on %s in the container: %s",
				   mounts[i].type, dir, strerror(errno));
	}
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		if (mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)))
			child_fail(errfd, VZ_MOUNT_ERROR, "Unable to make %s in the container: %s",
				   nodes[i].path, strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (symlink(links[i].target, links[i].path))
			child_fail(errfd, VZ_MOUNT_ERROR, "Unable to make %s in the container: %s",
				   links[i].path, strerror(errno));
	umask(022);
}
