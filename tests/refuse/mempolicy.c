/* refuse: task [0-9]+ \(mempolicy\): memory policy: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	unsigned long nodes = 1;

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_set_mempolicy, 3 /* MPOL_INTERLEAVE */, &nodes, 8));
	tst_ready();
	return 0;
}
