/* refuse: task [0-9]+ \(user_dispatch\): PR_SET_SYSCALL_USER_DISPATCH: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/prctl.h>

static char selector;	/* all are allowed */

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector));
	tst_ready();
	return 0;
}
