// SPDX-License-Identifier: GPL-2.0-only
/*
 * signalfd: masks, pending signals, who waits, a change of the mask.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

static sigset_t set_of(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, a);
	if (b)
		sigaddset(&set, b);
	return set;
}

/* The mask as the kernel shows it, without the two that it never has. */
static unsigned long shown(int fd)
{
	char path[64], line[128];
	unsigned long mask = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "sigmask: %lx", &mask);
	if (f)
		fclose(f);
	return mask;
}

int main(int argc, char **argv)
{
	sigset_t usr = set_of(SIGUSR1, SIGRTMIN + 2), term = set_of(SIGTERM, 0), all, both;
	struct signalfd_siginfo info;
	int pending, idle, full, wait, status, shown_usr;
	unsigned long shown_full;
	struct pollfd p;
	pid_t child;

	tst_begin(argc, argv);
	sigfillset(&all);
	both = usr;
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGHUP);
	tst_sys(sigprocmask(SIG_BLOCK, &both, NULL));
	pending = tst_sys(signalfd(-1, &usr, SFD_NONBLOCK));
	idle = tst_sys(signalfd(-1, &term, SFD_NONBLOCK | SFD_CLOEXEC));
	full = tst_sys(signalfd(-1, &all, SFD_NONBLOCK));
	shown_usr = shown(pending) == ((1UL << (SIGUSR1 - 1)) | (1UL << (SIGRTMIN + 1)));
	shown_full = shown(full);
	wait = tst_sys(signalfd(-1, &term, 0));
	child = tst_sys(fork());
	if (!child)
		_exit(read(wait, &info, sizeof(info)) != sizeof(info) || info.ssi_signo != SIGTERM);
	tst_sys(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 11 }));
	tst_sys(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 22 }));
	tst_sys(kill(getpid(), SIGUSR1));
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(shown_usr && shown(pending) == ((1UL << (SIGUSR1 - 1)) | (1UL << (SIGRTMIN + 1))),
	       "mask");
	tst_ok(shown(full) == shown_full && shown_full >> 33, "mask of all");
	p = (struct pollfd){ .fd = pending, .events = POLLIN };
	tst_is(poll(&p, 1, 0), 1, "pending: POLLIN");
	tst_ok(read(pending, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1 &&
	       info.ssi_pid == (unsigned int)getpid(), "pending: SIGUSR1");
	tst_ok(read(pending, &info, sizeof(info)) == sizeof(info) && info.ssi_int == 11 &&
	       read(pending, &info, sizeof(info)) == sizeof(info) && info.ssi_int == 22,
	       "pending: two of real time, in order");
	tst_ok(read(pending, &info, sizeof(info)) == -1 && errno == EAGAIN, "no more: EAGAIN");
	p.fd = idle;
	tst_is(poll(&p, 1, 0), 0, "another signal: not ready");
	tst_is(fcntl(idle, F_GETFD), FD_CLOEXEC, "close on exec");
	tst_sys(kill(getpid(), SIGTERM));
	tst_is(poll(&p, 1, 0), 1, "its own: ready");
	tst_ok(read(idle, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGTERM,
	       "its own: read");
	tst_sys(kill(child, SIGTERM));
	tst_ok(waitpid(child, &status, 0) == child && !status, "blocked reader goes on");
	usr = set_of(SIGHUP, 0);
	tst_is(signalfd(pending, &usr, 0), pending, "the mask can be changed");
	tst_sys(kill(getpid(), SIGHUP));
	tst_ok(read(pending, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGHUP,
	       "and counts");
	return tst_end();
}
