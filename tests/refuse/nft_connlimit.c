/* refuse: net: nftables: expression connlimit: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("nft 'add table t; add chain t c; add rule t c ct count over 5 drop'"));
	tst_ready();
	return 0;
}
