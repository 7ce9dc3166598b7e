// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount namespaces within the VE: what each has alone and what they share, what is
 * open, mapped, bound and watched there, another root, and a namespace of two tasks.
 */
/* alone: its mounts are the whole VE's */
#include "tst.h"
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static char base[512];

static const char *at(const char *name)
{
	static char path[4][1024];
	static unsigned int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", base, name);
	return p;
}

static void dir(const char *name)
{
	tst_sys(mkdir(at(name), 0755));
}

static void put(const char *path, const char *text)
{
	int fd = tst_sys(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));

	tst_must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static int has(const char *path, const char *text)
{
	char buf[64] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(buf, text);
}

static void tmpfs(const char *name)
{
	tst_sys(mount("none", at(name), "tmpfs", 0, "size=1m"));
}

static void bind_mount(const char *from, const char *to)
{
	tst_sys(mount(at(from), at(to), NULL, MS_BIND, NULL));
}

static void propagation(const char *name, unsigned long type)
{
	tst_sys(mount(NULL, at(name), NULL, type, NULL));
}

static int points(FILE *f, const char *name)
{
	char line[4096], point[4096];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1 && !strcmp(point, at(name));
	return n;
}

/* How many mounts have this mount point. */
static int mounted(const char *name)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	int n = points(f, name);

	if (f)
		fclose(f);
	return n;
}

static ino_t own_ns(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) ? 0 : st.st_ino;
}

/* ---- a process that is asked things ---- */

struct child {
	int to, from;
};

/* @set_up, then @answer to each question. */
static struct child spawn(void (*set_up)(void), long (*answer)(int question))
{
	int to[2], from[2];
	long value = 0;
	char q;

	tst_sys(pipe(to));
	tst_sys(pipe(from));
	if (!tst_sys(fork())) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		set_up();
		do {
			if (write(from[1], &value, sizeof(value)) != sizeof(value) ||
			    read(to[0], &q, 1) != 1)
				_exit(0);
			value = answer(q);
		} while (1);
	}
	close(to[0]);
	close(from[1]);
	tst_must(read(from[0], &value, sizeof(value)) == sizeof(value));
	return (struct child){ to[1], from[0] };
}

static long ask(struct child c, char question)
{
	long value = -1;

	if (write(c.to, &question, 1) != 1 || read(c.from, &value, sizeof(value)) != sizeof(value))
		return -1;
	return value;
}

/* ---- the second namespace ---- */

static int on_tmpfs, on_disk, fifo, listener, watch, unlinked, mountinfo, wd;
static char *map;
static struct child mate, jailed;

static long answer_mate(int q)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	switch (q) {
	case 'n':
		return own_ns();
	case 'm':
		return mounted("private/late");
	case 's':
		strcpy(a.sun_path, "socket");
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		return fd < 0 || connect(fd, (void *)&a, sizeof(a)) ? -1 : write(fd, "hi", 2);
	}
	return -1;
}

static void nothing(void)
{
}

/* A namespace that begins as a copy of the second, with another root directory. */
static void set_up_jailed(void)
{
	tst_sys(unshare(CLONE_NEWNS));
	tmpfs("jail/t");
	put(at("jail/t/file"), "within");
	propagation("shared", MS_SLAVE);
	propagation("shared", MS_SHARED);
	tst_sys(chroot(at("jail")));
	tst_sys(chdir("/t"));
}

static long answer_jailed(int q)
{
	char cwd[64];

	switch (q) {
	case 'r':
		return has("/file", "jail") && has("file", "within") &&
		       getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/t");
	case 'x':	/* comes from the first by the second */
		return has("/x/x/deep", "deep");
	}
	return -1;
}

static void set_up_second(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "socket" };

	tst_sys(unshare(CLONE_NEWNS));
	tmpfs("private");
	dir("private/sub");
	dir("private/late");
	put(at("private/file"), "second");
	put(at("private/map"), "mapped");
	put(at("private/watched"), "w");
	bind_mount("dir", "only");
	bind_mount("common/sub", "part");
	tst_sys(mount(NULL, at("part"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	tst_sys(umount(at("gone")));
	propagation("slave", MS_SLAVE);
	tst_sys(chdir(at("private/sub")));

	on_tmpfs = tst_sys(open(at("private/file"), O_RDWR));
	on_disk = tst_sys(open(at("only/file"), O_RDONLY));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		   tst_sys(open(at("private/map"), O_RDWR)), 0);
	tst_must(map != MAP_FAILED);
	tst_sys(mkfifo(at("private/fifo"), 0600));
	fifo = tst_sys(open(at("private/fifo"), O_RDWR));
	tst_must(write(fifo, "queued", 6) == 6);
	listener = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_sys(bind(listener, (void *)&a, sizeof(a)));
	tst_sys(listen(listener, 5));
	watch = tst_sys(inotify_init1(IN_NONBLOCK));
	wd = tst_sys(inotify_add_watch(watch, at("private/watched"), IN_MODIFY));
	unlinked = tst_sys(open(at("private/unlinked"), O_RDWR | O_CREAT, 0600));
	tst_must(write(unlinked, "ghost", 5) == 5);
	tst_sys(unlink(at("private/unlinked")));
	mountinfo = tst_sys(open("/proc/self/mountinfo", O_RDONLY));
	mate = spawn(nothing, answer_mate);
	jailed = spawn(set_up_jailed, answer_jailed);
}

static int fd_has(int fd, const char *text)
{
	char buf[64] = "";

	return pread(fd, buf, sizeof(buf) - 1, 0) == (ssize_t)strlen(text) && !strcmp(buf, text);
}

static long see_event(void)
{
	char buf[256];
	struct inotify_event *ev = (void *)buf;

	put(at("private/watched"), "again");
	return read(watch, buf, sizeof(buf)) > 0 && ev->wd == wd && ev->mask == IN_MODIFY;
}

static long take_connection(void)
{
	char buf[4];
	int fd;

	if (ask(mate, 's') != 2)
		return 0;
	fd = accept(listener, NULL, NULL);
	return fd >= 0 && read(fd, buf, sizeof(buf)) == 2;
}

static long answer_second(int q)
{
	char buf[1024];

	switch (q) {
	case 'f':
		return has(at("private/file"), "second") && fd_has(on_tmpfs, "second") &&
		       pwrite(on_tmpfs, "S", 1, 0) == 1 && has(at("private/file"), "Second");
	case 'd':
		return has(at("only/file"), "disk") && fd_has(on_disk, "disk") && mounted("only") == 1;
	case 'p':
		return has(at("part/file"), "part") && open(at("part/file"), O_WRONLY) < 0 &&
		       errno == EROFS;
	case 'g':
		return !mounted("gone") && access(at("gone/file"), F_OK);
	case 'c':
		return getcwd(buf, sizeof(buf)) && !strcmp(buf, at("private/sub")) &&
		       has("../map", map);
	case 'm':
		memcpy(map, "MAPPED", 6);
		return has(at("private/map"), "MAPPED");
	case 'q':
		return read(fifo, buf, sizeof(buf)) == 6 && !memcmp(buf, "queued", 6);
	case 's':
		return take_connection();
	case 'i':
		return see_event();
	case 'u':
		return fd_has(unlinked, "ghost") && access(at("private/unlinked"), F_OK);
	case 'o':
		return points(fdopen(mountinfo, "r"), "private");
	case 'n':
		return own_ns();
	case 't':
		return own_ns() == (ino_t)ask(mate, 'n') && !mount("none", at("private/late"), "tmpfs", 0, NULL) &&
		       ask(mate, 'm') == 1;
	case 'j':
		return ask(jailed, 'r');
	case 'J':
		return ask(jailed, 'x');
	case 'x':
		return mounted("shared/x");
	case 'y':
		return !mount("none", at("shared/y"), "tmpfs", 0, NULL) && mounted("shared/y") == 1;
	case 'X':
		return mounted("slave/x");
	case 'Y':
		return !mount("none", at("slave/y"), "tmpfs", 0, NULL) && mounted("slave/y") == 1;
	case 'z':
		return mounted("plain/x");
	}
	return -1;
}

/* ---- a third one: nothing of the old root is left ---- */

static void set_up_third(void)
{
	tst_sys(unshare(CLONE_NEWNS));
	tmpfs("new");
	dir("new/old");
	dir("new/dir");
	dir("new/shared");
	put(at("new/file"), "third");
	bind_mount("dir", "new/dir");
	bind_mount("shared", "new/shared");
	tst_sys(syscall(SYS_pivot_root, at("new"), at("new/old")));
	tst_sys(chdir("/dir"));
	tst_sys(umount2("/old", MNT_DETACH));
	on_tmpfs = tst_sys(open("/file", O_RDONLY));
}

static long answer_third(int q)
{
	char cwd[64];

	switch (q) {
	case 'r':
		return has("/file", "third") && fd_has(on_tmpfs, "third") && access("/etc", F_OK) &&
		       !rmdir("/old");
	case 'd':
		return has("/dir/file", "disk") && has("file", "disk") &&
		       getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/dir");
	case 'x':
		return has("/shared/x/deep", "deep");
	}
	return -1;
}

/* ---- a fourth one: another root on top of the old one ---- */

static void set_up_fourth(void)
{
	tst_sys(unshare(CLONE_NEWNS));
	tmpfs("new");
	dir("new/proc");
	dir("new/dir");
	put(at("new/file"), "fourth");
	tst_sys(mount("/proc", at("new/proc"), NULL, MS_BIND, NULL));
	bind_mount("dir", "new/dir");
	tst_sys(chdir(at("new")));
	tst_sys(mount(".", "/", NULL, MS_MOVE, NULL));
	tst_sys(chroot("."));
	base[0] = 0;
	on_tmpfs = tst_sys(open("/file", O_RDONLY));
	on_disk = tst_sys(open("/dir/file", O_RDONLY));
	mountinfo = tst_sys(open("/proc/self/mountinfo", O_RDONLY));
}

static long answer_fourth(int q)
{
	switch (q) {
	case 'r':
		return has("/file", "fourth") && has("file", "fourth") && fd_has(on_tmpfs, "fourth") &&
		       access("/etc", F_OK);
	case 'd':
		return has("/dir/file", "disk") && fd_has(on_disk, "disk");
	case 'o':
		return points(fdopen(mountinfo, "r"), "dir");
	}
	return -1;
}

/* ---- the first ---- */

static struct child second, third, fourth;

static void set_up(void)
{
	static const char *const dirs[] = {
		"", "dir", "private", "only", "gone", "part", "common", "shared", "slave", "plain",
		"new", "jail", "jail/t", "jail/x", "mine",
	};
	unsigned int i;

	tst_must(getcwd(base, sizeof(base) - 16));
	snprintf(base + strlen(base), 16, base[1] ? "/mntns" : "mntns");
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		dir(dirs[i]);
	put(at("dir/file"), "disk");
	put(at("jail/file"), "jail");
	tmpfs("common");
	dir("common/sub");
	put(at("common/sub/file"), "part");
	tmpfs("gone");
	put(at("gone/file"), "first");
	tmpfs("shared");
	propagation("shared", MS_SHARED);
	dir("shared/x");
	dir("shared/y");
	tmpfs("slave");
	propagation("slave", MS_SHARED);
	dir("slave/x");
	dir("slave/y");
	tmpfs("plain");
	propagation("plain", MS_PRIVATE);
	dir("plain/x");
	bind_mount("shared", "jail/x");
	second = spawn(set_up_second, answer_second);
	third = spawn(set_up_third, answer_third);
	fourth = spawn(set_up_fourth, answer_fourth);
	tmpfs("mine");
}

static void check_second(void)
{
	tst_ok(ask(second, 'f') == 1, "a tmpfs that only one namespace has, with a file that is open");
	tst_ok(ask(second, 'd') == 1, "a bind mount that only one has");
	tst_ok(ask(second, 'p') == 1, "one of a part of a tmpfs of another namespace, read-only");
	tst_ok(ask(second, 'g') == 1 && has(at("gone/file"), "first"), "a mount that one does not have");
	tst_ok(ask(second, 'c') == 1, "current directory");
	tst_ok(ask(second, 'm') == 1, "mapping");
	tst_ok(ask(second, 'q') == 1, "fifo");
	tst_ok(ask(second, 's') == 1, "socket file");
	tst_ok(ask(second, 'i') == 1, "watch of inotify");
	tst_ok(ask(second, 'u') == 1, "file without a name");
	tst_is(ask(second, 'o'), 1, "its mountinfo, which was open");
	tst_ok(ask(second, 'n') > 0 && ask(second, 'n') != (long)own_ns(), "is another namespace");
	tst_ok(ask(second, 't') == 1, "that two tasks are in");
	tst_ok(ask(second, 'j') == 1, "one with another root directory");
	tst_ok(!mounted("private") && !mounted("only") && !mounted("part") && !mounted("jail/t") &&
	       mounted("mine") == 1, "the first has nothing of it");
}

static void check_propagation(void)
{
	tst_sys(mount("none", at("shared/x"), "tmpfs", 0, NULL));
	put(at("shared/x/deep"), "deep");
	tst_is(ask(second, 'x'), 1, "a mount of the first is seen in the second");
	tst_is(ask(third, 'x'), 1, "and in the third");
	tst_is(ask(second, 'J'), 1, "and where a peer is mounted elsewhere");
	tst_ok(ask(second, 'y') == 1 && mounted("shared/y") == 1, "one of the second in the first");
	tst_ok(!umount(at("shared/x")) && !ask(second, 'x') && !ask(third, 'x'),
	       "it is unmounted everywhere");
	tst_sys(mount("none", at("slave/x"), "tmpfs", 0, NULL));
	tst_is(ask(second, 'X'), 1, "a slave gets what its master has");
	tst_ok(ask(second, 'Y') == 1 && !mounted("slave/y"), "but not the other way");
	tst_sys(mount("none", at("plain/x"), "tmpfs", 0, NULL));
	tst_is(ask(second, 'z'), 0, "private ones are apart");
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	set_up();
	tst_ready();
	check_second();
	tst_is(ask(third, 'r'), 1, "a tmpfs as the root, after pivot_root");
	tst_is(ask(third, 'd'), 1, "a bind mount below it");
	tst_is(ask(fourth, 'r'), 1, "one on top of the root, after MS_MOVE and chroot");
	tst_is(ask(fourth, 'd'), 1, "a bind mount below it");
	tst_is(ask(fourth, 'o'), 1, "which its mountinfo shows, that was open");
	check_propagation();
	return tst_end();
}
