/* refuse: process [0-9]+ \(udp_encap\): fd [0-9]+: UDP socket: UDP_ENCAP: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	int fd, type = UDP_ENCAP_L2TPINUDP;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)));
	tst_ready();
	return 0;
}
