// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: sockets are made in init's context while the VE's network is locked. A
 * new socket gets its options and its port by the kernel's functions, and then
 * everything that a connection is; its timers start when the lock goes.
 */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>
#include "../kernel/access.h"
#include "../kernel/tcp_ages.h"
#include "../kernel/tcp_fields.h"
#include "rst_tcp.h"

/**
 * struct rst_tcp - what is kept for a CPT_OBJ_TCP
 * @sock: the socket; NULL: it is in the queue of a listener
 * @sk: likewise; a reference
 * @opened: a file has it
 */
struct rst_tcp {
	struct socket *sock;
	struct sock *sk;
	bool opened;
};

static const struct cpt_sockopt *options_of(const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;

	return rec->content + v->sock.filter * sizeof(struct cpt_sock_filter);
}

static const struct cpt_tcp_packet *packets_of(const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;

	return (const void *)(options_of(rec) + v->opts);
}

/* ---- one socket ---- */

static bool is_connection(const struct cpt_tcp_image *v)
{
	return v->state != TCP_CLOSE && v->state != TCP_LISTEN;
}

static unsigned long span(u64 us)
{
	return usecs_to_jiffies(min_t(u64, us, U32_MAX / 2));
}

static void set_numbers(const struct vz_tcp_lock *lock, struct sock *sk,
			const struct cpt_tcp_image *v)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

#define X(place, name) place = v->name;
	VZ_TCP_NUMBERS(X)
	VZ_TCP_TOTALS(X)
	VZ_TCP_SMALL(X)
	VZ_TCP_SHORT(X)
#undef X
#define X(place, name) place = span(v->name);
	VZ_TCP_SPANS(X)
#undef X
#define X(place, name) place = vz_jiffies_of(lock, v->name);
	VZ_TCP_JIFFIES(X)
#undef X
#define X(place, name) place = vz_us_of(lock, v->name);
	VZ_TCP_STAMPS(X)
#undef X
}

static void set_rest(const struct vz_tcp_lock *lock, struct sock *sk,
		     const struct cpt_tcp_image *v)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ms = div_u64(lock->ns, NSEC_PER_MSEC);
	unsigned int i;

	tp->tsoffset = v->tsval - ms;
	tp->retrans_stamp = v->retrans_age_us == CPT_TCP_NEVER ? 0 :
		(ms - (u32)div_s64(v->retrans_age_us, USEC_PER_MSEC)) ?: 1;
	tp->tcp_wstamp_ns = vz_us_of(lock, v->wstamp_age_us) * NSEC_PER_USEC;
	tp->rx_opt.ts_recent_stamp = v->ts_recent_age_s == CPT_TCP_NEVER ? 0 :
		(ktime_get_seconds() - clamp(v->ts_recent_age_s, 0LL, 1LL << 30)) ?: 1;
	vz_tcp_set_scaling_ratio(tp, v->scaling_ratio);
	icsk->icsk_mtup.probe_size = v->mtup_probe;
	tp->compressed_ack = v->compressed_ack;
	sk->sk_pacing_rate = v->pacing_rate;
	tp->linger2 = v->linger2_us < 0 ? -1 : (int)span(v->linger2_us);
	for (i = 0; i < 3; i++)
		tp->rtt_min.s[i].v = v->rtt_min_us[i];
	memcpy(tp->duplicate_sack, v->sack, sizeof(tp->duplicate_sack));
	memcpy(tp->selective_acks, v->sack + 2, sizeof(tp->selective_acks));
	memcpy(tp->recv_sack_cache, v->sack + 10, sizeof(tp->recv_sack_cache));
	icsk->icsk_pending = v->pending;
	icsk->icsk_ack.pending = v->ack_pending;
	tp->pred_flags = 0;		/* until the next packet */
}

/* As tcp_init_congestion_control(), and then its state. */
static void set_congestion(const struct vz_tcp_lock *lock, struct sock *sk,
			   const struct cpt_tcp_image *v)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (!is_connection(v) || v->state == TCP_SYN_SENT)
		return;
	if (icsk->icsk_ca_ops->init)
		icsk->icsk_ca_ops->init(sk);
	icsk->icsk_ca_initialized = 1;
	vz_tcp_cc_set(lock, sk, v);
}

/*
 * The port, whoever else has it: those who share it had it together. Whether a
 * later bind(2) may have it, too, is looked at with each of them.
 */
int rst_tcp_take_port(struct sock *sk, u32 port)
{
	struct inet_bind_bucket *tb;
	int err;

	if (!port)
		return 0;
	sk->sk_reuse = SK_FORCE_REUSE;
	err = sk->sk_prot->get_port(sk, port);
	if (err)
		return -EADDRINUSE;
	tb = inet_csk(sk)->icsk_bind_hash;
	tb->fastreuse = 0;
	tb->fastreuseport = 0;
	return 0;
}

static int listen_again(struct sock *sk, const struct cpt_tcp_image *v)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	int err;

	WRITE_ONCE(sk->sk_max_ack_backlog, v->backlog);
	icsk->icsk_accept_queue.fastopenq.max_qlen = v->fastopen_qlen;
	err = inet_csk_listen_start(sk);
	icsk->icsk_accept_queue.rskq_defer_accept = v->defer_accept;
	if (!err) {
		icsk->icsk_bind_hash->fastreuse = 0;
		icsk->icsk_bind_hash->fastreuseport = 0;
	}
	return err;
}

static int connect_again(const struct vz_tcp_lock *lock, struct sock *sk, const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;
	const struct cpt_tcp_packet *packets = packets_of(rec);
	int err;

	err = rst_tcp_packets(lock, sk, v, packets, (const char *)(packets + v->packets));
	if (err || !is_connection(v))
		return err;
	sk->sk_gso_type = sk->sk_family == AF_INET6 && !(v->flags & CPT_TCP_MAPPED) ?
			  SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	atomic_set(&inet_sk(sk)->inet_id, get_random_u16());
	sk_set_txhash(sk);
	tcp_set_state(sk, TCP_ESTABLISHED);
	tcp_set_state(sk, v->state);
	if (v->sock.shutdown & RCV_SHUTDOWN)
		sock_set_flag(sk, SOCK_DONE);
	err = sk->sk_prot->hash(sk);
	/* the route, and what its device can do; without one it is looked for later */
	if (!err)
		inet_csk(sk)->icsk_af_ops->rebuild_header(sk);
	return err;
}

static void set_family(struct sock *sk, const struct cpt_tcp_image *v)
{
	if (sk->sk_family != AF_INET6)
		goto out;
	inet6_sk(sk)->flow_label = htonl(v->flow_label);
	inet6_sk(sk)->mcast_oif = v->mcast_if;
	if (v->flags & CPT_TCP_MAPPED) {
		inet_csk(sk)->icsk_af_ops = vz_ipv6_mapped;
		sk->sk_backlog_rcv = tcp_v4_do_rcv;
#ifdef CONFIG_TCP_MD5SIG
		tcp_sk(sk)->af_specific = vz_tcp_sock_ipv6_mapped_specific;
#endif
	}
out:
	inet_sk(sk)->mc_index = v->mcast_if;
	inet_sk(sk)->mc_addr = (__force __be32)v->mcast_addr;
}

/* Called with the socket's lock. */
static int set_up(const struct vz_tcp_lock *lock, struct sock *sk, const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;
	int err;

	rst_inet_names(sk, v->laddr, v->raddr, v->lport, v->rport);
	set_family(sk, v);
	err = rst_tcp_take_port(sk, v->lport);
	if (err)
		return err;
	set_congestion(lock, sk, v);
	set_numbers(lock, sk, v);
	set_rest(lock, sk, v);
	if (v->bbr.used && !vz_tcp_cc_fits(sk))
		return -EPROTO;
	err = v->state == TCP_LISTEN ? listen_again(sk, v) : connect_again(lock, sk, rec);
	sk->sk_reuse = v->sock.reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	rst_sock_set_state(sk, &v->sock);
	return err;
}

static int add_timers(struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_image *v)
{
	struct vz_tcp *t = vz_tcp_add(lock, sk);

	if (!t)
		return -ENOMEM;
	t->armed = v->timers;
	t->retrans_left = span(v->retrans_left_us);
	t->delack_left = span(v->delack_left_us);
	t->keepalive_left = span(v->keepalive_left_us);
	return 0;
}

/* Its struct socket goes; the reference that it had is whose the socket is now. */
static void detach(struct rst_tcp *made)
{
	struct socket *sock = made->sock;

	write_lock_bh(&made->sk->sk_callback_lock);
	sk_set_socket(made->sk, NULL);
	rcu_assign_pointer(made->sk->sk_wq, NULL);
	write_unlock_bh(&made->sk->sk_callback_lock);
	sock->sk = NULL;
	made->sock = NULL;
	sock_release(sock);
}

/* As tcp_close() leaves it. */
static void make_orphan(struct rst_tcp *made)
{
	sock_set_flag(made->sk, SOCK_DEAD);
	detach(made);
	this_cpu_inc(tcp_orphan_count);
}

/* What accept(2) takes: as a connection that came with a cookie. */
static int queue_child(struct sock *listener, struct rst_tcp *made, const struct cpt_tcp_image *v)
{
	struct request_sock *req;

	req = inet_reqsk_alloc(made->sk->sk_family == AF_INET6 && !(v->flags & CPT_TCP_MAPPED) ?
			       vz_tcp6_request_sock_ops : vz_tcp_request_sock_ops,
			       listener, false);
	if (!req)
		return -ENOMEM;
	tcp_rsk(req)->tfo_listener = false;
	refcount_set(&req->rsk_refcnt, 1);
	detach(made);
	local_bh_disable();
	inet_csk_reqsk_queue_add(listener, req, made->sk);
	local_bh_enable();
	return 0;
}

static int make_in(struct vz_context *ctx, const struct vz_rec *rec, struct rst_tcp *made)
{
	const struct cpt_tcp_image *v = rec->fixed;
	struct vz_tcp_lock *lock = vz_net_tcp(ctx);
	struct rst_tcp *listener;
	struct sock *sk = made->sk;
	int err;

	if (!lock)
		return -EINVAL;
	err = rst_sock_set(ctx, sk, &v->sock, rec->content);
	if (!err)
		err = rst_inet_options(ctx, rec, sk, options_of(rec), v->opts);
	if (err)
		return err;
	lock_sock(sk);
	if (v->ca[0])
		err = vz_tcp_set_congestion_control(sk, (const char *)v->ca, true, true);
	if (!err)
		err = set_up(lock, sk, rec);
	release_sock(sk);
	if (!err && is_connection(v))
		err = add_timers(lock, sk, v);
	if (err)
		return err;
	made->sock->state = v->state == TCP_SYN_SENT ? SS_CONNECTING :
			    is_connection(v) || (v->sock.shutdown == SHUTDOWN_MASK && v->rport) ?
			    SS_CONNECTED : SS_UNCONNECTED;
	if (v->flags & CPT_TCP_ORPHAN)
		make_orphan(made);
	if (!v->listener)
		return 0;
	listener = rst_made(ctx, CPT_OBJ_TCP, v->listener);
	return listener ? queue_child(listener->sk, made, v) : -EINVAL;
}

static void rst_tcp_undo(void *ptr)
{
	struct rst_tcp *made = ptr;

	sock_put(made->sk);
	if (made->sock && !made->opened)
		sock_release(made->sock);
	kfree(made);
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;
	struct rst_tcp *made;
	int err;

	made = kzalloc(sizeof(*made), GFP_KERNEL);
	if (!made)
		return -ENOMEM;
	err = __sock_create(current->nsproxy->net_ns, v->family, SOCK_STREAM, IPPROTO_TCP,
			    &made->sock, 0);
	if (err) {
		kfree(made);
		return err;
	}
	made->sk = made->sock->sk;
	sock_hold(made->sk);
	err = rst_keep(ctx, CPT_OBJ_TCP, rec->hdr.id, made);
	if (err) {
		rst_tcp_undo(made);
		return err;
	}
	return make_in(ctx, rec, made);
}

/* Nobody has a file for it: the network's lock knows it, nothing else has to. */
static int make_small(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;
	struct vz_tcp_lock *lock = vz_net_tcp(ctx);
	struct rst_tcp *listener;

	if (!lock)
		return -EINVAL;
	if (v->state == TCP_TIME_WAIT)
		return rst_tcp_wait(lock, v);
	listener = rst_made(ctx, CPT_OBJ_TCP, v->listener);
	return listener ? rst_tcp_request(lock, listener->sk, v) : -EINVAL;
}

static bool is_small(const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;

	return v->state == TCP_TIME_WAIT || v->state == TCP_SYN_RECV;
}

static int rst_tcp_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_tcp_image *v = rec->fixed;

	return rst_sock_check(ctx, rec, &v->sock);
}

static int rst_tcp_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_TCP, i, rec) {
		err = is_small(rec) ? make_small(ctx, rec) : make(ctx, rec);
		if (err == -EPROTO)
			return rst_err(ctx, err, "tcp %llu: this kernel's bbr is another one",
				       rec->hdr.id);
		if (err)
			return rst_err(ctx, err, "tcp %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static struct file *rst_tcp_file(struct vz_context *ctx, const struct vz_rec *rec,
				 const struct cred *cred)
{
	struct rst_tcp *made = rst_made(ctx, CPT_OBJ_TCP, rec->hdr.id);
	struct file *file;

	if (!made || !made->sock || made->opened) {
		rst_err(ctx, -EINVAL, "tcp %llu: more than one file for it", rec->hdr.id);
		return ERR_PTR(-EINVAL);
	}
	made->opened = true;
	file = rst_sock_file(made->sock, cred);
	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "tcp %llu: no file: error %ld", rec->hdr.id,
			-PTR_ERR(file));
	return file;
}

const struct rst_ops rst_tcp_ops = {
	.check = rst_tcp_check,
	.ve = rst_tcp_ve,
	.file = rst_tcp_file,
	.undo = rst_tcp_undo,
};
