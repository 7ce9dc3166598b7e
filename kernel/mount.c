// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dump and restore of mounts share: the file systems that can be made
 * anew, flags, options.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <uapi/linux/mount.h>
#include "mount.h"

static const struct vz_fs file_systems[] = {
	{ "proc" },
	{ "sysfs", VZ_FS_MANY },
	{ "devpts" },
	{ "tmpfs" },
	{ "mqueue", VZ_FS_MANY },
	{ "cgroup2", VZ_FS_MANY | VZ_FS_GLOBAL },
};

const struct vz_fs *vz_fs_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(file_systems); i++) {
		if (!strcmp(file_systems[i].name, name))
			return &file_systems[i];
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_fs_find);

bool vz_mount_is_tmpfs(const struct vfsmount *mnt)
{
	return !strcmp(mnt->mnt_sb->s_type->name, "tmpfs");
}
EXPORT_SYMBOL_GPL(vz_mount_is_tmpfs);

u32 vz_mount_flags(const struct vfsmount *mnt)
{
	static const struct { int mnt; u32 ms; } flags[] = {
		{ MNT_READONLY, MS_RDONLY },
		{ MNT_NOSUID, MS_NOSUID },
		{ MNT_NODEV, MS_NODEV },
		{ MNT_NOEXEC, MS_NOEXEC },
		{ MNT_NOSYMFOLLOW, MS_NOSYMFOLLOW },
		{ MNT_NOATIME, MS_NOATIME },
		{ MNT_NODIRATIME, MS_NODIRATIME },
		{ MNT_RELATIME, MS_RELATIME },
	};
	int have = READ_ONCE(mnt->mnt_flags);
	u32 ms = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		ms |= have & flags[i].mnt ? flags[i].ms : 0;
	return ms;
}
EXPORT_SYMBOL_GPL(vz_mount_flags);

u32 vz_mount_sb_flags(const struct vfsmount *mnt)
{
	/* SB_* and MS_* are the same numbers */
	return READ_ONCE(mnt->mnt_sb->s_flags) & (MS_RDONLY | MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME);
}
EXPORT_SYMBOL_GPL(vz_mount_sb_flags);

/* Take "name=..." out of a list of options; none of its values has a comma. */
static void drop_option(char *options, const char *name)
{
	size_t len = strlen(name);
	char *p = options, *end;

	while (*p) {
		end = strchrnul(p, ',');
		if (!strncmp(p, name, len)) {
			end += *end == ',';
			memmove(p, end, strlen(end) + 1);
			continue;
		}
		p = *end ? end + 1 : end;
	}
}

/*
 * A tmpfs shows its size only when that is not half of the host's memory; on
 * another host it must be the same.
 */
static int add_tmpfs_size(struct vfsmount *mnt, char *buf)
{
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct kstatfs st;
	size_t len;
	int err;

	err = vfs_statfs(&path, &st);
	if (err)
		return err;
	drop_option(buf, "size=");
	drop_option(buf, "nr_inodes=");
	len = strlen(buf);
	if (len && buf[len - 1] == ',')
		buf[--len] = 0;
	len += scnprintf(buf + len, PAGE_SIZE - len, "%ssize=%lluk,nr_inodes=%llu", len ? "," : "",
			 st.f_blocks * (u64)(st.f_bsize >> 10), (u64)st.f_files);
	return len < PAGE_SIZE - 1 ? 0 : -E2BIG;
}

int vz_mount_options(struct vfsmount *mnt, char *buf)
{
	const struct super_operations *op = mnt->mnt_sb->s_op;
	const struct vz_fs *fs = vz_fs_find(mnt->mnt_sb->s_type->name);
	struct seq_file m = { .buf = buf, .size = PAGE_SIZE };
	int err = 0;

	if (op->show_options && !(fs && fs->flags & VZ_FS_GLOBAL))
		err = op->show_options(&m, mnt->mnt_root);
	if (err)
		return err;
	if (seq_has_overflowed(&m))
		return -E2BIG;
	buf[m.count] = 0;
	if (buf[0] == ',')
		memmove(buf, buf + 1, m.count);
	return vz_mount_is_tmpfs(mnt) ? add_tmpfs_size(mnt, buf) : 0;
}
EXPORT_SYMBOL_GPL(vz_mount_options);
