// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private state of congestion control, by named member.
 */
#include <linux/module.h>
#include <net/tcp.h>
#include "access.h"
#include "tcp_ages.h"

/* Members that are no moments: X(member of struct bictcp, member of the record). */
#define CUBIC_NUMBERS(X)						\
	X(cnt, cnt)							\
	X(last_max_cwnd, last_max_cwnd)					\
	X(last_cwnd, last_cwnd)						\
	X(bic_origin_point, origin_point)				\
	X(bic_K, k)							\
	X(delay_min, delay_min_us)					\
	X(ack_cnt, ack_cnt)						\
	X(tcp_cwnd, tcp_cwnd)						\
	X(end_seq, end_seq)						\
	X(curr_rtt, curr_rtt)						\
	X(sample_cnt, sample_cnt)					\
	X(found, found)

/* The low half of tp->tcp_mstamp. */
static s64 age_of_us32(const struct vz_tcp_lock *lock, u32 at)
{
	return at ? (s64)(s32)((u32)div_u64(lock->ns, NSEC_PER_USEC) - at) : CPT_TCP_NEVER;
}

void vz_tcp_cubic_get(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_cubic *v)
{
	void *ca = inet_csk_ca(sk);

	v->used = 1;
#define X(member, name) v->name = *vz_bictcp_##member(ca);
	CUBIC_NUMBERS(X)
#undef X
	v->last_age_us = vz_age_jiffies(lock, *vz_bictcp_last_time(ca));
	v->epoch_age_us = vz_age_jiffies(lock, *vz_bictcp_epoch_start(ca));
	v->round_age_us = age_of_us32(lock, *vz_bictcp_round_start(ca));
	v->last_ack_age_us = age_of_us32(lock, *vz_bictcp_last_ack(ca));
}
EXPORT_SYMBOL_GPL(vz_tcp_cubic_get);

void vz_tcp_cubic_set(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_cubic *v)
{
	void *ca = inet_csk_ca(sk);

#define X(member, name) *vz_bictcp_##member(ca) = v->name;
	CUBIC_NUMBERS(X)
#undef X
	*vz_bictcp_last_time(ca) = vz_jiffies_of(lock, v->last_age_us);
	*vz_bictcp_epoch_start(ca) = vz_jiffies_of(lock, v->epoch_age_us);
	*vz_bictcp_round_start(ca) = vz_us_of(lock, v->round_age_us);
	*vz_bictcp_last_ack(ca) = vz_us_of(lock, v->last_ack_age_us);
}
EXPORT_SYMBOL_GPL(vz_tcp_cubic_set);

/* Everything was so much later. */
void vz_tcp_cubic_shift(struct sock *sk, u32 ticks, u32 us)
{
	void *ca = inet_csk_ca(sk);

	if (*vz_bictcp_last_time(ca))
		*vz_bictcp_last_time(ca) += ticks;
	if (*vz_bictcp_epoch_start(ca))
		*vz_bictcp_epoch_start(ca) += ticks;
	if (*vz_bictcp_round_start(ca))
		*vz_bictcp_round_start(ca) += us;
	if (*vz_bictcp_last_ack(ca))
		*vz_bictcp_last_ack(ca) += us;
}
