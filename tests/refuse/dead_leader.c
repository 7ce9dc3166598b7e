/* refuse: process [0-9]+ \(dead_leader\): its first thread has ended, others live: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <pthread.h>

static pthread_t thread;

static void *lives(void *first)
{
	pthread_join((pthread_t)first, NULL);
	tst_sleep_ms(100);	/* it is a zombie now */
	tst_ready();
	exit(0);
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	tst_must(!pthread_create(&thread, NULL, lives, (void *)pthread_self()));
	pthread_exit(NULL);
	tst_ready();
	return 0;
}
