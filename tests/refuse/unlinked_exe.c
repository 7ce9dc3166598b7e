/* refuse: .*: /var/tmp/unlinked_exe\.copy: opened, then unlinked: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	int from, to;
	struct stat st;

	tst_begin(argc, argv);
	if (strcmp(tst_name, "unlinked_exe.copy")) {
		from = tst_sys(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
		to = tst_sys(open("/var/tmp/unlinked_exe.copy", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700));
		tst_sys(fstat(from, &st));
		tst_sys(sendfile(to, from, NULL, st.st_size));
		close(to);
		execl("/var/tmp/unlinked_exe.copy", "unlinked_exe.copy", argv[1], argv[2], NULL);
		tst_die("execl");
	}
	tst_sys(unlink("/var/tmp/unlinked_exe.copy"));
	tst_ready();
	return 0;
}
