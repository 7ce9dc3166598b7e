/* refuse: process [0-9]+ \(memfd_path\): fd [0-9]+: O_PATH descriptor of a memfd \(box\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	char path[64];
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(memfd_create("box", 0));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	tst_sys(open(path, O_PATH));
	tst_ready();
	return 0;
}
