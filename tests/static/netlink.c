// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_NETLINK sockets: ports, groups, options, messages that wait.
 */
#include "tst.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif
#define OPTS		13

static int bound(int protocol, unsigned int port, unsigned int groups)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_pid = port, .nl_groups = groups };
	int fd = tst_sys(socket(AF_NETLINK, SOCK_RAW, protocol));

	tst_sys(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	return fd;
}

static void set(int fd, int opt, int val)
{
	tst_sys(setsockopt(fd, SOL_NETLINK, opt, &val, sizeof(val)));
}

/* Something that the kernel tells who listens for links. */
static void set_mtu(int mtu)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_mtu = mtu };
	int fd = tst_sys(socket(AF_UNIX, SOCK_DGRAM, 0));

	tst_sys(ioctl(fd, SIOCSIFMTU, &req));
	close(fd);
}

/* Type of the next message, its sender's port; 0: there is none, -errno. */
static int next(int fd, unsigned int *port, unsigned int *groups)
{
	union {
		struct nlmsghdr h;
		char b[32768];
	} u;
	struct sockaddr_nl a = {};
	socklen_t len = sizeof(a);
	ssize_t n = recvfrom(fd, &u, sizeof(u), MSG_DONTWAIT, (struct sockaddr *)&a, &len);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	*port = a.nl_pid;
	*groups = a.nl_groups;
	return n >= (ssize_t)sizeof(u.h) && u.h.nlmsg_len == n ? (int)u.h.nlmsg_type : -EBADMSG;
}

struct shown {
	unsigned int port, groups;
	unsigned int opt[OPTS][4];
	int ret[OPTS];
	unsigned int mem[9];
};

static void look(int fd, struct shown *v)
{
	struct sockaddr_nl a = {};
	socklen_t len = sizeof(a);
	int i;

	memset(v, 0, sizeof(*v));
	tst_sys(getsockname(fd, (struct sockaddr *)&a, &len));
	v->port = a.nl_pid;
	v->groups = a.nl_groups;
	for (i = 0; i < OPTS; i++) {
		len = sizeof(v->opt[i]);
		v->ret[i] = getsockopt(fd, SOL_NETLINK, i, v->opt[i], &len) ? -errno : (int)len;
	}
	/* its length depends on how many groups the kernel knows */
	if (v->ret[NETLINK_LIST_MEMBERSHIPS] > 0)
		v->ret[NETLINK_LIST_MEMBERSHIPS] = 1;
	len = sizeof(v->mem);
	tst_sys(getsockopt(fd, SOL_SOCKET, 55 /* SO_MEMINFO */, v->mem, &len));
}

/* 6.1 has no getsockopt(2) for NETLINK_LISTEN_ALL_NSID */
static int same_option(const struct shown *is, const struct shown *was, int i)
{
	if (tst_other_kernel() && (is->ret[i] == -ENOPROTOOPT || was->ret[i] == -ENOPROTOOPT))
		return 1;
	return is->ret[i] == was->ret[i] && !memcmp(is->opt[i], was->opt[i], sizeof(is->opt[i]));
}

static void same(int fd, const struct shown *was, const char *what)
{
	struct shown is;
	int i, bad = 0;

	look(fd, &is);
	tst_is(is.port, was->port, "%s: port", what);
	tst_is(is.groups, was->groups, "%s: groups", what);
	for (i = 0; i < OPTS; i++) {
		if (same_option(&is, was, i))
			continue;
		bad++;
		tst_note("option %d: %d, %#x, was %d, %#x", i, is.ret[i], is.opt[i][0],
			 was->ret[i], was->opt[i][0]);
	}
	tst_ok(!bad, "%s: options", what);
	tst_ok(!memcmp(is.mem, was->mem, sizeof(is.mem)), "%s: memory", what);
	for (i = 0; i < 9; i++) {
		if (is.mem[i] != was->mem[i])
			tst_note("memory %d: %u, was %u", i, is.mem[i], was->mem[i]);
	}
}

static int route, answer, full, user, user2, uevent, fresh, opts;
static struct shown route_was, answer_was, full_was, user_was, user2_was, uevent_was, fresh_was,
		    opts_was;

static void make(void)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} get = {
		.h = { sizeof(get), RTM_GETLINK, NLM_F_REQUEST, 77, 0 },
		.i = { .ifi_index = 1 },
	};
	struct nlmsghdr note = { sizeof(note), 0x20, 0, 0, 0 };
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_pid = 4001 };
	int i, size = 4096;

	route = bound(NETLINK_ROUTE, 0, RTMGRP_LINK | RTMGRP_IPV4_ROUTE);
	set(route, NETLINK_ADD_MEMBERSHIP, RTNLGRP_NSID);
	set_mtu(65535);
	set_mtu(65536);
	look(route, &route_was);

	answer = bound(NETLINK_ROUTE, 12345, 0);
	tst_sys(send(answer, &get, sizeof(get), 0));
	look(answer, &answer_was);

	full = bound(NETLINK_ROUTE, 0, RTMGRP_LINK);
	tst_sys(setsockopt(full, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 20; i++)
		set_mtu(65535 + i % 2);
	while (next(route, &a.nl_groups, &a.nl_groups))
		;
	set_mtu(65535);
	set_mtu(65536);
	look(route, &route_was);
	look(full, &full_was);

	a.nl_groups = 0;
	user = bound(NETLINK_USERSOCK, 4001, 0);
	user2 = bound(NETLINK_USERSOCK, 4002, 0);
	tst_sys(connect(user2, (struct sockaddr *)&a, sizeof(a)));
	tst_sys(send(user2, &note, sizeof(note), 0));
	look(user, &user_was);
	look(user2, &user2_was);

	uevent = bound(NETLINK_KOBJECT_UEVENT, 0, 1);
	look(uevent, &uevent_was);
	fresh = tst_sys(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG));
	look(fresh, &fresh_was);
	opts = bound(NETLINK_ROUTE, 0, 0);
	set(opts, NETLINK_PKTINFO, 1);
	set(opts, NETLINK_BROADCAST_ERROR, 1);
	set(opts, NETLINK_NO_ENOBUFS, 1);
	set(opts, NETLINK_CAP_ACK, 1);
	set(opts, NETLINK_EXT_ACK, 1);
	set(opts, NETLINK_GET_STRICT_CHK, 1);
	look(opts, &opts_was);
}

static void check(void)
{
	struct nlmsghdr note = { sizeof(note), 0x21, 0, 0, 0 };
	unsigned int port = -1, groups = -1;
	int n;

	same(route, &route_was, "route");
	same(answer, &answer_was, "answer");
	same(full, &full_was, "overrun");
	same(user, &user_was, "receiver");
	same(user2, &user2_was, "sender");
	same(uevent, &uevent_was, "uevent");
	same(fresh, &fresh_was, "without a port");
	same(opts, &opts_was, "options");
	for (n = 0; next(route, &port, &groups) == RTM_NEWLINK && !port && groups == RTMGRP_LINK; n++)
		;
	tst_is(n, 2, "route: two messages that waited");
	set_mtu(65535);
	tst_is(next(route, &port, &groups), RTM_NEWLINK, "route: a new message");
	set_mtu(65536);

	tst_is(next(answer, &port, &groups), RTM_NEWLINK, "answer: it is there");
	tst_ok(!port && !groups, "answer: from the kernel");
	tst_is(next(answer, &port, &groups), 0, "answer: no more");

	tst_is(next(full, &port, &groups), -ENOBUFS, "overrun: ENOBUFS");
	for (n = 0; next(full, &port, &groups) == RTM_NEWLINK; n++)
		;
	tst_ok(n > 0 && n < 20, "overrun: the messages before");
	set_mtu(65535);
	tst_is(next(full, &port, &groups), RTM_NEWLINK, "overrun: over");
	set_mtu(65536);

	tst_is(next(user, &port, &groups), 0x20, "receiver: the message");
	tst_is(port, 4002, "receiver: who it is from");
	tst_is(send(user2, &note, sizeof(note), 0), sizeof(note), "sender is connected");
	tst_is(next(user, &port, &groups), 0x21, "receiver: a new message");
}

int main(int argc, char **argv)
{
	tst_begin(argc, argv);
	make();
	tst_ready();
	check();
	return tst_end();
}
