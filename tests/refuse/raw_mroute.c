/* refuse: process [0-9]+ \(raw_mroute\): fd [0-9]+: raw socket: multicast routing \(MRT_INIT\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <sys/socket.h>

#define MRT_INIT 200

int main(int argc, char **argv)
{
	int fd, one = 1;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_INET, SOCK_RAW, IPPROTO_IGMP));
	tst_sys(setsockopt(fd, IPPROTO_IP, MRT_INIT, &one, sizeof(one)));
	tst_ready();
	return 0;
}
