// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages shared since a fork that parent and child protect in different ways: the
 * child may not touch some, executes others, and has a key on others again.
 */
#include "tst.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE	4096
#define SIZE	(8 * PAGE)
#define RET	0xc3

enum { NONE = 0, EXEC = 2, KEY = 4, SAME = 6 };	/* page numbers: two of each */

static unsigned char *mem;
static int key = -1;
static sigjmp_buf back;

static void fault(int sig)
{
	siglongjmp(back, sig);
}

/* Was there a fault? Then a handler has run, with the keys of a fresh program. */
static int failed(int sig)
{
	if (sig && key >= 0)
		pkey_set(key, PKEY_DISABLE_WRITE);
	return sig;
}

static int reads(int page, unsigned char want)
{
	if (failed(sigsetjmp(back, 1)))
		return 0;
	return *(volatile unsigned char *)(mem + page * PAGE + 1) == want;
}

static int runs(int page)
{
	if (failed(sigsetjmp(back, 1)))
		return 0;
	((void (*)(void))(mem + page * PAGE))();
	return 1;
}

static int writes(int page)
{
	if (failed(sigsetjmp(back, 1)))
		return 0;
	*(volatile unsigned char *)(mem + page * PAGE + 2) = 77;
	return mem[page * PAGE + 2] == 77;
}

/* What the child sees: a bit for each thing that is as it should be. */
static unsigned int look(void)
{
	return (!reads(NONE, 10) && !reads(NONE + 1, 11)) |
	       (reads(EXEC, 12) && runs(EXEC) && runs(EXEC + 1) && !writes(EXEC)) << 1 |
	       (key < 0 || (reads(KEY, 14) && !writes(KEY) && reads(KEY + 1, 15))) << 2 |
	       (reads(SAME, 16) && writes(SAME) && !runs(SAME + 1)) << 3;
}

int main(int argc, char **argv)
{
	int to_child[2], from_child[2], status, i;
	unsigned int seen = 0;
	pid_t pid;
	char c;

	tst_begin(argc, argv);
	signal(SIGSEGV, fault);
	mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(mem != MAP_FAILED);
	for (i = 0; i < 8; i++) {
		memset(mem + i * PAGE, 10 + i, PAGE);
		mem[i * PAGE] = RET;
	}
	tst_sys(pipe(to_child));
	tst_sys(pipe(from_child));
	pid = tst_sys(fork());
	if (!pid) {
		tst_sys(mprotect(mem + NONE * PAGE, 2 * PAGE, PROT_NONE));
		tst_sys(mprotect(mem + EXEC * PAGE, 2 * PAGE, PROT_READ | PROT_EXEC));
		key = pkey_alloc(0, PKEY_DISABLE_WRITE);
		if (key >= 0)
			tst_sys(pkey_mprotect(mem + KEY * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, key));
		tst_must(write(from_child[1], "r", 1) == 1);
		tst_must(read(to_child[0], &c, 1) == 1);
		seen = look();
		tst_must(write(from_child[1], &seen, sizeof(seen)) == sizeof(seen));
		_exit(0);
	}
	tst_must(read(from_child[0], &c, 1) == 1);
	tst_ready();
	tst_ok(!runs(EXEC) && reads(NONE, 10) && reads(KEY, 14), "the parent has what it had");
	tst_ok(writes(KEY) && writes(EXEC), "and may write");
	tst_must(write(to_child[1], "g", 1) == 1);
	tst_must(read(from_child[0], &seen, sizeof(seen)) == sizeof(seen));
	tst_ok(seen & 1, "the child may not touch two pages");
	tst_ok(seen & 2, "it runs what is in two others, which it cannot write");
	tst_ok(seen & 4, "a key keeps it from writing to two");
	tst_ok(seen & 8, "the rest is as it was");
	tst_must(waitpid(pid, &status, 0) == pid);
	tst_is(status, 0, "the child ends well");
	return tst_end();
}
