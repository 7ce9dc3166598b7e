/* refuse: task [0-9]+ \(iopl\): access to I/O ports: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/io.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(iopl(3));
	tst_ready();
	return 0;
}
