// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: sockets for datagrams. The kernel reads the headers of a packet
 * that waits without looking how long they are: here they are looked at.
 */
#include "image_rules.h"

#define FAMILY_INET	2
#define FAMILY_INET6	10
#define TYPE_DGRAM	2
#define TYPE_RAW	3
#define PROTO_ICMP	1
#define PROTO_UDP	17
#define PROTO_ICMPV6	58
#define PROTO_UDPLITE	136
#define PROTO_MAX	255
#define HEAD6		40	/* of IPv6 */
#define HEAD_UDP	8
#define PACKET_MAX	(1U << 18)
#define HEAD_MAX	(1U << 15)	/* the kernel counts in 16 bits where headers are */

static int is_udp(const struct cpt_udp_image *u)
{
	return u->type == TYPE_DGRAM &&
	       (u->protocol == PROTO_UDP || u->protocol == PROTO_UDPLITE);
}

/* ---- packets ---- */

static int look_sizes(struct vz_check *chk, const struct cpt_udp_packet *p)
{
	if (p->len > PACKET_MAX || p->head > HEAD_MAX || p->linear > p->len || p->cov > p->len ||
	    p->transport > p->head + p->len)
		return vz_bad(chk, -EINVAL, "a packet of %u and %u bytes", p->head, p->len);
	if ((p->flags & ~CPT_UDP_PKT_KNOWN) || p->ifindex > 0x7fffffff || p->frag_size > 65535 ||
	    p->gso_size > 65535 || p->gso_segs > 65535 || p->zero || p->stamp_ns < 0 ||
	    p->hw_stamp_ns < 0 || (p->gso_size && p->gso_size > p->len) ||
	    (!p->gso_size && p->gso_segs) ||
	    (!(p->flags & CPT_UDP_PKT_PARTIAL) && p->cov != p->len))
		return vz_bad(chk, -EINVAL, "a packet with members of no meaning");
	return 0;
}

/* IPv4: whole with its options. */
static int look_head4(struct vz_check *chk, const struct cpt_udp_image *u,
		      const struct cpt_udp_packet *p, const unsigned char *data)
{
	__u32 ihl, data_at, i;

	if (p->head + p->len < 20)
		return vz_bad(chk, -EINVAL, "an IPv4 packet of %u bytes", p->head + p->len);
	ihl = (data[0] & 15) * 4;
	data_at = u->type == TYPE_RAW ? 0 : is_udp(u) ? ihl + HEAD_UDP : ihl;
	if (data[0] >> 4 != 4 || ihl < 20 || p->head != data_at || p->transport != ihl ||
	    (u->type == TYPE_RAW && p->linear < ihl))
		return vz_bad(chk, -EINVAL, "an IPv4 packet with a header of %u bytes", p->head);
	for (i = 0; i < 4; i++) {
		if (p->ext[i])
			return vz_bad(chk, -EINVAL, "an IPv4 packet with extension headers");
	}
	if (p->flags & CPT_UDP_PKT_HOPOPTS)
		return vz_bad(chk, -EINVAL, "an IPv4 packet with hop-by-hop options");
	return 0;
}

static int look_head6(struct vz_check *chk, const struct cpt_udp_image *u,
		      const struct cpt_udp_packet *p, const unsigned char *data)
{
	__u32 behind = is_udp(u) ? HEAD_UDP : 0, i;

	if (u->family != FAMILY_INET6 || p->transport < HEAD6 || p->head != p->transport + behind ||
	    data[0] >> 4 != 6)
		return vz_bad(chk, -EINVAL, "an IPv6 packet with a header of %u bytes", p->head);
	for (i = 0; i < 4; i++) {
		if (p->ext[i] && (p->ext[i] < HEAD6 || p->ext[i] + 8U > p->transport))
			return vz_bad(chk, -EINVAL, "an extension header at %u", p->ext[i]);
	}
	if ((p->flags & CPT_UDP_PKT_HOPOPTS) && p->transport < HEAD6 + 8)
		return vz_bad(chk, -EINVAL, "no hop-by-hop options");
	return 0;
}

static int look_packets(struct vz_check *chk, const struct cpt_udp_image *u, const char *data,
			__u64 len)
{
	const char *bytes = data + u->packets * sizeof(struct cpt_udp_packet);
	__u64 left = len - u->packets * sizeof(struct cpt_udp_packet);
	struct cpt_udp_packet p;
	__u32 i;

	for (i = 0; i < u->packets; i++) {
		memcpy(&p, data + i * sizeof(p), sizeof(p));
		if (look_sizes(chk, &p))
			return chk->failed;
		if (p.head + p.len > left)
			return vz_bad(chk, -EINVAL, "packet %u is cut off", i + 1);
		if (p.family != FAMILY_INET && p.family != FAMILY_INET6)
			return vz_bad(chk, -EINVAL, "a packet of family %u", p.family);
		if (p.family == FAMILY_INET && u->family == FAMILY_INET6 && !is_udp(u))
			return vz_bad(chk, -EINVAL, "an IPv4 packet of a socket of IPv6");
		if (p.family == FAMILY_INET ? look_head4(chk, u, &p, (const void *)bytes) :
					      look_head6(chk, u, &p, (const void *)bytes))
			return chk->failed;
		bytes += p.head + p.len;
		left -= p.head + p.len;
	}
	return left ? vz_bad(chk, -EINVAL, "%llu bytes behind the last packet", left) : 0;
}

/* ---- multicast ---- */

static int look_group(struct vz_check *chk, const struct cpt_udp_image *u,
		      const struct cpt_mcast *m)
{
	static const __u8 zeros[12];

	if (m->family != FAMILY_INET && (m->family != FAMILY_INET6 || u->family != FAMILY_INET6))
		return vz_bad(chk, -EINVAL, "a multicast group of family %u", m->family);
	if (m->family == FAMILY_INET ? m->addr[0] >> 4 != 14 || memcmp(m->addr + 4, zeros, 12) :
				       m->addr[0] != 255 || m->iface)
		return vz_bad(chk, -EINVAL, "a multicast group that is none");
	if (!m->ifindex || m->ifindex > 0x7fffffff || m->mode > 1 || (m->mode && !m->sources) ||
	    m->sources > u->sources || m->zero)
		return vz_bad(chk, -EINVAL, "a multicast group of interface %u, mode %u, %u sources",
			      m->ifindex, m->mode, m->sources);
	return 0;
}

static int look_groups(struct vz_check *chk, const struct cpt_udp_image *u, const char *data)
{
	struct cpt_mcast m;
	__u64 sources = 0;
	__u32 i;

	for (i = 0; i < u->groups; i++) {
		memcpy(&m, data + i * sizeof(m), sizeof(m));
		if (look_group(chk, u, &m))
			return chk->failed;
		sources += m.sources;
	}
	if (sources != u->sources)
		return vz_bad(chk, -EINVAL, "%u sources, not %llu", u->sources, sources);
	return 0;
}

/* ---- the socket ---- */

static int look_kind(struct vz_check *chk, const struct cpt_udp_image *u)
{
	int ping = u->protocol == (u->family == FAMILY_INET ? PROTO_ICMP : PROTO_ICMPV6);

	if (u->family != FAMILY_INET && u->family != FAMILY_INET6)
		return vz_bad(chk, -EINVAL, "family %u", u->family);
	if (u->type == TYPE_RAW ? u->lport != u->protocol || !u->protocol : !is_udp(u) && !ping)
		return vz_bad(chk, -EINVAL, "protocol %u of type %u", u->protocol, u->type);
	if (u->type == TYPE_DGRAM && !u->lport != !(u->flags & CPT_UDP_HASHED))
		return vz_bad(chk, -EINVAL, "port %u, flags %#x", u->lport, u->flags);
	if (!is_udp(u) && ((u->flags & (CPT_UDP_CORK | CPT_UDP_NO_CHECK6_TX | CPT_UDP_NO_CHECK6_RX |
					CPT_UDP_GRO)) || u->gso_size || u->reuse_group))
		return vz_bad(chk, -EINVAL, "options of UDP, and it is protocol %u", u->protocol);
	if ((!is_udp(u) || u->protocol != PROTO_UDPLITE) &&
	    ((u->flags & (CPT_UDP_SEND_COV | CPT_UDP_RECV_COV)) || u->send_cov || u->recv_cov))
		return vz_bad(chk, -EINVAL, "options of UDP-Lite, and it is protocol %u", u->protocol);
	if ((u->checksum & 1) || ((u->type != TYPE_RAW || u->family != FAMILY_INET6) &&
				  ((u->flags & CPT_UDP_CHECKSUM) || u->checksum)))
		return vz_bad(chk, -EINVAL, "IPV6_CHECKSUM of type %u", u->type);
	if (u->type != TYPE_RAW && ((u->flags & CPT_UDP_ROUTER_ALERT) || u->alert))
		return vz_bad(chk, -EINVAL, "router alert of type %u", u->type);
	return 0;
}

/*
 * A packet for one of a SO_REUSEPORT group may be given to any: they must be of one sort.
 * The kernel has the same list for all of them.
 */
static int look_reuse(struct vz_check *chk, const struct cpt_udp_image *u)
{
	__u64 what = u->family | (__u64)u->protocol << 8 | (__u64)u->lport << 16;
	struct vz_check_obj *group;

	if (!u->reuse_group) {
		if (u->reuse_place || (u->flags & (CPT_UDP_CONNS | CPT_UDP_ANY)))
			return vz_bad(chk, -EINVAL, "place %u in no group", u->reuse_place);
		return 0;
	}
	if (!(u->flags & CPT_UDP_HASHED))
		return vz_bad(chk, -EINVAL, "in group %u, but not bound", u->reuse_group);
	group = vz_check_find(chk, VZ_OWN_REUSE, u->reuse_group);
	if (!group) {
		group = vz_check_add(chk, VZ_OWN_REUSE, u->reuse_group);
		if (!group)
			return chk->failed;
		group->u = what;
	}
	if (group->u != what)
		return vz_bad(chk, -EINVAL, "group %u is of other sockets", u->reuse_group);
	return 0;
}

static int look_udp(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_udp_image *u = look->fixed;
	__u64 opts = (__u64)u->opts * sizeof(struct cpt_sockopt);
	__u64 groups = (__u64)u->groups * sizeof(struct cpt_mcast);
	__u64 sources = (__u64)u->sources * 16;
	__u64 packets = (__u64)u->packets * sizeof(struct cpt_udp_packet);
	const char *data = look->tail;

	if (look_kind(chk, u) || look_reuse(chk, u))
		return chk->failed;
	if (opts + groups + sources + packets > look->tail_len)
		return vz_bad(chk, -EINVAL, "%u options, %u groups, %u packets are cut off",
			      u->opts, u->groups, u->packets);
	if (vz_look_sockopts(chk, u->family, data, look->tail_len, u->opts) ||
	    look_groups(chk, u, data + opts))
		return chk->failed;
	return look_packets(chk, u, data + opts + groups + sources,
			    look->tail_len - opts - groups - sources);
}

static const struct vz_rule udp_rules[] = {
	VZ_SOCK_RULES(cpt_udp_image),
	VZ_RANGE(cpt_udp_image, type, TYPE_DGRAM, TYPE_RAW),
	VZ_RANGE(cpt_udp_image, protocol, 0, PROTO_MAX),
	VZ_MASK(cpt_udp_image, flags, CPT_UDP_FLAGS_KNOWN),
	VZ_RANGE(cpt_udp_image, reuse_place, 0, 65535),
	VZ_RANGE(cpt_udp_image, lport, 0, 65535),
	VZ_RANGE(cpt_udp_image, rport, 0, 65535),
	VZ_MASK(cpt_udp_image, flow_label, 0xfffffff),
	VZ_RANGE(cpt_udp_image, mcast_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_udp_image, mcast_if4, 0, 0x7fffffff),
	VZ_RANGE(cpt_udp_image, mtu, 0, 0x7fffffff),
	VZ_RANGE(cpt_udp_image, pktinfo_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_udp_image, gso_size, 0, 65535),
	VZ_RANGE(cpt_udp_image, send_cov, 0, 65535),
	VZ_RANGE(cpt_udp_image, recv_cov, 0, 65535),
	VZ_SRANGE(cpt_udp_image, checksum, 0, 0x7ffffffe),
	VZ_RANGE(cpt_udp_image, alert, 0, 0x7fffffff),
};

const struct vz_shape vz_shapes_udp[CPT_OBJ_MAX] = {
	[CPT_OBJ_UDP]	= { RULES(udp_rules), ARRAY(cpt_udp_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = look_udp },
};
