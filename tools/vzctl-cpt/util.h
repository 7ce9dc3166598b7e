/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages, strings, files and child processes. */
#ifndef VZ_UTIL_H
#define VZ_UTIL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define VZ_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Where vz_info() goes; stderr while stdout carries an image. */
extern FILE *vz_out;
/* 0: errors only; 1: as OpenVZ does; 2: more */
extern int vz_verbosity;
/* Set by SIGINT, SIGTERM and SIGHUP after vz_catch_signals(). */
extern volatile sig_atomic_t vz_interrupted;

void vz_info(const char *fmt, ...) VZ_PRINTF(1, 2);
void vz_verbose(const char *fmt, ...) VZ_PRINTF(1, 2);
void vz_warn(const char *fmt, ...) VZ_PRINTF(1, 2);
/* Prints the line to stderr and returns @code: `return vz_err(VZ_X, ...)'. */
int vz_err(int code, const char *fmt, ...) VZ_PRINTF(2, 3);

/* From now on the signals only set vz_interrupted, so that callers clean up. */
void vz_catch_signals(void);
/* Signal state as after boot: nothing caught, ignored or blocked. */
void vz_default_signals(void);
void vz_leave_session_keyring(void);

void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) VZ_PRINTF(1, 2);

/* Negative errno on failure, in all of these. */
int read_full(int fd, void *buf, size_t len);	/* bytes read; less at the end */
int write_full(int fd, const void *buf, size_t len);
int read_file(const char *path, char *buf, size_t size); /* NUL-terminated */
int write_file_at(int dirfd, const char *name, const char *text);
int mkdir_p(const char *path, mode_t mode);
/* Replaces @path as a whole: temporary name, fsync, rename. */
int replace_file(const char *path, const char *text, mode_t mode);
int fsync_dir_of(const char *path);
/* A number without sign, blanks or rest, at most @max. */
int parse_number(const char *s, unsigned long max, unsigned long *out);

/*
 * Runs a program of the host and waits. Its wait status, or negative errno.
 * With @silent its stdout and stderr go to /dev/null.
 */
int run_command(const char *const argv[], bool silent);

/* Milliseconds of CLOCK_MONOTONIC. */
long long now_ms(void);
/* Waits until the process behind @pidfd has ended: 0, or -ETIMEDOUT. */
int pidfd_wait(int pidfd, int timeout_ms);

/*
 * What a child tells vzctl over a pipe: why it failed, or (code 0) a pid.
 * Shorter than PIPE_BUF, so several writers do not mix.
 */
struct child_msg {
	int code;		/* enum vz_error, 0: no failure */
	pid_t pid;
	char text[1024];
};

/* For a child: sends the reason and ends. Never returns to the caller. */
void child_fail(int fd, int code, const char *fmt, ...)
	VZ_PRINTF(3, 4) __attribute__((noreturn));
/* For a child: dies with its parent @parent, or at once if that is gone. */
void die_with_parent(pid_t parent);

#endif /* VZ_UTIL_H */
