/* refuse: process [0-9]+ \(tty_discipline\): fd [0-9]+: terminal pts/[0-9]+: line discipline n_null: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int fd, n_null = 27;

	tst_begin(argc, argv);
	fd = tst_sys(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	tst_sys(ioctl(fd, TIOCSETD, &n_null));
	tst_ready();
	return 0;
}
