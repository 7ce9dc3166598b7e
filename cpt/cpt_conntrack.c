// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack: connections that the VE's network tracks, with their translation.
 * Without them, a connection that is translated would not go on, and one that
 * rules let pass because it is established would be nobody's.
 */
#include <linux/in.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netlink.h>
#include "../kernel/access.h"
#include "../kernel/conntrack.h"
#include "../kernel/netproc.h"
#include "../kernel/rtnl.h"
#include "cpt_net.h"

/**
 * struct walk - over tracked connections
 * @ctx: the context
 * @net: the VE's network; NULL: entries cannot be looked up
 * @id: of the last record
 * @labelled: a security module has labelled so many
 * @expected: connections that are expected
 */
struct walk {
	struct vz_context *ctx;
	struct net *net;
	u64 id;
	unsigned int labelled;
	unsigned int expected;
};

static int judge_one(const struct vz_ct_msg *m, void *arg)
{
	struct walk *w = arg;

	w->labelled += !!vz_ct_attr(m, CTA_SECCTX);
	return 0;
}

/* What ctnetlink does not show of a TCP connection. */
static void get_windows(struct net *net, const struct vz_ct_msg *m, struct cpt_conntrack_image *v)
{
	struct nf_conn *ct = vz_ct_find(net, m);
	const struct ip_ct_tcp_state *seen;
	int dir;

	if (!ct)
		return;
	if (nf_ct_protonum(ct) == IPPROTO_TCP) {
		seen = ct->proto.tcp.seen;
		spin_lock_bh(&ct->lock);
		for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
			v->window[dir].end = seen[dir].td_end;
			v->window[dir].maxend = seen[dir].td_maxend;
			v->window[dir].maxwin = seen[dir].td_maxwin;
			v->window[dir].maxack = seen[dir].td_maxack;
		}
		spin_unlock_bh(&ct->lock);
	}
	nf_conntrack_put(&ct->ct_general);
}

static int write_one(const struct vz_ct_msg *m, void *arg)
{
	struct cpt_conntrack_image v = { .family = m->family };
	struct walk *w = arg;

	if (v.family != AF_INET && v.family != AF_INET6)
		return 0;
	if (w->net)
		get_windows(w->net, m, &v);
	return cpt_write_obj(w->ctx, CPT_OBJ_CONNTRACK, ++w->id, &v, sizeof(v), m->attrs, m->len);
}

static int count_expected(const struct nlmsghdr *h, void *arg)
{
	((struct walk *)arg)->expected++;
	return 0;
}

/* Does it track any? Asking ctnetlink would load it. */
static bool tracks(struct net *net)
{
	struct vz_netproc np;
	char count[32];
	bool any = true;

	if (!vz_find_symbol("nf_conntrack_hash"))
		return false;
	if (!vz_netproc_enter(&np, net)) {
		if (vz_netproc_read(&np, "sys/net/netfilter/nf_conntrack_count", count,
				    sizeof(count)) > 0)
			any = strcmp(count, "0");
		vz_netproc_leave(&np);
	}
	return any;
}

static int walk_expected(struct walk *w, struct vz_rtnl *rt)
{
	struct nfgenmsg gen = { .version = NFNETLINK_V0 };
	int err = vz_rtnl_dump(rt, NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET, &gen,
			       sizeof(gen), count_expected, w);

	if (!err && w->expected)
		cpt_refuse(w->ctx, "net: %u connections that are expected (conntrack -L expect): not supported",
			   w->expected);
	if (!err && w->labelled)
		cpt_refuse(w->ctx, "net: %u connections with a security label: not supported",
			   w->labelled);
	return err;
}

static int walk_net(struct vz_context *ctx, int (*fn)(const struct vz_ct_msg *m, void *arg),
		    bool judging)
{
	struct walk w = { .ctx = ctx };
	struct net *net = cpt_get_net(ctx);
	struct vz_rtnl rt;
	int err = 0;

	if (!net)
		return 0;
	if (tracks(net)) {
		w.net = vz_late_find_nf_conntrack_find_get() ? net : NULL;
		err = vz_nl_open(&rt, net, NETLINK_NETFILTER);
		if (!err) {
			err = vz_ct_walk(&rt, fn, &w);
			if (!err && judging)
				err = walk_expected(&w, &rt);
			vz_rtnl_close(&rt);
		}
	}
	put_net(net);
	/* a running VE's connections come and go */
	if (err == -EAGAIN && ctx->checking)
		err = 0;
	return err ? cpt_err(ctx, err, "net: connection tracking answers with error %d", -err) : 0;
}

static int cpt_conntrack_root(struct vz_context *ctx)
{
	return walk_net(ctx, judge_one, true);
}

static int cpt_conntrack_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	return walk_net(ctx, write_one, false);
}

const struct cpt_ops cpt_conntrack_ops = {
	.root = cpt_conntrack_root,
	.dump = cpt_conntrack_dump,
};
