// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp: the packets that wait to be received, with their headers: what recvmsg(2)
 * tells besides the data comes from there.
 */
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/udp.h>
#include "cpt_udp.h"

/* Extension headers of IPv6 could be longer: what the image checker allows. */
#define HEAD_MAX	(1U << 15)

/* Both queues: recvmsg(2) takes packets from the second one all at once. */
struct queues {
	struct cpt_skbs first;
	struct cpt_skbs second;
};

static bool is_udp(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

static void put_queues(struct queues *q)
{
	cpt_sock_put_skbs(&q->first);
	cpt_sock_put_skbs(&q->second);
}

static int get_queues(struct sock *sk, struct queues *q)
{
	int err = 0;

	*q = (struct queues){};
	if (is_udp(sk))
		err = cpt_queue_get_skbs(&udp_sk(sk)->reader_queue, &q->first);
	if (!err)
		err = cpt_sock_get_skbs(sk, &q->second);
	if (err)
		put_queues(q);
	return err;
}

static unsigned int count(const struct queues *q)
{
	return q->first.nr + q->second.nr;
}

static struct sk_buff *nth(const struct queues *q, unsigned int i)
{
	return i < q->first.nr ? q->first.skb[i] : q->second.skb[i - q->first.nr];
}

/* ---- what cannot be dumped ---- */

static bool is_ipv6(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6);
}

static const char *refused_skb(const struct sk_buff *skb)
{
	const struct ip_options *opt = &IPCB(skb)->opt;

	if (!is_ipv6(skb) && skb->protocol != htons(ETH_P_IP))
		return "of another protocol";
	if (!is_ipv6(skb) && (opt->srr || opt->rr || opt->ts || opt->cipso))
		return "with IP options that are answered (IP_RETOPTS)";
	if (skb_network_header(skb) < skb->head || skb_network_header(skb) > skb->data ||
	    skb->data - skb_network_header(skb) > HEAD_MAX)
		return "without its headers, or with too long ones";
	return NULL;
}

int cpt_udp_judge_queue(struct vz_context *ctx, struct sock *sk)
{
	const char *what;
	struct queues q;
	unsigned int i;
	int err;

	err = get_queues(sk, &q);
	if (err)
		return err;
	for (i = 0; i < count(&q); i++) {
		what = refused_skb(nth(&q, i));
		if (!what)
			continue;
		cpt_refuse(ctx, "%s: socket: unread packet %s: not supported", ctx->who, what);
		break;
	}
	put_queues(&q);
	return 0;
}

/* ---- the record ---- */

static void fill_sum(const struct sock *sk, const struct sk_buff *skb, struct cpt_udp_packet *v)
{
	v->cov = v->len;
	if (skb_csum_unnecessary(skb) || (!is_udp(sk) && sk->sk_family == AF_INET))
		v->flags |= CPT_UDP_PKT_VALID;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		v->flags |= CPT_UDP_PKT_SUM;
	if (!(v->flags & CPT_UDP_PKT_VALID) || (v->flags & CPT_UDP_PKT_SUM))
		v->csum = (__force u32)skb->csum;
	if (is_udp(sk) && UDP_SKB_CB(skb)->partial_cov) {
		v->flags |= CPT_UDP_PKT_PARTIAL;
		v->cov = min_t(u32, UDP_SKB_CB(skb)->cscov, v->len);
	}
}

static void fill_ip(const struct sk_buff *skb, struct cpt_udp_packet *v)
{
	const struct inet6_skb_parm *six = IP6CB(skb);

	if (!is_ipv6(skb)) {
		v->family = AF_INET;
		v->ifindex = max(PKTINFO_SKB_CB(skb)->ipi_ifindex, 0);
		v->spec_dst = (__force u32)PKTINFO_SKB_CB(skb)->ipi_spec_dst.s_addr;
		v->frag_size = IPCB(skb)->frag_max_size;
		return;
	}
	v->family = AF_INET6;
	v->ifindex = max(six->iif, 0);
	v->frag_size = six->frag_max_size;
	v->flags |= six->flags & IP6SKB_HOPBYHOP ? CPT_UDP_PKT_HOPOPTS : 0;
	v->ext[0] = six->dst0;
	v->ext[1] = six->srcrt;
	v->ext[2] = six->dst1;
	v->ext[3] = six->lastopt;
}

static void fill_stamps(const struct sk_buff *skb, struct cpt_udp_packet *v)
{
	v->stamp_ns = max_t(s64, ktime_to_ns(skb->tstamp), 0);
	/* one that only its device can read is none */
	if (!(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV))
		v->hw_stamp_ns = max_t(s64, ktime_to_ns(skb_hwtstamps((struct sk_buff *)skb)->hwtstamp), 0);
}

static int add_packet(struct sock *sk, const struct sk_buff *skb, struct cpt_buf *buf)
{
	struct cpt_udp_packet v = {
		.len = skb->len, .linear = skb_headlen(skb), .mark = skb->mark,
		.head = skb->data - skb_network_header(skb),
		.transport = skb_transport_header(skb) - skb_network_header(skb),
		.drops = SOCK_SKB_CB(skb)->dropcount,
	};

	fill_ip(skb, &v);
	fill_sum(sk, skb, &v);
	fill_stamps(skb, &v);
	if (is_udp(sk) && skb_is_gso(skb)) {
		v.gso_size = skb_shinfo(skb)->gso_size;
		v.gso_segs = skb_shinfo(skb)->gso_segs;
	}
	return cpt_buf_add(buf, &v, sizeof(v));
}

static int add_bytes(const struct sk_buff *skb, struct cpt_buf *buf)
{
	int err = cpt_buf_add(buf, skb_network_header(skb), skb->data - skb_network_header(skb));

	return err ?: cpt_sock_skb(skb, buf);
}

int cpt_udp_packets(struct sock *sk, struct cpt_buf *buf)
{
	struct queues q;
	unsigned int i;
	int err;

	err = get_queues(sk, &q);
	if (err)
		return err;
	for (i = 0; i < count(&q) && !err; i++)
		err = add_packet(sk, nth(&q, i), buf);
	for (i = 0; i < count(&q) && !err; i++)
		err = add_bytes(nth(&q, i), buf);
	err = err ?: count(&q);
	put_queues(&q);
	return err;
}
