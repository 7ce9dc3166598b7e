// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keepalive timers of TCP, and what else they time: they go on with the time that
 * they had left.
 */
#include "tst.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define IDLE	1000	/* seconds until the first probe */
#define LINGER	110	/* seconds in FIN_WAIT2; the last 60 of them are TIME_WAIT's */
#define ACTIVE	2	/* what /proc/net/tcp calls this timer */

struct pair { int client, server; };

static struct pair connected(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	socklen_t len = sizeof(a);
	struct pair p;

	tst_sys(bind(listener, (void *)&a, len));
	tst_sys(listen(listener, 1));
	tst_sys(getsockname(listener, (void *)&a, &len));
	p.client = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(connect(p.client, (void *)&a, len));
	p.server = tst_sys(accept(listener, NULL, NULL));
	close(listener);
	return p;
}

static int port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	tst_sys(getsockname(fd, (void *)&a, &len));
	return ntohs(a.sin_port);
}

static void set(int fd, int level, int option, int value)
{
	tst_sys(setsockopt(fd, level, option, &value, sizeof(value)));
}

/* Seconds that the timer of the socket at @port has left; -1: it has none in @state. */
static double left(int port, int state)
{
	FILE *f = fopen("/proc/net/tcp", "r");
	unsigned int at, is, active;
	double found = -1;
	char line[256];
	long when;

	tst_must(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %*d: %*x:%x %*x:%*x %x %*x:%*x %x:%lx", &at, &is, &active,
			   &when) == 4 && (int)at == port && (int)is == state && active == ACTIVE)
			found = (double)when / sysconf(_SC_CLK_TCK);
	}
	fclose(f);
	return found;
}

static void goes_on(int port, int state, double before, const char *what)
{
	double now = left(port, state);

	tst_ok(now >= 0, "%s: the timer runs", what);
	tst_ok(now <= before, "%s: it goes on where it was: %.1f s, %.1f s were left", what, now,
	       before);
}

int main(int argc, char **argv)
{
	struct pair idle, closed, probed;
	double idle_left, closed_left;
	int idle_port, closed_port;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	char c;

	tst_begin(argc, argv);
	idle = connected();
	set(idle.client, IPPROTO_TCP, TCP_KEEPIDLE, IDLE);
	set(idle.client, SOL_SOCKET, SO_KEEPALIVE, 1);
	idle_port = port_of(idle.client);
	closed = connected();
	set(closed.client, IPPROTO_TCP, TCP_LINGER2, LINGER);
	closed_port = port_of(closed.client);
	close(closed.client);
	tst_must(read(closed.server, &c, 1) == 0);
	probed = connected();
	set(probed.client, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(probed.client, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(probed.client, SOL_SOCKET, SO_KEEPALIVE, 1);
	tst_sleep_ms(2000);
	idle_left = left(idle_port, TCP_ESTABLISHED);
	closed_left = left(closed_port, TCP_FIN_WAIT2);
	tst_must(idle_left > 0 && idle_left < IDLE - 1 && closed_left > 0 &&
		 closed_left < LINGER - 60 - 1);

	tst_ready();

	goes_on(idle_port, TCP_ESTABLISHED, idle_left, "keepalive");
	goes_on(closed_port, TCP_FIN_WAIT2, closed_left, "FIN_WAIT2 without a file");
	/* each probe is answered: what was received last is never long ago */
	tst_sleep_ms(5000);
	tst_sys(getsockopt(probed.client, IPPROTO_TCP, TCP_INFO, &info, &len));
	tst_ok(info.tcpi_last_ack_recv < 4000, "probes go out: the last answer came %u ms ago",
	       info.tcpi_last_ack_recv);
	tst_ok(send(idle.client, "x", 1, 0) == 1 && read(idle.server, &c, 1) == 1, "data pass");
	return tst_end();
}
