/* refuse: process [0-9]+ \(lease\): fd [0-9]+: /run/lease: lease: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(open("/run/lease", O_RDONLY | O_CREAT, 0600));
	tst_sys(fcntl(fd, F_SETLEASE, F_RDLCK));
	tst_sys(unlink("/run/lease"));
	tst_ready();
	return 0;
}
