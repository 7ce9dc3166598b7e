/* refuse: mqueue: thread: mq_notify with SIGEV_THREAD: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <mqueue.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	char cookie[32] = "";
	struct sigevent event = { .sigev_notify = SIGEV_THREAD };
	int sock, queue;

	tst_begin(argc, argv);
	queue = tst_sys(mq_open("/thread", O_RDWR | O_CREAT, 0600, NULL));
	sock = tst_sys(socket(AF_NETLINK, SOCK_RAW, 0));
	event.sigev_signo = sock;
	event.sigev_value.sival_ptr = cookie;
	tst_sys(syscall(SYS_mq_notify, queue, &event));
	close(sock);		/* the queue holds it */
	tst_ready();
	mq_unlink("/thread");
	return 0;
}
