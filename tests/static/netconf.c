// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is set in a network namespace besides addresses: settings below
 * /proc/sys/net, routing rules, proxy neighbours.
 */
/* alone: its settings are the whole VE's */
#include "tst_run.h"
#include <sys/utsname.h>
#include <ftw.h>
#include <sys/stat.h>

/* Some of them change others, or depend on others. */
static const struct {
	const char *name, *value;
} settings[] = {
	{ "core/somaxconn", "1234" },
	{ "ipv4/ip_forward", "1" },
	{ "ipv4/conf/lo/accept_redirects", "1" },
	{ "ipv4/conf/all/log_martians", "1" },
	{ "ipv4/conf/default/rp_filter", "2" },
	{ "ipv4/ip_unprivileged_port_start", "80" },
	{ "ipv4/ip_local_port_range", "2000 3001" },
	{ "ipv4/ip_unprivileged_port_start", "1500" },
	{ "ipv4/ip_local_reserved_ports", "8080,9000-9100" },
	{ "ipv4/ping_group_range", "0 2147483647" },
	{ "ipv4/tcp_congestion_control", "reno" },
	{ "ipv4/tcp_rmem", "4096 65536 1048576" },
	{ "ipv4/tcp_fastopen_key", "01234567-89abcdef-00112233-44556677" },
	{ "ipv4/neigh/lo/gc_stale_time", "77" },
	{ "ipv4/neigh/lo/base_reachable_time_ms", "12345" },
	{ "ipv6/conf/all/forwarding", "1" },
	{ "ipv6/conf/default/accept_ra", "2" },
	{ "ipv6/conf/default/stable_secret", "2001:0db8:0000:0000:0000:0000:0000:0001" },
	{ "ipv6/conf/default/disable_ipv6", "1" },
	{ "ipv6/conf/lo/hop_limit", "33" },
	{ "unix/max_dgram_qlen", "99" },
};

static const char rules_4[] = "ip rule", rules_6[] = "ip -6 rule";
static const char proxies[] = "ip neigh show proxy; ip -6 neigh show proxy";

static FILE *out;

static int one_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	static char value[70000];
	ssize_t n = -1;
	int fd;

	(void)ftw;
	if (type != FTW_F || (st->st_mode & 0600) != 0600 || strstr(path, "/base_reachable_time") ||
	    strstr(path, "/retrans_time"))
		return 0;
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
	}
	if (n >= 0)
		fprintf(out, "%s: %.*s%s", path, (int)n, value, n && value[n - 1] == '\n' ? "" : "\n");
	return 0;
}

/* All that can be written. */
static char *all_settings(void)
{
	char *text = NULL;
	size_t size;

	out = open_memstream(&text, &size);
	tst_must(out && !nftw("/proc/sys/net", one_file, 20, FTW_PHYS) && !fclose(out));
	return text;
}

/* Takes those lines out whose settings the other text does not have. */
static void keep_common(char *text, const char *other)
{
	char *copy = strdup(text), *rest = copy, *line, *end, name[300];
	size_t n = 0;

	tst_must(copy);
	while ((line = strsep(&rest, "\n")) && (*line || rest)) {
		end = *line == '/' ? strstr(line, ": ") : NULL;
		snprintf(name, sizeof(name), "%.*s: ", end ? (int)(end - line) : 0, line);
		if (!end || strstr(other, name))
			n += sprintf(text + n, "%s\n", line);
	}
	text[n] = 0;
	free(copy);
}

static const char *const commands[] = {
	"ip rule add priority 5 from 10.1.0.0/16 to 10.2.0.0/16 tos 0x10 lookup 300",
	"ip rule add priority 5 fwmark 0x10/0xf0 lookup main suppress_prefixlength 0",
	"ip rule add priority 7 iif nowhere0 oif lo goto 32766",
	"ip rule add priority 8 not ipproto tcp sport 5-6 dport 80 uidrange 5-9 prohibit",
	"ip rule add priority 9 goto 9999",
	"ip rule add priority 20 lookup local",
	"ip rule del priority 0",
	"ip rule del priority 32767",
	"ip -6 rule add priority 6 from fd00::/8 blackhole protocol static",
	"ip neigh add proxy 10.7.7.7 dev lo",
	"ip -6 neigh add proxy fd77::7 dev lo",
};

int main(int argc, char **argv)
{
	char path[200], *r4, *r6, *proxy, *all, *now, *other;
	struct utsname before, after;
	FILE *f;
	size_t i;

	tst_begin(argc, argv);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s", settings[i].name);
		f = fopen(path, "w");
		if (!f || fputs(settings[i].value, f) < 0 || fclose(f))
			tst_die(path);
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (system(commands[i]))
			tst_die(commands[i]);
	r4 = tst_run(rules_4);
	r6 = tst_run(rules_6);
	proxy = tst_run(proxies);
	all = all_settings();
	tst_sys(uname(&before));

	tst_ready();
	tst_same(rules_4, r4, "IPv4 rules");
	tst_same(rules_6, r6, "IPv6 rules");
	tst_same(proxies, proxy, "proxy neighbours");
	now = all_settings();
	tst_sys(uname(&after));
	if (strcmp(before.release, after.release)) {	/* each kernel has some of its own */
		other = strdup(now);
		tst_must(other);
		keep_common(now, all);
		keep_common(all, other);
		free(other);
	}
	if (!tst_ok(!strcmp(now, all), "all settings")) {
		tst_diff("-", all, now);
		tst_diff("+", now, all);
	}
	tst_note("%zu bytes of settings", strlen(all));
	tst_ok(!!strstr(all, "/core/somaxconn: 1234\n") &&
	       !!strstr(all, "/ipv4/conf/lo/accept_redirects: 1\n"), "what was set is among them");
	return tst_end();
}
