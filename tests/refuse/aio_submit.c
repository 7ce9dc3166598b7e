/* refuse: task [0-9]+ \(aio_submit\): waits within io_submit: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/aio_abi.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	aio_context_t ctx = 0;
	char c;
	struct iocb cb = {
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (unsigned long)&c, .aio_nbytes = 1,
	}, *cbs = &cb;
	int p[2];

	tst_begin(argc, argv);
	tst_sys(pipe(p));
	cb.aio_fildes = p[0];
	tst_sys(syscall(SYS_io_setup, 1, &ctx));
	if (!tst_sys(fork())) {
		close(p[0]);
		tst_ready();
		return 0;
	}
	close(p[1]);
	/* the other end is closed by the child when it ends */
	syscall(SYS_io_submit, ctx, 1, &cbs);
	return 0;
}
