/* refuse: process [0-9]+ \(pidfd\): fd [0-9]+: pidfd of a process that has ended: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	pid_t pid;

	tst_begin(argc, argv);
	pid = tst_sys(fork());
	if (!pid)
		pause();
	tst_sys(syscall(SYS_pidfd_open, pid, 0));
	kill(pid, SIGKILL);
	tst_sys(waitpid(pid, NULL, 0));
	tst_ready();
	return 0;
}
