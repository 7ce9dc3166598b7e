// SPDX-License-Identifier: GPL-2.0-only
/*
 * netmsg: addresses, routes and neighbours are made by rtnetlink, as root in
 * the VE would make them.
 */
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

static int rst_netmsg_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct vz_rtnl rt;
	unsigned int i;
	int err;

	if (!rst_nth(ctx, CPT_OBJ_NETMSG, 0))
		return 0;
	err = vz_rtnl_open(&rt, current->nsproxy->net_ns);
	if (err)
		return rst_err(ctx, err, "net: rtnetlink cannot be asked: error %d", -err);
	rst_for_each(ctx, CPT_OBJ_NETMSG, i, rec) {
		err = send_one(&rt, rec);
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
