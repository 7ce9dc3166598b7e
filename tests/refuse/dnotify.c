/* refuse: process [0-9]+ \(dnotify\): fd [0-9]+: /var/tmp: F_NOTIFY: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <signal.h>

int main(int argc, char **argv)
{
	int fd;

	tst_begin(argc, argv);
	signal(SIGIO, SIG_IGN);
	fd = tst_sys(open("/var/tmp", O_RDONLY | O_DIRECTORY));
	tst_sys(fcntl(fd, F_NOTIFY, DN_DELETE | DN_MULTISHOT));
	tst_ready();
	return 0;
}
