/* refuse: net: device lo: a group: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* alone */
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("ip link set lo group 5"));
	tst_ready();
	return 0;
}
