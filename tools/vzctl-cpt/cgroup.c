// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"
#include "ve.h"

#define REMOVE_WAIT_MS 5000

/* The mount point of the cgroup v2 tree, or NULL. The caller frees it. */
static char *cgroup2_mount(void)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char buf[4096];
	char *dir = NULL;

	if (!f)
		return NULL;
	while (!dir && getmntent_r(f, &entry, buf, sizeof(buf)))
		if (!strcmp(entry.mnt_type, "cgroup2"))
			dir = xstrdup(entry.mnt_dir);
	endmntent(f);
	return dir;
}

int ve_cgroup_create(const struct ve *ve)
{
	char *mnt = cgroup2_mount(), *path;
	int fd = -1, err;

	if (!mnt) {
		vz_warn("no cgroup2 is mounted: container %u has no cgroup of its own",
			ve->id);
		return -1;
	}
	path = xasprintf("%s/vz/%u", mnt, ve->id);
	err = mkdir_p(path, 0755);
	if (!err) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
	}
	if (err)
		vz_warn("cgroup %s: %s", path, strerror(-err));
	free(path);
	free(mnt);
	return fd;
}

int cgroup_of(pid_t pid)
{
	char *mnt = cgroup2_mount(), *path, *line;
	char proc[64], text[8192];
	int fd = -1;

	snprintf(proc, sizeof(proc), "/proc/%d/cgroup", pid);
	if (!mnt || read_file(proc, text, sizeof(text)) <= 0)
		goto out;
	line = strstr(text, "0::/");
	if (!line || (line != text && line[-1] != '\n'))
		goto out;
	line += 3;
	line[strcspn(line, "\n")] = '\0';
	path = xasprintf("%s%s", mnt, line);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
out:
	free(mnt);
	return fd;
}

int cgroup_enter(int dirfd)
{
	return write_file_at(dirfd, "cgroup.procs", "0");
}

/* A VE may have made cgroups below its own. Deepest first. */
static int remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			remove_tree(dirfd(dir), entry->d_name);
	closedir(dir);
	return unlinkat(parent, name, AT_REMOVEDIR) ? -errno : 0;
}

void ve_cgroup_remove(const struct ve *ve)
{
	long long end = now_ms() + REMOVE_WAIT_MS;
	char *mnt = cgroup2_mount(), *path;
	int err;

	if (!mnt)
		return;
	path = xasprintf("%s/vz/%u", mnt, ve->id);
	/* Tasks leave their cgroup a little after their parent saw them end. */
	while ((err = remove_tree(AT_FDCWD, path)) == -EBUSY && now_ms() < end)
		usleep(10000);
	if (err && err != -ENOENT)
		vz_warn("cgroup %s stays: %s", path, strerror(-err));
	free(path);
	free(mnt);
}
