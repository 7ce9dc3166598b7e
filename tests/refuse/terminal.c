/* refuse: process [0-9]+ \(terminal\): fd [0-9]+: /dev/(pts/)?ptmx: terminal 5:2: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	tst_ready();
	return 0;
}
