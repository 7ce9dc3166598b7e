// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VE with addresses has venet0, one end of a veth pair; the other end is the
 * host's vz<VEID>. The link is a plain wire: both ends have the same hardware
 * address and do no ARP, each takes whatever the other one sends. Inside,
 * everything goes to venet0; outside, each address of the VE is a route. So
 * neither side has a neighbour to know, before or after a restore.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/veth.h>

#include "net.h"
#include "rtnl.h"
#include "util.h"
#include "vzerror.h"

#define VENET		"venet0"
/* Of the routes that throw away: behind any other. */
#define LAST_PRIORITY	4278198272U

struct address {
	int family;
	unsigned char bytes[16];
	unsigned int len;
	char text[INET6_ADDRSTRLEN];
};

static bool parse_address(const char *text, struct address *a)
{
	memset(a, 0, sizeof(*a));
	a->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	a->len = a->family == AF_INET6 ? 16 : 4;
	/* in one spelling, to be compared */
	return inet_pton(a->family, text, a->bytes) == 1 &&
	       inet_ntop(a->family, a->bytes, a->text, sizeof(a->text));
}

/* The next one of a list: false at its end. Wrong ones stop it with @a->family 0. */
static bool next_address(const char **list, struct address *a)
{
	char word[64];
	size_t n;

	*list += strspn(*list, " ,\t");
	n = strcspn(*list, " ,\t");
	if (!n)
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)n, *list);
	*list += n;
	if (n >= sizeof(word) || !parse_address(word, a))
		a->family = 0;
	return true;
}

bool net_valid_addresses(const char *list)
{
	struct address a = { 0 };

	while (next_address(&list, &a))
		if (!a.family)
			return false;
	return true;
}

static bool has_address(const char *list, const struct address *want)
{
	struct address a = { 0 };

	while (next_address(&list, &a))
		if (a.family && !strcmp(a.text, want->text))
			return true;
	return false;
}

static void append(char **list, const char *from, const char *except)
{
	struct address a = { 0 };
	char *old;

	while (next_address(&from, &a)) {
		if (!a.family || has_address(*list, &a) || has_address(except, &a))
			continue;
		old = *list;
		*list = xasprintf("%s%s%s", old, *old ? " " : "", a.text);
		free(old);
	}
}

char *net_merge(const char *list, const char *add, const char *del)
{
	char *new = xstrdup("");

	if (!del || strcmp(del, "all"))
		append(&new, list ?: "", del ?: "");
	append(&new, add ?: "", "");
	return new;
}

/* ---- requests ---- */

static void outer_name(const struct ve *ve, char *name)
{
	snprintf(name, IFNAMSIZ, "vz%u", ve->id);
}

/* Locally administered, the same at both ends. */
static void hardware_address(const struct ve *ve, unsigned char *mac)
{
	unsigned char m[6] = { 0x02, 0x76, ve->id >> 24, ve->id >> 16, ve->id >> 8, ve->id };

	memcpy(mac, m, 6);
}

static int create_pair(int fd, const struct ve *ve, pid_t init)
{
	struct ifinfomsg ifi = { .ifi_flags = IFF_NOARP, .ifi_change = IFF_NOARP };
	struct rtattr *info, *data, *peer;
	unsigned char mac[6];
	struct rtnl_req req;
	char name[IFNAMSIZ];

	outer_name(ve, name);
	hardware_address(ve, mac);
	rtnl_begin(&req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	rtnl_attr_str(&req, IFLA_IFNAME, name);
	rtnl_attr(&req, IFLA_ADDRESS, mac, 6);
	info = rtnl_nest(&req, IFLA_LINKINFO);
	rtnl_attr_str(&req, IFLA_INFO_KIND, "veth");
	data = rtnl_nest(&req, IFLA_INFO_DATA);
	peer = rtnl_nest(&req, VETH_INFO_PEER);
	rtnl_nest_raw(&req, &ifi, sizeof(ifi));
	rtnl_attr_str(&req, IFLA_IFNAME, VENET);
	rtnl_attr(&req, IFLA_ADDRESS, mac, 6);
	rtnl_attr_u32(&req, IFLA_NET_NS_PID, init);
	rtnl_nest_end(&req, peer);
	rtnl_nest_end(&req, data);
	rtnl_nest_end(&req, info);
	return rtnl_talk(fd, &req);
}

/* No address that the kernel makes up for IPv6. A host without IPv6 has none. */
static void no_link_local(int fd, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	unsigned char mode = IN6_ADDR_GEN_MODE_NONE;
	struct rtattr *spec, *inet6;
	struct rtnl_req req;

	rtnl_begin(&req, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	spec = rtnl_nest(&req, IFLA_AF_SPEC);
	inet6 = rtnl_nest(&req, AF_INET6);
	rtnl_attr(&req, IFLA_INET6_ADDR_GEN_MODE, &mode, 1);
	rtnl_nest_end(&req, inet6);
	rtnl_nest_end(&req, spec);
	rtnl_talk(fd, &req);
}

static int link_up(int fd, int ifindex)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex,
		.ifi_flags = IFF_UP | IFF_NOARP, .ifi_change = IFF_UP | IFF_NOARP,
	};
	struct rtnl_req req;

	no_link_local(fd, ifindex);
	rtnl_begin(&req, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	return rtnl_talk(fd, &req);
}

static int address(int fd, int ifindex, const struct address *a, bool add)
{
	struct ifaddrmsg ifa = {
		.ifa_family = a->family, .ifa_prefixlen = a->len * 8, .ifa_index = ifindex,
	};
	struct rtnl_req req;
	int err;

	if (add && a->family == AF_INET6)
		ifa.ifa_flags = IFA_F_NODAD;
	rtnl_begin(&req, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
		   &ifa, sizeof(ifa));
	rtnl_attr(&req, IFA_LOCAL, a->bytes, a->len);
	rtnl_attr(&req, IFA_ADDRESS, a->bytes, a->len);
	err = rtnl_talk(fd, &req);
	return (add && err == -EEXIST) || (!add && err == -EADDRNOTAVAIL) ? 0 : err;
}

/* To @a, or (NULL) to everything, by a device; ifindex 0: thrown away. */
static int route(int fd, int family, const struct address *a, int ifindex, bool add)
{
	struct rtmsg rtm = {
		.rtm_family = family, .rtm_dst_len = a ? a->len * 8 : 0,
		.rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
		.rtm_scope = ifindex && family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = ifindex ? RTN_UNICAST : RTN_BLACKHOLE,
	};
	struct rtnl_req req;
	int err;

	rtnl_begin(&req, add ? RTM_NEWROUTE : RTM_DELROUTE,
		   add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &rtm, sizeof(rtm));
	if (a)
		rtnl_attr(&req, RTA_DST, a->bytes, a->len);
	if (ifindex)
		rtnl_attr_u32(&req, RTA_OIF, ifindex);
	else
		rtnl_attr_u32(&req, RTA_PRIORITY, LAST_PRIORITY);
	err = rtnl_talk(fd, &req);
	return !add && err == -ESRCH ? 0 : err;
}

/* ---- inside: in a child that has entered the VE's network ---- */

struct inside {
	const char *old;
	const char *new;
};

static int inside_work(const struct inside *in)
{
	int fd = rtnl_open(), ifindex = if_nametoindex(VENET), err;
	const char *list;
	struct address a = { 0 };

	if (fd < 0)
		return fd;
	err = ifindex ? link_up(fd, ifindex) : -ENODEV;
	for (list = in->old; !err && next_address(&list, &a); )
		if (!has_address(in->new, &a))
			err = address(fd, ifindex, &a, false);
	for (list = in->new; !err && next_address(&list, &a); ) {
		if (!has_address(in->old, &a))
			err = address(fd, ifindex, &a, true) ?:
			      route(fd, a.family, NULL, ifindex, true);
	}
	close(fd);
	return err;
}

static int do_inside(const struct ve_init *init, const struct inside *in)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(setns(init->pidfd, CLONE_NEWNET) ? errno : -inside_work(in));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid < 0 ? -errno : WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

/* ---- outside ---- */

static int do_outside(int fd, const struct ve *ve, const char *old, const char *new)
{
	struct address a = { 0 };
	char name[IFNAMSIZ];
	const char *list;
	int ifindex, err;

	outer_name(ve, name);
	ifindex = if_nametoindex(name);
	if (!ifindex)
		return -ENODEV;
	err = link_up(fd, ifindex);
	for (list = old; !err && next_address(&list, &a); )
		if (!has_address(new, &a))
			err = route(fd, a.family, &a, ifindex, false);
	for (list = new; !err && next_address(&list, &a); )
		err = route(fd, a.family, &a, ifindex, true);
	return err;
}

int net_change(const struct ve *ve, const struct ve_init *init, const char *old, const char *new)
{
	struct inside in = { .old = old ?: "", .new = new ?: "" };
	char name[IFNAMSIZ];
	int fd, err = 0;

	outer_name(ve, name);
	if (!*in.new && !if_nametoindex(name))
		return 0;
	fd = rtnl_open();
	if (fd < 0)
		return vz_err(VZ_SYSTEM_ERROR, "rtnetlink: %s", strerror(-fd));
	if (!if_nametoindex(name)) {
		in.old = "";
		err = create_pair(fd, ve, init->pid);
		if (err)
			err = vz_err(VZ_SYSTEM_ERROR, "Unable to make %s and " VENET ": %s", name,
				     strerror(-err));
	}
	if (!err) {
		err = do_inside(init, &in);
		if (err)
			err = vz_err(VZ_SYSTEM_ERROR, "Unable to set the addresses of " VENET ": %s",
				     strerror(-err));
	}
	if (!err) {
		err = do_outside(fd, ve, in.old, in.new);
		if (err)
			err = vz_err(VZ_SYSTEM_ERROR, "Unable to set the routes to %s: %s", name,
				     strerror(-err));
	}
	close(fd);
	return err;
}

int net_start(const struct ve *ve, const struct ve_init *init)
{
	const char *list = ve_get(ve, "IP_ADDRESS");

	if (!list || !*list)
		return 0;
	net_unsilence(ve);
	return net_change(ve, init, "", list);
}

int net_restored(const struct ve *ve)
{
	const char *list = ve_get(ve, "IP_ADDRESS");
	char name[IFNAMSIZ];
	int fd, err;

	outer_name(ve, name);
	if (!if_nametoindex(name))
		return 0;
	fd = rtnl_open();
	err = fd < 0 ? fd : do_outside(fd, ve, "", list ?: "");
	if (fd >= 0)
		close(fd);
	if (err)
		return vz_err(VZ_SYSTEM_ERROR, "Unable to set the routes to %s: %s", name,
			      strerror(-err));
	net_unsilence(ve);
	return 0;
}

static void silence(const struct ve *ve, bool on)
{
	const char *list = ve_get(ve, "IP_ADDRESS");
	struct address a = { 0 };
	int fd;

	if (!list || !*list)
		return;
	fd = rtnl_open();
	if (fd < 0)
		return;
	while (next_address(&list, &a))
		route(fd, a.family, &a, 0, on);
	close(fd);
}

void net_silence(const struct ve *ve)
{
	silence(ve, true);
}

void net_unsilence(const struct ve *ve)
{
	silence(ve, false);
}
