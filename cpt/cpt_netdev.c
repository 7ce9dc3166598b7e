// SPDX-License-Identifier: GPL-2.0-only
/*
 * netdev: the VE's network devices: the loopback, and venet0, whose other end
 * is the host's vz<VEID>. Everything else in its network that would have to be
 * restored and is not is refused here.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <net/sch_generic.h>
#include "../kernel/access.h"
#include "cpt_net.h"
#include "cpt_task.h"

/* What ip link set can change of dev->flags. */
#define CPT_DEV_FLAGS	(IFF_UP | IFF_DEBUG | IFF_NOTRAILERS | IFF_NOARP | IFF_DYNAMIC | \
			 IFF_MULTICAST | IFF_PORTSEL | IFF_AUTOMEDIA)
#define CPT_DEV_GFLAGS	(IFF_PROMISC | IFF_ALLMULTI)

struct net *cpt_get_net(struct vz_context *ctx)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct net *net = NULL;

	if (!init)
		return NULL;
	task_lock(init);
	if (init->nsproxy && init->nsproxy->net_ns != init_task.nsproxy->net_ns)
		net = get_net(init->nsproxy->net_ns);
	task_unlock(init);
	put_task_struct(init);
	return net;
}

/* ---- what is refused ---- */

/* Is this the end of a veth pair whose other end is the host's vz<VEID>? */
static bool is_venet(struct vz_context *ctx, struct net *net, struct net_device *dev)
{
	const struct net_device *peer;
	struct net *other = NULL;
	char name[IFNAMSIZ];
	bool is = false;

	if (!dev->rtnl_link_ops || strcmp(dev->rtnl_link_ops->kind, "veth") ||
	    strcmp(dev->name, "venet0"))
		return false;
	snprintf(name, sizeof(name), "vz%u", ctx->veid);
	if (dev->rtnl_link_ops->get_link_net)
		other = dev->rtnl_link_ops->get_link_net(dev);
	if (other && other == current->nsproxy->net_ns) {
		peer = __dev_get_by_name(other, name);
		is = peer && peer->ifindex == dev_get_iflink(dev);
	}
	return is;
}

static const char *device_has(struct net_device *dev)
{
	const struct Qdisc *qdisc = rtnl_dereference(dev->qdisc);

	if (qdisc && strcmp(qdisc->ops->id, "noqueue"))
		return "a queueing discipline";
	if (rtnl_dereference(dev->ingress_queue))
		return "an ingress queueing discipline";
	if (dev_xdp_prog_count(dev))
		return "an XDP program";
	if (netdev_master_upper_dev_get(dev) || netdev_has_any_upper_dev(dev))
		return "a device on top of it";
	if (dev->group != INIT_NETDEV_GROUP)
		return "a group";
	if (dev->proto_down)
		return "protodown";
	if (rcu_access_pointer(dev->ifalias))
		return "an alias";
	if (dev->name_node && !list_empty(vz_netdev_name_node_list(dev->name_node)))
		return "another name";
	return NULL;
}

static void judge_devices(struct vz_context *ctx, struct net *net)
{
	struct net_device *dev;
	const char *has;

	rtnl_lock();
	for_each_netdev(net, dev) {
		if (!(dev->flags & IFF_LOOPBACK) && !is_venet(ctx, net, dev)) {
			cpt_refuse(ctx, "net: device %s: not supported", dev->name);
			continue;
		}
		has = device_has(dev);
		if (has)
			cpt_refuse(ctx, "net: device %s: %s: not supported", dev->name, has);
	}
	if (!RB_EMPTY_ROOT(&net->nexthop.rb_root))
		cpt_refuse(ctx, "net: nexthop objects: not supported");
	rtnl_unlock();
}

static void judge_xfrm(struct vz_context *ctx, struct net *net)
{
#ifdef CONFIG_XFRM
	unsigned int i, n = READ_ONCE(net->xfrm.state_num);

	for (i = 0; i < ARRAY_SIZE(net->xfrm.policy_count); i++)
		n += READ_ONCE(net->xfrm.policy_count[i]);
	if (n)
		cpt_refuse(ctx, "net: %u IPsec states and policies: not supported", n);
#endif
}

static int cpt_netdev_root(struct vz_context *ctx)
{
	struct net *net = cpt_get_net(ctx);
	int err;

	if (!net)
		return 0;	/* the kind ve has said it */
	judge_devices(ctx, net);
	judge_xfrm(ctx, net);
	err = cpt_net_judge_filters(ctx, net);
	put_net(net);
	return err;
}

/* ---- the records ---- */

static void fill_device(const struct net_device *dev, struct cpt_netdev_image *v)
{
	const struct inet6_dev *in6 = __in6_dev_get(dev);

	memset(v, 0, sizeof(*v));
	v->ifindex = dev->ifindex;
	v->kind = dev->flags & IFF_LOOPBACK ? CPT_NETDEV_LO : CPT_NETDEV_VENET;
	v->flags = (dev->flags & CPT_DEV_FLAGS) | (dev->gflags & CPT_DEV_GFLAGS);
	v->mtu = dev->mtu;
	v->tx_queue_len = dev->tx_queue_len;
	v->addr_gen_mode = in6 ? in6->cnf.addr_gen_mode : CPT_NETDEV_NO_INET6;
	strscpy((char *)v->name, dev->name, sizeof(v->name));
	memcpy(v->addr, dev->dev_addr, ETH_ALEN);
}

static int cpt_netdev_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct net *net = cpt_get_net(ctx);
	struct cpt_netdev_image v[2];
	unsigned int i, n = 0;
	struct net_device *dev;
	int err = 0;

	if (!net)
		return cpt_err(ctx, -ESRCH, "net: the VE has ended");
	rtnl_lock();
	for_each_netdev(net, dev) {
		if (n < ARRAY_SIZE(v))
			fill_device(dev, &v[n]);
		n++;
	}
	rtnl_unlock();
	put_net(net);
	if (n > ARRAY_SIZE(v))
		return cpt_err(ctx, -EBUSY, "net: its devices change");
	for (i = 0; i < n && !err; i++)
		err = cpt_write_obj(ctx, CPT_OBJ_NETDEV, v[i].ifindex, &v[i], sizeof(v[i]), NULL, 0);
	return err;
}

const struct cpt_ops cpt_netdev_ops = {
	.root = cpt_netdev_root,
	.dump = cpt_netdev_dump,
};
