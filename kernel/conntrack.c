// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that a network namespace tracks, as ctnetlink shows them.
 */
#include <linux/module.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include "conntrack.h"
#include "netmsg.h"
#include "rtnl.h"

#define KEPT	(BIT(CTA_TUPLE_ORIG) | BIT(CTA_TUPLE_REPLY) | BIT(CTA_STATUS) |		\
		 BIT(CTA_PROTOINFO) | BIT(CTA_HELP) | BIT(CTA_TIMEOUT) | BIT(CTA_MARK) |	\
		 BIT(CTA_COUNTERS_ORIG) | BIT(CTA_COUNTERS_REPLY) | BIT(CTA_TUPLE_MASTER) |	\
		 BIT(CTA_SEQ_ADJ_ORIG) | BIT(CTA_SEQ_ADJ_REPLY) | BIT(CTA_ZONE) |		\
		 BIT(CTA_SECCTX) | BIT(CTA_TIMESTAMP) | BIT(CTA_LABELS) | BIT(CTA_SYNPROXY))

/**
 * struct walk - over tracked connections
 * @fn: for each
 * @arg: for @fn
 * @owned: those that belong to others, else the others
 * @buf: VZ_NFMSG_MAX bytes
 */
struct walk {
	int (*fn)(const struct vz_ct_msg *m, void *arg);
	void *arg;
	bool owned;
	char *buf;
};

struct nlattr *vz_ct_attr(const struct vz_ct_msg *m, int type)
{
	return nla_find(m->attrs, m->len, type);
}
EXPORT_SYMBOL_GPL(vz_ct_attr);

u32 vz_ct_be32(const struct vz_ct_msg *m, int type)
{
	const struct nlattr *a = vz_ct_attr(m, type);

	return a && nla_len(a) >= 4 ? ntohl(nla_get_be32(a)) : 0;
}
EXPORT_SYMBOL_GPL(vz_ct_be32);

static int one_message(const struct nlmsghdr *h, void *arg)
{
	struct vz_ct_msg m = {};
	struct walk *w = arg;
	struct nlattr *a;
	int rest;

	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EAGAIN;
	if (h->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW) ||
	    nlmsg_len(h) < sizeof(struct nfgenmsg) || nlmsg_len(h) > VZ_NFMSG_MAX)
		return 0;
	m.family = ((const struct nfgenmsg *)nlmsg_data(h))->nfgen_family;
	m.attrs = w->buf;
	nlmsg_for_each_attr(a, h, sizeof(struct nfgenmsg), rest) {
		if (nla_type(a) >= 32 || !(KEPT & BIT(nla_type(a))))
			continue;
		memset(w->buf + m.len, 0, nla_total_size(nla_len(a)));
		memcpy(w->buf + m.len, a, a->nla_len);
		m.len += nla_total_size(nla_len(a));
	}
	if (!vz_ct_attr(&m, CTA_TUPLE_MASTER) == w->owned)
		return 0;
	return w->fn(&m, w->arg);
}

int vz_ct_walk(struct vz_rtnl *rt, int (*fn)(const struct vz_ct_msg *m, void *arg), void *arg)
{
	struct nfgenmsg gen = { .version = NFNETLINK_V0 };
	struct walk w = { .fn = fn, .arg = arg };
	int type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	int err;

	w.buf = kvmalloc(VZ_NFMSG_MAX, GFP_KERNEL);
	if (!w.buf)
		return -ENOMEM;
	err = vz_rtnl_dump(rt, type, &gen, sizeof(gen), one_message, &w);
	w.owned = true;
	if (!err)
		err = vz_rtnl_dump(rt, type, &gen, sizeof(gen), one_message, &w);
	kvfree(w.buf);
	return err;
}
EXPORT_SYMBOL_GPL(vz_ct_walk);
