// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages shared since a fork: a parent with 32 MiB, three children that have
 * changed some, a grandchild, and two that are related only by a parent that
 * has ended. Contents must be right, and what was shared must be shared.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "tst.h"

#define PAGE	4096UL
#define PAGES	8192UL			/* 32 MiB */
#define SMALL	64UL

static unsigned char *mem, *small;	/* small: never a huge page */
static unsigned char data[64 * PAGE];	/* in the program's file */
/* processes: 0 parent, 1-3 children, 4 grandchild, 5, 6 siblings */

static void put(unsigned char *base, unsigned long page, unsigned int value)
{
	memset(base + page * PAGE, value, PAGE);
}

static int has(const unsigned char *base, unsigned long page, unsigned int value)
{
	const unsigned char *p = base + page * PAGE;

	return p[0] == value && !memcmp(p, p + 1, PAGE - 1);
}

/* Which pages process @who has changed after its fork. */
static int changed(int who, unsigned long page)
{
	switch (who) {
	case 1:
		return page % 7 == 3;			/* single pages */
	case 2:
		return page >= 1000 && page < 3000;	/* a long range */
	case 3:
		return page == 0 || page == PAGES - 1;
	case 4:
		return page % 512 == 17;
	default:
		return 0;
	}
}

/* Value of a page as process @who must see it. */
static unsigned int value_of(int who, unsigned long page)
{
	if (changed(who, page))
		return 200 + who;
	if (who == 4 && changed(1, page))	/* child of 1 */
		return 200 + 1;
	return 1 + page % 190;
}

static void change(int who)
{
	unsigned long i;

	for (i = 0; i < PAGES; i++) {
		if (changed(who, i))
			put(mem, i, 200 + who);
	}
	put(small, who, 100 + who);
	put(data, who, 100 + who);
}

static unsigned long wrong_pages(int who)
{
	unsigned long i, wrong = 0;

	for (i = 0; i < PAGES; i++)
		wrong += !has(mem, i, value_of(who, i));
	for (i = 0; i < SMALL; i++) {
		unsigned int mine = i == (unsigned long)who && who ? 100 + who : 50;

		if (who == 4 && i == 1)
			mine = 101;
		wrong += !has(small, i, mine);
		wrong += !has(data, i, mine);
	}
	return wrong;
}

/* kB of @addr in memory and in swap, each page divided by its sharers. */
static long pss_of(const void *addr)
{
	unsigned long start, end;
	char line[256];
	long kb, sum = 0;
	FILE *f = fopen("/proc/self/smaps", "r");
	int in = 0;

	tst_must(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && strchr(line, '-') < line + 17)
			in = start <= (unsigned long)addr && (unsigned long)addr < end;
		else if (in && (sscanf(line, "Pss: %ld", &kb) == 1 ||
				sscanf(line, "SwapPss: %ld", &kb) == 1))
			sum += kb;
	}
	fclose(f);
	return sum;
}

static char *name_of(const char *what, int who)
{
	static char name[4096];

	snprintf(name, sizeof(name), "%s.%s.%d", tst_result, what, who);
	return name;
}

static void touch(const char *what, int who)
{
	int fd = open(name_of(what, who), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	tst_must(fd >= 0);
	close(fd);
}

static void others_wait_for(const char *what, int who)
{
	while (access(name_of(what, who), F_OK))
		tst_sleep_ms(20);
}

/* Results of one process, read by the parent: pages wrong, sizes before and after. */
struct result {
	long wrong, mem_before, mem_after, small_before, small_after, data_before, data_after;
};

static void live(int who)
{
	struct result r = {};
	FILE *f;

	touch("changed", who);
	others_wait_for("all-changed", 0);
	r.mem_before = pss_of(mem);
	r.small_before = pss_of(small);
	r.data_before = pss_of(data);
	touch("ready", who);
	tst_wait_for(tst_go);
	r.mem_after = pss_of(mem);
	r.small_after = pss_of(small);
	r.data_after = pss_of(data);
	r.wrong = wrong_pages(who);
	f = fopen(name_of("result", who), "w");
	tst_must(f && fwrite(&r, sizeof(r), 1, f) == 1 && !fclose(f));
	touch("done", who);
	others_wait_for("all-done", 0);
}

static int start(int who)
{
	pid_t pid = fork();

	tst_must(pid >= 0);
	if (pid)
		return pid;
	change(who);
	/* what process 1 has changed before is shared with process 4 */
	if (who == 1 && !start(4))
		_exit(2);
	live(who);
	if (who == 1)
		wait(NULL);
	_exit(0);
}

/* Two children of a process that ends; this one becomes their parent. */
static void start_siblings(void)
{
	pid_t pid = fork();
	unsigned long i;

	tst_must(pid >= 0);
	if (!pid) {
		for (i = 0; i < SMALL; i++)
			put(small, i, 50);
		_exit(start(5) < 0 || start(6) < 0);
	}
	tst_must(waitpid(pid, NULL, 0) == pid);
}

static void near(long before, long after, const char *what, int who)
{
	tst_ok(after <= before + before / 10 + 128, "process %d: %s: %ld kB, was %ld kB", who,
	       what, after, before);
}

static void look_at(int who)
{
	struct result r;
	FILE *f = fopen(name_of("result", who), "r");

	tst_must(f && fread(&r, sizeof(r), 1, f) == 1);
	fclose(f);
	tst_ok(!r.wrong, "process %d: contents: %ld pages wrong", who, r.wrong);
	near(r.mem_before, r.mem_after, "32 MiB", who);
	near(r.small_before, r.small_after, "small mapping", who);
	near(r.data_before, r.data_after, "program's data", who);
}

int main(int argc, char **argv)
{
	unsigned long i;
	int who;

	tst_begin(argc, argv);
	tst_must(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (who = 0; who < 7; who++) {
		unlink(name_of("changed", who));
		unlink(name_of("ready", who));
		unlink(name_of("done", who));
		unlink(name_of("result", who));
	}
	unlink(name_of("all-changed", 0));
	unlink(name_of("all-done", 0));
	mem = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	small = mmap(NULL, SMALL * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(mem != MAP_FAILED && small != MAP_FAILED);
	tst_must(!madvise(small, SMALL * PAGE, MADV_DONTDUMP));	/* a mapping of its own */
	for (i = 0; i < PAGES; i++)
		put(mem, i, value_of(0, i));
	for (i = 0; i < SMALL; i++) {
		put(small, i, 50);
		put(data, i, 50);
	}
	/* what is in swap is shared there, if there is any */
	madvise(small + 20 * PAGE, 20 * PAGE, MADV_PAGEOUT);
	madvise(mem + 4096 * PAGE, 1000 * PAGE, MADV_PAGEOUT);
	for (who = 1; who <= 3; who++)
		start(who);
	start_siblings();
	for (who = 1; who < 7; who++)
		others_wait_for("changed", who);
	touch("all-changed", 0);
	for (who = 1; who < 7; who++)
		others_wait_for("ready", who);
	tst_say_ready();
	tst_wait_for(tst_go);
	for (who = 1; who < 7; who++)
		others_wait_for("done", who);
	tst_results();
	tst_ok(!wrong_pages(0), "parent: contents");
	for (who = 1; who < 7; who++)
		look_at(who);
	touch("all-done", 0);
	while (wait(NULL) > 0 || errno != ECHILD)
		;
	return tst_end();
}
