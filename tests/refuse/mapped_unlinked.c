/* refuse: process [0-9]+ \(mapped_unlinked\): (mapped at [0-9a-f]+: )?/var/tmp/mapped_unlinked: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(open("/var/tmp/mapped_unlinked", O_RDWR | O_CREAT, 0600));
	tst_sys(ftruncate(fd, 4096));
	tst_sys(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	close(fd);
	tst_sys(unlink("/var/tmp/mapped_unlinked"));
	tst_ready();
	return 0;
}
