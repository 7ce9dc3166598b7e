// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: TCP sockets, with their queues, counters and timers. The VE's network is
 * locked and the timers stand (kernel/tcplock.c): nothing changes while it is
 * written.
 */
#include <linux/module.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/mptcp.h>
#include <net/tcp.h>
#include "../kernel/access.h"
#include "../kernel/tcp_ages.h"
#include "../kernel/tcp_fields.h"
#include "cpt_tcp.h"

static struct sock *tcp_of(const struct file *file)
{
	struct sock *sk = cpt_sock_of(file, AF_INET) ?: cpt_sock_of(file, AF_INET6);

	return sk && sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP ? sk : NULL;
}

/* ---- what cannot be dumped ---- */

static const char *refused_ca(const struct inet_connection_sock *icsk)
{
	const char *name = icsk->icsk_ca_ops ? icsk->icsk_ca_ops->name : "cubic";

	return vz_tcp_cc_known(name) ? NULL : name;
}

static bool has_zerocopy(struct sock *sk)
{
	const struct sk_buff *skb;
	struct rb_node *p;
	bool has = false;

	for (p = rb_first(&sk->tcp_rtx_queue); p; p = rb_next(p))
		has |= !!skb_zcopy(rb_to_skb(p));
	skb_queue_walk(&sk->sk_write_queue, skb)
		has |= !!skb_zcopy((struct sk_buff *)skb);
	return has;
}

static const char *refused(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	if (sk_is_mptcp(sk))
		return "MPTCP";
	if (icsk->icsk_ulp_ops)
		return "TCP_ULP";
#ifdef CONFIG_TCP_MD5SIG
	if (rcu_access_pointer(tp->md5sig_info))
		return "TCP_MD5SIG";
#endif
	if (vz_tcp_has_ao(tp))
		return "TCP-AO";
	if (tp->repair)
		return "TCP_REPAIR";
	if (vz_tcp_usec_ts(tp))
		return "timestamps in microseconds";
	if (tp->fastopen_req || rcu_access_pointer(tp->fastopen_rsk) || tp->syn_fastopen_ch)
		return "TCP Fast Open in progress";
	if (rcu_access_pointer(icsk->icsk_accept_queue.fastopenq.ctx))
		return "TCP_FASTOPEN_KEY";
	if (tp->saved_syn)
		return "a saved SYN (TCP_SAVE_SYN)";
	if (tp->rx_opt.smc_ok)
		return "SMC";
	if (tp->bpf_sock_ops_cb_flags)
		return "BPF socket operations";
	if (has_zerocopy(sk))
		return "MSG_ZEROCOPY in progress";
	return NULL;
}

static int judge(struct vz_context *ctx, struct sock *sk)
{
	const char *what, *ca;

	cpt_sock_judge(ctx, sk);
	cpt_inet_judge(ctx, sk);
	lock_sock(sk);
	what = refused(sk);
	ca = refused_ca(inet_csk(sk));
	release_sock(sk);
	if (what)
		cpt_refuse(ctx, "%s: TCP socket: %s: not supported", ctx->who, what);
	if (ca)
		cpt_refuse(ctx, "%s: TCP socket: congestion control %s: not supported", ctx->who, ca);
	return 0;
}

/* ---- the queue of a listener ---- */

/**
 * struct cpt_tcp - vz_obj.data of a CPT_OBJ_TCP
 * @listener: id of the listener in whose queue it waits, or that it will; 0: none
 */
struct cpt_tcp {
	u64 listener;
};

/* The connections that wait to be accepted, the oldest first. */
static int collect_children(struct vz_context *ctx, struct vz_obj *listener)
{
	struct request_sock_queue *queue = &inet_csk(listener->ptr)->icsk_accept_queue;
	struct request_sock *req;
	struct vz_obj *obj;
	struct sock *child;

	/* nobody accepts and nothing arrives: the queue stays as it is */
	for (req = queue->rskq_accept_head; req; req = req->dl_next) {
		child = req->sk;
		if (!child || child->sk_state == TCP_CLOSE) {
			cpt_refuse(ctx, "%s: TCP socket: a connection that ended before accept: not supported",
				   ctx->who);
			continue;
		}
		judge(ctx, child);
		obj = cpt_collect(ctx, CPT_OBJ_TCP, child);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
		((struct cpt_tcp *)obj->data)->listener = listener->id;
	}
	return 0;
}

/*
 * The connections that are half open, when the VE is parked; in a running one they are
 * over in a moment. What has no timer any more has ended.
 */
static int collect_requests(struct vz_context *ctx, struct vz_obj *listener)
{
	struct vz_tcp_lock *lock = vz_net_tcp(ctx);
	struct vz_obj *obj;
	struct vz_tcp *t;

	if (ctx->checking || !lock)
		return 0;
	list_for_each_entry(t, &lock->socks, node) {
		if (t->sk->sk_state != TCP_NEW_SYN_RECV || !t->armed ||
		    inet_reqsk(t->sk)->rsk_listener != listener->ptr)
			continue;
		cpt_tcp_judge_small(ctx, t->sk);
		obj = cpt_collect(ctx, CPT_OBJ_TCP, t->sk);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
		((struct cpt_tcp *)obj->data)->listener = listener->id;
	}
	return 0;
}

static bool is_orphan(const struct sock *sk)
{
	return !cpt_tcp_is_small(sk) && sk->sk_state != TCP_CLOSE && sock_flag(sk, SOCK_DEAD);
}

static bool is_waiting(const struct vz_tcp *t)
{
	return t->sk->sk_state == TCP_TIME_WAIT && t->armed;
}

/* Sockets that are closed and still have something to say. A running VE changes too fast. */
static int cpt_tcp_root(struct vz_context *ctx)
{
	struct vz_tcp_lock *lock = vz_net_tcp(ctx);
	struct vz_obj *obj;
	struct vz_tcp *t;

	if (ctx->checking || !lock)
		return 0;
	cpt_who(ctx, "a closed connection");
	list_for_each_entry(t, &lock->socks, node) {
		if (!is_orphan(t->sk) && !is_waiting(t))
			continue;
		if (is_waiting(t))
			cpt_tcp_judge_small(ctx, t->sk);
		else
			judge(ctx, t->sk);
		obj = cpt_collect(ctx, CPT_OBJ_TCP, t->sk);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	cpt_who(ctx, "%s", "");
	return 0;
}

static int cpt_tcp_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	int err;

	obj->data = kvzalloc(sizeof(struct cpt_tcp), GFP_KERNEL);
	if (!obj->data)
		return -ENOMEM;
	if (((struct sock *)obj->ptr)->sk_state != TCP_LISTEN)
		return 0;
	err = collect_children(ctx, obj);
	return err ?: collect_requests(ctx, obj);
}

/* ---- the record ---- */

static void fill_numbers(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_image *v)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

#define X(place, name) v->name = place;
	VZ_TCP_NUMBERS(X)
	VZ_TCP_TOTALS(X)
	VZ_TCP_SMALL(X)
	VZ_TCP_SHORT(X)
#undef X
#define X(place, name) v->name = jiffies_to_usecs(place);
	VZ_TCP_SPANS(X)
#undef X
#define X(place, name) v->name = vz_age_jiffies(lock, place);
	VZ_TCP_JIFFIES(X)
#undef X
#define X(place, name) v->name = vz_age_us(lock, place);
	VZ_TCP_STAMPS(X)
#undef X
}

static void fill_rest(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_image *v)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 ms = div_u64(lock->ns, NSEC_PER_MSEC);
	unsigned int i;

	v->tsval = ms + tp->tsoffset;
	v->retrans_age_us = tp->retrans_stamp ?
			    (s64)(s32)(ms - tp->retrans_stamp) * USEC_PER_MSEC : CPT_TCP_NEVER;
	v->wstamp_age_us = tp->tcp_wstamp_ns ?
			   div_s64((s64)(lock->ns - tp->tcp_wstamp_ns), NSEC_PER_USEC) : CPT_TCP_NEVER;
	v->ts_recent_age_s = tp->rx_opt.ts_recent_stamp ?
			     ktime_get_seconds() - tp->rx_opt.ts_recent_stamp : CPT_TCP_NEVER;
	v->scaling_ratio = vz_tcp_scaling_ratio(tp);
	v->mtup_probe = icsk->icsk_mtup.probe_size;
	v->compressed_ack = tp->compressed_ack;
	v->pacing_rate = sk->sk_pacing_rate;
	v->linger2_us = tp->linger2 < 0 ? -1 : (s32)jiffies_to_usecs(tp->linger2);
	for (i = 0; i < 3; i++)
		v->rtt_min_us[i] = tp->rtt_min.s[i].v;
	memcpy(v->sack, tp->duplicate_sack, sizeof(tp->duplicate_sack));
	memcpy(v->sack + 2, tp->selective_acks, sizeof(tp->selective_acks));
	memcpy(v->sack + 10, tp->recv_sack_cache, sizeof(tp->recv_sack_cache));
	if (icsk->icsk_ca_ops)
		strscpy((char *)v->ca, icsk->icsk_ca_ops->name, sizeof(v->ca));
	if (icsk->icsk_ca_initialized)
		vz_tcp_cc_get(lock, sk, v);
}

static void fill_timers(struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_image *v)
{
	const struct vz_tcp *t = vz_tcp_find(lock, sk);

	v->pending = inet_csk(sk)->icsk_pending;
	v->ack_pending = inet_csk(sk)->icsk_ack.pending;
	if (!t)
		return;
	v->timers = t->armed;
	v->retrans_left_us = jiffies_to_usecs(t->retrans_left);
	v->delack_left_us = jiffies_to_usecs(t->delack_left);
	v->keepalive_left_us = jiffies_to_usecs(t->keepalive_left);
}

static void fill_socket(struct sock *sk, struct cpt_tcp_image *v)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct inet_sock *inet = inet_sk(sk);

	v->family = sk->sk_family;
	v->state = sk->sk_state;
	v->flags = cpt_inet_mapped(sk) ? CPT_TCP_MAPPED : 0;
	v->flags |= is_orphan(sk) ? CPT_TCP_ORPHAN : 0;
	v->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	v->mcast_if = sk->sk_family == AF_INET6 ? inet6_sk(sk)->mcast_oif : inet->mc_index;
	v->mcast_addr = (__force u32)inet->mc_addr;
	v->flow_label = sk->sk_family == AF_INET6 ? ntohl(inet6_sk(sk)->flow_label) : 0;
	v->fastopen_qlen = icsk->icsk_accept_queue.fastopenq.max_qlen;
	v->defer_accept = icsk->icsk_accept_queue.rskq_defer_accept;
	cpt_inet_names(sk, v->laddr, v->raddr, &v->lport, &v->rport);
	/* a listener that ended may leave its number behind */
	if (v->state == TCP_CLOSE && !icsk->icsk_bind_hash)
		v->lport = 0;
}

static int fill(struct vz_context *ctx, struct vz_obj *obj, struct cpt_tcp_image *v,
		struct cpt_buf *content)
{
	struct vz_tcp_lock *lock = vz_net_tcp(ctx);
	struct sock *sk = obj->ptr;
	int n;

	if (!lock)
		return -ESRCH;
	v->listener = ((struct cpt_tcp *)obj->data)->listener;
	if (cpt_tcp_is_small(sk)) {
		cpt_tcp_fill_small(lock, sk, v);
		return 0;
	}
	cpt_sock_fill(sk, &v->sock);
	n = cpt_sock_filter(sk, &v->sock, content);
	if (n < 0)
		return n;
	n = cpt_inet_options(sk, content);
	if (n < 0)
		return n;
	v->opts = n;
	lock_sock(sk);
	fill_socket(sk, v);
	fill_numbers(lock, sk, v);
	fill_rest(lock, sk, v);
	fill_timers(lock, sk, v);
	n = v->bbr.used && !vz_tcp_cc_fits(sk) ? -EPROTO : cpt_tcp_packets(lock, sk, content);
	release_sock(sk);
	if (n < 0)
		return n;
	v->packets = n;
	return 0;
}

static int cpt_tcp_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_buf content = {};
	struct cpt_tcp_image *v;
	int err;

	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	err = fill(ctx, obj, v, &content);
	if (err == -EFBIG)
		cpt_err(ctx, err, "tcp %llu: more than %u bytes in its queues", obj->id,
			CPT_MAX_CONTENT);
	if (err == -EPROTO)
		cpt_err(ctx, err, "tcp %llu: this kernel's bbr is another one", obj->id);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_TCP, obj->id, v, sizeof(*v), content.data,
				    content.len);
	cpt_buf_free(&content);
	kfree(v);
	return err;
}

/* ---- files ---- */

static bool tcp_is(const struct file *file)
{
	return tcp_of(file);
}

static int tcp_judge(struct vz_context *ctx, void *held)
{
	return judge(ctx, held);
}

static int tcp_collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_TCP, tcp_of(file)));
}

static const void *tcp_object(const struct file *file)
{
	return tcp_of(file);
}

static const struct cpt_file_type tcp_file = {
	.is = tcp_is,
	.hold = cpt_sock_hold,
	.judge = tcp_judge,
	.drop = cpt_sock_put,
	.collect = tcp_collect_file,
	.object = tcp_object,
	.async_fd = cpt_sock_async_fd,
};

static void cpt_tcp_put(void *ptr)
{
	sock_gen_put(ptr);
}

const struct cpt_ops cpt_tcp_ops = {
	.root = cpt_tcp_root,
	.collect = cpt_tcp_collect,
	.dump = cpt_tcp_dump,
	.get = cpt_sock_get,
	.put = cpt_tcp_put,
	.file = &tcp_file,
};
