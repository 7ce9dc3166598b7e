// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: what is less than a socket: a connection in TIME_WAIT, which nobody has any
 * more, and one that a listener has not seen the third packet of. Their timers stand.
 */
#include <linux/module.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include "../kernel/access.h"
#include "../kernel/tcp_ages.h"
#include "cpt_tcp.h"

/* ---- what cannot be dumped ---- */

static const char *refused_wait(const struct tcp_timewait_sock *tw)
{
#ifdef CONFIG_TCP_MD5SIG
	if (tw->tw_md5_key)
		return "TCP_MD5SIG";
#endif
	if (vz_tcp_has_ao(tw))
		return "TCP-AO";
	if (vz_tw_usec_ts(&tw->tw_sk))
		return "timestamps in microseconds";
	return NULL;
}

static const char *refused_request(const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct tcp_request_sock *treq = tcp_rsk(req);

	if (req->saved_syn)
		return "a saved SYN (TCP_SAVE_SYN)";
	if (treq->tfo_listener)
		return "TCP Fast Open in progress";
	if (treq->is_mptcp)
		return "MPTCP";
	if (ireq->smc_ok)
		return "SMC";
	if (vz_req_usec_ts(treq))
		return "timestamps in microseconds";
	if (vz_req_has_ao(treq))
		return "TCP-AO";
	if (rcu_access_pointer(ireq->ireq_opt) || ireq->pktopts)
		return "IP options";
	return NULL;
}

void cpt_tcp_judge_small(struct vz_context *ctx, const struct sock *sk)
{
	const char *what = sk->sk_state == TCP_TIME_WAIT ? refused_wait(tcp_twsk(sk)) :
							  refused_request(inet_reqsk(sk));

	if (what)
		cpt_refuse(ctx, "%s: TCP socket: %s: not supported", ctx->who, what);
}

/* ---- the record ---- */

static void fill_names(const struct sock *sk, struct cpt_tcp_image *v)
{
	v->family = sk->sk_family;
	if (sk->sk_family == AF_INET6) {
		memcpy(v->laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(v->raddr, &sk->sk_v6_daddr, 16);
		v->flags |= ipv6_addr_v4mapped(&sk->sk_v6_daddr) ? CPT_TCP_MAPPED : 0;
	} else {
		memcpy(v->laddr, &sk->sk_rcv_saddr, 4);
		memcpy(v->raddr, &sk->sk_daddr, 4);
	}
	v->lport = sk->sk_num;
	v->rport = ntohs(sk->sk_dport);
}

/* The rules for options of every socket hold for these, too. */
static void fill_opts(struct cpt_sock_opts *opts)
{
	opts->sndbuf = 4096;
	opts->rcvbuf = 4096;
	opts->rcvlowat = 1;
	opts->peek_off = -1;
	opts->incoming_cpu = -1;
	opts->stamp_ns = -1;
	opts->rcvtimeo_ns = ~0ULL;
	opts->sndtimeo_ns = ~0ULL;
	opts->max_pacing_rate = ~0ULL;
}

static void fill_wait(const struct vz_tcp_lock *lock, const struct tcp_timewait_sock *tcptw,
		      struct cpt_tcp_image *v)
{
	const struct inet_timewait_sock *tw = &tcptw->tw_sk;
	u32 ms = div_u64(lock->ns, NSEC_PER_MSEC);

	v->state = TCP_TIME_WAIT;
	v->substate = tw->tw_substate;
	v->flags |= tw->tw_ipv6only ? CPT_TCP_V6ONLY : 0;
	v->flags |= tw->tw_transparent ? CPT_TCP_TRANSPARENT : 0;
	v->sock.reuse = !!tw->tw_reuse;
	v->sock.reuseport = tw->tw_reuseport;
	v->sock.bound_dev = tw->tw_bound_dev_if;
	v->sock.mark = tw->tw_mark;
	v->sock.priority = tw->tw_priority;
	v->tos = tw->tw_tos;
	v->flow_label = tw->tw_family == AF_INET6 ? tw->tw_flowlabel : 0;
	v->rcv_wscale = tw->tw_rcv_wscale;
	v->rcv_nxt = tcptw->tw_rcv_nxt;
	v->snd_nxt = tcptw->tw_snd_nxt;
	v->rcv_wnd = tcptw->tw_rcv_wnd;
	v->ts_recent = tcptw->tw_ts_recent;
	v->tsval = ms + tcptw->tw_ts_offset;
	v->tx_delay_us = tcptw->tw_tx_delay;
	v->oow_age_us = vz_age_jiffies(lock, tcptw->tw_last_oow_ack_time);
	v->ts_recent_age_s = tcptw->tw_ts_recent_stamp ?
			     ktime_get_seconds() - tcptw->tw_ts_recent_stamp : CPT_TCP_NEVER;
}

static void fill_request(const struct vz_tcp_lock *lock, const struct request_sock *req,
			 struct cpt_tcp_image *v)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct tcp_request_sock *treq = tcp_rsk(req);
	u32 ms = div_u64(lock->ns, NSEC_PER_MSEC);

	v->state = TCP_SYN_RECV;
	v->req_if = ireq->ir_iif;
	v->req_mark = ireq->ir_mark;
	v->req_retrans = req->num_retrans;
	v->req_timeouts = req->num_timeout;
	v->req_timeout_us = jiffies_to_usecs(req->timeout);
	v->req_flags = (ireq->acked ? CPT_TCP_REQ_ACKED : 0) |
		       (ireq->no_srccheck ? CPT_TCP_REQ_NO_SRCCHECK : 0) |
		       (ireq->ecn_ok ? CPT_TCP_REQ_ECN : 0);
	v->snd_wscale = ireq->snd_wscale;
	v->rcv_wscale = ireq->rcv_wscale;
	v->tstamp_ok = ireq->tstamp_ok;
	v->sack_ok = ireq->sack_ok;
	v->wscale_ok = ireq->wscale_ok;
	v->mss_clamp = req->mss;
	v->window_clamp = req->rsk_window_clamp;
	v->rcv_wnd = req->rsk_rcv_wnd;
	v->ts_recent = req->ts_recent;
	v->tsval = ms + treq->ts_off;
	v->rcv_isn = treq->rcv_isn;
	v->snt_isn = treq->snt_isn;
	v->rcv_nxt = treq->rcv_nxt;
	v->syn_tos = treq->syn_tos;
	v->synack_age_us = vz_age_us(lock, treq->snt_synack);
	v->oow_age_us = vz_age_jiffies(lock, treq->last_oow_ack_time);
}

void cpt_tcp_fill_small(struct vz_tcp_lock *lock, const struct sock *sk, struct cpt_tcp_image *v)
{
	const struct vz_tcp *t = vz_tcp_find(lock, sk);

	fill_opts(&v->sock);
	fill_names(sk, v);
	if (sk->sk_state == TCP_TIME_WAIT)
		fill_wait(lock, tcp_twsk(sk), v);
	else
		fill_request(lock, inet_reqsk(sk), v);
	v->retrans_left_us = t ? jiffies_to_usecs(t->retrans_left) : 0;
}
