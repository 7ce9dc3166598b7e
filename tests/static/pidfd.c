// SPDX-License-Identifier: GPL-2.0-only
/*
 * pidfd: of this process, its child, its parent, a zombie.
 */
#include "tst.h"
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int open_pid(pid_t pid, int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static int send_to(int fd, int sig)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
}

static int ready(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms);
}

/* What /proc shows of it. */
static int pid_of(int fd)
{
	char path[64], line[128];
	int pid = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "Pid: %d", &pid);
	if (f)
		fclose(f);
	return pid;
}

static int end_by(int fd)	/* its status, or -1 */
{
	siginfo_t info = {};

	return waitid(P_PIDFD, fd, &info, WEXITED) ? -1 : info.si_status;
}

int main(int argc, char **argv)
{
	int self, kid, parent, dead, nonblock, cloned, ep, watched, twice;
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = 5 };
	pid_t child, zombie, clone_pid, watched_pid;
	siginfo_t info;

	tst_begin(argc, argv);
	self = tst_sys(open_pid(getpid(), 0));
	parent = tst_sys(open_pid(1, 0));
	child = tst_sys(fork());
	if (!child)
		for (;;)
			pause();
	kid = tst_sys(open_pid(child, 0));
	twice = tst_sys(open_pid(child, 0));
	nonblock = tst_sys(open_pid(child, O_NONBLOCK));
	zombie = tst_sys(fork());
	if (!zombie)
		_exit(7);
	dead = tst_sys(open_pid(zombie, 0));
	tst_sys(waitid(P_PID, zombie, &info, WEXITED | WNOWAIT));
	clone_pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, &cloned, NULL, 0);
	if (!clone_pid)
		for (;;)
			pause();
	if (clone_pid < 0)
		tst_die("clone");
	ep = tst_sys(epoll_create1(0));
	watched_pid = tst_sys(fork());
	if (!watched_pid)
		for (;;)
			pause();
	watched = tst_sys(open_pid(watched_pid, 0));
	tst_sys(epoll_ctl(ep, EPOLL_CTL_ADD, watched, &ev));

	tst_ready();

	tst_is(pid_of(self), getpid(), "of itself");
	tst_is(pid_of(parent), 1, "of init");
	tst_is(pid_of(kid), child, "of a child");
	tst_ok(pid_of(twice) == child && twice != kid, "of a child, once more");
	tst_is(fcntl(kid, F_GETFD), FD_CLOEXEC, "close on exec");
	tst_is(fcntl(nonblock, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "non-blocking");
	tst_ok(!ready(self, 0) && !ready(kid, 0), "running: not ready");
	tst_is(ready(dead, 0), 1, "zombie: ready");
	tst_is(end_by(dead), 7, "zombie: its status");
	tst_is(pid_of(dead), -1, "zombie: is gone");
	tst_ok(!send_to(self, 0) && !send_to(kid, 0), "signals can be sent");
	info.si_pid = 0;
	tst_ok(waitid(P_PIDFD, nonblock, &info, WEXITED) == -1 && errno == EAGAIN, "would wait: EAGAIN");
	tst_ok(!send_to(kid, SIGTERM) && ready(twice, 5000) == 1, "a signal ends it: ready");
	tst_is(end_by(kid), SIGTERM, "it was that signal");
	tst_ok(send_to(twice, SIGTERM) == -1 && errno == ESRCH, "it is gone: ESRCH");
	tst_is(pid_of(cloned), clone_pid, "of clone(CLONE_PIDFD)");
	tst_ok(!send_to(cloned, SIGKILL) && end_by(cloned) == SIGKILL, "of clone: ends");
	tst_is(epoll_wait(ep, &ev, 1, 0), 0, "in an epoll: not ready");
	kill(watched_pid, SIGKILL);
	tst_ok(epoll_wait(ep, &ev, 1, 5000) == 1 && ev.data.u64 == 5, "in an epoll: ready");
	return tst_end();
}
