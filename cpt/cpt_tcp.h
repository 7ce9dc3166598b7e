/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_TCP_H
#define _CPT_TCP_H

#include <net/tcp_states.h>
#include "cpt_inet.h"

struct vz_tcp_lock;

/*
 * Appends all packets of the socket's queues, then their bytes. Called with the
 * socket's lock. Return: their number, -EFBIG or -ENOMEM
 */
int cpt_tcp_packets(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_buf *buf);

/* A connection in TIME_WAIT, or a half-open one: not a struct tcp_sock. */
static inline bool cpt_tcp_is_small(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT || sk->sk_state == TCP_NEW_SYN_RECV;
}

/* Says what of such a one cannot be restored. */
void cpt_tcp_judge_small(struct vz_context *ctx, const struct sock *sk);

/* Its record, but for @listener. */
void cpt_tcp_fill_small(struct vz_tcp_lock *lock, const struct sock *sk, struct cpt_tcp_image *v);

#endif
