/* refuse: net: device dummy0: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("ip link add dummy0 type dummy"));
	tst_ready();
	return 0;
}
