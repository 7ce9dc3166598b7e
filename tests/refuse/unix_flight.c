/* refuse: process [0-9]+ \(unix_flight\): fd [0-9]+: in flight: namespace: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int s[2], fd;

	tst_begin(argc, argv);
	tst_sys(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	fd = tst_sys(open("/proc/self/ns/uts", O_RDONLY));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	tst_sys(sendmsg(s[0], &msg, 0));
	close(fd);
	tst_ready();
	return 0;
}
