/* refuse: process [0-9]+ \(unlinked_fifo\): fd [0-9]+: /var/tmp/unlinked_fifo: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/stat.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(mkfifo("/var/tmp/unlinked_fifo", 0600));
	tst_sys(open("/var/tmp/unlinked_fifo", O_RDWR));
	tst_sys(unlink("/var/tmp/unlinked_fifo"));
	tst_ready();
	return 0;
}
