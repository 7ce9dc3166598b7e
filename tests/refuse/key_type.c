/* refuse: process [0-9]+ \(key_type\): key [0-9]+ \(sealed\) of type encrypted: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	const char *how = "new user:master 32";

	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	tst_sys(syscall(SYS_add_key, "user", "master", "0123456789abcdef", 16, KEY_SPEC_SESSION_KEYRING));
	tst_sys(syscall(SYS_add_key, "encrypted", "sealed", how, strlen(how), KEY_SPEC_SESSION_KEYRING));
	tst_ready();
	return 0;
}
