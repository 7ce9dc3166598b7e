/* refuse: process [0-9]+ \(shared_memory_p\): shares its memory with process [0-9]+: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <sched.h>
#include <signal.h>

static char stack[65536] __attribute__((aligned(16)));

static int lives(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_sys(clone(lives, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
	tst_ready();
	return 0;
}
