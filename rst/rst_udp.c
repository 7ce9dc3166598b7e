// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp: sockets for datagrams are made in init's context, while the VE's network is
 * locked. All are bound before any of them has its options of sharing a port: those
 * that have it together had it together.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/nsproxy.h>
#include <linux/sort.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/raw.h>
#include <net/sock_reuseport.h>
#include <net/udp.h>
#include <net/udplite.h>
#include "../kernel/access.h"
#include "rst_udp.h"

/**
 * struct rst_udp - what is kept for a CPT_OBJ_UDP
 * @sock: the socket
 * @sk: likewise; a reference
 * @opened: a file has it
 */
struct rst_udp {
	struct socket *sock;
	struct sock *sk;
	bool opened;
};

static const struct cpt_sockopt *options_of(const struct vz_rec *rec)
{
	const struct cpt_udp_image *v = rec->fixed;

	return rec->content + v->sock.filter * sizeof(struct cpt_sock_filter);
}

static const struct cpt_mcast *groups_of(const struct vz_rec *rec)
{
	const struct cpt_udp_image *v = rec->fixed;

	return (const void *)(options_of(rec) + v->opts);
}

static const u8 (*sources_of(const struct vz_rec *rec))[16]
{
	const struct cpt_udp_image *v = rec->fixed;

	return (const void *)(groups_of(rec) + v->groups);
}

static const struct cpt_udp_packet *packets_of(const struct vz_rec *rec)
{
	const struct cpt_udp_image *v = rec->fixed;

	return (const void *)(sources_of(rec) + v->sources);
}

/* ---- options ---- */

static int set_option(struct sock *sk, int level, int name, int value)
{
	return sk->sk_prot->setsockopt(sk, level, name, KERNEL_SOCKPTR(&value), sizeof(value));
}

static int set_udp(struct sock *sk, const struct cpt_udp_image *v)
{
	int err = 0;

	vz_udp_set_threshold(sk, v->sock.rcvbuf >> 2);
	if (v->flags & CPT_UDP_CORK)
		err = set_option(sk, SOL_UDP, UDP_CORK, 1);
	if (!err && (v->flags & CPT_UDP_NO_CHECK6_TX))
		err = set_option(sk, SOL_UDP, UDP_NO_CHECK6_TX, 1);
	if (!err && (v->flags & CPT_UDP_NO_CHECK6_RX))
		err = set_option(sk, SOL_UDP, UDP_NO_CHECK6_RX, 1);
	if (!err && (v->flags & CPT_UDP_GRO))
		err = set_option(sk, SOL_UDP, UDP_GRO, 1);
	if (!err && v->gso_size)
		err = set_option(sk, SOL_UDP, UDP_SEGMENT, v->gso_size);
	if (!err && (v->flags & CPT_UDP_SEND_COV))
		err = set_option(sk, SOL_UDPLITE, UDPLITE_SEND_CSCOV, v->send_cov);
	if (!err && (v->flags & CPT_UDP_RECV_COV))
		err = set_option(sk, SOL_UDPLITE, UDPLITE_RECV_CSCOV, v->recv_cov);
	return err;
}

static int set_raw(struct sock *sk, const struct cpt_udp_image *v)
{
	struct raw6_sock *six = raw6_sk(sk);
	int value = 1, err = 0;

	if (sk->sk_family == AF_INET) {
		if (v->protocol == IPPROTO_ICMP)
			raw_sk(sk)->filter.data = v->icmp_filter[0];
		if (v->flags & CPT_UDP_ROUTER_ALERT)
			err = vz_do_ip_setsockopt(sk, SOL_IP, IP_ROUTER_ALERT,
						  KERNEL_SOCKPTR(&value), sizeof(value));
		return err;
	}
	if (v->protocol == IPPROTO_ICMPV6)
		memcpy(&six->filter, v->icmp_filter, sizeof(six->filter));
	six->checksum = !!(v->flags & CPT_UDP_CHECKSUM);
	six->offset = v->checksum;
	value = v->alert;
	if (v->flags & CPT_UDP_ROUTER_ALERT)
		err = vz_do_ipv6_setsockopt(sk, SOL_IPV6, IPV6_ROUTER_ALERT,
					    KERNEL_SOCKPTR(&value), sizeof(value));
	return err;
}

static void set_inet(struct sock *sk, const struct cpt_udp_image *v)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ipv6_pinfo *np;

	inet->mc_addr = (__force __be32)v->mcast_addr;
	if (sk->sk_family != AF_INET6) {
		inet->mc_index = v->mcast_if;
		return;
	}
	np = inet6_sk(sk);
	inet->mc_index = v->mcast_if4;
	np->mcast_oif = v->mcast_if;
	np->frag_size = v->mtu;
	np->sticky_pktinfo.ipi6_ifindex = v->pktinfo_if;
	memcpy(&np->sticky_pktinfo.ipi6_addr, v->pktinfo, 16);
}

/* ---- addresses ---- */

static void set_names(struct sock *sk, const struct cpt_udp_image *v)
{
	static const u8 nobody[16];
	bool connected = v->flags & CPT_UDP_CONNECTED;

	rst_inet_names(sk, v->laddr, connected ? v->raddr : nobody, v->lport,
		       connected ? v->rport : 0);
	if (sk->sk_family == AF_INET6) {
		memcpy(&inet6_sk(sk)->saddr, v->saddr, 16);
		inet_sk(sk)->inet_saddr = (__force __be32)v->saddr4;
		inet6_sk(sk)->flow_label = connected ? htonl(v->flow_label) : 0;
	} else {
		memcpy(&inet_sk(sk)->inet_saddr, v->saddr, 4);
	}
}

/* The route to the peer. Without one it is looked for with the next packet. */
static void find_route(struct sock *sk, const struct cpt_udp_image *v)
{
	struct sockaddr_in6 six = {
		.sin6_family = AF_INET6, .sin6_port = htons(v->rport),
		.sin6_scope_id = v->sock.bound_dev,
	};
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(v->rport) };

	if (v->family == AF_INET6) {
		memcpy(&six.sin6_addr, v->raddr, 16);
		ip6_datagram_connect(sk, (struct sockaddr *)&six, sizeof(six));
	} else {
		memcpy(&four.sin_addr, v->raddr, 4);
		ip4_datagram_connect(sk, (struct sockaddr *)&four, sizeof(four));
	}
}

static int bind_again(struct sock *sk, const struct cpt_udp_image *v)
{
	int err = 0;

	lock_sock(sk);
	set_names(sk, v);
	/* whoever else has it: see above */
	sk->sk_reuse = SK_FORCE_REUSE;
	sk->sk_reuseport = 0;
	if (v->type == SOCK_RAW) {
		/* it was bound to its protocol when it was made */
		if (!(v->flags & CPT_UDP_HASHED)) {
			sk->sk_prot->unhash(sk);
			inet_sk(sk)->inet_sport = 0;
		}
	} else if (v->flags & CPT_UDP_HASHED) {
		err = sk->sk_prot->get_port(sk, v->lport) ? -EADDRINUSE : 0;
	}
	release_sock(sk);
	return err;
}

static void connect_again(struct sock *sk, const struct cpt_udp_image *v)
{
	if (!(v->flags & CPT_UDP_CONNECTED))
		return;
	find_route(sk, v);
	lock_sock(sk);
	set_names(sk, v);
	if (!(v->flags & CPT_UDP_HASHED))
		inet_sk(sk)->inet_sport = 0;
	sk->sk_state = TCP_ESTABLISHED;
	sk_set_txhash(sk);
	release_sock(sk);
}

/* ---- one socket ---- */

static int make_in(struct vz_context *ctx, const struct vz_rec *rec, struct rst_udp *made)
{
	const struct cpt_udp_image *v = rec->fixed;
	const struct cpt_udp_packet *packets = packets_of(rec);
	struct sock *sk = made->sk;
	int err;

	err = rst_sock_set(ctx, sk, &v->sock, rec->content);
	if (!err)
		err = rst_inet_options(ctx, rec, sk, options_of(rec), v->opts);
	if (!err && rst_is_udp(v))
		err = set_udp(sk, v);
	else if (!err && v->type == SOCK_RAW)
		err = set_raw(sk, v);
	if (err)
		return err;
	set_inet(sk, v);
	err = bind_again(sk, v);
	if (err)
		return err;
	connect_again(sk, v);
	err = rst_mcast_join(sk, groups_of(rec), v->groups, sources_of(rec));
	if (!err)
		err = rst_udp_packets(sk, v, packets, (const char *)(packets + v->packets));
	if (!err && v->sock.peek_off >= 0 && made->sock->ops->set_peek_off)
		err = made->sock->ops->set_peek_off(sk, v->sock.peek_off);
	return err;
}

static void rst_udp_undo(void *ptr)
{
	struct rst_udp *made = ptr;

	sock_put(made->sk);
	if (!made->opened)
		sock_release(made->sock);
	kfree(made);
}

/* Who may have a ping socket (net.ipv4.ping_group_range) was asked once. */
static int create(struct net *net, const struct cpt_udp_image *v, struct socket **sock)
{
	struct ping_group_range *ping = &net->ipv4.ping_group_range;
	kgid_t old[2] = { ping->range[0], ping->range[1] };
	int err;

	write_seqlock(&ping->lock);
	ping->range[0] = KGIDT_INIT(0);
	ping->range[1] = KGIDT_INIT((gid_t)~0U >> 1);
	write_sequnlock(&ping->lock);
	err = __sock_create(net, v->family, v->type, v->protocol, sock, 0);
	write_seqlock(&ping->lock);
	ping->range[0] = old[0];
	ping->range[1] = old[1];
	write_sequnlock(&ping->lock);
	return err;
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_udp_image *v = rec->fixed;
	struct rst_udp *made;
	int err;

	made = kzalloc(sizeof(*made), GFP_KERNEL);
	if (!made)
		return -ENOMEM;
	err = create(current->nsproxy->net_ns, v, &made->sock);
	if (err) {
		kfree(made);
		return err;
	}
	made->sk = made->sock->sk;
	sock_hold(made->sk);
	err = rst_keep(ctx, CPT_OBJ_UDP, rec->hdr.id, made);
	if (err) {
		rst_udp_undo(made);
		return err;
	}
	return make_in(ctx, rec, made);
}

/* ---- sharing a port ---- */

/**
 * struct member - of a SO_REUSEPORT group
 * @v: its record
 * @id: likewise
 * @sk: the socket
 */
struct member {
	const struct cpt_udp_image *v;
	u64 id;
	struct sock *sk;
};

static int by_place(const void *a, const void *b)
{
	const struct cpt_udp_image *x = ((const struct member *)a)->v;
	const struct cpt_udp_image *y = ((const struct member *)b)->v;

	if (x->reuse_group != y->reuse_group)
		return x->reuse_group < y->reuse_group ? -1 : 1;
	return x->reuse_place < y->reuse_place ? -1 : x->reuse_place > y->reuse_place;
}

static int list_members(struct vz_context *ctx, struct member **members, unsigned int *n)
{
	const struct cpt_udp_image *v;
	const struct vz_rec *rec;
	struct rst_udp *made;
	unsigned int i;

	*n = 0;
	rst_for_each(ctx, CPT_OBJ_UDP, i, rec)
		;
	*members = kvcalloc(i ?: 1, sizeof(**members), GFP_KERNEL);
	if (!*members)
		return -ENOMEM;
	rst_for_each(ctx, CPT_OBJ_UDP, i, rec) {
		v = rec->fixed;
		made = rst_made(ctx, CPT_OBJ_UDP, rec->hdr.id);
		if (v->reuse_group && made)
			(*members)[(*n)++] = (struct member){ v, rec->hdr.id, made->sk };
	}
	sort(*members, *n, sizeof(**members), by_place, NULL);
	return 0;
}

/* The places are those that a group gives who joins it. */
static int join_group(struct vz_context *ctx, const struct member *m, const struct member *first)
{
	bool any = first->v->flags & CPT_UDP_ANY;
	int err;

	if (m->v->reuse_place != m - first || (m->v->flags & CPT_UDP_ANY) !=
					      (first->v->flags & CPT_UDP_ANY))
		return rst_err(ctx, -EINVAL, "udp %llu: there is no place %u in group %u", m->id,
			       m->v->reuse_place, m->v->reuse_group);
	err = m == first ? reuseport_alloc(m->sk, any) : reuseport_add_sock(m->sk, first->sk, any);
	if (err)
		return rst_err(ctx, err, "udp %llu: cannot join its SO_REUSEPORT group: error %d",
			       m->id, -err);
	if (m->v->flags & CPT_UDP_CONNS)
		reuseport_has_conns_set(m->sk);
	return 0;
}

static int join_groups(struct vz_context *ctx)
{
	struct member *members, *first;
	unsigned int i, n;
	int err = list_members(ctx, &members, &n);

	for (i = 0, first = members; i < n && !err; i++) {
		if (members[i].v->reuse_group != first->v->reuse_group)
			first = &members[i];
		err = join_group(ctx, &members[i], first);
	}
	kvfree(members);
	return err;
}

static void finish(struct sock *sk, const struct cpt_udp_image *v)
{
	lock_sock(sk);
	sk->sk_reuse = v->sock.reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	sk->sk_reuseport = v->sock.reuseport;
	rst_sock_set_state(sk, &v->sock);
	release_sock(sk);
}

/* ---- all of them ---- */

static int rst_udp_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_udp_image *v = rec->fixed;

	return rst_sock_check(ctx, rec, &v->sock);
}

static int rst_udp_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_UDP, i, rec) {
		err = make(ctx, rec);
		if (err)
			return rst_err(ctx, err, "udp %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	err = join_groups(ctx);
	if (err)
		return err;
	rst_for_each(ctx, CPT_OBJ_UDP, i, rec)
		finish(((struct rst_udp *)rst_made(ctx, CPT_OBJ_UDP, rec->hdr.id))->sk, rec->fixed);
	return 0;
}

static struct file *rst_udp_file(struct vz_context *ctx, const struct vz_rec *rec,
				 const struct cred *cred)
{
	struct rst_udp *made = rst_made(ctx, CPT_OBJ_UDP, rec->hdr.id);
	struct file *file;

	if (!made || made->opened) {
		rst_err(ctx, -EINVAL, "udp %llu: more than one file for it", rec->hdr.id);
		return ERR_PTR(-EINVAL);
	}
	made->opened = true;
	file = rst_sock_file(made->sock, cred);
	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "udp %llu: no file: error %ld", rec->hdr.id,
			-PTR_ERR(file));
	return file;
}

const struct rst_ops rst_udp_ops = {
	.check = rst_udp_check,
	.ve = rst_udp_ve,
	.file = rst_udp_file,
	.undo = rst_udp_undo,
};
