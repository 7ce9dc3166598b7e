// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp: the packets that wait to be received. Their lengths and headers are those
 * that the image checker has looked at.
 */
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/udp.h>
#include "rst_udp.h"

static void set_ip(struct sk_buff *skb, const struct cpt_udp_packet *p)
{
	struct inet6_skb_parm *six = IP6CB(skb);

	memset(skb->cb, 0, sizeof(skb->cb));
	if (p->family == AF_INET) {
		skb->protocol = htons(ETH_P_IP);
		IPCB(skb)->opt.optlen = ip_hdr(skb)->ihl * 4 - sizeof(struct iphdr);
		IPCB(skb)->frag_max_size = p->frag_size;
		PKTINFO_SKB_CB(skb)->ipi_ifindex = p->ifindex;
		PKTINFO_SKB_CB(skb)->ipi_spec_dst.s_addr = (__force __be32)p->spec_dst;
		return;
	}
	skb->protocol = htons(ETH_P_IPV6);
	six->iif = p->ifindex;
	six->frag_max_size = p->frag_size;
	six->flags = p->flags & CPT_UDP_PKT_HOPOPTS ? IP6SKB_HOPBYHOP : 0;
	six->nhoff = offsetof(struct ipv6hdr, nexthdr);
	six->dst0 = p->ext[0];
	six->srcrt = p->ext[1];
	six->dst1 = p->ext[2];
	six->lastopt = p->ext[3];
}

static void set_sum(struct sk_buff *skb, const struct cpt_udp_image *v,
		    const struct cpt_udp_packet *p)
{
	skb->csum = (__force __wsum)p->csum;
	skb->ip_summed = CHECKSUM_NONE;
	if (p->flags & CPT_UDP_PKT_SUM) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum_valid = !!(p->flags & CPT_UDP_PKT_VALID);
	} else if (p->flags & CPT_UDP_PKT_VALID) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	if (rst_is_udp(v)) {
		UDP_SKB_CB(skb)->cscov = p->cov;
		UDP_SKB_CB(skb)->partial_cov = !!(p->flags & CPT_UDP_PKT_PARTIAL);
	}
}

static struct sk_buff *make(const struct cpt_udp_image *v, const struct cpt_udp_packet *p,
			    const char *bytes)
{
	struct sk_buff *skb = rst_sock_skb(bytes, p->head + p->len, p->head + p->linear);

	if (!skb)
		return NULL;
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, p->transport);
	set_ip(skb, p);
	set_sum(skb, v, p);
	__skb_pull(skb, p->head);
	skb->mark = p->mark;
	skb->tstamp = ns_to_ktime(p->stamp_ns);
	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(p->hw_stamp_ns);
	if (p->gso_size) {
		skb_shinfo(skb)->gso_size = p->gso_size;
		skb_shinfo(skb)->gso_segs = p->gso_segs;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	return skb;
}

/* The kernel's functions charge the packet; the memory is there already. */
static int queue(struct sock *sk, const struct cpt_udp_image *v, struct sk_buff *skb)
{
	int err;

	/* more than it will take: nothing is to be raised by who may not sleep */
	if (!sk_rmem_schedule(sk, skb, skb->truesize + 1))
		return -ENOBUFS;
	if (!rst_is_udp(v))
		return __sock_queue_rcv_skb(sk, skb);
	local_bh_disable();
	err = __udp_enqueue_schedule_skb(sk, skb);
	local_bh_enable();
	return err;
}

static int add_packet(struct sock *sk, const struct cpt_udp_image *v,
		      const struct cpt_udp_packet *p, const char *bytes)
{
	struct sk_buff *skb = make(v, p, bytes);
	int err;

	if (!skb)
		return -ENOMEM;
	lock_sock(sk);
	err = queue(sk, v, skb);
	release_sock(sk);
	if (err)
		kfree_skb(skb);
	else
		SOCK_SKB_CB(skb)->dropcount = p->drops;
	return err;
}

int rst_udp_packets(struct sock *sk, const struct cpt_udp_image *v,
		    const struct cpt_udp_packet *packets, const char *bytes)
{
	int err = 0;
	u32 i;

	/* what was there is taken: it may need more memory here */
	WRITE_ONCE(sk->sk_rcvbuf, INT_MAX);
	for (i = 0; i < v->packets && !err; i++) {
		err = add_packet(sk, v, &packets[i], bytes);
		bytes += packets[i].head + packets[i].len;
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	WRITE_ONCE(sk->sk_rcvbuf, v->sock.rcvbuf);
	return err;
}
