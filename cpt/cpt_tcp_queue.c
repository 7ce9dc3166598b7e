// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: the packets in a socket's queues.
 */
#include <linux/skbuff.h>
#include <net/tcp.h>
#include "../kernel/tcp_ages.h"
#include "cpt_tcp.h"

static s64 sent_age(const struct vz_tcp_lock *lock, const struct sk_buff *skb)
{
	return skb->skb_mstamp_ns ?
	       div_s64((s64)(lock->ns - skb->skb_mstamp_ns), NSEC_PER_USEC) : CPT_TCP_NEVER;
}

static void fill_sent(const struct vz_tcp_lock *lock, const struct sk_buff *skb,
		      struct cpt_tcp_packet *v)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	v->gso_segs = cb->tcp_gso_segs;
	v->gso_size = cb->tcp_gso_size;
	v->tx_flags = skb_shinfo(skb)->tx_flags;
	v->tskey = skb_shinfo(skb)->tskey;
	v->flags |= cb->eor ? CPT_TCP_EOR : 0;
	v->flags |= cb->txstamp_ack ? CPT_TCP_TXSTAMP : 0;
	if (v->queue != CPT_TCP_SENT)
		return;
	v->sacked = cb->sacked;
	v->flags |= list_empty(&skb->tcp_tsorted_anchor) ? 0 : CPT_TCP_SORTED;
	v->flags |= cb->tx.is_app_limited ? CPT_TCP_APP_LIMITED : 0;
	v->delivered = cb->tx.delivered;
	v->delivered_ce = cb->tx.delivered_ce;
	v->sent_age_us = sent_age(lock, skb);
	v->first_tx_age_us = vz_age_us(lock, cb->tx.first_tx_mstamp);
	v->delivered_age_us = vz_age_us(lock, cb->tx.delivered_mstamp);
}

static int add_packet(const struct vz_tcp_lock *lock, const struct sk_buff *skb, u32 queue,
		      struct cpt_buf *buf)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct cpt_tcp_packet v = {
		.queue = queue, .len = skb->len, .seq = cb->seq, .end_seq = cb->end_seq,
		.tcp_flags = cb->tcp_flags & 0xff, .linear = skb_headlen(skb),
		.sent_age_us = CPT_TCP_NEVER, .first_tx_age_us = CPT_TCP_NEVER,
		.delivered_age_us = CPT_TCP_NEVER,
	};

	if (queue <= CPT_TCP_UNSENT) {
		fill_sent(lock, skb, &v);
	} else {
		v.dsfield = cb->ip_dsfield;
		v.flags = cb->has_rxtstamp ? CPT_TCP_RXTSTAMP : 0;
		v.stamp_ns = cb->has_rxtstamp ? ktime_to_ns(skb->tstamp) : 0;
	}
	return cpt_buf_add(buf, &v, sizeof(v));
}

/* Calls for each packet, in the order of the image. */
static int each_packet(struct sock *sk, int (*fn)(const struct vz_tcp_lock *lock,
						  const struct sk_buff *skb, u32 queue,
						  struct cpt_buf *buf),
		       const struct vz_tcp_lock *lock, struct cpt_buf *buf)
{
	const struct sk_buff *skb;
	struct rb_node *p;
	int err, n = 0;

	for (p = rb_first(&sk->tcp_rtx_queue); p; p = rb_next(p), n++) {
		err = fn(lock, rb_to_skb(p), CPT_TCP_SENT, buf);
		if (err)
			return err;
	}
	skb_queue_walk(&sk->sk_write_queue, skb) {
		err = fn(lock, skb, CPT_TCP_UNSENT, buf);
		if (err)
			return err;
		n++;
	}
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		err = fn(lock, skb, CPT_TCP_RECEIVED, buf);
		if (err)
			return err;
		n++;
	}
	for (p = rb_first(&tcp_sk(sk)->out_of_order_queue); p; p = rb_next(p), n++) {
		err = fn(lock, rb_to_skb(p), CPT_TCP_OUT_OF_ORDER, buf);
		if (err)
			return err;
	}
	return n;
}

static int add_bytes(const struct vz_tcp_lock *lock, const struct sk_buff *skb, u32 queue,
		     struct cpt_buf *buf)
{
	return cpt_sock_skb(skb, buf);
}

int cpt_tcp_packets(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_buf *buf)
{
	int n = each_packet(sk, add_packet, lock, buf);
	int err = n < 0 ? n : each_packet(sk, add_bytes, lock, buf);

	if (err >= 0 && buf->len > CPT_MAX_CONTENT)
		err = -EFBIG;
	return err < 0 ? err : n;
}
