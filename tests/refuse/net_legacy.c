/* refuse: net: table filter of iptables-legacy: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("iptables-legacy -A INPUT -s 10.9.9.9 -j DROP"));
	tst_ready();
	return 0;
}
