// SPDX-License-Identifier: GPL-2.0-only
/*
 * What netfilter and its relatives have in the VE's network, apart from nftables
 * and connection tracking, which are kinds of their own: refused by name.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_acct.h>
#include <linux/netfilter/nfnetlink_cttimeout.h>
#include <linux/netfilter_ipv4.h>
#include <linux/rtnetlink.h>
#if IS_ENABLED(CONFIG_IP_VS)
#include <net/ip_vs.h>
#endif
#include <net/net_namespace.h>
#include <net/netlink.h>
#include "../kernel/access.h"
#include "../kernel/netlock.h"
#include "../kernel/rtnl.h"
#include "cpt_net.h"

/* ---- hooks ---- */

/* Functions of connection tracking and translation, by how their names begin. */
static const char * const tracking[] = {
	"ipv4_conntrack_", "ipv6_conntrack_", "ipv4_confirm", "ipv6_confirm", "nf_confirm",
	"ipv6_defrag", "nf_nat_", "nf_flow_offload_",
};

/* A security module's hooks are the host's, in every network namespace. */
static bool is_known(const struct nf_hook_ops *ops, char *name, size_t size)
{
	unsigned int i;

	if (vz_net_is_lock(ops) || ops->priority == NF_IP_PRI_SELINUX_FIRST ||
	    ops->priority == NF_IP_PRI_SELINUX_LAST || ops->hook_ops_type == NF_HOOK_OP_NF_TABLES)
		return true;
	snprintf(name, size, "%ps", ops->hook);
	for (i = 0; i < ARRAY_SIZE(tracking); i++) {
		if (!strncmp(name, tracking[i], strlen(tracking[i])))
			return true;
	}
	return false;
}

/* The first hook that is of nobody we know; its name. */
static bool find_other(const struct nf_hook_entries __rcu *hooks, char *name, size_t size)
{
	const struct nf_hook_entries *e = rcu_dereference(hooks);
	struct nf_hook_ops **ops = e ? nf_hook_entries_get_hook_ops(e) : NULL;
	unsigned int i;

	for (i = 0; e && i < e->num_hook_entries; i++) {
		if (!is_known(ops[i], name, size))
			return true;
	}
	return false;
}

static bool device_has_other(const struct net_device *dev, char *name, size_t size)
{
	bool found = false;

#ifdef CONFIG_NETFILTER_INGRESS
	found = find_other(dev->nf_hooks_ingress, name, size);
#endif
#ifdef CONFIG_NETFILTER_EGRESS
	found = found || find_other(dev->nf_hooks_egress, name, size);
#endif
	return found;
}

static void judge_hooks(struct vz_context *ctx, struct net *net)
{
	const struct net_device *dev;
	char name[64] = "";
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < NF_INET_NUMHOOKS; i++)
		found = found || find_other(net->nf.hooks_ipv4[i], name, sizeof(name)) ||
			find_other(net->nf.hooks_ipv6[i], name, sizeof(name));
	for (i = 0; i < NF_ARP_NUMHOOKS; i++)
		found = found || find_other(net->nf.hooks_arp[i], name, sizeof(name));
	for_each_netdev_rcu(net, dev)
		found = found || device_has_other(dev, name, sizeof(name));
	rcu_read_unlock();
	if (found)
		cpt_refuse(ctx, "net: packets go through %s: not supported", name);
}

/* ---- older and other ways to rule packets ---- */

static void judge_legacy(struct vz_context *ctx, struct net *net)
{
	static const char * const names[] = { "filter", "nat", "mangle", "raw", "security" };
	static const struct {
		u8 family;
		const char *tool;
	} tools[] = {
		{ NFPROTO_IPV4, "iptables" }, { NFPROTO_IPV6, "ip6tables" },
		{ NFPROTO_ARP, "arptables" },
	};
	unsigned int i, j;

	if (!vz_late_find_xt_find_table())
		return;
	for (i = 0; i < ARRAY_SIZE(tools); i++) {
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			if (vz_late_xt_find_table(net, tools[i].family, names[j]))
				cpt_refuse(ctx, "net: table %s of %s-legacy: not supported",
					   names[j], tools[i].tool);
		}
	}
}

static void judge_ipvs(struct vz_context *ctx, struct net *net)
{
#if IS_ENABLED(CONFIG_IP_VS)
	const struct netns_ipvs *ipvs = READ_ONCE(net->ipvs);

	if (ipvs && (READ_ONCE(ipvs->num_services) || READ_ONCE(ipvs->num_services6)))
		cpt_refuse(ctx, "net: IP virtual servers (ipvsadm): not supported");
#endif
}

/* ---- what nfnetlink shows ---- */

/* Each is asked only when the module that has it is there. */
static const struct {
	const char *symbol;
	const char *what;
	u8 subsys;
	u8 ask;
	u8 answer;
} others[] = {
	{ "ip_set_nfnl_put", "IP sets (ipset)", NFNL_SUBSYS_IPSET, IPSET_CMD_LIST, IPSET_CMD_LIST },
	{ "nfnl_acct_find_get", "accounting objects (nfacct)", NFNL_SUBSYS_ACCT, NFNL_MSG_ACCT_GET,
	  NFNL_MSG_ACCT_NEW },
	{ "ctnl_timeout_find_get", "timeout policies (nfct)", NFNL_SUBSYS_CTNETLINK_TIMEOUT,
	  IPCTNL_MSG_TIMEOUT_GET, IPCTNL_MSG_TIMEOUT_NEW },
};

struct count {
	unsigned int n;
	u16 type;
};

static int count_one(const struct nlmsghdr *h, void *arg)
{
	struct count *count = arg;

	count->n += h->nlmsg_type == count->type;
	return 0;
}

static int judge_objects(struct vz_context *ctx, struct net *net)
{
	struct {
		struct nfgenmsg gen;
		struct nlattr protocol;
		u8 version;
		u8 pad[3];
	} ask = {
		.gen.version = NFNETLINK_V0,
		.protocol = { .nla_len = NLA_HDRLEN + 1, .nla_type = IPSET_ATTR_PROTOCOL },
		.version = IPSET_PROTOCOL,
	};
	struct vz_rtnl rt;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(others) && !err; i++) {
		struct count count = { .type = others[i].subsys << 8 | others[i].answer };
		bool set = others[i].subsys == NFNL_SUBSYS_IPSET;

		if (!vz_find_symbol(others[i].symbol))
			continue;
		err = vz_nl_open(&rt, net, NETLINK_NETFILTER);
		if (err)
			break;
		err = vz_rtnl_dump(&rt, others[i].subsys << 8 | others[i].ask, &ask,
				   set ? sizeof(ask) : sizeof(ask.gen), count_one, &count);
		vz_rtnl_close(&rt);
		if (!err && count.n)
			cpt_refuse(ctx, "net: %s: not supported", others[i].what);
	}
	return err;
}

int cpt_net_judge_filters(struct vz_context *ctx, struct net *net)
{
	int err;

	judge_hooks(ctx, net);
	judge_legacy(ctx, net);
	judge_ipvs(ctx, net);
	err = judge_objects(ctx, net);
	return err ? cpt_err(ctx, err, "net: packet filters cannot be looked at: error %d", -err) : 0;
}
