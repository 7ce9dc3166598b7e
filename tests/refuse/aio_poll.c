/* refuse: mm of process [0-9]+: asynchronous I/O: pending IOCB_CMD_POLL: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	aio_context_t ctx = 0;
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN }, *cbs = &cb;
	int p[2];

	tst_begin(argc, argv);
	tst_sys(pipe(p));
	cb.aio_fildes = p[0];
	tst_sys(syscall(SYS_io_setup, 1, &ctx));
	tst_sys(syscall(SYS_io_submit, ctx, 1, &cbs));
	tst_ready();
	return 0;
}
