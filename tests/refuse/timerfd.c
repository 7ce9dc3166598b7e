/* refuse: process [0-9]+ \(timerfd\): fd [0-9]+: timerfd: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/timerfd.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(timerfd_create(CLOCK_MONOTONIC, 0));
	tst_ready();
	return 0;
}
