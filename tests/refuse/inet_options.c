/* refuse: process [0-9]+ \(inet_options\): fd [0-9]+: socket: IP_OPTIONS: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	unsigned char opts[4] = { 1, 1, 1, 0 };
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, opts, sizeof(opts)));
	tst_ready();
	return 0;
}
