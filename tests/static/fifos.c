// SPDX-License-Identifier: GPL-2.0-only
/*
 * FIFOs (named pipes): data, ends, who waits to open one.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char *fifo(const char *name)
{
	static char path[64];

	sprintf(path, "/var/tmp/fifo.%s", name);
	unlink(path);
	tst_sys(mkfifo(path, 0640));
	return path;
}

static short events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		tst_die("write");
}

static int reads(int fd, const char *want)
{
	char buf[256];
	ssize_t n = read(fd, buf, sizeof(buf));

	return n == (ssize_t)strlen(want) && !memcmp(buf, want, n);
}

int main(int argc, char **argv)
{
	int data_r, data_w, both, alone, orphan, lonely, last, status, async, async_w;
	struct stat st, st2;
	pid_t reader, writer;
	char buf[16];

	tst_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	fifo("data");
	data_r = tst_sys(open("/var/tmp/fifo.data", O_RDONLY | O_NONBLOCK));
	data_w = tst_sys(open("/var/tmp/fifo.data", O_WRONLY));
	tst_sys(fcntl(data_w, F_SETPIPE_SZ, 1 << 17));
	put(data_w, "some data");
	tst_sys(fstat(data_r, &st));
	both = tst_sys(open(fifo("both"), O_RDWR));
	put(both, "to myself");
	alone = tst_sys(open(fifo("alone"), O_RDONLY | O_NONBLOCK));	/* never had a writer */
	fifo("orphan");
	orphan = tst_sys(open("/var/tmp/fifo.orphan", O_RDONLY | O_NONBLOCK));
	lonely = tst_sys(open("/var/tmp/fifo.orphan", O_WRONLY));
	put(lonely, "bye");
	close(lonely);
	fifo("last");
	lonely = tst_sys(open("/var/tmp/fifo.last", O_RDONLY | O_NONBLOCK));
	last = tst_sys(open("/var/tmp/fifo.last", O_WRONLY));
	close(lonely);
	mkdir("/run/fifos", 0755);
	unlink("/run/fifos/f");
	tst_sys(mkfifo("/run/fifos/f", 0600));
	async = tst_sys(open("/run/fifos/f", O_RDONLY | O_NONBLOCK));
	async_w = tst_sys(open("/run/fifos/f", O_WRONLY));
	put(async_w, "on tmpfs");
	fifo("opener");
	reader = tst_sys(fork());
	if (!reader) {
		int fd = close(data_w) ? -1 : open("/var/tmp/fifo.opener", O_RDONLY);

		_exit(fd < 0 || !reads(fd, "hello"));
	}
	fifo("opener2");
	writer = tst_sys(fork());
	if (!writer) {
		int fd = close(data_w) ? -1 : open("/var/tmp/fifo.opener2", O_WRONLY);

		_exit(fd < 0 || write(fd, "there", 5) != 5);
	}
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(events(alone) == 0, "no writer yet: no POLLHUP");
	tst_ok(read(alone, buf, 1) == 0, "no writer yet: the end at once");
	tst_ok((events(orphan) & (POLLIN | POLLHUP)) == (POLLIN | POLLHUP), "writer gone: POLLHUP and data");
	tst_ok(reads(orphan, "bye") && read(orphan, buf, 1) == 0, "writer gone: data, then the end");
	tst_ok(write(last, "x", 1) == -1 && errno == EPIPE, "reader gone: EPIPE");
	tst_is(fcntl(data_w, F_GETPIPE_SZ), 1 << 17, "capacity");
	tst_ok(!fstat(data_r, &st2) && st2.st_ino == st.st_ino && st2.st_mode == st.st_mode, "inode");
	tst_is(fcntl(data_r, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK, "flags");
	tst_ok(reads(data_r, "some data"), "data");
	tst_ok(read(data_r, buf, 1) == -1 && errno == EAGAIN, "nothing more, a writer is there");
	put(data_w, "more");
	tst_ok(reads(data_r, "more"), "goes on");
	close(data_w);
	tst_ok(read(data_r, buf, 1) == 0, "the last writer was the last");
	tst_ok(reads(both, "to myself"), "both directions: data");
	put(both, "again");
	tst_ok(reads(both, "again"), "both directions: goes on");
	tst_ok(reads(async, "on tmpfs"), "on tmpfs");
	lonely = tst_sys(open("/var/tmp/fifo.alone", O_WRONLY | O_NONBLOCK));
	put(lonely, "first");
	tst_ok(reads(alone, "first"), "a writer comes");
	close(lonely);
	tst_ok(events(alone) & POLLHUP, "and goes: POLLHUP");
	lonely = tst_sys(open("/var/tmp/fifo.opener", O_WRONLY));
	put(lonely, "hello");
	tst_ok(waitpid(reader, &status, 0) == reader && !status, "blocked in open for reading");
	lonely = tst_sys(open("/var/tmp/fifo.opener2", O_RDONLY));
	tst_ok(reads(lonely, "there") && waitpid(writer, &status, 0) == writer && !status,
	       "blocked in open for writing");
	return tst_end();
}
