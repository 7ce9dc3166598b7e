// SPDX-License-Identifier: GPL-2.0-only
/* An address space with a bit of everything: contents, flags, limits, vdso. */
#define _GNU_SOURCE
#include <alloca.h>
#include <linux/membarrier.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "tst.h"

#define PAGE	4096UL
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static unsigned char in_data[3 * PAGE] = { 1 };
static unsigned char in_bss[3 * PAGE];
static __thread unsigned char in_tls[256];

/* ---- contents ---- */

static unsigned char pattern(uintptr_t at, unsigned int seed)
{
	return (at * 2654435761UL + seed * 40503UL) >> 13;
}

static void fill(void *p, size_t len, unsigned int seed)
{
	unsigned char *c = p;
	size_t i;

	for (i = 0; i < len; i++)
		c[i] = pattern(i, seed);
}

static int filled(const void *p, size_t len, unsigned int seed)
{
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < len; i++)
		if (c[i] != pattern(i, seed))
			return 0;
	return 1;
}

static int zeros(const void *p, size_t len)
{
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < len; i++)
		if (c[i])
			return 0;
	return 1;
}

static void *map(size_t len, int prot, int flags)
{
	void *p = mmap(NULL, len, prot, flags, -1, 0);

	tst_must(p != MAP_FAILED);
	return p;
}

/* ---- what /proc says ---- */

struct mapping {
	unsigned long start, end;
	char text[160];		/* permissions, offset - start, name, flags */
};

static struct mapping before[512], after[512];
static char smaps[1 << 20];

static size_t slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	tst_must(fd >= 0);
	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = 0;
	return len;
}

/* soft-dirty and accounting are not promised */
static void add_flags(char *text, char *flags)
{
	char *f;

	for (f = strtok(flags, " "); f; f = strtok(NULL, " ")) {
		if (!strcmp(f, "sd") || !strcmp(f, "ac") || !strcmp(f, "nr"))
			continue;
		strcat(text, " ");
		/* 6.1 has no name for MLOCK_ONFAULT */
		strcat(text, strcmp(f, "lf") ? f : "??");
	}
}

static int read_maps(struct mapping *m)
{
	char *line, *next, perms[8], name[128];
	unsigned long start, end, offset;
	int n = 0;

	slurp("/proc/self/smaps", smaps, sizeof(smaps));
	for (line = smaps; *line; line = next) {
		next = strchr(line, '\n');
		tst_must(next);
		*next++ = 0;
		name[0] = 0;
		if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %127[^\n]", &start, &end, perms, &offset,
			   name) >= 4) {
			m[n].start = start;
			m[n].end = end;
			snprintf(m[n].text, sizeof(m[n].text), "%s %lx %s", perms,
				 name[0] == '/' ? offset - start : 0, name);
		} else if (!strncmp(line, "VmFlags:", 8)) {
			char flags[128];

			snprintf(flags, sizeof(flags), "%s", line + 8);
			add_flags(m[n].text, flags);
			tst_must(++n < 512);
		}
	}
	return n;
}

/*
 * The vdso of another kernel is ordinary memory now, with its text at its place;
 * what this kernel calls so stands somewhere else.
 */
static int same_text(const char *was, const char *is)
{
	if (tst_other_kernel() && (strstr(was, "[vdso]") || strstr(was, "[vvar]")))
		return !strncmp(was, is, 4);
	return !strcmp(was, is);
}

/* Neighbours that look the same may have become one. */
static int same_maps(int nb, int na)
{
	int b, a, same = 1;

	for (b = 0; b < nb; b++) {
		unsigned long at = before[b].start;

		for (a = 0; a < na && at < before[b].end; a++) {
			if (after[a].end <= at || after[a].start > at)
				continue;
			if (!same_text(before[b].text, after[a].text)) {
				tst_note("%lx-%lx was %s, is %s", before[b].start, before[b].end,
					 before[b].text, after[a].text);
				same = 0;
			}
			at = after[a].end;
		}
		if (at < before[b].end) {
			tst_note("%lx-%lx %s: gone", at, before[b].end, before[b].text);
			same = 0;
		}
	}
	return same;
}

static long status_kb(const char *key)
{
	static char buf[8192];
	char *p;

	slurp("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, key);
	return p ? atol(p + strlen(key) + 1) : -1;
}

static const char *const proc_files[] = {
	"/proc/self/auxv", "/proc/self/cmdline", "/proc/self/environ",
	"/proc/self/coredump_filter",
};
static char proc_before[4][4096], proc_after[4096];
static size_t proc_len[4];

/* ---- parts ---- */

static unsigned char *anon, *heap, *none, *readonly, *sparse, *advised, *code, *grows;
static unsigned char *private, *shared, *locked, *onfault, *dev_zero, *merged;
static unsigned char in_file[16 * PAGE];
static char path_p[4096], path_s[4096];
static const size_t sparse_len = 64UL << 30;

static const int advices[] = {
	MADV_DONTDUMP, MADV_DONTFORK, MADV_WIPEONFORK, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
	MADV_MERGEABLE, MADV_SEQUENTIAL, MADV_RANDOM,
};
#define NADVICES (sizeof(advices) / sizeof(advices[0]))

static void make_file(char *path, const char *suffix, unsigned int seed)
{
	int fd;

	snprintf(path, 4096, "%s.%s", tst_result, suffix);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	tst_must(fd >= 0);
	fill(in_file, sizeof(in_file), seed);
	tst_must(write(fd, in_file, sizeof(in_file)) == sizeof(in_file));
	close(fd);
}

static void set_up_files(void)
{
	int fd;

	make_file(path_p, "private", 20);
	fd = open(path_p, O_RDONLY);
	tst_must(fd >= 0);
	private = mmap(NULL, sizeof(in_file), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	tst_must(private != MAP_FAILED);
	close(fd);
	fill(private + 3 * PAGE, PAGE, 21);
	fill(private + 7 * PAGE, PAGE, 22);
	memset(private + 9 * PAGE, 0, PAGE);

	make_file(path_s, "shared", 23);
	fd = open(path_s, O_RDWR);
	tst_must(fd >= 0);
	shared = mmap(NULL, sizeof(in_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	tst_must(shared != MAP_FAILED);
	close(fd);
	fill(shared + 2 * PAGE, PAGE, 24);

	fd = open("/dev/zero", O_RDWR);
	tst_must(fd >= 0);
	dev_zero = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	tst_must(dev_zero != MAP_FAILED);
	close(fd);
	fill(dev_zero + PAGE, PAGE, 25);
}

static void set_up_memory(void)
{
	unsigned int i;

	anon = map(8 << 20, PROT_READ | PROT_WRITE, ANON);
	fill(anon, 8 << 20, 1);
	memset(anon + 100 * PAGE, 0, 3 * PAGE);
	madvise(anon + 50 * PAGE, 500 * PAGE, MADV_PAGEOUT);	/* to swap, if there is any */
	heap = sbrk(1 << 20);
	tst_must(heap != (void *)-1);
	fill(heap, 1 << 20, 2);
	fill(in_data, sizeof(in_data), 3);
	fill(in_bss, sizeof(in_bss), 4);
	fill(in_tls, sizeof(in_tls), 5);

	none = map(8 * PAGE, PROT_READ | PROT_WRITE, ANON);
	fill(none, 8 * PAGE, 6);
	madvise(none, 4 * PAGE, MADV_PAGEOUT);
	tst_must(!mprotect(none, 8 * PAGE, PROT_NONE));
	readonly = map(8 * PAGE, PROT_READ | PROT_WRITE, ANON);
	fill(readonly, 8 * PAGE, 7);
	tst_must(!mprotect(readonly, 8 * PAGE, PROT_READ));

	sparse = map(sparse_len, PROT_READ | PROT_WRITE, ANON | MAP_NORESERVE);
	for (i = 0; i < 64; i++)
		fill(sparse + i * (sparse_len / 64) + i * PAGE, PAGE, 100 + i);

	advised = map(NADVICES * 16 * PAGE, PROT_READ | PROT_WRITE, ANON);
	for (i = 0; i < NADVICES; i++) {
		fill(advised + i * 16 * PAGE, PAGE, 200 + i);
		if (madvise(advised + i * 16 * PAGE, 8 * PAGE, advices[i]) && errno != EINVAL)
			tst_die("madvise");
	}
	merged = map(64 * PAGE, PROT_READ | PROT_WRITE, ANON);
	for (i = 0; i < 64; i++)	/* all the same: KSM makes them one, if it runs */
		fill(merged + i * PAGE, PAGE, 11);
	if (madvise(merged, 64 * PAGE, MADV_MERGEABLE) && errno != EINVAL)
		tst_die("madvise");
	locked = map(64 * PAGE, PROT_READ | PROT_WRITE, ANON);
	fill(locked, PAGE, 8);
	tst_must(!mlock(locked, 32 * PAGE));
	onfault = map(64 * PAGE, PROT_READ | PROT_WRITE, ANON);
	tst_must(!mlock2(onfault, 32 * PAGE, MLOCK_ONFAULT));
	fill(onfault + 5 * PAGE, PAGE, 9);

	code = map(PAGE, PROT_READ | PROT_WRITE, ANON);
	memcpy(code, "\xb8\x2a\0\0\0\xc3", 6);		/* mov $42, %eax; ret */
	tst_must(!mprotect(code, PAGE, PROT_READ | PROT_EXEC));

	/* room below to grow, within the gap that mmap() leaves below a stack */
	grows = map(4 << 20, PROT_NONE, ANON);
	tst_must(!munmap(grows + (3 << 20), 128 * PAGE));
	grows = mmap(grows + (3 << 20) + 128 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE,
		     ANON | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
	tst_must(grows != MAP_FAILED);
	fill(grows, 4 * PAGE, 10);
}

static void check_memory(void)
{
	unsigned int i, good = 0;
	char byte;
	int fd;

	tst_ok(filled(anon, 100 * PAGE, 1) && zeros(anon + 100 * PAGE, 3 * PAGE), "anonymous memory");
	for (i = 103 * PAGE; i < 8 << 20; i++)
		good += anon[i] == pattern(i, 1);
	tst_ok(good == (8 << 20) - 103 * PAGE, "the rest of it");
	tst_ok(filled(heap, 1 << 20, 2), "heap");
	tst_ok(filled(in_data, sizeof(in_data), 3), "data");
	tst_ok(filled(in_bss, sizeof(in_bss), 4), "bss");
	tst_ok(filled(in_tls, sizeof(in_tls), 5), "thread-local storage");
	fd = open("/proc/self/mem", O_RDONLY);
	tst_ok(fd >= 0 && pread(fd, &byte, 1, (uintptr_t)none + 77) == 1 &&
	       (unsigned char)byte == pattern(77, 6), "data behind PROT_NONE, seen by ptrace");
	close(fd);
	tst_must(!mprotect(none, 8 * PAGE, PROT_READ));
	tst_ok(filled(none, 8 * PAGE, 6), "data behind PROT_NONE");
	tst_ok(filled(readonly, 8 * PAGE, 7), "data behind PROT_READ");
	for (good = i = 0; i < 64; i++)
		good += filled(sparse + i * (sparse_len / 64) + i * PAGE, PAGE, 100 + i);
	tst_ok(good == 64, "sparse mapping");
	tst_ok(zeros(sparse + PAGE, PAGE), "a hole of it");
	for (good = i = 0; i < NADVICES; i++)
		good += filled(advised + i * 16 * PAGE, PAGE, 200 + i);
	tst_ok(good == NADVICES, "memory with advices");
	for (good = i = 0; i < 64; i++)
		good += filled(merged + i * PAGE, PAGE, 11);
	tst_ok(good == 64, "memory that KSM may merge");
	merged[0]++;
	tst_ok(merged[0] != merged[PAGE], "it can be written to");
	tst_ok(filled(locked, PAGE, 8) && zeros(locked + PAGE, PAGE), "locked memory");
	tst_ok(filled(onfault + 5 * PAGE, PAGE, 9), "memory locked on fault");
	tst_ok(((int (*)(void))code)() == 42, "code that was written at run time");
	tst_ok(filled(grows, 4 * PAGE, 10), "memory that grows down");
	grows[-100000] = 1;
	tst_ok(grows[-100000] == 1, "it still grows");
}

static void check_files(void)
{
	static unsigned char buf[sizeof(in_file)];
	unsigned int i, same = 0;
	int fd;

	fill(in_file, sizeof(in_file), 20);
	for (i = 0; i < 16; i++) {
		if (i == 3)
			same += filled(private + i * PAGE, PAGE, 21);
		else if (i == 7)
			same += filled(private + i * PAGE, PAGE, 22);
		else if (i == 9)
			same += zeros(private + i * PAGE, PAGE);
		else
			same += !memcmp(private + i * PAGE, in_file + i * PAGE, PAGE);
	}
	tst_ok(same == 16, "private mapping of a file");
	fd = open(path_p, O_RDONLY);
	tst_ok(fd >= 0 && pread(fd, buf, sizeof(buf), 0) == sizeof(buf) &&
	       !memcmp(buf, in_file, sizeof(buf)), "that file is not changed");
	close(fd);

	fill(in_file, sizeof(in_file), 23);
	fill(in_file + 2 * PAGE, PAGE, 24);
	tst_ok(!memcmp(shared, in_file, sizeof(in_file)), "shared mapping of a file");
	fill(shared + 5 * PAGE, PAGE, 26);
	fill(in_file + 5 * PAGE, PAGE, 26);
	fd = open(path_s, O_RDONLY);
	tst_ok(fd >= 0 && pread(fd, buf, sizeof(buf), 0) == sizeof(buf) &&
	       !memcmp(buf, in_file, sizeof(buf)), "writes to it are in the file");
	close(fd);
	tst_ok(filled(dev_zero + PAGE, PAGE, 25) && zeros(dev_zero, PAGE),
	       "private mapping of /dev/zero");
}

static int deep(int n)
{
	volatile unsigned char *p = alloca(64 * 1024);

	p[0] = n;
	return n ? deep(n - 1) + p[0] : 0;
}

static int child_sees(void)
{
	/* 1: not copied, 2: wiped */
	if (mincore(advised + 1 * 16 * PAGE, PAGE, in_bss) != -1 || errno != ENOMEM)
		return 1;
	return zeros(advised + 2 * 16 * PAGE, PAGE) ? 0 : 2;
}

static void check_rest(const struct timespec *then, void *brk)
{
	const unsigned char *vdso = (void *)getauxval(AT_SYSINFO_EHDR);
	struct timespec now;
	char *more;
	pid_t pid;
	int i, status;

	for (i = 0; i < 4; i++) {
		size_t len = slurp(proc_files[i], proc_after, sizeof(proc_after));

		tst_ok(len == proc_len[i] && !memcmp(proc_after, proc_before[i], len), "%s",
		       proc_files[i]);
	}
	tst_ok(!vdso || !memcmp(vdso, "\177ELF", 4), "vdso");
	clock_gettime(CLOCK_MONOTONIC, &now);
	tst_ok(now.tv_sec >= then->tv_sec && now.tv_sec < then->tv_sec + 600,
	       "clock through the vdso: %ld s later", (long)(now.tv_sec - then->tv_sec));
	tst_ok(prctl(PR_GET_DUMPABLE) == 0, "dumpable");
	tst_ok(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1, "huge pages disabled");
	tst_ok(!syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0),
	       "membarrier registration");
	tst_ok(deep(80) > 0, "stack grows");	/* 5 MiB */
	tst_ok(sbrk(0) == brk, "brk");
	more = sbrk(1 << 20);
	tst_ok(more == brk, "brk grows");
	memset(more, 1, 1 << 20);
	pid = fork();
	if (!pid)
		_exit(child_sees());
	tst_ok(pid > 0 && waitpid(pid, &status, 0) == pid && !status,
	       "fork after it: status %#x", status);
}

int main(int argc, char **argv)
{
	struct timespec then;
	long kb_locked;
	int nb, na, i, fd;
	void *brk;

	tst_begin(argc, argv);
	set_up_memory();
	set_up_files();
	fd = open("/proc/self/coredump_filter", O_WRONLY);
	tst_must(fd >= 0 && write(fd, "0x3f", 4) == 4);
	close(fd);
	tst_must(!prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
	tst_must(!syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	for (i = 0; i < 4; i++)
		proc_len[i] = slurp(proc_files[i], proc_before[i], sizeof(proc_before[i]));
	printf("x");	/* stdio's buffer */
	clock_gettime(CLOCK_MONOTONIC, &then);
	kb_locked = status_kb("VmLck:");
	nb = read_maps(before);
	brk = sbrk(0);
	tst_must(!prctl(PR_SET_DUMPABLE, 0));

	tst_say_ready();
	tst_wait_for(tst_go);
	na = read_maps(after);
	tst_must(sbrk(0) == brk);
	tst_results();
	tst_ok(same_maps(nb, na), "mappings and their flags");
	tst_ok(status_kb("VmLck:") == kb_locked, "locked memory: %ld of %ld kB",
	       status_kb("VmLck:"), kb_locked);
	tst_ok(status_kb("VmRSS:") < 40000, "resident memory: %ld kB", status_kb("VmRSS:"));
	brk = sbrk(0);	/* stdio has taken its buffers */
	check_memory();
	check_files();
	check_rest(&then, brk);
	return tst_end();
}
