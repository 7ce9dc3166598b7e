// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd: counts, semaphores, who waits.
 */
#include "tst.h"
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#define MANY	300

static uint64_t get(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : (uint64_t)-errno;
}

static void add(int fd, uint64_t n)
{
	if (write(fd, &n, sizeof(n)) != sizeof(n))
		tst_die("write");
}

static short events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* A child that waits for the count, and one that waits until its number fits in. */
static pid_t reader(int fd, uint64_t want)
{
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(get(fd) != want);
	return pid;
}

static pid_t writer(int fd, uint64_t n)
{
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(write(fd, &n, sizeof(n)) != sizeof(n));
	return pid;
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

int main(int argc, char **argv)
{
	int count, sem, zero, full, big, wait_read, wait_write, wait_sem, cloexec, again, i, good;
	pid_t child_read, child_write, child_sem;
	int many[MANY];

	tst_begin(argc, argv);
	count = tst_sys(eventfd(7, 0));
	again = tst_sys(dup(count));
	sem = tst_sys(eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK));
	zero = tst_sys(eventfd(0, EFD_NONBLOCK));
	full = tst_sys(eventfd(0, EFD_NONBLOCK));
	add(full, UINT64_MAX - 1);
	big = tst_sys(eventfd(0, 0));
	add(big, 0x123456789abcdef0);
	cloexec = tst_sys(eventfd(1, EFD_CLOEXEC));
	wait_read = tst_sys(eventfd(0, 0));
	child_read = reader(wait_read, 42);
	wait_write = tst_sys(eventfd(0, 0));
	add(wait_write, UINT64_MAX - 5);
	child_write = writer(wait_write, 10);
	wait_sem = tst_sys(eventfd(0, EFD_SEMAPHORE));
	child_sem = reader(wait_sem, 1);
	for (i = 0; i < MANY; i++)
		many[i] = tst_sys(eventfd(i, i % 2 ? EFD_NONBLOCK : EFD_NONBLOCK | EFD_SEMAPHORE));
	tst_sleep_ms(100);		/* for the children to block */

	tst_ready();

	tst_ok(!(fcntl(count, F_GETFL) & O_NONBLOCK), "blocks");
	add(again, 1);
	tst_is(get(count), 8, "count, under two numbers");
	tst_is(fcntl(sem, F_GETFL) & (O_NONBLOCK | O_ACCMODE), O_NONBLOCK | O_RDWR, "flags");
	tst_ok(get(sem) == 1 && get(sem) == 1 && get(sem) == 1 && get(sem) == (uint64_t)-EAGAIN,
	       "semaphore");
	tst_is(events(zero), POLLOUT, "zero: POLLOUT");
	tst_is(get(zero), -EAGAIN, "zero: EAGAIN");
	add(zero, 5);
	tst_ok(get(zero) == 5, "zero: goes on");
	tst_is(events(full), POLLIN, "full: POLLIN");
	tst_ok(write(full, (uint64_t[]){ 1 }, 8) == -1 && errno == EAGAIN, "full: EAGAIN");
	tst_ok(get(full) == UINT64_MAX - 1, "full: the count");
	tst_ok(get(big) == 0x123456789abcdef0, "64 bits");
	tst_is(fcntl(cloexec, F_GETFD), FD_CLOEXEC, "close on exec");

	add(wait_read, 42);
	tst_ok(ended_well(child_read), "blocked reader goes on");
	tst_ok(get(wait_write) == UINT64_MAX - 5, "blocked writer: the count");
	tst_ok(ended_well(child_write) && get(wait_write) == 10, "blocked writer goes on");
	add(wait_sem, 2);
	tst_ok(ended_well(child_sem) && get(wait_sem) == 1, "blocked reader of a semaphore goes on");

	for (good = 0, i = 0; i < MANY; i++)
		good += get(many[i]) == (!i ? (uint64_t)-EAGAIN : i % 2 ? (uint64_t)i : 1);
	tst_is(good, MANY, "%d eventfds", MANY);
	return tst_end();
}
