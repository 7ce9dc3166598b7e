/* refuse: process [0-9]+ \(netlink\): fd [0-9]+: netlink socket \(NETLINK_GENERIC\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/netlink.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC));
	tst_ready();
	return 0;
}
