/* refuse: task [0-9]+ \(ns_time\): time \(of children\) namespace of its own: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(unshare(CLONE_NEWTIME));
	tst_ready();
	return 0;
}
