// SPDX-License-Identifier: GPL-2.0-only
/*
 * nft: the VE's nftables rule set, also that of iptables-nft. What holds a state
 * that cannot be seen or given back is refused.
 */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <net/net_namespace.h>
#include "../kernel/nft.h"
#include "cpt_net.h"

/*
 * Expressions that are all in what the kernel says of them. A limit's bucket and
 * numgen's counter begin anew.
 */
static const char * const exprs[] = {
	"bitwise", "byteorder", "cmp", "counter", "ct", "dup", "dynset", "exthdr", "fib",
	"flow_offload", "fwd", "hash", "immediate", "inner", "last", "limit", "log", "lookup",
	"masq", "match", "meta", "nat", "notrack", "numgen", "objref", "osf", "payload", "queue",
	"quota", "range", "redir", "reject", "rt", "socket", "target", "tproxy", "tunnel", "xfrm",
};

/* Matches and targets of iptables: likewise. */
static const char * const matches[] = {
	"addrtype", "ah", "comment", "connbytes", "connlabel", "connmark", "conntrack", "cpu",
	"dccp", "devgroup", "dscp", "dst", "ecn", "esp", "eui64", "frag", "hbh", "helper", "hl",
	"icmp", "icmp6", "iprange", "ipv6header", "length", "limit", "mac", "mark", "mh",
	"multiport", "owner", "pkttype", "policy", "realm", "rpfilter", "rt", "sctp", "socket",
	"srh", "state", "string", "tcp", "tcpmss", "time", "tos", "ttl", "u32", "udp", "udplite",
};

static const char * const targets[] = {
	"AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CT", "DNAT", "DNPT", "DSCP", "ECN", "ERROR",
	"HL", "HMARK", "LOG", "MARK", "MASQUERADE", "NETMAP", "NFLOG", "NFQUEUE", "NOTRACK",
	"REDIRECT", "REJECT", "SNAT", "SNPT", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TPROXY",
	"TRACE", "TTL",
};

/* Objects: a limit's bucket begins anew. */
static const char * const objects[NFT_OBJECT_MAX + 1] = {
	[NFT_OBJECT_CONNLIMIT] = "limit of connections",
	[NFT_OBJECT_SYNPROXY] = "SYN proxy",
	[NFT_OBJECT_SECMARK] = "security mark",
};

/**
 * struct walk - over the rule set
 * @ctx: the context
 * @id: of the last record
 */
struct walk {
	struct vz_context *ctx;
	u64 id;
};

static bool is_in(const char * const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

static int judge_expr(const char *name, struct nlattr *data, void *arg)
{
	struct vz_context *ctx = arg;
	struct nlattr *xt;

	if (!is_in(exprs, ARRAY_SIZE(exprs), name))
		return cpt_refuse(ctx, "net: nftables: expression %s: not supported", name);
	if (!data || (strcmp(name, "match") && strcmp(name, "target")))
		return 0;
	/* NFTA_TARGET_NAME is the same */
	xt = nla_find(nla_data(data), nla_len(data), NFTA_MATCH_NAME);
	if (!xt)
		return 0;
	if (!strcmp(name, "match") && !is_in(matches, ARRAY_SIZE(matches), nla_data(xt)))
		cpt_refuse(ctx, "net: nftables: iptables match %s: not supported",
			   (char *)nla_data(xt));
	if (!strcmp(name, "target") && !is_in(targets, ARRAY_SIZE(targets), nla_data(xt)))
		cpt_refuse(ctx, "net: nftables: iptables target %s: not supported",
			   (char *)nla_data(xt));
	return 0;
}

static void judge_object(struct vz_context *ctx, const struct vz_nft_msg *m)
{
	u32 type = vz_nft_be32(m, NFTA_OBJ_TYPE);

	if (type > NFT_OBJECT_MAX)
		cpt_refuse(ctx, "net: nftables: object %s of type %u: not supported",
			   vz_nft_text(m, NFTA_OBJ_NAME), type);
	else if (objects[type])
		cpt_refuse(ctx, "net: nftables: object %s: %s: not supported",
			   vz_nft_text(m, NFTA_OBJ_NAME), objects[type]);
}

static int judge_one(const struct vz_nft_msg *m, void *arg)
{
	struct walk *w = arg;
	struct vz_context *ctx = w->ctx;

	if (m->type == NFT_MSG_NEWTABLE &&
	    (vz_nft_be32(m, NFTA_TABLE_FLAGS) & ~NFT_TABLE_F_DORMANT))
		cpt_refuse(ctx, "net: nftables: table %s: has an owner: not supported",
			   vz_nft_text(m, NFTA_TABLE_NAME));
	if (m->type == NFT_MSG_NEWCHAIN &&
	    (vz_nft_be32(m, NFTA_CHAIN_FLAGS) & NFT_CHAIN_HW_OFFLOAD))
		cpt_refuse(ctx, "net: nftables: chain %s: is the hardware's: not supported",
			   vz_nft_text(m, NFTA_CHAIN_NAME));
	if (m->type == NFT_MSG_NEWFLOWTABLE &&
	    (vz_nft_be32(m, NFTA_FLOWTABLE_FLAGS) & NFT_FLOWTABLE_HW_OFFLOAD))
		cpt_refuse(ctx, "net: nftables: flow table %s: is the hardware's: not supported",
			   vz_nft_text(m, NFTA_FLOWTABLE_NAME));
	if (m->type == NFT_MSG_NEWOBJ)
		judge_object(ctx, m);
	return vz_nft_exprs(m, judge_expr, ctx);
}

static int write_one(const struct vz_nft_msg *m, void *arg)
{
	struct walk *w = arg;
	struct cpt_nft_image v = { .type = m->type, .family = m->family, .handle = m->handle };

	return cpt_write_obj(w->ctx, CPT_OBJ_NFT, ++w->id, &v, sizeof(v), m->attrs, m->len);
}

static int walk_net(struct vz_context *ctx, int (*fn)(const struct vz_nft_msg *m, void *arg))
{
	struct walk w = { .ctx = ctx };
	struct net *net = cpt_get_net(ctx);
	int err;

	if (!net)
		return 0;
	err = vz_nft_walk(net, fn, &w);
	put_net(net);
	/* a running VE's rules may change all the time */
	if (err == -EAGAIN && ctx->checking)
		err = 0;
	return err ? cpt_err(ctx, err, "net: nftables answers with error %d", -err) : 0;
}

static int cpt_nft_root(struct vz_context *ctx)
{
	return walk_net(ctx, judge_one);
}

static int cpt_nft_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return walk_net(ctx, write_one);
}

const struct cpt_ops cpt_nft_ops = {
	.root = cpt_nft_root,
	.dump = cpt_nft_dump,
};
