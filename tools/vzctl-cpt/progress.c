// SPDX-License-Identifier: GPL-2.0-only
/*
 * The percentage line of long operations. A thread asks the context of the
 * same open control file, which answers while the operation runs.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "cptctl.h"
#include "cptop.h"
#include "util.h"

#define INTERVAL_NS 200000000L

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool running, stop;
	int ctl;
	const char *label;
} line = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static void draw(int percent)
{
	fprintf(vz_out, "\r\t%s... %3d%%", line.label, percent);
	fflush(vz_out);
}

static void *draw_loop(void *arg)
{
	struct cpt_progress p;
	struct timespec next;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&line.lock);
	while (!line.stop) {
		if (!cptctl_get_progress(line.ctl, &p) && p.total) {
			unsigned long long done = p.done < p.total ? p.done : p.total;

			/* no overflow, and 100% only when it is over */
			done = p.total > 1ULL << 56 ? done / (p.total / 100)
						    : done * 100 / p.total;
			draw(done < 99 ? done : 99);
		}
		next.tv_nsec += INTERVAL_NS;
		next.tv_sec += next.tv_nsec / 1000000000L;
		next.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&line.cond, &line.lock, &next);
	}
	pthread_mutex_unlock(&line.lock);
	return NULL;
}

void progress_start(int ctl, const char *label)
{
	pthread_condattr_t attr;
	sigset_t all, old;

	line.ctl = ctl;
	line.label = label;
	line.stop = false;
	fprintf(vz_out, "\t%s...", label);
	fflush(vz_out);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&line.cond, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the thread that is inside the operation. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	line.running = !pthread_create(&line.thread, NULL, draw_loop, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void progress_stop(bool ok)
{
	if (line.running) {
		pthread_mutex_lock(&line.lock);
		line.stop = true;
		pthread_cond_signal(&line.cond);
		pthread_mutex_unlock(&line.lock);
		pthread_join(line.thread, NULL);
		line.running = false;
	}
	pthread_cond_destroy(&line.cond);
	if (ok)
		draw(100);
	fputc('\n', vz_out);
	fflush(vz_out);
}
