// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP and UDP-Lite within the VE: datagrams that wait with all that is told of them,
 * options, connections, ports that are shared, multicast groups.
 */
#include "tst.h"
#include "inet.h"
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif

static const char *const loopback[2] = { "127.0.0.1", "::1" };
static const char *const nobody[2] = { "0.0.0.0", "::" };
static const int families[2] = { AF_INET, AF_INET6 };

static int bound(int i, const char *addr, int port, int protocol)
{
	int fd = tst_sys(socket(families[i], SOCK_DGRAM, protocol));
	struct sockaddr_storage a;

	tst_sys(bind(fd, (void *)&a, inet_addr_of(families[i], addr, port, &a)));
	return fd;
}

static void connect_to(int fd, int i, const char *addr, int port)
{
	struct sockaddr_storage a;

	tst_sys(connect(fd, (void *)&a, inet_addr_of(families[i], addr, port, &a)));
}

static void send_to(int fd, int i, const char *addr, int port, const void *data, size_t len)
{
	struct sockaddr_storage a;
	socklen_t alen = inet_addr_of(families[i], addr, port, &a);

	tst_must(sendto(fd, data, len, 0, (void *)&a, alen) == (ssize_t)len);
}

static int got(int fd, const char *want)
{
	char buf[100] = {};
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n == (ssize_t)strlen(want) && !memcmp(buf, want, n))
		return 1;
	tst_note("received %zd bytes \"%s\"", n, n > 0 ? buf : "");
	return 0;
}

static int names_are(int fd, const struct sockaddr_storage *me, const struct sockaddr_storage *peer)
{
	struct sockaddr_storage a[2] = {};
	socklen_t len = sizeof(a[0]);

	if (getsockname(fd, (void *)&a[0], &len))
		return 0;
	len = sizeof(a[1]);
	if (getpeername(fd, (void *)&a[1], &len))
		memset(&a[1], 0, sizeof(a[1]));
	return !memcmp(&a[0], me, sizeof(*me)) && !memcmp(&a[1], peer, sizeof(*peer));
}

static void get_names(int fd, struct sockaddr_storage *me, struct sockaddr_storage *peer)
{
	socklen_t len = sizeof(*me);

	memset(me, 0, sizeof(*me));
	memset(peer, 0, sizeof(*peer));
	tst_sys(getsockname(fd, (void *)me, &len));
	len = sizeof(*peer);
	getpeername(fd, (void *)peer, &len);
}

/* ---- datagrams that wait ---- */

static int queue_sock[2], queue_from[2];
static struct inet_message *queue_was[2][4];
static struct inet_options *queue_opts[2];

static void ask_for_all(int fd, int i)
{
	inet_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	inet_set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	inet_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	inet_set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	inet_set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	inet_set(fd, IPPROTO_IP, IP_RECVORIGDSTADDR, 1);
	inet_set(fd, IPPROTO_IP, IP_RECVOPTS, 1);
	if (!i)
		return;
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	inet_set(fd, IPPROTO_IPV6, 11 /* IPV6_FLOWINFO */, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVDSTOPTS, 1);
}

static void set_up_queue(int i)
{
	static char big[60000];
	unsigned char dst[8] = { 0, 0, 1, 4, 0, 0, 0, 0 };	/* a PadN of four bytes */
	unsigned char opts[4] = { 1, 1, 1, 0 };			/* no operation, end */
	int j, from = bound(i, loopback[i], 2100 + i, 0);

	queue_sock[i] = bound(i, nobody[i], 2000 + i, 0);
	ask_for_all(queue_sock[i], i);
	inet_set(queue_sock[i], SOL_SOCKET, SO_RCVBUF, 400000);
	inet_set(from, IPPROTO_IP, IP_TTL, 33);
	inet_set(from, IPPROTO_IP, IP_TOS, 0x28);
	if (i) {
		inet_set(from, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 34);
		inet_set(from, IPPROTO_IPV6, IPV6_TCLASS, 0x40);
	}
	for (j = 0; j < (int)sizeof(big); j++)
		big[j] = j * 7 >> 2;
	send_to(from, i, loopback[i], 2000 + i, "first", 5);
	send_to(from, i, loopback[i], 2000 + i, "", 0);
	send_to(from, i, loopback[i], 2000 + i, big, sizeof(big));
	if (i)
		tst_sys(setsockopt(from, IPPROTO_IPV6, IPV6_DSTOPTS, dst, sizeof(dst)));
	else
		tst_sys(setsockopt(from, IPPROTO_IP, IP_OPTIONS, opts, sizeof(opts)));
	send_to(from, i, loopback[i], 2000 + i, "last", 4);
	if (i)
		tst_sys(setsockopt(from, IPPROTO_IPV6, IPV6_DSTOPTS, NULL, 0));
	else
		tst_sys(setsockopt(from, IPPROTO_IP, IP_OPTIONS, NULL, 0));
	queue_from[i] = from;
	tst_sleep_ms(100);
	/* looked at once, and still there: sent again by a copy of the socket's queue */
	inet_set(queue_sock[i], SOL_SOCKET, SO_PEEK_OFF, 0);
	for (j = 0; j < 1; j++)
		queue_was[i][j] = inet_recv(queue_sock[i], MSG_PEEK);
	inet_set(queue_sock[i], SOL_SOCKET, SO_PEEK_OFF, -1);
	tst_must(queue_was[i][0]->n == 5);
	queue_opts[i] = inet_get_options(queue_sock[i]);
}

static void check_control(const struct inet_message *m, int i, int last)
{
	struct msghdr h = { .msg_control = (void *)m->control, .msg_controllen = m->controllen };
	int ttl = 0, tos = 0, stamp = 0, info = 0, opts = 0;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c)) {
		ttl += c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL && *CMSG_DATA(c) == 33;
		ttl += c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT &&
		       *CMSG_DATA(c) == 34;
		tos += c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS &&
		       *CMSG_DATA(c) == 0x28;
		tos += c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS &&
		       *CMSG_DATA(c) == 0x40;
		info += c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
			((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex == 1;
		info += c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO &&
			((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex == 1;
		stamp += c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS;
		opts += c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVOPTS;
		opts += c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_DSTOPTS &&
			CMSG_DATA(c)[2] == 1;
	}
	tst_ok(ttl == 1 && tos == 1 && info == 1 && stamp == 1 && opts == last,
	       "IPv%d: TTL %d, TOS %d, interface %d, time %d, options %d", 4 + 2 * i, ttl, tos, info,
	       stamp, opts);
}

static void check_queue(int i)
{
	struct pollfd p = { .fd = queue_sock[i], .events = POLLIN | POLLOUT };
	struct sockaddr_storage a;
	struct inet_message *m;
	char what[40];
	int n = -1, good = 1;

	snprintf(what, sizeof(what), "IPv%d: queue", 4 + 2 * i);
	inet_same_options(queue_sock[i], queue_opts[i], what);
	tst_ok(poll(&p, 1, 0) == 1 && p.revents == (POLLIN | POLLOUT), "%s: poll", what);
	tst_ok(!ioctl(queue_sock[i], FIONREAD, &n) && n == 5, "%s: FIONREAD is %d", what, n);
	inet_same_message(queue_sock[i], queue_was[i][0], what);
	m = inet_recv(queue_sock[i], 0);
	tst_is(m->n, 0, "%s: an empty datagram", what);
	check_control(m, i, 0);
	m = inet_recv(queue_sock[i], 0);
	for (n = 0; n < m->n; n++)
		good &= m->data[n] == (unsigned char)(n * 7 >> 2);
	tst_ok(m->n == 60000 && good, "%s: a big one", what);
	m = inet_recv(queue_sock[i], 0);
	tst_ok(m->n == 4 && !memcmp(m->data, "last", 4), "%s: the last one", what);
	check_control(m, i, 1);
	inet_addr_of(families[i], loopback[i], 2100 + i, &a);
	tst_ok(!memcmp(&a, &m->name, m->namelen), "%s: and its sender", what);
	m = inet_recv(queue_sock[i], 0);
	tst_is(m->n, -1, "%s: no more", what);
	send_to(queue_from[i], i, loopback[i], 2000 + i, "new", 3);
	tst_ok(got(queue_sock[i], "new"), "%s: a new one", what);
}

/* ---- options and states ---- */

static struct inet_options *udp_opts[2], *lite_opts[2], *fresh_opts[2];
static int opt_sock[2], lite_sock[2], fresh[2];

static void set_up_options(int i)
{
	struct in6_pktinfo info = { .ipi6_ifindex = 1, .ipi6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = bound(i, nobody[i], 2200 + i, 0);

	inet_set(fd, IPPROTO_UDP, UDP_CORK, 0);
	inet_set(fd, IPPROTO_UDP, 101 /* UDP_NO_CHECK6_TX */, 1);
	inet_set(fd, IPPROTO_UDP, 102 /* UDP_NO_CHECK6_RX */, 1);
	inet_set(fd, IPPROTO_UDP, UDP_SEGMENT, 1234);
	inet_set(fd, IPPROTO_UDP, UDP_GRO, 1);
	inet_set(fd, SOL_SOCKET, SO_SNDBUF, 77777);
	inet_set(fd, SOL_SOCKET, SO_PRIORITY, 5);
	inet_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	inet_set(fd, SOL_SOCKET, SO_NO_CHECK, 1);
	inet_set(fd, SOL_SOCKET, SO_TIMESTAMPING,
		 SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
	inet_set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 17);
	inet_set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	inet_set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	inet_set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	inet_set(fd, IPPROTO_IP, IP_RECVERR, 1);
	inet_set(fd, IPPROTO_IP, IP_MINTTL, 3);
	inet_set(fd, IPPROTO_IP, IP_UNICAST_IF, htonl(1));
	inet_set(fd, IPPROTO_IP, IP_TRANSPARENT, 1);
	if (i) {
		inet_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 18);
		inet_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
		inet_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1);
		inet_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
		inet_set(fd, IPPROTO_IPV6, IPV6_MTU, 1400);
		inet_set(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
		inet_set(fd, IPPROTO_IPV6, 2 /* IPV6_2292PKTINFO */, 1);
		tst_sys(setsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)));
	} else {
		struct ip_mreqn m = { .imr_ifindex = 1, .imr_address.s_addr = htonl(0x7f000001) };

		tst_sys(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m)));
	}
	inet_set(fd, SOL_SOCKET, SO_BINDTOIFINDEX, 1);
	opt_sock[i] = fd;
	udp_opts[i] = inet_get_options(fd);
	lite_sock[i] = bound(i, loopback[i], 2210 + i, IPPROTO_UDPLITE);
	inet_set(lite_sock[i], 136, 10 /* UDPLITE_SEND_CSCOV */, 20);
	inet_set(lite_sock[i], 136, 11 /* UDPLITE_RECV_CSCOV */, 16);
	send_to(lite_sock[i], i, loopback[i], 2210 + i, "light as a feather, stiff as a board", 36);
	lite_opts[i] = inet_get_options(lite_sock[i]);
	fresh[i] = tst_sys(socket(families[i], SOCK_DGRAM, 0));
	fresh_opts[i] = inet_get_options(fresh[i]);
}

static void check_options(int i)
{
	struct sockaddr_storage a;
	socklen_t alen;
	char what[40];

	snprintf(what, sizeof(what), "IPv%d: options", 4 + 2 * i);
	inet_same_options(opt_sock[i], udp_opts[i], what);
	snprintf(what, sizeof(what), "IPv%d: UDP-Lite", 4 + 2 * i);
	inet_same_options(lite_sock[i], lite_opts[i], what);
	tst_ok(got(lite_sock[i], "light as a feather, stiff as a board"), "%s: datagram", what);
	send_to(lite_sock[i], i, loopback[i], 2210 + i, "again, and some more bytes", 26);
	tst_ok(got(lite_sock[i], "again, and some more bytes"), "%s: another one", what);
	snprintf(what, sizeof(what), "IPv%d: fresh", 4 + 2 * i);
	inet_same_options(fresh[i], fresh_opts[i], what);
	alen = inet_addr_of(families[i], loopback[i], 2220 + i, &a);
	tst_ok(!bind(fresh[i], (void *)&a, alen), "%s: can be bound", what);
}

/* ---- connections ---- */

static int con[2][3];
static struct sockaddr_storage con_me[2][3], con_peer[2][3];
static int refused_sock, shut, mapped;
static struct sockaddr_storage mapped_me, mapped_peer;

static void set_up_connections(int i)
{
	int j;

	con[i][0] = bound(i, loopback[i], 2300 + i, 0);
	con[i][1] = tst_sys(socket(families[i], SOCK_DGRAM, 0));
	con[i][2] = bound(i, nobody[i], 2310 + i, 0);
	connect_to(con[i][1], i, loopback[i], 2300 + i);
	connect_to(con[i][2], i, loopback[i], 2300 + i);
	for (j = 0; j < 3; j++)
		get_names(con[i][j], &con_me[i][j], &con_peer[i][j]);
}

static void set_up_special(void)
{
	refused_sock = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	connect_to(refused_sock, 0, loopback[0], 2399);
	tst_must(send(refused_sock, "x", 1, 0) == 1);		/* nobody is there */
	shut = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	connect_to(shut, 0, loopback[0], 2300);
	tst_sys(shutdown(shut, SHUT_RD));
	mapped = tst_sys(socket(AF_INET6, SOCK_DGRAM, 0));
	connect_to(mapped, 1, "::ffff:127.0.0.1", 2300);
	get_names(mapped, &mapped_me, &mapped_peer);
	tst_sleep_ms(50);
}

static void check_connections(int i)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	char what[40], c;
	int j;

	for (j = 0; j < 3; j++) {
		snprintf(what, sizeof(what), "IPv%d: connection %d", 4 + 2 * i, j);
		tst_ok(names_are(con[i][j], &con_me[i][j], &con_peer[i][j]), "%s: names", what);
		if (!j)
			continue;
		tst_ok(send(con[i][j], what, strlen(what), 0) > 0 && got(con[i][0], what),
		       "%s: there", what);
		tst_ok(sendto(con[i][0], "back", 4, 0, (void *)&con_me[i][j],
			      i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) == 4 &&
		       got(con[i][j], "back"), "%s: and back", what);
		send_to(queue_from[i], i, loopback[i],
			ntohs(((struct sockaddr_in *)&con_me[i][j])->sin_port), "wrong", 5);
		tst_ok(recv(con[i][j], &c, 1, MSG_DONTWAIT) == -1, "%s: of nobody else", what);
	}
	tst_ok(!connect(con[i][1], (void *)&a, sizeof(a)) && send(con[i][1], "x", 1, 0) < 0,
	       "IPv%d: disconnected", 4 + 2 * i);
}

static void check_special(void)
{
	struct pollfd p = { .fd = shut, .events = POLLIN | POLLRDHUP };
	int err = 0;
	socklen_t len = sizeof(err);
	char c;

	tst_ok(!getsockopt(refused_sock, SOL_SOCKET, SO_ERROR, &err, &len) && err == ECONNREFUSED,
	       "a pending error: %d", err);
	tst_ok(recv(shut, &c, 1, 0) == 0 && poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP),
	       "shut down for reading");
	tst_ok(send(shut, "still", 5, 0) == 5 && got(con[0][0], "still"), "but not for writing");
	tst_ok(names_are(mapped, &mapped_me, &mapped_peer), "IPv6 that talks IPv4: names");
	tst_ok(send(mapped, "four", 4, 0) == 4 && got(con[0][0], "four"), "there");
}

/* ---- ports that are shared ---- */

#define SHARED 4
static int reused[2], group[SHARED], flow[8], flow_to[8], later;

static void set_up_shared(void)
{
	struct sockaddr_storage a;
	int i;

	for (i = 0; i < 2; i++) {
		reused[i] = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
		inet_set(reused[i], SOL_SOCKET, SO_REUSEADDR, 1);
		tst_sys(bind(reused[i], (void *)&a, inet_addr_of(AF_INET, "127.0.0.1", 2400, &a)));
	}
	inet_set(reused[0], SOL_SOCKET, SO_REUSEADDR, 0);
	for (i = 0; i < SHARED; i++) {
		group[i] = tst_sys(socket(AF_INET6, SOCK_DGRAM, 0));
		inet_set(group[i], SOL_SOCKET, SO_REUSEPORT, 1);
		tst_sys(bind(group[i], (void *)&a, inet_addr_of(AF_INET6, "::", 2401, &a)));
	}
	close(group[1]);	/* the last one takes its place */
	group[1] = tst_sys(socket(AF_INET6, SOCK_DGRAM, 0));
	inet_set(group[1], SOL_SOCKET, SO_REUSEPORT, 1);
	tst_sys(bind(group[1], (void *)&a, inet_addr_of(AF_INET6, "::", 2401, &a)));
	later = tst_sys(socket(AF_INET6, SOCK_DGRAM, 0));
	inet_set(later, SOL_SOCKET, SO_REUSEPORT, 1);
	inet_set(group[0], SOL_SOCKET, SO_REUSEPORT, 1);
	for (i = 0; i < 8; i++) {
		flow[i] = bound(1, "::1", 2410 + i, 0);
		connect_to(flow[i], 1, "::1", 2401);
	}
}

/* Which of the group each flow goes to. The hash's secret is another one in another boot. */
static void send_flows(int *to, int *sum)
{
	int i, j;
	char c;

	*sum = 0;
	for (i = 0; i < 8; i++) {
		tst_must(send(flow[i], "f", 1, 0) == 1);
		to[i] = -1;
		for (j = 0; j < SHARED; j++) {
			if (recv(group[j], &c, 1, MSG_DONTWAIT) == 1) {
				to[i] = j;
				++*sum;
			}
		}
	}
}

static void check_shared(void)
{
	int to[8], sum, i, fd, more = 0;
	struct sockaddr_storage a;
	socklen_t alen = inet_addr_of(AF_INET, "127.0.0.1", 2400, &a);

	send_to(con[0][0], 0, "127.0.0.1", 2400, "newest", 6);
	tst_ok(got(reused[1], "newest"), "SO_REUSEADDR: who was bound last gets it");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	inet_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	tst_ok(bind(fd, (void *)&a, alen) && errno == EADDRINUSE,
	       "SO_REUSEADDR: no third one, the first does not want to");
	send_flows(to, &sum);
	tst_is(sum, 8, "SO_REUSEPORT: each datagram comes once");
	for (i = 1; i < 8; i++)
		more += to[i] != to[0];
	tst_ok(more, "SO_REUSEPORT: and not all to one");
	alen = inet_addr_of(AF_INET6, "::", 2401, &a);
	tst_ok(!bind(later, (void *)&a, alen), "SO_REUSEPORT: another one joins");
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	tst_ok(bind(fd, (void *)&a, alen) && errno == EADDRINUSE, "SO_REUSEPORT: not everybody");
	memcpy(flow_to, to, sizeof(to));
}

/* ---- multicast ---- */

static int member[2], filtered, sender[2], routed;
static const char *const mgroup[2] = { "239.1.2.3", "ff02::1234" };

static void join(int fd, int level, int name, const char *addr, const char *from)
{
	struct group_source_req req = { .gsr_interface = 1 };
	int family = level == IPPROTO_IP ? AF_INET : AF_INET6;

	inet_addr_of(family, addr, 0, &req.gsr_group);
	if (from)
		inet_addr_of(family, from, 0, &req.gsr_source);
	tst_sys(setsockopt(fd, level, name, &req, from ? sizeof(req) : sizeof(struct group_req)));
}

static void set_up_multicast(void)
{
	struct ip_mreqn m = { .imr_ifindex = 1 };
	struct sockaddr_storage a;
	char c;
	int i;

	for (i = 0; i < 2; i++) {
		member[i] = bound(i, nobody[i], 2500 + i, 0);
		inet_set(member[i], IPPROTO_IP, IP_MULTICAST_ALL, 0);
		sender[i] = bound(i, loopback[i], 2510 + i, 0);
	}
	tst_sys(setsockopt(sender[0], IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m)));
	inet_set(sender[1], IPPROTO_IPV6, IPV6_MULTICAST_IF, 1);
	join(member[0], IPPROTO_IP, MCAST_JOIN_GROUP, mgroup[0], NULL);
	join(member[0], IPPROTO_IP, MCAST_JOIN_GROUP, "239.1.2.4", NULL);
	join(member[1], IPPROTO_IPV6, MCAST_JOIN_GROUP, mgroup[1], NULL);
	join(member[1], IPPROTO_IP, MCAST_JOIN_GROUP, "239.1.2.5", NULL);
	join(member[1], IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, "ff02::77", "::1");
	join(member[1], IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, "ff02::77", "fe80::9");
	filtered = bound(0, nobody[0], 2520, 0);
	inet_set(filtered, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	join(filtered, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, "232.1.1.1", "10.9.9.9");
	join(filtered, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, "232.1.1.1", "127.0.0.1");
	join(filtered, IPPROTO_IP, MCAST_JOIN_GROUP, mgroup[0], NULL);
	inet_addr_of(AF_INET6, mgroup[1], 2501, &a);
	/* the loopback device has no route for these by itself */
	routed = sendto(sender[1], "p", 1, 0, (void *)&a, sizeof(struct sockaddr_in6)) == 1;
	tst_sleep_ms(20);
	routed = routed && recv(member[1], &c, 1, MSG_DONTWAIT) == 1;
	join(filtered, IPPROTO_IP, MCAST_BLOCK_SOURCE, mgroup[0], "127.0.0.1");
}

static int filter_of(int fd, int level, const char *addr, int *mode, struct group_filter *f)
{
	int family = level == IPPROTO_IP ? AF_INET : AF_INET6;
	socklen_t len = GROUP_FILTER_SIZE(4);

	memset(f, 0, len);
	f->gf_interface = 1;
	f->gf_numsrc = 4;
	inet_addr_of(family, addr, 0, &f->gf_group);
	if (getsockopt(fd, level, MCAST_MSFILTER, f, &len))
		return -1;
	*mode = f->gf_fmode;
	return f->gf_numsrc;
}

static void check_multicast(void)
{
	struct group_filter *f = malloc(GROUP_FILTER_SIZE(4));
	struct group_req req = { .gr_interface = 1 };
	int mode = -1, i;
	char c;

	send_to(sender[0], 0, mgroup[0], 2500, "four", 4);
	if (routed)
		send_to(sender[1], 1, mgroup[1], 2501, "six", 3);
	send_to(sender[0], 0, "239.9.9.9", 2500, "none", 4);
	tst_ok(got(member[0], "four"), "IPv4: a datagram to the group");
	if (routed)
		tst_ok(got(member[1], "six"), "IPv6: a datagram to the group");
	else
		tst_skip("IPv6: a datagram to the group", "no route to it");
	tst_ok(recv(member[0], &c, 1, MSG_DONTWAIT) < 0, "none of another group");
	send_to(sender[0], 0, "232.1.1.1", 2520, "allowed", 7);
	send_to(sender[0], 0, mgroup[0], 2520, "blocked", 7);
	tst_ok(got(filtered, "allowed"), "from a source that is let in");
	tst_ok(recv(filtered, &c, 1, MSG_DONTWAIT) < 0, "none from one that is blocked");
	tst_is(filter_of(filtered, IPPROTO_IP, "232.1.1.1", &mode, f), 2, "two sources are let in");
	tst_ok(mode == MCAST_INCLUDE &&
	       ((struct sockaddr_in *)&f->gf_slist[0])->sin_addr.s_addr == htonl(0x0a090909),
	       "in their order");
	tst_ok(filter_of(filtered, IPPROTO_IP, mgroup[0], &mode, f) == 1 && mode == MCAST_EXCLUDE,
	       "one is not");
	tst_ok(filter_of(member[1], IPPROTO_IPV6, "ff02::77", &mode, f) == 2 && mode == MCAST_INCLUDE,
	       "IPv6: sources");
	for (i = 0; i < 2; i++) {
		inet_addr_of(families[i], mgroup[i], 0, &req.gr_group);
		tst_ok(!setsockopt(member[i], i ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_LEAVE_GROUP, &req,
				   sizeof(req)), "IPv%d: the group is left", 4 + 2 * i);
	}
	inet_addr_of(AF_INET, "239.1.2.5", 0, &req.gr_group);
	tst_ok(!setsockopt(member[1], IPPROTO_IP, MCAST_LEAVE_GROUP, &req, sizeof(req)),
	       "IPv4 by a socket of IPv6: the group is left");
}

/* ---- epoll, filters, peeking, offload ---- */

static int epfd, peeked, gro, segments;

static void set_up_rest(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET, .data.u32 = 7 };
	char buf[4000], c[3];

	epfd = tst_sys(epoll_create1(0));
	tst_sys(epoll_ctl(epfd, EPOLL_CTL_ADD, queue_sock[0], &e));
	tst_must(epoll_wait(epfd, &e, 1, 0) == 1);		/* told once */
	e.data.u32 = 8;
	e.events = EPOLLIN;
	tst_sys(epoll_ctl(epfd, EPOLL_CTL_ADD, con[0][0], &e));
	peeked = bound(0, loopback[0], 2600, 0);
	inet_set(peeked, SOL_SOCKET, SO_PEEK_OFF, 0);
	send_to(con[0][0], 0, loopback[0], 2600, "abcdef", 6);
	tst_must(recv(peeked, c, 3, MSG_PEEK) == 3);
	/* loopback does not split what is sent in segments: one packet, of 4 datagrams */
	gro = bound(0, loopback[0], 2601, 0);
	inet_set(gro, IPPROTO_UDP, UDP_GRO, 1);
	segments = bound(0, loopback[0], 2602, 0);
	inet_set(segments, IPPROTO_UDP, UDP_SEGMENT, 1000);
	memset(buf, 'g', sizeof(buf));
	send_to(segments, 0, loopback[0], 2601, buf, sizeof(buf));
}

static void check_rest(void)
{
	struct inet_message *m;
	struct epoll_event e;
	struct cmsghdr *c;
	struct msghdr h;
	char buf[8];

	tst_is(epoll_wait(epfd, &e, 1, 0), 0, "epoll: an edge is told once");
	send_to(peeked, 0, loopback[0], 2300, "e", 1);
	tst_ok(epoll_wait(epfd, &e, 1, 1000) == 1 && e.data.u32 == 8, "epoll: a new datagram");
	tst_ok(got(con[0][0], "e"), "epoll: it is read");
	tst_ok(recv(peeked, buf, 8, MSG_PEEK) == 3 && !memcmp(buf, "def", 3), "SO_PEEK_OFF goes on");
	tst_ok(got(peeked, "abcdef"), "all of it is there");
	m = inet_recv(gro, 0);
	h = (struct msghdr){ .msg_control = m->control, .msg_controllen = m->controllen };
	c = CMSG_FIRSTHDR(&h);
	tst_ok(m->n == 4000 && c && c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO &&
	       *(int *)CMSG_DATA(c) == 1000, "UDP_GRO: %zd bytes", m->n);
}

int main(int argc, char **argv)
{
	int i;

	tst_begin(argc, argv);
	for (i = 0; i < 2; i++) {
		set_up_queue(i);
		set_up_options(i);
		set_up_connections(i);
	}
	set_up_special();
	set_up_shared();
	set_up_multicast();
	set_up_rest();
	tst_ready();
	check_rest();
	for (i = 0; i < 2; i++) {
		check_queue(i);
		check_options(i);
		check_connections(i);
	}
	check_special();
	check_shared();
	check_multicast();
	return tst_end();
}
