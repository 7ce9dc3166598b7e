/* refuse: process [0-9]+ \(request_keyring\): keyring for requested keys of its own: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_USER_KEYRING));
	tst_ready();
	return 0;
}
