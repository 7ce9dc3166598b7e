/* refuse: net: routing rule: priority 5: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("ip rule add priority 5 lookup main"));
	tst_ready();
	return 0;
}
