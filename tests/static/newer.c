// SPDX-License-Identifier: GPL-2.0-only
/*
 * What newer kernels have and older ones have not. They refuse it by name.
 */
/* elsewhere: this kernel has no busy polling for it */
#include "tst.h"
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef EPIOCSPARAMS
struct epoll_params {
	uint32_t busy_poll_usecs;
	uint16_t busy_poll_budget;
	uint8_t prefer_busy_poll;
	uint8_t __pad;
};
#define EPIOCSPARAMS _IOW(0x8A, 0x01, struct epoll_params)
#define EPIOCGPARAMS _IOR(0x8A, 0x02, struct epoll_params)
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static volatile pid_t tid;
static volatile int stop;

static void *thread(void *arg)
{
	tid = syscall(SYS_gettid);
	while (!stop)
		tst_sleep_ms(5);
	return arg;
}

static uint64_t slice_of(void)
{
	struct attr a = { .size = sizeof(a) };

	return syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) ? 1 : a.runtime;
}

static int pid_of(int fd)
{
	char path[64], line[128];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "Pid: %d", &pid);
	if (f)
		fclose(f);
	return pid;
}

int main(int argc, char **argv)
{
	struct attr a = { .size = sizeof(a), .runtime = 7000000 };
	struct epoll_params p = { 50, 8, 1, 0 }, got = {};
	int ep, has_params, of_thread, noexec, mdwe;
	struct stat st;
	uint64_t slice;
	pthread_t t;

	tst_begin(argc, argv);
	ep = tst_sys(epoll_create1(0));
	has_params = !ioctl(ep, EPIOCSPARAMS, &p);
	tst_must(!pthread_create(&t, NULL, thread, NULL));
	while (!tid)
		tst_sleep_ms(1);
	of_thread = syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
	noexec = memfd_create("noexec", MFD_NOEXEC_SEAL);
	tst_sys(syscall(SYS_sched_setattr, 0, &a, 0));
	slice = slice_of();
	mdwe = !prctl(PR_SET_MDWE, 1, 0, 0, 0);

	tst_ready();

	if (has_params)
		tst_ok(!ioctl(ep, EPIOCGPARAMS, &got) && got.busy_poll_usecs == 50 &&
		       got.busy_poll_budget == 8 && got.prefer_busy_poll == 1, "busy polling");
	else
		tst_skip("busy polling", "this kernel has none");
	if (noexec >= 0)
		tst_ok(fcntl(noexec, F_GET_SEALS) == F_SEAL_EXEC && fchmod(noexec, 0777) == -1 &&
		       !fstat(noexec, &st) && (st.st_mode & 07777) == 0666, "not to be executed");
	else
		tst_skip("not to be executed", "this kernel has no such memfd");
	if (slice == a.runtime)
		tst_is(slice_of(), slice, "time slice");
	else
		tst_skip("time slice", "this kernel has none of a task's own");
	if (mdwe)
		tst_is(prctl(PR_GET_MDWE, 0, 0, 0, 0), 1, "no memory both written and executed");
	else
		tst_skip("no memory both written and executed", "this kernel cannot say so");
	if (of_thread >= 0) {
		tst_is(pid_of(of_thread), tid, "pidfd of a thread");
		tst_is(fcntl(of_thread, F_GETFL) & O_EXCL, O_EXCL, "it is for threads");
	} else {
		tst_skip("pidfd of a thread", "this kernel has none");
	}
	stop = 1;
	pthread_join(t, NULL);
	return tst_end();
}
