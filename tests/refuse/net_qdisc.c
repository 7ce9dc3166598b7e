/* refuse: net: device lo: a queueing discipline: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("tc qdisc replace dev lo root pfifo"));
	tst_ready();
	return 0;
}
