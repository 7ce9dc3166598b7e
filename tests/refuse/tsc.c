/* refuse: task [0-9]+ \(tsc\): PR_SET_TSC: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/prctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	pid_t pid;
	int p[2];
	char c;

	tst_begin(argc, argv);
	tst_sys(pipe(p));
	pid = tst_sys(fork());
	if (!pid) {	/* the vdso's clocks read it, too */
		tst_sys(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
		syscall(SYS_write, p[1], "r", 1);
		for (;;)
			pause();
	}
	tst_must(read(p[0], &c, 1) == 1);
	tst_ready();
	return 0;
}
