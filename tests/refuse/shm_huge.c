/* refuse: shm [0-9]+: SHM_HUGETLB: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
	FILE *pages = fopen("/proc/sys/vm/nr_hugepages", "w");
	int id;

	tst_begin(argc, argv);
	tst_must(pages && fprintf(pages, "2\n") > 0 && !fclose(pages));
	id = tst_sys(shmget(IPC_PRIVATE, 2 << 20, SHM_HUGETLB | 0600));
	tst_ready();
	shmctl(id, IPC_RMID, NULL);
	return 0;
}
