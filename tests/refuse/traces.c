/* refuse: task [0-9]+ \(traces\): is traced: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/ptrace.h>

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
	tst_ready();
	return 0;
}
