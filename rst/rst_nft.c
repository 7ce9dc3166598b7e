// SPDX-License-Identifier: GPL-2.0-only
/*
 * nft: the rule set is made in one batch, as root in the VE would make it, while
 * the network is locked; then each part gets the handle that it had, and what the
 * kernel has is compared with the image.
 */
#include <linux/jhash.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>
#include "../kernel/netmsg.h"
#include "../kernel/nft.h"
#include "../kernel/rtnl.h"
#include "rst_nft.h"
#include "rst_read.h"

#define BATCH_MAX	(256 << 20)

struct vz_nft_msg rst_nft_msg(const struct vz_rec *rec)
{
	const struct cpt_nft_image *v = rec->fixed;

	return (struct vz_nft_msg){
		.type = v->type, .family = v->family, .handle = v->handle,
		.attrs = (void *)rec->content, .len = rec->hdr.len,
	};
}

/* ---- the batch ---- */

static void *put_message(void *at, u16 type, u16 flags, u8 family, u16 res_id, u32 seq,
			 const void *attrs, size_t len)
{
	struct nlmsghdr *h = at;
	struct nfgenmsg *gen = nlmsg_data(h);

	memset(at, 0, NLMSG_HDRLEN + sizeof(*gen));
	h->nlmsg_len = NLMSG_HDRLEN + sizeof(*gen) + len;
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = seq;
	gen->nfgen_family = family;
	gen->version = NFNETLINK_V0;
	gen->res_id = htons(res_id);
	memcpy(gen + 1, attrs, len);
	return at + NLMSG_ALIGN(h->nlmsg_len);
}

static int send_batch(struct vz_context *ctx, struct vz_rtnl *rt, u32 *bad)
{
	size_t size = 2 * NLMSG_SPACE(sizeof(struct nfgenmsg));
	const struct cpt_nft_image *v;
	const struct vz_rec *rec;
	void *batch, *at;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_NFT, i, rec)
		size += NLMSG_SPACE(sizeof(struct nfgenmsg) + rec->hdr.len);
	if (size > BATCH_MAX)
		return -E2BIG;
	batch = kvmalloc(size, GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	at = put_message(batch, NFNL_MSG_BATCH_BEGIN, 0, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES, 0,
			 NULL, 0);
	rst_for_each(ctx, CPT_OBJ_NFT, i, rec) {
		v = rec->fixed;
		at = put_message(at, NFNL_SUBSYS_NFTABLES << 8 | v->type,
				 NLM_F_CREATE | (v->type == NFT_MSG_NEWRULE ? NLM_F_APPEND : 0),
				 v->family, 0, i + 1, rec->content, rec->hdr.len);
	}
	at = put_message(at, NFNL_MSG_BATCH_END, 0, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES, i + 1,
			 NULL, 0);
	err = vz_nl_batch(rt, batch, at - batch, bad);
	kvfree(batch);
	return err;
}

static const char *name_of(u32 type)
{
	switch (type) {
	case NFT_MSG_NEWTABLE:
		return "table";
	case NFT_MSG_NEWCHAIN:
		return "chain";
	case NFT_MSG_NEWSET:
		return "set";
	case NFT_MSG_NEWSETELEM:
		return "elements";
	case NFT_MSG_NEWRULE:
		return "rule";
	case NFT_MSG_NEWOBJ:
		return "object";
	default:
		return "flow table";
	}
}

static int make_all(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct vz_nft_msg m;
	struct vz_rtnl rt;
	u32 bad = 0;
	int err = vz_nl_open(&rt, current->nsproxy->net_ns, NETLINK_NETFILTER);

	if (err)
		return rst_err(ctx, err, "net: this kernel has no nfnetlink: error %d", -err);
	err = send_batch(ctx, &rt, &bad);
	vz_rtnl_close(&rt);
	rec = bad ? rst_nth(ctx, CPT_OBJ_NFT, bad - 1) : NULL;
	if (err && rec) {
		m = rst_nft_msg(rec);
		/* the second attribute of each part but a table is its name, or its chain's */
		return rst_err(ctx, err, "nft %llu: %s of table %s cannot be made: error %d",
			       rec->hdr.id, name_of(m.type), vz_nft_text(&m, NFTA_TABLE_NAME), -err);
	}
	return err ? rst_err(ctx, err, "net: nftables cannot be restored: error %d", -err) : 0;
}

/* ---- what is there now ---- */

/**
 * struct sum - of a rule set, whatever the order of elements
 * @parts: by type
 * @elements: of sets
 * @hash: of all parts
 */
struct sum {
	u32 parts[NFT_MSG_MAX];
	u64 elements;
	u64 hash;
};

static u64 hash_of(const void *data, size_t len, u32 type)
{
	return (u64)jhash(data, len, type) << 32 | jhash(data, len, ~type);
}

/* But for the time that is left, and what happened last. */
static u64 hash_element(const struct nlattr *elem)
{
	const struct nlattr *a;
	u64 hash = 0;
	int rest;

	nla_for_each_nested(a, elem, rest) {
		if (nla_type(a) != NFTA_SET_ELEM_EXPIRATION && nla_type(a) != NFTA_SET_ELEM_PAD)
			hash = hash * 31 + hash_of(nla_data(a), nla_len(a), nla_type(a));
	}
	return hash;
}

static int has_last(const char *name, struct nlattr *data, void *arg)
{
	*(bool *)arg |= !strcmp(name, "last");
	return 0;
}

static int add_part(const struct vz_nft_msg *m, void *arg)
{
	struct nlattr *elements, *a;
	struct sum *sum = arg;
	bool last = false;
	int rest;

	if (m->type >= NFT_MSG_MAX)
		return -EINVAL;
	if (m->type != NFT_MSG_NEWSETELEM)
		sum->parts[m->type]++;
	elements = m->type == NFT_MSG_NEWSETELEM ? vz_nft_attr(m, NFTA_SET_ELEM_LIST_ELEMENTS) : NULL;
	vz_nft_exprs(m, has_last, &last);
	if (elements) {
		nla_for_each_nested(a, elements, rest) {
			sum->elements++;
			if (!last)
				sum->hash += hash_element(a);
		}
	} else if (!last) {
		sum->hash += hash_of(m->attrs, m->len, m->type << 8 | m->family);
	}
	return 0;
}

/* Another kernel may show the same in other words. */
static int compare(struct vz_context *ctx)
{
	struct sum want = {}, have = {};
	const struct vz_rec *rec;
	struct vz_nft_msg m;
	unsigned int i;
	bool same;
	int err;

	rst_for_each(ctx, CPT_OBJ_NFT, i, rec) {
		m = rst_nft_msg(rec);
		err = add_part(&m, &want);
		if (err)
			return err;
	}
	err = vz_nft_walk(current->nsproxy->net_ns, add_part, &have);
	if (err)
		return rst_err(ctx, err, "net: nftables answers with error %d", -err);
	same = !strcmp((char *)rst_header(ctx)->release, init_utsname()->release);
	if (memcmp(want.parts, have.parts, sizeof(want.parts)) || want.elements != have.elements)
		return rst_err(ctx, -EIO, "net: nftables: there are other parts than in the image");
	if (same && want.hash != have.hash)
		return rst_err(ctx, -EIO, "net: nftables: the rule set is not the image's");
	return 0;
}

static int rst_nft_ve(struct vz_context *ctx)
{
	int err;

	if (!rst_nth(ctx, CPT_OBJ_NFT, 0))
		return 0;
	err = make_all(ctx);
	if (!err)
		err = rst_nft_handles(ctx);
	return err ?: compare(ctx);
}

const struct rst_ops rst_nft_ops = {
	.ve = rst_nft_ve,
};
