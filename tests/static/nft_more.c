// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of iptables-nft, and of nftables what needs one more module each: they are
 * as they were, with handles and counters, and do what they did.
 */
/* alone: its rules are the whole VE's */
#include "tst_run.h"
#include <arpa/inet.h>
#include <sys/socket.h>

static const char rules[] =
	"table inet filter {\n"
	"	ct timeout t1 { protocol tcp; l3proto ip; policy = { established: 777, close: 7 }; }\n"
	"	chain input {\n"
	"		type filter hook input priority 0; policy accept;\n"
	"		udp dport 8 log prefix \"nft-test\" level debug\n"
	"		udp dport 11 meta mark set numgen inc mod 4\n"
	"		udp dport 12 meta mark set jhash ip saddr mod 8 seed 0x1234\n"
	"		fib daddr type broadcast drop\n"
	"	}\n"
	"	chain raw { type filter hook prerouting priority raw; tcp dport 7 notrack; ct timeout set \"t1\"; }\n"
	"}\n"
	"table ip nat {\n"
	"	chain out { type nat hook output priority -100; tcp dport 5555 redirect to :5556; }\n"
	"	chain post { type nat hook postrouting priority srcnat; ip daddr 10.99.0.0/16 masquerade; }\n"
	"}\n"
	"table netdev early {\n"
	"	chain in { type filter hook ingress device \"lo\" priority -5; policy accept; counter; }\n"
	"}\n";

/* one process makes them all: this is slow under emulation */
static const char iptables_4[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [5:6]\n:OUTPUT ACCEPT [0:0]\n:other - [0:0]\n"
	"[3:77] -A INPUT -p tcp --dport 7777 -m comment --comment hi -m conntrack --ctstate NEW -j LOG --log-prefix x\n"
	"-A INPUT -p udp -m multiport --dports 53,54 -m mark ! --mark 0x5/0xf -j DROP\n"
	"-A INPUT ! -p tcp -m ttl --ttl-eq 77 -j ACCEPT\n"
	"-A OUTPUT -p icmp --icmp-type echo-request -j other\n"
	"-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n"
	"COMMIT\n*mangle\n"
	"-A PREROUTING -m addrtype --dst-type LOCAL -j MARK --set-mark 7\n"
	"COMMIT\n";
static const char iptables_6[] =
	"*filter\n-A INPUT -p udp -m udp --dport 53 -s fd00::/8 -j REJECT\nCOMMIT\n";

static const char list[] = "nft -a list ruleset";
static const char list_iptables[] = "iptables-save -c | grep -v '^#'";

static void feed(const char *command, const char *text)
{
	FILE *f = popen(command, "w");

	tst_must(f && fputs(text, f) >= 0);
	if (pclose(f))
		tst_die(command);
}

static socklen_t loopback(int port, struct sockaddr_in *a)
{
	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return sizeof(*a);
}

static void listen_on(int port)
{
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	struct sockaddr_in a;
	socklen_t len = loopback(port, &a);

	tst_sys(bind(fd, (void *)&a, len));
	tst_sys(listen(fd, 5));
}

static int connect_to(int port)
{
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0)), err;
	struct sockaddr_in a;
	socklen_t len = loopback(port, &a);

	err = connect(fd, (void *)&a, len) ? errno : 0;
	close(fd);
	return err;
}

/* Packets of the table of the device. */
static unsigned long counted(const char *all)
{
	const char *at = strstr(all, "table netdev early");

	at = at ? strstr(at, "counter packets ") : NULL;
	return at ? strtoul(at + 16, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	char *all, *iptables, *now;

	tst_begin(argc, argv);
	tst_must(!system("ip link set lo up"));
	if (system("nft 'add table t; add chain t c; add rule t c udp dport 1 meta mark set numgen inc mod 2' 2>/dev/null")) {
		tst_ready();
		tst_skip("rule set", "this kernel has not all kinds of parts");
		return tst_end();
	}
	feed("nft -f -", rules);
	feed("iptables-restore -n", iptables_4);
	feed("ip6tables-restore -n", iptables_6);
	listen_on(5556);
	tst_must(!connect_to(5555));
	tst_sleep_ms(500);	/* packets that end it */
	all = tst_run(list);
	iptables = tst_run(list_iptables);

	tst_ready();
	tst_same(list, all, "all rules, with handles and counters");
	tst_same(list_iptables, iptables, "what iptables-save shows");
	tst_is(connect_to(5555), 0, "a port is still redirected");
	now = tst_run(list);
	tst_ok(counted(now) > counted(all), "counters count on: %lu, %lu", counted(all),
	       counted(now));
	tst_ok(!system("iptables -A INPUT -p tcp --dport 1 -j ACCEPT && iptables -D INPUT -p tcp --dport 7777 "
		       "-m comment --comment hi -m conntrack --ctstate NEW -j LOG --log-prefix x"),
	       "iptables finds its rules");
	return tst_end();
}
