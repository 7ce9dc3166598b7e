/* refuse: process [0-9]+ \(posix_timer\): POSIX timers: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <signal.h>

int main(int argc, char **argv)
{
	timer_t timer;

	tst_begin(argc, argv);
	tst_sys(timer_create(CLOCK_MONOTONIC, NULL, &timer));
	tst_ready();
	return 0;
}
