// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors in flight: SCM_RIGHTS that nobody has received yet.
 */
#include "tst.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define FDS_MAX	253

static void pair(int type, int s[2])
{
	tst_sys(socketpair(AF_UNIX, type, 0, s));
}

static int give(int via, const char *data, const int *fds, int n)
{
	char control[CMSG_SPACE(FDS_MAX * sizeof(int))] = {};
	struct iovec iov = { (void *)data, strlen(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	return sendmsg(via, &msg, 0);
}

/* Number of descriptors that came; -1: the data is not @want. */
static int take(int from, const char *want, int *fds)
{
	char control[CMSG_SPACE(FDS_MAX * sizeof(int))], buf[100];
	struct iovec iov = { buf, strlen(want) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(from, &msg, MSG_DONTWAIT);
	struct cmsghdr *c;

	if (n != (ssize_t)strlen(want) || memcmp(buf, want, n))
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

static int in_flight(int fd)
{
	char path[64], line[100];
	int n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "scm_fds: %d", &n);
	if (f)
		fclose(f);
	return n;
}

/* The collector of what is only in flight runs when a socket is closed. */
static void collect_garbage(void)
{
	int s[2];

	pair(SOCK_DGRAM, s);
	close(s[0]);
	close(s[1]);
	tst_sleep_ms(100);
}

static int plain[2], cycle[2], nested[2], listener, client, many[2], shared_pos, dgrams[2];
static struct stat file_was;

static void make(void)
{
	struct sockaddr_un a = { AF_UNIX, "\0tst rights" };
	int p[2], inner[2], deep[2], fds[FDS_MAX], i, fd;

	/* a file with a position, an end of a pipe with data */
	pair(SOCK_STREAM, plain);
	shared_pos = tst_sys(open("/run/tst-rights", O_RDWR | O_CREAT | O_TRUNC, 0600));
	tst_must(write(shared_pos, "0123456789", 10) == 10);
	tst_sys(lseek(shared_pos, 4, SEEK_SET));
	tst_sys(fstat(shared_pos, &file_was));
	tst_sys(pipe(p));
	tst_must(write(p[1], "in the pipe", 11) == 11);
	fds[0] = shared_pos;
	fds[1] = p[0];
	tst_must(give(plain[0], "two", fds, 2) == 3);
	tst_must(send(plain[0], "none", 4, 0) == 4);
	fds[0] = p[1];
	tst_must(give(plain[0], "one", fds, 1) == 3);
	close(p[0]);
	close(p[1]);

	/* a socket in its own queue, and in that of its peer */
	pair(SOCK_STREAM, cycle);
	tst_must(give(cycle[0], "self", &cycle[1], 1) == 4);
	tst_must(give(cycle[1], "peer", &cycle[1], 1) == 4);

	/* a socket in flight that has descriptors in flight, one of them itself; all closed */
	pair(SOCK_STREAM, nested);
	pair(SOCK_SEQPACKET, inner);
	pair(SOCK_DGRAM, deep);
	tst_must(send(deep[0], "deepest", 7, 0) == 7);
	fds[0] = deep[1];
	fds[1] = inner[1];
	tst_must(give(inner[0], "inner", fds, 2) == 5);
	tst_must(give(nested[0], "outer", &inner[1], 1) == 5);
	close(inner[0]);
	close(inner[1]);
	close(deep[0]);
	close(deep[1]);

	/* before it is accepted, and the listening socket itself */
	listener = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_sys(bind(listener, (struct sockaddr *)&a, 13));
	tst_sys(listen(listener, 3));
	client = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_sys(connect(client, (struct sockaddr *)&a, 13));
	fds[0] = listener;
	fds[1] = client;
	tst_must(give(client, "embryo", fds, 2) == 6);

	/* as many as there may be, of somebody else's account */
	pair(SOCK_DGRAM, many);
	fd = tst_sys(open("/dev/null", O_RDWR));
	for (i = 0; i < FDS_MAX; i++)
		fds[i] = i % 2 ? fd : many[i % 4 / 2];
	if (!fork()) {
		if (setuid(1000) || give(many[0], "many", fds, FDS_MAX) != 4)
			_exit(1);
		_exit(0);
	}
	wait(&i);
	tst_must(!i);
	close(fd);

	pair(SOCK_DGRAM, dgrams);
	for (i = 0; i < 10; i++)
		tst_must(give(dgrams[0], "d", &dgrams[i % 2], 1) == 1);
}

static void check_plain(void)
{
	char buf[20] = "";
	struct stat st;
	int fds[FDS_MAX], p;

	tst_is(in_flight(plain[1]), 3, "in flight: three");
	tst_is(take(plain[1], "two", fds), 2, "a file and a pipe");
	tst_ok(!fstat(fds[0], &st) && st.st_size == 10 && lseek(fds[0], 0, SEEK_CUR) == 4,
	       "file: size and position");
	tst_sys(lseek(shared_pos, 7, SEEK_SET));
	tst_is(lseek(fds[0], 0, SEEK_CUR), 7, "file: is the same as the open one");
	p = fds[1];
	tst_is(take(plain[1], "none", fds), 0, "data without descriptors");
	tst_is(take(plain[1], "one", fds), 1, "the other end of the pipe");
	tst_is(in_flight(plain[1]), 0, "in flight: none");
	tst_ok(write(fds[0], "!", 1) == 1 && read(p, buf, sizeof(buf)) == 12 &&
	       !strcmp(buf, "in the pipe!"), "pipe: data, and both ends belong together");
	close(fds[0]);
	tst_is(read(p, buf, 1), 0, "pipe: the end");
}

static void check_sockets(void)
{
	char buf[20] = "";
	int fds[FDS_MAX], inner, deep, i, n;

	tst_is(in_flight(cycle[1]), 1, "own queue: in flight");
	tst_ok(take(cycle[1], "self", fds) == 1, "socket in its own queue");
	tst_ok(send(cycle[0], "hello", 5, 0) == 5 && recv(fds[0], buf, 20, 0) == 5 &&
	       !memcmp(buf, "hello", 5), "own queue: it is the same");
	tst_ok(take(cycle[0], "peer", fds) == 1, "socket in its peer's queue");

	tst_is(take(nested[1], "outer", &inner), 1, "nested: the outer one");
	tst_is(in_flight(inner), 2, "nested: in flight");
	tst_is(take(inner, "inner", fds), 2, "nested: the inner ones");
	deep = fds[0];
	tst_ok(recv(deep, buf, 20, 0) == 7 && !memcmp(buf, "deepest", 7), "nested: data");

	tst_is(in_flight(listener), 2, "listening: in flight");
	i = accept(listener, NULL, NULL);
	tst_ok(i >= 0 && take(i, "embryo", fds) == 2, "listening: descriptors of a connection");
	tst_ok(send(i, "to you", 6, 0) == 6 && recv(fds[1], buf, 20, 0) == 6,
	       "listening: the client");
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	tst_ok(accept(listener, NULL, NULL) == -1 && errno == EAGAIN, "listening: the socket itself");

	tst_is(in_flight(many[1]), FDS_MAX, "many: in flight");
	n = take(many[1], "many", fds);
	tst_is(n, FDS_MAX, "many");
	while (n > 0)
		close(fds[--n]);
	for (i = 0; i < 10; i++) {
		if (take(dgrams[1], "d", fds) != 1)
			break;
		close(fds[0]);
	}
	tst_is(i, 10, "datagrams with descriptors");
}

/* What only leads to itself is freed: nothing is in flight that should not be. */
static void check_garbage(void)
{
	int p[2], s[2];
	char c;

	tst_sys(pipe(p));
	pair(SOCK_STREAM, s);
	tst_must(give(s[0], "x", &s[1], 1) == 1);
	tst_must(give(s[0], "x", &p[1], 1) == 1);
	close(p[1]);
	close(s[1]);
	close(s[0]);
	collect_garbage();
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	tst_is(read(p[0], &c, 1), 0, "garbage is collected");
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	make();
	tst_ready();
	collect_garbage();
	check_plain();
	check_sockets();
	check_garbage();
	return tst_end();
}
