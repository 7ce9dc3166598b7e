// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairs of AF_UNIX sockets: bytes, boundaries, credentials, options, who waits.
 */
#include "tst.h"
#include <linux/filter.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#define BIG	150000
#define OPTS	80

static unsigned char pattern[1 << 20], got[1 << 20];

static void pair(int type, int s[2])
{
	tst_sys(socketpair(AF_UNIX, type, 0, s));
}

static void put(int fd, const void *data, int len)
{
	if (send(fd, data, len, 0) != len)
		tst_die("send");
}

static int gets_it(int fd, const char *want)
{
	char buf[100] = "";
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	if (n != (ssize_t)strlen(want) || memcmp(buf, want, n)) {
		tst_note("got %zd bytes (%.50s), not %s", n, buf, want);
		return 0;
	}
	return 1;
}

static int is_empty(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
}

static int number(int fd, int request)
{
	int n = -1;

	return ioctl(fd, request, &n) ? -1 : n;
}

static short events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* ---- what getsockopt(2) and stat(2) show ---- */

struct shown {
	unsigned char opt[OPTS][256];
	socklen_t len[OPTS];
	int inq, outq;
	short events;
	mode_t mode;
	uid_t uid;
	struct timespec mtime;
};

static void look(int fd, struct shown *v)
{
	struct stat st;
	int i;

	memset(v, 0, sizeof(*v));
	for (i = 0; i < OPTS; i++) {
		/* SO_ERROR is forgotten when told; SO_COOKIE, SO_NETNS_COOKIE, SO_PEERPIDFD */
		if (i == SO_ERROR || i == 57 || i == 71 || i == 77)
			continue;
		v->len[i] = i == 71 ? 8 : i == SO_GET_FILTER ? 16 : sizeof(v->opt[i]);
		if (getsockopt(fd, SOL_SOCKET, i, v->opt[i], &v->len[i]))
			v->len[i] = -errno;
	}
	v->inq = number(fd, SIOCINQ);
	v->outq = number(fd, SIOCOUTQ);
	v->events = events(fd);
	tst_sys(fstat(fd, &st));
	v->mode = st.st_mode;
	v->uid = st.st_uid;
	v->mtime = st.st_mtim;
}

static void same(int fd, const struct shown *was, const char *what)
{
	static struct shown is;
	int i, bad = 0;

	look(fd, &is);
	for (i = 0; i < OPTS; i++) {
		if (is.len[i] == was->len[i] && !memcmp(is.opt[i], was->opt[i], sizeof(is.opt[i])))
			continue;
		/* one of two kernels does not have it: it was never set */
		if (tst_other_kernel() && !*(int *)is.opt[i] && !*(int *)was->opt[i] &&
		    ((int)is.len[i] == -ENOPROTOOPT || (int)was->len[i] == -ENOPROTOOPT))
			continue;
		bad++;
		tst_note("option %d: length %d, was %d; first %d, was %d", i, (int)is.len[i],
			 (int)was->len[i], *(int *)is.opt[i], *(int *)was->opt[i]);
	}
	tst_ok(!bad, "%s: options", what);
	tst_is(is.inq, was->inq, "%s: bytes to be received", what);
	tst_is(is.outq, was->outq, "%s: bytes to be received by the other end", what);
	tst_is(is.events, was->events, "%s: poll", what);
	tst_ok(is.mode == was->mode && is.uid == was->uid &&
	       is.mtime.tv_nsec == was->mtime.tv_nsec, "%s: fstat", what);
}

/* ---- options ---- */

static int opts[2];
static struct shown opts_was[2];

static void set(int fd, int opt, int v)
{
	tst_sys(setsockopt(fd, SOL_SOCKET, opt, &v, sizeof(v)));
}

static void make_opts(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
	};
	struct sock_fprog prog = { 4, code };
	struct timeval t = { 12, 340000 };
	struct linger l = { 1, 7 };

	pair(SOCK_DGRAM, opts);
	set(opts[0], SO_SNDBUF, 50000);
	set(opts[0], SO_RCVBUF, 70001);
	set(opts[0], SO_RCVLOWAT, 17);
	set(opts[0], SO_PRIORITY, 5);
	set(opts[0], SO_MARK, 0x1234);
	set(opts[0], SO_PASSCRED, 1);
	set(opts[0], SO_TIMESTAMPNS, 1);
	set(opts[0], SO_BROADCAST, 1);
	set(opts[0], SO_KEEPALIVE, 1);
	set(opts[0], SO_REUSEADDR, 1);
	set(opts[0], SO_PEEK_OFF, 4);
	set(opts[0], SO_RXQ_OVFL, 1);
	set(opts[0], SO_TIMESTAMPING, 0x58);
	set(opts[0], SO_BUSY_POLL, 30);
	set(opts[0], SO_MAX_PACING_RATE, 123456);
	tst_sys(setsockopt(opts[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)));
	tst_sys(setsockopt(opts[0], SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)));
	tst_sys(setsockopt(opts[0], SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	tst_sys(setsockopt(opts[0], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	set(opts[0], SO_LOCK_FILTER, 1);
	tst_sys(fchmod(opts[0], 0640));
	tst_sys(fchown(opts[0], 1234, 5678));
	put(opts[1], "hello world", 11);
	look(opts[0], &opts_was[0]);
	look(opts[1], &opts_was[1]);
}

static void check_opts(void)
{
	char buf[20];

	same(opts[0], &opts_was[0], "options");
	same(opts[1], &opts_was[1], "no options");
	tst_is(recv(opts[0], buf, 3, MSG_PEEK), 3, "peek");
	tst_ok(!memcmp(buf, "o w", 3), "peek offset");
	put(opts[1], "abc", 3);
	put(opts[1], "abcd", 4);
	tst_ok(gets_it(opts[0], "hello world") && gets_it(opts[0], "abcd") && is_empty(opts[0]),
	       "filter");
}

/* ---- streams ---- */

static int stream[2], half[2], gone[2], reset[2], oob[2];
static struct shown stream_was[2], half_was, gone_was, reset_was, oob_was;

static void make_streams(void)
{
	pair(SOCK_STREAM, stream);
	put(stream[0], pattern, BIG);
	put(stream[0], "end", 3);
	tst_must(recv(stream[1], got, 1000, 0) == 1000);
	put(stream[1], "back", 4);
	look(stream[0], &stream_was[0]);
	look(stream[1], &stream_was[1]);

	pair(SOCK_STREAM, half);
	put(half[0], "last words", 10);
	tst_sys(shutdown(half[0], SHUT_WR));
	look(half[1], &half_was);

	pair(SOCK_STREAM, gone);
	put(gone[0], "from the dead", 13);
	close(gone[0]);
	look(gone[1], &gone_was);

	pair(SOCK_STREAM, reset);
	put(reset[0], "to be read", 10);
	put(reset[1], "never read", 10);
	close(reset[0]);
	look(reset[1], &reset_was);

	pair(SOCK_STREAM, oob);
	put(oob[0], "before", 6);
	if (send(oob[0], "!", 1, MSG_OOB) != 1)
		oob[0] = -1;
	else
		put(oob[0], "after", 5);
	look(oob[1], &oob_was);
}

static int drain(int fd, int from, int len)
{
	int at = 0;
	ssize_t n;

	while (at < len && (n = recv(fd, got + at, len - at, 0)) > 0)
		at += n;
	return at == len && !memcmp(got, pattern + from, len);
}

static void check_streams(void)
{
	char c = 0;

	same(stream[0], &stream_was[0], "stream");
	same(stream[1], &stream_was[1], "its other end");
	tst_ok(drain(stream[1], 1000, BIG - 1000), "stream: the rest of the bytes");
	tst_ok(gets_it(stream[1], "end") && is_empty(stream[1]), "stream: the next ones");
	tst_ok(gets_it(stream[0], "back"), "stream: the other way");
	put(stream[0], "new", 3);
	tst_ok(gets_it(stream[1], "new"), "stream: new bytes");
	tst_is(number(stream[0], SIOCOUTQ), 0, "stream: nothing is charged any more");

	same(half[1], &half_was, "half closed");
	tst_ok(gets_it(half[1], "last words") && recv(half[1], &c, 1, 0) == 0,
	       "half closed: data, then the end");
	put(half[1], "but", 3);
	tst_ok(gets_it(half[0], "but"), "half closed: the other way");
	tst_ok(send(half[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "half closed: EPIPE");

	same(gone[1], &gone_was, "peer closed");
	tst_ok(gets_it(gone[1], "from the dead") && recv(gone[1], &c, 1, 0) == 0,
	       "peer closed: data, then the end");
	tst_ok(send(gone[1], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "peer closed: EPIPE");

	same(reset[1], &reset_was, "reset");
	tst_ok(gets_it(reset[1], "to be read"), "reset: data");
	tst_ok(recv(reset[1], &c, 1, 0) == -1 && errno == ECONNRESET, "reset: ECONNRESET");
	tst_is(recv(reset[1], &c, 1, 0), 0, "reset: the end");

	if (oob[0] == -1) {
		tst_skip("out-of-band byte", "not in this kernel");
		return;
	}
	same(oob[1], &oob_was, "out-of-band byte");
	tst_ok(recv(oob[1], &c, 1, MSG_OOB) == 1 && c == '!', "out-of-band byte: is there");
	tst_is(recv(oob[1], got, 100, 0), 6, "out-of-band byte: what is before it");
	tst_ok(!memcmp(got, "before", 6) && gets_it(oob[1], "after"), "out-of-band byte: the rest");
}

/* ---- messages ---- */

static int dgram[2], seq[2], cred[2];
static struct shown dgram_was, seq_was;
static pid_t dead_child, live_child;

static void send_as_child(const char *msg, int stay)
{
	pid_t pid = tst_sys(fork());

	if (!pid) {
		tst_sys(setgid(77));
		tst_sys(setuid(66));
		put(cred[0], msg, strlen(msg));
		if (stay)
			pause();
		_exit(0);
	}
	if (stay) {
		live_child = pid;
	} else {
		dead_child = pid;
		tst_must(waitpid(pid, NULL, 0) == pid);
	}
}

static void make_messages(void)
{
	pair(SOCK_DGRAM, dgram);
	put(dgram[0], "one", 3);
	put(dgram[0], "", 0);
	put(dgram[0], "three", 5);
	put(dgram[0], pattern, 60000);
	look(dgram[1], &dgram_was);

	pair(SOCK_SEQPACKET, seq);
	put(seq[0], "first", 5);
	put(seq[0], "second", 6);
	tst_sys(shutdown(seq[0], SHUT_WR));
	tst_sys(fcntl(seq[1], F_SETFL, O_NONBLOCK));
	look(seq[1], &seq_was);

	pair(SOCK_STREAM, cred);
	set(cred[1], SO_PASSCRED, 1);
	put(cred[0], "parent", 6);
	send_as_child("dead", 0);
	send_as_child("live", 1);
	while (number(cred[1], SIOCINQ) < 14)
		tst_sleep_ms(5);
}

static void check_cred(const char *want, pid_t pid, uid_t uid, gid_t gid)
{
	char control[CMSG_SPACE(sizeof(struct ucred))], buf[100];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(cred[1], &msg, MSG_DONTWAIT);
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct ucred u = { -1, -1, -1 };

	if (c && c->cmsg_type == SCM_CREDENTIALS)
		memcpy(&u, CMSG_DATA(c), sizeof(u));
	tst_ok(n == (ssize_t)strlen(want) && !memcmp(buf, want, n), "credentials: message %s", want);
	tst_is(u.pid, pid, "credentials: pid of %s", want);
	tst_ok(u.uid == uid && u.gid == gid, "credentials: uid and gid of %s", want);
}

static void check_messages(void)
{
	char c;

	same(dgram[1], &dgram_was, "datagrams");
	tst_ok(gets_it(dgram[1], "one") && gets_it(dgram[1], "") && gets_it(dgram[1], "three"),
	       "datagrams: boundaries");
	tst_ok(recv(dgram[1], got, sizeof(got), 0) == 60000 && !memcmp(got, pattern, 60000),
	       "datagrams: a long one");
	tst_ok(is_empty(dgram[1]), "datagrams: no more");
	put(dgram[1], "reply", 5);
	tst_ok(gets_it(dgram[0], "reply"), "datagrams: the other way");

	same(seq[1], &seq_was, "seqpacket");
	tst_ok(fcntl(seq[1], F_GETFL) == (O_RDWR | O_NONBLOCK), "seqpacket: O_NONBLOCK");
	tst_is(recv(seq[1], &c, 1, 0), 1, "seqpacket: what does not fit is cut off");
	tst_ok(gets_it(seq[1], "second") && recv(seq[1], &c, 1, 0) == 0, "seqpacket: the end");

	check_cred("parent", getpid(), 0, 0);
	check_cred("dead", dead_child, 66, 77);
	check_cred("live", live_child, 66, 77);
	kill(live_child, SIGKILL);
	waitpid(live_child, NULL, 0);
}

/* ---- who waits ---- */

static int rd[2], wr[2], dwr[2];
static pid_t reader, writer, dwriter;

static void make_waiters(void)
{
	char c;

	pair(SOCK_STREAM, rd);
	reader = tst_sys(fork());
	if (!reader) {
		close(rd[0]);
		_exit(recv(rd[1], &c, 1, MSG_WAITALL) != 1 || c != 'r' ||
		      send(rd[1], "w", 1, 0) != 1 || recv(rd[1], &c, 1, 0) != 0);
	}
	pair(SOCK_STREAM, wr);
	writer = tst_sys(fork());
	if (!writer) {
		int at = 0, n;

		close(wr[1]);
		close(rd[0]);
		while (at < 600000 && (n = send(wr[0], pattern + at, 600000 - at, 0)) > 0)
			at += n;
		_exit(at != 600000);
	}
	pair(SOCK_SEQPACKET, dwr);
	dwriter = tst_sys(fork());
	if (!dwriter) {
		int i;

		close(dwr[1]);
		close(rd[0]);
		for (i = 0; i < 1000; i++) {
			if (send(dwr[0], &i, sizeof(i), 0) != sizeof(i))
				_exit(1);
		}
		_exit(0);
	}
	close(wr[0]);
	close(dwr[0]);
}

static int exit_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void check_waiters(void)
{
	int i, n;
	char c;

	put(rd[0], "r", 1);
	tst_ok(recv(rd[0], &c, 1, 0) == 1 && c == 'w', "waiting reader goes on");
	close(rd[0]);
	close(rd[1]);
	tst_is(exit_of(reader), 0, "waiting reader saw what it should");
	tst_ok(drain(wr[1], 0, 600000), "waiting writer: all bytes");
	tst_is(exit_of(writer), 0, "waiting writer goes on");
	for (i = 0; i < 1000; i++) {
		if (recv(dwr[1], &n, sizeof(n), 0) != sizeof(n) || n != i)
			break;
	}
	tst_is(i, 1000, "waiting writer of messages: all of them in order");
	tst_is(exit_of(dwriter), 0, "waiting writer of messages goes on");
}

/* ---- SIGIO ---- */

static int sigio[2];
static volatile siginfo_t signalled;

static void on_io(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	signalled = *info;
}

static void make_sigio(void)
{
	struct sigaction sa = { .sa_sigaction = on_io, .sa_flags = SA_SIGINFO | SA_RESTART };

	pair(SOCK_STREAM, sigio);
	tst_sys(sigaction(SIGRTMIN + 3, &sa, NULL));
	tst_sys(fcntl(sigio[1], F_SETOWN, getpid()));
	tst_sys(fcntl(sigio[1], F_SETSIG, SIGRTMIN + 3));
	tst_sys(fcntl(sigio[1], F_SETFL, O_ASYNC | O_NONBLOCK));
}

static void check_sigio(void)
{
	int i;

	tst_is(fcntl(sigio[1], F_GETFL), O_RDWR | O_ASYNC | O_NONBLOCK, "O_ASYNC: flag");
	tst_is(fcntl(sigio[1], F_GETOWN), getpid(), "O_ASYNC: owner");
	put(sigio[0], "x", 1);
	for (i = 0; i < 100 && !signalled.si_signo; i++)
		tst_sleep_ms(10);
	tst_ok(signalled.si_signo == SIGRTMIN + 3 && signalled.si_fd == sigio[1],
	       "O_ASYNC: signal names the descriptor");
}

int main(int argc, char **argv)
{
	unsigned int i;

	tst_begin(argc, argv);
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = i * 2654435761U >> 11;
	signal(SIGPIPE, SIG_IGN);
	make_opts();
	make_streams();
	make_messages();
	make_sigio();
	make_waiters();
	tst_sleep_ms(300);
	tst_ready();
	check_opts();
	check_streams();
	check_messages();
	check_sigio();
	check_waiters();
	return tst_end();
}
