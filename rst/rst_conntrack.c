// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack: connections are made by ctnetlink. It takes a connection as it was
 * before it was translated, and what to translate it to; so a translated one is
 * shown to it that way, and afterwards it must say what the image says.
 */
#include <linux/bsearch.h>
#include <linux/in.h>
#include <linux/jhash.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/nsproxy.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include "../kernel/access.h"
#include "../kernel/conntrack.h"
#include "../kernel/netmsg.h"
#include "../kernel/rtnl.h"
#include "rst.h"
#include "rst_conntrack.h"

#define NAT_DONE	(IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE)
/* What it shall have afterwards. */
#define COMPARED	(IPS_SEEN_REPLY | IPS_ASSURED | IPS_SRC_NAT | IPS_DST_NAT | IPS_EXPECTED)
#define SOON		10	/* s: may have ended meanwhile */

static struct vz_ct_msg msg_of(const struct vz_rec *rec)
{
	return (struct vz_ct_msg){
		.family = ((const struct cpt_conntrack_image *)rec->fixed)->family,
		.attrs = (void *)rec->content, .len = rec->hdr.len,
	};
}

static struct nlattr *find_in(const struct nlattr *nest, int type)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

/* ---- translation ---- */

/**
 * struct ends - addresses and ports of a tuple
 * @src: address; NULL: the tuple is not whole
 * @dst: likewise
 * @proto: CTA_TUPLE_PROTO
 * @num: IPPROTO_*
 */
struct ends {
	struct nlattr *src;
	struct nlattr *dst;
	struct nlattr *proto;
	u8 num;
};

static int ends_of(const struct vz_ct_msg *m, int type, struct ends *e)
{
	struct nlattr *tuple = vz_ct_attr(m, type), *ip = find_in(tuple, CTA_TUPLE_IP), *num;
	bool v6 = m->family == AF_INET6;
	int size = v6 ? 16 : 4;

	e->src = find_in(ip, v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC);
	e->dst = find_in(ip, v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST);
	e->proto = find_in(tuple, CTA_TUPLE_PROTO);
	num = find_in(e->proto, CTA_PROTO_NUM);
	if (!e->src || !e->dst || !num || nla_len(e->src) < size || nla_len(e->dst) < size ||
	    nla_len(num) < 1)
		return -EINVAL;
	e->num = nla_get_u8(num);
	return 0;
}

static bool has_ports(u8 num)
{
	return num == IPPROTO_TCP || num == IPPROTO_UDP || num == IPPROTO_UDPLITE ||
	       num == IPPROTO_SCTP || num == IPPROTO_DCCP;
}

static int put_port(struct sk_buff *skb, int type, struct nlattr *proto, int from)
{
	struct nlattr *a = find_in(proto, from);

	return a && nla_len(a) >= 2 ? nla_put(skb, type, 2, nla_data(a)) : -EINVAL;
}

/* The protocol's part of the answer's tuple, as it was before the translation. */
static int put_reply_proto(struct sk_buff *skb, const struct ends *orig, const struct ends *reply)
{
	int id = orig->num == IPPROTO_ICMPV6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID;
	struct nlattr *nest = nla_nest_start(skb, CTA_TUPLE_PROTO), *a;
	int err = nest ? nla_put_u8(skb, CTA_PROTO_NUM, orig->num) : -EMSGSIZE;
	int rest;

	if (has_ports(orig->num)) {
		err = err ?: put_port(skb, CTA_PROTO_SRC_PORT, orig->proto, CTA_PROTO_DST_PORT) ?:
		      put_port(skb, CTA_PROTO_DST_PORT, orig->proto, CTA_PROTO_SRC_PORT);
	} else if (orig->num == IPPROTO_ICMP || orig->num == IPPROTO_ICMPV6) {
		nla_for_each_nested(a, reply->proto, rest) {
			if (nla_type(a) != id && nla_type(a) != CTA_PROTO_NUM)
				err = err ?: nla_put(skb, nla_type(a), nla_len(a), nla_data(a));
		}
		err = err ?: put_port(skb, id, orig->proto, id);
	} else {
		nla_for_each_nested(a, reply->proto, rest) {
			if (nla_type(a) != CTA_PROTO_NUM)
				err = err ?: nla_put(skb, nla_type(a), nla_len(a), nla_data(a));
		}
	}
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

static int put_reply(struct sk_buff *skb, const struct vz_ct_msg *m, const struct ends *orig,
		     const struct ends *reply)
{
	struct nlattr *zone = find_in(vz_ct_attr(m, CTA_TUPLE_REPLY), CTA_TUPLE_ZONE);
	struct nlattr *nest = nla_nest_start(skb, CTA_TUPLE_REPLY), *ip;
	bool v6 = m->family == AF_INET6;
	int size = v6 ? 16 : 4, err;

	ip = nest ? nla_nest_start(skb, CTA_TUPLE_IP) : NULL;
	if (!ip)
		return -EMSGSIZE;
	err = nla_put(skb, v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, size, nla_data(orig->dst)) ?:
	      nla_put(skb, v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, size, nla_data(orig->src));
	if (!err) {
		nla_nest_end(skb, ip);
		err = put_reply_proto(skb, orig, reply);
	}
	if (!err && zone)
		err = nla_put(skb, CTA_TUPLE_ZONE, nla_len(zone), nla_data(zone));
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

/* One address, one port: nothing is left to choose. */
static int put_nat(struct sk_buff *skb, const struct vz_ct_msg *m, int type,
		   const struct nlattr *address, const struct ends *reply, int port)
{
	struct nlattr *nest = nla_nest_start(skb, type), *proto;
	bool v6 = m->family == AF_INET6;
	int size = v6 ? 16 : 4, err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put(skb, v6 ? CTA_NAT_V6_MINIP : CTA_NAT_V4_MINIP, size, nla_data(address)) ?:
	      nla_put(skb, v6 ? CTA_NAT_V6_MAXIP : CTA_NAT_V4_MAXIP, size, nla_data(address));
	if (!err && port) {
		proto = nla_nest_start(skb, CTA_NAT_PROTO);
		err = !proto ? -EMSGSIZE :
		      put_port(skb, CTA_PROTONAT_PORT_MIN, reply->proto, port) ?:
		      put_port(skb, CTA_PROTONAT_PORT_MAX, reply->proto, port);
		if (!err)
			nla_nest_end(skb, proto);
	}
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

static int put_translation(struct sk_buff *skb, const struct vz_ct_msg *m)
{
	struct ends orig, reply;
	int err, sport = 0, dport = 0;

	err = ends_of(m, CTA_TUPLE_ORIG, &orig) ?: ends_of(m, CTA_TUPLE_REPLY, &reply);
	if (err)
		return err;
	if (has_ports(reply.num)) {
		sport = CTA_PROTO_DST_PORT;
		dport = CTA_PROTO_SRC_PORT;
	} else if (reply.num == IPPROTO_ICMP) {
		sport = CTA_PROTO_ICMP_ID;
	} else if (reply.num == IPPROTO_ICMPV6) {
		sport = CTA_PROTO_ICMPV6_ID;
	}
	return put_reply(skb, m, &orig, &reply) ?:
	       put_nat(skb, m, CTA_NAT_DST, reply.src, &reply, dport) ?:
	       put_nat(skb, m, CTA_NAT_SRC, reply.dst, &reply, sport);
}

/* ---- the message ---- */

/* The flags are taken where a mask says so. */
static void set_masks(struct nlattr *info)
{
	struct nlattr *tcp = find_in(info, CTA_PROTOINFO_TCP), *a;
	struct nf_ct_tcp_flags *flags;
	int rest;

	if (!tcp)
		return;
	nla_for_each_nested(a, tcp, rest) {
		if ((nla_type(a) == CTA_PROTOINFO_TCP_FLAGS_ORIGINAL ||
		     nla_type(a) == CTA_PROTOINFO_TCP_FLAGS_REPLY) && nla_len(a) >= sizeof(*flags)) {
			flags = nla_data(a);
			flags->mask = 0xff;
		}
	}
}

static int put_attr(struct sk_buff *skb, const struct vz_ct_msg *m, const struct nlattr *a, bool nat)
{
	u32 status = vz_ct_be32(m, CTA_STATUS);
	struct nlattr *copy = (struct nlattr *)skb_tail_pointer(skb);
	int err;

	switch (nla_type(a)) {
	case CTA_TUPLE_REPLY:
		return nat ? put_translation(skb, m) : nla_put(skb, a->nla_type, nla_len(a), nla_data(a));
	case CTA_STATUS:
		/* the kernel says these by itself */
		status &= ~(IPS_EXPECTED | IPS_DYING);
		return nla_put_be32(skb, CTA_STATUS, htonl(status | IPS_CONFIRMED));
	case CTA_NAT_SRC:
	case CTA_NAT_DST:
	case CTA_COUNTERS_ORIG:
	case CTA_COUNTERS_REPLY:
	case CTA_TIMESTAMP:
	case CTA_SECCTX:
		return 0;
	}
	err = nla_put(skb, a->nla_type, nla_len(a), nla_data(a));
	if (!err && nla_type(a) == CTA_PROTOINFO)
		set_masks(copy);
	return err;
}

static int make_one(struct vz_rtnl *rt, const struct vz_rec *rec)
{
	struct vz_ct_msg m = msg_of(rec);
	struct nfgenmsg gen = { .nfgen_family = m.family, .version = NFNETLINK_V0 };
	bool nat = vz_ct_be32(&m, CTA_STATUS) & NAT_DONE;
	struct nlmsghdr *h;
	struct sk_buff *skb;
	struct nlattr *a;
	int rest, err = 0;

	skb = nlmsg_new(m.len + NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	h = nlmsg_put(skb, 0, 0, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, sizeof(gen),
		      NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
	memcpy(nlmsg_data(h), &gen, sizeof(gen));
	nla_for_each_attr(a, m.attrs, m.len, rest)
		err = err ?: put_attr(skb, &m, a, nat);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return vz_rtnl_talk(rt, skb);
}

/* ---- what is there now ---- */

/**
 * struct want - a connection that shall be there
 * @hash: of what it is
 * @rec: of the image
 * @seen: it is there
 */
struct want {
	u64 hash;
	const struct vz_rec *rec;
	bool seen;
};

struct wants {
	struct want *want;
	unsigned int n;
};

static u64 hash_of(const struct vz_ct_msg *m)
{
	static const int types[] = { CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_ZONE, CTA_MARK };
	u32 a = vz_ct_be32(m, CTA_STATUS) & COMPARED, b = m->family;
	const struct nlattr *attr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		attr = vz_ct_attr(m, types[i]);
		if (attr) {
			a = jhash(nla_data(attr), nla_len(attr), a + i);
			b = jhash(nla_data(attr), nla_len(attr), b + i);
		}
	}
	return (u64)a << 32 | b;
}

static int compare(const void *a, const void *b)
{
	const struct want *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int see_one(const struct vz_ct_msg *m, void *arg)
{
	struct want key = { .hash = hash_of(m) }, *found;
	struct wants *wants = arg;

	found = bsearch(&key, wants->want, wants->n, sizeof(key), compare);
	if (found)
		found->seen = true;
	return 0;
}

static int check_all(struct vz_context *ctx, struct vz_rtnl *rt)
{
	const struct vz_rec *rec;
	struct wants wants = {};
	struct vz_ct_msg m;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_CONNTRACK, i, rec)
		wants.n++;
	wants.want = kvcalloc(wants.n, sizeof(*wants.want), GFP_KERNEL);
	if (!wants.want)
		return -ENOMEM;
	rst_for_each(ctx, CPT_OBJ_CONNTRACK, i, rec) {
		m = msg_of(rec);
		wants.want[i].hash = hash_of(&m);
		wants.want[i].rec = rec;
	}
	sort(wants.want, wants.n, sizeof(*wants.want), compare, NULL);
	err = vz_ct_walk(rt, see_one, &wants);
	for (i = 0; i < wants.n && !err; i++) {
		m = msg_of(wants.want[i].rec);
		if (!wants.want[i].seen && vz_ct_be32(&m, CTA_TIMEOUT) > SOON)
			err = rst_err(ctx, -EIO, "conntrack %llu: is not what it was",
				      wants.want[i].rec->hdr.id);
	}
	kvfree(wants.want);
	return err;
}

static void set_counts(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct vz_ct_msg m;
	unsigned int i;

	if (!vz_late_find_nf_conntrack_find_get())
		return;
	rst_for_each(ctx, CPT_OBJ_CONNTRACK, i, rec) {
		m = msg_of(rec);
		rst_conntrack_counts(&m, ((const struct cpt_conntrack_image *)rec->fixed)->window);
		cond_resched();
	}
}

static int rst_conntrack_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct vz_rtnl rt;
	unsigned int i;
	int err;

	if (!rst_nth(ctx, CPT_OBJ_CONNTRACK, 0))
		return 0;
	err = vz_nl_open(&rt, current->nsproxy->net_ns, NETLINK_NETFILTER);
	if (err)
		return rst_err(ctx, err, "net: this kernel has no nfnetlink: error %d", -err);
	rst_for_each(ctx, CPT_OBJ_CONNTRACK, i, rec) {
		err = make_one(&rt, rec);
		if (err) {
			rst_err(ctx, err, "conntrack %llu: cannot be made: error %d", rec->hdr.id,
				-err);
			break;
		}
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
	}
	if (!err) {
		set_counts(ctx);
		err = check_all(ctx, &rt);
	}
	vz_rtnl_close(&rt);
	return err;
}

const struct rst_ops rst_conntrack_ops = {
	.ve = rst_conntrack_ve,
};
