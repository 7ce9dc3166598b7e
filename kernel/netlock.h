/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network lock of a VE.
 */
#ifndef _VZ_NETLOCK_H
#define _VZ_NETLOCK_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/types.h>

struct nf_hook_ops;
struct net;
struct sock;
struct vz_context;

/* Timers of a TCP socket */
#define VZ_TCP_RETRANS		1	/* retransmit, probe, loss probe; of a request, TIME_WAIT */
#define VZ_TCP_DELACK		2
#define VZ_TCP_KEEPALIVE	4	/* and the one of FIN_WAIT2 */
#define VZ_TCP_PACING		8
#define VZ_TCP_COMP_ACK		16

/**
 * struct vz_tcp - a TCP socket that time stands still for
 * @node: in vz_tcp_lock.socks
 * @hash: in vz_tcp_lock.hash, by @sk
 * @sk: a reference
 * @armed: VZ_TCP_*: timers that go on
 * @retrans_left: jiffies that it had left
 * @delack_left: likewise
 * @keepalive_left: likewise
 */
struct vz_tcp {
	struct list_head node;
	struct hlist_node hash;
	struct sock *sk;
	u32 armed;
	long retrans_left;
	long delack_left;
	long keepalive_left;
};

/**
 * struct vz_tcp_lock - TCP of a network namespace, stopped
 * @socks: struct vz_tcp
 * @hash: the same, by socket
 * @jiffies: when
 * @ns: likewise, of tcp_clock_ns()
 */
struct vz_tcp_lock {
	struct list_head socks;
	DECLARE_HASHTABLE(hash, 8);
	unsigned long jiffies;
	u64 ns;
};

void vz_tcp_begin(struct vz_tcp_lock *lock);
int vz_tcp_stop(struct vz_tcp_lock *lock, struct net *net);
void vz_tcp_start(struct vz_tcp_lock *lock);
void vz_tcp_abort(struct vz_tcp_lock *lock, struct net *net);
struct vz_tcp *vz_tcp_add(struct vz_tcp_lock *lock, struct sock *sk);
int vz_tcp_add_small(struct vz_tcp_lock *lock, struct sock *sk, long left);
struct vz_tcp *vz_tcp_find(struct vz_tcp_lock *lock, const struct sock *sk);
void vz_tcp_cc_shift(struct sock *sk, u32 ticks, u64 ns);

/* TCP's part of the context's lock; NULL when it is not locked. */
struct vz_tcp_lock *vz_net_tcp(struct vz_context *ctx);

int vz_net_lock(struct vz_context *ctx);
void vz_net_kill(struct vz_context *ctx);
void vz_net_unlock(struct vz_context *ctx);
void vz_net_end(struct vz_context *ctx);
bool vz_net_is_lock(const struct nf_hook_ops *ops);

#endif /* _VZ_NETLOCK_H */
