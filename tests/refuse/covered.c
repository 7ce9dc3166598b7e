/* refuse: process [0-9]+ \(covered\): fd [0-9]+: /run/covered/file: another file or mount has its name: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(mkdir("/run/covered", 0700));
	tst_sys(open("/run/covered/file", O_RDWR | O_CREAT, 0600));
	tst_sys(mount("none", "/run/covered", "tmpfs", 0, NULL));
	tst_ready();
	return 0;
}
