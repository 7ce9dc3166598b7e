/* refuse: net: nftables: iptables match recent: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("iptables -A INPUT -m recent --set --name seen -j ACCEPT"));
	tst_ready();
	return 0;
}
