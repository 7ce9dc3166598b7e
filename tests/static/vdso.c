// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vdso: threads that read clocks before, while and after they are dumped, by
 * libc and by addresses that were looked up before; threads that a signal has
 * interrupted in the middle of a function of the vdso, and that go on in it; a
 * child, a new program. On whichever kernel it is restored.
 */
/* alone: it keeps the processors busy */
#include "tst.h"
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <ucontext.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 8
#endif

/* ---- its functions ---- */

static unsigned long base;
static struct {
	const char *name;
	unsigned long addr;
} functions[16];
static int nfunctions;

static int (*v_clock_gettime)(clockid_t, struct timespec *);
static int (*v_clock_getres)(clockid_t, struct timespec *);
static int (*v_gettimeofday)(struct timeval *, void *);
static time_t (*v_time)(time_t *);
static long (*v_getcpu)(unsigned int *, unsigned int *, void *);
static ssize_t (*v_getrandom)(void *, size_t, unsigned int, void *, size_t);

static void *function(const char *name)
{
	int i;

	for (i = 0; i < nfunctions; i++) {
		if (!strcmp(functions[i].name, name))
			return (void *)functions[i].addr;
	}
	return NULL;
}

static void look_up(void)
{
	const ElfW(Ehdr) *elf;
	const ElfW(Phdr) *ph;
	const ElfW(Dyn) *dyn = NULL;
	const ElfW(Sym) *sym = NULL;
	const char *names = NULL;
	const uint32_t *hash = NULL;
	unsigned int i;

	base = getauxval(AT_SYSINFO_EHDR);
	tst_must(base);
	elf = (void *)base;
	ph = (void *)(base + elf->e_phoff);
	for (i = 0; i < elf->e_phnum; i++) {
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (void *)(base + ph[i].p_offset);
	}
	for (; dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			sym = (void *)(base + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_STRTAB)
			names = (void *)(base + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_HASH)
			hash = (void *)(base + dyn->d_un.d_ptr);
	}
	for (i = 0; i < hash[1] && nfunctions < 16; i++) {
		if (ELF64_ST_TYPE(sym[i].st_info) != STT_FUNC ||
		    strncmp(names + sym[i].st_name, "__vdso_", 7))
			continue;
		functions[nfunctions].name = names + sym[i].st_name + 7;
		functions[nfunctions++].addr = base + sym[i].st_value;
	}
	v_clock_gettime = function("clock_gettime");
	v_clock_getres = function("clock_getres");
	v_gettimeofday = function("gettimeofday");
	v_time = function("time");
	v_getcpu = function("getcpu");
	v_getrandom = function("getrandom");
}

/* ---- threads that call it all the time ---- */

static atomic_int wrong[8], stop;
static atomic_long rounds[8];
static atomic_llong lag;		/* of what ticks set, us; much on a busy host, but no restore's time */

#define MUCH_LAG	5000000

static long long ns(const struct timespec *t)
{
	return t->tv_sec * 1000000000LL + t->tv_nsec;
}

static long long clock_of(clockid_t id)
{
	struct timespec t;

	return clock_gettime(id, &t) ? -1 : ns(&t);
}

static void *monotonic(void *arg)
{
	static const clockid_t ids[] = {
		CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_THREAD_CPUTIME_ID,
	};
	long i, me = (long)arg;
	long long last[4] = {}, now;

	for (i = 0; !stop; i++) {
		now = clock_of(ids[i % 4]);
		if (now < last[i % 4])
			wrong[me] = 1 + i % 4;
		last[i % 4] = now;
		rounds[me]++;
	}
	return NULL;
}

static void *wall(void *arg)
{
	long long last = 0, now, late;
	long me = (long)arg;
	struct timeval tv;

	while (!stop) {
		if (gettimeofday(&tv, NULL))
			wrong[me] = 1;
		now = tv.tv_sec * 1000000LL + tv.tv_usec;
		if (now < last)
			wrong[me] = 2;
		last = now;
		late = (tv.tv_sec - time(NULL)) * 1000000LL;
		if (late > MUCH_LAG)
			wrong[me] = 3;
		lag = late > lag ? late : lag;
		if (sched_getcpu() < 0)
			wrong[me] = 4;
		late = now - clock_of(CLOCK_REALTIME_COARSE) / 1000;
		if (late > MUCH_LAG)
			wrong[me] = 5;
		lag = late > lag ? late : lag;
		rounds[me]++;
		if (!(rounds[me] % 64))
			tst_sleep_ms(1);
	}
	return NULL;
}

/* ---- threads that are interrupted in it ---- */

#define IN_IT 5

static __thread int my_number;
static atomic_int caught[IN_IT], let_go;
static atomic_llong before[IN_IT], after[IN_IT];
static pthread_t threads[IN_IT];

static void handler(int sig, siginfo_t *info, void *context)
{
	unsigned long ip = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	int i;

	(void)sig;
	(void)info;
	/* a part of the text: not data, not the entries */
	if (caught[my_number] || ip - base >= 8192)
		return;
	for (i = 0; i < nfunctions; i++) {
		if (ip >= functions[i].addr && ip < functions[i].addr + 32)
			return;
	}
	caught[my_number] = 1;
	while (!let_go)
		syscall(SYS_nanosleep, &(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static long long read_clock(int which)
{
	struct timespec t = {};
	struct timeval tv;

	switch (which) {
	case 0:
		return v_clock_gettime(CLOCK_MONOTONIC, &t) ? -1 : ns(&t);
	case 1:
		return v_clock_gettime(CLOCK_REALTIME, &t) ? -1 : ns(&t);
	case 2:
		return v_clock_gettime(CLOCK_MONOTONIC_COARSE, &t) ? -1 : ns(&t);
	case 3:
		return v_gettimeofday(&tv, NULL) ? -1 :
			tv.tv_sec * 1000000000LL + tv.tv_usec * 1000LL;
	default:
		return v_time(NULL) * 1000000000LL;
	}
}

static void *interrupted(void *arg)
{
	int me = (long)arg;
	long long now = 0;

	my_number = me;
	while (!let_go) {
		now = read_clock(me);
		if (caught[me] && !after[me])
			after[me] = now;
		else if (!caught[me])
			before[me] = now;
	}
	if (!after[me])
		after[me] = now;
	return NULL;
}

static void catch_all(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	long i;

	tst_must(!sigaction(SIGUSR1, &sa, NULL));
	for (i = 0; i < IN_IT; i++) {
		tst_must(!pthread_create(&threads[i], NULL, interrupted, (void *)i));
		while (!caught[i]) {
			tst_must(!pthread_kill(threads[i], SIGUSR1));
			tst_sleep_ms(1);
		}
	}
}

/* ---- random numbers ---- */

struct params {
	uint32_t size, prot, flags, zero[13];
};

static void *state;
static size_t state_size;
static unsigned char numbers[4][32];

static void random_begin(void)
{
	struct params params = {};

	if (!v_getrandom)
		return;
	tst_must(!v_getrandom(NULL, 0, 0, &params, ~0UL));
	state_size = params.size;
	state = mmap(NULL, 4096, params.prot, params.flags, -1, 0);
	tst_must(state != MAP_FAILED);
	tst_must(v_getrandom(numbers[0], 32, 0, state, state_size) == 32);
}

static void random_end(void)
{
	struct params params = {};
	ssize_t n;
	int i;

	if (!v_getrandom)
		return;
	for (i = 1; i < 4; i++)
		tst_is(v_getrandom(numbers[i], 32, 0, state, state_size), 32, "random numbers");
	tst_ok(memcmp(numbers[0], numbers[1], 32) && memcmp(numbers[1], numbers[2], 32) &&
	       memcmp(numbers[2], numbers[3], 32), "random numbers: others each time");
	n = v_getrandom(NULL, 0, 0, &params, ~0UL);
	tst_ok(n == -ENOSYS || (!n && params.size == state_size), "what random numbers need: %zd", n);
}

/* ---- */

static int maps_with(const char *what)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];
	int n = 0;

	tst_must(f);
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, what);
	fclose(f);
	return n;
}

static int status_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void check_children(const char *self)
{
	long long now = clock_of(CLOCK_MONOTONIC);
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(clock_of(CLOCK_MONOTONIC) < now || time(NULL) <= 0 || sched_getcpu() < 0);
	tst_is(status_of(pid), 0, "a child reads clocks");
	pid = tst_sys(fork());
	if (!pid) {
		execl(self, self, "new", (char *)NULL);
		_exit(9);
	}
	tst_is(status_of(pid), 0, "a new program reads clocks");
}

static void check_direct(void)
{
	struct timespec t, res;
	struct timeval tv;
	unsigned int cpu = ~0U;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	tst_ok(read_clock(0) >= ns(&t), "clock_gettime by its address");
	tst_ok(!v_gettimeofday(&tv, NULL) && tv.tv_sec >= v_time(NULL) - 1,
	       "gettimeofday and time by their addresses");
	tst_ok(!v_getcpu(&cpu, NULL, NULL) && cpu < 4096, "getcpu by its address");
	tst_ok(!v_clock_getres(CLOCK_MONOTONIC, &res) && res.tv_nsec,
	       "clock_getres by its address");
}

int main(int argc, char **argv)
{
	static void *(*const loops[])(void *) = { monotonic, monotonic, wall, wall };
	static const char *const names[IN_IT] = {
		"CLOCK_MONOTONIC", "CLOCK_REALTIME", "CLOCK_MONOTONIC_COARSE", "gettimeofday", "time"
	};
	long long then, later;
	pthread_t loop[4];
	long i, r[4];

	if (argc == 2 && !strcmp(argv[1], "new"))
		return clock_of(CLOCK_MONOTONIC) <= 0 || time(NULL) <= 0 || sched_getcpu() < 0;
	tst_begin(argc, argv);
	look_up();
	tst_must(v_clock_gettime && v_clock_getres && v_gettimeofday && v_time && v_getcpu);
	random_begin();
	catch_all();
	then = clock_of(CLOCK_MONOTONIC);
	for (i = 0; i < 4; i++)
		tst_must(!pthread_create(&loop[i], NULL, loops[i], (void *)i));
	tst_ready();

	later = clock_of(CLOCK_MONOTONIC);
	tst_ok(later >= then && later < then + 600000000000LL, "the clock goes on");
	let_go = 1;
	for (i = 0; i < IN_IT; i++) {
		pthread_join(threads[i], NULL);
		/* the same vdso may have had the clock of one boot and the offset of the next */
		if (tst_other_kernel())
			tst_ok(after[i] >= before[i] && after[i] <= read_clock(i),
			       "%s goes on where it was interrupted: %lld ns later", names[i],
			       after[i] - before[i]);
		else
			tst_note("%s: %lld ns later", names[i], after[i] - before[i]);
	}
	for (i = 0; i < 4; i++)
		r[i] = rounds[i];
	tst_sleep_ms(200);
	for (i = 0; i < 4; i++)
		tst_ok(rounds[i] > r[i] && !wrong[i], "thread %ld reads clocks: %d", i, wrong[i]);
	stop = 1;
	for (i = 0; i < 4; i++)
		pthread_join(loop[i], NULL);
	tst_note("note seconds and coarse clocks lag by up to %lld ms", (long long)lag / 1000);
	check_direct();
	random_end();
	check_children(argv[0]);
	tst_is(getauxval(AT_SYSINFO_EHDR), base, "AT_SYSINFO_EHDR");
	tst_ok(!memcmp((void *)base, "\177ELF", 4), "a shared library is there");
	tst_is(maps_with("[vdso]"), 1, "one vdso in /proc/PID/maps");
	tst_is(maps_with("[vvar]"), 1, "one area of its data");
	return tst_end();
}
