// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp: sockets for datagrams of IP: UDP, UDP-Lite, raw and ping sockets. The VE's
 * network is locked: no packet is added to their queues.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/list_sort.h>
#include <linux/mroute_base.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/raw.h>
#include <net/sock_reuseport.h>
#include <net/udp.h>
#include "../kernel/access.h"
#include "cpt_udp.h"

/* Packets of more than that in one socket are refused. */
#define QUEUE_MAX	(48U << 20)

/**
 * struct cpt_udp - vz_obj.data of a CPT_OBJ_UDP
 * @place: among those that a packet may be for: the one bound first has the highest
 */
struct cpt_udp {
	u32 place;
};

static bool is_udp(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

static bool is_raw(const struct sock *sk)
{
	return sk->sk_type == SOCK_RAW && sk->sk_protocol <= 255;
}

static bool is_ping(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       sk->sk_protocol == (sk->sk_family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static struct sock *udp_of(const struct file *file)
{
	struct sock *sk = cpt_sock_of(file, AF_INET) ?: cpt_sock_of(file, AF_INET6);

	return sk && (is_udp(sk) || is_raw(sk) || is_ping(sk)) ? sk : NULL;
}

/* ---- what cannot be dumped ---- */

static bool is_router_of(const struct sock *sk, const struct mr_table *table)
{
	return table && rcu_access_pointer(table->mroute_sk) == sk;
}

static bool is_router4(const struct sock *sk)
{
	const struct net __maybe_unused *net = sock_net(sk);
#ifdef CONFIG_IP_MROUTE_MULTIPLE_TABLES
	const struct mr_table *table;

	list_for_each_entry_rcu(table, &net->ipv4.mr_tables, list) {
		if (is_router_of(sk, table))
			return true;
	}
	return false;
#elif IS_ENABLED(CONFIG_IP_MROUTE)
	return is_router_of(sk, net->ipv4.mrt);
#else
	return false;
#endif
}

static bool is_router6(const struct sock *sk)
{
	const struct net __maybe_unused *net = sock_net(sk);
#ifdef CONFIG_IPV6_MROUTE_MULTIPLE_TABLES
	const struct mr_table *table;

	list_for_each_entry_rcu(table, &net->ipv6.mr6_tables, list) {
		if (is_router_of(sk, table))
			return true;
	}
	return false;
#elif IS_ENABLED(CONFIG_IPV6_MROUTE)
	return is_router_of(sk, net->ipv6.mrt6);
#else
	return false;
#endif
}

/* MRT_INIT and MRT_TABLE, and those of IPv6 */
static bool is_router(const struct sock *sk)
{
	bool is;

	if (sk->sk_family == AF_INET ? raw_sk(sk)->ipmr_table : raw6_sk(sk)->ip6mr_table)
		return true;
	rcu_read_lock();
	is = sk->sk_family == AF_INET ? is_router4(sk) : is_router6(sk);
	rcu_read_unlock();
	return is;
}

static const char *refused(struct sock *sk)
{
	if (is_raw(sk) && is_router(sk))
		return "multicast routing (MRT_INIT)";
	if (!is_udp(sk))
		return NULL;
	if (udp_sk(sk)->pending || !skb_queue_empty(&sk->sk_write_queue))
		return "a datagram that is not complete (MSG_MORE, UDP_CORK)";
	if (udp_sk(sk)->encap_type)
		return "UDP_ENCAP";
	return NULL;
}

static int judge(struct vz_context *ctx, struct sock *sk)
{
	const char *what;

	cpt_sock_judge(ctx, sk);
	cpt_inet_judge(ctx, sk);
	lock_sock(sk);
	what = refused(sk);
	release_sock(sk);
	if (what)
		cpt_refuse(ctx, "%s: %s socket: %s: not supported", ctx->who,
			   is_udp(sk) ? "UDP" : "raw", what);
	if (atomic_read(&sk->sk_rmem_alloc) > QUEUE_MAX)
		cpt_refuse(ctx, "%s: socket with more than 48 MiB to be received: not supported",
			   ctx->who);
	return cpt_mcast_judge(ctx, sk);
}

static int cpt_udp_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	obj->data = kvzalloc(sizeof(struct cpt_udp), GFP_KERNEL);
	if (!obj->data)
		return -ENOMEM;
	return ctx->checking ? 0 : cpt_udp_judge_queue(ctx, obj->ptr);
}

/* ---- order ---- */

/*
 * The places of all sockets of a chain at once: those of other VEs come and go. The
 * newest one is the first, and the first that fits gets the packet.
 */
static void place_chain(struct vz_context *ctx, struct udp_hslot *slot)
{
	struct vz_obj *obj;
	struct sock *sk;
	u32 place = 0;

	spin_lock_bh(&slot->lock);
	udp_portaddr_for_each_entry(sk, &slot->head) {
		obj = vz_obj_find(ctx, CPT_OBJ_UDP, sk);
		if (obj)
			((struct cpt_udp *)obj->data)->place = ++place;
	}
	spin_unlock_bh(&slot->lock);
}

static int by_place(void *unused, const struct list_head *a, const struct list_head *b)
{
	const struct vz_obj *x = list_entry(a, struct vz_obj, node);
	const struct vz_obj *y = list_entry(b, struct vz_obj, node);
	u32 px = ((const struct cpt_udp *)x->data)->place;
	u32 py = ((const struct cpt_udp *)y->data)->place;

	return px == py ? 0 : px < py ? 1 : -1;
}

static struct sock_reuseport *group_of(const struct sock *sk)
{
	return rcu_dereference_protected(sk->sk_reuseport_cb, true);
}

/* Members of a SO_REUSEPORT group that nobody in the VE has open would be missed. */
static bool group_is_whole(struct vz_context *ctx, const struct sock_reuseport *group)
{
	unsigned int i;

	for (i = 0; i < group->num_socks; i++) {
		if (!vz_obj_find(ctx, CPT_OBJ_UDP, group->socks[i]))
			return false;
	}
	return !group->num_closed_socks;
}

/* Nobody in the VE runs: no socket is bound or closed. */
static int cpt_udp_collected(struct vz_context *ctx)
{
	struct vz_obj *obj;
	struct sock *sk;

	if (ctx->checking)
		return 0;
	vz_for_each_obj(ctx, CPT_OBJ_UDP, obj) {
		sk = obj->ptr;
		if (!is_udp(sk) || !sk_hashed(sk))
			continue;
		if (!((struct cpt_udp *)obj->data)->place)
			place_chain(ctx, udp_hashslot2(vz_udp_table(sk),
						       udp_sk(sk)->udp_portaddr_hash));
		if (group_of(sk) && !group_is_whole(ctx, group_of(sk)))
			cpt_refuse(ctx, "udp %llu: SO_REUSEPORT group shared with a process outside of the VE",
				   obj->id);
	}
	list_sort(NULL, &ctx->objects[CPT_OBJ_UDP], by_place);
	return 0;
}

/* ---- the record ---- */

static void fill_reuse(const struct sock *sk, struct cpt_udp_image *v)
{
	const struct sock_reuseport *group = group_of(sk);

	if (!group)
		return;
	v->reuse_group = group->reuseport_id + 1;
	for (v->reuse_place = 0; v->reuse_place < group->num_socks; v->reuse_place++) {
		if (group->socks[v->reuse_place] == sk)
			break;
	}
	v->flags |= group->has_conns ? CPT_UDP_CONNS : 0;
	v->flags |= group->bind_inany ? CPT_UDP_ANY : 0;
}

static void fill_udp(struct sock *sk, struct cpt_udp_image *v)
{
	struct udp_sock *up = udp_sk(sk);

	v->flags |= udp_test_bit(CORK, sk) ? CPT_UDP_CORK : 0;
	v->flags |= udp_get_no_check6_tx(sk) ? CPT_UDP_NO_CHECK6_TX : 0;
	v->flags |= udp_get_no_check6_rx(sk) ? CPT_UDP_NO_CHECK6_RX : 0;
	v->flags |= udp_test_bit(GRO_ENABLED, sk) ? CPT_UDP_GRO : 0;
	v->gso_size = up->gso_size;
	if (sk->sk_protocol == IPPROTO_UDPLITE) {
		v->flags |= vz_udplite_send_cov(sk) ? CPT_UDP_SEND_COV : 0;
		v->flags |= vz_udplite_recv_cov(sk) ? CPT_UDP_RECV_COV : 0;
		v->send_cov = up->pcslen;
		v->recv_cov = up->pcrlen;
	}
	fill_reuse(sk, v);
}

static bool is_alerted4(const struct sock *sk)
{
	const struct ip_ra_chain *ra;
	bool is = false;

	rcu_read_lock();
	for (ra = rcu_dereference(sock_net(sk)->ipv4.ra_chain); ra; ra = rcu_dereference(ra->next))
		is |= ra->sk == sk;
	rcu_read_unlock();
	return is;
}

static bool is_alerted6(const struct sock *sk, struct cpt_udp_image *v)
{
	const struct ip6_ra_chain *ra;
	bool is = false;

	read_lock_bh(vz_ip6_ra_lock);
	for (ra = *vz_ip6_ra_chain; ra; ra = ra->next) {
		if (ra->sk != sk)
			continue;
		v->alert = ra->sel;
		is = true;
	}
	read_unlock_bh(vz_ip6_ra_lock);
	return is;
}

static void fill_raw(struct sock *sk, struct cpt_udp_image *v)
{
	const struct raw6_sock *six = raw6_sk(sk);

	if (sk->sk_family == AF_INET) {
		if (sk->sk_protocol == IPPROTO_ICMP)
			v->icmp_filter[0] = raw_sk(sk)->filter.data;
		v->flags |= is_alerted4(sk) ? CPT_UDP_ROUTER_ALERT : 0;
		return;
	}
	if (sk->sk_protocol == IPPROTO_ICMPV6)
		memcpy(v->icmp_filter, &six->filter, sizeof(v->icmp_filter));
	v->flags |= is_alerted6(sk, v) ? CPT_UDP_ROUTER_ALERT : 0;
	if (six->checksum) {
		v->flags |= CPT_UDP_CHECKSUM;
		v->checksum = six->offset;
	}
}

static void fill_inet6(const struct sock *sk, struct cpt_udp_image *v)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);

	memcpy(v->saddr, &np->saddr, 16);
	v->saddr4 = (__force u32)inet_sk(sk)->inet_saddr;
	v->mcast_if4 = inet_sk(sk)->mc_index;
	v->mcast_if = np->mcast_oif;
	v->flow_label = ntohl(np->flow_label) & 0xfffffff;
	v->mtu = np->frag_size;
	v->pktinfo_if = np->sticky_pktinfo.ipi6_ifindex;
	memcpy(v->pktinfo, &np->sticky_pktinfo.ipi6_addr, 16);
}

static void fill_socket(struct sock *sk, struct cpt_udp_image *v)
{
	const struct inet_sock *inet = inet_sk(sk);

	v->family = sk->sk_family;
	v->type = sk->sk_type;
	v->protocol = sk->sk_protocol;
	v->flags = sk->sk_state == TCP_ESTABLISHED ? CPT_UDP_CONNECTED : 0;
	v->flags |= sk_hashed(sk) ? CPT_UDP_HASHED : 0;
	v->mcast_addr = (__force u32)inet->mc_addr;
	cpt_inet_names(sk, v->laddr, v->raddr, &v->lport, &v->rport);
	if (sk->sk_family == AF_INET6) {
		fill_inet6(sk, v);
	} else {
		memcpy(v->saddr, &inet->inet_saddr, 4);
		v->mcast_if = inet->mc_index;
	}
	if (is_udp(sk))
		fill_udp(sk, v);
	else if (is_raw(sk))
		fill_raw(sk, v);
}

static int fill(struct sock *sk, struct cpt_udp_image *v, struct cpt_buf *content)
{
	int n;

	cpt_sock_fill(sk, &v->sock);
	fill_socket(sk, v);
	n = cpt_sock_filter(sk, &v->sock, content);
	if (n < 0)
		return n;
	n = cpt_inet_options(sk, content);
	if (n < 0)
		return n;
	v->opts = n;
	n = cpt_mcast_groups(sk, &v->groups, &v->sources, content);
	if (n < 0)
		return n;
	n = cpt_udp_packets(sk, content);
	if (n < 0)
		return n;
	v->packets = n;
	return 0;
}

static int cpt_udp_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_buf content = {};
	struct cpt_udp_image *v;
	int err;

	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	err = fill(obj->ptr, v, &content);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_UDP, obj->id, v, sizeof(*v), content.data,
				    content.len);
	cpt_buf_free(&content);
	kfree(v);
	return err;
}

/* ---- files ---- */

static bool udp_is(const struct file *file)
{
	return udp_of(file);
}

static int udp_judge(struct vz_context *ctx, void *held)
{
	return judge(ctx, held);
}

static int udp_collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_UDP, udp_of(file)));
}

static const void *udp_object(const struct file *file)
{
	return udp_of(file);
}

static const struct cpt_file_type udp_file = {
	.is = udp_is,
	.hold = cpt_sock_hold,
	.judge = udp_judge,
	.drop = cpt_sock_put,
	.collect = udp_collect_file,
	.object = udp_object,
	.async_fd = cpt_sock_async_fd,
};

const struct cpt_ops cpt_udp_ops = {
	.collect = cpt_udp_collect,
	.collected = cpt_udp_collected,
	.dump = cpt_udp_dump,
	.get = cpt_sock_get,
	.put = cpt_sock_put,
	.file = &udp_file,
};
