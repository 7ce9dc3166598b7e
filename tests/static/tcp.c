// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP within the VE, both ends of each connection: queues, states, options,
 * listeners with connections that wait.
 */
#include "tst.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct pair {
	int listener, client, server;
};

static int family_of(int i) { return i ? AF_INET6 : AF_INET; }

static socklen_t loopback(int family, int port, struct sockaddr_storage *a)
{
	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	if (family == AF_INET6) {
		((struct sockaddr_in6 *)a)->sin6_addr = in6addr_loopback;
		((struct sockaddr_in6 *)a)->sin6_port = htons(port);
		return sizeof(struct sockaddr_in6);
	}
	((struct sockaddr_in *)a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	((struct sockaddr_in *)a)->sin_port = htons(port);
	return sizeof(struct sockaddr_in);
}

static int listen_on(int family, int port)
{
	int fd = tst_sys(socket(family, SOCK_STREAM, 0)), one = 1;
	struct sockaddr_storage a;
	socklen_t len = loopback(family, port, &a);

	tst_sys(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	tst_sys(bind(fd, (void *)&a, len));
	tst_sys(listen(fd, 7));
	return fd;
}

static int connect_to(int family, int port)
{
	int fd = tst_sys(socket(family, SOCK_STREAM, 0));
	struct sockaddr_storage a;
	socklen_t len = loopback(family, port, &a);

	tst_sys(connect(fd, (void *)&a, len));
	return fd;
}

static struct pair connected(int family, int port)
{
	struct pair p = { .listener = listen_on(family, port) };

	p.client = connect_to(family, port);
	p.server = tst_sys(accept(p.listener, NULL, NULL));
	return p;
}

static int state_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? -1 : info.tcpi_state;
}

/* Fills what one end sends until no more goes; the bytes count up. */
static size_t fill(int fd)
{
	unsigned char buf[4096];
	size_t sent = 0;
	ssize_t n;

	for (;;) {
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = (sent + i) * 31 >> 3;
		n = send(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n <= 0)
			return sent;
		sent += n;
	}
}

static int drain(int fd, size_t want)
{
	unsigned char buf[4096];
	size_t got = 0;
	ssize_t n;

	while (got < want) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n <= 0)
			return 0;
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] != (unsigned char)((got + i) * 31 >> 3))
				return 0;
		got += n;
	}
	return got == want;
}

struct option {
	int level, name, set, before;
} options[] = {
	{ SOL_SOCKET, SO_KEEPALIVE, 1, 0 }, { SOL_SOCKET, SO_RCVBUF, 50000, 0 },
	{ SOL_SOCKET, SO_PRIORITY, 3, 0 }, { SOL_SOCKET, SO_OOBINLINE, 1, 0 },
	{ IPPROTO_TCP, TCP_NODELAY, 1, 0 }, { IPPROTO_TCP, TCP_KEEPIDLE, 777, 0 },
	{ IPPROTO_TCP, TCP_KEEPINTVL, 55, 0 }, { IPPROTO_TCP, TCP_KEEPCNT, 3, 0 },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, 123456, 0 }, { IPPROTO_TCP, TCP_SYNCNT, 4, 0 },
	{ IPPROTO_TCP, TCP_LINGER2, 33, 0 }, { IPPROTO_TCP, TCP_NOTSENT_LOWAT, 65536, 0 },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP, 40000, 0 }, { IPPROTO_TCP, TCP_MAXSEG, -1, 0 },
	{ IPPROTO_TCP, TCP_QUICKACK, -1, 0 }, { IPPROTO_TCP, TCP_DEFER_ACCEPT, -1, 0 },
	{ IPPROTO_IP, IP_TOS, 0x10, 0 }, { IPPROTO_IP, IP_TTL, 44, 0 },
	{ IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, 0 }, { IPPROTO_IP, IP_RECVTTL, 1, 0 },
	{ IPPROTO_IP, IP_FREEBIND, 1, 0 }, { IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, 0 },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, 45, 0 }, { IPPROTO_IPV6, IPV6_TCLASS, 0x20, 0 },
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, 0 }, { IPPROTO_IPV6, IPV6_V6ONLY, -1, 0 },
	{ IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 1, 0 },
};
#define NOPTIONS (sizeof(options) / sizeof(options[0]))

static int get(int fd, const struct option *o)
{
	int v = -77;
	socklen_t len = sizeof(v);

	return getsockopt(fd, o->level, o->name, &v, &len) ? -1000 - errno : v;
}

static void set_options(int fd)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (options[i].set >= 0)
			setsockopt(fd, options[i].level, options[i].name, &options[i].set, sizeof(int));
	for (size_t i = 0; i < NOPTIONS; i++)
		options[i].before = get(fd, &options[i]);
}

static void check_options(int fd)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		tst_is(get(fd, &options[i]), options[i].before, "option %d of level %d is %d",
		       options[i].name, options[i].level, options[i].before);
}

static void check_new_connection(int family, int listener, int port)
{
	int client = connect_to(family, port), server = accept(listener, NULL, NULL);
	char c = 0;

	tst_ok(server >= 0 && send(client, "n", 1, 0) == 1 && recv(server, &c, 1, 0) == 1 && c == 'n',
	       "port %d: a new connection is accepted", port);
	close(client);
	close(server);
}

int main(int argc, char **argv)
{
	struct pair idle[2], full[2], half[2], urgent;
	int waiting[2], waiting_client[2], fresh, bound, fd;
	struct tcp_info before = {}, after = {};
	struct sockaddr_storage a, b;
	socklen_t len = sizeof(before), alen = sizeof(a), blen = sizeof(b);
	char ca[2][16] = {}, c, buf[64];
	size_t sent[2];
	int i, at = 0;

	tst_begin(argc, argv);
	for (i = 0; i < 2; i++) {
		idle[i] = connected(family_of(i), 1000 + i);
		full[i] = connected(family_of(i), 1010 + i);
		sent[i] = fill(full[i].client);
		half[i] = connected(family_of(i), 1020 + i);
		tst_must(send(half[i].client, "last", 4, 0) == 4);
		tst_sys(shutdown(half[i].client, SHUT_WR));
		waiting[i] = listen_on(family_of(i), 1030 + i);
		waiting_client[i] = connect_to(family_of(i), 1030 + i);
		tst_must(send(waiting_client[i], "early", 5, 0) == 5);
	}
	urgent = connected(AF_INET, 1040);
	tst_must(send(urgent.client, "ab", 2, 0) == 2);
	tst_must(send(urgent.client, "!", 1, MSG_OOB) == 1);
	tst_must(send(urgent.client, "cd", 2, 0) == 2);
	tst_sys(setsockopt(idle[0].client, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	set_options(idle[1].client);
	fresh = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	bound = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	alen = loopback(AF_INET, 1050, &a);
	tst_sys(bind(bound, (void *)&a, alen));
	tst_sleep_ms(300);	/* acknowledgements */
	tst_sys(getsockopt(idle[0].server, IPPROTO_TCP, TCP_INFO, &before, &len));

	tst_ready();
	check_options(idle[1].client);	/* a window that grows changes TCP_MAXSEG */
	for (i = 0; i < 2; i++) {
		tst_is(state_of(idle[i].client), TCP_ESTABLISHED, "IPv%d: established", 4 + 2 * i);
		c = 0;
		tst_ok(send(idle[i].client, "x", 1, 0) == 1 && recv(idle[i].server, &c, 1, 0) == 1 &&
		       c == 'x', "IPv%d: a byte there", 4 + 2 * i);
		tst_ok(send(idle[i].server, "y", 1, 0) == 1 && recv(idle[i].client, &c, 1, 0) == 1 &&
		       c == 'y', "IPv%d: a byte back", 4 + 2 * i);
		tst_ok(drain(full[i].server, sent[i]), "IPv%d: %zu queued bytes arrive", 4 + 2 * i,
		       sent[i]);
		tst_is(state_of(half[i].client), TCP_FIN_WAIT2, "IPv%d: FIN_WAIT2", 4 + 2 * i);
		tst_is(state_of(half[i].server), TCP_CLOSE_WAIT, "IPv%d: CLOSE_WAIT", 4 + 2 * i);
		tst_ok(recv(half[i].server, buf, sizeof(buf), 0) == 4 &&
		       recv(half[i].server, buf, sizeof(buf), 0) == 0, "IPv%d: data, then the end",
		       4 + 2 * i);
		tst_ok(send(half[i].server, "back", 4, 0) == 4 &&
		       recv(half[i].client, buf, sizeof(buf), 0) == 4, "IPv%d: the other half goes on",
		       4 + 2 * i);
		fd = accept(waiting[i], (void *)&a, &alen);
		tst_ok(fd >= 0 && recv(fd, buf, sizeof(buf), 0) == 5 && !memcmp(buf, "early", 5),
		       "IPv%d: a waiting connection is accepted, with its data", 4 + 2 * i);
		blen = sizeof(b);
		tst_ok(!getsockname(waiting_client[i], (void *)&b, &blen) && alen == blen &&
		       !memcmp(&a, &b, i ? 24 : 8), "IPv%d: and it is the one", 4 + 2 * i);
		alen = sizeof(a);
		check_new_connection(family_of(i), waiting[i], 1030 + i);
		check_new_connection(family_of(i), idle[i].listener, 1000 + i);
	}
	c = 0;
	tst_ok(recv(urgent.server, &c, 1, MSG_OOB) == 1 && c == '!', "urgent byte");
	tst_ok(recv(urgent.server, buf, sizeof(buf), 0) == 2 && !memcmp(buf, "ab", 2) &&
	       !ioctl(urgent.server, SIOCATMARK, &at) && at, "the mark is behind two bytes");
	tst_ok(recv(urgent.server, buf, sizeof(buf), 0) == 2 && !memcmp(buf, "cd", 2),
	       "the rest of it");
	len = 16;
	tst_ok(!getsockopt(idle[0].client, IPPROTO_TCP, TCP_CONGESTION, ca[0], &len) &&
	       !strncmp(ca[0], "reno", 4), "congestion control is reno");
	len = 16;
	tst_ok(!getsockopt(idle[1].client, IPPROTO_TCP, TCP_CONGESTION, ca[1], &len) &&
	       !strncmp(ca[1], "cubic", 5), "congestion control is cubic");
	len = sizeof(after);
	tst_ok(!getsockopt(idle[0].server, IPPROTO_TCP, TCP_INFO, &after, &len), "tcp_info");
	tst_is(after.tcpi_snd_cwnd, before.tcpi_snd_cwnd, "cwnd");
	tst_is(after.tcpi_snd_mss, before.tcpi_snd_mss, "mss");
	tst_is(after.tcpi_advmss, before.tcpi_advmss, "advertised mss");
	tst_is(after.tcpi_options, before.tcpi_options, "SACK, timestamps, scaling");
	tst_is(after.tcpi_snd_wscale, before.tcpi_snd_wscale, "send window scale");
	tst_is(after.tcpi_rcv_wscale, before.tcpi_rcv_wscale, "receive window scale");
	tst_is(after.tcpi_retransmits, 0, "nothing is retransmitted");
	alen = loopback(AF_INET, 1000, &a);
	tst_ok(!connect(fresh, (void *)&a, alen), "an unused socket connects");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	alen = loopback(AF_INET, 1050, &a);
	tst_ok(bind(fd, (void *)&a, alen) && errno == EADDRINUSE, "the bound port is taken");
	tst_ok(!listen(bound, 1), "who has it listens");
	check_new_connection(AF_INET, bound, 1050);
	return tst_end();
}
