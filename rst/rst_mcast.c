// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast groups that a socket is a member of: joined as programs do, and then
 * told of their sources.
 */
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/slab.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include "../kernel/access.h"
#include "rst_udp.h"

/* As in uapi/linux/in.h; of both families. */
#define MCAST_FILTER	48	/* MCAST_MSFILTER */

static int set_option(struct sock *sk, bool six, int name, void *value, unsigned int len)
{
	return six ? vz_do_ipv6_setsockopt(sk, SOL_IPV6, name, KERNEL_SOCKPTR(value), len) :
		     vz_do_ip_setsockopt(sk, SOL_IP, name, KERNEL_SOCKPTR(value), len);
}

static int join(struct sock *sk, const struct cpt_mcast *m)
{
	struct ipv6_mreq six = { .ipv6mr_ifindex = m->ifindex };
	struct ip_mreqn four = {
		.imr_address.s_addr = (__force __be32)m->iface, .imr_ifindex = m->ifindex,
	};

	if (m->family == AF_INET6) {
		memcpy(&six.ipv6mr_multiaddr, m->addr, 16);
		return set_option(sk, true, IPV6_ADD_MEMBERSHIP, &six, sizeof(six));
	}
	memcpy(&four.imr_multiaddr, m->addr, 4);
	return set_option(sk, false, IP_ADD_MEMBERSHIP, &four, sizeof(four));
}

static void set_addr(struct __kernel_sockaddr_storage *to, u32 family, const u8 *addr)
{
	to->ss_family = family;
	if (family == AF_INET6)
		memcpy(&((struct sockaddr_in6 *)to)->sin6_addr, addr, 16);
	else
		memcpy(&((struct sockaddr_in *)to)->sin_addr, addr, 4);
}

static int set_sources(struct sock *sk, const struct cpt_mcast *m, const u8 (*sources)[16])
{
	size_t size = GROUP_FILTER_SIZE(m->sources);
	struct group_filter *filter = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	int err;
	u32 i;

	if (!filter)
		return -ENOMEM;
	filter->gf_interface = m->ifindex;
	filter->gf_fmode = m->mode ? MCAST_INCLUDE : MCAST_EXCLUDE;
	filter->gf_numsrc = m->sources;
	set_addr(&filter->gf_group, m->family, m->addr);
	for (i = 0; i < m->sources; i++)
		set_addr(&filter->gf_slist_flex[i], m->family, sources[i]);
	err = set_option(sk, m->family == AF_INET6, MCAST_FILTER, filter, size);
	kvfree(filter);
	return err;
}

/* The VE may have raised these limits, and lowered them afterwards. */
struct limits {
	int memberships;
	int sources;
};

static struct limits lift(struct net *net)
{
	struct limits old = {
		READ_ONCE(net->ipv4.sysctl_igmp_max_memberships),
		READ_ONCE(net->ipv4.sysctl_igmp_max_msf),
	};

	WRITE_ONCE(net->ipv4.sysctl_igmp_max_memberships, INT_MAX);
	WRITE_ONCE(net->ipv4.sysctl_igmp_max_msf, INT_MAX);
	return old;
}

static void put_back(struct net *net, struct limits old)
{
	WRITE_ONCE(net->ipv4.sysctl_igmp_max_memberships, old.memberships);
	WRITE_ONCE(net->ipv4.sysctl_igmp_max_msf, old.sources);
}

int rst_mcast_join(struct sock *sk, const struct cpt_mcast *groups, u32 n, const u8 (*sources)[16])
{
	struct limits old;
	int err = 0;
	u32 i;

	if (!n)
		return 0;
	old = lift(sock_net(sk));
	for (i = 0; i < n && !err; i++) {
		err = join(sk, &groups[i]);
		if (!err && groups[i].sources)
			err = set_sources(sk, &groups[i], sources);
		sources += groups[i].sources;
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	put_back(sock_net(sk), old);
	return err;
}
