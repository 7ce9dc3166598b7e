/* refuse: ipc: 1 System V shared memory segments: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
	int id;

	tst_begin(argc, argv);
	id = tst_sys(shmget(IPC_PRIVATE, 4096, 0600));
	tst_ready();
	shmctl(id, IPC_RMID, NULL);
	return 0;
}
