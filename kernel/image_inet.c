// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: TCP and UDP sockets.
 */
#include "image_rules.h"
#include "inet_opts.h"

/* Numbers of uapi/linux/in.h and in6.h, whatever the headers here know. */
#define IP(n)	{ CPT_SOL_IP, n, 0 }
#define IP6(n)	{ CPT_SOL_IPV6, n, 0 }

const struct vz_inet_opt vz_inet_opts[] = {
	IP(1),		/* IP_TOS */
	IP(2),		/* IP_TTL */
	IP(3),		/* IP_HDRINCL */
	IP(6),		/* IP_RECVOPTS */
	IP(7),		/* IP_RETOPTS */
	IP(8),		/* IP_PKTINFO */
	IP(10),		/* IP_MTU_DISCOVER */
	IP(11),		/* IP_RECVERR */
	IP(12),		/* IP_RECVTTL */
	IP(13),		/* IP_RECVTOS */
	IP(15),		/* IP_FREEBIND */
	IP(18),		/* IP_PASSSEC */
	IP(19),		/* IP_TRANSPARENT */
	IP(20),		/* IP_RECVORIGDSTADDR */
	IP(21),		/* IP_MINTTL */
	IP(22),		/* IP_NODEFRAG */
	IP(23),		/* IP_CHECKSUM */
	IP(24),		/* IP_BIND_ADDRESS_NO_PORT */
	IP(25),		/* IP_RECVFRAGSIZE */
	IP(26),		/* IP_RECVERR_RFC4884 */
	IP(33),		/* IP_MULTICAST_TTL */
	IP(34),		/* IP_MULTICAST_LOOP */
	IP(49),		/* IP_MULTICAST_ALL */
	IP(50),		/* IP_UNICAST_IF */
	IP(51),		/* IP_LOCAL_PORT_RANGE */
	IP6(2),		/* IPV6_2292PKTINFO */
	IP6(3),		/* IPV6_2292HOPOPTS */
	IP6(4),		/* IPV6_2292DSTOPTS */
	IP6(5),		/* IPV6_2292RTHDR */
	IP6(8),		/* IPV6_2292HOPLIMIT */
	IP6(11),	/* IPV6_FLOWINFO */
	IP6(16),	/* IPV6_UNICAST_HOPS */
	IP6(18),	/* IPV6_MULTICAST_HOPS */
	IP6(19),	/* IPV6_MULTICAST_LOOP */
	IP6(23),	/* IPV6_MTU_DISCOVER */
	IP6(25),	/* IPV6_RECVERR */
	IP6(26),	/* IPV6_V6ONLY */
	IP6(29),	/* IPV6_MULTICAST_ALL */
	IP6(30),	/* IPV6_ROUTER_ALERT_ISOLATE */
	IP6(31),	/* IPV6_RECVERR_RFC4884 */
	IP6(33),	/* IPV6_FLOWINFO_SEND */
	IP6(49),	/* IPV6_RECVPKTINFO */
	IP6(51),	/* IPV6_RECVHOPLIMIT */
	IP6(53),	/* IPV6_RECVHOPOPTS */
	IP6(56),	/* IPV6_RECVRTHDR */
	IP6(58),	/* IPV6_RECVDSTOPTS */
	IP6(60),	/* IPV6_RECVPATHMTU */
	IP6(62),	/* IPV6_DONTFRAG */
	IP6(66),	/* IPV6_RECVTCLASS */
	IP6(67),	/* IPV6_TCLASS */
	IP6(70),	/* IPV6_AUTOFLOWLABEL */
	IP6(72),	/* IPV6_ADDR_PREFERENCES */
	IP6(73),	/* IPV6_MINHOPCOUNT */
	IP6(74),	/* IPV6_RECVORIGDSTADDR */
	IP6(75),	/* IPV6_TRANSPARENT */
	IP6(76),	/* IPV6_UNICAST_IF */
	IP6(77),	/* IPV6_RECVFRAGSIZE */
	IP6(78),	/* IPV6_FREEBIND */
};
const unsigned int vz_nr_inet_opts = ARRAY_SIZE(vz_inet_opts);
EXPORT_SYMBOL_GPL(vz_inet_opts);
EXPORT_SYMBOL_GPL(vz_nr_inet_opts);

static int known_option(const struct cpt_sockopt *o)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vz_inet_opts); i++) {
		if (vz_inet_opts[i].level == o->level && vz_inet_opts[i].name == o->name)
			return 1;
	}
	return 0;
}

/* The options that @data begins with. */
int vz_look_sockopts(struct vz_check *chk, __u32 family, const char *data, __u64 len, __u32 n)
{
	struct cpt_sockopt o;
	__u32 i;

	if (n > 256 || n * sizeof(o) > len)
		return vz_bad(chk, -EINVAL, "%u options in %llu bytes", n, len);
	for (i = 0; i < n; i++) {
		memcpy(&o, data + i * sizeof(o), sizeof(o));
		/* the kernel does not look whether a socket of IPv4 is asked for those of IPv6 */
		if (!known_option(&o) || (o.level == CPT_SOL_IPV6 && family != 10))
			return vz_bad(chk, -EINVAL, "option %u of level %u", o.name, o.level);
	}
	return 0;
}

/* linux/tcp_states: */
#define ST_ESTABLISHED	1
#define ST_SYN_SENT	2
#define ST_SYN_RECV	3
#define ST_FIN_WAIT2	5
#define ST_TIME_WAIT	6
#define ST_CLOSE	7
#define ST_LISTEN	10
#define ST_CLOSING	11

static int look_packet(struct vz_check *chk, const struct cpt_tcp_packet *p, __u32 last_queue)
{
	__u32 span = p->end_seq - p->seq;
	__u32 flags = !!(p->tcp_flags & 1) + !!(p->tcp_flags & 2);

	if (p->queue < CPT_TCP_SENT || p->queue > CPT_TCP_OUT_OF_ORDER || p->queue < last_queue)
		return vz_bad(chk, -EINVAL, "a packet of queue %u behind one of %u", p->queue, last_queue);
	if (p->len > 557056 || span < p->len || span > p->len + flags)
		return vz_bad(chk, -EINVAL, "a packet of %u bytes from %u to %u", p->len, p->seq, p->end_seq);
	if ((p->flags & ~0x1fU) || p->tcp_flags > 255 || (p->sacked & ~0x97U) || p->dsfield > 255 ||
	    p->gso_segs > 65535 || p->gso_size > 65535 || p->tx_flags > 255 || p->zero ||
	    p->delivered_ce >= 1U << 20 || p->linear > p->len || (p->sacked & 5) == 5)
		return vz_bad(chk, -EINVAL, "a packet at %u with flags of no meaning", p->seq);
	if (p->queue == CPT_TCP_SENT && !p->gso_segs)
		return vz_bad(chk, -EINVAL, "a packet at %u was sent in no segments", p->seq);
	return 0;
}

/*
 * TCP finds packets by their numbers, and counts: what it counts must be what
 * is in the queues.
 */
static int look_packets(struct vz_check *chk, const struct cpt_tcp_image *t, const char *data,
			__u64 len)
{
	__u32 out = 0, sacked = 0, lost = 0, retrans = 0, last = 0, seq = t->snd_una;
	__u32 rseq = t->copied_seq, received = t->rcv_nxt, sent_end = t->snd_una;
	struct cpt_tcp_packet p;
	__u64 sum = 0;
	__u32 i;

	if (t->packets > len / sizeof(p))
		return vz_bad(chk, -EINVAL, "%u packets in %llu bytes", t->packets, len);
	for (i = 0; i < t->packets; i++) {
		memcpy(&p, data + i * sizeof(p), sizeof(p));
		if (look_packet(chk, &p, last))
			return chk->failed;
		if (p.queue <= CPT_TCP_UNSENT) {
			if (p.queue == CPT_TCP_SENT && last != CPT_TCP_SENT && (__s32)(p.seq - seq) > 0)
				return vz_bad(chk, -EINVAL, "the first packet sent begins at %u", p.seq);
			if (last && last <= CPT_TCP_UNSENT && p.seq != seq)
				return vz_bad(chk, -EINVAL, "a packet at %u behind %u", p.seq, seq);
			seq = p.end_seq;
		} else if (p.queue == CPT_TCP_RECEIVED) {
			if ((__s32)(p.end_seq - rseq) < 0 || (__s32)(p.seq - rseq) > 0)
				return vz_bad(chk, -EINVAL, "a received packet at %u, read up to %u",
					      p.seq, rseq);
			received = p.end_seq;
			rseq = p.end_seq;
		} else if (last == CPT_TCP_OUT_OF_ORDER && (__s32)(p.seq - rseq) < 0) {
			return vz_bad(chk, -EINVAL, "an early packet at %u out of order", p.seq);
		} else {
			rseq = p.end_seq;
		}
		if (p.queue == CPT_TCP_SENT) {
			out += p.gso_segs;
			sent_end = p.end_seq;
			sacked += p.sacked & 1 ? p.gso_segs : 0;
			lost += p.sacked & 4 ? p.gso_segs : 0;
			retrans += p.sacked & 2 ? p.gso_segs : 0;
		}
		last = p.queue;
		sum += p.len;
	}
	if (sum != len - t->packets * sizeof(p))
		return vz_bad(chk, -EINVAL, "%llu bytes of data, not %llu",
			      len - t->packets * sizeof(p), sum);
	if (received != t->rcv_nxt)
		return vz_bad(chk, -EINVAL, "received up to %u, not %u", received, t->rcv_nxt);
	if (t->state != ST_CLOSE && t->state != ST_LISTEN &&
	    (sent_end != t->snd_nxt || seq != t->write_seq))
		return vz_bad(chk, -EINVAL, "packets up to %u and %u, not %u and %u", sent_end, seq,
			      t->snd_nxt, t->write_seq);
	if (out != t->packets_out || (t->sack_ok && sacked != t->sacked_out) ||
	    t->sacked_out > out || lost > out - t->sacked_out || lost != t->lost_out || retrans != t->retrans_out)
		return vz_bad(chk, -EINVAL, "%u packets out, %u of them lost, are not those of the queue",
			      t->packets_out, t->lost_out);
	return 0;
}

static int look_tcp_numbers(struct vz_check *chk, const struct cpt_tcp_image *t)
{
	if ((__s32)(t->snd_nxt - t->snd_una) < 0 || (__s32)(t->write_seq - t->snd_nxt) < 0)
		return vz_bad(chk, -EINVAL, "sent %u of %u, acknowledged %u", t->snd_nxt,
			      t->write_seq, t->snd_una);
	if (t->snd_wscale > 14 || t->rcv_wscale > 14 || t->sack_ok > 7 || t->num_sacks > 4)
		return vz_bad(chk, -EINVAL, "a window scale or a number of SACKs");
	if (t->state != ST_CLOSE && t->state != ST_LISTEN &&
	    (t->mss_cache < 8 || t->mss_cache > 65535 || !t->snd_cwnd || t->snd_cwnd > 1 << 24 ||
	     !t->ack_rcv_mss || t->advmss > 65535 || t->tcp_header_len < 20 ||
	     t->tcp_header_len > 60))
		return vz_bad(chk, -EINVAL, "segments of %u bytes, window of %u", t->mss_cache,
			      t->snd_cwnd);
	return 0;
}

/* TIME_WAIT and SYN_RECV: few members, no content. */
static int look_small(struct vz_check *chk, const struct cpt_tcp_image *t, __u64 len)
{
	const struct vz_check_obj *listener;

	if (len || t->opts || t->packets || t->sock.filter || !t->lport || !t->rport ||
	    (t->flags & CPT_TCP_ORPHAN))
		return vz_bad(chk, -EINVAL, "more than state %u has", t->state);
	if (t->snd_wscale > 14 || t->rcv_wscale > 14 || t->sack_ok > 1 || t->tstamp_ok > 1 ||
	    t->wscale_ok > 1)
		return vz_bad(chk, -EINVAL, "a window scale, or options of TCP");
	if (t->state == ST_TIME_WAIT) {
		if (t->listener || (t->substate != ST_TIME_WAIT && t->substate != ST_FIN_WAIT2))
			return vz_bad(chk, -EINVAL, "state %u, on its way to TIME_WAIT", t->substate);
		return 0;
	}
	listener = t->listener ? vz_check_find(chk, CPT_OBJ_TCP, t->listener) : NULL;
	if (!listener || listener->u != ST_LISTEN)
		return vz_bad(chk, -EINVAL, "there is no listener %llu before it", t->listener);
	if (t->mss_clamp < 8 || (t->flags & (CPT_TCP_V6ONLY | CPT_TCP_TRANSPARENT)))
		return vz_bad(chk, -EINVAL, "segments of %u bytes", t->mss_clamp);
	return 0;
}

static int look_tcp(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_tcp_image *t = look->fixed;
	__u32 options = t->opts * sizeof(struct cpt_sockopt);
	const struct vz_check_obj *listener;

	if (t->family != 2 && t->family != 10)
		return vz_bad(chk, -EINVAL, "family %u", t->family);
	if ((t->flags & CPT_TCP_MAPPED) && t->family != 10)
		return vz_bad(chk, -EINVAL, "flags %#x of family %u", t->flags, t->family);
	if (look->obj)
		look->obj->u = t->state;
	if (t->state == ST_SYN_RECV || t->state == ST_TIME_WAIT)
		return look_small(chk, t, look->h->len);
	if (t->flags & (CPT_TCP_V6ONLY | CPT_TCP_TRANSPARENT))
		return vz_bad(chk, -EINVAL, "flags %#x in state %u", t->flags, t->state);
	if ((t->flags & CPT_TCP_ORPHAN) &&
	    (t->listener || t->state == ST_CLOSE || t->state == ST_LISTEN))
		return vz_bad(chk, -EINVAL, "state %u of a socket without a file", t->state);
	if (t->ca[0] && strcmp((const char *)t->ca, "cubic") &&
	    strcmp((const char *)t->ca, "reno") && strcmp((const char *)t->ca, "bbr"))
		return vz_bad(chk, -EINVAL, "congestion control %s", (const char *)t->ca);
	if ((t->bbr.state >> CPT_BBR_MODE & 7) > 3 || (t->bbr.state >> CPT_BBR_CA_STATE & 7) > 4 ||
	    t->bbr.extra_acked[0] > 0xffff || t->bbr.extra_acked[1] > 0xffff)
		return vz_bad(chk, -EINVAL, "state %#x of bbr", t->bbr.state);
	if ((t->bbr.used && strcmp((const char *)t->ca, "bbr")) ||
	    (t->cubic.used && strcmp((const char *)t->ca, "cubic")))
		return vz_bad(chk, -EINVAL, "the state of another congestion control than %s",
			      (const char *)t->ca);
	if (t->state != ST_CLOSE && !t->lport)
		return vz_bad(chk, -EINVAL, "no port in state %u", t->state);
	listener = t->listener ? vz_check_find(chk, CPT_OBJ_TCP, t->listener) : NULL;
	if (t->listener && (!listener || listener->u != ST_LISTEN || t->state == ST_LISTEN ||
			    t->state == ST_CLOSE))
		return vz_bad(chk, -EINVAL, "there is no listener %llu before it", t->listener);
	if (look_tcp_numbers(chk, t) ||
	    vz_look_sockopts(chk, t->family, look->tail, look->tail_len, t->opts))
		return chk->failed;
	return look_packets(chk, t, look->tail + options, look->tail_len - options);
}

static const struct vz_rule tcp_rules[] = {
	VZ_SOCK_RULES(cpt_tcp_image),
	VZ_RANGE(cpt_tcp_image, state, 1, 11),
	VZ_MASK(cpt_tcp_image, flags, 15),
	VZ_REF_OPT(cpt_tcp_image, listener, CPT_OBJ_TCP),
	VZ_RANGE(cpt_tcp_image, lport, 0, 65535),
	VZ_RANGE(cpt_tcp_image, rport, 0, 65535),
	VZ_MASK(cpt_tcp_image, flow_label, 0xfffff),
	VZ_RANGE(cpt_tcp_image, mcast_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_tcp_image, defer_accept, 0, 255),
	VZ_TEXT(cpt_tcp_image, ca),
	VZ_MASK(cpt_tcp_image, timers, 31),
	VZ_MASK(cpt_tcp_image, pending, 7),
	VZ_MASK(cpt_tcp_image, ack_pending, 31),
	VZ_RANGE(cpt_tcp_image, scaling_ratio, 0, 255),
	VZ_RANGE(cpt_tcp_image, compressed_ack, 0, 255),
	VZ_ZERO(cpt_tcp_image, zero),
	VZ_RANGE(cpt_tcp_image, cubic.used, 0, 1),
	VZ_ZERO(cpt_tcp_image, cubic.zero),
	VZ_RANGE(cpt_tcp_image, bbr.used, 0, 1),
	VZ_MASK(cpt_tcp_image, bbr.state, CPT_BBR_STATE_KNOWN),
	VZ_MASK(cpt_tcp_image, bbr.gains, CPT_BBR_GAINS_KNOWN),
	VZ_MASK(cpt_tcp_image, bbr.acked, CPT_BBR_ACKED_KNOWN),
	VZ_RANGE(cpt_tcp_image, substate, 0, 6),
	VZ_RANGE(cpt_tcp_image, tos, 0, 255),
	VZ_RANGE(cpt_tcp_image, syn_tos, 0, 255),
	VZ_RANGE(cpt_tcp_image, req_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_tcp_image, req_retrans, 0, 255),
	VZ_RANGE(cpt_tcp_image, req_timeouts, 0, 127),
	VZ_MASK(cpt_tcp_image, req_flags, 7),
	VZ_RANGE(cpt_tcp_image, req_timeout_us, 0, 1ULL << 31),
};

const struct vz_shape vz_shapes_inet[CPT_OBJ_MAX] = {
	[CPT_OBJ_TCP]	= { RULES(tcp_rules), ARRAY(cpt_tcp_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = look_tcp },
};
