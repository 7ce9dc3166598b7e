/* refuse: process [0-9]+ \(removed_cwd\): its current directory was removed: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/stat.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	if (mkdir("/var/tmp/removed_cwd", 0700) && errno != EEXIST)
		tst_die("mkdir");
	tst_sys(chdir("/var/tmp/removed_cwd"));
	tst_sys(rmdir("/var/tmp/removed_cwd"));
	tst_ready();
	return 0;
}
