/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nftables rule set of a network namespace, as messages that make it.
 */
#ifndef _VZ_NFT_H
#define _VZ_NFT_H

#include <linux/types.h>
#include <net/netlink.h>

struct net;

/**
 * struct vz_nft_msg - a part of a rule set
 * @type: NFT_MSG_NEWxxx
 * @family: NFPROTO_*
 * @handle: its handle, or 0
 * @attrs: attributes of the message that makes it
 * @len: their length
 */
struct vz_nft_msg {
	u32 type;
	u32 family;
	u64 handle;
	void *attrs;
	size_t len;
};

/**
 * vz_nft_walk() - all of a rule set
 * @net: the network
 * @fn: is called for each part, in an order in which they can be made; not 0 ends it
 * @arg: for @fn
 *
 * Loads no module: without nf_tables there is nothing.
 *
 * Return: 0, what @fn said, -EAGAIN: the rule set has changed meanwhile, or -errno
 */
int vz_nft_walk(struct net *net, int (*fn)(const struct vz_nft_msg *m, void *arg), void *arg);

/**
 * vz_nft_exprs() - each expression of a part
 * @m: rule, set, elements of a set, object (its data as one expression "quota" ...)
 * @fn: gets the name, and the attribute with the expression's data (may be NULL)
 * @arg: for @fn
 */
int vz_nft_exprs(const struct vz_nft_msg *m,
		 int (*fn)(const char *name, struct nlattr *data, void *arg), void *arg);

/* An attribute of a part; NULL: it has none. */
static inline struct nlattr *vz_nft_attr(const struct vz_nft_msg *m, int type)
{
	return nla_find(m->attrs, m->len, type);
}

/* A text among them; "" when there is none. */
const char *vz_nft_text(const struct vz_nft_msg *m, int type);
u32 vz_nft_be32(const struct vz_nft_msg *m, int type);

#endif
