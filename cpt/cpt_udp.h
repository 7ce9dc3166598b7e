/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_UDP_H
#define _CPT_UDP_H

#include "cpt_inet.h"

/* Refuses packets in the queues that cannot be restored. The VE is parked. */
int cpt_udp_judge_queue(struct vz_context *ctx, struct sock *sk);

/* Appends all packets of the socket's queues, then their bytes: their number, or -ENOMEM. */
int cpt_udp_packets(struct sock *sk, struct cpt_buf *buf);

/*
 * Appends struct cpt_mcast for each multicast group, the first joined first, then their
 * sources. @groups and @sources: how many. 0 or -ENOMEM.
 */
int cpt_mcast_groups(struct sock *sk, __u32 *groups, __u32 *sources, struct cpt_buf *buf);

/* Refuses groups of interfaces that are not there any more. */
int cpt_mcast_judge(struct vz_context *ctx, struct sock *sk);

#endif
