// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll: modes, what is in the ready list and in which order, nesting, numbers
 * that mean other files, what it can watch, who waits.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#define MANY	500

static int make(void)
{
	return tst_sys(epoll_create1(0));
}

static void add(int ep, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	tst_sys(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
}

static int mod(int ep, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	return epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev);
}

static int event(int count)
{
	return tst_sys(eventfd(count, EFD_NONBLOCK));
}

static void up(int fd)
{
	if (write(fd, (uint64_t[]){ 1 }, 8) != 8)
		tst_die("write");
}

static void down(int fd)
{
	uint64_t n;

	if (read(fd, &n, 8) != 8)
		tst_die("read");
}

/* The data words of what is ready, as digits of a number; -1: something else came. */
static long ask(int ep, int timeout)
{
	struct epoll_event ev[16];
	int n = epoll_wait(ep, ev, 16, timeout), i;
	long sum = 0;

	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		if (ev[i].data.u64 > 9)
			return -1;
		sum = sum * 10 + ev[i].data.u64;
	}
	return sum;
}

/* What /proc shows of the items, one line each, without inode numbers, sorted by number. */
static void show(int ep, char *to, size_t size)
{
	char path[64], line[256];
	unsigned long long data;
	unsigned int events;
	size_t at = 0;
	int tfd;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", ep);
	f = fopen(path, "r");
	to[0] = 0;
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "tfd: %d events: %x data: %llx", &tfd, &events, &data) == 3)
			at += snprintf(to + at, size - at, "%d:%x:%llx ", tfd, events, data);
	if (f)
		fclose(f);
}

static pid_t waiter(int ep, long want)
{
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(ask(ep, -1) != want);
	return pid;
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

int main(int argc, char **argv)
{
	int level, level_fd, edge, edge_new, edge_old, once, once_used, once_fresh, order, o[5], empty;
	int nested, inner, innermost, inner_fd, edge_nested, edge_inner, edge_inner_fd, twice, twice_a;
	int twice_b, gone, gone_fd, gone_no, hold[2], excl, excl_fd, wake, wake_fd, kinds, pipes[2];
	int tfd, sfd, full, many, ev[MANY], shared, shared_fd, wait_ep, wait_fd, i, n, moved;
	int moved_fd, moved_to, data, data_fd;
	char before[256], after[256];
	struct epoll_event one, all[MANY];
	pid_t child, holder;
	sigset_t set;
	char c;

	tst_begin(argc, argv);
	level = make();
	level_fd = event(1);
	add(level, level_fd, EPOLLIN | EPOLLOUT, 1);
	empty = make();
	add(empty, event(0), EPOLLIN, 1);

	edge = make();		/* one event that was told, one that was not */
	edge_old = event(1);
	add(edge, edge_old, EPOLLIN | EPOLLET, 1);
	if (ask(edge, 0) != 1 || ask(edge, 0))
		tst_die("edge");
	edge_new = event(0);
	add(edge, edge_new, EPOLLIN | EPOLLET, 2);
	up(edge_new);

	once = make();
	once_used = event(1);
	once_fresh = event(1);
	add(once, once_used, EPOLLIN | EPOLLONESHOT, 1);
	if (ask(once, 0) != 1)
		tst_die("oneshot");
	add(once, once_fresh, EPOLLIN | EPOLLONESHOT | EPOLLET, 2);

	order = make();
	for (i = 0; i < 5; i++) {
		o[i] = event(0);
		add(order, o[i], EPOLLIN, i + 1);
	}
	up(o[3]), up(o[0]), up(o[4]), up(o[2]);

	nested = make(), inner = make(), innermost = make();
	inner_fd = event(0);
	add(innermost, inner_fd, EPOLLIN, 1);
	add(inner, innermost, EPOLLIN, 2);
	add(nested, inner, EPOLLIN, 3);
	edge_nested = make(), edge_inner = make();
	edge_inner_fd = event(1);
	add(edge_inner, edge_inner_fd, EPOLLIN, 1);
	add(edge_nested, edge_inner, EPOLLIN | EPOLLET, 2);
	if (ask(edge_nested, 0) != 2 || ask(edge_nested, 0))
		tst_die("nested");

	twice = make();		/* the same file under two numbers */
	twice_a = event(0);
	twice_b = tst_sys(dup(twice_a));
	add(twice, twice_a, EPOLLIN, 1);
	add(twice, twice_b, EPOLLIN | EPOLLET, 2);

	gone = make();		/* closed here, open in a child; the number is another file's */
	gone_fd = event(0);
	tst_sys(pipe(hold));
	add(gone, gone_fd, EPOLLIN, 1);
	holder = tst_sys(fork());
	if (!holder) {
		close(hold[1]);
		if (read(hold[0], &c, 1) == 1)
			up(gone_fd);
		_exit(read(hold[0], &c, 1) != 1);
	}
	gone_no = gone_fd;
	tst_sys(dup2(pipes[0] = tst_sys(open("/dev/null", O_RDONLY)), gone_no));
	moved = make();		/* added, then at another number */
	moved_fd = tst_sys(fcntl(event(0), F_DUPFD, 700));	/* a number that nobody else gets */
	add(moved, moved_fd, EPOLLIN, 1);
	moved_to = tst_sys(dup(moved_fd));
	close(moved_fd);

	excl = make();
	excl_fd = event(0);
	add(excl, excl_fd, EPOLLIN | EPOLLEXCLUSIVE, 1);
	wake = make();
	wake_fd = event(1);
	add(wake, wake_fd, EPOLLIN | EPOLLWAKEUP, 1);
	data = make();
	data_fd = event(1);
	add(data, data_fd, EPOLLIN, 0xfedcba9876543210);

	kinds = make();
	tst_sys(pipe(pipes));
	add(kinds, pipes[0], EPOLLIN | EPOLLRDHUP, 1);
	tfd = tst_sys(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	tst_sys(timerfd_settime(tfd, 0, &(struct itimerspec){ .it_value.tv_sec = 1000 }, NULL));
	add(kinds, tfd, EPOLLIN, 2);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	tst_sys(sigprocmask(SIG_BLOCK, &set, NULL));
	sfd = tst_sys(signalfd(-1, &set, SFD_NONBLOCK));
	add(kinds, sfd, EPOLLIN, 3);
	full = tst_sys(dup(pipes[1]));
	tst_sys(fcntl(full, F_SETFL, O_NONBLOCK));
	while (write(full, before, sizeof(before)) > 0)
		;
	add(kinds, full, EPOLLOUT | EPOLLET, 4);

	many = make();
	for (i = 0; i < MANY; i++) {
		ev[i] = event(i % 3 == 0);
		add(many, ev[i], EPOLLIN | (i % 2 ? EPOLLET : 0), i);
	}
	shared = make();	/* watched by two epolls */
	shared_fd = o[1];
	add(shared, shared_fd, EPOLLIN, 7);
	wait_ep = make();
	wait_fd = event(0);
	add(wait_ep, wait_fd, EPOLLIN | EPOLLET, 5);
	child = waiter(wait_ep, 5);
	show(order, before, sizeof(before));
	tst_sleep_ms(100);

	tst_ready();

	show(order, after, sizeof(after));
	tst_ok(strlen(before) > 30, "items are shown");
	for (n = 0, i = 0; i < 5; i++) {
		char want[64];

		snprintf(want, sizeof(want), "%d:19:%x ", o[i], i + 1);
		/* 0x1 EPOLLIN, 0x18 EPOLLERR and EPOLLHUP */
		n += !!strstr(after, want) && !!strstr(before, want);
	}
	tst_is(n, 5, "items: numbers, events, data");
	tst_is(ask(order, 0), 4153, "ready list: in its order");
	down(o[0]), down(o[2]), down(o[3]), down(o[4]);
	tst_is(ask(order, 0), 0, "ready list: empties");
	up(shared_fd);
	tst_ok(ask(order, 0) == 2 && ask(shared, 0) == 7, "one file, two epolls");

	one.events = 0;
	tst_ok(epoll_wait(level, &one, 1, 0) == 1 && one.events == (EPOLLIN | EPOLLOUT) &&
	       one.data.u64 == 1 && ask(level, 0) == 1, "level: told again and again");
	tst_is(ask(empty, 0), 0, "nothing is ready");

	tst_is(ask(edge, 0), 2, "edge: what was not told is, what was is not");
	tst_is(ask(edge, 0), 0, "edge: once");
	up(edge_old);
	tst_is(ask(edge, 0), 1, "edge: the next one");

	tst_is(ask(once, 0), 2, "oneshot: what was not told");
	up(once_used), up(once_fresh);
	tst_is(ask(once, 0), 0, "oneshot: disabled");
	show(once, after, sizeof(after));
	snprintf(before, sizeof(before), "%d:%x:1 ", once_used, EPOLLONESHOT);
	tst_ok(!!strstr(after, before), "oneshot: no events are left in it");
	tst_ok(!mod(once, once_used, EPOLLIN | EPOLLONESHOT, 3) && ask(once, 0) == 3 && !ask(once, 0),
	       "oneshot: armed again");

	tst_is(ask(nested, 0), 0, "nested: nothing");
	up(inner_fd);
	tst_ok(ask(nested, 0) == 3 && ask(inner, 0) == 2 && ask(innermost, 0) == 1, "nested: all three");
	tst_is(ask(edge_nested, 0), 0, "nested, edge: was told");
	down(edge_inner_fd), up(edge_inner_fd);
	tst_is(ask(edge_nested, 0), 2, "nested, edge: the next one");

	up(twice_a);
	n = ask(twice, 0);
	tst_ok(n == 12 || n == 21, "a file under two numbers: both");
	tst_is(ask(twice, 0), 1, "a file under two numbers: one is edge-triggered");
	tst_ok(!epoll_ctl(twice, EPOLL_CTL_DEL, twice_b, NULL) && !mod(twice, twice_a, EPOLLIN, 6) &&
	       ask(twice, 0) == 6, "a file under two numbers: each can be named");

	tst_is(ask(gone, 0), 0, "a file that a child has: nothing");
	if (write(hold[1], "x", 1) != 1)
		tst_die("write");
	tst_is(ask(gone, 2000), 1, "a file that a child has: is watched");
	tst_ok(epoll_ctl(gone, EPOLL_CTL_DEL, gone_no, NULL) == -1, "its number is another file");
	if (write(hold[1], "y", 1) != 1)
		tst_die("write");
	tst_ok(ended_well(holder) && !ask(gone, 0), "the child ends: it is not watched any more");
	up(moved_to);
	tst_is(ask(moved, 0), 1, "a file at another number now");
	tst_ok(dup2(moved_to, moved_fd) == moved_fd && !mod(moved, moved_fd, EPOLLIN, 4) &&
	       ask(moved, 0) == 4, "is known by the old one");

	up(excl_fd);
	tst_is(ask(excl, 0), 1, "exclusive");
	tst_ok(mod(excl, excl_fd, EPOLLIN, 2) == -1 && errno == EINVAL, "exclusive: still is");
	tst_is(ask(wake, 0), 1, "wakeup");
	tst_ok(epoll_wait(data, &one, 1, 0) == 1 && one.data.u64 == 0xfedcba9876543210, "data");

	tst_is(ask(kinds, 0), 1, "kinds: a pipe with data");
	tst_is(kill(getpid(), SIGUSR2), 0, "kinds: a signal");
	n = ask(kinds, 0);
	tst_ok(n == 13 || n == 31, "kinds: signalfd");
	tst_sys(timerfd_settime(tfd, 0, &(struct itimerspec){ .it_value.tv_nsec = 1 }, NULL));
	tst_sleep_ms(50);
	tst_ok(ask(kinds, 0) > 99, "kinds: timerfd");
	while (read(pipes[0], all, sizeof(all)) == sizeof(all))
		;
	n = ask(kinds, 0);
	tst_ok(n > 99 && n % 10 != 1, "kinds: room in a pipe, edge");
	n = ask(kinds, 0);
	tst_ok(n < 99, "kinds: told once");

	n = epoll_wait(many, all, MANY, 0);
	tst_is(n, (MANY + 2) / 3, "%d files: those that are ready", MANY);
	n = epoll_wait(many, all, MANY, 0);
	tst_is(n, (MANY + 5) / 6, "%d files: those that are level-triggered", MANY);
	up(wait_fd);
	tst_ok(ended_well(child), "a process that waits goes on");
	return tst_end();
}
