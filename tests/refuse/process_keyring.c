/* refuse: process [0-9]+ \(process_keyring\): thread or process keyring: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/keyctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
	tst_ready();
	return 0;
}
