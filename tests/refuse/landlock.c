/* refuse: process [0-9]+ \(landlock\): Landlock sandbox: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK };
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0));
	tst_sys(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	tst_sys(syscall(SYS_landlock_restrict_self, fd, 0));
	close(fd);
	tst_ready();
	return 0;
}
