/* refuse: task [0-9]+ \(deadline\): SCHED_DEADLINE: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/sched.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	struct {
		unsigned int size, policy;
		unsigned long long flags;
		int nice;
		unsigned int priority;
		unsigned long long runtime, deadline, period;
	} attr = { 48, SCHED_DEADLINE, 0, 0, 0, 1000000, 100000000, 100000000 };

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_sched_setattr, 0, &attr, 0));
	tst_ready();
	return 0;
}
