// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nftables rule set of a network namespace, as nfnetlink shows it, made into
 * messages that make it: handles and counts of users are taken out, sets get the
 * number that the kernel wants of new ones, rules of iptables-nft the protocol
 * that their matches want to know, elements of intervals the order in which they
 * do not overlap, chains that belong to a rule their rules before that rule.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include "access.h"
#include "netmsg.h"
#include "nft.h"
#include "rtnl.h"

/**
 * struct part - a message that was put aside
 * @node: in one of struct walk's lists
 * @m: its attributes are @data
 * @data: them
 */
struct part {
	struct list_head node;
	struct vz_nft_msg m;
	char data[] __aligned(4);
};

/**
 * struct walk - over a rule set
 * @fn: for each part
 * @arg: for @fn
 * @to: where parts are put aside; NULL: given to @fn
 * @front: put them in front
 * @reverse: elements, too
 * @sets: struct part: for their elements
 * @chains: struct part: those that belong to a rule, the last one first
 * @rules: struct part: rules
 * @set_id: of the last set
 * @out: VZ_NFMSG_MAX bytes: the message that is put together
 * @len: its length
 */
struct walk {
	int (*fn)(const struct vz_nft_msg *m, void *arg);
	void *arg;
	struct list_head *to;
	bool front;
	bool reverse;
	struct list_head sets;
	struct list_head chains;
	struct list_head rules;
	u32 set_id;
	char *out;
	size_t len;
};

const char *vz_nft_text(const struct vz_nft_msg *m, int type)
{
	const struct nlattr *a = vz_nft_attr(m, type);

	/* both the kernel's and the image's end in a NUL */
	return a && nla_len(a) > 0 && !((char *)nla_data(a))[nla_len(a) - 1] ? nla_data(a) : "";
}
EXPORT_SYMBOL_GPL(vz_nft_text);

u32 vz_nft_be32(const struct vz_nft_msg *m, int type)
{
	const struct nlattr *a = vz_nft_attr(m, type);

	return a && nla_len(a) >= 4 ? ntohl(nla_get_be32(a)) : 0;
}
EXPORT_SYMBOL_GPL(vz_nft_be32);

/* ---- messages ---- */

static int put(struct walk *w, int type, const void *data, size_t len)
{
	struct nlattr *a = (struct nlattr *)(w->out + w->len);

	if (w->len + nla_total_size(len) > VZ_NFMSG_MAX)
		return -EMSGSIZE;
	a->nla_type = type;
	a->nla_len = nla_attr_size(len);
	memcpy(nla_data(a), data, len);
	memset((char *)a + a->nla_len, 0, nla_padlen(len));
	w->len += nla_total_size(len);
	return 0;
}

static int put_be32(struct walk *w, int type, u32 value)
{
	__be32 be = htonl(value);

	return put(w, type, &be, sizeof(be));
}

/* All attributes but those of a mask. */
static int put_others(struct walk *w, const struct nlmsghdr *h, u32 but)
{
	struct nlattr *a;
	int rest, err = 0;

	nlmsg_for_each_attr(a, h, sizeof(struct nfgenmsg), rest) {
		if (!err && !(nla_type(a) < 32 && (but & BIT(nla_type(a)))))
			err = put(w, a->nla_type, nla_data(a), nla_len(a));
	}
	return err;
}

static int give(struct walk *w, u32 type, u32 family, u64 handle, struct list_head *aside)
{
	struct vz_nft_msg m = {
		.type = type, .family = family, .handle = handle, .attrs = w->out, .len = w->len,
	};
	struct part *part;

	if (!aside)
		return w->fn(&m, w->arg);
	part = kvmalloc(struct_size(part, data, w->len), GFP_KERNEL);
	if (!part)
		return -ENOMEM;
	memcpy(part->data, w->out, w->len);
	part->m = m;
	part->m.attrs = part->data;
	if (w->front)
		list_add(&part->node, aside);
	else
		list_add_tail(&part->node, aside);
	return 0;
}

static void free_parts(struct list_head *parts)
{
	struct part *part, *next;

	list_for_each_entry_safe(part, next, parts, node)
		kvfree(part);
	INIT_LIST_HEAD(parts);
}

static int dump(struct walk *w, struct vz_rtnl *rt, int type, const void *attrs, size_t len,
		int (*fn)(const struct nlmsghdr *h, void *arg))
{
	struct nfgenmsg *gen;
	int err;

	gen = kzalloc(sizeof(*gen) + len, GFP_KERNEL);
	if (!gen)
		return -ENOMEM;
	if (len) {
		gen->nfgen_family = *(const u8 *)attrs;
		memcpy(gen + 1, (const u8 *)attrs + 4, len - 4);
		len -= 4;
	}
	err = vz_rtnl_dump(rt, NFNL_SUBSYS_NFTABLES << 8 | type, gen, sizeof(*gen) + len, fn, w);
	kfree(gen);
	return err;
}

static u8 family_of(const struct nlmsghdr *h)
{
	return ((const struct nfgenmsg *)nlmsg_data(h))->nfgen_family;
}

static int is_good(const struct nlmsghdr *h, int type)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EAGAIN;
	return h->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | type) &&
	       nlmsg_len(h) >= sizeof(struct nfgenmsg);
}

static u64 handle_of(const struct nlmsghdr *h, int type)
{
	const struct nlattr *a = nlmsg_find_attr(h, sizeof(struct nfgenmsg), type);

	return a && nla_len(a) == 8 ? be64_to_cpu(nla_get_be64(a)) : 0;
}

/* ---- expressions ---- */

static int one_expr(struct nlattr *expr, int (*fn)(const char *name, struct nlattr *data, void *arg),
		    void *arg, int depth)
{
	struct nlattr *name = nla_find(nla_data(expr), nla_len(expr), NFTA_EXPR_NAME);
	struct nlattr *data = nla_find(nla_data(expr), nla_len(expr), NFTA_EXPR_DATA);
	struct nlattr *a, *b;
	int rest, rest2, err;

	if (!name || nla_len(name) < 1 || ((char *)nla_data(name))[nla_len(name) - 1])
		return -EINVAL;
	err = fn(nla_data(name), data, arg);
	if (err || !data || depth || strcmp(nla_data(name), "dynset"))
		return err;
	nla_for_each_nested(a, data, rest) {
		if (nla_type(a) == NFTA_DYNSET_EXPR)
			err = one_expr(a, fn, arg, 1);
		else if (nla_type(a) == NFTA_DYNSET_EXPRESSIONS)
			nla_for_each_nested(b, a, rest2)
				err = err ?: one_expr(b, fn, arg, 1);
		if (err)
			return err;
	}
	return 0;
}

static int expr_list(struct nlattr *list, int (*fn)(const char *name, struct nlattr *data, void *arg),
		     void *arg)
{
	struct nlattr *a;
	int rest, err = 0;

	if (!list)
		return 0;
	nla_for_each_nested(a, list, rest)
		err = err ?: one_expr(a, fn, arg, 0);
	return err;
}

static int element_exprs(struct nlattr *elements,
			 int (*fn)(const char *name, struct nlattr *data, void *arg), void *arg)
{
	struct nlattr *elem, *a;
	int rest, err = 0;

	if (!elements)
		return 0;
	nla_for_each_nested(elem, elements, rest) {
		a = nla_find(nla_data(elem), nla_len(elem), NFTA_SET_ELEM_EXPR);
		if (!err && a)
			err = one_expr(a, fn, arg, 0);
		a = nla_find(nla_data(elem), nla_len(elem), NFTA_SET_ELEM_EXPRESSIONS);
		err = err ?: expr_list(a, fn, arg);
	}
	return err;
}

int vz_nft_exprs(const struct vz_nft_msg *m,
		 int (*fn)(const char *name, struct nlattr *data, void *arg), void *arg)
{
	struct nlattr *a;
	int err = 0;

	switch (m->type) {
	case NFT_MSG_NEWRULE:
		return expr_list(vz_nft_attr(m, NFTA_RULE_EXPRESSIONS), fn, arg);
	case NFT_MSG_NEWSET:
		a = vz_nft_attr(m, NFTA_SET_EXPR);
		if (a)
			err = one_expr(a, fn, arg, 0);
		return err ?: expr_list(vz_nft_attr(m, NFTA_SET_EXPRESSIONS), fn, arg);
	case NFT_MSG_NEWSETELEM:
		return element_exprs(vz_nft_attr(m, NFTA_SET_ELEM_LIST_ELEMENTS), fn, arg);
	case NFT_MSG_NEWOBJ:
		return vz_nft_be32(m, NFTA_OBJ_TYPE) == NFT_OBJECT_QUOTA ?
		       fn("quota", vz_nft_attr(m, NFTA_OBJ_DATA), arg) : 0;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vz_nft_exprs);

/* Whether a quota is used up follows from what is used. */
static int clean_expr(const char *name, struct nlattr *data, void *unused)
{
	struct nlattr *flags;

	if (!data || strcmp(name, "quota"))
		return 0;
	flags = nla_find(nla_data(data), nla_len(data), NFTA_QUOTA_FLAGS);
	if (flags && nla_len(flags) >= 4)
		*(__be32 *)nla_data(flags) &= htonl(NFT_QUOTA_F_INV);
	return 0;
}

/* ---- rules of iptables-nft ---- */

/**
 * struct compat - the protocol that a rule is for
 * @reg: register with the packet's protocol; 0: none yet
 * @xt: there is a match or target of iptables
 * @found: there is one
 * @inverted: all but it
 * @proto: it
 */
struct compat {
	u32 reg;
	bool xt;
	bool found;
	bool inverted;
	u8 proto;
};

static u32 be32_in(struct nlattr *data, int type)
{
	const struct nlattr *a = nla_find(nla_data(data), nla_len(data), type);

	return a && nla_len(a) >= 4 ? ntohl(nla_get_be32(a)) : 0;
}

static bool loads_protocol(const char *name, struct nlattr *data)
{
	if (!strcmp(name, "meta"))
		return be32_in(data, NFTA_META_KEY) == NFT_META_L4PROTO;
	/* the protocol of IPv4 or the next header of IPv6 */
	return !strcmp(name, "payload") &&
	       be32_in(data, NFTA_PAYLOAD_BASE) == NFT_PAYLOAD_NETWORK_HEADER &&
	       be32_in(data, NFTA_PAYLOAD_LEN) == 1 &&
	       (be32_in(data, NFTA_PAYLOAD_OFFSET) == 9 || be32_in(data, NFTA_PAYLOAD_OFFSET) == 6);
}

static int look_for_protocol(const char *name, struct nlattr *data, void *arg)
{
	struct compat *c = arg;
	struct nlattr *value;

	if (!data)
		return 0;
	if (!strcmp(name, "match") || !strcmp(name, "target")) {
		c->xt = true;
	} else if (loads_protocol(name, data)) {
		/* NFTA_META_DREG, NFTA_PAYLOAD_DREG */
		c->reg = be32_in(data, !strcmp(name, "meta") ? NFTA_META_DREG : NFTA_PAYLOAD_DREG);
	} else if (!strcmp(name, "cmp") && c->reg && be32_in(data, NFTA_CMP_SREG) == c->reg &&
		   !c->found) {
		value = nla_find(nla_data(data), nla_len(data), NFTA_CMP_DATA);
		if (value)
			value = nla_find(nla_data(value), nla_len(value), NFTA_DATA_VALUE);
		if (!value || nla_len(value) < 1)
			return 0;
		c->found = true;
		c->inverted = be32_in(data, NFTA_CMP_OP) == NFT_CMP_NEQ;
		c->proto = *(u8 *)nla_data(value);
		c->reg = 0;
	}
	return 0;
}

/* What iptables-nft says when it makes a rule, and the kernel does not keep. */
static int put_compat(struct walk *w)
{
	struct vz_nft_msg m = { .type = NFT_MSG_NEWRULE, .attrs = w->out, .len = w->len };
	struct compat c = {};
	struct nlattr *nest;
	size_t start = w->len;
	int err;

	err = vz_nft_exprs(&m, look_for_protocol, &c);
	if (err || !c.xt || !c.found)
		return err;
	err = put(w, NFTA_RULE_COMPAT | NLA_F_NESTED, NULL, 0) ?:
	      put_be32(w, NFTA_RULE_COMPAT_PROTO, c.proto) ?:
	      put_be32(w, NFTA_RULE_COMPAT_FLAGS, c.inverted ? NFT_RULE_COMPAT_F_INV : 0);
	nest = (struct nlattr *)(w->out + start);
	if (!err)
		nest->nla_len = w->len - start;
	return err;
}

/* ---- the kinds of parts ---- */

static int clean_and_give(struct walk *w, u32 type, u8 family, u64 handle, struct list_head *aside)
{
	struct vz_nft_msg m = { .type = type, .attrs = w->out, .len = w->len };
	int err = vz_nft_exprs(&m, clean_expr, NULL);

	return err ?: give(w, type, family, handle, aside);
}

static int one_table(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWTABLE);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_TABLE_USE) | BIT(NFTA_TABLE_HANDLE) | BIT(NFTA_TABLE_PAD));
	return ret ?: give(w, NFT_MSG_NEWTABLE, family_of(h), handle_of(h, NFTA_TABLE_HANDLE), NULL);
}

static int one_chain(const struct nlmsghdr *h, void *arg)
{
	struct vz_nft_msg m = { .type = NFT_MSG_NEWCHAIN };
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWCHAIN);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_CHAIN_USE) | BIT(NFTA_CHAIN_HANDLE) | BIT(NFTA_CHAIN_PAD));
	if (ret)
		return ret;
	m.attrs = w->out;
	m.len = w->len;
	if (vz_nft_be32(&m, NFTA_CHAIN_FLAGS) & NFT_CHAIN_BINDING) {
		w->front = true;
		ret = give(w, NFT_MSG_NEWCHAIN, family_of(h), 0, &w->chains);
		w->front = false;
	}
	return ret ?: give(w, NFT_MSG_NEWCHAIN, family_of(h), handle_of(h, NFTA_CHAIN_HANDLE), NULL);
}

static int one_object(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWOBJ);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_OBJ_USE) | BIT(NFTA_OBJ_HANDLE) | BIT(NFTA_OBJ_PAD));
	return ret ?: clean_and_give(w, NFT_MSG_NEWOBJ, family_of(h), handle_of(h, NFTA_OBJ_HANDLE),
				     NULL);
}

static int one_flowtable(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWFLOWTABLE);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_FLOWTABLE_USE) | BIT(NFTA_FLOWTABLE_HANDLE) |
			       BIT(NFTA_FLOWTABLE_PAD));
	return ret ?: give(w, NFT_MSG_NEWFLOWTABLE, family_of(h),
			   handle_of(h, NFTA_FLOWTABLE_HANDLE), NULL);
}

static int one_set(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWSET);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_SET_HANDLE) | BIT(NFTA_SET_PAD) | BIT(NFTA_SET_ID)) ?:
	      put_be32(w, NFTA_SET_ID, ++w->set_id);
	if (!ret)
		ret = clean_and_give(w, NFT_MSG_NEWSET, family_of(h), handle_of(h, NFTA_SET_HANDLE),
				     &w->sets);
	return ret ?: give(w, NFT_MSG_NEWSET, family_of(h), handle_of(h, NFTA_SET_HANDLE), NULL);
}

/* The last element first, when that is wanted. */
static int put_elements(struct walk *w, struct nlattr *elements)
{
	struct nlattr *a, *nest = (struct nlattr *)(w->out + w->len);
	size_t start = w->len, end;
	int rest;

	if (!w->reverse)
		return put(w, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, nla_data(elements),
			   nla_len(elements));
	end = start + nla_total_size(nla_len(elements));
	if (end > VZ_NFMSG_MAX)
		return -EMSGSIZE;
	memset(nest, 0, end - start);
	nest->nla_type = NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED;
	nest->nla_len = nla_attr_size(nla_len(elements));
	w->len = end;
	nla_for_each_nested(a, elements, rest) {
		end -= nla_total_size(nla_len(a));
		memcpy(w->out + end, a, a->nla_len);
	}
	return rest || end != start + NLA_HDRLEN ? -EBADMSG : 0;
}

static int some_elements(const struct nlmsghdr *h, void *arg)
{
	static const int names[] = { NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET };
	struct nlattr *elements, *a;
	struct walk *w = arg;
	unsigned int i;
	int ret = is_good(h, NFT_MSG_NEWSETELEM);

	if (ret <= 0)
		return ret;
	elements = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_SET_ELEM_LIST_ELEMENTS);
	if (!elements || !nla_len(elements))
		return 0;
	w->len = 0;
	for (i = 0, ret = 0; i < ARRAY_SIZE(names) && !ret; i++) {
		a = nlmsg_find_attr(h, sizeof(struct nfgenmsg), names[i]);
		ret = a ? put(w, names[i], nla_data(a), nla_len(a)) : -EBADMSG;
	}
	ret = ret ?: put_elements(w, elements);
	return ret ?: clean_and_give(w, NFT_MSG_NEWSETELEM, family_of(h), 0, w->to);
}

static int give_all(struct walk *w, struct list_head *parts)
{
	struct part *part;
	int err = 0;

	list_for_each_entry(part, parts, node)
		err = err ?: w->fn(&part->m, w->arg);
	return err;
}

static int elements_of(struct walk *w, struct vz_rtnl *rt, const struct part *set)
{
	const char *table = vz_nft_text(&set->m, NFTA_SET_TABLE);
	const char *name = vz_nft_text(&set->m, NFTA_SET_NAME);
	u32 flags = vz_nft_be32(&set->m, NFTA_SET_FLAGS);
	LIST_HEAD(parts);
	u32 *ask;
	size_t len;
	int err;

	/* the family, then attributes */
	w->len = 4;
	err = put(w, NFTA_SET_ELEM_LIST_TABLE, table, strlen(table) + 1) ?:
	      put(w, NFTA_SET_ELEM_LIST_SET, name, strlen(name) + 1);
	len = w->len;
	ask = err ? NULL : kmemdup(w->out, len, GFP_KERNEL);
	if (!ask)
		return err ?: -ENOMEM;
	*(u8 *)ask = set->m.family;
	w->to = &parts;
	/* it shows a tree of intervals from its highest end, and wants it from the lowest */
	w->reverse = (flags & NFT_SET_INTERVAL) && !(flags & NFT_SET_CONCAT);
	w->front = w->reverse;
	err = dump(w, rt, NFT_MSG_GETSETELEM, ask, len, some_elements);
	w->front = false;
	w->to = NULL;
	kfree(ask);
	if (!err)
		err = give_all(w, &parts);
	free_parts(&parts);
	return err;
}

static int one_rule(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	int ret = is_good(h, NFT_MSG_NEWRULE);

	if (ret <= 0)
		return ret;
	w->len = 0;
	ret = put_others(w, h, BIT(NFTA_RULE_HANDLE) | BIT(NFTA_RULE_POSITION) |
			       BIT(NFTA_RULE_PAD)) ?: put_compat(w);
	return ret ?: clean_and_give(w, NFT_MSG_NEWRULE, family_of(h),
				     handle_of(h, NFTA_RULE_HANDLE), &w->rules);
}

static bool is_in(const struct vz_nft_msg *rule, const struct vz_nft_msg *chain)
{
	return rule->family == chain->family &&
	       !strcmp(vz_nft_text(rule, NFTA_RULE_TABLE), vz_nft_text(chain, NFTA_CHAIN_TABLE)) &&
	       !strcmp(vz_nft_text(rule, NFTA_RULE_CHAIN), vz_nft_text(chain, NFTA_CHAIN_NAME));
}

/*
 * The kernel takes no more rules into a chain that belongs to a rule when that is
 * there; the innermost chain was made last.
 */
static int give_rules(struct walk *w)
{
	struct part *chain, *rule, *next;
	int err = 0;

	list_for_each_entry(chain, &w->chains, node) {
		list_for_each_entry_safe(rule, next, &w->rules, node) {
			if (err || !is_in(&rule->m, &chain->m))
				continue;
			err = w->fn(&rule->m, w->arg);
			list_del(&rule->node);
			kvfree(rule);
		}
	}
	return err ?: give_all(w, &w->rules);
}

static int walk_all(struct walk *w, struct vz_rtnl *rt)
{
	struct part *set;
	int err;

	err = dump(w, rt, NFT_MSG_GETTABLE, NULL, 0, one_table) ?:
	      dump(w, rt, NFT_MSG_GETCHAIN, NULL, 0, one_chain) ?:
	      dump(w, rt, NFT_MSG_GETOBJ, NULL, 0, one_object) ?:
	      dump(w, rt, NFT_MSG_GETFLOWTABLE, NULL, 0, one_flowtable) ?:
	      dump(w, rt, NFT_MSG_GETSET, NULL, 0, one_set);
	list_for_each_entry(set, &w->sets, node)
		err = err ?: elements_of(w, rt, set);
	return err ?: dump(w, rt, NFT_MSG_GETRULE, NULL, 0, one_rule) ?: give_rules(w);
}

int vz_nft_walk(struct net *net, int (*fn)(const struct vz_nft_msg *m, void *arg), void *arg)
{
	struct walk w = { .fn = fn, .arg = arg };
	struct vz_rtnl rt;
	int err;

	if (!vz_find_symbol("nf_tables_net_id"))
		return 0;
	INIT_LIST_HEAD(&w.sets);
	INIT_LIST_HEAD(&w.chains);
	INIT_LIST_HEAD(&w.rules);
	w.out = kvmalloc(VZ_NFMSG_MAX, GFP_KERNEL);
	if (!w.out)
		return -ENOMEM;
	err = vz_nl_open(&rt, net, NETLINK_NETFILTER);
	if (!err) {
		err = walk_all(&w, &rt);
		vz_rtnl_close(&rt);
	}
	free_parts(&w.sets);
	free_parts(&w.chains);
	free_parts(&w.rules);
	kvfree(w.out);
	return err;
}
EXPORT_SYMBOL_GPL(vz_nft_walk);
