// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerfd: each clock; armed, expired, read, cancelled; one-shot and periodic.
 * What is measured is the VE's time: it stands still between dump and restore.
 */
/* alone: it takes the time */
#include "tst.h"
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#ifndef TFD_TIMER_CANCEL_ON_SET
#define TFD_TIMER_CANCEL_ON_SET (1 << 1)
#endif
#define SEC	1000000000LL

static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
			      CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM };
static const char *const names[] = { "realtime", "monotonic", "boottime", "realtime alarm",
				     "boottime alarm" };
#define CLOCKS	5

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

static void set(int fd, int flags, long long value, long long interval)
{
	struct itimerspec it = { .it_value = spec(value), .it_interval = spec(interval) };

	tst_sys(timerfd_settime(fd, flags, &it, NULL));
}

static int make(int clock, int flags, long long value, long long interval)
{
	int fd = timerfd_create(clock, TFD_NONBLOCK);

	if (fd >= 0)
		set(fd, flags, value, interval);
	return fd;
}

static long long left(int fd)
{
	struct itimerspec it;

	if (timerfd_gettime(fd, &it))
		return -errno;
	return it.it_value.tv_sec * SEC + it.it_value.tv_nsec;
}

static long long interval(int fd)
{
	struct itimerspec it;

	if (timerfd_gettime(fd, &it))
		return -errno;
	return it.it_interval.tv_sec * SEC + it.it_interval.tv_nsec;
}

static long long ticks(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (long long)n : -errno;
}

static int ready(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms);
}

static long long field(int fd, const char *name, int base)
{
	char path[64], line[128];
	long long v = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			v = strtoll(line + strlen(name) + 1, NULL, base);
	if (f)
		fclose(f);
	return v;
}

/* A timer that stands still while the VE does goes on with what it had left. */
static int near(long long got, long long want, long long slack)
{
	tst_note("%lld ms, %lld ms expected", got / 1000000, want / 1000000);
	return got <= want + SEC / 100 && got >= want - slack;
}

int main(int argc, char **argv)
{
	int rel[CLOCKS], abs[CLOCKS], periodic[CLOCKS], unread[CLOCKS], disarmed[CLOCKS], i;
	int consumed, once, read_once, canceled, may_cancel, far, waiting, status, past;
	long long rel_end[CLOCKS], abs_end[CLOCKS], t0;
	pid_t child;

	tst_begin(argc, argv);
	for (i = 0; i < CLOCKS; i++) {
		rel[i] = make(clocks[i], 0, 600 * SEC, 0);
		rel_end[i] = now(i ? clocks[i] : CLOCK_MONOTONIC) + 600 * SEC;
		abs_end[i] = now(clocks[i]) + 100000 * SEC;
		abs[i] = make(clocks[i], TFD_TIMER_ABSTIME, abs_end[i], 7 * SEC);
		periodic[i] = make(clocks[i], 0, SEC / 10, SEC / 10);
		unread[i] = make(clocks[i], 0, 1000000, 0);
		disarmed[i] = make(clocks[i], 0, SEC, SEC);
		if (disarmed[i] >= 0)
			set(disarmed[i], 0, 0, 0);
	}
	consumed = make(CLOCK_MONOTONIC, 0, SEC / 10, 100000 * SEC);
	once = make(CLOCK_MONOTONIC, 0, 1000000, 0);
	read_once = make(CLOCK_MONOTONIC, 0, 1000000, 0);
	past = make(CLOCK_MONOTONIC, TFD_TIMER_ABSTIME, 1, 0);
	far = make(CLOCK_MONOTONIC, TFD_TIMER_ABSTIME, INT64_MAX, 0);
	may_cancel = make(CLOCK_REALTIME, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			  now(CLOCK_REALTIME) + 100000 * SEC, 0);
	/* setting the clock to what it is cancels */
	canceled = make(CLOCK_REALTIME, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			now(CLOCK_REALTIME) + 100000 * SEC, 0);
	tst_sleep_ms(350);
	struct timespec t = spec(now(CLOCK_REALTIME));
	int was_set = !clock_settime(CLOCK_REALTIME, &t);
	if (was_set)
		ticks(may_cancel);	/* told */
	if (ticks(read_once) != 1 || ticks(consumed) != 1)
		tst_die("timerfd");
	waiting = tst_sys(timerfd_create(CLOCK_MONOTONIC, 0));
	set(waiting, 0, 3 * SEC, 0);
	t0 = now(CLOCK_MONOTONIC);
	child = tst_sys(fork());
	if (!child) {
		i = ticks(waiting) != 1;
		/* 3 s after it was set, by the VE's clock, dumped or not */
		_exit(i | (now(CLOCK_MONOTONIC) - t0 < 3 * SEC) << 1);
	}
	/* by now the periodic ones have expired 3 times at least */

	tst_ready();

	for (i = 0; i < CLOCKS; i++) {
		if (rel[i] < 0) {
			tst_skip(names[i], "this kernel has none");
			continue;
		}
		tst_is(field(rel[i], "clockid", 10), clocks[i], "%s: clock", names[i]);
		tst_ok(near(left(rel[i]), rel_end[i] - now(i ? clocks[i] : CLOCK_MONOTONIC), SEC) ||
		       i == 3, "%s: relative: the time left", names[i]);
		tst_ok(near(left(abs[i]), abs_end[i] - now(clocks[i]), SEC),
		       "%s: absolute: the time left", names[i]);
		tst_is(interval(abs[i]), 7 * SEC, "%s: interval", names[i]);
		tst_is(field(abs[i], "settime flags", 8), TFD_TIMER_ABSTIME, "%s: flags", names[i]);
		tst_is(ready(periodic[i], 0), 1, "%s: periodic: ready", names[i]);
		tst_ok(ticks(periodic[i]) >= 3, "%s: periodic: expirations", names[i]);
		tst_is(ready(periodic[i], 2000), 1, "%s: periodic: again", names[i]);
		tst_is(ticks(unread[i]), 1, "%s: unread", names[i]);
		tst_is(ticks(unread[i]), -EAGAIN, "%s: once", names[i]);
		tst_ok(!left(disarmed[i]) && ticks(disarmed[i]) == -EAGAIN, "%s: disarmed", names[i]);
		set(disarmed[i], 0, SEC / 100, 0);
		tst_is(ready(disarmed[i], 2000), 1, "%s: can be armed", names[i]);
	}
	tst_is(field(once, "ticks", 10), 1, "once: ticks");
	tst_is(ticks(once), 1, "once: told");
	tst_ok(ticks(read_once) == -EAGAIN && !left(read_once), "once, read: not again");
	tst_ok(ticks(consumed) == -EAGAIN && left(consumed) > 99900 * SEC, "periodic, read: not again");
	tst_is(ticks(past), 1, "in the past: told");
	tst_ok(ticks(far) == -EAGAIN && left(far) > 1000000 * SEC, "far away: still is");
	if (was_set) {
		tst_is(field(canceled, "settime flags", 8), 3, "cancelled: flags");
		tst_is(ready(canceled, 0), 1, "cancelled: ready");
		tst_is(ticks(canceled), -ECANCELED, "cancelled: told");
		tst_is(ticks(canceled), -EAGAIN, "cancelled: once");
		tst_is(ready(may_cancel, 0), 0, "may be cancelled: not yet");
		t = spec(now(CLOCK_REALTIME));
		tst_sys(clock_settime(CLOCK_REALTIME, &t));
		tst_ok(ready(may_cancel, 1000) == 1 && ticks(may_cancel) == -ECANCELED,
		       "may be cancelled: is");
	} else {
		tst_skip("cancelled", "the clock cannot be set");
	}
	tst_ok(waitpid(child, &status, 0) == child && !status, "blocked reader: at its time");
	return tst_end();
}
