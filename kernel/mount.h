/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dump and restore of mounts share.
 */
#ifndef _VZ_MOUNT_H
#define _VZ_MOUNT_H

#include <linux/mount.h>
#include <linux/types.h>

/* A VE's superblock may be mounted several times, each with its root. */
#define VZ_FS_MANY	1
/* There is one superblock, the host's; a VE's mount of it begins further down. */
#define VZ_FS_GLOBAL	2

/**
 * struct vz_fs - a type of file system that can be made anew
 * @name: its name
 * @flags: VZ_FS_*
 */
struct vz_fs {
	const char *name;
	u32 flags;
};

/* NULL: the type is not supported. */
const struct vz_fs *vz_fs_find(const char *name);

/* Flags of a mount, and of its file system, as mount(2) has them. */
u32 vz_mount_flags(const struct vfsmount *mnt);
u32 vz_mount_sb_flags(const struct vfsmount *mnt);

/**
 * vz_mount_options() - options with which a file system can be mounted again
 * @mnt: the mount
 * @buf: PAGE_SIZE bytes
 *
 * Without those that are flags. May sleep. Return: 0 or -errno
 */
int vz_mount_options(struct vfsmount *mnt, char *buf);

/* Is the file system a tmpfs? */
bool vz_mount_is_tmpfs(const struct vfsmount *mnt);

#endif
