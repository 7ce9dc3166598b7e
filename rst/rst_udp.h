/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_UDP_H
#define _RST_UDP_H

#include "rst_inet.h"

/* UDP or UDP-Lite, not raw and not ping. */
static inline bool rst_is_udp(const struct cpt_udp_image *v)
{
	return v->type == SOCK_DGRAM &&
	       (v->protocol == IPPROTO_UDP || v->protocol == IPPROTO_UDPLITE);
}

/* Fills the queue with @v->packets packets, their bytes are at @bytes. 0 or -errno */
int rst_udp_packets(struct sock *sk, const struct cpt_udp_image *v,
		    const struct cpt_udp_packet *packets, const char *bytes);

/*
 * Joins @n multicast groups, whose sources are at @sources. In init's context: the
 * socket's network namespace is the VE's. 0 or -errno
 */
int rst_mcast_join(struct sock *sk, const struct cpt_mcast *groups, u32 n, const u8 (*sources)[16]);

#endif
