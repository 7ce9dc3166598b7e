/* refuse: key [0-9]+ \(both\): is also in keyring [0-9]+ \(_uid.0\), which is not the VE's */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	long key;

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	key = tst_sys(syscall(SYS_add_key, "user", "both", "1", 1, KEY_SPEC_SESSION_KEYRING));
	tst_sys(syscall(SYS_keyctl, KEYCTL_LINK, key, KEY_SPEC_USER_KEYRING));
	tst_ready();
	tst_sys(syscall(SYS_keyctl, KEYCTL_INVALIDATE, key));
	return 0;
}
