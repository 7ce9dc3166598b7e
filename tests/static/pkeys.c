// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protection keys: which are allocated, which mapping has which (one that was freed,
 * too), what each thread allows itself, and mappings that can only be executed.
 */
#include "tst.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096

static sigjmp_buf back;
static volatile int fault_code;
static volatile unsigned int fault_key;
static unsigned int others_pkru;
static volatile int stop;

static unsigned int rdpkru(void)
{
	unsigned int eax, edx;

	__asm__ volatile(".byte 0x0f,0x01,0xee" : "=a"(eax), "=d"(edx) : "c"(0));
	return eax;
}

static void wrpkru(unsigned int pkru)
{
	__asm__ volatile(".byte 0x0f,0x01,0xef" : : "a"(pkru), "c"(0), "d"(0) : "memory");
}

static void fault(int sig, siginfo_t *info, void *context __attribute__((unused)))
{
	fault_code = info->si_code;
	fault_key = info->si_pkey;
	siglongjmp(back, sig);
}

/* Is the access refused because of the key? A handler runs with the keys of a fresh program. */
static int refused(unsigned char *p, int write, unsigned int key)
{
	unsigned int pkru = rdpkru();

	fault_code = 0;
	if (!sigsetjmp(back, 1)) {
		if (write)
			*(volatile unsigned char *)p = 1;
		else
			(void)*(volatile unsigned char *)p;
		return 0;
	}
	wrpkru(pkru);
	return fault_code == SEGV_PKUERR && fault_key == key;
}

/* ProtectionKey of the mapping in /proc/self/smaps, or -1. */
static int key_of(const void *p)
{
	unsigned long start, end;
	int key, in = 0, found = -1;
	char line[512];
	FILE *f = fopen("/proc/self/smaps", "r");

	tst_must(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			in = (unsigned long)p >= start && (unsigned long)p < end;
		else if (in && sscanf(line, "ProtectionKey: %d", &key) == 1)
			found = key;
	}
	fclose(f);
	return found;
}

static unsigned char *map(unsigned char fill, int key)
{
	unsigned char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tst_must(p != MAP_FAILED);
	memset(p, fill, PAGE);
	tst_sys(pkey_mprotect(p, PAGE, PROT_READ | PROT_WRITE, key));
	return p;
}

static unsigned char *only_execute(void)
{
	static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };	/* return 42 */
	unsigned char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tst_must(p != MAP_FAILED);
	memcpy(p, code, sizeof(code));
	tst_sys(mprotect(p, PAGE, PROT_EXEC));
	return p;
}

static void *other(void *arg)
{
	unsigned int *pkru = arg;

	wrpkru(0x55555550);
	*pkru = rdpkru();
	while (!stop)
		tst_sleep_ms(20);
	others_pkru = rdpkru();
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO };
	unsigned int pkru, other_before = 0;
	int a, b, c, d, e, x, left, n;
	unsigned char *pa, *pb, *pc, *pd, *exec, *more;
	pthread_t thread;

	tst_begin(argc, argv);
	sigaction(SIGSEGV, &sa, NULL);
	a = pkey_alloc(0, 0);
	if (a < 0) {
		tst_ready();
		tst_skip("pkey_alloc", "no protection keys here");
		return tst_end();
	}
	b = tst_sys(pkey_alloc(0, PKEY_DISABLE_WRITE));
	c = tst_sys(pkey_alloc(0, 0));
	d = tst_sys(pkey_alloc(0, 0));
	e = tst_sys(pkey_alloc(0, 0));
	pa = map(1, a);
	pb = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	tst_must(pb != MAP_FAILED);
	memset(pb, 2, PAGE);
	tst_sys(pkey_mprotect(pb, PAGE, PROT_READ | PROT_WRITE, b));
	pc = map(3, c);
	tst_sys(pkey_set(c, PKEY_DISABLE_ACCESS));
	pd = map(4, d);
	exec = only_execute();
	x = key_of(exec);
	tst_sys(pkey_free(d));		/* what is mapped with it stays so */
	tst_sys(pkey_free(e));
	tst_must(!pthread_create(&thread, NULL, other, &other_before));
	while (!other_before)
		tst_sleep_ms(1);
	pkru = rdpkru();
	tst_ready();
	tst_is(rdpkru(), pkru, "what the first thread allows itself");
	tst_ok(key_of(pa) == a && key_of(pb) == b && key_of(pc) == c && key_of(pd) == d &&
	       key_of(exec) == x, "keys of the mappings");
	tst_ok(pa[5] == 1 && pb[5] == 2 && pd[5] == 4, "contents");
	tst_ok(!refused(pa, 1, a) && !refused(pb, 0, b) && refused(pb, 1, b), "a key that forbids to write");
	tst_ok(refused(pc, 0, c) && refused(pc, 1, c), "a key that forbids all");
	tst_ok(x <= 0 || refused(exec, 0, x), "what can only be executed cannot be read");
	tst_is(((int (*)(void))exec)(), 42, "but executed");
	more = only_execute();
	tst_is(key_of(more), x, "another one has the same key");
	tst_ok(x <= 0 || (pkey_mprotect(pa, PAGE, PROT_READ, x) == -1 && errno == EINVAL),
	       "which nobody can ask for");
	tst_sys(pkey_set(c, 0));
	tst_is(pc[7], 3, "contents behind the key");
	tst_is(pkey_alloc(0, 0), d, "the lowest free key is the one that was freed first");
	tst_is(pkey_alloc(0, 0), e, "then the other one");
	for (left = 0; pkey_alloc(0, 0) >= 0; left++)
		;
	n = 15 - 5 - (x > 0);
	tst_is(left, n, "keys that are left");
	tst_ok(!pkey_free(b) && pkey_free(b) == -1, "a key can be freed, once");
	stop = 1;
	pthread_join(thread, NULL);
	tst_is(others_pkru, other_before, "what the other thread allows itself");
	return tst_end();
}
