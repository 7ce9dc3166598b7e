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

static void set_windows(struct nf_conn *ct, const struct cpt_conntrack_window *window)
{
	struct ip_ct_tcp_state *seen = ct->proto.tcp.seen;
	int dir;

	spin_lock_bh(&ct->lock);
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		seen[dir].td_end = window[dir].end;
		seen[dir].td_maxend = window[dir].maxend;
		seen[dir].td_maxwin = window[dir].maxwin;
		seen[dir].td_maxack = window[dir].maxack;
	}
	spin_unlock_bh(&ct->lock);
}

void rst_conntrack_counts(const struct vz_ct_msg *m, const struct cpt_conntrack_window *window)
{
	static const int types[IP_CT_DIR_MAX] = { CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY };
	const struct nlattr *start = vz_ct_attr(m, CTA_TIMESTAMP), *counters;
	struct nf_conn_acct *acct;
	struct nf_conn *ct;
	int dir;

	ct = vz_ct_find(current->nsproxy->net_ns, m);
	if (!ct)
		return;
	if (nf_ct_protonum(ct) == IPPROTO_TCP)
		set_windows(ct, window);
	acct = extension(ct, NF_CT_EXT_ACCT);
	for (dir = 0; acct && vz_ct_attr(m, types[0]) && dir < IP_CT_DIR_MAX; dir++) {
		counters = vz_ct_attr(m, types[dir]);
		atomic64_set(&acct->counter[dir].packets, number(counters, CTA_COUNTERS_PACKETS));
		atomic64_set(&acct->counter[dir].bytes, number(counters, CTA_COUNTERS_BYTES));
	}
	set_start(ct, start);
	nf_conntrack_put(&ct->ct_general);
}
