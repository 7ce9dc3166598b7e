/* refuse: process [0-9]+ \(fanotify\): fd [0-9]+: fanotify: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/fanotify.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
	tst_ready();
	return 0;
}
