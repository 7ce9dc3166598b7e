/* refuse when parked: process [0-9]+ \(udp_ipopts\): fd [0-9]+: socket: unread packet with IP options that are answered \(IP_RETOPTS\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	unsigned char record[8] = { 7, 7, 4 };	/* record route, one address, end */
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(2777) };
	int fd;

	tst_begin(argc, argv);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(bind(fd, (void *)&a, sizeof(a)));
	tst_sys(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, record, sizeof(record)));
	tst_sys(sendto(fd, "a", 1, 0, (void *)&a, sizeof(a)));
	tst_sys(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, NULL, 0));
	tst_sleep_ms(100);
	tst_ready();
	return 0;
}
