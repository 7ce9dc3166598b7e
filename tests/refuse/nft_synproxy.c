/* refuse: net: nftables: object proxy: SYN proxy: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("nft 'add table t; add synproxy t proxy mss 1460 wscale 7'"));
	tst_ready();
	return 0;
}
