// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd GO RESULT N: N processes, a tree of 4 children each, every one with
 * memory of its own and a pipe to the next: after the restore a token goes
 * round all of them, and each looks at its pids and its memory on the way.
 */
#include "../static/tst.h"
#include <sys/resource.h>

#define MEMORY 65536
#define FANOUT 4

struct token {
	int steps, wrong;
};

static int (*ring)[2];		/* pipe into each process */
static int count;

static void pass(int to, struct token *t)
{
	tst_must(write(ring[to][1], t, sizeof(*t)) == sizeof(*t));
}

/* What process @me must find as it left it. */
static void live(int me, pid_t parent, unsigned char *mem)
{
	pid_t pid = getpid();
	struct token t;

	while (read(ring[me][0], &t, sizeof(t)) == sizeof(t)) {
		t.steps++;
		t.wrong += getpid() != pid || getppid() != parent;
		for (int i = 0; i < MEMORY; i++)
			if (mem[i] != (unsigned char)(me + i / 4096)) {
				t.wrong++;
				break;
			}
		pass((me + 1) % count, &t);
	}
}

/* Makes the subtree of @me; in a child it does not come back. */
static void grow(int me)
{
	pid_t parent = getpid();

	for (int i = me * FANOUT + 1; i <= me * FANOUT + FANOUT && i < count; i++) {
		pid_t pid = fork();

		tst_must(pid >= 0);
		if (!pid) {
			unsigned char *mem = malloc(MEMORY);

			tst_must(mem);
			for (int k = 0; k < MEMORY; k++)
				mem[k] = i + k / 4096;
			grow(i);
			pass(0, &(struct token){ 1, 0 });	/* here I am */
			live(i, parent, mem);
			_exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	struct token t, sum = { 0, 0 };
	struct rlimit limit;

	tst_begin(argc, argv);
	count = argc > 3 ? atoi(argv[3]) : 200;
	ring = calloc(count, sizeof(*ring));
	tst_must(ring && count > 1);
	limit.rlim_cur = limit.rlim_max = 2 * count + 64;
	tst_must(!setrlimit(RLIMIT_NOFILE, &limit));
	for (int i = 0; i < count; i++)
		tst_must(!pipe(ring[i]));
	grow(0);
	for (int i = 1; i < count; i++)
		tst_must(read(ring[0][0], &t, sizeof(t)) == sizeof(t));
	tst_ready();
	for (int round = 0; round < 2; round++) {
		pass(1, &(struct token){ 0, 0 });
		tst_must(read(ring[0][0], &t, sizeof(t)) == sizeof(t));
		sum.steps += t.steps;
		sum.wrong += t.wrong;
	}
	tst_is(sum.steps, 2 * (count - 1), "%d processes pass the token on", count);
	tst_is(sum.wrong, 0, "all have their pids and their memory");
	return tst_end();
}
