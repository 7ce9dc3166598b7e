// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX sockets with names: on a disk, on a tmpfs, abstract; who listens, who
 * waits to be accepted, who waits to be let in.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define DISK	"/var/tmp/tst-unix"
#define RUN	"/run/tst-unix"

static socklen_t address(struct sockaddr_un *a, const char *name)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, name);
	if (name[0] != '@')
		return offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1;
	a->sun_path[0] = 0;
	return offsetof(struct sockaddr_un, sun_path) + strlen(name);
}

static int bound(int type, const char *name)
{
	struct sockaddr_un a;
	int fd = tst_sys(socket(AF_UNIX, type, 0));
	socklen_t len = address(&a, name);

	if (name[0] != '@')
		unlink(name);
	tst_sys(bind(fd, (struct sockaddr *)&a, len));
	return fd;
}

static int listening(int type, const char *name, int backlog)
{
	int fd = bound(type, name);

	tst_sys(listen(fd, backlog));
	return fd;
}

static int try_connect(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = address(&a, name);

	return connect(fd, (struct sockaddr *)&a, len);
}

static int connected(int type, const char *name)
{
	int fd = tst_sys(socket(AF_UNIX, type, 0));

	tst_sys(try_connect(fd, name));
	return fd;
}

static int is_named(int fd, int peer, const char *name)
{
	struct sockaddr_un a = {}, want;
	socklen_t len = sizeof(a), want_len = name[0] ? address(&want, name) : 2;

	if (peer ? getpeername(fd, (struct sockaddr *)&a, &len) :
		   getsockname(fd, (struct sockaddr *)&a, &len))
		return 0;
	return len == want_len && (!name[0] || !memcmp(&a, &want, len));
}

static void put(int fd, const char *data)
{
	if (send(fd, data, strlen(data), 0) != (ssize_t)strlen(data))
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

static pid_t peer_pid(int fd)
{
	struct ucred u = { -1, -1, -1 };
	socklen_t len = sizeof(u);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &len);
	return u.pid;
}

/* ---- listening sockets ---- */

static int disk, run, abstract, seq, c_disk, c_run, c_seq, a_abs, c_abs, renamed, unlinked;
static pid_t acceptor, connecter, gone_client;
static int wait_l, full_l, full_c;

static void make_listeners(void)
{
	int fd;

	disk = listening(SOCK_STREAM, DISK "/stream", 5);
	c_disk = connected(SOCK_STREAM, DISK "/stream");
	put(c_disk, "early bird");
	gone_client = tst_sys(fork());
	if (!gone_client) {
		fd = connected(SOCK_STREAM, DISK "/stream");
		put(fd, "gone");
		_exit(0);
	}
	tst_must(waitpid(gone_client, NULL, 0) == gone_client);

	run = listening(SOCK_STREAM, RUN "/stream", 3);
	tst_sys(chmod(RUN "/stream", 0610));
	c_run = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	{
		struct sockaddr_un a;

		tst_sys(bind(c_run, (struct sockaddr *)&a, address(&a, "@tst client")));
	}
	tst_sys(try_connect(c_run, RUN "/stream"));
	seq = listening(SOCK_SEQPACKET, RUN "/seq", 3);
	c_seq = connected(SOCK_SEQPACKET, RUN "/seq");
	put(c_seq, "one");
	put(c_seq, "two");

	abstract = listening(SOCK_STREAM, "@tst abstract", 2);
	c_abs = connected(SOCK_STREAM, "@tst abstract");
	a_abs = tst_sys(accept(abstract, NULL, NULL));
	put(c_abs, "accepted");

	renamed = listening(SOCK_STREAM, RUN "/old", 1);
	tst_sys(rename(RUN "/old", RUN "/new"));
	unlinked = listening(SOCK_STREAM, RUN "/unlinked", 1);
	tst_sys(unlink(RUN "/unlinked"));
}

static void check_listeners(void)
{
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	struct stat st;
	int fd, v = 0;
	char c;

	tst_ok(is_named(disk, 0, DISK "/stream") && is_named(run, 0, RUN "/stream") &&
	       is_named(abstract, 0, "@tst abstract") && is_named(renamed, 0, RUN "/old") &&
	       is_named(unlinked, 0, RUN "/unlinked"), "names");
	len = sizeof(v);
	tst_ok(!getsockopt(disk, SOL_SOCKET, SO_ACCEPTCONN, &v, &len) && v, "listens");
	tst_ok(is_named(c_disk, 1, DISK "/stream"), "client's view of the server");
	tst_is(peer_pid(c_disk), getpid(), "client's view of the server's pid");

	fd = accept(disk, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "early bird"), "queued connection has its data");
	tst_is(peer_pid(fd), getpid(), "queued connection: peer's pid");
	put(fd, "welcome");
	tst_ok(gets_it(c_disk, "welcome"), "queued connection: the other way");
	fd = accept(disk, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "gone") && recv(fd, &c, 1, 0) == 0,
	       "queued connection of a client that has gone");
	tst_is(peer_pid(fd), gone_client, "queued connection of a client that has gone: its pid");
	fcntl(disk, F_SETFL, O_NONBLOCK);
	tst_ok(accept(disk, NULL, NULL) == -1 && errno == EAGAIN, "no more queued connections");
	fd = connected(SOCK_STREAM, DISK "/stream");
	put(fd, "new");
	fd = accept(disk, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "new"), "disk: a new connection");

	len = sizeof(from);
	fd = accept(run, (struct sockaddr *)&from, &len);
	tst_ok(fd >= 0 && is_named(fd, 1, "@tst client") && is_named(fd, 0, RUN "/stream"),
	       "tmpfs: queued connection: names");
	tst_ok(!stat(RUN "/stream", &st) && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0610,
	       "tmpfs: the socket file");
	fd = connected(SOCK_STREAM, RUN "/stream");
	put(fd, "new");
	fd = accept(run, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "new"), "tmpfs: a new connection");
	fd = accept(seq, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "one") && gets_it(fd, "two"), "seqpacket: queued messages");

	tst_ok(is_named(a_abs, 0, "@tst abstract") && is_named(c_abs, 1, "@tst abstract") &&
	       is_named(c_abs, 0, "") && gets_it(a_abs, "accepted"), "abstract: a connection");
	fd = connected(SOCK_STREAM, "@tst abstract");
	put(fd, "new");
	fd = accept(abstract, NULL, NULL);
	tst_ok(fd >= 0 && gets_it(fd, "new"), "abstract: a new connection");

	fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_ok(!try_connect(fd, RUN "/new"), "renamed socket file leads to the socket");
	fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_ok(try_connect(fd, RUN "/unlinked") == -1 && errno == ENOENT, "unlinked socket file");
	fd = tst_sys(socket(AF_UNIX, SOCK_DGRAM, 0));
	tst_ok(try_connect(fd, RUN "/stream") == -1 && errno == EPROTOTYPE, "of another type");
	close(run);
	fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));
	tst_ok(try_connect(fd, RUN "/stream") == -1 && errno == ECONNREFUSED,
	       "closed: the connection is refused");
}

/* ---- who waits ---- */

static void make_waiters(void)
{
	int fd;

	wait_l = listening(SOCK_STREAM, "@tst wait", 1);
	acceptor = tst_sys(fork());
	if (!acceptor) {
		close(run);
		fd = accept(wait_l, NULL, NULL);
		_exit(fd < 0 || send(fd, "hi", 2, 0) != 2);
	}
	full_l = listening(SOCK_STREAM, RUN "/full", 0);
	full_c = connected(SOCK_STREAM, RUN "/full");
	connecter = tst_sys(fork());
	if (!connecter) {
		close(run);
		close(full_l);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		_exit(try_connect(fd, RUN "/full") || send(fd, "in", 2, 0) != 2);
	}
}

static int exit_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void check_waiters(void)
{
	char buf[3] = "";
	int fd = connected(SOCK_STREAM, "@tst wait");

	tst_ok(recv(fd, buf, 2, MSG_WAITALL) == 2 && !strcmp(buf, "hi"), "accept goes on");
	tst_is(exit_of(acceptor), 0, "accept went well");
	tst_must(accept(full_l, NULL, NULL) >= 0);
	fd = accept(full_l, NULL, NULL);
	tst_ok(fd >= 0 && recv(fd, buf, 2, MSG_WAITALL) == 2 && !strcmp(buf, "in"),
	       "connect goes on");
	tst_is(exit_of(connecter), 0, "connect went well");
}

/* ---- datagrams ---- */

static int server, client, client2, auto_fd, one_way, lost, self;
static char auto_name[10];
static pid_t sender;

static void make_dgram(void)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	int fd, i;

	server = bound(SOCK_DGRAM, RUN "/log");
	client = connected(SOCK_DGRAM, RUN "/log");
	put(client, "nameless");
	client2 = bound(SOCK_DGRAM, RUN "/client");
	tst_sys(try_connect(client2, RUN "/log"));
	put(client2, "named");
	fd = bound(SOCK_DGRAM, RUN "/dead");
	tst_sys(try_connect(fd, RUN "/log"));
	put(fd, "dead");
	close(fd);

	auto_fd = tst_sys(socket(AF_UNIX, SOCK_DGRAM, 0));
	a.sun_family = AF_UNIX;
	tst_sys(bind(auto_fd, (struct sockaddr *)&a, sizeof(a.sun_family)));
	tst_sys(getsockname(auto_fd, (struct sockaddr *)&a, &len));
	tst_must(len == 8);
	memcpy(auto_name, a.sun_path, 6);

	fd = bound(SOCK_DGRAM, "@tst lost");
	lost = connected(SOCK_DGRAM, "@tst lost");
	close(fd);

	self = bound(SOCK_DGRAM, "@tst self");
	tst_sys(try_connect(self, "@tst self"));
	put(self, "to myself");

	one_way = bound(SOCK_DGRAM, "@tst full");
	sender = tst_sys(fork());
	if (sender)
		return;
	close(run);
	fd = connected(SOCK_DGRAM, "@tst full");
	for (i = 0; i < 100; i++) {
		if (send(fd, &i, sizeof(i), 0) != sizeof(i))
			_exit(1);
	}
	_exit(0);
}

static int from(int fd, const char *want, const char *name)
{
	struct sockaddr_un a = {}, b;
	socklen_t len = sizeof(a), want_len = name ? address(&b, name) : 0;
	char buf[100] = "";
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&a, &len);

	if (n != (ssize_t)strlen(want) || memcmp(buf, want, n) || len != want_len ||
	    (name && memcmp(&a, &b, len))) {
		tst_note("got %zd bytes (%.50s) from %s (%d)", n, buf, a.sun_path, (int)len);
		return 0;
	}
	return 1;
}

static void check_dgram(void)
{
	struct sockaddr_un a;
	socklen_t len;
	int i, n, fd;

	tst_ok(from(server, "nameless", NULL), "datagram of a socket without a name");
	tst_ok(from(server, "named", RUN "/client"), "datagram of a socket with a name");
	tst_ok(from(server, "dead", RUN "/dead"), "datagram of a socket that was closed");
	put(client, "more");
	tst_ok(from(server, "more", NULL), "datagram to the server");
	len = address(&a, RUN "/client");
	tst_ok(sendto(server, "reply", 5, 0, (struct sockaddr *)&a, len) == 5 &&
	       from(client2, "reply", RUN "/log"), "datagram to the client by its name");
	tst_ok(is_named(client2, 1, RUN "/log"), "datagrams: name of the peer");
	len = sizeof(a);
	tst_ok(!getsockname(auto_fd, (struct sockaddr *)&a, &len) && len == 8 &&
	       !memcmp(a.sun_path, auto_name, 6), "automatic name");
	fd = tst_sys(socket(AF_UNIX, SOCK_DGRAM, 0));
	tst_ok(sendto(fd, "auto", 4, 0, (struct sockaddr *)&a, len) == 4 &&
	       from(auto_fd, "auto", NULL), "automatic name: found by it");
	tst_ok(send(lost, "x", 1, 0) == -1 && errno == ECONNREFUSED, "server has gone");
	tst_ok(send(lost, "x", 1, 0) == -1 && errno == ENOTCONN, "server has gone: told once");
	tst_ok(gets_it(self, "to myself"), "connected to itself");
	for (i = 0; i < 100; i++) {
		if (recv(one_way, &n, sizeof(n), 0) != sizeof(n) || n != i)
			break;
	}
	tst_is(i, 100, "full queue: all messages in order");
	tst_is(exit_of(sender), 0, "full queue: the sender goes on");
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	mkdir(DISK, 0755);
	mkdir(RUN, 0755);
	make_listeners();
	make_waiters();
	make_dgram();
	tst_sleep_ms(300);
	tst_ready();
	check_listeners();
	check_waiters();
	check_dgram();
	return tst_end();
}
