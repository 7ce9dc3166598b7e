/* refuse: process [0-9]+ \(timer_clock\): POSIX timer on the clock of a process that has ended: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	pid_t pid;
	int id;

	tst_begin(argc, argv);
	pid = tst_sys(fork());
	if (!pid)
		pause();
	tst_sys(syscall(SYS_timer_create, (~(unsigned int)pid) << 3 | 2, &ev, &id));
	kill(pid, SIGKILL);
	tst_sys(waitpid(pid, NULL, 0));
	tst_ready();
	return 0;
}
