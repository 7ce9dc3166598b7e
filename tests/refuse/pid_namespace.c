/* refuse: (process|task) [0-9]+ \(pid_namespace\): (is in a PID namespace within the VE|its parent is not in the VE|PID \(of children\) namespace of its own): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	if (!tst_sys(syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0))) {
		for (;;)
			pause();
	}
	tst_ready();
	return 0;
}
