/* refuse: process [0-9]+ \(namespace\): fd [0-9]+: namespace: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/proc/self/ns/net", O_RDONLY));
	tst_ready();
	return 0;
}
