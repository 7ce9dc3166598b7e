/* refuse when parked: mm of process [0-9]+: asynchronous I/O: the ring at [0-9a-f]+ was unmapped or changed: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/aio_abi.h>
#include <sys/mman.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	aio_context_t ctx = 0;

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_io_setup, 1, &ctx));
	tst_sys(munmap((void *)ctx, 4096));
	tst_ready();
	return 0;
}
