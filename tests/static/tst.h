/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For programs that must survive a checkpoint and restore:
 *
 *	PROGRAM GO RESULT
 *
 * sets itself up, says "ready" on standard output, waits until the file GO is
 * there, looks at what it has and writes TAP to RESULT. It exits 0 when all is
 * as it was.
 */
#ifndef _TST_H
#define _TST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *tst_go, *tst_result, *tst_name;
static FILE *tst_out;
static int tst_count, tst_failed;
static struct utsname tst_kernel;	/* that it was started on */

/* Not set up: the test says nothing about checkpoints. */
#define tst_die(what) do {						\
	fprintf(stderr, "%s: %s:%d: %s: %s\n", tst_name, __FILE__, __LINE__, what, \
		strerror(errno));					\
	exit(2);							\
} while (0)

#define tst_must(cond) do { if (!(cond)) tst_die(#cond); } while (0)

/* A call of the set-up that must not return -1; its value. */
#define tst_sys(call) ({						\
	long tst_ret = (long)(call);					\
									\
	if (tst_ret == -1)						\
		tst_die(#call);						\
	tst_ret;							\
})

static inline void tst_begin(int argc, char **argv)
{
	tst_name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	if (argc < 3) {
		fprintf(stderr, "usage: %s GO RESULT\n", tst_name);
		exit(2);
	}
	tst_go = argv[1];
	tst_result = argv[2];
	uname(&tst_kernel);
}

/* Is this another kernel than the one it was started on? */
static inline int tst_other_kernel(void)
{
	struct utsname now;

	uname(&now);
	return strcmp(now.release, tst_kernel.release) || strcmp(now.version, tst_kernel.version);
}

static inline void tst_sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static inline void tst_wait_for(const char *path)
{
	while (access(path, F_OK))
		tst_sleep_ms(20);
}

static inline void tst_say_ready(void)
{
	if (write(1, "ready\n", 6) != 6)
		tst_die("write");
}

static inline void tst_results(void)
{
	tst_out = fopen(tst_result, "w");
	if (!tst_out)
		tst_die(tst_result);
	setlinebuf(tst_out);
	fprintf(tst_out, "TAP version 13\n");
}

static inline void tst_ready(void)
{
	tst_say_ready();
	tst_wait_for(tst_go);
	tst_results();
}

__attribute__((format(printf, 2, 3)))
static inline int tst_ok(int ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(tst_out, "%sok %d %s: ", ok ? "" : "not ", ++tst_count, tst_name);
	vfprintf(tst_out, fmt, args);
	fprintf(tst_out, "\n");
	va_end(args);
	tst_failed += !ok;
	return ok;
}

static inline void tst_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(tst_out, "# ");
	vfprintf(tst_out, fmt, args);
	fprintf(tst_out, "\n");
	va_end(args);
}

/* Two numbers are the same. */
#define tst_is(got, want, ...) do {					\
	long long tst_got = (long long)(got), tst_want = (long long)(want); \
									\
	if (!tst_ok(tst_got == tst_want, __VA_ARGS__))			\
		tst_note("line %d: got %lld, want %lld", __LINE__, tst_got, tst_want); \
} while (0)

static inline void tst_skip(const char *what, const char *why)
{
	fprintf(tst_out, "ok %d %s: %s # SKIP %s\n", ++tst_count, tst_name, what, why);
}

static inline int tst_end(void)
{
	fprintf(tst_out, "1..%d\n", tst_count);
	fclose(tst_out);
	return tst_failed ? 1 : 0;
}

#endif
