/* refuse when parked: process [0-9]+ \(epoll_signalfd\): fd [0-9]+: epoll of a signalfd \(fd [0-9]+\) of a process that has ended: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	struct epoll_event ev = { .events = EPOLLIN };
	sigset_t set;
	pid_t child;
	int ep, fd;

	tst_begin(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	ep = tst_sys(epoll_create1(0));
	fd = tst_sys(signalfd(-1, &set, 0));
	child = tst_sys(fork());
	if (!child)
		_exit(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != 0);
	tst_sys(waitpid(child, NULL, 0));
	tst_ready();
	tst_ok(1, "goes on");
	return tst_end();
}
