/* refuse: process [0-9]+ \(renamed_over\): fd [0-9]+: /var/tmp/renamed_over: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/var/tmp/renamed_over", O_RDWR | O_CREAT, 0600));
	close(tst_sys(open("/var/tmp/renamed_over.new", O_RDWR | O_CREAT, 0600)));
	tst_sys(rename("/var/tmp/renamed_over.new", "/var/tmp/renamed_over"));
	tst_ready();
	return 0;
}
