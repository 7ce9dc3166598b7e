/* refuse: task [0-9]+ \(ns_pid_children\): PID \(of children\) namespace of its own: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sched.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(unshare(CLONE_NEWPID));
	tst_ready();
	return 0;
}
