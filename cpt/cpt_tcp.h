/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_TCP_H
#define _CPT_TCP_H

#include "cpt_inet.h"

struct vz_tcp_lock;

/*
 * Appends all packets of the socket's queues, then their bytes. Called with the
 * socket's lock. Return: their number, -EFBIG or -ENOMEM
 */
int cpt_tcp_packets(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_buf *buf);

#endif
