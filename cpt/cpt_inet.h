/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What TCP and UDP share while dumping.
 */
#ifndef _CPT_INET_H
#define _CPT_INET_H

#include "cpt_sock.h"
#include "cpt_net.h"

/* Says what of the levels SOL_IP and SOL_IPV6 cannot be restored. */
void cpt_inet_judge(struct vz_context *ctx, struct sock *sk);

/* Appends struct cpt_sockopt for each option: their number, or -ENOMEM. */
int cpt_inet_options(struct sock *sk, struct cpt_buf *buf);

/* IPv6 socket that talks IPv4. */
bool cpt_inet_mapped(const struct sock *sk);

/* Addresses, 16 bytes each, and ports in host order. */
void cpt_inet_names(const struct sock *sk, __u8 *laddr, __u8 *raddr, __u32 *lport, __u32 *rport);

#endif
