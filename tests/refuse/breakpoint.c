/* refuse: task [0-9]+ \(breakpoint\): hardware breakpoints: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	pid_t pid;

	tst_begin(argc, argv);
	pid = tst_sys(fork());
	if (!pid) {
		for (;;)
			pause();
	}
	tst_sys(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	tst_sys(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	tst_sys(waitpid(pid, NULL, 0));
	tst_sys(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]), main));
	tst_sys(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 1));
	tst_sys(ptrace(PTRACE_DETACH, pid, NULL, NULL));
	tst_ready();
	return 0;
}
