// SPDX-License-Identifier: GPL-2.0-only
/*
 * netdev: venet0 is made as one end of a pair whose other end, vz<VEID>, stands
 * in the network namespace of the caller of undump. The VE's network is locked.
 */
#include <linux/if_link.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/net_namespace.h>
#include "../kernel/rtnl.h"
#include "rst_read.h"
#include "rst_task.h"

#define TRIES 16

/* A number that no device of @net has. */
static int free_ifindex(struct net *net)
{
	const struct net_device *dev;
	int max = 1;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev)
		max = max(max, dev->ifindex);
	rcu_read_unlock();
	return max + 1;
}

/*
 * veth_newlink() takes the number of the second device only when the first one
 * has one, too.
 */
static struct sk_buff *pair_msg(struct vz_context *ctx, const struct cpt_netdev_image *v,
				int outer)
{
	struct ifinfomsg ifi = {
		.ifi_index = outer, .ifi_flags = IFF_NOARP, .ifi_change = IFF_NOARP,
	};
	struct nlattr *info, *data, *peer;
	struct sk_buff *skb;
	char name[IFNAMSIZ];
	bool bad;

	skb = vz_rtnl_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	if (!skb)
		return NULL;
	snprintf(name, sizeof(name), "vz%u", ctx->veid);
	bad = nla_put_string(skb, IFLA_IFNAME, name) ||
	      nla_put(skb, IFLA_ADDRESS, ETH_ALEN, v->addr) ||
	      nla_put_u32(skb, IFLA_MTU, v->mtu);
	info = nla_nest_start_noflag(skb, IFLA_LINKINFO);
	bad |= nla_put_string(skb, IFLA_INFO_KIND, "veth");
	data = nla_nest_start_noflag(skb, IFLA_INFO_DATA);
	peer = nla_nest_start_noflag(skb, VETH_INFO_PEER);
	if (bad || !info || !data || !peer)
		goto out_free;
	ifi.ifi_index = v->ifindex;
	if (nla_append(skb, sizeof(ifi), &ifi) ||
	    nla_put_string(skb, IFLA_IFNAME, v->name) ||
	    nla_put(skb, IFLA_ADDRESS, ETH_ALEN, v->addr) ||
	    nla_put_u32(skb, IFLA_MTU, v->mtu) ||
	    nla_put_u32(skb, IFLA_NET_NS_PID, 1))	/* of the VE's: current */
		goto out_free;
	nla_nest_end(skb, peer);
	nla_nest_end(skb, data);
	nla_nest_end(skb, info);
	return skb;

out_free:
	nlmsg_free(skb);
	return NULL;
}

static int set_gen_mode(struct vz_rtnl *rt, int ifindex, u8 mode)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct sk_buff *skb = vz_rtnl_msg(RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct nlattr *spec, *inet6;

	if (!skb)
		return -ENOMEM;
	spec = nla_nest_start_noflag(skb, IFLA_AF_SPEC);
	inet6 = nla_nest_start_noflag(skb, AF_INET6);
	if (!spec || !inet6 || nla_put_u8(skb, IFLA_INET6_ADDR_GEN_MODE, mode)) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	nla_nest_end(skb, inet6);
	nla_nest_end(skb, spec);
	return vz_rtnl_talk(rt, skb);
}

static int set_link(struct vz_rtnl *rt, const struct cpt_netdev_image *v)
{
	struct ifinfomsg ifi = { .ifi_index = v->ifindex, .ifi_flags = v->flags, .ifi_change = ~0U };
	struct sk_buff *skb;
	int err = 0;

	if (v->kind == CPT_NETDEV_VENET && v->addr_gen_mode != CPT_NETDEV_NO_INET6)
		err = set_gen_mode(rt, v->ifindex, v->addr_gen_mode);
	if (err)
		return err;
	skb = vz_rtnl_msg(RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	if (skb && (nla_put_u32(skb, IFLA_MTU, v->mtu) ||
		    nla_put_u32(skb, IFLA_TXQLEN, v->tx_queue_len))) {
		nlmsg_free(skb);
		skb = NULL;
	}
	return vz_rtnl_talk(rt, skb);
}

/* The host's end; what goes in is dropped by the lock until the VE is resumed. */
static int outer_up(struct vz_rtnl *host, int ifindex)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};

	set_gen_mode(host, ifindex, IN6_ADDR_GEN_MODE_NONE);	/* a host may have no IPv6 */
	return vz_rtnl_talk(host, vz_rtnl_msg(RTM_NEWLINK, 0, &ifi, sizeof(ifi)));
}

static int make_pair(struct vz_context *ctx, const struct cpt_netdev_image *v)
{
	const struct rst_state *state = ctx->priv;
	int err, outer, tries = 0;
	struct vz_rtnl host;

	err = vz_rtnl_open(&host, state->net);
	if (err)
		return err;
	do {	/* somebody else may take the number meanwhile */
		outer = free_ifindex(state->net);
		err = vz_rtnl_talk(&host, pair_msg(ctx, v, outer));
	} while (err == -EEXIST && ++tries < TRIES);
	if (!err)
		err = outer_up(&host, outer);
	vz_rtnl_close(&host);
	return err;
}

static int rst_netdev_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_netdev_image *v = rec->fixed;
	const struct net_device *dev;
	char name[IFNAMSIZ];

	if (v->kind != CPT_NETDEV_VENET)
		return 0;
	if (!ctx->veid)
		return rst_err(ctx, -EINVAL, "netdev %s: the VE has no number to name the host's end by",
			       v->name);
	snprintf(name, sizeof(name), "vz%u", ctx->veid);
	rcu_read_lock();
	dev = dev_get_by_name_rcu(current->nsproxy->net_ns, name);
	rcu_read_unlock();
	return dev ? rst_err(ctx, -EEXIST, "netdev %s: the host has a device %s", v->name, name) : 0;
}

static int rst_netdev_ve(struct vz_context *ctx)
{
	const struct cpt_netdev_image *v;
	const struct vz_rec *rec;
	struct vz_rtnl rt;
	unsigned int i;
	int err;

	if (!rst_nth(ctx, CPT_OBJ_NETDEV, 0))
		return 0;
	err = vz_rtnl_open(&rt, current->nsproxy->net_ns);
	if (err)
		return rst_err(ctx, err, "net: rtnetlink cannot be asked: error %d", -err);
	rst_for_each(ctx, CPT_OBJ_NETDEV, i, rec) {
		v = rec->fixed;
		err = v->kind == CPT_NETDEV_VENET ? make_pair(ctx, v) : 0;
		if (!err)
			err = set_link(&rt, v);
		if (err) {
			rst_err(ctx, err, "netdev %s: cannot be made: error %d", v->name, -err);
			break;
		}
	}
	vz_rtnl_close(&rt);
	return err;
}

const struct rst_ops rst_netdev_ops = {
	.check = rst_netdev_check,
	.ve = rst_netdev_ve,
};
