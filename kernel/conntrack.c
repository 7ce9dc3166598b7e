// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that a network namespace tracks, as ctnetlink shows them.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netlink.h>
#include "access.h"
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

/* ---- the entry itself ---- */

static const struct nlattr *find_in(const struct nlattr *nest, int type, int size)
{
	const struct nlattr *a = nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;

	return a && nla_len(a) >= size ? a : NULL;
}

static void copy_in(void *to, const struct nlattr *nest, int type, int size)
{
	const struct nlattr *a = find_in(nest, type, size);

	if (a)
		memcpy(to, nla_data(a), size);
}

static void get_proto(struct nf_conntrack_tuple *t, const struct nlattr *proto)
{
	copy_in(&t->dst.protonum, proto, CTA_PROTO_NUM, 1);
	switch (t->dst.protonum) {
	case IPPROTO_ICMP:
		copy_in(&t->src.u.icmp.id, proto, CTA_PROTO_ICMP_ID, 2);
		copy_in(&t->dst.u.icmp.type, proto, CTA_PROTO_ICMP_TYPE, 1);
		copy_in(&t->dst.u.icmp.code, proto, CTA_PROTO_ICMP_CODE, 1);
		break;
	case IPPROTO_ICMPV6:
		copy_in(&t->src.u.icmp.id, proto, CTA_PROTO_ICMPV6_ID, 2);
		copy_in(&t->dst.u.icmp.type, proto, CTA_PROTO_ICMPV6_TYPE, 1);
		copy_in(&t->dst.u.icmp.code, proto, CTA_PROTO_ICMPV6_CODE, 1);
		break;
	default:
		copy_in(&t->src.u.all, proto, CTA_PROTO_SRC_PORT, 2);
		copy_in(&t->dst.u.all, proto, CTA_PROTO_DST_PORT, 2);
	}
}

struct nf_conn *vz_ct_find(struct net *net, const struct vz_ct_msg *m)
{
	static const struct nf_conntrack_zone zone = { .dir = NF_CT_DEFAULT_ZONE_DIR };
	const struct nlattr *orig = vz_ct_attr(m, CTA_TUPLE_ORIG), *ip;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple t = {};
	bool v6 = m->family == AF_INET6;

	if (!orig || vz_ct_attr(m, CTA_ZONE))
		return NULL;
	ip = find_in(orig, CTA_TUPLE_IP, 0);
	t.src.l3num = m->family;
	t.dst.dir = IP_CT_DIR_ORIGINAL;
	copy_in(&t.src.u3, ip, v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, v6 ? 16 : 4);
	copy_in(&t.dst.u3, ip, v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, v6 ? 16 : 4);
	get_proto(&t, find_in(orig, CTA_TUPLE_PROTO, 0));
	h = vz_late_nf_conntrack_find_get(net, &zone, &t);
	return h ? nf_ct_tuplehash_to_ctrack(h) : NULL;
}
EXPORT_SYMBOL_GPL(vz_ct_find);

/* ---- the walk ---- */

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
