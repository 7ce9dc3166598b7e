/* refuse: process [0-9]+ \(inotify\): fd [0-9]+: inotify: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/inotify.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(inotify_init());
	tst_ready();
	return 0;
}
