// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP under the network lock: time stands still. The timers of a socket are
 * stopped with the time that they had left, and go on with it when the lock
 * goes; what a socket remembers of clocks is moved by the time between. So no
 * retransmission fires into the lock and halves a window, no probe gives up,
 * and a round trip is as long as it was.
 *
 * Who ends under the lock ends without a word: vz_tcp_abort().
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include "access.h"
#include "netlock.h"
#include "tcp_fields.h"

/* ---- one socket ---- */

static bool is_full(const struct sock *sk)
{
	return sk->sk_state != TCP_NEW_SYN_RECV && sk->sk_state != TCP_TIME_WAIT;
}

/* The one timer of a request or of a socket in TIME_WAIT. */
static struct timer_list *small_timer(struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT ? &inet_twsk(sk)->tw_timer :
					       &inet_reqsk(sk)->rsk_timer;
}

/* Waits for one that runs. A pending timer had a reference on the socket. */
static bool stop_timer(struct sock *sk, struct timer_list *timer)
{
	if (!del_timer_sync(timer))
		return false;
	__sock_put(sk);
	return true;
}

static bool stop_hrtimer(struct sock *sk, struct hrtimer *timer)
{
	if (hrtimer_cancel(timer) != 1)
		return false;
	__sock_put(sk);
	return true;
}

/* Each may start another one while it runs: until none is left. */
static void stop_timers(struct vz_tcp *t)
{
	struct inet_connection_sock *icsk = inet_csk(t->sk);
	struct tcp_sock *tp = tcp_sk(t->sk);
	u32 stopped;

	do {
		stopped = 0;
		if (stop_hrtimer(t->sk, &tp->pacing_timer))
			stopped |= VZ_TCP_PACING;
		if (stop_hrtimer(t->sk, &tp->compressed_ack_timer))
			stopped |= VZ_TCP_COMP_ACK;
		if (stop_timer(t->sk, &icsk->icsk_retransmit_timer))
			stopped |= VZ_TCP_RETRANS;
		if (stop_timer(t->sk, &icsk->icsk_delack_timer))
			stopped |= VZ_TCP_DELACK;
		if (stop_timer(t->sk, vz_keepalive_timer(t->sk)))
			stopped |= VZ_TCP_KEEPALIVE;
		t->armed |= stopped;
	} while (stopped);
}

static void left(long *left, unsigned long expires)
{
	*left = max_t(long, expires - jiffies, 0);
}

static void stop_full(struct vz_tcp *t)
{
	struct inet_connection_sock *icsk = inet_csk(t->sk);

	/* what came while somebody had it is dealt with now */
	lock_sock(t->sk);
	release_sock(t->sk);
	stop_timers(t);
	left(&t->retrans_left, icsk->icsk_retransmit_timer.expires);
	left(&t->delack_left, icsk->icsk_delack_timer.expires);
	left(&t->keepalive_left, vz_keepalive_timer(t->sk)->expires);
}

static void stop_small(struct vz_tcp *t)
{
	struct timer_list *timer = small_timer(t->sk);

	if (!del_timer_sync(timer))
		return;
	t->armed = VZ_TCP_RETRANS;
	left(&t->retrans_left, timer->expires);
}

/**
 * vz_tcp_add_small() - a connection in TIME_WAIT, or a half-open one, whose timer starts
 *                      when the lock goes
 * @lock: the lock
 * @sk: not a full socket; its timer runs
 * @left: jiffies that the timer has left then
 *
 * Context: may sleep. Return: 0 or -ENOMEM: its timer runs on
 */
int vz_tcp_add_small(struct vz_tcp_lock *lock, struct sock *sk, long left)
{
	struct vz_tcp *t = vz_tcp_add(lock, sk);

	if (!t)
		return -ENOMEM;
	stop_small(t);
	if (t->armed)
		t->retrans_left = left;
	return 0;
}
EXPORT_SYMBOL_GPL(vz_tcp_add_small);

/* ---- going on ---- */

static void shift_queue(struct rb_root *root, u64 ns)
{
	struct rb_node *p;
	struct sk_buff *skb;

	for (p = rb_first(root); p; p = rb_next(p)) {
		skb = rb_to_skb(p);
		skb->skb_mstamp_ns += ns;
		if (TCP_SKB_CB(skb)->tx.first_tx_mstamp)
			TCP_SKB_CB(skb)->tx.first_tx_mstamp += div_u64(ns, NSEC_PER_USEC);
		if (TCP_SKB_CB(skb)->tx.delivered_mstamp)
			TCP_SKB_CB(skb)->tx.delivered_mstamp += div_u64(ns, NSEC_PER_USEC);
	}
}

/* Everything that @sk remembers was @ns later. */
static void shift_clocks(struct sock *sk, u64 ns, u32 ticks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 us = div_u64(ns, NSEC_PER_USEC);
	u32 ms = div_u64(ns, NSEC_PER_MSEC);
	struct tcp_sock *tp = tcp_sk(sk);

#define X(place, name) if (place) place += ticks;
	VZ_TCP_JIFFIES(X)
#undef X
#define X(place, name) if (place) place += us;
	VZ_TCP_STAMPS(X)
#undef X
	if (tp->tcp_wstamp_ns)
		tp->tcp_wstamp_ns += ns;
	if (tp->retrans_stamp)
		tp->retrans_stamp += ms;
	/* the peer's echoes of what was sent before give the time without the lock */
	tp->tsoffset -= ms;
	shift_queue(&sk->tcp_rtx_queue, ns);
	vz_tcp_cc_shift(sk, ticks, ns);
}

static void start_timer(struct sock *sk, struct timer_list *timer, long left, unsigned long *timeout)
{
	unsigned long expires = jiffies + left;

	if (timeout)
		*timeout = expires;
	sk_reset_timer(sk, timer, expires);
}

static void start_full(struct vz_tcp *t, u64 ns, u32 ticks)
{
	struct inet_connection_sock *icsk = inet_csk(t->sk);
	struct sock *sk = t->sk;

	lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		goto out;
	shift_clocks(sk, ns, ticks);
	if (t->armed & VZ_TCP_RETRANS)
		start_timer(sk, &icsk->icsk_retransmit_timer, t->retrans_left,
			    &icsk->icsk_timeout);
	if (t->armed & VZ_TCP_DELACK)
		start_timer(sk, &icsk->icsk_delack_timer, t->delack_left,
			    &icsk->icsk_ack.timeout);
	if (t->armed & VZ_TCP_KEEPALIVE)
		start_timer(sk, vz_keepalive_timer(sk), t->keepalive_left, NULL);
	/* an acknowledgement that waited for more to acknowledge goes now */
	if ((t->armed & VZ_TCP_COMP_ACK) && !(t->armed & VZ_TCP_DELACK))
		start_timer(sk, &icsk->icsk_delack_timer, 0, &icsk->icsk_ack.timeout);
	if ((t->armed & VZ_TCP_PACING) && !hrtimer_is_queued(&tcp_sk(sk)->pacing_timer)) {
		sock_hold(sk);
		hrtimer_start(&tcp_sk(sk)->pacing_timer, ktime_get(),
			      HRTIMER_MODE_ABS_PINNED_SOFT);
	}
out:
	release_sock(sk);
}

/* Moments of @ns, or @ticks, ago. */
static void shift_small(struct sock *sk, u64 ns, u32 ticks)
{
	u32 ms = div_u64(ns, NSEC_PER_MSEC);
	struct tcp_timewait_sock *tw;
	struct tcp_request_sock *req;

	if (sk->sk_state == TCP_TIME_WAIT) {
		tw = tcp_twsk(sk);
		tw->tw_ts_offset -= ms;
		if (tw->tw_last_oow_ack_time)
			tw->tw_last_oow_ack_time += ticks;
		return;
	}
	req = tcp_rsk(inet_reqsk(sk));
	req->ts_off -= ms;
	if (req->snt_synack)
		req->snt_synack += div_u64(ns, NSEC_PER_USEC);
	if (req->last_oow_ack_time)
		req->last_oow_ack_time += ticks;
}

static void start_small(struct vz_tcp *t)
{
	if (t->armed & VZ_TCP_RETRANS)
		mod_timer(small_timer(t->sk), jiffies + t->retrans_left);
}

/* ---- all of a namespace ---- */

/**
 * vz_tcp_add() - a socket whose timers start when the lock goes
 * @lock: the lock
 * @sk: the socket; a reference is taken
 *
 * Return: an entry to be filled in, or NULL
 */
struct vz_tcp *vz_tcp_add(struct vz_tcp_lock *lock, struct sock *sk)
{
	struct vz_tcp *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	sock_hold(sk);
	t->sk = sk;
	list_add_tail(&t->node, &lock->socks);
	hash_add(lock->hash, &t->hash, (unsigned long)sk);
	return t;
}
EXPORT_SYMBOL_GPL(vz_tcp_add);

static struct inet_hashinfo *tables(struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

/* The sockets of a bucket into the list of @lock. Return: 0, or how many more there are */
static unsigned int take_bucket(struct vz_tcp_lock *lock, struct net *net, unsigned int slot,
				struct list_head *spare)
{
	struct inet_ehash_bucket *head = &tables(net)->ehash[slot];
	spinlock_t *locked = inet_ehash_lockp(tables(net), slot);
	struct hlist_nulls_node *node;
	unsigned int more = 0;
	struct vz_tcp *t;
	struct sock *sk;

	spin_lock_bh(locked);
	sk_nulls_for_each(sk, node, &head->chain) {
		if (!net_eq(sock_net(sk), net) || vz_tcp_find(lock, sk))
			continue;
		if (list_empty(spare)) {
			more++;
			continue;
		}
		if (!refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		t = list_first_entry(spare, struct vz_tcp, node);
		t->sk = sk;
		list_move_tail(&t->node, &lock->socks);
		hash_add(lock->hash, &t->hash, (unsigned long)sk);
	}
	spin_unlock_bh(locked);
	return more;
}

static int add_spare(struct list_head *spare, unsigned int n)
{
	struct vz_tcp *t;

	while (n--) {
		t = kzalloc(sizeof(*t), GFP_KERNEL);
		if (!t)
			return -ENOMEM;
		list_add(&t->node, spare);
	}
	return 0;
}

static int take_all(struct vz_tcp_lock *lock, struct net *net)
{
	struct vz_tcp *t, *next;
	unsigned int i, more;
	LIST_HEAD(spare);
	int err = 0;

	for (i = 0; i <= tables(net)->ehash_mask && !err; i++) {
		if (hlist_nulls_empty(&tables(net)->ehash[i].chain))
			continue;
		do {
			more = take_bucket(lock, net, i, &spare);
			err = add_spare(&spare, more);
		} while (more && !err);
		cond_resched();
	}
	list_for_each_entry_safe(t, next, &spare, node)
		kfree(t);
	return err;
}

struct vz_tcp *vz_tcp_find(struct vz_tcp_lock *lock, const struct sock *sk)
{
	struct vz_tcp *t;

	hash_for_each_possible(lock->hash, t, hash, (unsigned long)sk) {
		if (t->sk == sk)
			return t;
	}
	return NULL;
}

/* Begins the time in which nothing happens. */
void vz_tcp_begin(struct vz_tcp_lock *lock)
{
	INIT_LIST_HEAD(&lock->socks);
	hash_init(lock->hash);
	lock->jiffies = jiffies;
	lock->ns = tcp_clock_ns();
}

/**
 * vz_tcp_stop() - stop the timers of all TCP sockets of a network namespace
 * @lock: after vz_tcp_begin()
 * @net: its packets are dropped
 *
 * Context: may sleep. Return: 0 or -ENOMEM: vz_tcp_start() undoes it
 */
int vz_tcp_stop(struct vz_tcp_lock *lock, struct net *net)
{
	struct vz_tcp *t;
	int err = take_all(lock, net);

	lock->jiffies = jiffies;
	lock->ns = tcp_clock_ns();
	list_for_each_entry(t, &lock->socks, node) {
		if (is_full(t->sk))
			stop_full(t);
		else
			stop_small(t);
	}
	return err;
}

static void forget(struct vz_tcp *t)
{
	hash_del(&t->hash);
	list_del(&t->node);
	sock_gen_put(t->sk);
	kfree(t);
}

/* Timers go on with the time they had left. */
void vz_tcp_start(struct vz_tcp_lock *lock)
{
	u64 ns = tcp_clock_ns() - lock->ns;
	u32 ticks = jiffies - lock->jiffies;
	struct vz_tcp *t, *next;

	list_for_each_entry_safe(t, next, &lock->socks, node) {
		if (is_full(t->sk))
			start_full(t, ns, ticks);
		else if (t->armed)
			shift_small(t->sk, ns, ticks);
		if (!is_full(t->sk))
			start_small(t);
		forget(t);
	}
}

/* ---- the end ---- */

/* As tcp_abort(), and for a socket without a file as well. */
static void abort_full(struct sock *sk)
{
	lock_sock(sk);
	local_bh_disable();
	bh_lock_sock(sk);
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN) {
		WRITE_ONCE(sk->sk_err, ECONNABORTED);
		tcp_done(sk);
	}
	bh_unlock_sock(sk);
	local_bh_enable();
	if (sk->sk_state == TCP_CLOSE)
		vz_tcp_write_queue_purge(sk);
	release_sock(sk);
}

static void abort_small(struct vz_tcp *t)
{
	struct sock *sk = t->sk;

	/* they end by their timer, or by somebody who stops it */
	start_small(t);
	if (sk->sk_state == TCP_TIME_WAIT) {
		sock_hold(sk);
		inet_twsk_deschedule_put(inet_twsk(sk));
		return;
	}
	local_bh_disable();
	inet_csk_reqsk_queue_drop(inet_reqsk(sk)->rsk_listener, inet_reqsk(sk));
	local_bh_enable();
}

/**
 * vz_tcp_abort() - connections end, and nobody is told
 * @lock: the lock; packets are dropped
 * @net: the namespace
 */
void vz_tcp_abort(struct vz_tcp_lock *lock, struct net *net)
{
	struct vz_tcp *t, *next;

	take_all(lock, net);	/* without memory some end a little later */
	list_for_each_entry_safe(t, next, &lock->socks, node) {
		if (is_full(t->sk))
			abort_full(t->sk);
		else
			abort_small(t);
		forget(t);
	}
}
