/* refuse: process [0-9]+ \(half_read_tmpfs\): fd [0-9]+: /dev: directory of tmpfs that is being read: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <dirent.h>
#include <fcntl.h>

int main(int argc, char **argv)
{
	char buf[128];
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(open("/dev", O_RDONLY | O_DIRECTORY));
	tst_sys(getdents64(fd, buf, sizeof(buf)));
	tst_ready();
	return 0;
}
