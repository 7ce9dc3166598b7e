/* refuse: task [0-9]+ \(seccomp_strict\): seccomp: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	pid_t pid;
	int p[2], silent[2];
	char c;

	tst_begin(argc, argv);
	tst_sys(pipe(p));
	tst_sys(pipe(silent));
	pid = tst_sys(fork());
	if (!pid) {
		tst_sys(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
		syscall(SYS_write, p[1], "r", 1);
		for (;;)
			syscall(SYS_read, silent[0], &c, 1);
	}
	close(p[1]);
	tst_must(read(p[0], &c, 1) == 1);
	tst_ready();
	return 0;
}
