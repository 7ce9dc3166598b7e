// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that are translated go on; the rules let nothing pass that is not
 * part of one.
 */
/* alone: its rules are the whole VE's */
#include "tst_run.h"
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

static const char rules[] =
	"table ip t {\n"
	"	chain nat { type nat hook output priority -100;\n"
	"		tcp dport 6000 ct mark set 0x55 redirect to :6001;\n"
	"		udp dport 7000 redirect to :7001; tcp dport 6100 dnat to 127.0.0.7:6101; }\n"
	"	chain post { type nat hook postrouting priority srcnat;\n"
	"		tcp dport 6101 snat to 127.0.0.9:1234; icmp type echo-request snat to 127.0.0.11; }\n"
	"}\n"
	"table ip6 t {\n"
	"	chain nat { type nat hook output priority -100; tcp dport 6000 redirect to :6001; }\n"
	"}\n";
static const char closed[] =
	"table inet f {\n"
	"	chain in { type filter hook input priority 0; policy drop;\n"
	"		ct state invalid drop; ct mark 0x55 counter; ct state established counter accept;\n"
	"	}\n"
	"}\n";
static const char tracked[] =
	"sed -E 's/^(ipv[46] +[0-9]+ [a-z0-9]+ +[0-9]+) [0-9]+/\\1/; s/ use=[0-9]+//' /proc/net/nf_conntrack | sort";

static socklen_t address(int family, int port, struct sockaddr_storage *a)
{
	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	((struct sockaddr_in *)a)->sin_port = htons(port);
	if (family == AF_INET6) {
		((struct sockaddr_in6 *)a)->sin6_addr = in6addr_loopback;
		return sizeof(struct sockaddr_in6);
	}
	((struct sockaddr_in *)a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(struct sockaddr_in);
}

struct pair {
	int client, server;
};

static int bound(int family, int type, int port)
{
	struct sockaddr_storage a;
	socklen_t len = address(family, port, &a);
	int fd = tst_sys(socket(family, type, 0));

	if (family == AF_INET)	/* all of 127/8 */
		((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_ANY);
	tst_sys(bind(fd, (void *)&a, len));
	return fd;
}

static struct pair connected(int family, int to, int at)
{
	struct sockaddr_storage a;
	socklen_t len = address(family, to, &a);
	struct pair p = { .client = tst_sys(socket(family, SOCK_STREAM, 0)) };
	int listener = bound(family, SOCK_STREAM, at);

	tst_sys(listen(listener, 5));
	tst_sys(connect(p.client, (void *)&a, len));
	p.server = tst_sys(accept(listener, NULL, NULL));
	tst_must(send(p.client, "1", 1, 0) == 1 && send(p.server, "2", 1, 0) == 1);
	return p;
}

static void feed(const char *text)
{
	FILE *f = popen("nft -f -", "w");

	tst_must(f && fputs(text, f) >= 0);
	if (pclose(f))
		tst_die("nft");
}

static int get(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c = 0;

	return poll(&p, 1, 10000) == 1 && recv(fd, &c, 1, 0) == 1 ? c : -1;
}

static void check_pair(struct pair p, const char *name)
{
	tst_ok(get(p.client) == '2' && get(p.server) == '1', "%s: what was on its way", name);
	tst_ok(send(p.client, "a", 1, 0) == 1 && get(p.server) == 'a', "%s: a byte there", name);
	tst_ok(send(p.server, "b", 1, 0) == 1 && get(p.client) == 'b', "%s: a byte back", name);
}

/* Without ctnetlink nothing of this can be saved. */
static int has_ctnetlink(void)
{
	struct {
		struct nlmsghdr h;
		struct nfgenmsg gen;
	} ask = { { sizeof(ask), NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
		    NLM_F_REQUEST | NLM_F_DUMP, 0, 0 }, {} };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	char answer[8192];
	int has = fd >= 0 && send(fd, &ask, sizeof(ask), 0) == sizeof(ask) &&
		  recv(fd, answer, sizeof(answer), 0) > 0 &&
		  ((struct nlmsghdr *)answer)->nlmsg_type != NLMSG_ERROR;

	close(fd);
	return has;
}

/* Of the first entry that has this text. */
static int timeout_of(const char *text)
{
	char *all = tst_run("cat /proc/net/nf_conntrack"), *line, *rest = all;
	int timeout = -1;

	while ((line = strsep(&rest, "\n")))
		if (timeout < 0 && strstr(line, text))
			sscanf(line, "%*s %*s %*s %*s %d", &timeout);
	free(all);
	return timeout;
}

int main(int argc, char **argv)
{
	struct pair plain, redirected, both, six;
	struct sockaddr_storage a, from, own;
	socklen_t len, flen = sizeof(from), olen = sizeof(own);
	int listener, udp, udp_server, timeout, now;
	char *before, c, *out;

	tst_begin(argc, argv);
	if (!has_ctnetlink()) {
		tst_ready();
		tst_skip("connections", "this kernel has no ctnetlink");
		return tst_end();
	}
	tst_must(!system("ip link set lo up"));
	feed(rules);
	tst_must(!system("sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=5555 "
			 "net.netfilter.nf_conntrack_udp_timeout=222 net.netfilter.nf_conntrack_acct=1"));
	plain = connected(AF_INET, 6200, 6200);
	redirected = connected(AF_INET, 6000, 6001);
	both = connected(AF_INET, 6100, 6101);
	six = connected(AF_INET6, 6000, 6001);
	listener = bound(AF_INET, SOCK_STREAM, 6300);
	tst_sys(listen(listener, 1));
	udp = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	udp_server = bound(AF_INET, SOCK_DGRAM, 7001);
	len = address(AF_INET, 7000, &a);
	tst_sys(connect(udp, (void *)&a, len));
	tst_must(send(udp, "u", 1, 0) == 1);
	tst_must(recvfrom(udp_server, &c, 1, 0, (void *)&from, &flen) == 1);
	tst_sys(getsockname(udp, (void *)&own, &olen));
	close(udp);
	close(udp_server);
	feed(closed);
	tst_sleep_ms(500);
	before = tst_run(tracked);
	timeout = timeout_of("dport=6000");
	tst_must(timeout > 5000 && timeout <= 5555);

	tst_ready();
	tst_same(tracked, before, "all entries are there");
	now = timeout_of("dport=6000");
	tst_ok(now > 4000 && now <= timeout, "one has some of the time left that it had: %d of %d",
	       now, timeout);
	check_pair(plain, "plain");
	check_pair(redirected, "redirected");
	check_pair(both, "both ends translated");
	check_pair(six, "IPv6, redirected");
	udp = tst_sys(socket(AF_INET, SOCK_DGRAM, 0));
	tst_sys(bind(udp, (void *)&own, olen));
	len = address(AF_INET, 7000, &a);
	tst_sys(connect(udp, (void *)&a, len));	/* what is not from port 7000 is not for it */
	udp_server = bound(AF_INET, SOCK_DGRAM, 7001);
	tst_ok(sendto(udp_server, "v", 1, 0, (void *)&from, flen) == 1 && get(udp) == 'v',
	       "UDP: the answer comes back translated");
	out = tst_run("nft list chain inet f in | sed -n 's/.*0x0*55 counter packets \\([0-9]*\\) .*/\\1/p'");
	tst_ok(strtol(out, NULL, 10) > 0, "the mark of a connection is there: %s", strtok(out, "\n"));
	listener = tst_sys(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	len = address(AF_INET, 6300, &a);
	tst_ok(connect(listener, (void *)&a, len) && errno == EINPROGRESS &&
	       poll(&(struct pollfd){ .fd = listener, .events = POLLOUT }, 1, 700) == 0,
	       "a new connection does not pass");
	return tst_end();
}
