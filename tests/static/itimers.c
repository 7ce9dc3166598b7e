// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interval timers: what is left, what has expired, what comes again. Each case
 * is a process of its own.
 */
/* alone: it takes the time */
#include "tst.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#define LATER	30	/* seconds; longer than it takes until the dump */

static volatile int count;

static void on_signal(int sig) { (void)sig; count++; }

static double now(clockid_t clock)
{
	struct timespec t;

	tst_sys(clock_gettime(clock, &t));
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double get(int which, double *interval)
{
	struct itimerval it;

	tst_sys(getitimer(which, &it));
	if (interval)
		*interval = it.it_interval.tv_sec + it.it_interval.tv_usec / 1e6;
	return it.it_value.tv_sec + it.it_value.tv_usec / 1e6;
}

static void set(int which, long value_us, long interval_us)
{
	struct itimerval it = {
		.it_value = { value_us / 1000000, value_us % 1000000 },
		.it_interval = { interval_us / 1000000, interval_us % 1000000 },
	};

	tst_sys(setitimer(which, &it, NULL));
}

static int near(double a, double b, double eps) { return a - b < eps && b - a < eps; }

static void block(int how)
{
	sigset_t alrm;

	sigemptyset(&alrm);
	sigaddset(&alrm, SIGALRM);
	tst_sys(sigprocmask(how, &alrm, NULL));
}

/* Until so many signals came, for so many seconds of the clock at most. */
static int wait_count(int n, double limit, clockid_t clock)
{
	double end = now(clock) + limit;
	volatile int spin;

	while (count < n && now(clock) < end) {
		if (clock == CLOCK_MONOTONIC)
			tst_sleep_ms(5);
		else
			for (spin = 0; spin < 1000000; spin++)
				;
	}
	return count >= n;
}

struct one {
	const char *name;
	void (*before)(void);
	const char *(*after)(void);	/* what is wrong, or NULL */
	int said[2];			/* ready */
	pid_t pid;
	double at;
};

static double deadline;

static void b_oneshot(void)
{
	deadline = now(CLOCK_MONOTONIC) + LATER;
	set(ITIMER_REAL, LATER * 1000000L, 0);
}

static const char *a_oneshot(void)
{
	double left = get(ITIMER_REAL, NULL), late;

	if (count)
		return "rang too early (or the dump came too late)";
	if (!near(left, deadline - now(CLOCK_MONOTONIC), 0.3))
		return "has another time left";
	if (!wait_count(1, LATER + 5, CLOCK_MONOTONIC))
		return "does not ring";
	late = now(CLOCK_MONOTONIC) - deadline;
	return late < 0 ? "too early" : late > 3 ? "too late" : get(ITIMER_REAL, NULL) ? "armed" : NULL;
}

static void b_periodic(void) { set(ITIMER_REAL, 150000, 250000); }

static const char *a_periodic(void)
{
	double interval, left = get(ITIMER_REAL, &interval);
	int before = count;

	if (interval != 0.25 || left > 0.25 || left <= 0)
		return "interval";
	return wait_count(before + 4, 5, CLOCK_MONOTONIC) ? NULL : "does not ring";
}

static void b_fired(void)
{
	block(SIG_BLOCK);
	set(ITIMER_REAL, 1000, 500000);
	tst_sleep_ms(50);
}

static const char *a_fired(void)
{
	double interval;
	sigset_t pending;

	get(ITIMER_REAL, &interval);
	if (interval != 0.5)
		return "interval";
	tst_sys(sigpending(&pending));
	if (!sigismember(&pending, SIGALRM))
		return "its signal is not pending";
	if (count)
		return "rang while it was blocked";
	block(SIG_UNBLOCK);
	if (count != 1)
		return "it did not ring once";
	return wait_count(3, 5, CLOCK_MONOTONIC) ? NULL : "does not go on";
}

static void b_fired_once(void)
{
	block(SIG_BLOCK);
	set(ITIMER_REAL, 1000, 0);
	tst_sleep_ms(50);
}

static const char *a_fired_once(void)
{
	sigset_t pending;

	if (get(ITIMER_REAL, NULL))
		return "is armed again";
	tst_sys(sigpending(&pending));
	if (!sigismember(&pending, SIGALRM))
		return "its signal is not pending";
	block(SIG_UNBLOCK);
	tst_sleep_ms(300);
	return count == 1 ? NULL : "it did not ring once";
}

static double virt_left, prof_left;

static void burn(double s)
{
	double end = now(CLOCK_PROCESS_CPUTIME_ID) + s;

	while (now(CLOCK_PROCESS_CPUTIME_ID) < end)
		;
}

static void b_cpu(void)
{
	set(ITIMER_VIRTUAL, 4000000, 1000000);
	set(ITIMER_PROF, 5000000, 2000000);
	burn(0.2);
	virt_left = get(ITIMER_VIRTUAL, NULL);
	prof_left = get(ITIMER_PROF, NULL);
}

static const char *a_cpu(void)
{
	double vi, pi, v = get(ITIMER_VIRTUAL, &vi), p = get(ITIMER_PROF, &pi);

	if (vi != 1 || pi != 2)
		return "intervals";
	/* waiting for the end of the checkpoint took some */
	if (v > virt_left + 0.02 || v < virt_left - 1 || p > prof_left + 0.02 || p < prof_left - 1)
		return "what was left is another time";
	return NULL;
}

static void b_virtual(void) { set(ITIMER_VIRTUAL, 700000, 0); }

static const char *a_virtual(void)
{
	if (count)
		return "rang too early";
	return wait_count(1, 5, CLOCK_PROCESS_CPUTIME_ID) ? NULL : "does not ring";
}

static void b_prof(void) { set(ITIMER_PROF, 100000, 100000); }

static const char *a_prof(void)
{
	int before = count;

	return wait_count(before + 3, 3, CLOCK_PROCESS_CPUTIME_ID) ? NULL : "does not ring";
}

static struct one ones[] = {
	{ .name = "ITIMER_REAL, periodic", .before = b_periodic, .after = a_periodic },
	{ .name = "ITIMER_REAL, periodic, its signal pending", .before = b_fired, .after = a_fired },
	{ .name = "ITIMER_REAL, over, its signal pending", .before = b_fired_once,
	  .after = a_fired_once },
	{ .name = "ITIMER_VIRTUAL and ITIMER_PROF: times left", .before = b_cpu, .after = a_cpu },
	{ .name = "ITIMER_VIRTUAL", .before = b_virtual, .after = a_virtual },
	{ .name = "ITIMER_PROF, periodic", .before = b_prof, .after = a_prof },
	{ .name = "ITIMER_REAL, once", .before = b_oneshot, .after = a_oneshot },
};
#define ONES (int)(sizeof(ones) / sizeof(*ones))

static void child(struct one *o)
{
	const char *wrong;

	o->before();
	tst_sys(write(o->said[1], "r", 1));
	tst_wait_for(tst_go);
	wrong = o->after();
	if (wrong && write(o->said[1], wrong, strlen(wrong)) < 0)
		_exit(2);
	_exit(!!wrong);
}

int main(int argc, char **argv)
{
	static const int sigs[] = { SIGALRM, SIGVTALRM, SIGPROF };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	char text[100], c;
	int i, status;
	ssize_t n;

	tst_begin(argc, argv);
	for (i = 0; i < 3; i++)
		tst_sys(sigaction(sigs[i], &sa, NULL));
	for (i = 0; i < ONES; i++) {
		tst_sys(pipe(ones[i].said));
		ones[i].pid = tst_sys(fork());
		if (!ones[i].pid)
			child(&ones[i]);
		tst_must(read(ones[i].said[0], &c, 1) == 1);
		close(ones[i].said[1]);
	}
	tst_ready();
	for (i = 0; i < ONES; i++) {
		tst_sys(waitpid(ones[i].pid, &status, 0));
		if (!tst_ok(!status, "%s", ones[i].name)) {
			n = read(ones[i].said[0], text, sizeof(text) - 1);
			text[n > 0 ? n : 0] = 0;
			tst_note("status %#x: %s", status, text);
		}
	}
	return tst_end();
}
