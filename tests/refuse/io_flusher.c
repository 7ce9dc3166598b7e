/* refuse: task [0-9]+ \(io_flusher\): PR_SET_IO_FLUSHER: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0));
	tst_ready();
	return 0;
}
