/* refuse: process [0-9]+ \(sysfs_file\): fd [0-9]+: /sys/kernel/mm/transparent_hugepage/enabled: open file of sysfs: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY));
	tst_ready();
	return 0;
}
