/* refuse: process [0-9]+ \(tmpfile\): fd [0-9]+: /run/#[0-9]+: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/run", O_RDWR | O_TMPFILE, 0600));
	tst_ready();
	return 0;
}
