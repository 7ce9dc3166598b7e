// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which open files can be dumped, and what the others are called.
 */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mount.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/sock.h>
#include "../kernel/access.h"
#include "cpt_file.h"

static const char *const families[] = {
	[AF_UNIX] = "AF_UNIX", [AF_INET] = "AF_INET", [AF_INET6] = "AF_INET6",
	[AF_NETLINK] = "AF_NETLINK", [AF_PACKET] = "AF_PACKET", [AF_ALG] = "AF_ALG",
	[AF_VSOCK] = "AF_VSOCK", [AF_KEY] = "AF_KEY", [AF_BLUETOOTH] = "AF_BLUETOOTH",
};

static const char *const types[] = {
	[SOCK_STREAM] = "SOCK_STREAM", [SOCK_DGRAM] = "SOCK_DGRAM", [SOCK_RAW] = "SOCK_RAW",
	[SOCK_RDM] = "SOCK_RDM", [SOCK_SEQPACKET] = "SOCK_SEQPACKET",
};

static const char *nth(const char *const *names, size_t n, unsigned int i, const char *other)
{
	return i < n && names[i] ? names[i] : other;
}

static void say_socket(const struct file *file, char *what)
{
	struct socket *sock = sock_from_file((struct file *)file);
	unsigned int family = sock && sock->sk ? sock->sk->sk_family : AF_UNSPEC;
	unsigned int type = sock ? sock->type : 0;

	snprintf(what, CPT_FILE_WHAT, "socket (%s, %s)",
		 nth(families, ARRAY_SIZE(families), family, "another family"),
		 nth(types, ARRAY_SIZE(types), type, "another type"));
}

/* "[eventfd]" without its brackets. */
static void say_anon_inode(const struct dentry *dentry, char *what)
{
	const char *name = dentry->d_name.name;

	if (!strcmp(name, "[eventpoll]"))
		name = "[epoll]";
	strscpy(what, name + (*name == '['), CPT_FILE_WHAT);
	what[strcspn(what, "]")] = 0;
}

/* Files of mounts that no path leads to. */
static void say_internal(const struct dentry *dentry, char *what)
{
	const char *name = dentry->d_name.name;

	if (!strncmp(name, "memfd:", 6))	/* others are a kind: shmem */
		snprintf(what, CPT_FILE_WHAT, dentry->d_sb->s_magic == HUGETLBFS_MAGIC ?
			 "memfd of huge pages (%.40s)" : "O_PATH descriptor of a memfd (%.40s)",
			 name + 6);
	else if (!strncmp(name, "SYSV", 4))
		strscpy(what, "System V shared memory", CPT_FILE_WHAT);
	else
		snprintf(what, CPT_FILE_WHAT, "kernel object of %s", dentry->d_sb->s_type->name);
}

static bool say_pseudo(const struct file *file, char *what)
{
	const struct dentry *dentry = vz_file_path(file)->dentry;

	switch (dentry->d_sb->s_magic) {
	case SOCKFS_MAGIC:
		say_socket(file, what);
		return true;
	case ANON_INODE_FS_MAGIC:
		say_anon_inode(dentry, what);
		return true;
	case PIPEFS_MAGIC:	/* ends of pipes do not come here */
		strscpy(what, "O_PATH descriptor of a pipe", CPT_FILE_WHAT);
		return true;
	case NSFS_MAGIC:
		strscpy(what, "namespace", CPT_FILE_WHAT);
		return true;
	case PID_FS_MAGIC:
		strscpy(what, "O_PATH descriptor of a pidfd", CPT_FILE_WHAT);
		return true;
	}
	if (vz_file_path(file)->mnt->mnt_flags & MNT_INTERNAL) {
		say_internal(dentry, what);
		return true;
	}
	return false;
}

static bool char_device_supported(dev_t dev)
{
	switch (MINOR(dev)) {
	case 3:		/* null */
	case 5:		/* zero */
	case 7:		/* full */
	case 8:		/* random */
	case 9:		/* urandom */
		return MAJOR(dev) == MEM_MAJOR;
	}
	return false;
}

static bool is_terminal(dev_t dev)
{
	return MAJOR(dev) == TTY_MAJOR || MAJOR(dev) == TTYAUX_MAJOR ||
	       (MAJOR(dev) >= UNIX98_PTY_MASTER_MAJOR &&
		MAJOR(dev) < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT);
}

/*
 * File systems whose regular files are nothing but the bytes in them, which
 * stay where they are (or are in the image: tmpfs). What the kernel makes up
 * while it is read (proc, sysfs, cgroup2 ...) keeps state in the open file.
 */
static bool keeps_contents(const struct super_block *sb)
{
	static const char *const names[] = {
		"tmpfs", "overlay", "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph",
		"zfs",
	};

	return (sb->s_type->fs_flags & FS_REQUIRES_DEV) ||
	       match_string(names, ARRAY_SIZE(names), sb->s_type->name) >= 0;
}

/*
 * What proc says is made when it is read: opened again, a file is read anew from its
 * position. One that may be written to can have more to it (triggers of pressure).
 */
static bool is_read_anew(const struct file *file)
{
	return vz_file_path(file)->dentry->d_sb->s_magic == PROC_SUPER_MAGIC &&
	       !(file->f_mode & FMODE_WRITE);
}

/* Whether the position of a directory means the same after it is opened again. */
static bool keeps_position(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case EXT4_SUPER_MAGIC:
	case XFS_SUPER_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case PROC_SUPER_MAGIC:
		return true;
	}
	return false;
}

bool cpt_file_is_pipe(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_pipefifo_fops &&
	       vz_file_path(file)->dentry->d_sb->s_magic == PIPEFS_MAGIC;
}

bool cpt_file_is_fifo(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_pipefifo_fops && !cpt_file_is_pipe(file);
}

bool cpt_file_is_tmpfs(const struct file *file)
{
	return vz_file_path(file)->dentry->d_sb->s_magic == TMPFS_MAGIC;
}

/**
 * cpt_file_unsupported() - what is this file that cannot be dumped?
 * @file: no pipe; the caller holds it
 * @what: CPT_FILE_WHAT bytes
 *
 * Return: @what, or NULL when it can be opened again by its path
 */
const char *cpt_file_unsupported(const struct file *file, char *what)
{
	const struct dentry *dentry = vz_file_path(file)->dentry;
	const struct inode *inode = d_inode(dentry);
	dev_t dev = inode->i_rdev;

	if (say_pseudo(file, what))
		return what;
	if (file->f_mode & FMODE_PATH)
		return NULL;
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		if (keeps_contents(dentry->d_sb) || is_read_anew(file))
			return NULL;
		snprintf(what, CPT_FILE_WHAT, "open file of %s", dentry->d_sb->s_type->name);
		return what;
	case S_IFDIR:
		if (!file->f_pos || keeps_position(dentry->d_sb))
			return NULL;
		snprintf(what, CPT_FILE_WHAT, "directory of %s that is being read",
			 dentry->d_sb->s_type->name);
		return what;
	case S_IFCHR:
		if (char_device_supported(dev))
			return NULL;
		snprintf(what, CPT_FILE_WHAT, "%s %u:%u",
			 is_terminal(dev) ? "terminal" : "character device", MAJOR(dev), MINOR(dev));
		return what;
	case S_IFBLK:
		snprintf(what, CPT_FILE_WHAT, "block device %u:%u", MAJOR(dev), MINOR(dev));
		return what;
	case S_IFIFO:
		return NULL;
	default:
		snprintf(what, CPT_FILE_WHAT, "file of type %#o", inode->i_mode & S_IFMT);
		return what;
	}
}
