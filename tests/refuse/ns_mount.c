/* refuse: process [0-9]+ \(ns_mount\): fd [0-9]+: namespace: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"
#include <fcntl.h>
#include <sched.h>

/* A namespace that nobody is in. */
int main(int argc, char **argv)
{
	int own = open("/proc/self/ns/mnt", O_RDONLY);

	tst_begin(argc, argv);
	tst_sys(unshare(CLONE_NEWNS));
	tst_sys(open("/proc/self/ns/mnt", O_RDONLY));
	tst_sys(setns(own, CLONE_NEWNS));
	tst_sys(close(own));
	tst_ready();
	return 0;
}
