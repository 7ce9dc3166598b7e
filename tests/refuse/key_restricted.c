/* refuse: process [0-9]+ \(key_restricted\): key [0-9]+ \(mine\) with a restriction .*: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "mine"));
	tst_sys(syscall(SYS_keyctl, KEYCTL_RESTRICT_KEYRING, KEY_SPEC_SESSION_KEYRING, NULL, NULL));
	tst_ready();
	return 0;
}
