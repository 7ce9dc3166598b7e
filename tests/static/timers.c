// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX timers: ids, clocks, how they notify, pending signals, overruns.
 */
/* alone: it takes the time */
#include "tst.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SEC	1000000000LL

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static long long now(int clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * SEC + t.tv_nsec;
}

static struct timespec spec(long long ns)
{
	return (struct timespec){ ns / SEC, ns % SEC };
}

/* The kernel's own id, which the C library keeps to itself. */
static int create(int clock, int notify, int sig, uintptr_t value, int tid)
{
	struct sigevent ev = { .sigev_notify = notify, .sigev_signo = sig,
			       .sigev_value.sival_ptr = (void *)value };
	int id = -1;

	ev.sigev_notify_thread_id = tid;
	return syscall(SYS_timer_create, clock, &ev, &id) ? -1 : id;
}

static int set(int id, int flags, long long value, long long interval)
{
	struct itimerspec it = { .it_value = spec(value), .it_interval = spec(interval) };

	return syscall(SYS_timer_settime, id, flags, &it, NULL);
}

static long long get(int id, long long *interval)
{
	struct itimerspec it;

	if (syscall(SYS_timer_gettime, id, &it))
		return -errno;
	if (interval)
		*interval = it.it_interval.tv_sec * SEC + it.it_interval.tv_nsec;
	return it.it_value.tv_sec * SEC + it.it_value.tv_nsec;
}

/* Waits for one signal, @ms at most; its number, 0 when none came. */
static int take(int sig, siginfo_t *info, int ms)
{
	struct timespec t = spec(ms * 1000000LL);
	sigset_t set;
	int ret;

	sigemptyset(&set);
	sigaddset(&set, sig);
	do {
		ret = sigtimedwait(&set, info, &t);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? 0 : ret;
}

static int near(long long got, long long want, long long slack)
{
	tst_note("%lld ms, %lld ms expected", got / 1000000, want / 1000000);
	return got <= want + SEC / 100 && got >= want - slack;
}

static volatile int worker_tid, worker_got, worker_go;
static siginfo_t worker_info;
static int thread_cpu = -1;

static void *worker(void *unused)
{
	(void)unused;
	thread_cpu = create(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGRTMIN + 8, 8, 0);
	if (thread_cpu < 0 || set(thread_cpu, 0, 5 * SEC, 0))
		tst_die("timer_create");
	worker_tid = syscall(SYS_gettid);
	while (!worker_go)
		tst_sleep_ms(10);
	worker_got = take(SIGRTMIN + 7, &worker_info, 5000);
	return NULL;
}

static void burn(long long ns)
{
	long long end = now(CLOCK_PROCESS_CPUTIME_ID) + ns;

	while (now(CLOCK_PROCESS_CPUTIME_ID) < end)
		;
}

int main(int argc, char **argv)
{
	int rel, abs, real, real_rel, boot, tai, none, none_once, pending, pending_once, fast, cpu, prof;
	int disarmed, gone, thread, alarm_, other, ids[20], i, n, status, child_timer;
	long long rel_end, real_rel_end, boot_end, alarm_end, none_end, abs_end, interval, at;
	siginfo_t info = {};
	pthread_t t;
	sigset_t all;
	pid_t child, sleeper;

	tst_begin(argc, argv);
	sigfillset(&all);
	tst_sys(sigprocmask(SIG_BLOCK, &all, NULL));
	if (pthread_create(&t, NULL, worker, NULL))
		tst_die("pthread_create");
	while (!worker_tid)
		tst_sleep_ms(1);
	for (i = 0; i < 20; i++)
		ids[i] = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 1, i, 0));
	for (i = 0; i < 20; i += 2)
		tst_sys(syscall(SYS_timer_delete, ids[i]));
	rel = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 2, 0x123456789abcdef0, 0));
	tst_sys(set(rel, 0, 600 * SEC, 7 * SEC));
	rel_end = now(CLOCK_MONOTONIC) + 600 * SEC;
	abs = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	abs_end = now(CLOCK_MONOTONIC) + 900 * SEC;
	tst_sys(set(abs, TIMER_ABSTIME, abs_end, 0));
	real = tst_sys(create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	at = now(CLOCK_REALTIME) + 100000 * SEC;
	tst_sys(set(real, TIMER_ABSTIME, at, 0));
	real_rel = tst_sys(create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	tst_sys(set(real_rel, 0, 600 * SEC, 0));
	real_rel_end = now(CLOCK_MONOTONIC) + 600 * SEC;
	boot = tst_sys(create(CLOCK_BOOTTIME, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	tst_sys(set(boot, 0, 600 * SEC, 0));
	boot_end = now(CLOCK_MONOTONIC) + 600 * SEC;
	tai = tst_sys(create(CLOCK_TAI, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	tst_sys(set(tai, TIMER_ABSTIME, now(CLOCK_TAI) + 100000 * SEC, 0));
	alarm_ = create(CLOCK_BOOTTIME_ALARM, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0);
	if (alarm_ >= 0)
		tst_sys(set(alarm_, 0, 600 * SEC, 3 * SEC));
	alarm_end = now(CLOCK_MONOTONIC) + 600 * SEC;
	none = tst_sys(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0));
	tst_sys(set(none, 0, 300 * SEC, 300 * SEC));
	none_end = now(CLOCK_MONOTONIC) + 300 * SEC;
	none_once = tst_sys(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0));
	tst_sys(set(none_once, 0, 1000000, 0));
	disarmed = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	pending = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 3, 33, 0));
	tst_sys(set(pending, 0, 1000000, SEC / 5));
	pending_once = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 4, 44, 0));
	tst_sys(set(pending_once, 0, 1000000, 0));
	gone = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 3, 99, 0));
	fast = tst_sys(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 5, 55, 0));
	tst_sys(set(fast, 0, 300000000, 300000000));
	cpu = tst_sys(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGRTMIN + 6, 66, 0));
	tst_sys(set(cpu, 0, SEC, 10 * SEC));
	prof = tst_sys(create(~7, SIGEV_SIGNAL, SIGRTMIN + 6, 0, 0));	/* CPUCLOCK_PROF */
	tst_sys(set(prof, 0, 500 * SEC, 0));
	thread = tst_sys(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGRTMIN + 7, 77, worker_tid));
	tst_sys(set(thread, 0, 1000000, 0));
	sleeper = tst_sys(fork());
	if (!sleeper) {
		for (;;)
			pause();
	}
	other = tst_sys(create((~(unsigned int)sleeper) << 3 | 2, SIGEV_SIGNAL, SIGRTMIN + 2, 0, 0));
	tst_sys(set(other, 0, 5 * SEC, 0));
	child = tst_sys(fork());
	if (!child) {	/* has none of its parent's, then one of its own, armed while it is dumped */
		child_timer = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 9, 9, 0);
		at = now(CLOCK_MONOTONIC);
		set(child_timer, 0, 2 * SEC, 0);
		n = take(SIGRTMIN + 9, &info, 100000);
		_exit(n != SIGRTMIN + 9 || now(CLOCK_MONOTONIC) - at < 2 * SEC || info.si_timerid != 0);
	}
	tst_sleep_ms(200);

	tst_ready();

	for (n = 0, i = 1; i < 20; i += 2)
		n += get(ids[i], NULL) == 0;
	tst_is(n, 10, "ids");
	for (n = 0, i = 0; i < 20; i += 2)
		n += get(ids[i], NULL) == -EINVAL;
	tst_is(n, 10, "ids that were deleted");
	tst_is(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0), other + 1, "the next id");

	tst_ok(near(get(rel, &interval), rel_end - now(CLOCK_MONOTONIC), SEC), "relative: left");
	tst_is(interval, 7 * SEC, "relative: interval");
	tst_ok(near(get(abs, &interval), abs_end - now(CLOCK_MONOTONIC), SEC) && !interval,
	       "absolute: left");
	tst_ok(near(get(real, NULL), at - now(CLOCK_REALTIME), SEC), "realtime: left");
	tst_ok(near(get(real_rel, NULL), real_rel_end - now(CLOCK_MONOTONIC), SEC),
	       "realtime, relative: left");
	tst_ok(near(get(boot, NULL), boot_end - now(CLOCK_MONOTONIC), SEC), "boottime: left");
	tst_ok(near(get(tai, NULL), at - now(CLOCK_REALTIME), SEC), "TAI: left");
	if (alarm_ >= 0)
		tst_ok(near(get(alarm_, &interval), alarm_end - now(CLOCK_MONOTONIC), SEC) &&
		       interval == 3 * SEC, "boottime alarm: left");
	else
		tst_skip("boottime alarm", "there is none");
	tst_ok(near(get(none, &interval), none_end - now(CLOCK_MONOTONIC), SEC) &&
	       interval == 300 * SEC, "SIGEV_NONE: left");
	tst_ok(!get(none_once, NULL) && !get(disarmed, NULL), "expired without a signal; never set");

	tst_ok(take(SIGRTMIN + 3, &info, 0) && info.si_code == SI_TIMER && info.si_timerid == pending &&
	       info.si_int == 33 && info.si_overrun >= 0, "pending: siginfo");
	tst_is(syscall(SYS_timer_getoverrun, pending), info.si_overrun, "pending: overrun");
	tst_ok(take(SIGRTMIN + 3, &info, 2000) && info.si_timerid == pending, "pending: is periodic");
	tst_sys(set(pending, 0, 0, 0));
	while (take(SIGRTMIN + 3, &info, 0))
		;
	tst_ok(take(SIGRTMIN + 4, &info, 0) && info.si_timerid == pending_once && info.si_int == 44,
	       "pending, once: siginfo");
	tst_ok(!take(SIGRTMIN + 4, &info, 50) && !get(pending_once, NULL), "pending, once: no more");
	tst_sys(set(gone, 0, 1000000, 0));
	tst_ok(take(SIGRTMIN + 3, &info, 2000) && info.si_timerid == gone && info.si_int == 99,
	       "one that was never set can be");

	tst_ok(take(SIGRTMIN + 5, &info, 2000) && info.si_timerid == fast && info.si_int == 55,
	       "fast: expires");
	n = info.si_overrun;
	tst_ok(n >= 0 && n < 1000, "fast: overruns");
	tst_note("%d", n);
	tst_sleep_ms(1000);
	tst_ok(take(SIGRTMIN + 5, &info, 2000) && info.si_overrun >= 1, "fast: counts overruns");

	at = get(cpu, &interval);
	tst_ok(at > 0 && at <= SEC && interval == 10 * SEC, "processor time: left");
	at = get(prof, NULL);
	tst_ok(at > 490 * SEC && at <= 500 * SEC, "CPUCLOCK_PROF: left");
	at = get(thread_cpu, NULL);
	tst_ok(at > 4 * SEC && at <= 5 * SEC, "time of a thread: left");
	at = get(other, NULL);
	tst_ok(at > 4 * SEC && at <= 5 * SEC, "time of another process: left");
	burn(SEC + SEC / 5);
	tst_ok(take(SIGRTMIN + 6, &info, 1000) && info.si_timerid == cpu && info.si_int == 66,
	       "processor time: expires");

	worker_go = 1;
	pthread_join(t, NULL);
	tst_ok(worker_got && worker_info.si_timerid == thread && worker_info.si_int == 77,
	       "SIGEV_THREAD_ID: pending for its thread");
	tst_ok(waitpid(child, &status, 0) == child && !status, "a child's: at its time");
	kill(sleeper, SIGKILL);
	return tst_end();
}
