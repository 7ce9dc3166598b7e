/* refuse: process [0-9]+ \(proc_file\): fd [0-9]+: /proc/[0-9]+/comm: open file of proc: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/proc/self/comm", O_RDWR));
	tst_ready();
	return 0;
}
