/* refuse: process [0-9]+ \(uring\): fd [0-9]+: io_uring: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	unsigned int params[30] = {};	/* struct io_uring_params */

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_io_uring_setup, 4, params));
	tst_ready();
	return 0;
}
