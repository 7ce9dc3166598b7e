/* refuse: task [0-9]+ \(segments\): segment registers: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	asm volatile("mov %0, %%gs" : : "r"(0x2b));
	tst_ready();
	return 0;
}
