/* refuse: process [0-9]+ \(udp_cork\): fd [0-9]+: UDP socket: a datagram that is not complete \(MSG_MORE, UDP_CORK\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd;

	tst_begin(argc, argv);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(sendto(fd, "a", 1, MSG_MORE, (void *)&a, sizeof(a)));
	tst_ready();
	return 0;
}
