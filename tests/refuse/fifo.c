/* refuse: process [0-9]+ \(fifo\): fd [0-9]+: /var/tmp/fifo: FIFO \(named pipe\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	if (mkfifo("/var/tmp/fifo", 0600) && errno != EEXIST)
		tst_die("mkfifo");
	tst_sys(open("/var/tmp/fifo", O_RDWR));
	tst_ready();
	return 0;
}
