/* refuse: process [0-9]+ \(memfd\): fd [0-9]+: memfd of huge pages \(box\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/mman.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(memfd_create("box", MFD_HUGETLB));
	tst_ready();
	return 0;
}
