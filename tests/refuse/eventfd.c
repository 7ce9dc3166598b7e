/* refuse: process [0-9]+ \(eventfd\): fd [0-9]+: eventfd: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/eventfd.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(eventfd(3, 0));
	tst_ready();
	return 0;
}
