/* refuse: process [0-9]+ \(udp_errors\): fd [0-9]+: socket: unread messages in its error queue \(MSG_ERRQUEUE\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd, one = 1;

	tst_begin(argc, argv);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one)));
	tst_sys(sendto(fd, "a", 1, 0, (void *)&a, sizeof(a)));
	tst_sleep_ms(100);	/* nobody is there */
	tst_ready();
	return 0;
}
