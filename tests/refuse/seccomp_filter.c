/* refuse: task [0-9]+ \(seccomp_filter\): seccomp: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { 1, &allow };

	tst_begin(argc, argv);
	tst_sys(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	tst_ready();
	return 0;
}
