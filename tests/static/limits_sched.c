// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits, scheduling and the other numbers of a process or thread that prctl(2)
 * and its like set. Each case is a process of its own.
 */
#include "tst.h"
#include <linux/sched.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define IOPRIO_WHO_PROCESS 1

struct attr {
	unsigned int size, policy;
	unsigned long long flags;
	int nice;
	unsigned int priority;
	unsigned long long runtime, deadline, period;
	unsigned int util_min, util_max;
};

struct state {
	struct attr attr;
	struct rlimit limits[RLIM_NLIMITS];
	int nice, ioprio, slack, personality, oom, umask, thp;
	long loginuid, sessionid;
	cpu_set_t cpus;
};

static long number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	long n = -9999;

	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = -9998;
		fclose(f);
	}
	return n;
}

static void take(struct state *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	syscall(SYS_sched_getattr, 0, &s->attr, sizeof(s->attr), 0);
	s->attr.runtime = 0;	/* the kernel's default slice; see newer.c */
	for (i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(i, &s->limits[i]);
	s->nice = getpriority(PRIO_PROCESS, 0);
	s->ioprio = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
	s->slack = prctl(PR_GET_TIMERSLACK);
	s->personality = personality(0xffffffff);
	s->oom = number_in("/proc/self/oom_score_adj");
	s->loginuid = number_in("/proc/self/loginuid");
	s->sessionid = number_in("/proc/self/sessionid");
	s->umask = umask(0);
	umask(s->umask);
	s->thp = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
	sched_getaffinity(0, sizeof(s->cpus), &s->cpus);
}

static void set_policy(int policy, int priority, int nice, unsigned long long flags)
{
	struct attr a = { .size = 48, .policy = policy, .priority = priority, .nice = nice,
			  .flags = flags };

	tst_sys(syscall(SYS_sched_setattr, 0, &a, 0));
}

static void c_nothing(void) { }
static void c_nice(void) { tst_sys(setpriority(PRIO_PROCESS, 0, 13)); }
static void c_hurry(void) { tst_sys(setpriority(PRIO_PROCESS, 0, -17)); }
static void c_fifo(void) { set_policy(SCHED_FIFO, 7, 0, 0); }
static void c_rr(void) { set_policy(SCHED_RR, 99, 0, SCHED_FLAG_RESET_ON_FORK); }
static void c_batch(void) { set_policy(SCHED_BATCH, 0, 5, 0); }
static void c_idle(void) { set_policy(SCHED_IDLE, 0, 0, 0); }
static void c_reset(void) { set_policy(SCHED_OTHER, 0, -3, SCHED_FLAG_RESET_ON_FORK); }
static void c_ioprio(void) { tst_sys(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6)); }
static void c_io_idle(void) { tst_sys(syscall(SYS_ioprio_set, 1, 0, 3 << 13)); }
static void c_io_rt(void) { tst_sys(syscall(SYS_ioprio_set, 1, 0, 1 << 13 | 2)); }
static void c_slack(void) { tst_sys(prctl(PR_SET_TIMERSLACK, 123456789)); }
static void c_umask(void) { umask(0137); }
static void c_thp(void) { tst_sys(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)); }

static void c_login(void)
{
	int fd = open("/proc/self/loginuid", O_WRONLY);

	if (fd >= 0 && write(fd, "1234", 4) != 4)
		fprintf(stderr, "loginuid cannot be set: %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void c_personality(void)
{
	tst_sys(personality(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | STICKY_TIMEOUTS | UNAME26));
}

static void c_oom(void)
{
	int fd = tst_sys(open("/proc/self/oom_score_adj", O_WRONLY));

	tst_must(write(fd, "567", 3) == 3);
	close(fd);
}

static void c_oom_low(void)
{
	int fd = tst_sys(open("/proc/self/oom_score_adj", O_WRONLY));

	tst_must(write(fd, "-800", 4) == 4);
	close(fd);
}

static void c_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	tst_sys(sched_setaffinity(0, sizeof(cpus), &cpus));
}

static void c_limits(void)
{
	struct rlimit l;
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		tst_sys(getrlimit(i, &l));
		l.rlim_max = l.rlim_max < 50000000 ? l.rlim_max : 50000000 + (unsigned int)i;
		l.rlim_cur = l.rlim_max < 1000 ? l.rlim_max : l.rlim_max - 10 - (unsigned int)i;
		if (i == RLIMIT_AS || i == RLIMIT_DATA || i == RLIMIT_STACK)
			l.rlim_cur = l.rlim_max = 900000000 + (unsigned int)i;
		tst_sys(setrlimit(i, &l));
	}
}

static void c_low_limits(void)
{
	struct rlimit l = { 5, 6 }, none = {};

	tst_sys(setrlimit(RLIMIT_NOFILE, &l));
	tst_sys(setrlimit(RLIMIT_NPROC, &none));
	tst_sys(setrlimit(RLIMIT_FSIZE, &none));
	tst_sys(setrlimit(RLIMIT_SIGPENDING, &none));
	tst_sys(setrlimit(RLIMIT_MEMLOCK, &none));
	tst_sys(setrlimit(RLIMIT_RTPRIO, &none));
	tst_sys(setrlimit(RLIMIT_NICE, &none));
	tst_sys(setrlimit(RLIMIT_DATA, &none));
	tst_sys(setrlimit(RLIMIT_STACK, &none));
	tst_sys(setrlimit(RLIMIT_AS, &none));
	tst_sys(setrlimit(RLIMIT_CORE, &none));
}

struct one {
	const char *name;
	void (*set)(void);
	pid_t pid;
	int pipe[2];
};

static struct one ones[] = {
	{ .name = "as it began", .set = c_nothing },
	{ .name = "nice 13", .set = c_nice },
	{ .name = "nice -17", .set = c_hurry },
	{ .name = "SCHED_FIFO", .set = c_fifo },
	{ .name = "SCHED_RR, reset on fork", .set = c_rr },
	{ .name = "SCHED_BATCH", .set = c_batch },
	{ .name = "SCHED_IDLE", .set = c_idle },
	{ .name = "reset on fork", .set = c_reset },
	{ .name = "ioprio: best effort", .set = c_ioprio },
	{ .name = "ioprio: idle", .set = c_io_idle },
	{ .name = "ioprio: real time", .set = c_io_rt },
	{ .name = "timer slack", .set = c_slack },
	{ .name = "login uid and session", .set = c_login },
	{ .name = "umask", .set = c_umask },
	{ .name = "no huge pages", .set = c_thp },
	{ .name = "personality", .set = c_personality },
	{ .name = "oom_score_adj", .set = c_oom },
	{ .name = "oom_score_adj, lowered", .set = c_oom_low },
	{ .name = "one processor", .set = c_cpu },
	{ .name = "limits", .set = c_limits },
	{ .name = "limits below what is in use", .set = c_low_limits },
};
#define ONES (int)(sizeof(ones) / sizeof(*ones))

static void child(struct one *o)
{
	static struct state before, after;
	long slack_default;

	close(o->pipe[0]);
	o->set();
	take(&before);
	tst_sys(write(o->pipe[1], "r", 1));
	tst_wait_for(tst_go);
	take(&after);
	if (memcmp(&before, &after, sizeof(before)))
		_exit(1);
	if (o->set == c_slack) {	/* 0: what it inherited */
		prctl(PR_SET_TIMERSLACK, 0);
		slack_default = prctl(PR_GET_TIMERSLACK);
		_exit(slack_default != 50000);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int i, status;
	char c;

	tst_begin(argc, argv);
	for (i = 0; i < ONES; i++) {
		tst_sys(pipe(ones[i].pipe));
		ones[i].pid = tst_sys(fork());
		if (!ones[i].pid)
			child(&ones[i]);
		close(ones[i].pipe[1]);
		tst_must(read(ones[i].pipe[0], &c, 1) == 1);
		close(ones[i].pipe[0]);
	}
	tst_ready();
	for (i = 0; i < ONES; i++)
		if (!tst_ok(waitpid(ones[i].pid, &status, 0) == ones[i].pid && !status, "%s",
			    ones[i].name))
			tst_note("status %#x", status);
	return tst_end();
}
