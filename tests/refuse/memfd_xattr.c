/* refuse: process [0-9]+ \(memfd_xattr\): fd [0-9]+: memfd with extended attributes: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/mman.h>
#include <sys/xattr.h>

int main(int argc, char **argv)
{
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(memfd_create("box", 0));
	tst_sys(fsetxattr(fd, "trusted.box", "x", 1, 0));
	tst_ready();
	return 0;
}
