// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast groups that a socket is a member of.
 */
#include <linux/igmp.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/if_inet6.h>
#include <net/inet_sock.h>
#include "cpt_udp.h"

/* The lists have the newest group first: they are gathered from the end. */
struct groups {
	struct sock *sk;
	u32 n;
	u32 sources;
	struct cpt_buf list;		/* struct cpt_mcast, in the lists' order */
	struct cpt_buf addrs;		/* their sources, likewise */
};

static int add_source(struct groups *g, const void *addr, size_t len)
{
	u8 v[16] = {};

	memcpy(v, addr, len);
	g->sources++;
	return cpt_buf_add(&g->addrs, v, sizeof(v));
}

static int add_group4(struct groups *g, const struct ip_mc_socklist *pmc)
{
	const struct ip_sf_socklist *psl = rtnl_dereference(pmc->sflist);
	struct cpt_mcast v = {
		.family = AF_INET, .ifindex = pmc->multi.imr_ifindex,
		.iface = (__force u32)pmc->multi.imr_address.s_addr,
		.mode = pmc->sfmode, .sources = psl ? psl->sl_count : 0,
	};
	int err = 0;
	u32 i;

	memcpy(v.addr, &pmc->multi.imr_multiaddr, 4);
	for (i = 0; i < v.sources && !err; i++)
		err = add_source(g, &psl->sl_addr[i], 4);
	g->n++;
	return err ?: cpt_buf_add(&g->list, &v, sizeof(v));
}

static int add_group6(struct groups *g, const struct ipv6_mc_socklist *pmc)
{
	const struct ip6_sf_socklist *psl =
		rcu_dereference_protected(pmc->sflist, lockdep_sock_is_held(g->sk));
	struct cpt_mcast v = {
		.family = AF_INET6, .ifindex = pmc->ifindex,
		.mode = pmc->sfmode, .sources = psl ? psl->sl_count : 0,
	};
	int err = 0;
	u32 i;

	memcpy(v.addr, &pmc->addr, 16);
	for (i = 0; i < v.sources && !err; i++)
		err = add_source(g, &psl->sl_addr[i], 16);
	g->n++;
	return err ?: cpt_buf_add(&g->list, &v, sizeof(v));
}

static int gather_locked(struct groups *g)
{
	struct ip_mc_socklist *four;
	struct ipv6_mc_socklist *six;
	int err = 0;

	for (four = rtnl_dereference(inet_sk(g->sk)->mc_list); four && !err;
	     four = rtnl_dereference(four->next_rcu))
		err = add_group4(g, four);
	if (g->sk->sk_family != AF_INET6)
		return err;
	for (six = rcu_dereference_protected(inet6_sk(g->sk)->ipv6_mc_list,
					     lockdep_sock_is_held(g->sk)); six && !err;
	     six = rcu_dereference_protected(six->next, lockdep_sock_is_held(g->sk)))
		err = add_group6(g, six);
	return err;
}

static int gather(struct groups *g)
{
	int err;

	rtnl_lock();
	lock_sock(g->sk);
	err = gather_locked(g);
	release_sock(g->sk);
	rtnl_unlock();
	return err;
}

static void drop_groups(struct groups *g)
{
	cpt_buf_free(&g->list);
	cpt_buf_free(&g->addrs);
}

/* Backwards: the lists, and the sources of each group with it. */
static int append(const struct groups *g, struct cpt_buf *buf)
{
	const struct cpt_mcast *list = g->list.data;
	const u8 *end = g->addrs.data + g->addrs.len;
	int err = 0;
	u32 i;

	for (i = g->n; i > 0 && !err; i--)
		err = cpt_buf_add(buf, &list[i - 1], sizeof(*list));
	for (i = g->n; i > 0 && !err; i--) {
		end -= list[i - 1].sources * 16;
		err = cpt_buf_add(buf, end, list[i - 1].sources * 16);
	}
	return err;
}

int cpt_mcast_groups(struct sock *sk, __u32 *groups, __u32 *sources, struct cpt_buf *buf)
{
	struct groups g = { .sk = sk };
	int err = gather(&g);

	if (!err)
		err = append(&g, buf);
	*groups = g.n;
	*sources = g.sources;
	drop_groups(&g);
	return err;
}

int cpt_mcast_judge(struct vz_context *ctx, struct sock *sk)
{
	struct groups g = { .sk = sk };
	const struct cpt_mcast *list;
	int err = gather(&g);
	bool there;
	u32 i;

	list = g.list.data;
	for (i = 0; i < g.n && !err; i++) {
		rcu_read_lock();
		there = dev_get_by_index_rcu(sock_net(sk), list[i].ifindex);
		rcu_read_unlock();
		if (!there)
			cpt_refuse(ctx, "%s: socket: multicast group of interface %u, which is not there: not supported",
				   ctx->who, list[i].ifindex);
	}
	drop_groups(&g);
	return err;
}
