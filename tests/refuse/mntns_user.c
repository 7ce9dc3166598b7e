/* refuse: task [0-9]+ \(mntns_user\): mount namespace of another user namespace: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"
#include <sched.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	tst_ready();
	return 0;
}
