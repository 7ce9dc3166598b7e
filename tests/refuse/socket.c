/* refuse: process [0-9]+ \(socket\): fd [0-9]+: socket \(AF_INET, SOCK_DGRAM\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/socket.h>

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_ready();
	return 0;
}
