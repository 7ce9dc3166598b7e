/* refuse: process [0-9]+ \(inotify\): fd [0-9]+: inotify: watch 1 is of a file that has no name in the VE: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/inotify.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	char path[64];
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(inotify_init());
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", tst_sys(memfd_create("box", 0)));
	tst_sys(inotify_add_watch(fd, path, IN_MODIFY));
	tst_ready();
	return 0;
}
