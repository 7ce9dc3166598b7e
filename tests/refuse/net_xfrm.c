/* refuse: net: 1 IPsec states and policies: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("ip xfrm policy add src 10.1.1.1 dst 10.2.2.2 dir out priority 5"));
	tst_ready();
	return 0;
}
