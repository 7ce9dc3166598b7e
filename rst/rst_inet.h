/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What TCP and UDP share while restoring.
 */
#ifndef _RST_INET_H
#define _RST_INET_H

#include "rst_sock.h"

/* Options of IP and IPv6 that are not what a new socket has. 0 or -errno, said. */
int rst_inet_options(struct vz_context *ctx, const struct vz_rec *rec, struct sock *sk,
		     const struct cpt_sockopt *opts, u32 n);

/* Addresses and ports, for functions that bind or hash. */
void rst_inet_names(struct sock *sk, const __u8 *laddr, const __u8 *raddr, u32 lport, u32 rport);

#endif
