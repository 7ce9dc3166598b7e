// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: what is less than a socket. A connection gets into TIME_WAIT as it did: a socket
 * is made for it, and ends. A half-open one is given to its listener as if its SYN
 * had just come. Their timers start when the VE's network is unlocked.
 */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include <net/transp_v6.h>
#include "../kernel/access.h"
#include "../kernel/tcp_ages.h"
#include "rst_tcp.h"

static long left(const struct cpt_tcp_image *v)
{
	return usecs_to_jiffies(min_t(u64, v->retrans_left_us, U32_MAX / 2));
}

static u32 offset_of(const struct vz_tcp_lock *lock, const struct cpt_tcp_image *v)
{
	return v->tsval - (u32)div_u64(lock->ns, NSEC_PER_MSEC);
}

/* ---- TIME_WAIT ---- */

static void set_options(struct sock *sk, const struct cpt_tcp_image *v)
{
	sk->sk_reuse = v->sock.reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	sk->sk_reuseport = v->sock.reuseport;
	sk->sk_bound_dev_if = v->sock.bound_dev;
	sk->sk_mark = v->sock.mark;
	sk->sk_priority = v->sock.priority;
	sk->sk_ipv6only = !!(v->flags & CPT_TCP_V6ONLY);
	vz_inet_set_transparent(sk, v->flags & CPT_TCP_TRANSPARENT);
	inet_sk(sk)->tos = v->tos;
	if (sk->sk_family == AF_INET6) {
		inet6_sk(sk)->tclass = v->tos;
		inet6_sk(sk)->flow_label = htonl(v->flow_label);
	}
}

static void set_numbers(const struct vz_tcp_lock *lock, struct sock *sk,
			const struct cpt_tcp_image *v)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->rcv_nxt = v->rcv_nxt;
	tp->copied_seq = v->rcv_nxt;
	tp->rcv_wup = v->rcv_nxt;
	tp->rcv_wnd = v->rcv_wnd;
	tp->snd_una = v->snd_nxt;
	tp->snd_nxt = v->snd_nxt;
	tp->write_seq = v->snd_nxt;
	tp->tcp_tx_delay = v->tx_delay_us;
	tp->tsoffset = offset_of(lock, v);
	tp->rx_opt.rcv_wscale = v->rcv_wscale;
	tp->rx_opt.ts_recent = v->ts_recent;
	tp->rx_opt.ts_recent_stamp = v->ts_recent_age_s == CPT_TCP_NEVER ? 0 :
		(ktime_get_seconds() - clamp(v->ts_recent_age_s, 0LL, 1LL << 30)) ?: 1;
	sk_set_txhash(sk);
}

/* What @sk has become, with a reference; it was hashed the same way. */
static struct inet_timewait_sock *find_wait(const struct sock *sk)
{
	struct inet_hashinfo *table = sock_net(sk)->ipv4.tcp_death_row.hashinfo;
	struct inet_ehash_bucket *head = inet_ehash_bucket(table, sk->sk_hash);
	spinlock_t *lock = inet_ehash_lockp(table, sk->sk_hash);
	struct inet_timewait_sock *found = NULL;
	struct hlist_nulls_node *node;
	struct sock *at;

	spin_lock_bh(lock);
	sk_nulls_for_each(at, node, &head->chain) {
		if (at->sk_state != TCP_TIME_WAIT || at->sk_hash != sk->sk_hash ||
		    !net_eq(sock_net(at), sock_net(sk)) ||
		    atomic64_read(&inet_twsk(at)->tw_cookie) != atomic64_read(&sk->sk_cookie))
			continue;
		if (refcount_inc_not_zero(&at->sk_refcnt))
			found = inet_twsk(at);
		break;
	}
	spin_unlock_bh(lock);
	return found;
}

/* Called with the socket's lock. */
static int wait(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_image *v)
{
	int err;

	rst_inet_names(sk, v->laddr, v->raddr, v->lport, v->rport);
	err = rst_tcp_take_port(sk, v->lport);
	if (err)
		return err;
	set_options(sk, v);
	set_numbers(lock, sk, v);
	atomic64_set(&sk->sk_cookie, (unsigned long)sk);	/* find_wait() knows it by that */
	tcp_set_state(sk, TCP_ESTABLISHED);
	err = sk->sk_prot->hash(sk);
	if (err)
		return err;
	local_bh_disable();
	tcp_time_wait(sk, v->substate, TCP_TIMEWAIT_LEN);
	local_bh_enable();
	return 0;
}

int rst_tcp_wait(struct vz_tcp_lock *lock, const struct cpt_tcp_image *v)
{
	struct inet_timewait_sock *tw = NULL;
	struct socket *sock;
	int err;

	err = __sock_create(current->nsproxy->net_ns, v->family, SOCK_STREAM, IPPROTO_TCP, &sock, 0);
	if (err)
		return err;
	lock_sock(sock->sk);
	err = wait(lock, sock->sk, v);
	release_sock(sock->sk);
	if (!err)
		tw = find_wait(sock->sk);
	if (tw) {
		atomic64_set(&tw->tw_cookie, 0);
		tcp_twsk((struct sock *)tw)->tw_last_oow_ack_time =
			vz_jiffies_of(lock, v->oow_age_us);
		err = vz_tcp_add_small(lock, (struct sock *)tw, left(v));
		inet_twsk_put(tw);
	} else if (!err) {
		err = -ENOMEM;		/* or more than net.ipv4.tcp_max_tw_buckets */
	}
	sock_release(sock);
	return err;
}

/* ---- half-open connections ---- */

static void set_names(struct request_sock *req, const struct cpt_tcp_image *v)
{
	struct inet_request_sock *ireq = inet_rsk(req);

	ireq->ir_num = v->lport;
	ireq->ir_rmt_port = htons(v->rport);
	ireq->ir_iif = v->req_if;
	ireq->ir_mark = v->req_mark;
	if (v->family != AF_INET6) {
		memcpy(&ireq->ir_loc_addr, v->laddr, 4);
		memcpy(&ireq->ir_rmt_addr, v->raddr, 4);
		return;
	}
	memcpy(&ireq->ir_v6_loc_addr, v->laddr, 16);
	memcpy(&ireq->ir_v6_rmt_addr, v->raddr, 16);
	ireq->ir_loc_addr = v->flags & CPT_TCP_MAPPED ? ireq->ir_v6_loc_addr.s6_addr32[3] :
							LOOPBACK4_IPV6;
	ireq->ir_rmt_addr = v->flags & CPT_TCP_MAPPED ? ireq->ir_v6_rmt_addr.s6_addr32[3] :
							LOOPBACK4_IPV6;
}

static void set_request(const struct vz_tcp_lock *lock, struct request_sock *req,
			const struct cpt_tcp_image *v)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	struct tcp_request_sock *treq = tcp_rsk(req);

	req->mss = v->mss_clamp;
	req->num_retrans = v->req_retrans;
	req->num_timeout = v->req_timeouts;
	req->syncookie = 0;
	req->ts_recent = v->ts_recent;
	req->secid = 0;
	req->peer_secid = 0;
	req->timeout = usecs_to_jiffies(v->req_timeout_us);
	req->rsk_window_clamp = v->window_clamp;
	req->rsk_rcv_wnd = v->rcv_wnd;
	ireq->snd_wscale = v->snd_wscale;
	ireq->rcv_wscale = v->rcv_wscale;
	ireq->tstamp_ok = v->tstamp_ok;
	ireq->sack_ok = v->sack_ok;
	ireq->wscale_ok = v->wscale_ok;
	ireq->ecn_ok = !!(v->req_flags & CPT_TCP_REQ_ECN);
	ireq->acked = !!(v->req_flags & CPT_TCP_REQ_ACKED);
	ireq->no_srccheck = !!(v->req_flags & CPT_TCP_REQ_NO_SRCCHECK);
	ireq->smc_ok = 0;
	treq->tfo_listener = false;
	treq->is_mptcp = 0;
#ifdef CONFIG_MPTCP
	treq->drop_req = 0;
#endif
	vz_req_no_usec_ts(treq);
	vz_req_no_ao(treq);
	treq->txhash = net_tx_rndhash();
	treq->rcv_isn = v->rcv_isn;
	treq->snt_isn = v->snt_isn;
	treq->rcv_nxt = v->rcv_nxt;
	treq->syn_tos = v->syn_tos;
	treq->ts_off = offset_of(lock, v);
	treq->snt_synack = vz_us_of(lock, v->synack_age_us);
	treq->last_oow_ack_time = vz_jiffies_of(lock, v->oow_age_us);
}

int rst_tcp_request(struct vz_tcp_lock *lock, struct sock *listener, const struct cpt_tcp_image *v)
{
	bool six = v->family == AF_INET6 && !(v->flags & CPT_TCP_MAPPED);
	struct request_sock *req;
	int err = 0;
	bool added;

	if (listener->sk_family != v->family)
		return -EINVAL;
	req = inet_reqsk_alloc(six ? vz_tcp6_request_sock_ops : vz_tcp_request_sock_ops, listener,
			       true);
	if (!req)
		return -ENOMEM;
	tcp_rsk(req)->af_specific = six ? vz_tcp_request_sock_ipv6_ops : vz_tcp_request_sock_ipv4_ops;
	sk_rx_queue_clear(req_to_sk(req));
	set_names(req, v);
	set_request(lock, req, v);
	local_bh_disable();
	added = inet_csk_reqsk_queue_hash_add(listener, req, TCP_RTO_MAX);
	/* what has timed out once is not young any more */
	if (added && req->num_timeout)
		atomic_dec(&inet_csk(listener)->icsk_accept_queue.young);
	local_bh_enable();
	if (!added) {
		reqsk_free(req);
		return -EEXIST;
	}
	err = vz_tcp_add_small(lock, req_to_sk(req), left(v));
	reqsk_put(req);
	return err;
}
