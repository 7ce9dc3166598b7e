// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack: what ctnetlink shows and does not take is written where it is.
 */
#include <linux/in.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/nsproxy.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_timestamp.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netlink.h>
#include "../kernel/access.h"
#include "../kernel/conntrack.h"
#include "rst_conntrack.h"

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

/* The entry, with a reference; NULL: it has ended, or is of a zone. */
static struct nf_conn *find_entry(const struct vz_ct_msg *m)
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
	h = vz_late_nf_conntrack_find_get(current->nsproxy->net_ns, &zone, &t);
	return h ? nf_ct_tuplehash_to_ctrack(h) : NULL;
}

/* nf_ct_ext_find() of an entry that is confirmed, without the module's help. */
static void *extension(const struct nf_conn *ct, enum nf_ct_ext_id id)
{
	struct nf_ct_ext *ext = ct->ext;

	return ext && ext->offset[id] ? (char *)ext + ext->offset[id] : NULL;
}

static u64 number(const struct nlattr *nest, int type)
{
	const struct nlattr *a = find_in(nest, type, 8);

	return a ? be64_to_cpu(nla_get_be64(a)) : 0;
}

static void set_start(const struct nf_conn *ct, const struct nlattr *start)
{
#ifdef CONFIG_NF_CONNTRACK_TIMESTAMP
	struct nf_conn_tstamp *tstamp = extension(ct, NF_CT_EXT_TSTAMP);

	if (start && tstamp)
		tstamp->start = number(start, CTA_TIMESTAMP_START);
#endif
}

void rst_conntrack_counts(const struct vz_ct_msg *m)
{
	static const int types[IP_CT_DIR_MAX] = { CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY };
	const struct nlattr *start = vz_ct_attr(m, CTA_TIMESTAMP), *counters;
	struct nf_conn_acct *acct;
	struct nf_conn *ct;
	int dir;

	if (!start && !vz_ct_attr(m, types[0]))
		return;
	ct = find_entry(m);
	if (!ct)
		return;
	acct = extension(ct, NF_CT_EXT_ACCT);
	for (dir = 0; acct && dir < IP_CT_DIR_MAX; dir++) {
		counters = vz_ct_attr(m, types[dir]);
		atomic64_set(&acct->counter[dir].packets, number(counters, CTA_COUNTERS_PACKETS));
		atomic64_set(&acct->counter[dir].bytes, number(counters, CTA_COUNTERS_BYTES));
	}
	set_start(ct, start);
	nf_conntrack_put(&ct->ct_general);
}
