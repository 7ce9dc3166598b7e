/* refuse: process [0-9]+ \(unix_linked\): fd [0-9]+: socket file that has another name than that of bind: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = { AF_UNIX, "/run/tst-linked" };
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_sys(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	tst_sys(link("/run/tst-linked", "/run/tst-linked2"));
	tst_sys(unlink("/run/tst-linked"));
	tst_ready();
	return 0;
}
