/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_TCP_H
#define _RST_TCP_H

#include "rst_inet.h"

struct vz_tcp_lock;

/* Fills the queues. Called with the socket's lock. 0 or -errno */
int rst_tcp_packets(const struct vz_tcp_lock *lock, struct sock *sk,
		    const struct cpt_tcp_image *v, const struct cpt_tcp_packet *packets,
		    const char *bytes);

/* Binds it to a port, whoever else has that. Called with the socket's lock. */
int rst_tcp_take_port(struct sock *sk, u32 port);

/* A connection in TIME_WAIT. In init's context. 0 or -errno */
int rst_tcp_wait(struct vz_tcp_lock *lock, const struct cpt_tcp_image *v);

/* A half-open connection of a listener. 0 or -errno */
int rst_tcp_request(struct vz_tcp_lock *lock, struct sock *listener, const struct cpt_tcp_image *v);

#endif
