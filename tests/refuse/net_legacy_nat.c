/* refuse: net: table nat of iptables-legacy: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!system("iptables-legacy -t nat -A OUTPUT -d 10.9.9.9 -j DNAT --to 10.9.9.8"));
	tst_ready();
	return 0;
}
