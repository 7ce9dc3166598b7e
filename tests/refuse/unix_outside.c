/* refuse: process [0-9]+ \(unix_outside\): fd [0-9]+: socket connected to a process outside of the VE: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = { AF_UNIX, "/outside" };
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_sys(connect(fd, (struct sockaddr *)&a, sizeof(a)));
	tst_ready();
	return 0;
}
