// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection with the congestion control bbr: what it has measured is kept.
 */
#include "tst.h"
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#define BULK	(4 << 20)

static int client, server;

static void *drain(void *arg)
{
	static char buf[65536];
	size_t left = *(size_t *)arg;
	ssize_t n;

	while (left && (n = read(server, buf, sizeof(buf))) > 0)
		left -= n;
	return left ? NULL : arg;
}

/* Sends so much through the connection. Return: 1 when all has come */
static int send_all(size_t len)
{
	static char buf[65536];
	size_t left = len;
	void *said = NULL;
	pthread_t reader;
	ssize_t n;

	if (pthread_create(&reader, NULL, drain, &len))
		return 0;
	while (left && (n = write(client, buf, left < sizeof(buf) ? left : sizeof(buf))) > 0)
		left -= n;
	pthread_join(reader, &said);
	return !left && said;
}

static int has_bbr(int fd)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	return !getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len) && !strcmp(name, "bbr");
}

static struct tcp_bbr_info measured(int fd)
{
	union tcp_cc_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_CC_INFO, &info, &len) || len != sizeof(info.bbr))
		memset(&info, 0, sizeof(info));
	return info.bbr;
}

static void connect_pair(int listener)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);

	tst_sys(bind(listener, (void *)&addr, sizeof(addr)));
	tst_sys(listen(listener, 5));
	tst_sys(getsockname(listener, (void *)&addr, &len));
	client = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3));
	tst_sys(connect(client, (void *)&addr, sizeof(addr)));
	server = tst_sys(accept(listener, NULL, NULL));
}

int main(int argc, char **argv)
{
	struct tcp_bbr_info before, after;
	int listener;

	tst_begin(argc, argv);
	listener = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3));
	connect_pair(listener);
	tst_must(send_all(BULK));
	tst_sleep_ms(200);		/* what is acknowledged late has been */
	before = measured(client);
	tst_must(before.bbr_min_rtt && before.bbr_pacing_gain && (before.bbr_bw_lo || before.bbr_bw_hi));
	tst_ready();
	after = measured(client);
	tst_ok(has_bbr(listener) && has_bbr(client) && has_bbr(server), "congestion control");
	tst_is(after.bbr_min_rtt, before.bbr_min_rtt, "smallest round trip");
	tst_is(after.bbr_bw_lo | (unsigned long long)after.bbr_bw_hi << 32,
	       before.bbr_bw_lo | (unsigned long long)before.bbr_bw_hi << 32, "bandwidth");
	tst_is(after.bbr_pacing_gain, before.bbr_pacing_gain, "gain of pacing");
	tst_is(after.bbr_cwnd_gain, before.bbr_cwnd_gain, "gain of cwnd");
	tst_ok(send_all(BULK), "%d MiB go through it", BULK >> 20);
	tst_ok(measured(client).bbr_pacing_gain, "and it goes on measuring");
	return tst_end();
}
