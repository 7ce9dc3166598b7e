// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp: the packets in a socket's queues. Their order, numbers and sums are those
 * that the image checker has looked at.
 */
#include <linux/list_sort.h>
#include <linux/skbuff.h>
#include <net/tcp.h>
#include "../kernel/tcp_ages.h"
#include "rst_tcp.h"

#define FRAG_ORDER	3	/* as SKB_FRAG_PAGE_ORDER */

/* As tcp_stream_alloc_skb(): a head for headers, the bytes in pages. */
static struct sk_buff *alloc_tx(u32 len)
{
	struct sk_buff *skb = alloc_skb_fclone(MAX_TCP_HEADER, GFP_KERNEL);
	unsigned int n = 0, order;
	struct page *page;
	u32 part;

	if (!skb)
		return NULL;
	skb_reserve(skb, MAX_TCP_HEADER);
	skb->ip_summed = CHECKSUM_PARTIAL;
	INIT_LIST_HEAD(&skb->tcp_tsorted_anchor);
	for (; len && n < MAX_SKB_FRAGS; len -= part, n++) {
		order = len > PAGE_SIZE ? min_t(unsigned int, get_order(len), FRAG_ORDER) : 0;
		page = alloc_pages(GFP_KERNEL | (order ? __GFP_COMP : 0), order);
		if (!page)
			break;
		part = min_t(u32, len, PAGE_SIZE << order);
		skb_fill_page_desc(skb, n, page, 0, part);
		skb->len += part;
		skb->data_len += part;
		skb->truesize += PAGE_SIZE << order;
	}
	if (!len)
		return skb;
	tcp_skb_tsorted_anchor_cleanup(skb);
	kfree_skb(skb);
	return NULL;
}

static void fill_tx(const struct vz_tcp_lock *lock, struct sk_buff *skb,
		    const struct cpt_tcp_packet *v)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	memset(cb, 0, sizeof(*cb));
	cb->seq = v->seq;
	cb->end_seq = v->end_seq;
	cb->tcp_flags = v->tcp_flags;
	cb->tcp_gso_segs = v->gso_segs;
	cb->tcp_gso_size = v->gso_size;
	cb->eor = !!(v->flags & CPT_TCP_EOR);
	cb->txstamp_ack = !!(v->flags & CPT_TCP_TXSTAMP);
	skb_shinfo(skb)->tx_flags = v->tx_flags & SKBTX_ANY_TSTAMP;
	skb_shinfo(skb)->tskey = v->tskey;
	if (v->queue != CPT_TCP_SENT)
		return;
	cb->sacked = v->sacked & ~TCPCB_REPAIRED;
	cb->tx.is_app_limited = !!(v->flags & CPT_TCP_APP_LIMITED);
	cb->tx.delivered = v->delivered;
	cb->tx.delivered_ce = v->delivered_ce;
	cb->tx.first_tx_mstamp = vz_us_of(lock, v->first_tx_age_us);
	cb->tx.delivered_mstamp = vz_us_of(lock, v->delivered_age_us);
	skb->skb_mstamp_ns = vz_us_of(lock, v->sent_age_us) * NSEC_PER_USEC;
}

/* By sequence number. */
static void insert(struct rb_root *root, struct sk_buff *skb)
{
	struct rb_node **p = &root->rb_node, *parent = NULL;

	while (*p) {
		parent = *p;
		p = before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(rb_to_skb(parent))->seq) ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, p);
	rb_insert_color(&skb->rbnode, root);
}

/* What tcp_wmem_free_skb() gives back. */
static int charge_tx(struct sock *sk, struct sk_buff *skb)
{
	if (!sk_wmem_schedule(sk, skb->truesize))
		return -ENOBUFS;
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	return 0;
}

static int put_tx(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_packet *v,
		  const char *bytes)
{
	struct sk_buff *skb = alloc_tx(v->len);
	int err;

	if (!skb)
		return -ENOMEM;
	fill_tx(lock, skb, v);
	err = v->len ? skb_store_bits(skb, 0, bytes, v->len) : 0;
	if (!err)
		err = charge_tx(sk, skb);
	if (err) {
		tcp_skb_tsorted_anchor_cleanup(skb);
		kfree_skb(skb);
		return err;
	}
	if (v->queue == CPT_TCP_UNSENT)
		__skb_queue_tail(&sk->sk_write_queue, skb);
	else
		insert(&sk->tcp_rtx_queue, skb);
	if (v->flags & CPT_TCP_SORTED && v->queue == CPT_TCP_SENT)
		list_add_tail(&skb->tcp_tsorted_anchor, &tcp_sk(sk)->tsorted_sent_queue);
	return 0;
}

static int put_rx(struct sock *sk, const struct cpt_tcp_packet *v, const char *bytes)
{
	struct sk_buff *skb = rst_sock_skb(bytes, v->len, v->linear);
	struct tcp_skb_cb *cb;

	if (!skb)
		return -ENOMEM;
	if (!sk_rmem_schedule(sk, skb, skb->truesize)) {
		kfree_skb(skb);
		return -ENOBUFS;
	}
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	cb = TCP_SKB_CB(skb);
	memset(cb, 0, sizeof(*cb));
	cb->seq = v->seq;
	cb->end_seq = v->end_seq;
	cb->tcp_flags = v->tcp_flags;
	cb->ip_dsfield = v->dsfield;
	if (v->flags & CPT_TCP_RXTSTAMP) {
		cb->has_rxtstamp = 1;
		skb->tstamp = ns_to_ktime(v->stamp_ns);
	}
	skb_set_owner_r(skb, sk);
	if (v->queue == CPT_TCP_RECEIVED) {
		__skb_queue_tail(&sk->sk_receive_queue, skb);
		return 0;
	}
	insert(&tcp_sk(sk)->out_of_order_queue, skb);
	tcp_sk(sk)->ooo_last_skb = skb;
	return 0;
}

/* By the time of sending; those of one moment by their numbers. */
static int sent_before(void *unused, const struct list_head *a, const struct list_head *b)
{
	const struct sk_buff *x = list_entry(a, struct sk_buff, tcp_tsorted_anchor);
	const struct sk_buff *y = list_entry(b, struct sk_buff, tcp_tsorted_anchor);

	if (x->skb_mstamp_ns != y->skb_mstamp_ns)
		return x->skb_mstamp_ns > y->skb_mstamp_ns ? 1 : -1;
	return after(TCP_SKB_CB(x)->end_seq, TCP_SKB_CB(y)->end_seq) ? 1 : -1;
}

/* The packet behind the last one that was SACKed. */
static void find_highest_sack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node *p;

	tp->highest_sack = skb_rb_first(&sk->tcp_rtx_queue);
	for (p = rb_last(&sk->tcp_rtx_queue); p; p = rb_prev(p)) {
		if (TCP_SKB_CB(rb_to_skb(p))->sacked & TCPCB_SACKED_ACKED) {
			tp->highest_sack = skb_rb_next(rb_to_skb(p));
			break;
		}
	}
}

int rst_tcp_packets(const struct vz_tcp_lock *lock, struct sock *sk,
		    const struct cpt_tcp_image *v, const struct cpt_tcp_packet *packets,
		    const char *bytes)
{
	int err = 0;
	u32 i;

	for (i = 0; i < v->packets && !err; i++) {
		err = packets[i].queue <= CPT_TCP_UNSENT ? put_tx(lock, sk, &packets[i], bytes) :
							   put_rx(sk, &packets[i], bytes);
		bytes += packets[i].len;
		cond_resched();
	}
	if (err)
		return err;
	list_sort(NULL, &tcp_sk(sk)->tsorted_sent_queue, sent_before);
	find_highest_sack(sk);
	return 0;
}
