/* refuse: process [0-9]+ \(pipe_path\): fd [0-9]+: O_PATH descriptor of a pipe: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <fcntl.h>

int main(int argc, char **argv)
{
	char name[64];
	int p[2];

	tst_begin(argc, argv);
	tst_sys(pipe(p));
	sprintf(name, "/proc/self/fd/%d", p[0]);
	tst_sys(open(name, O_PATH));
	tst_ready();
	return 0;
}
