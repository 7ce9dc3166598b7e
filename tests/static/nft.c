// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule set of nftables with sets and maps of all kinds: all of it is as it was,
 * handles and counters too, and it does what it did.
 */
/* alone: its rules are the whole VE's */
#include "tst_run.h"
#include <arpa/inet.h>
#include <sys/socket.h>

static const char rules[] =
	"table inet filter {\n"
	"	comment \"a table\"\n"
	"	counter c1 { packets 5 bytes 500; }\n"
	"	quota q1 { over 10000 bytes used 300 bytes; }\n"
	"	quota q2 { over 300 bytes used 300 bytes; }\n"
	"	limit l1 { rate 10/second burst 20 packets; }\n"
	"	set ports { type inet_service; counter; elements = { 22 counter packets 3 bytes 99 }; }\n"
	"	set ranges { type ipv4_addr; flags interval;\n"
	"		elements = { 10.0.0.0/8, 192.168.1.5-192.168.1.77, 192.168.1.78, 1.1.1.1,\n"
	"			     0.0.0.0/24, 255.255.255.0/24 }; }\n"
	"	set ranges6 { type ipv6_addr; flags interval; elements = { fd00::/8, ::1-::77 }; }\n"
	"	set timed { type ipv4_addr; timeout 1h; flags timeout,dynamic; size 1000;\n"
	"		elements = { 1.2.3.4 timeout 30m expires 25m, 5.6.7.8 comment \"five\" }; }\n"
	"	set pairs { type ipv4_addr . inet_service; flags interval;\n"
	"		elements = { 10.1.1.0/24 . 80-90, 10.2.0.0-10.3.0.0 . 443 }; }\n"
	"	map marks { type inet_service : mark; elements = { 80 : 0x10, 8443 : 0x20 }; }\n"
	"	map verdicts { type inet_service : verdict;\n"
	"		elements = { 81 : drop, 82 : jump sub, 83 : goto sub }; }\n"
	"	map counted { type ipv4_addr : counter; elements = { 9.9.9.9 : \"c1\" }; }\n"
	"	map rangemap { type inet_service : mark; flags interval;\n"
	"		elements = { 100-200 : 5, 201-300 : 6 }; }\n"
	"	chain sub { counter packets 1 bytes 2 return; }\n"
	"	chain input {\n"
	"		type filter hook input priority 0; policy accept;\n"
	"		ct state established,related counter packets 7 bytes 700 accept\n"
	"		tcp dport 4444 counter reject with tcp reset comment \"no\"\n"
	"		tcp dport { 1000, 2000-3000 } counter\n"
	"		tcp dport vmap @verdicts\n"
	"		tcp dport vmap { 84 : drop, 85 : jump sub }\n"
	"		ip saddr . tcp dport @pairs drop\n"
	"		ip saddr @ranges tcp dport @ports counter\n"
	"		meta mark set tcp dport map @marks\n"
	"		meta mark set tcp dport map @rangemap\n"
	"		quota name \"q1\" drop\n"
	"		counter name \"c1\"\n"
	"		counter name ip saddr map @counted\n"
	"		limit name \"l1\" counter\n"
	"		udp dport 9 quota over 5000 bytes used 77 bytes drop\n"
	"		udp dport 10 add @timed { ip saddr timeout 5m }\n"
	"		iif \"lo\" meta skuid 77 drop\n"
	"		tcp dport 99 jump { udp dport 5 drop; counter packets 4 bytes 44; return; }\n"
	"	}\n"
	"	chain forw { type filter hook forward priority filter + 5; policy drop; }\n"
	"}\n"
	"table ip6 asleep {\n"
	"	flags dormant\n"
	"	chain x { type filter hook input priority 5; policy drop; }\n"
	"}\n"
	"table arp empty { }\n";

/* What has been deleted leaves a gap in the handles. */
static const char changes[] =
	"add rule inet filter input udp dport 1 accept\n"
	"insert rule inet filter input udp dport 2 accept\n"
	"add set inet filter gone { type mark; }\n"
	"delete set inet filter gone\n"
	"add rule inet filter sub counter packets 11 bytes 22\n"
	"add table ip gone\n"
	"delete table ip gone\n"
	"add table ip later\n";

/* elements of a set that is hashed come in another order */
static const char list_all[] =
	"nft -a list ruleset | sed 's/ expires [^ ,]*//g' | sed 's/elements = //' | tr -d '{}' | tr ',' '\\n' | sed 's/^[ \\t]*//; s/[ \\t]*$//' | sort";
static const char list_order[] = "nft -a -t list ruleset";
static const char list_times[] = "nft list set inet filter timed";
static void feed(const char *command, const char *text)
{
	FILE *f = popen(command, "w");

	tst_must(f && fputs(text, f) >= 0);
	if (pclose(f))
		tst_die(command);
}

static int listen_on(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0));

	tst_sys(bind(fd, (void *)&a, sizeof(a)));
	tst_sys(listen(fd, 5));
	return fd;
}

static int connect_to(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0)), err;

	err = connect(fd, (void *)&a, sizeof(a)) ? errno : 0;
	close(fd);
	return err;
}

/* Seconds that an element has left. */
static int left(const char *set, const char *element)
{
	const char *at = strstr(set, element);
	int m = 0, s = 0;

	at = at ? strstr(at, "expires ") : NULL;
	return at && sscanf(at + 8, "%dm%ds", &m, &s) >= 1 ? m * 60 + s : -1;
}

int main(int argc, char **argv)
{
	char *all, *order, *times;

	tst_begin(argc, argv);
	tst_must(!system("ip link set lo up"));
	if (system("nft 'add table t; add quota t q over 1 bytes' 2>/dev/null")) {
		tst_ready();
		tst_skip("rule set", "this kernel has not all kinds of parts");
		return tst_end();
	}
	tst_must(!system("nft flush ruleset"));
	feed("nft -f -", rules);
	feed("nft -f -", changes);
	listen_on(4444);
	tst_must(connect_to(4444) == ECONNREFUSED);
	tst_sleep_ms(500);	/* packets that end them */
	all = tst_run(list_all);
	order = tst_run(list_order);

	tst_ready();
	tst_same(list_all, all, "all parts, with handles, counters and elements");
	tst_same(list_order, order, "their order");
	times = tst_run(list_times);
	tst_ok(left(times, "1.2.3.4") > 5 * 60 && left(times, "1.2.3.4") <= 25 * 60,
	       "an element has some of the time left that it had");
	tst_is(connect_to(4444), ECONNREFUSED, "a port is still refused");
	tst_ok(!system("nft -e -a add rule inet filter input udp dport 3 accept | sed -n 's/.*# handle //p' | "
		       "xargs nft delete rule inet filter input handle"), "a rule can be added and deleted");
	tst_ok(!system("nft flush ruleset"), "all of it can be deleted");
	return tst_end();
}
