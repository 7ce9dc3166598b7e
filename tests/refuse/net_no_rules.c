/* refuse: net: routing rules: there are none in family 2: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("ip rule flush; ip rule del priority 0"));
	tst_ready();
	return 0;
}
