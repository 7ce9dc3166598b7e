// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous I/O: contexts, their numbers and addresses, events that nobody
 * has fetched yet, who waits for some, what a child of fork has.
 */
#include "tst.h"
#include <linux/aio_abi.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define FILE_SIZE	65536

struct aio_ring {
	unsigned int id, nr, head, tail, magic, compat, incompat, header_length;
	struct io_event events[];
};

static int file, direct, efd;
static char *buf;

static long io_setup(unsigned int nr, aio_context_t *ctx)
{
	return syscall(SYS_io_setup, nr, ctx);
}

static long io_destroy(aio_context_t ctx)
{
	return syscall(SYS_io_destroy, ctx);
}

static long io_getevents(aio_context_t ctx, long min, long nr, struct io_event *ev,
			 struct timespec *timeout)
{
	return syscall(SYS_io_getevents, ctx, min, nr, ev, timeout);
}

static aio_context_t setup(unsigned int nr)
{
	aio_context_t ctx = 0;

	if (io_setup(nr, &ctx))
		tst_die("io_setup");
	return ctx;
}

static struct aio_ring *ring(aio_context_t ctx)
{
	return (struct aio_ring *)ctx;
}

/* A read of @len bytes at @at, which says @data when it is done. */
static long submit(aio_context_t ctx, int fd, long at, long len, unsigned long data, int resfd)
{
	static struct iocb pool[4096];
	static unsigned int next;
	struct iocb *cb = &pool[next++ % 4096];

	*cb = (struct iocb){
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_offset = at,
		.aio_nbytes = len, .aio_buf = (unsigned long)buf, .aio_data = data,
		.aio_flags = resfd >= 0 ? IOCB_FLAG_RESFD : 0, .aio_resfd = resfd,
	};
	return syscall(SYS_io_submit, ctx, 1, &cb);
}

static void must_submit(aio_context_t ctx, unsigned long data)
{
	if (submit(ctx, file, data % 16, 8 + data % 8, data, -1) != 1)
		tst_die("io_submit");
}

/* The next @nr events are those of @data and on. */
static int fetch(aio_context_t ctx, unsigned long data, int nr)
{
	struct timespec at_once = {};
	struct io_event ev;
	int i;

	for (i = 0; i < nr; i++) {
		if (io_getevents(ctx, 1, 1, &ev, &at_once) != 1 || ev.data != data + i ||
		    ev.res != 8 + (long)(data + i) % 8 || ev.res2)
			return 0;
	}
	return 1;
}

static int empty(aio_context_t ctx)
{
	struct timespec at_once = {};
	struct io_event ev;

	return !io_getevents(ctx, 0, 1, &ev, &at_once);
}

/* A context that works: a request, its event, and no other. */
static int works(aio_context_t ctx)
{
	struct timespec a_while = { .tv_sec = 20 };
	struct io_event ev;

	memset(buf, 0, 4096);
	if (submit(ctx, direct, 4096, 4096, 77, -1) != 1 ||
	    io_getevents(ctx, 1, 1, &ev, &a_while) != 1)
		return 0;
	return ev.data == 77 && ev.res == 4096 && buf[0] == 1 && buf[4095] == 1 && empty(ctx);
}

/* ---- who waits ---- */

struct waiter {
	pthread_t thread;
	aio_context_t ctx;
	struct timespec timeout, begun, ended;
	struct io_event ev[4];
	long min, ret;
	volatile int done;
};

static void *wait_for(void *arg)
{
	struct waiter *w = arg;

	clock_gettime(CLOCK_MONOTONIC, &w->begun);
	w->ret = io_getevents(w->ctx, w->min, 4, w->ev, w->timeout.tv_sec ? &w->timeout : NULL);
	if (w->ret < 0)
		w->ret = -errno;
	clock_gettime(CLOCK_MONOTONIC, &w->ended);
	w->done = 1;
	return NULL;
}

static void start(struct waiter *w, aio_context_t ctx, long min, int seconds)
{
	w->ctx = ctx;
	w->min = min;
	w->timeout.tv_sec = seconds;
	tst_must(!pthread_create(&w->thread, NULL, wait_for, w));
}

static void check_waiters(struct waiter *until, struct waiter *timed)
{
	tst_ok(!until->done, "who waits for an event goes on waiting");
	must_submit(until->ctx, 5);
	pthread_join(until->thread, NULL);
	tst_ok(until->ret == 1 && until->ev[0].data == 5, "and gets it");
	pthread_join(timed->thread, NULL);
	tst_is(timed->ret, 0, "who waits for some time gets nothing");
	tst_ok(timed->ended.tv_sec - timed->begun.tv_sec >= timed->timeout.tv_sec - 1,
	       "and not too early");
}

/* ---- what a child has ---- */

struct child {
	pid_t pid;
	int ask[2], answer[2];
};

static volatile int bus;

static void on_bus(int sig)
{
	(void)sig;
	bus = 1;
	_exit(2);
}

/* Reads a word of a ring in a grandchild: does it get SIGBUS? */
static int is_gone(struct aio_ring *r)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		signal(SIGBUS, on_bus);
		_exit(r->magic == 0xa10a10a1 ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 2;
}

static void child_loop(struct child *c, aio_context_t ctx, aio_context_t gone)
{
	struct timespec at_once = {};
	struct io_event ev;
	unsigned int got[4];
	char q;

	close(c->ask[1]);
	while (read(c->ask[0], &q, 1) == 1) {
		got[0] = ring(ctx)->tail;
		got[1] = io_getevents(ctx, 0, 1, &ev, &at_once) == -1 && errno == EINVAL;
		got[2] = is_gone(ring(gone));
		got[3] = io_destroy(ctx) == -1;
		if (write(c->answer[1], got, sizeof(got)) != sizeof(got))
			break;
	}
	_exit(0);
}

static void start_child(struct child *c, aio_context_t ctx, aio_context_t gone)
{
	tst_sys(pipe(c->ask));
	tst_sys(pipe(c->answer));
	c->pid = tst_sys(fork());
	if (!c->pid)
		child_loop(c, ctx, gone);
	close(c->ask[0]);
	close(c->answer[1]);
}

static int ask_child(struct child *c, unsigned int *got)
{
	return write(c->ask[1], "?", 1) == 1 &&
	       read(c->answer[0], got, 4 * sizeof(*got)) == 4 * sizeof(*got);
}

/* ---- room ---- */

/* Requests that fit in while nobody fetches their events. */
static int fill(aio_context_t ctx)
{
	int n = 0;

	while (n < 4000 && submit(ctx, file, 0, 8, 8, -1) == 1)
		n++;
	return n;
}

static void make_files(void)
{
	char name[] = "aio.data";
	int i;

	tst_must(!posix_memalign((void **)&buf, 4096, FILE_SIZE));
	file = tst_sys(open(name, O_RDWR | O_CREAT | O_TRUNC, 0600));
	for (i = 0; i < FILE_SIZE / 4096; i++) {
		memset(buf, i, 4096);
		tst_must(write(file, buf, 4096) == 4096);
	}
	tst_sys(fsync(file));
	direct = tst_sys(open(name, O_RDONLY | O_DIRECT));
	efd = tst_sys(eventfd(0, EFD_NONBLOCK));
}

int main(int argc, char **argv)
{
	aio_context_t a, hole, b, wrapped, moved, locked, full, signals, gone;
	struct waiter until = {}, timed = {};
	struct child child, orphan;
	unsigned int nr, head, tail, i, got[4];
	struct timespec second = { .tv_sec = 10 };
	struct io_event ev[8];
	uint64_t count = 0;
	void *to;
	int room;

	tst_begin(argc, argv);
	make_files();

	a = setup(10);
	hole = setup(1);
	b = setup(600);		/* a ring of several pages */
	for (i = 0; i < 5; i++)
		must_submit(a, 100 + i);
	tst_must(fetch(a, 100, 2));

	wrapped = setup(10);
	nr = ring(wrapped)->nr;
	for (i = 0; i < nr - 3; i++) {
		must_submit(wrapped, i);
		tst_must(fetch(wrapped, i, 1));
	}
	for (i = 0; i < 7; i++)
		must_submit(wrapped, 1000 + i);
	head = ring(wrapped)->head;
	tail = ring(wrapped)->tail;
	tst_must(tail < head);

	moved = setup(3);
	to = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(to != MAP_FAILED);
	to = mremap((void *)moved, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	tst_must(to != MAP_FAILED);
	moved = (aio_context_t)to;
	must_submit(moved, 3);
	tst_sys(mprotect(to, 4096, PROT_READ));

	locked = setup(3);
	tst_sys(mlock((void *)locked, 4096));
	/* a program that fetches events by itself */
	for (i = 0; i < 4; i++)
		must_submit(locked, 40 + i);
	ring(locked)->head = 3;

	full = setup(100);
	room = fill(full);

	signals = setup(4);
	for (i = 0; i < 3; i++)
		tst_must(submit(signals, direct, 0, 4096, i, efd) == 1);

	gone = setup(1);
	start_child(&child, a, gone);
	tst_sys(io_destroy(gone));
	/* a child whose ring's process has ended */
	tst_sys(pipe(orphan.ask));
	tst_sys(pipe(orphan.answer));
	orphan.pid = tst_sys(fork());
	if (!orphan.pid) {
		gone = setup(1);
		orphan.pid = tst_sys(fork());
		if (!orphan.pid)
			child_loop(&orphan, a, gone);
		_exit(0);
	}
	tst_must(waitpid(orphan.pid, NULL, 0) == orphan.pid);
	start(&until, setup(2), 1, 0);
	start(&timed, setup(2), 1, 3);
	tst_sys(io_destroy(hole));
	tst_sleep_ms(200);
	/* in flight, or just done */
	for (i = 0; i < 8; i++)
		tst_must(submit(b, direct, 4096 * i, 4096, 200 + i, -1) == 1);

	tst_ready();

	tst_is(ring(a)->id, 0, "number of a context");
	tst_is(ring(b)->id, 2, "number of a context behind one that was destroyed");
	tst_ok(fetch(a, 102, 3), "events that were not fetched");
	tst_ok(empty(a), "no other events");
	tst_is(io_getevents(b, 8, 8, ev, &second), 8, "requests that were in flight");
	for (i = 0; i < 8 && ev[i].res == 4096 && ev[i].data >= 200 && ev[i].data < 208; i++)
		;
	tst_is(i, 8, "their events");
	tst_ok(ring(wrapped)->head == head && ring(wrapped)->tail == tail &&
	       ring(wrapped)->nr == nr, "head and tail");
	tst_ok(fetch(wrapped, 1000, 7) && empty(wrapped), "events around the end of the ring");
	tst_ok(fetch(locked, 43, 1) && empty(locked), "events that the program fetched by itself");
	tst_ok(works(a) && works(b) && works(wrapped) && works(locked),
	       "requests can be submitted and fetched");
	tst_ok(fetch(moved, 3, 1) && works(moved), "a ring that was moved and is only read");

	tst_is(ring(full)->tail, room, "a ring that is full");
	/* how much of the room a processor keeps for itself is the host's matter */
	room += fill(full);
	tst_ok(room < (int)ring(full)->nr, "takes no more than fits");
	for (i = 0; i < (unsigned int)room; i++) {
		if (io_getevents(full, 1, 1, ev, &second) != 1)
			break;
	}
	tst_is(i, room, "all are fetched");
	tst_ok(fill(full) >= 100, "and there is room again");

	i = 0;
	while (read(efd, &count, 8) == 8)
		i += count;
	tst_is(i, 3, "an eventfd was told of each event");
	tst_is(io_getevents(signals, 3, 3, ev, &second), 3, "and they are there");

	check_waiters(&until, &timed);

	tst_ok(ask_child(&child, got), "a child answers");
	tst_is(got[0], ring(a)->tail, "it sees the ring of its parent");
	tst_ok(got[1] && got[3], "but has no context");
	tst_ok(got[2], "a ring that was destroyed");
	must_submit(a, 9);
	tst_ok(ask_child(&child, got) && got[0] == ring(a)->tail, "it sees new events");
	tst_ok(ask_child(&orphan, got) && got[2] && got[1], "ring of a process that has ended");

	hole = setup(1);
	tst_is(ring(hole)->id, 1, "the next context gets the free number");
	tst_ok(!io_destroy(a) && !io_destroy(b) && !io_destroy(wrapped) && !io_destroy(full),
	       "contexts can be destroyed");
	tst_ok(io_destroy(a) == -1 && errno == EINVAL, "once");
	return tst_end();
}
