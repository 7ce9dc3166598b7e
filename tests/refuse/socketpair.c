/* refuse: process [0-9]+ \(socketpair\): fd [0-9]+: socket \(AF_UNIX, SOCK_SEQPACKET\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/socket.h>

int main(int argc, char **argv)
{
	int s[2];

	tst_begin(argc, argv);
	tst_sys(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	close(s[1]);
	tst_ready();
	return 0;
}
