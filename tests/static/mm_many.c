// SPDX-License-Identifier: GPL-2.0-only
/* Very many mappings, all from one that was split, and a child that shares them. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>
#include "tst.h"

#define PAGE	4096UL
#define PAGES	20000UL

static unsigned char *mem;

static int prot(unsigned long page)
{
	return page % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
}

static unsigned long wrong(int child)
{
	unsigned long i, n = 0;

	for (i = 0; i < PAGES; i++) {
		unsigned char want = child && i % 4 == 2 ? 77 : i % 200;

		n += mem[i * PAGE] != want || mem[i * PAGE + PAGE - 1] != (unsigned char)(i % 200);
	}
	return n;
}

static unsigned long mappings(void)
{
	unsigned long start, end, n = 0;
	char line[256];
	FILE *f = fopen("/proc/self/maps", "r");

	tst_must(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			n += start >= (unsigned long)mem && end <= (unsigned long)mem + PAGES * PAGE;
	}
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	unsigned long i, before;
	int status;
	pid_t pid;

	tst_begin(argc, argv);
	mem = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(mem != MAP_FAILED);
	for (i = 0; i < PAGES; i++)
		memset(mem + i * PAGE, i % 200, PAGE);
	for (i = 0; i < PAGES; i++)
		tst_must(!mprotect(mem + i * PAGE, PAGE, prot(i)));
	before = mappings();
	pid = fork();
	tst_must(pid >= 0);
	if (!pid) {
		for (i = 2; i < PAGES; i += 4)
			mem[i * PAGE] = 77;
		tst_wait_for(tst_go);
		_exit(wrong(1) ? 1 : mappings() == before ? 0 : 2);
	}
	tst_sleep_ms(500);
	tst_ready();
	tst_ok(mappings() == before, "%lu of %lu mappings", mappings(), before);
	tst_ok(!wrong(0), "contents: %lu pages wrong", wrong(0));
	tst_ok(waitpid(pid, &status, 0) == pid && !status, "child: status %#x", status);
	return tst_end();
}
