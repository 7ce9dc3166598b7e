/* refuse: process [0-9]+ \(async\): fd [0-9]+: /dev/random: O_ASYNC: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(open("/dev/random", O_RDONLY));
	tst_sys(fcntl(fd, F_SETFL, O_ASYNC));
	tst_ready();
	return 0;
}
