// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: network kinds.
 */
#include "image_rules.h"
#ifdef __KERNEL__
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#endif
#include <linux/fib_rules.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include "netmsg.h"

#define BIT_OF(n)	(1ULL << (n))
#define TYPE_MASK	0x3fff		/* NLA_TYPE_MASK */

static const struct vz_netmsg {
	unsigned int type;
	unsigned int head;
	__u64 attrs;
} netmsgs[] = {
	{ RTM_NEWADDR, sizeof(struct ifaddrmsg),
	  BIT_OF(IFA_ADDRESS) | BIT_OF(IFA_LOCAL) | BIT_OF(IFA_LABEL) | BIT_OF(IFA_BROADCAST) |
	  BIT_OF(IFA_CACHEINFO) | BIT_OF(IFA_FLAGS) | BIT_OF(IFA_RT_PRIORITY) | BIT_OF(11) },
	{ RTM_NEWROUTE, sizeof(struct rtmsg),
	  BIT_OF(RTA_DST) | BIT_OF(RTA_SRC) | BIT_OF(RTA_OIF) | BIT_OF(RTA_GATEWAY) |
	  BIT_OF(RTA_PRIORITY) | BIT_OF(RTA_PREFSRC) | BIT_OF(RTA_METRICS) |
	  BIT_OF(RTA_MULTIPATH) | BIT_OF(RTA_FLOW) | BIT_OF(RTA_TABLE) | BIT_OF(RTA_VIA) |
	  BIT_OF(RTA_PREF) },
	{ RTM_NEWNEIGH, sizeof(struct ndmsg),
	  BIT_OF(NDA_DST) | BIT_OF(NDA_LLADDR) | BIT_OF(NDA_PROTOCOL) | BIT_OF(NDA_FLAGS_EXT) },
	{ RTM_NEWRULE, sizeof(struct fib_rule_hdr),
	  BIT_OF(FRA_DST) | BIT_OF(FRA_SRC) | BIT_OF(FRA_IIFNAME) | BIT_OF(FRA_GOTO) |
	  BIT_OF(FRA_PRIORITY) | BIT_OF(FRA_FWMARK) | BIT_OF(FRA_FLOW) | BIT_OF(FRA_TUN_ID) |
	  BIT_OF(FRA_SUPPRESS_IFGROUP) | BIT_OF(FRA_SUPPRESS_PREFIXLEN) | BIT_OF(FRA_TABLE) |
	  BIT_OF(FRA_FWMASK) | BIT_OF(FRA_OIFNAME) | BIT_OF(FRA_UID_RANGE) |
	  BIT_OF(FRA_PROTOCOL) | BIT_OF(FRA_IP_PROTO) | BIT_OF(FRA_SPORT_RANGE) |
	  BIT_OF(FRA_DPORT_RANGE) | BIT_OF(FRA_PAD) },
};

static const struct vz_netmsg *netmsg(unsigned int type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(netmsgs); i++) {
		if (netmsgs[i].type == type)
			return &netmsgs[i];
	}
	return NULL;
}

unsigned int vz_netmsg_head(unsigned int type)
{
	const struct vz_netmsg *m = netmsg(type);

	return m ? m->head : 0;
}
EXPORT_SYMBOL_GPL(vz_netmsg_head);

int vz_netmsg_allows(unsigned int type, unsigned int attr)
{
	const struct vz_netmsg *m = netmsg(type);

	return m && attr < 64 && (m->attrs & BIT_OF(attr));
}
EXPORT_SYMBOL_GPL(vz_netmsg_allows);

/* Well-formed; what the attributes say is the kernel's to check, as user space's. */
static int look_netmsg(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_netmsg_image *m = look->fixed;
	unsigned int head = vz_netmsg_head(m->type);
	__u64 at = head, len = look->h->len;
	struct rtattr a;

	if (!head)
		return vz_bad(chk, -EINVAL, "message %u is none that makes an address, route, rule or neighbour",
			      m->type);
	if (m->type == RTM_NEWRULE && len && look->content[0] != 2 && look->content[0] != 10)
		return vz_bad(chk, -EINVAL, "a rule of family %u", look->content[0]);
	if (len < head || len > 16384 || head % 4)
		return vz_bad(chk, -EINVAL, "%llu bytes of message %u", len, m->type);
	while (at < len) {
		if (len - at < sizeof(a))
			return vz_bad(chk, -EINVAL, "%llu bytes behind the last attribute", len - at);
		memcpy(&a, look->content + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > len - at)
			return vz_bad(chk, -EINVAL, "an attribute of %u bytes", a.rta_len);
		if (!vz_netmsg_allows(m->type, a.rta_type & TYPE_MASK))
			return vz_bad(chk, -EINVAL, "attribute %u of message %u", a.rta_type, m->type);
		at += RTA_ALIGN(a.rta_len);
	}
	return at == len ? 0 : vz_bad(chk, -EINVAL, "an attribute without its padding");
}

/* Paths and values; whether the path is one is the kernel's to find out. */
static int look_netsysctl(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_netsysctl_image *v = look->fixed;
	__u64 n = 2 * ((__u64)v->changed + v->usual), at = 0, len = look->h->len, i;
	const char *text;

	if (chk->seen[CPT_OBJ_NETSYSCTL] > 1 || len > VZ_NETSYSCTL_MAX)
		return vz_bad(chk, -EINVAL, "more than one, or too much: %llu bytes", len);
	for (i = 0; i < n; i++) {
		text = look->content + at;
		while (at < len && look->content[at])
			at++;
		if (at++ >= len)
			return vz_bad(chk, -EINVAL, "%llu strings of %llu", i, n);
		if (!(i % 2) && (strncmp(text, "/net/", 5) || !vz_good_path(text) ||
				 look->content + at - text > VZ_NETSYSCTL_NAME))
			return vz_bad(chk, -EINVAL, "the path of setting %llu", i / 2);
	}
	return at == len ? 0 : vz_bad(chk, -EINVAL, "%llu bytes behind the last string", len - at);
}

/* Attributes, one after the other, of types below @max. */
static int look_attrs(struct vz_check *chk, struct vz_look *look, unsigned int max)
{
	__u64 at = 0, len = look->h->len;
	struct rtattr a;

	if (!len || len > VZ_NFMSG_MAX)
		return vz_bad(chk, -EINVAL, "%llu bytes of attributes", len);
	while (at < len) {
		if (len - at < sizeof(a))
			return vz_bad(chk, -EINVAL, "%llu bytes behind the last attribute", len - at);
		memcpy(&a, look->content + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > len - at)
			return vz_bad(chk, -EINVAL, "an attribute of %u bytes", a.rta_len);
		if (!(a.rta_type & TYPE_MASK) || (a.rta_type & TYPE_MASK) >= max)
			return vz_bad(chk, -EINVAL, "attribute %u", a.rta_type & TYPE_MASK);
		at += RTA_ALIGN(a.rta_len);
	}
	return at == len ? 0 : vz_bad(chk, -EINVAL, "an attribute without its padding");
}

static int look_nft(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_nft_image *v = look->fixed;

	switch (v->type) {
	case NFT_MSG_NEWTABLE:
		return look_attrs(chk, look, NFTA_TABLE_USERDATA + 1);
	case NFT_MSG_NEWCHAIN:
		return look_attrs(chk, look, NFTA_CHAIN_USERDATA + 1);
	case NFT_MSG_NEWRULE:
		return look_attrs(chk, look, NFTA_RULE_USERDATA + 1);
	case NFT_MSG_NEWSET:
		return look_attrs(chk, look, NFTA_SET_EXPRESSIONS + 1);
	case NFT_MSG_NEWSETELEM:
		return look_attrs(chk, look, NFTA_SET_ELEM_LIST_ELEMENTS + 1);
	case NFT_MSG_NEWOBJ:
		return look_attrs(chk, look, NFTA_OBJ_USERDATA + 1);
	case NFT_MSG_NEWFLOWTABLE:
		return look_attrs(chk, look, NFTA_FLOWTABLE_FLAGS + 1);
	default:
		return vz_bad(chk, -EINVAL, "message %u is none that makes something", v->type);
	}
}

static int look_conntrack(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_conntrack_image *v = look->fixed;

	if (v->family != 2 && v->family != 10)
		return vz_bad(chk, -EINVAL, "family %u", v->family);
	return look_attrs(chk, look, CTA_SYNPROXY + 1);
}

static int look_netdev(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_netdev_image *d = look->fixed;
	const char *name = (const char *)d->name;

	if (chk->seen[CPT_OBJ_NETDEV] > 2 || look->h->len)
		return vz_bad(chk, -EINVAL, "more than a loopback and a venet0");
	if (d->ifindex != look->h->id)
		return vz_bad(chk, -EINVAL, "index %u is not its id", d->ifindex);
	if (d->kind == CPT_NETDEV_LO ? d->ifindex != 1 || strcmp(name, "lo") :
				       d->ifindex == 1 || strcmp(name, "venet0"))
		return vz_bad(chk, -EINVAL, "device %u of kind %u", d->ifindex, d->kind);
	if (d->addr[6] || d->addr[7] || (d->kind == CPT_NETDEV_VENET && (d->addr[0] & 1)))
		return vz_bad(chk, -EINVAL, "its hardware address is not possible");
	return 0;
}

static const struct vz_rule netdev_rules[] = {
	VZ_RANGE(cpt_netdev_image, ifindex, 1, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, kind, CPT_NETDEV_LO, CPT_NETDEV_VENET),
	VZ_MASK(cpt_netdev_image, flags, 0xf3a7),	/* UP DEBUG NOTRAILERS NOARP ... */
	VZ_RANGE(cpt_netdev_image, mtu, 68, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, tx_queue_len, 0, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, addr_gen_mode, 0, CPT_NETDEV_NO_INET6),
	VZ_TEXT(cpt_netdev_image, name),
};

static const struct vz_rule nft_rules[] = {
	VZ_RANGE(cpt_nft_image, family, 1, 12),
};

static const struct vz_rule conntrack_rules[] = {
	VZ_ZERO(cpt_conntrack_image, zero),
};

static const struct vz_rule netmsg_rules[] = {
	VZ_ZERO(cpt_netmsg_image, zero),
};

const struct vz_shape vz_shapes_net[CPT_OBJ_MAX] = {
	[CPT_OBJ_NETDEV] = { RULES(netdev_rules), .own_tail = 1, .own = look_netdev },
	[CPT_OBJ_NETSYSCTL] = { .own_tail = 1, .own = look_netsysctl },
	[CPT_OBJ_NFT] = { RULES(nft_rules), .own_tail = 1, .own = look_nft },
	[CPT_OBJ_CONNTRACK] = { RULES(conntrack_rules), .own_tail = 1, .own = look_conntrack },
	[CPT_OBJ_NETMSG] = { RULES(netmsg_rules), .own_tail = 1, .own = look_netmsg },
};
