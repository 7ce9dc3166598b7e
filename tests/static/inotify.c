// SPDX-License-Identifier: GPL-2.0-only
/*
 * inotify: watch descriptors, masks, events that were not read, who waits. The
 * restore itself is nothing that happens to the files.
 */
#include "tst.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char buf[65536] __attribute__((aligned(8)));
static size_t have, at;

/* The next event; NULL: none. */
static struct inotify_event *next(int fd)
{
	struct inotify_event *ev;
	ssize_t n;

	if (at == have) {
		n = read(fd, buf, sizeof(buf));
		have = n < 0 ? 0 : n;
		at = 0;
		if (n <= 0)
			return NULL;
	}
	ev = (void *)(buf + at);
	at += sizeof(*ev) + ev->len;
	return ev;
}

static int is(int fd, int wd, uint32_t mask, const char *name)
{
	struct inotify_event *ev = next(fd);

	if (ev && ev->wd == wd && ev->mask == mask && !strcmp(ev->len ? ev->name : "", name))
		return 1;
	if (ev)
		tst_note("wd %d mask %x name %s", ev->wd, ev->mask, ev->len ? ev->name : "");
	return 0;
}

static void touch(const char *path)
{
	int fd = tst_sys(open(path, O_WRONLY | O_CREAT, 0644));

	tst_sys(write(fd, "x", 1));
	close(fd);
}

/* wd and mask of each watch, as /proc shows them. */
static void show(int fd, char *to, size_t size)
{
	char path[64], line[256], mask[32], *m;
	unsigned int wd;
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	to[0] = 0;
	while (f && fgets(line, sizeof(line), f)) {
		m = strstr(line, "mask:");
		if (sscanf(line, "inotify wd:%x", &wd) == 1 && m && sscanf(m, "mask:%31s", mask) == 1)
			n += snprintf(to + n, size - n, "%u:%s ", wd, mask);
	}
	if (f)
		fclose(f);
}

static int queued(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}

int main(int argc, char **argv)
{
	int fd, quiet, wait_fd, once, tmp, ep, dir, file, gone, many, over, i, n, status, bytes;
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.u64 = 4 };
	char before[512], after[512], name[300];
	struct inotify_event *e;
	uint32_t cookie;
	pid_t child;

	tst_begin(argc, argv);
	tst_sys(mkdir("/tst.inotify", 0755));
	tst_sys(mkdir("/tst.inotify/sub", 0755));
	tst_sys(mkdir("/dev/shm/tst.inotify", 0755));
	touch("/tst.inotify/file");
	touch("/tst.inotify/one");
	fd = tst_sys(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	gone = tst_sys(inotify_add_watch(fd, "/tst.inotify/one", IN_ALL_EVENTS));
	dir = tst_sys(inotify_add_watch(fd, "/tst.inotify", IN_CREATE | IN_MOVE | IN_DELETE | IN_ISDIR));
	tst_sys(inotify_add_watch(fd, "/etc", IN_MODIFY | IN_ONLYDIR));
	file = tst_sys(inotify_add_watch(fd, "/tst.inotify/file", IN_MODIFY | IN_CLOSE_WRITE | IN_EXCL_UNLINK));
	tst_sys(inotify_rm_watch(fd, gone));
	touch("/tst.inotify/a");
	tst_sys(rename("/tst.inotify/a", "/tst.inotify/b"));
	touch("/tst.inotify/file");
	memset(name, 'n', sizeof(name));
	memcpy(name, "/tst.inotify/sub", 16);
	name[16] = 'x';
	name[13 + 255] = 0;
	memcpy(name, "/tst.inotify/", 13);
	touch(name);
	show(fd, before, sizeof(before));
	bytes = queued(fd);

	quiet = tst_sys(inotify_init1(IN_NONBLOCK));	/* must not see what the restore does */
	tst_sys(inotify_add_watch(quiet, argv[0], IN_ALL_EVENTS & ~(IN_ACCESS | IN_CLOSE)));
	tst_sys(inotify_add_watch(quiet, "/tst.inotify/sub", IN_ALL_EVENTS));
	tst_sys(open("/tst.inotify/sub", O_RDONLY | O_DIRECTORY));
	while (next(quiet))
		;
	ep = tst_sys(epoll_create1(0));
	tst_sys(epoll_ctl(ep, EPOLL_CTL_ADD, quiet, &ev));
	once = tst_sys(inotify_init1(IN_NONBLOCK));
	tst_sys(inotify_add_watch(once, "/tst.inotify/file", IN_MODIFY | IN_ONESHOT));
	tmp = tst_sys(inotify_init1(IN_NONBLOCK));
	tst_sys(inotify_add_watch(tmp, "/dev/shm/tst.inotify", IN_CREATE | IN_DELETE_SELF));
	many = tst_sys(inotify_init1(IN_NONBLOCK));
	tst_sys(inotify_add_watch(many, "/tst.inotify/sub", IN_CREATE));
	over = tst_sys(inotify_init1(IN_NONBLOCK));
	tst_sys(inotify_add_watch(over, "/tst.inotify/one", IN_OPEN | IN_CLOSE));
	for (i = 0; i < 17000 / 2 + 10; i++)
		close(tst_sys(open("/tst.inotify/one", O_RDONLY)));
	wait_fd = tst_sys(inotify_init());
	tst_sys(inotify_add_watch(wait_fd, "/tst.inotify/sub", IN_MOVED_TO));
	child = tst_sys(fork());
	if (!child) {
		e = next(wait_fd);
		_exit(!e || e->mask != IN_MOVED_TO || strcmp(e->name, "moved"));
	}
	tst_sleep_ms(100);

	tst_ready();

	tst_is(next(quiet) ? 1 : 0, 0, "the restore is not seen");
	tst_is(epoll_wait(ep, &ev, 1, 0), 0, "nor by an epoll");
	show(fd, after, sizeof(after));
	tst_ok(!strcmp(before, after) && strlen(before) > 10, "watches and masks");
	tst_note("%s", after);
	tst_ok(fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_GETFL) & O_NONBLOCK, "flags");
	tst_is(queued(fd), bytes, "bytes in the queue");
	tst_ok(is(fd, gone, IN_IGNORED, ""), "event: watch was removed");
	tst_ok(is(fd, dir, IN_CREATE, "a"), "event: created");
	e = next(fd);
	cookie = e ? e->cookie : 0;
	tst_ok(e && e->wd == dir && e->mask == IN_MOVED_FROM && !strcmp(e->name, "a") && cookie,
	       "event: moved from");
	e = next(fd);
	tst_ok(e && e->wd == dir && e->mask == IN_MOVED_TO && !strcmp(e->name, "b") &&
	       e->cookie == cookie, "event: moved to, the same cookie");
	tst_ok(is(fd, file, IN_MODIFY, "") && is(fd, file, IN_CLOSE_WRITE, ""), "event: written");
	tst_ok(is(fd, dir, IN_CREATE, name + 13), "event: a name of 255 bytes");
	tst_ok(!next(fd) && errno == EAGAIN, "no more");

	touch("/tst.inotify/c");
	tst_ok(is(fd, dir, IN_CREATE, "c") && !next(fd), "a directory is watched");
	touch("/tst.inotify/file");
	tst_ok(is(fd, file, IN_MODIFY, "") && is(fd, file, IN_CLOSE_WRITE, ""), "a file is watched");
	tst_is(inotify_add_watch(fd, "/tst.inotify/sub", IN_CREATE), file + 1, "the next watch");
	tst_is(inotify_add_watch(fd, "/tst.inotify/file", IN_MODIFY), file, "a watch that is there");
	tst_ok(!inotify_rm_watch(fd, file) && is(fd, file, IN_IGNORED, ""), "a watch can be removed");
	tst_ok(is(once, 1, IN_MODIFY, "") && is(once, 1, IN_IGNORED, "") && !next(once), "one shot");
	touch("/dev/shm/tst.inotify/new");
	tst_ok(is(tmp, 1, IN_CREATE, "new"), "on a tmpfs");

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "/tst.inotify/sub/%d", i);
		touch(name);
	}
	for (n = 0; (e = next(many)); )
		n += e->mask == IN_CREATE;
	tst_is(n, 100, "many events");
	tst_is(epoll_wait(ep, &ev, 1, 1000), 1, "an epoll sees events");
	for (n = 0, status = 0; (e = next(over)); n++)
		status += e->mask == IN_Q_OVERFLOW && e->wd == -1;
	tst_ok(n == 16385 && status == 1, "overflow: all events, and the one that says so");
	tst_note("%d events", n);
	tst_sys(rename("/tst.inotify/c", "/tst.inotify/sub/moved"));
	tst_ok(waitpid(child, &status, 0) == child && !status, "blocked reader goes on");
	return tst_end();
}
