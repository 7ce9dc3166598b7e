// SPDX-License-Identifier: GPL-2.0-only
/*
 * netmsg: addresses, routes, neighbours and routing rules are made by rtnetlink,
 * as root in the VE would make them.
 */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include "../kernel/netmsg.h"
#include "../kernel/rtnl.h"
#include "rst.h"

static int send_one(struct vz_rtnl *rt, const struct vz_rec *rec)
{
	const struct cpt_netmsg_image *v = rec->fixed;
	int flags = NLM_F_CREATE;
	struct sk_buff *skb;
	int err;

	if (v->type == RTM_NEWROUTE)
		flags |= NLM_F_APPEND;
	if (v->type == RTM_NEWNEIGH)
		flags |= NLM_F_REPLACE;
	skb = nlmsg_new(NLMSG_ALIGN(rec->hdr.len) + NLMSG_HDRLEN, GFP_KERNEL);
	if (!skb || !nlmsg_put(skb, 0, 0, v->type, rec->hdr.len, NLM_F_REQUEST | flags)) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	memcpy(nlmsg_data(nlmsg_hdr(skb)), rec->content, rec->hdr.len);
	err = vz_rtnl_talk(rt, skb);
	/* the kernel gives a device that comes up some addresses by itself */
	return v->type == RTM_NEWADDR && err == -EEXIST ? 0 : err;
}

/* The image has all rules of a family, or none. */
static int drop_rules(struct vz_rtnl *rt, u8 family)
{
	static const struct {
		u32 priority;
		u8 table;
	} usual[] = {
		{ 0, RT_TABLE_LOCAL }, { 32766, RT_TABLE_MAIN }, { 32767, RT_TABLE_DEFAULT },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(usual) && !err; i++) {
		struct fib_rule_hdr frh = {
			.family = family, .table = usual[i].table, .action = FR_ACT_TO_TBL,
		};
		struct sk_buff *skb = vz_rtnl_msg(RTM_DELRULE, 0, &frh, sizeof(frh));

		if (skb && nla_put_u32(skb, FRA_PRIORITY, usual[i].priority)) {
			nlmsg_free(skb);
			skb = NULL;
		}
		err = vz_rtnl_talk(rt, skb);
		if (err == -ENOENT)
			err = 0;
	}
	return err;
}

/* Before the first rule of a family. */
static int begin_rules(struct vz_rtnl *rt, const struct vz_rec *rec, u32 *begun)
{
	const struct cpt_netmsg_image *v = rec->fixed;
	const struct fib_rule_hdr *frh = rec->content;
	u32 bit = frh->family == AF_INET ? 1 : 2;

	if (v->type != RTM_NEWRULE || (*begun & bit))
		return 0;
	*begun |= bit;
	return drop_rules(rt, frh->family);
}

static int rst_netmsg_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct vz_rtnl rt;
	unsigned int i;
	u32 begun = 0;
	int err;

	if (!rst_nth(ctx, CPT_OBJ_NETMSG, 0))
		return 0;
	err = vz_rtnl_open(&rt, current->nsproxy->net_ns);
	if (err)
		return rst_err(ctx, err, "net: rtnetlink cannot be asked: error %d", -err);
	rst_for_each(ctx, CPT_OBJ_NETMSG, i, rec) {
		err = begin_rules(&rt, rec, &begun) ?: send_one(&rt, rec);
		if (err) {
			rst_err(ctx, err, "netmsg %llu: message %u: error %d", rec->hdr.id,
				((const struct cpt_netmsg_image *)rec->fixed)->type, -err);
			break;
		}
	}
	vz_rtnl_close(&rt);
	return err;
}

const struct rst_ops rst_netmsg_ops = {
	.ve = rst_netmsg_ve,
};
