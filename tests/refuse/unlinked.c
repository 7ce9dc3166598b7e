/* refuse: process [0-9]+ \(unlinked\): fd [0-9]+: /var/tmp/unlinked: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/var/tmp/unlinked", O_RDWR | O_CREAT, 0600));
	tst_sys(unlink("/var/tmp/unlinked"));
	tst_ready();
	return 0;
}
