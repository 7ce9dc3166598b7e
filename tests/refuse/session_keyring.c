/* refuse: process [0-9]+ \(session_keyring\): session keyring of its own: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "mine"));
	tst_ready();
	return 0;
}
