// SPDX-License-Identifier: GPL-2.0-only
/*
 * netmsg: addresses, routes, neighbours and routing rules of the VE's network, as
 * rtnetlink messages that make them again. What a dump says is not what makes: states,
 * counters and what the kernel makes by itself are taken out, and what could
 * not be made again is refused.
 */
#include <linux/if_addr.h>
#include <linux/fib_rules.h>
#include <linux/inetdevice.h>
#include <linux/neighbour.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/rtnh.h>
#include "../kernel/access.h"
#include "../kernel/netmsg.h"
#include "../kernel/rtnl.h"
#include "cpt_net.h"

/**
 * struct walk - of all that rtnetlink says of the VE's network
 * @ctx: the context
 * @write: records are written, nothing is refused any more
 * @id: of the last record
 * @rules: of the family that is walked
 * @custom: among them is one that a new network namespace does not have
 * @net: the VE's network
 * @buf: the message that is put together
 */
struct walk {
	struct vz_context *ctx;
	bool write;
	u64 id;
	unsigned int rules;
	bool custom;
	struct net *net;
	struct cpt_buf buf;
};

static void refuse(struct walk *w, const char *what, const char *why, unsigned int value)
{
	if (!w->write)
		cpt_refuse(w->ctx, "net: %s: %s %u: not supported", what, why, value);
}

static const char *name_of(int type)
{
	return type == RTM_NEWADDR ? "address" : type == RTM_NEWROUTE ? "route" :
	       type == RTM_NEWRULE ? "routing rule" : "neighbour";
}

/* ---- what is taken out ---- */

/* Flags that follow from others, or are a state. */
static bool clean_address(struct walk *w, struct ifaddrmsg *ifa, struct nlattr *flags)
{
	u32 f = flags ? nla_get_u32(flags) : ifa->ifa_flags;

	if (ifa->ifa_family == AF_INET6 && (f & (IFA_F_TEMPORARY | IFA_F_DADFAILED)))
		refuse(w, "address", "flags", f);
	f &= ~(IFA_F_PERMANENT | IFA_F_SECONDARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE |
	       IFA_F_STABLE_PRIVACY);
	ifa->ifa_flags = f;
	if (flags)
		*(u32 *)nla_data(flags) = f;
	return true;
}

static void clean_nexthops(struct walk *w, struct nlattr *multipath)
{
	struct rtnexthop *nh = nla_data(multipath);
	int left = nla_len(multipath), rest;
	struct nlattr *a;

	for (; rtnh_ok(nh, left); nh = rtnh_next(nh, &left)) {
		nh->rtnh_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
		nla_for_each_attr(a, (struct nlattr *)RTNH_DATA(nh), rtnh_attrlen(nh), rest) {
			if (!vz_netmsg_allows(RTM_NEWROUTE, nla_type(a)))
				refuse(w, "route", "nexthop attribute", nla_type(a));
		}
	}
}

static bool clean_route(struct walk *w, struct rtmsg *rtm, struct nlattr *multipath)
{
	/* made by the kernel with the address it is for; a copy; another protocol's */
	if (rtm->rtm_protocol == RTPROT_KERNEL || (rtm->rtm_flags & RTM_F_CLONED))
		return false;
	rtm->rtm_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
	if (multipath)
		clean_nexthops(w, multipath);
	return true;
}

#define NUD_KEPT	(NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)

/* Whether it says more than that the kernel does not know, or needs not to. */
static bool keeps_neighbour(struct walk *w, const struct ndmsg *ndm)
{
	const struct net_device *dev;
	bool arp = false;

	if (ndm->ndm_flags & NTF_PROXY)
		return true;
	if (!(ndm->ndm_state & NUD_NOARP))
		return ndm->ndm_state & NUD_KEPT;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(w->net, ndm->ndm_ifindex);
	if (dev)
		arp = !(dev->flags & (IFF_NOARP | IFF_LOOPBACK));
	rcu_read_unlock();
	return arp;
}

static int clean_rule(struct walk *w, struct fib_rule_hdr *frh)
{
	struct {
		struct nlattr a;
		u32 zero;
	} first = { .a = { .nla_len = NLA_HDRLEN + 4, .nla_type = FRA_PRIORITY } };
	int err = 0;

	frh->flags &= ~(FIB_RULE_UNRESOLVED | FIB_RULE_IIF_DETACHED | FIB_RULE_OIF_DETACHED);
	/* a dump does not say the priority 0, and without one the kernel chooses */
	if (!nla_find((void *)(frh + 1), w->buf.len - sizeof(*frh), FRA_PRIORITY))
		err = cpt_buf_add(&w->buf, &first, sizeof(first));
	return err ?: 1;
}

/* Attributes that a dump has, and that neither make anything nor are lost. */
static bool is_told_only(struct walk *w, int type, const struct nlattr *a)
{
	const struct rta_cacheinfo *ci = nla_data(a);

	if (type == RTM_NEWNEIGH)
		return nla_type(a) == NDA_CACHEINFO || nla_type(a) == NDA_PROBES;
	if (type != RTM_NEWROUTE || nla_type(a) != RTA_CACHEINFO)
		return false;
	if (nla_len(a) >= sizeof(*ci) && ci->rta_expires)
		refuse(w, "route", "expires in ticks", ci->rta_expires);
	return true;
}

/* The message without what does not belong into it, in @w->buf. False: none. */
static int clean(struct walk *w, const struct nlmsghdr *h)
{
	unsigned int head = vz_netmsg_head(h->nlmsg_type);
	struct nlattr *a, *found = NULL;
	static const u8 zeros[NLA_ALIGNTO];
	void *start;
	int rest, err;

	w->buf.len = 0;
	err = cpt_buf_add(&w->buf, nlmsg_data(h), head);
	nlmsg_for_each_attr(a, h, head, rest) {
		if (vz_netmsg_allows(h->nlmsg_type, nla_type(a))) {
			if (!err)
				err = cpt_buf_add(&w->buf, a, a->nla_len);
			if (!err)
				err = cpt_buf_add(&w->buf, zeros, nla_padlen(nla_len(a)));
		} else if (!is_told_only(w, h->nlmsg_type, a)) {
			refuse(w, name_of(h->nlmsg_type), "attribute", nla_type(a));
		}
	}
	if (err)
		return err;
	start = w->buf.data;
	found = nla_find(start + head, w->buf.len - head,
			 h->nlmsg_type == RTM_NEWADDR ? IFA_FLAGS : RTA_MULTIPATH);
	switch (h->nlmsg_type) {
	case RTM_NEWADDR:
		return clean_address(w, start, found);
	case RTM_NEWROUTE:
		return clean_route(w, start, found);
	case RTM_NEWRULE:
		return clean_rule(w, start);
	default:
		return 1;
	}
}

/* ---- the walk ---- */

static int one_message(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	struct cpt_netmsg_image v = { .type = h->nlmsg_type };
	int ret;

	if (!vz_netmsg_head(h->nlmsg_type) || nlmsg_len(h) < vz_netmsg_head(h->nlmsg_type))
		return 0;
	/* what is not kept anyway is nothing to refuse */
	if (h->nlmsg_type == RTM_NEWROUTE &&
	    ((struct rtmsg *)nlmsg_data(h))->rtm_protocol == RTPROT_KERNEL)
		return 0;
	if (h->nlmsg_type == RTM_NEWNEIGH && !keeps_neighbour(w, nlmsg_data(h)))
		return 0;
	ret = clean(w, h);
	if (ret <= 0 || !w->write)
		return min(ret, 0);
	return cpt_write_obj(w->ctx, CPT_OBJ_NETMSG, ++w->id, &v, sizeof(v), w->buf.data,
			     w->buf.len);
}

/* Is it one of the rules that every network namespace begins with? */
static int count_rule(const struct nlmsghdr *h, void *arg)
{
	struct fib_rule_hdr *frh = nlmsg_data(h);
	struct walk *w = arg;
	u32 priority = 0, table = frh->table;
	struct nlattr *a;
	int rest;
	bool other = false;

	nlmsg_for_each_attr(a, h, sizeof(*frh), rest) {
		switch (nla_type(a)) {
		case FRA_PRIORITY:
			priority = nla_get_u32(a);
			break;
		case FRA_TABLE:
			table = nla_get_u32(a);
			break;
		case FRA_SUPPRESS_PREFIXLEN:
			other |= nla_get_u32(a) != U32_MAX;
			break;
		case FRA_PROTOCOL:
			other |= nla_get_u8(a) != RTPROT_KERNEL;
			break;
		default:
			other = true;
		}
	}
	w->rules++;
	w->custom |= other || frh->action != FR_ACT_TO_TBL || frh->flags || frh->dst_len ||
		     frh->src_len || frh->tos ||
		     !((priority == 0 && table == RT_TABLE_LOCAL) ||
		       (priority == 32766 && table == RT_TABLE_MAIN) ||
		       (priority == 32767 && table == RT_TABLE_DEFAULT));
	return 0;
}

/*
 * One that was changed makes all of a family be stored: the restore takes those
 * away that are there. None at all cannot be told from a family without a change.
 */
static int walk_rules(struct walk *w, struct vz_rtnl *rt, u8 family, unsigned int usual)
{
	struct fib_rule_hdr frh = { .family = family };
	int err;

	w->rules = 0;
	w->custom = false;
	err = vz_rtnl_dump(rt, RTM_GETRULE, &frh, sizeof(frh), count_rule, w);
	if (err == -EAFNOSUPPORT || err == -EOPNOTSUPP)
		return 0;
	if (err || (!w->custom && w->rules == usual))
		return err;
	if (!w->rules)
		refuse(w, "routing rules", "there are none in family", family);
	return vz_rtnl_dump(rt, RTM_GETRULE, &frh, sizeof(frh), one_message, w);
}

/* Of multicast routes. */
static int walk_other_rules(struct walk *w, struct vz_rtnl *rt, u8 family)
{
	struct fib_rule_hdr frh = { .family = family };
	int err;

	w->rules = 0;
	err = vz_rtnl_dump(rt, RTM_GETRULE, &frh, sizeof(frh), count_rule, w);
	if (!err && w->rules > 1)
		refuse(w, "routing rules", "of multicast routes:", w->rules);
	return err == -EAFNOSUPPORT || err == -EOPNOTSUPP ? 0 : err;
}

static int walk_all(struct walk *w, struct net *net)
{
	static const u8 families[] = { AF_INET, AF_INET6 };
	struct ndmsg ndm = {};
	struct vz_rtnl rt;
	unsigned int i;
	int err = vz_rtnl_open(&rt, net);

	if (err)
		return cpt_err(w->ctx, err, "net: rtnetlink cannot be asked: error %d", -err);
	for (i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		struct ifaddrmsg ifa = { .ifa_family = families[i] };

		err = vz_rtnl_dump(&rt, RTM_GETADDR, &ifa, sizeof(ifa), one_message, w);
	}
	for (i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		struct rtmsg rtm = { .rtm_family = families[i] };

		err = vz_rtnl_dump(&rt, RTM_GETROUTE, &rtm, sizeof(rtm), one_message, w);
	}
	if (!err)
		err = vz_rtnl_dump(&rt, RTM_GETNEIGH, &ndm, sizeof(ndm), one_message, w);
	ndm.ndm_flags = NTF_PROXY;
	if (!err)
		err = vz_rtnl_dump(&rt, RTM_GETNEIGH, &ndm, sizeof(ndm), one_message, w);
	if (!err)
		err = walk_rules(w, &rt, AF_INET, 3);
	if (!err)
		err = walk_rules(w, &rt, AF_INET6, 2);
	if (!err && !w->write)
		err = walk_other_rules(w, &rt, RTNL_FAMILY_IPMR);
	if (!err && !w->write)
		err = walk_other_rules(w, &rt, RTNL_FAMILY_IP6MR);
	vz_rtnl_close(&rt);
	return err ? cpt_err(w->ctx, err, "net: rtnetlink answers with error %d", -err) : 0;
}

static int walk_net(struct vz_context *ctx, bool write)
{
	struct walk w = { .ctx = ctx, .write = write };
	struct net *net = cpt_get_net(ctx);
	int err;

	if (!net)
		return 0;
	w.net = net;
	err = walk_all(&w, net);
	cpt_buf_free(&w.buf);
	put_net(net);
	return err;
}

static int cpt_netmsg_root(struct vz_context *ctx)
{
	return walk_net(ctx, false);
}

static int cpt_netmsg_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return walk_net(ctx, true);
}

const struct cpt_ops cpt_netmsg_ops = {
	.root = cpt_netmsg_root,
	.dump = cpt_netmsg_dump,
};
