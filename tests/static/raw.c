// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw and ping sockets within the VE: packets that wait, with their headers, filters,
 * options, identifiers.
 */
#include "tst.h"
#include "inet.h"
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>

#ifndef ICMP_FILTER
#define ICMP_FILTER 1
#endif

static const char *const loopback[2] = { "127.0.0.1", "::1" };
static const int families[2] = { AF_INET, AF_INET6 };
static const int echo[2] = { IPPROTO_ICMP, IPPROTO_ICMPV6 };

static int raw[2], other[2], connected[2], unhashed, headers, alert[2], sums;
static int ping[2], idle[2];
static struct inet_options *raw_opts[2], *other_opts[2], *ping_opts[2], *sums_opts;
static struct inet_message *raw_was[2], *other_was[2], *ping_was[2];
static struct sockaddr_storage ping_me[2];
static unsigned char filter_was[2][32];

static int make(int i, int type, int protocol)
{
	return tst_sys(socket(families[i], type, protocol));
}

static void to_loopback(int fd, int i, const void *data, size_t len)
{
	struct sockaddr_storage a;
	socklen_t alen = inet_addr_of(families[i], loopback[i], 0, &a);

	tst_must(sendto(fd, data, len, 0, (void *)&a, alen) == (ssize_t)len);
}

static void ask_for_all(int fd, int i)
{
	inet_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (!i) {
		inet_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		inet_set(fd, IPPROTO_IP, IP_RECVTTL, 1);
		inet_set(fd, IPPROTO_IP, IP_RECVOPTS, 1);
		return;
	}
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	inet_set(fd, IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1);
}

static void set_filter(int i)
{
	unsigned int blocked = ~(1U << ICMP_ECHOREPLY);
	struct icmp6_filter six;
	socklen_t len = i ? sizeof(six) : 4;

	ICMP6_FILTER_SETBLOCKALL(&six);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
	if (i)
		tst_sys(setsockopt(raw[i], IPPROTO_ICMPV6, ICMP6_FILTER, &six, sizeof(six)));
	else
		tst_sys(setsockopt(raw[i], IPPROTO_RAW, ICMP_FILTER, &blocked, sizeof(blocked)));
	tst_sys(getsockopt(raw[i], i ? IPPROTO_ICMPV6 : IPPROTO_RAW, 1, filter_was[i], &len));
}

/* A request that the kernel answers. */
static void request(int fd, int i, int id, int seq)
{
	unsigned char p[16] = { i ? 128 : 8, 0, 0, 0, id >> 8, id, seq >> 8, seq,
				'p', 'i', 'n', 'g', '!' };
	unsigned int sum = 0;

	for (size_t n = 0; n < sizeof(p); n += 2)
		sum += p[n] << 8 | p[n + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	if (!i) {
		p[2] = sum >> 8;
		p[3] = sum;
	}
	to_loopback(fd, i, p, sizeof(p));
}

/* What stays as it is: a copy of what waits. */
static struct inet_message *peek(int fd)
{
	struct inet_message *m = inet_recv(fd, MSG_PEEK);

	tst_must(m->n > 0);
	return m;
}

static void set_up_raw(int i)
{
	unsigned char opts[4] = { 1, 1, 1, 0 }, hop[8] = { 0, 0, 1, 4 };
	struct sockaddr_storage a;

	raw[i] = make(i, SOCK_RAW, echo[i]);
	ask_for_all(raw[i], i);
	set_filter(i);
	request(raw[i], i, 77, 1);
	request(raw[i], i, 77, 2);
	other[i] = make(i, SOCK_RAW, 253);
	ask_for_all(other[i], i);
	inet_set(other[i], SOL_SOCKET, SO_RCVBUF, 100000);
	if (i)
		tst_sys(setsockopt(other[i], IPPROTO_IPV6, IPV6_HOPOPTS, hop, sizeof(hop)));
	else
		tst_sys(setsockopt(other[i], IPPROTO_IP, IP_OPTIONS, opts, sizeof(opts)));
	to_loopback(other[i], i, "experiment", 10);
	if (i)
		tst_sys(setsockopt(other[i], IPPROTO_IPV6, IPV6_HOPOPTS, NULL, 0));
	else
		tst_sys(setsockopt(other[i], IPPROTO_IP, IP_OPTIONS, NULL, 0));
	connected[i] = make(i, SOCK_RAW, 254);
	tst_sys(connect(connected[i], (void *)&a, inet_addr_of(families[i], loopback[i], 0, &a)));
	alert[i] = make(i, SOCK_RAW, i ? IPPROTO_RAW : 252);
	inet_set(alert[i], i ? IPPROTO_IPV6 : IPPROTO_IP, i ? IPV6_ROUTER_ALERT : IP_ROUTER_ALERT,
		 i ? 3 : 1);
	tst_sleep_ms(50);
	raw_was[i] = peek(raw[i]);
	other_was[i] = peek(other[i]);
	raw_opts[i] = inet_get_options(raw[i]);
	other_opts[i] = inet_get_options(other[i]);
}

static void set_up_special(void)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };

	unhashed = make(0, SOCK_RAW, 251);
	connect(unhashed, (void *)&a, sizeof(a));	/* it receives no more */
	headers = make(0, SOCK_RAW, 250);
	inet_set(headers, IPPROTO_IP, IP_HDRINCL, 1);
	inet_set(headers, IPPROTO_IP, IP_NODEFRAG, 1);
	sums = make(1, SOCK_RAW, 249);
	inet_set(sums, IPPROTO_IPV6, 7 /* IPV6_CHECKSUM */, 4);
	to_loopback(sums, 1, "ab\0\0\0\0cd", 8);
	sums_opts = inet_get_options(sums);
}

static void check_raw(int i)
{
	unsigned char filter[32] = {};
	socklen_t len = i ? 32 : 4;
	struct inet_message *m;
	char what[40];

	snprintf(what, sizeof(what), "IPv%d: raw ICMP", 4 + 2 * i);
	inet_same_options(raw[i], raw_opts[i], what);
	inet_same_message(raw[i], raw_was[i], what);
	m = inet_recv(raw[i], 0);
	tst_ok(m->n == raw_was[i]->n && m->data[(i ? 0 : 20) + 7] == 2, "%s: the second answer", what);
	tst_ok(inet_recv(raw[i], 0)->n < 0, "%s: no more", what);
	tst_ok(!getsockopt(raw[i], i ? IPPROTO_ICMPV6 : IPPROTO_RAW, 1, filter, &len) &&
	       !memcmp(filter, filter_was[i], 32), "%s: filter", what);
	request(raw[i], i, 77, 3);
	tst_sleep_ms(50);
	m = inet_recv(raw[i], 0);
	tst_ok(m->n == raw_was[i]->n && m->data[(i ? 0 : 20) + 7] == 3 &&
	       inet_recv(raw[i], 0)->n < 0, "%s: a new answer, no request", what);
	snprintf(what, sizeof(what), "IPv%d: raw, another protocol", 4 + 2 * i);
	inet_same_options(other[i], other_opts[i], what);
	inet_same_message(other[i], other_was[i], what);
	to_loopback(other[i], i, "again", 5);
	m = inet_recv(other[i], 0);
	tst_ok(m->n == (i ? 5 : 25) && !memcmp(m->data + m->n - 5, "again", 5), "%s: goes on", what);
	tst_ok(send(connected[i], "x", 1, 0) == 1 && inet_recv(connected[i], 0)->n == (i ? 1 : 21),
	       "%s: connected", what);
}

static void check_special(void)
{
	struct pollfd p = { .fd = unhashed, .events = POLLIN };
	int value = 0;
	socklen_t len = sizeof(value);
	struct inet_message *m;

	to_loopback(unhashed, 0, "x", 1);
	tst_is(poll(&p, 1, 50), 0, "raw: disconnected, it receives nothing");
	tst_ok(!getsockopt(headers, IPPROTO_IP, IP_HDRINCL, &value, &len) && value == 1,
	       "raw: IP_HDRINCL");
	tst_ok(!getsockopt(headers, IPPROTO_IP, IP_NODEFRAG, &value, &len) && value == 1,
	       "raw: IP_NODEFRAG");
	inet_same_options(sums, sums_opts, "raw: IPV6_CHECKSUM");
	m = inet_recv(sums, 0);
	tst_ok(m->n == 8 && (m->data[4] || m->data[5]), "raw: a packet with a checksum");
	value = 1;
	tst_ok(setsockopt(alert[0], IPPROTO_IP, IP_ROUTER_ALERT, &value, sizeof(value)) &&
	       errno == EADDRINUSE, "raw: IP_ROUTER_ALERT is set already");
	value = 0;
	tst_ok(!setsockopt(alert[0], IPPROTO_IP, IP_ROUTER_ALERT, &value, sizeof(value)),
	       "raw: and taken back");
	value = 3;
	tst_ok(setsockopt(alert[1], IPPROTO_IPV6, IPV6_ROUTER_ALERT, &value, sizeof(value)) &&
	       errno == EADDRINUSE, "raw: IPV6_ROUTER_ALERT is set already");
	value = -1;
	tst_ok(!setsockopt(alert[1], IPPROTO_IPV6, IPV6_ROUTER_ALERT, &value, sizeof(value)),
	       "raw: and taken back");
}

/* ---- ping ---- */

static int may_ping(void)
{
	int fd = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);

	return fd >= 0 && write(fd, "0 1000\n", 7) == 7 && !close(fd);
}

static void set_up_ping(int i)
{
	socklen_t len = sizeof(ping_me[i]);

	ping[i] = make(i, SOCK_DGRAM, echo[i]);
	ask_for_all(ping[i], i);
	request(ping[i], i, 0, 1);
	request(ping[i], i, 0, 2);
	tst_sleep_ms(50);
	ping_was[i] = peek(ping[i]);
	tst_sys(getsockname(ping[i], (void *)&ping_me[i], &len));
	ping_opts[i] = inet_get_options(ping[i]);
	idle[i] = make(i, SOCK_DGRAM, echo[i]);
}

static void check_ping(int i)
{
	struct sockaddr_storage me = {};
	socklen_t len = sizeof(me);
	char what[40];

	snprintf(what, sizeof(what), "IPv%d: ping", 4 + 2 * i);
	inet_same_options(ping[i], ping_opts[i], what);
	inet_same_message(ping[i], ping_was[i], what);
	tst_ok(inet_recv(ping[i], 0)->n == 16, "%s: the second answer", what);
	tst_ok(!getsockname(ping[i], (void *)&me, &len) && !memcmp(&me, &ping_me[i], sizeof(me)),
	       "%s: identifier", what);
	request(ping[i], i, 0, 3);
	request(idle[i], i, 0, 4);
	tst_sleep_ms(50);
	tst_ok(inet_recv(ping[i], 0)->n == 16 && inet_recv(ping[i], 0)->n < 0, "%s: a new one", what);
	tst_ok(inet_recv(idle[i], 0)->n == 16, "%s: of an unused socket", what);
}

int main(int argc, char **argv)
{
	int i, pings;

	tst_begin(argc, argv);
	pings = may_ping();
	/* raw sockets would hear the answers */
	for (i = 0; i < 2; i++) {
		if (pings)
			set_up_ping(i);
		set_up_raw(i);
	}
	set_up_special();
	tst_ready();
	for (i = 0; i < 2; i++) {
		check_raw(i);
		if (pings)
			check_ping(i);
		else
			tst_skip("ping", "net.ipv4.ping_group_range cannot be written");
	}
	check_special();
	return tst_end();
}
