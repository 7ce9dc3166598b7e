/* refuse: task [0-9]+ \(mce_kill\): PR_MCE_KILL: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
	tst_ready();
	return 0;
}
