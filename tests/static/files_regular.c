// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files with paths: positions, flags, sharing, kinds of files.
 */
#include "tst.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#define MAX_FDS	64

static char dir[] = "/var/tmp/files_regular.XXXXXX";
static struct {
	const char *what;
	int fd, fl, cloexec;
	struct stat st;
} fds[MAX_FDS];
static int nfds;

/* An open file whose flags and identity are compared afterwards. */
static int add(const char *what, long fd)
{
	if (fd < 0)
		tst_die(what);
	fds[nfds].what = what;
	fds[nfds].fd = fd;
	fds[nfds].fl = tst_sys(fcntl(fd, F_GETFL));
	fds[nfds].cloexec = tst_sys(fcntl(fd, F_GETFD));
	tst_sys(fstat(fd, &fds[nfds].st));
	nfds++;
	return fd;
}

static void put(const char *name, const char *text)
{
	int fd = tst_sys(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644));

	tst_sys(write(fd, text, strlen(text)));
	close(fd);
}

static int reads(int fd, const char *want)
{
	char buf[64] = "";

	return read(fd, buf, strlen(want)) == (ssize_t)strlen(want) && !strcmp(buf, want);
}

static void check_fds(void)
{
	struct stat st;
	int i;

	for (i = 0; i < nfds; i++) {
		tst_is(fcntl(fds[i].fd, F_GETFL), fds[i].fl, "%s: flags", fds[i].what);
		tst_is(fcntl(fds[i].fd, F_GETFD), fds[i].cloexec, "%s: close on exec", fds[i].what);
		tst_ok(!fstat(fds[i].fd, &st) && st.st_mode == fds[i].st.st_mode &&
		       st.st_rdev == fds[i].st.st_rdev && st.st_size == fds[i].st.st_size &&
		       (st.st_ino == fds[i].st.st_ino || !S_ISREG(st.st_mode)), "%s: the same file", fds[i].what);
	}
}

/* A child that shares an open file and answers through pipes. */
static pid_t child;
static int to_child[2], to_parent[2];

static void start_child(int shared)
{
	char c;

	tst_sys(pipe2(to_child, O_CLOEXEC));
	tst_sys(pipe2(to_parent, O_CLOEXEC));
	child = tst_sys(fork());
	if (child)
		return;
	if (read(to_child[0], &c, 1) != 1)
		_exit(1);
	c = reads(shared, "56789") ? 'y' : 'n';
	if (write(to_parent[1], &c, 1) != 1)
		_exit(1);
	_exit(0);
}

static void check_child(int shared)
{
	char c = 0;
	int status;

	tst_ok(write(to_child[1], "x", 1) == 1 && read(to_parent[0], &c, 1) == 1 && c == 'y',
	       "child reads on from the shared position");
	tst_is(lseek(shared, 0, SEEK_CUR), 10, "and moves it for the parent");
	tst_ok(waitpid(child, &status, 0) == child && !status, "child ends well");
}

static pid_t rooted;

/* A child in a root directory of its own. */
static void start_rooted(void)
{
	rooted = tst_sys(fork());
	if (rooted)
		return;
	tst_sys(chroot(dir));
	tst_sys(chdir("/sub"));
	umask(0123);
	tst_sys(raise(SIGSTOP));
	_exit(access("/in_root", F_OK) || access("in_sub", F_OK) || access("../in_root", F_OK) ||
	      !access("/var", F_OK) || umask(0) != 0123);
}

static void check_dir(int fd, const char *what)
{
	DIR *d = fdopendir(dup(fd));
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += !strcmp(e->d_name, "sub") || !strcmp(e->d_name, "digits");
	tst_is(n, 2, "%s: can be read", what);
	if (d)
		closedir(d);
}

/* Reads some entries of a directory with 300, remembers the others. */
static char first_half[300];

static void read_some(int fd, char *seen, int max)
{
	char buf[1024];		/* some entries at a time */
	struct dirent64 *e;
	ssize_t n, at;

	while (max-- && (n = getdents64(fd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n; at += e->d_reclen) {
			e = (struct dirent64 *)(buf + at);
			if (!strncmp(e->d_name, "entry", 5))
				seen[atoi(e->d_name + 5)]++;
		}
	}
}

static int half_read_dir(void)
{
	struct statfs fs;
	char name[32];
	int fd, i;

	tst_sys(mkdir("many", 0755));
	for (i = 0; i < 300; i++) {
		sprintf(name, "many/entry%d", i);
		put(name, "");
	}
	fd = tst_sys(open("many", O_RDONLY | O_DIRECTORY));
	tst_sys(fstatfs(fd, &fs));
	if (fs.f_type != 0xef53)
		return -1;	/* its position cannot be restored: refused */
	read_some(fd, first_half, 5);
	return add("half read directory", fd);
}

static void check_half_read_dir(int fd)
{
	char seen[300] = "";
	int i, once = 0, before = 0;

	if (fd < 0) {
		tst_skip("half read directory", "not on ext4");
		return;
	}
	read_some(fd, seen, 1000);
	for (i = 0; i < 300; i++) {
		before += first_half[i];
		once += first_half[i] + seen[i] == 1;
	}
	tst_ok(before > 0 && before < 300 && once == 300,
	       "half read directory: each entry once (%d before)", before);
}

int main(int argc, char **argv)
{
	int rd, dup1, dup2, again, app, opath, olink, none, wr, shared, high, dirfd, half, proc, procself, low, end;
	int devs[5], status, i;
	struct rlimit limit;
	struct stat st;
	char buf[64] = "";

	tst_begin(argc, argv);
	if (!mkdtemp(dir) || chdir(dir))
		tst_die(dir);
	tst_sys(mkdir("sub", 0755));
	put("digits", "0123456789");
	put("digits2", "0123456789");
	put("app", "begin");
	put("in_root", "");
	put("sub/in_sub", "");
	tst_sys(symlink("digits", "link"));
	tst_sys(mkfifo("fifo", 0600));

	rd = add("read", open("digits", O_RDONLY | O_CLOEXEC));
	tst_sys(lseek(rd, 3, SEEK_SET));
	dup1 = add("duplicate", dup(rd));
	dup2 = add("second duplicate", fcntl(rd, F_DUPFD_CLOEXEC, 40));
	again = add("read, opened again", open("digits", O_RDONLY));
	app = add("append", open("app", O_WRONLY | O_APPEND));
	wr = add("write", open("wr", O_RDWR | O_CREAT | O_EXCL | O_TRUNC, 0600));
	tst_sys(write(wr, "abcdef", 6));
	tst_sys(fstat(wr, &fds[nfds - 1].st));
	end = add("beyond the end", open("digits2", O_RDWR | O_NONBLOCK));
	tst_sys(lseek(end, 1000, SEEK_SET));
	add("O_SYNC", open("wr", O_WRONLY | O_SYNC));
	add("O_DSYNC | O_NOATIME", open("wr", O_RDWR | O_DSYNC | O_NOATIME));
	if ((i = open("wr", O_RDONLY | O_DIRECT)) >= 0)
		add("O_DIRECT", i);
	add("O_ASYNC", open("digits", O_RDONLY | O_ASYNC));
	opath = add("O_PATH", open("digits", O_PATH));
	olink = add("O_PATH of a link", open("link", O_PATH | O_NOFOLLOW));
	add("O_PATH of a FIFO", open("fifo", O_PATH | O_CLOEXEC));
	add("O_PATH of a terminal", open("/dev/tty", O_PATH));
	none = add("no access", open("digits", 3));
	dirfd = add("directory", open(".", O_RDONLY | O_DIRECTORY));
	add("O_PATH of a directory", open("sub", O_PATH | O_DIRECTORY));
	half = half_read_dir();
	proc = add("/proc", open("/proc", O_RDONLY | O_DIRECTORY));
	procself = add("/proc/self", open("/proc/self", O_RDONLY | O_DIRECTORY));
	devs[0] = add("/dev/null", open("/dev/null", O_RDWR));
	devs[1] = add("/dev/zero", open("/dev/zero", O_RDWR));
	devs[2] = add("/dev/full", open("/dev/full", O_RDWR | O_NONBLOCK));
	devs[3] = add("/dev/random", open("/dev/random", O_RDONLY));
	devs[4] = add("/dev/urandom", open("/dev/urandom", O_RDONLY));
	shared = add("shared with a child", open("digits2", O_RDONLY));
	tst_sys(lseek(shared, 5, SEEK_SET));
	start_child(shared);
	start_rooted();
	tst_sys(waitpid(rooted, &status, WUNTRACED));
	tst_sys(fcntl(rd, F_SETOWN, child));
	tst_sys(fcntl(wr, F_SETOWN, -getpgrp()));
	tst_sys(fcntl(wr, F_SETSIG, SIGUSR2));
	umask(0137);
	tst_sys(getrlimit(RLIMIT_NOFILE, &limit));
	high = add("high number", fcntl(rd, F_DUPFD, 900));
	limit.rlim_cur = 100;
	tst_sys(setrlimit(RLIMIT_NOFILE, &limit));
	low = tst_sys(dup(rd));
	close(low);

	tst_ready();

	tst_is(fileno(tst_out), low, "lowest free number");
	check_fds();
	tst_ok(reads(rd, "34"), "read goes on at the position");
	tst_ok(reads(dup1, "56") && reads(dup2, "7") && reads(high, "8"),
	       "duplicates share the position");
	tst_is(lseek(again, 0, SEEK_CUR), 0, "an independent one has its own");
	tst_ok(write(app, "end", 3) == 3 && !stat("app", &st) && st.st_size == 8,
	       "append appends");
	tst_ok(write(wr, "ghi", 3) == 3 && pread(wr, buf, 9, 0) == 9 && !memcmp(buf, "abcdefghi", 9),
	       "write goes on at the position");
	tst_is(lseek(end, 0, SEEK_CUR), 1000, "position beyond the end");
	tst_ok(write(end, "!", 1) == 1 && !fstat(end, &st) && st.st_size == 1001, "write there");
	tst_ok(read(opath, buf, 1) == -1 && errno == EBADF, "O_PATH: cannot be read");
	memset(buf, 0, sizeof(buf));
	tst_ok(readlinkat(olink, "", buf, sizeof(buf)) == 6 && !strcmp(buf, "digits"),
	       "O_PATH of a link: it is the link");
	tst_ok(read(none, buf, 1) == -1 && errno == EBADF, "no access: cannot be read");
	tst_ok(!faccessat(dirfd, "sub/in_sub", F_OK, 0), "directory: names below it");
	check_dir(dirfd, "directory");
	check_half_read_dir(half);
	sprintf(buf, "%d/status", getpid());
	tst_ok(!faccessat(proc, buf, F_OK, 0), "/proc: has us");
	tst_ok(!faccessat(procself, "task", F_OK, 0), "/proc/self: is there");
	tst_ok(write(devs[0], "x", 1) == 1 && !read(devs[0], buf, 1), "/dev/null");
	tst_ok(read(devs[1], buf, 1) == 1 && !buf[0], "/dev/zero");
	tst_ok(write(devs[2], "x", 1) == -1 && errno == ENOSPC, "/dev/full");
	tst_ok(read(devs[3], buf, 8) == 8 && read(devs[4], buf, 8) == 8, "/dev/random, urandom");
	tst_is(fcntl(rd, F_GETOWN), child, "owner");
	tst_is(fcntl(wr, F_GETOWN), -getpgrp(), "owner: a group");
	tst_is(fcntl(wr, F_GETSIG), SIGUSR2, "signal");
	check_child(shared);
	kill(rooted, SIGCONT);
	tst_ok(waitpid(rooted, &status, 0) == rooted && !status,
	       "child with its own root, directory, umask");
	tst_is(umask(0), 0137, "umask");
	tst_ok(getcwd(buf, sizeof(buf)) && !strcmp(buf, dir), "current directory");
	tst_ok(dup(rd) >= 0 && fcntl(rd, F_DUPFD, 100) == -1 && errno == EINVAL,
	       "limit on descriptors");
	return tst_end();
}
