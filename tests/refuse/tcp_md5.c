/* refuse: process [0-9]+ \(tcp_md5\): fd [0-9]+: TCP socket: TCP_MD5SIG: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct tcp_md5sig key = { .tcpm_keylen = 3, .tcpm_key = "key" };
	struct sockaddr_in *peer = (void *)&key.tcpm_addr;
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	peer->sin_family = AF_INET;
	peer->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tst_sys(setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)));
	tst_ready();
	return 0;
}
