// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipes: data, buffers, capacity, ends, who waits.
 */
#include "tst.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define MANY	200

static unsigned char pattern[1 << 20], got[1 << 20];

static void make(int p[2], int flags, int size)
{
	tst_sys(pipe2(p, flags));
	if (size)
		tst_sys(fcntl(p[1], F_SETPIPE_SZ, size));
}

static void fill(int fd, int len)
{
	if (write(fd, pattern, len) != len)
		tst_die("write");
}

/* All that comes is the pattern, @len bytes of it, in reads of any size. */
static int drain(int fd, int len)
{
	int at = 0;
	ssize_t n;

	while (at < len && (n = read(fd, got + at, len - at)) > 0)
		at += n;
	return at == len && !memcmp(got, pattern, len);
}

static int queued(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}

static short events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static volatile siginfo_t signalled;

static void on_io(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	signalled = *info;
}

static void set_async(int fd)
{
	struct f_owner_ex owner = { F_OWNER_TID, syscall(SYS_gettid) };
	struct sigaction sa = { .sa_sigaction = on_io, .sa_flags = SA_SIGINFO | SA_RESTART };

	tst_sys(sigaction(SIGRTMIN + 3, &sa, NULL));
	tst_sys(fcntl(fd, F_SETOWN_EX, &owner));
	tst_sys(fcntl(fd, F_SETSIG, SIGRTMIN + 3));
	tst_sys(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
}

static void check_async(int p[2])
{
	struct f_owner_ex owner = {};
	int i;

	tst_ok(!fcntl(p[0], F_GETOWN_EX, &owner) && owner.type == F_OWNER_TID &&
	       owner.pid == syscall(SYS_gettid), "O_ASYNC: owner");
	tst_is(fcntl(p[0], F_GETSIG), SIGRTMIN + 3, "O_ASYNC: signal number");
	tst_ok(fcntl(p[0], F_GETFL) & O_ASYNC, "O_ASYNC: flag");
	fill(p[1], 1);
	for (i = 0; i < 100 && !signalled.si_signo; i++)
		tst_sleep_ms(10);
	tst_ok(signalled.si_signo == SIGRTMIN + 3 && signalled.si_fd == p[0] &&
	       signalled.si_code == POLL_IN, "O_ASYNC: signal names the descriptor");
}

/* Children that stand in a read and in a write of more than fits. */
static pid_t blocked_reader, blocked_writer;

static void start_reader(int p[2], int answer)
{
	char c, c2;

	blocked_reader = tst_sys(fork());
	if (blocked_reader)
		return;
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		_exit(1);
	_exit(write(answer, &c, 1) != 1 || read(p[0], &c2, 1) != 0);
}

static void start_writer(int p[2], int not_ours)
{
	size_t at = 0;
	ssize_t n;

	blocked_writer = tst_sys(fork());
	if (blocked_writer)
		return;
	close(p[0]);
	close(not_ours);
	while (at < 300000 && (n = write(p[1], pattern + at, 300000 - at)) > 0)
		at += n;
	_exit(at != 300000);
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

int main(int argc, char **argv)
{
	int data[2], part[2], packet[2], big[2], small[2], merge[2], no_reader[2], no_writer[2];
	int empty_no_writer[2], both[2], reader[2], answer[2], writer[2], again[2], async[2];
	int zero[2], owned[2], many[MANY][2];
	int extra_read, extra_both, extra_write, i, good, flags;
	struct rlimit limit = { 1024, 1024 };
	struct stat before, st;
	char buf[8192];

	tst_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &limit);
	for (i = 0; i < (int)sizeof(pattern); i++)
		pattern[i] = i * 7 + i / 256 * 3 + i / 65536;

	make(data, 0, 0);
	fill(data[1], 5000);
	make(part, 0, 0);
	fill(part[1], 4096);
	fill(part[1], 300);
	if (!drain(part[0], 100))
		tst_die("drain");
	make(packet, O_DIRECT, 0);
	fill(packet[1], 10);
	fill(packet[1], 4096);
	fill(packet[1], 3);
	make(big, 0, 1 << 20);
	fill(big[1], 1 << 20);
	make(small, O_NONBLOCK, 4096);
	fill(small[1], 1);
	/* one slot, its only byte at the end of the page but 6 */
	make(merge, O_NONBLOCK, 4096);
	fill(merge[1], 4090);
	if (!drain(merge[0], 4089))
		tst_die("drain");
	make(zero, O_NONBLOCK, 0);
	if (syscall(SYS_write, zero[1], NULL, 100) != -1)	/* leaves an empty buffer */
		tst_die("write from nowhere");
	make(no_reader, 0, 0);
	fill(no_reader[1], 10);
	close(no_reader[0]);
	make(no_writer, 0, 0);
	fill(no_writer[1], 10);
	close(no_writer[1]);
	make(empty_no_writer, O_NONBLOCK, 0);
	close(empty_no_writer[1]);
	make(both, 0, 0);
	make(reader, 0, 0);
	make(answer, 0, 0);
	start_reader(reader, answer[1]);
	make(writer, 0, 0);
	start_writer(writer, reader[1]);
	make(again, 0, 8192);
	fill(again[1], 20);
	sprintf(buf, "/proc/self/fd/%d", again[0]);
	extra_read = tst_sys(open(buf, O_RDONLY | O_NONBLOCK));
	extra_both = tst_sys(open(buf, O_RDWR | O_CLOEXEC));
	extra_write = tst_sys(dup(again[1]));
	make(async, 0, 0);
	set_async(async[0]);
	make(owned, O_CLOEXEC, 0);
	tst_sys(fchown(owned[0], 12, 34));
	tst_sys(fchmod(owned[0], 0640));
	fill(owned[1], 1);
	tst_sys(fstat(owned[0], &before));
	for (i = 0; i < MANY; i++) {
		make(many[i], i % 2 ? O_NONBLOCK : 0, i % 5 ? 0 : 4096);
		fill(many[i][1], 1 + i * 20);
	}
	tst_sleep_ms(100);		/* for the children to block */

	tst_ready();

	/* first what must be so at once */
	tst_is(read(empty_no_writer[0], buf, 1), 0, "no writer: end at once");
	tst_ok(events(empty_no_writer[0]) & POLLHUP, "no writer: POLLHUP");
	tst_ok(events(no_reader[1]) & POLLERR, "no reader: POLLERR");
	tst_ok(write(no_reader[1], "x", 1) == -1 && errno == EPIPE, "no reader: EPIPE");
	tst_is(read(no_writer[0], got, 100), 10, "no writer: the data");
	tst_is(read(no_writer[0], buf, 1), 0, "no writer: then the end");

	tst_is(queued(data[0]), 5000, "data: length");
	tst_ok(drain(data[0], 5000), "data: contents");
	tst_ok(fcntl(data[0], F_GETFL) == O_RDONLY && fcntl(data[1], F_GETFL) == O_WRONLY,
	       "data: flags");
	fill(data[1], 5);
	tst_ok(drain(data[0], 5), "data: goes on");

	tst_is(queued(part[0]), 4296, "half read: length");
	good = read(part[0], got, 4296) == 4296 && !memcmp(got, pattern + 100, 3996) &&
	       !memcmp(got + 3996, pattern, 300);
	tst_ok(good, "half read: contents");

	tst_is(fcntl(packet[1], F_GETFL) & O_DIRECT, O_DIRECT, "packets: O_DIRECT");
	tst_is(read(packet[0], buf, sizeof(buf)), 10, "packets: the first");
	tst_is(read(packet[0], buf, 5), 5, "packets: part of the second");
	tst_is(read(packet[0], buf, sizeof(buf)), 3, "packets: the rest of it is gone, the third");
	fill(packet[1], 7);
	fill(packet[1], 8);
	tst_is(read(packet[0], buf, sizeof(buf)), 7, "packets: new ones, too");

	tst_is(fcntl(big[0], F_GETPIPE_SZ), 1 << 20, "1 MiB: capacity");
	tst_ok(drain(big[0], 1 << 20), "1 MiB: contents");

	tst_is(fcntl(small[0], F_GETPIPE_SZ), 4096, "one page: capacity");
	tst_ok(write(small[1], pattern + 1, 4095) == 4095 && write(small[1], "x", 1) == -1 &&
	       errno == EAGAIN, "one page: fills up, EAGAIN");
	tst_ok(drain(small[0], 4096) && read(small[0], buf, 1) == -1 && errno == EAGAIN,
	       "one page: contents, EAGAIN");

	tst_is(write(merge[1], "abcdef", 6), 6, "merged with what is there");
	tst_ok(write(merge[1], "g", 1) == -1 && errno == EAGAIN, "up to the end of its page");
	tst_ok(read(merge[0], buf, 100) == 7 && buf[0] == (char)pattern[4089] &&
	       !memcmp(buf + 1, "abcdef", 6), "merged: contents");

	tst_is(queued(zero[0]), 0, "empty buffer: no data");
	tst_ok(read(zero[0], buf, 1) == -1 && errno == EAGAIN, "empty buffer: EAGAIN");
	fill(zero[1], 9);
	tst_ok(drain(zero[0], 9), "empty buffer: data passes");

	fill(both[1], 100);
	tst_ok(drain(both[0], 100), "both ends in one process");

	tst_ok(write(reader[1], "r", 1) == 1 && read(answer[0], buf, 1) == 1 && buf[0] == 'r',
	       "blocked reader goes on");
	close(reader[1]);
	tst_ok(ended_well(blocked_reader), "and sees the end");
	close(writer[1]);
	good = drain(writer[0], 300000);
	tst_ok(good && read(writer[0], buf, 1) == 0, "blocked writer goes on");
	tst_ok(ended_well(blocked_writer), "and writes everything");

	tst_ok(fcntl(extra_read, F_GETFL) & O_NONBLOCK && !(fcntl(again[0], F_GETFL) & O_NONBLOCK),
	       "opened again: flags of its own");
	tst_is(fcntl(extra_both, F_GETFD), FD_CLOEXEC, "opened again: close on exec");
	tst_ok(drain(extra_read, 10) && read(again[0], buf, 20) == 10, "opened again: same data");
	close(again[1]);
	close(extra_write);
	tst_ok(read(extra_read, buf, 1) == -1 && errno == EAGAIN, "read and write: keeps it open");
	tst_is(write(extra_both, "x", 1), 1, "read and write: writes");
	tst_is(read(again[0], buf, 9), 1, "read and write: to the same pipe");
	close(extra_both);
	tst_is(read(extra_read, buf, 1), 0, "read and write: was the last writer");
	tst_is(fcntl(again[0], F_GETPIPE_SZ), 8192, "opened again: capacity");

	check_async(async);

	tst_ok(!fstat(owned[1], &st) && st.st_uid == 12 && st.st_gid == 34 &&
	       st.st_mode == (S_IFIFO | 0640), "inode: owner and mode");
	tst_ok(st.st_mtim.tv_sec == before.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == before.st_mtim.tv_nsec &&
	       st.st_ctim.tv_sec == before.st_ctim.tv_sec &&
	       st.st_ctim.tv_nsec == before.st_ctim.tv_nsec &&
	       st.st_atim.tv_nsec == before.st_atim.tv_nsec, "inode: times");

	for (good = 0, i = 0; i < MANY; i++) {
		flags = fcntl(many[i][0], F_GETFL);
		good += flags == (i % 2 ? O_NONBLOCK : 0) && drain(many[i][0], 1 + i * 20) &&
			fcntl(many[i][0], F_GETPIPE_SZ) == (i % 5 ? 65536 : 4096);
	}
	tst_is(good, MANY, "%d pipes", MANY);
	return tst_end();
}
