/* refuse: process [0-9]+ \(pidfd\): fd [0-9]+: pidfd: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(syscall(SYS_pidfd_open, getpid(), 0));
	tst_ready();
	return 0;
}
