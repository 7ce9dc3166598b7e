// SPDX-License-Identifier: GPL-2.0-only
/* Files of every type on the VE's tmpfs mounts, some of them open. */
/* alone: it compares how full they are */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/socket.h>
#include "tst.h"

#define DIR_NAME	"/run/tst-tmpfs"
#define SHM_NAME	"/dev/shm/tst-tmpfs"
#define FILES		300
#define BIG		(5 * 1024 * 1024 + 123)
#define MB		(1024 * 1024)

static const char *const names[] = {
	DIR_NAME "/log", DIR_NAME "/hard", DIR_NAME "/soft", DIR_NAME "/dangling", DIR_NAME "/fifo",
	DIR_NAME "/null", DIR_NAME "/socket", DIR_NAME "/sparse", DIR_NAME "/empty",
	DIR_NAME "/suid", DIR_NAME "/shut", DIR_NAME "/name with\nodd \"bytes\"\377",
	DIR_NAME "/deep/er/and/deeper/still", SHM_NAME "/big", SHM_NAME "/mapped",
	DIR_NAME, DIR_NAME "/deep", DIR_NAME "/many", DIR_NAME "/sticky", SHM_NAME, "/run",
	"/dev/shm", "/dev/null", "/dev/ptmx", "/dev",
};
#define NAMES	(sizeof(names) / sizeof(names[0]))

static struct stat before[NAMES];
static struct statfs fs_before;
static char order_before[FILES * 8], order_after[FILES * 8];

static void put(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);

	tst_must(fd >= 0);
	tst_must(write(fd, data, len) == (ssize_t)len);
	tst_must(!fchmod(fd, mode));
	tst_must(!close(fd));
}

static unsigned char byte(size_t i)
{
	return (i * 2654435761U) >> 13;
}

static void make_big(void)
{
	unsigned char *buf = malloc(BIG);
	size_t i;

	tst_must(buf);
	for (i = 0; i < BIG; i++)
		buf[i] = byte(i);
	put(SHM_NAME "/big", buf, BIG, 0640);
	free(buf);
}

/* Holes at the beginning, in the middle, and at the end. */
static void make_sparse(void)
{
	int fd = open(DIR_NAME "/sparse", O_CREAT | O_RDWR | O_EXCL, 0644);

	tst_must(fd >= 0);
	tst_must(pwrite(fd, "one", 3, 3 * MB + 77) == 3);
	tst_must(pwrite(fd, "two", 3, 9 * MB) == 3);
	tst_must(!ftruncate(fd, 200L * MB));
	tst_must(!close(fd));
}

static void make_socket(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = DIR_NAME "/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	tst_must(fd >= 0);
	tst_must(!bind(fd, (struct sockaddr *)&sun, sizeof(sun)));
	tst_must(!close(fd));
}

static void list(char *to, size_t size)
{
	DIR *dir = opendir(DIR_NAME "/many");
	struct dirent *d;

	tst_must(dir);
	*to = 0;
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		tst_must(strlen(to) + strlen(d->d_name) + 2 < size);
		strcat(strcat(to, d->d_name), " ");
	}
	closedir(dir);
}

static void make_many(void)
{
	char path[100];
	int i;

	tst_must(!mkdir(DIR_NAME "/many", 0755));
	for (i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), DIR_NAME "/many/%d", i * 7919 % 1000);
		put(path, path, i % 3 ? 0 : 20, 0644);
	}
	for (i = 0; i < FILES; i += 5) {
		snprintf(path, sizeof(path), DIR_NAME "/many/%d", i * 7919 % 1000);
		tst_must(!unlink(path));
	}
}

static void set_times(void)
{
	struct timespec t[2] = { { 1000000000, 123456789 }, { 1500000000, 987654321 } };
	struct timespec old[2] = { { -5, 5 }, { -86400 * 365L, 999999999 } };

	tst_must(!utimensat(AT_FDCWD, DIR_NAME "/log", t, 0));
	tst_must(!utimensat(AT_FDCWD, DIR_NAME "/soft", t, AT_SYMLINK_NOFOLLOW));
	tst_must(!utimensat(AT_FDCWD, DIR_NAME "/deep", t, 0));
	tst_must(!utimensat(AT_FDCWD, DIR_NAME "/shut", old, 0));
	tst_must(!utimensat(AT_FDCWD, DIR_NAME "/many", t, 0));
}

static void make_tree(void)
{
	tst_must(!mkdir(DIR_NAME, 0755) && !mkdir(SHM_NAME, 0700));
	put(DIR_NAME "/log", "first line\n", 11, 0644);
	tst_must(!link(DIR_NAME "/log", DIR_NAME "/hard"));
	tst_must(!symlink("log", DIR_NAME "/soft"));
	tst_must(!symlink("/no/such/file", DIR_NAME "/dangling"));
	tst_must(!mkfifo(DIR_NAME "/fifo", 0600));
	tst_must(!mknod(DIR_NAME "/null", S_IFCHR | 0666, makedev(1, 3)));
	make_socket();
	make_sparse();
	put(DIR_NAME "/empty", "", 0, 0644);
	put(DIR_NAME "/suid", "#!", 2, 06755);
	tst_must(!chown(DIR_NAME "/suid", 33, 44));
	tst_must(!chmod(DIR_NAME "/suid", 06755));
	put(DIR_NAME "/shut", "secret", 6, 0);
	put(DIR_NAME "/name with\nodd \"bytes\"\377", "odd", 3, 0644);
	tst_must(!mkdir(DIR_NAME "/deep", 0755) && !mkdir(DIR_NAME "/deep/er", 0755) &&
		 !mkdir(DIR_NAME "/deep/er/and", 0711) && !mkdir(DIR_NAME "/deep/er/and/deeper", 0755));
	put(DIR_NAME "/deep/er/and/deeper/still", "here", 4, 0444);
	tst_must(!mkdir(DIR_NAME "/sticky", 01777) && !chmod(DIR_NAME "/sticky", 01777));
	make_many();
	make_big();
	put(SHM_NAME "/mapped", "old contents", 12, 0600);
	set_times();
}

/* ---- afterwards ---- */

static int same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static void check_stat(const char *name, const struct stat *a)
{
	struct stat b;

	if (!tst_ok(!lstat(name, &b), "%.*s is there", (int)strcspn(name, "\n"), name))
		return;
	tst_ok(a->st_mode == b.st_mode && a->st_uid == b.st_uid && a->st_gid == b.st_gid &&
	       a->st_nlink == b.st_nlink && a->st_size == b.st_size && a->st_rdev == b.st_rdev,
	       "stat: mode %o size %ld links %ld", b.st_mode, (long)b.st_size, (long)b.st_nlink);
	if (S_ISREG(a->st_mode))
		tst_ok(a->st_blocks == b.st_blocks, "blocks %ld, were %ld", (long)b.st_blocks,
		       (long)a->st_blocks);
	tst_ok(same_time(&a->st_mtim, &b.st_mtim) && same_time(&a->st_ctim, &b.st_ctim) &&
	       (S_ISDIR(a->st_mode) || same_time(&a->st_atim, &b.st_atim)), "times");
}

static int holds(const char *path, off_t at, const char *text)
{
	char buf[64] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : pread(fd, buf, strlen(text), at);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n);
}

static void check_big(void)
{
	unsigned char *buf = malloc(BIG);
	int fd = open(SHM_NAME "/big", O_RDONLY);
	size_t i = 0;

	tst_must(buf);
	if (tst_ok(read(fd, buf, BIG) == BIG, "big file is read")) {
		while (i < BIG && buf[i] == byte(i))
			i++;
		tst_ok(i == BIG, "big file's contents (%zu)", i);
	}
	close(fd);
	free(buf);
}

static void check_links(void)
{
	struct stat a, b;
	char target[64] = "";

	tst_ok(!lstat(DIR_NAME "/log", &a) && !lstat(DIR_NAME "/hard", &b) && a.st_ino == b.st_ino,
	       "hard link");
	tst_ok(readlink(DIR_NAME "/soft", target, sizeof(target) - 1) == 3 && !strcmp(target, "log"),
	       "symbolic link");
	memset(target, 0, sizeof(target));
	tst_ok(readlink(DIR_NAME "/dangling", target, sizeof(target) - 1) == 13 &&
	       !strcmp(target, "/no/such/file"), "dangling link");
}

static void check_contents(void)
{
	struct statfs fs;

	check_big();
	check_links();
	tst_ok(holds(DIR_NAME "/log", 0, "first line\nsecond line\n"), "log");
	tst_ok(holds(DIR_NAME "/sparse", 3 * MB + 77, "one") && holds(DIR_NAME "/sparse", 9 * MB, "two"),
	       "sparse file");
	tst_ok(holds(DIR_NAME "/shut", 0, "secret"), "file without permissions");
	tst_ok(holds(DIR_NAME "/deep/er/and/deeper/still", 0, "here"), "deep file");
	tst_ok(holds(SHM_NAME "/mapped", 0, "new contents"), "mapped file");
	list(order_after, sizeof(order_after));
	tst_ok(!strcmp(order_before, order_after), "order of a directory");
	tst_ok(!statfs("/run", &fs) && fs.f_blocks == fs_before.f_blocks &&
	       fs.f_bfree == fs_before.f_bfree && fs.f_files == fs_before.f_files &&
	       fs.f_ffree == fs_before.f_ffree, "size and use of the file system");
}

int main(int argc, char **argv)
{
	char buf[32] = "", *map;
	int log, shm, dir, map_fd;
	size_t i;

	tst_begin(argc, argv);
	umask(0);
	make_tree();
	umask(027);
	log = open(DIR_NAME "/log", O_RDWR | O_APPEND);
	shm = open(SHM_NAME "/big", O_RDWR);
	dir = open(DIR_NAME "/deep", O_RDONLY | O_DIRECTORY);
	map_fd = open(SHM_NAME "/mapped", O_RDWR);
	tst_must(log >= 0 && shm >= 0 && dir >= 0 && map_fd >= 0);
	tst_must(pread(log, buf, 10, 0) == 10 && lseek(shm, 1234567, SEEK_SET) == 1234567);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	tst_must(map != MAP_FAILED && !close(map_fd));
	memcpy(map, "new", 3);
	tst_must(!chdir(DIR_NAME "/deep/er"));
	list(order_before, sizeof(order_before));
	for (i = 0; i < NAMES; i++)
		tst_must(!lstat(names[i], &before[i]));
	tst_must(!statfs("/run", &fs_before));

	tst_ready();

	for (i = 0; i < NAMES; i++)
		check_stat(names[i], &before[i]);
	tst_ok(write(log, "second line\n", 12) == 12, "write to the open log");
	tst_ok(read(shm, buf, 4) == 4 && (unsigned char)buf[0] == byte(1234567), "open file's position");
	tst_ok(!faccessat(dir, "er", F_OK, 0) && !access("and/deeper", F_OK), "open and current directory");
	tst_ok(!memcmp(map, "new contents", 12), "mapping");
	map[4] = 'C';
	tst_ok(holds(SHM_NAME "/mapped", 0, "new Contents"), "mapping and file are one");
	map[4] = 'c';
	check_contents();
	return tst_end();
}
