// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has been used so far: times, faults, switches, bytes, peaks; of threads,
 * the process, children that were waited for, and zombies. And since when.
 */
/* alone: it counts what it has used */
#include "tst.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>

#define BIG	(48 << 20)

static double now(clockid_t clock)
{
	struct timespec t;

	tst_sys(clock_gettime(clock, &t));
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double sec(const struct timeval *t) { return t->tv_sec + t->tv_usec / 1e6; }

static void burn(double s)
{
	double end = now(CLOCK_THREAD_CPUTIME_ID) + s;
	volatile int spin;

	while (now(CLOCK_THREAD_CPUTIME_ID) < end) {
		for (spin = 0; spin < 300000; spin++)
			;
	}
}

/* More memory than later, for the peak. */
static void swell(size_t size)
{
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tst_must(mem != MAP_FAILED);
	memset(mem, 1, size);
	munmap(mem, size);
}

struct stat_line {
	long utime, stime, cutime, cstime, threads;
	long long start;
	unsigned long minflt, majflt, cminflt, cmajflt;
};

static void read_stat(struct stat_line *s, pid_t tid)
{
	char path[64], buf[1024], *p;
	FILE *f;

	snprintf(path, sizeof(path), tid ? "/proc/self/task/%d/stat" : "/proc/self/stat", tid);
	f = fopen(path, "r");
	tst_must(f && fgets(buf, sizeof(buf), f));
	fclose(f);
	p = strrchr(buf, ')');
	tst_must(p && sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %lu %lu %lu %lu %ld %ld %ld %ld %*d %*d %ld %*d %lld",
			     &s->minflt, &s->cminflt, &s->majflt, &s->cmajflt, &s->utime, &s->stime,
			     &s->cutime, &s->cstime, &s->threads, &s->start) == 10);
}

static void read_io(long io[7])
{
	FILE *f = fopen("/proc/self/io", "r");
	int i;

	memset(io, 0, 7 * sizeof(*io));
	for (i = 0; f && i < 7; i++)
		tst_must(fscanf(f, "%*s %ld", &io[i]) == 1);
	if (f)
		fclose(f);
}

struct state {
	struct rusage self, children, thread, zombie;
	struct stat_line stat, worker;
	struct tms tms;
	double process_cpu, thread_cpu;
	long io[7];
	long peak_rss, peak_vm;
};

static pid_t zombie, worker_tid;

static void read_peaks(struct state *s)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "VmHWM: %ld", &s->peak_rss);
		sscanf(line, "VmPeak: %ld", &s->peak_vm);
	}
	if (f)
		fclose(f);
}

static void take(struct state *s)
{
	siginfo_t info;

	memset(s, 0, sizeof(*s));
	getrusage(RUSAGE_SELF, &s->self);
	getrusage(RUSAGE_CHILDREN, &s->children);
	getrusage(RUSAGE_THREAD, &s->thread);
	tst_sys(syscall(SYS_waitid, P_PID, zombie, &info, WEXITED | WNOWAIT, &s->zombie));
	read_stat(&s->stat, 0);
	read_stat(&s->worker, worker_tid);
	times(&s->tms);
	s->process_cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	s->thread_cpu = now(CLOCK_THREAD_CPUTIME_ID);
	read_io(s->io);
	read_peaks(s);
}

static volatile int go;

static void *worker(void *arg)
{
	worker_tid = syscall(SYS_gettid);
	burn(0.3);
	worker_tid = -worker_tid;
	while (!go)
		tst_sleep_ms(20);
	return arg;
}

static void *ends(void *arg)
{
	burn(0.4);
	return arg;
}

static pid_t child(double s, size_t size)
{
	pid_t pid = tst_sys(fork());
	int fd;

	if (pid)
		return pid;
	burn(s);
	swell(size);
	fd = open("/proc/self/exe", O_RDONLY);
	while (fd >= 0 && read(fd, (char[4096]){}, 4096) > 0)
		;
	_exit(3);
}

/* Not less than before, and not much more; half a microsecond is how seconds are added. */
static void goes_on(double before, double after, double most, const char *what)
{
	if (!tst_ok(after > before - 5e-7 && after <= before + most + 5e-7, "%s", what))
		tst_note("%f, was %f", after, before);
}

static void compare(const struct rusage *a, const struct rusage *b, double seconds, long events,
		    const char *who)
{
	char what[100];

#define SAYS(x) (snprintf(what, sizeof(what), "%s: " x, who), what)
	goes_on(sec(&a->ru_utime) + sec(&a->ru_stime), sec(&b->ru_utime) + sec(&b->ru_stime), seconds,
		SAYS("time"));
	goes_on(sec(&a->ru_utime), sec(&b->ru_utime), seconds, SAYS("in user mode"));
	goes_on(sec(&a->ru_stime), sec(&b->ru_stime), seconds, SAYS("in the kernel"));
	goes_on(a->ru_minflt, b->ru_minflt, events, SAYS("faults"));
	goes_on(a->ru_majflt, b->ru_majflt, events, SAYS("faults with I/O"));
	goes_on(a->ru_nvcsw, b->ru_nvcsw, events, SAYS("switches"));
	goes_on(a->ru_nivcsw, b->ru_nivcsw, events, SAYS("involuntary switches"));
	goes_on(a->ru_inblock, b->ru_inblock, 8 * events, SAYS("blocks read"));
	goes_on(a->ru_oublock, b->ru_oublock, 8 * events, SAYS("blocks written"));
	goes_on(a->ru_maxrss, b->ru_maxrss, events ? 4096 : 0, SAYS("peak of memory"));
}

int main(int argc, char **argv)
{
	static struct state a, b;
	static char page[4096];
	static const char *const io_name[] = { "rchar", "wchar", "syscr", "syscw", "read_bytes",
					       "write_bytes", "cancelled_write_bytes" };
	pthread_t thread, dead;
	int status, i, fd;
	struct rusage last;

	tst_begin(argc, argv);
	burn(0.5);
	swell(BIG);
	tst_sys(waitpid(child(0.3, BIG / 2), NULL, 0));
	tst_must(!pthread_create(&dead, NULL, ends, NULL));
	pthread_join(dead, NULL);
	tst_must(!pthread_create(&thread, NULL, worker, NULL));
	while (worker_tid >= 0)
		tst_sleep_ms(5);
	worker_tid = -worker_tid;
	fd = tst_sys(open("/tmp/usage.data", O_RDWR | O_CREAT, 0600));
	for (i = 0; i < 100; i++)
		tst_must(write(fd, page, sizeof(page)) == sizeof(page));
	fsync(fd);
	zombie = child(0.3, BIG / 4);
	tst_sys(waitid(P_PID, zombie, NULL, WEXITED | WNOWAIT));
	take(&a);
	tst_ready();
	take(&b);

	compare(&a.self, &b.self, 1.0, 2000, "process");
	compare(&a.thread, &b.thread, 1.0, 2000, "thread");
	compare(&a.children, &b.children, 0, 0, "children");
	compare(&a.zombie, &b.zombie, 0, 0, "zombie");
	goes_on(a.process_cpu, b.process_cpu, 1.0, "CLOCK_PROCESS_CPUTIME_ID");
	goes_on(a.thread_cpu, b.thread_cpu, 1.0, "CLOCK_THREAD_CPUTIME_ID");
	goes_on(a.tms.tms_utime + a.tms.tms_stime, b.tms.tms_utime + b.tms.tms_stime,
		sysconf(_SC_CLK_TCK), "times");
	tst_ok(a.tms.tms_cutime == b.tms.tms_cutime && a.tms.tms_cstime == b.tms.tms_cstime,
	       "times: children");
	tst_is(b.stat.start, a.stat.start, "/proc/PID/stat: start time");
	tst_is(b.worker.start, a.worker.start, "/proc/PID/stat: start time of a thread");
	tst_is(b.stat.cutime, a.stat.cutime, "/proc/PID/stat: time of children");
	tst_is(b.stat.cminflt, a.stat.cminflt, "/proc/PID/stat: faults of children");
	goes_on(a.stat.utime, b.stat.utime, 100, "/proc/PID/stat: time");
	goes_on(a.stat.minflt, b.stat.minflt, 2000, "/proc/PID/stat: faults");
	for (i = 0; i < 7; i++)
		goes_on(a.io[i], b.io[i], 4 << 20, io_name[i]);
	tst_is(b.peak_rss, a.peak_rss, "VmHWM");
	tst_is(b.peak_vm, a.peak_vm, "VmPeak");
	tst_ok(wait4(zombie, &status, 0, &last) == zombie && WEXITSTATUS(status) == 3 &&
	       !memcmp(&last.ru_utime, &a.zombie.ru_utime, sizeof(last.ru_utime)) &&
	       last.ru_maxrss == a.zombie.ru_maxrss, "wait4 of the zombie");
	getrusage(RUSAGE_CHILDREN, &last);
	goes_on(sec(&a.children.ru_utime) + sec(&a.zombie.ru_utime), sec(&last.ru_utime), 0.1,
		"whose time is now that of a child");
	go = 1;
	pthread_join(thread, NULL);
	return tst_end();
}
