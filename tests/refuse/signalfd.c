/* refuse: process [0-9]+ \(signalfd\): fd [0-9]+: signalfd: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <signal.h>
#include <sys/signalfd.h>

int main(int argc, char **argv)
{
	sigset_t set;

	tst_begin(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	tst_sys(signalfd(-1, &set, 0));
	tst_ready();
	return 0;
}
