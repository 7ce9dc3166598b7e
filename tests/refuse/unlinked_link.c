/* refuse: process [0-9]+ \(unlinked_link\): fd [0-9]+: /run/unlinked_link: opened, then unlinked, but has other names: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(open("/run/unlinked_link", O_RDWR | O_CREAT, 0600));
	tst_sys(link("/run/unlinked_link", "/run/unlinked_link.2"));
	tst_sys(unlink("/run/unlinked_link"));
	tst_ready();
	return 0;
}
