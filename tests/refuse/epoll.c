/* refuse: process [0-9]+ \(epoll\): fd [0-9]+: epoll: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/epoll.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(epoll_create1(0));
	tst_ready();
	return 0;
}
