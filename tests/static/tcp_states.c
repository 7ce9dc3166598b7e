// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP connections that are on their way: half open, half closed, closed on one side,
 * without a file, in TIME_WAIT. A socket filter that lets nothing in keeps them there
 * until the VE is restored; a raw socket sees what goes over the loopback device.
 */
#include "tst.h"
#include "inet.h"
#include <linux/filter.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>

static const char *const loopback[2] = { "127.0.0.1", "::1" };
static const int families[2] = { AF_INET, AF_INET6 };

/* ---- helpers ---- */

static void deafen(int fd)
{
	struct sock_filter drop = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog prog = { 1, &drop };

	tst_sys(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
}

static void hear(int fd)
{
	inet_set(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

static int listen_on(int i, int port)
{
	int fd = tst_sys(socket(families[i], SOCK_STREAM, 0)), one = 1;
	struct sockaddr_storage a;

	tst_sys(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	tst_sys(bind(fd, (void *)&a, inet_addr_of(families[i], loopback[i], port, &a)));
	tst_sys(listen(fd, 5));
	return fd;
}

static int begin_connect(int i, int port, int from, int deaf)
{
	int fd = tst_sys(socket(families[i], SOCK_STREAM | SOCK_NONBLOCK, 0));
	struct sockaddr_storage a;
	socklen_t len = inet_addr_of(families[i], loopback[i], from, &a);

	if (from)
		tst_sys(bind(fd, (void *)&a, len));
	if (deaf)
		deafen(fd);
	len = inet_addr_of(families[i], loopback[i], port, &a);
	if (connect(fd, (void *)&a, len) && errno != EINPROGRESS)
		tst_die("connect");
	return fd;
}

struct pair {
	int client, server;
};

static struct pair connected(int i, int port, int from)
{
	int fd = listen_on(i, port);
	struct pair p;

	p.client = begin_connect(i, port, from, 0);
	p.server = tst_sys(accept(fd, NULL, NULL));
	close(fd);
	tst_sys(fcntl(p.client, F_SETFL, 0));
	return p;
}

static int state_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? -1 : info.tcpi_state;
}

/* A retransmission may take a while. */
static int comes_to(int fd, int state)
{
	int n;

	for (n = 0; n < 600 && state_of(fd) != state; n++)
		tst_sleep_ms(50);
	return state_of(fd) == state;
}

static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 30000) == 1;
}

/* ---- what goes over the device ---- */

static int sniffer, sender;

struct packet {
	int len;
	unsigned char bytes[2000];
};

static struct tcphdr *tcp_of(struct packet *p)
{
	return (void *)(p->bytes + (p->bytes[0] & 15) * 4);
}

/* The next packet from a port to another that a test wants; 0: none within a while. */
static int sniff(struct packet *p, int from, int to, int (*want)(const struct tcphdr *), int ms)
{
	struct pollfd f = { .fd = sniffer, .events = POLLIN };

	while (poll(&f, 1, ms) == 1) {
		p->len = recv(sniffer, p->bytes, sizeof(p->bytes), 0);
		if (p->len >= 40 && ntohs(tcp_of(p)->source) == from &&
		    ntohs(tcp_of(p)->dest) == to && want(tcp_of(p)))
			return 1;
	}
	return 0;
}

static int is_fin(const struct tcphdr *t) { return t->fin; }
static int is_synack(const struct tcphdr *t) { return t->syn && t->ack; }
static int is_any(const struct tcphdr *t) { (void)t; return 1; }

/* ---- half-open connections: SYN_SENT on one side, SYN_RECV on the other ---- */

static int half_listener[2], half_client[2], half_deferred, deferred_client;
static struct packet synack;

static void set_up_half_open(int i)
{
	half_listener[i] = listen_on(i, 3000 + i);
	half_client[i] = begin_connect(i, 3000 + i, 3010 + i, 1);
	if (!i)
		tst_must(sniff(&synack, 3000, 3010, is_synack, 1000));
}

static void set_up_deferred(void)
{
	half_deferred = listen_on(0, 3002);
	inet_set(half_deferred, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	deferred_client = begin_connect(0, 3002, 3012, 0);
	tst_sleep_ms(50);
	tst_must(state_of(deferred_client) == TCP_ESTABLISHED);
}

static void check_half_open(int i)
{
	struct packet again;
	int fd, err = -1;
	socklen_t len = sizeof(err);
	char c = 0;

	if (!i)
		tst_ok(sniff(&again, 3000, 3010, is_synack, 30000) &&
		       tcp_of(&again)->seq == tcp_of(&synack)->seq &&
		       tcp_of(&again)->ack_seq == tcp_of(&synack)->ack_seq,
		       "IPv4: SYN_RECV: the same SYN-ACK");
	tst_ok(comes_to(half_client[i], TCP_ESTABLISHED) &&
	       !getsockopt(half_client[i], SOL_SOCKET, SO_ERROR, &err, &len) && !err,
	       "IPv%d: it is established", 4 + 2 * i);
	tst_sys(fcntl(half_client[i], F_SETFL, 0));
	fd = accept(half_listener[i], NULL, NULL);
	tst_ok(fd >= 0 && send(half_client[i], "h", 1, 0) == 1 && recv(fd, &c, 1, 0) == 1 &&
	       c == 'h', "IPv%d: and accepted", 4 + 2 * i);
	close(fd);
}

static void check_deferred(void)
{
	char c = 0;
	int fd;

	tst_ok(send(deferred_client, "d", 1, 0) == 1, "TCP_DEFER_ACCEPT: data is sent");
	fd = accept(half_deferred, NULL, NULL);
	tst_ok(fd >= 0 && recv(fd, &c, 1, 0) == 1 && c == 'd', "TCP_DEFER_ACCEPT: and accepted");
}

/* ---- closing ---- */

static struct pair fin_wait[2], closing[2], last_ack[2];
static int orphan[2];
static char big[50000];

static void set_up_closing(int i)
{
	struct pair p;

	fin_wait[i] = connected(i, 3100 + i, 0);
	deafen(fin_wait[i].server);
	tst_must(send(fin_wait[i].client, "bye", 3, 0) == 3);
	tst_sys(shutdown(fin_wait[i].client, SHUT_WR));

	closing[i] = connected(i, 3110 + i, 0);
	deafen(closing[i].server);
	tst_sys(shutdown(closing[i].client, SHUT_WR));
	tst_sys(shutdown(closing[i].server, SHUT_WR));

	last_ack[i] = connected(i, 3120 + i, 0);
	tst_sys(shutdown(last_ack[i].client, SHUT_WR));
	tst_must(readable(last_ack[i].server));
	deafen(last_ack[i].client);
	tst_must(send(last_ack[i].server, "end", 3, 0) == 3);
	tst_sys(shutdown(last_ack[i].server, SHUT_WR));

	p = connected(i, 3130 + i, 0);
	deafen(p.server);
	tst_must(send(p.client, big, sizeof(big), 0) == sizeof(big));
	close(p.client);
	orphan[i] = p.server;
}

static size_t read_all(int fd)
{
	char buf[4096];
	size_t sum = 0;
	ssize_t n;

	while (readable(fd) && (n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		if (memcmp(buf, big + sum, n))
			return 0;
		sum += n;
	}
	return sum;
}

/* All of them hear at once: each waits for a retransmission, which may take seconds. */
static void check_states(int i)
{
	tst_is(state_of(half_client[i]), TCP_SYN_SENT, "IPv%d: SYN_SENT", 4 + 2 * i);
	tst_is(state_of(fin_wait[i].client), TCP_FIN_WAIT1, "IPv%d: FIN_WAIT1", 4 + 2 * i);
	tst_is(state_of(closing[i].client), TCP_CLOSING, "IPv%d: CLOSING", 4 + 2 * i);
	tst_is(state_of(closing[i].server), TCP_FIN_WAIT1, "IPv%d: its peer", 4 + 2 * i);
	tst_is(state_of(last_ack[i].server), TCP_LAST_ACK, "IPv%d: LAST_ACK", 4 + 2 * i);
	hear(half_client[i]);
	hear(fin_wait[i].server);
	hear(closing[i].server);
	hear(last_ack[i].client);
	hear(orphan[i]);
}

static void check_closing(int i)
{
	char buf[8];

	tst_ok(readable(fin_wait[i].server) && recv(fin_wait[i].server, buf, 8, 0) == 3 &&
	       readable(fin_wait[i].server) && recv(fin_wait[i].server, buf, 8, 0) == 0,
	       "IPv%d: what was sent comes, and the end", 4 + 2 * i);
	tst_ok(comes_to(fin_wait[i].client, TCP_FIN_WAIT2), "IPv%d: FIN_WAIT2", 4 + 2 * i);
	close(fin_wait[i].server);
	tst_ok(comes_to(fin_wait[i].client, TCP_CLOSE), "IPv%d: and closed", 4 + 2 * i);

	tst_ok(comes_to(closing[i].client, TCP_CLOSE) && comes_to(closing[i].server, TCP_CLOSE),
	       "IPv%d: both are closed", 4 + 2 * i);

	tst_ok(readable(last_ack[i].client) && recv(last_ack[i].client, buf, 8, 0) == 3,
	       "IPv%d: its data", 4 + 2 * i);
	tst_ok(comes_to(last_ack[i].server, TCP_CLOSE), "IPv%d: and closed", 4 + 2 * i);

	tst_is(read_all(orphan[i]), sizeof(big), "IPv%d: all of a closed file", 4 + 2 * i);
}

/* ---- TIME_WAIT ---- */

static struct packet fin;

/* The line of /proc/net/tcp of a local port: its state, and seconds that its timer has left. */
static int proc_state(int i, int port, double *left)
{
	FILE *f = fopen(i ? "/proc/net/tcp6" : "/proc/net/tcp", "r");
	unsigned int local, state, timer;
	unsigned long when;
	char line[300];
	int found = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d: %*[0-9A-F]:%X %*[0-9A-F]:%*X %X %*X:%*X %X:%lX", &local,
			   &state, &timer, &when) != 4 || (int)local != port)
			continue;
		found = state;
		*left = timer == 3 ? when / (double)sysconf(_SC_CLK_TCK) : -1;
	}
	if (f)
		fclose(f);
	return found;
}

static void set_up_time_wait(int i)
{
	struct pair p = connected(i, 3200 + i, 3210 + i);
	double left;

	close(p.client);
	tst_must(readable(p.server));
	close(p.server);
	tst_sleep_ms(50);
	tst_must(proc_state(i, 3210 + i, &left) == TCP_TIME_WAIT);
	if (!i)
		tst_must(sniff(&fin, 3200, 3210, is_fin, 1000));
}

/* What was seen on the loopback device has no checksum yet. */
static void set_sum(struct packet *p)
{
	int head = (p->bytes[0] & 15) * 4, n;
	unsigned int sum = IPPROTO_TCP + p->len - head;

	tcp_of(p)->check = 0;
	for (n = 12; n < p->len; n++) {
		if (n < 20 || n >= head)
			sum += n & 1 ? p->bytes[n] : p->bytes[n] << 8;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	tcp_of(p)->check = htons(~sum);
}

static void check_time_wait(int i)
{
	struct sockaddr_storage a;
	socklen_t alen = inet_addr_of(families[i], loopback[i], 3210 + i, &a);
	int fd = socket(families[i], SOCK_STREAM, 0), state;
	struct packet answer;
	double left = -1;

	state = proc_state(i, 3210 + i, &left);
	tst_is(state, TCP_TIME_WAIT, "IPv%d: TIME_WAIT", 4 + 2 * i);
	tst_ok(left > 5 && left < 60, "IPv%d: for another %.1f seconds", 4 + 2 * i, left);
	tst_ok(bind(fd, (void *)&a, alen) && errno == EADDRINUSE, "IPv%d: its port is taken", 4 + 2 * i);
	inet_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (i) {
		close(fd);
		return;
	}
	/* the peer's FIN once more: its acknowledgement was lost */
	while (sniff(&answer, 3210, 3200, is_any, 0))
		;
	set_sum(&fin);
	tst_ok(sendto(sender, fin.bytes, fin.len, 0, (void *)&a, alen) == fin.len, "a late FIN");
	tst_ok(sniff(&answer, 3210, 3200, is_any, 5000) && tcp_of(&answer)->ack &&
	       !tcp_of(&answer)->rst, "is acknowledged, not answered with a reset");
	tst_ok(tcp_of(&answer)->ack_seq == htonl(ntohl(tcp_of(&fin)->seq) + 1) &&
	       tcp_of(&answer)->seq == tcp_of(&fin)->ack_seq, "with the right numbers");
	close(fd);
}

int main(int argc, char **argv)
{
	size_t n;
	int i;

	tst_begin(argc, argv);
	for (n = 0; n < sizeof(big); n++)
		big[n] = n * 13 >> 3;
	sniffer = tst_sys(socket(AF_INET, SOCK_RAW, IPPROTO_TCP));
	inet_set(sniffer, SOL_SOCKET, SO_RCVBUF, 1 << 20);
	sender = tst_sys(socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
	set_up_deferred();
	for (i = 0; i < 2; i++) {
		set_up_closing(i);
		set_up_half_open(i);
		set_up_time_wait(i);
	}
	tst_ready();
	for (i = 0; i < 2; i++)
		check_time_wait(i);
	for (i = 0; i < 2; i++)
		check_states(i);
	check_deferred();
	for (i = 0; i < 2; i++) {
		check_half_open(i);
		check_closing(i);
	}
	return tst_end();
}
