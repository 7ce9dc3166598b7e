/* refuse: process [0-9]+ \(timer_thread\): POSIX timer of a thread that has ended: not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void *thread(void *unused)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	int id;

	(void)unused;
	ev.sigev_notify_thread_id = syscall(SYS_gettid);
	tst_sys(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id));
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t;

	tst_begin(argc, argv);
	if (pthread_create(&t, NULL, thread, NULL))
		tst_die("pthread_create");
	pthread_join(t, NULL);
	tst_ready();
	return 0;
}
