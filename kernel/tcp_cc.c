// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private state of congestion control: of cubic by named member; of bbr, a module, as
 * struct bbr of 4.20 to 6.12 has it, and as its own answers confirm.
 */
#include <linux/inet_diag.h>
#include <linux/module.h>
#include <net/tcp.h>
#include "access.h"
#include "tcp_ages.h"

/* ---- cubic ---- */

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

static void cubic_get(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_cubic *v)
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

static void cubic_set(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_cubic *v)
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

/* Everything was so much later. */
static void cubic_shift(struct sock *sk, u32 ticks, u32 us)
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

/* ---- bbr ---- */

/* inet_csk_ca() of a connection with bbr; its bit fields as whole words */
struct vz_bbr {
	u32 min_rtt_us;
	u32 min_rtt_stamp;		/* jiffies */
	u32 probe_rtt_done_stamp;	/* jiffies; 0: none */
	u32 bw[6];
	u32 rtt_cnt;
	u32 next_rtt_delivered;
	u64 cycle_mstamp;		/* us */
	u32 state;
	u32 lt_bw;
	u32 lt_last_delivered;
	u32 lt_last_stamp;		/* ms */
	u32 lt_last_lost;
	u32 gains;
	u32 prior_cwnd;
	u32 full_bw;
	u64 ack_epoch_mstamp;		/* us */
	u16 extra_acked[2];
	u32 acked;
};

#define BBR_LT_USE_BW	(1U << 31)	/* in .state: lt_bw is what it goes by */
#define BBR_SCALE	24		/* bandwidths are packets per us, times 2^24 */

/* Members that are no moments. */
#define BBR_NUMBERS(X)							\
	X(min_rtt_us) X(rtt_cnt) X(next_rtt_delivered) X(state) X(lt_bw) X(lt_last_delivered) \
	X(lt_last_lost) X(gains) X(prior_cwnd) X(full_bw) X(acked)

static void bbr_get(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_bbr *v)
{
	const struct vz_bbr *ca = inet_csk_ca(sk);
	u32 ms = div_u64(lock->ns, NSEC_PER_MSEC);

	BUILD_BUG_ON(sizeof(*ca) != 104);
	v->used = 1;
#define X(member) v->member = ca->member;
	BBR_NUMBERS(X)
#undef X
	memcpy(v->bw, ca->bw, sizeof(v->bw));
	v->extra_acked[0] = ca->extra_acked[0];
	v->extra_acked[1] = ca->extra_acked[1];
	v->min_rtt_age_us = vz_age_jiffies(lock, ca->min_rtt_stamp);
	v->probe_rtt_age_us = vz_age_jiffies(lock, ca->probe_rtt_done_stamp);
	v->cycle_age_us = vz_age_us(lock, ca->cycle_mstamp);
	v->lt_age_us = ca->lt_last_stamp ? (s64)(s32)(ms - ca->lt_last_stamp) * USEC_PER_MSEC :
					   CPT_TCP_NEVER;
	v->ack_epoch_age_us = vz_age_us(lock, ca->ack_epoch_mstamp);
}

static void bbr_set(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_bbr *v)
{
	struct vz_bbr *ca = inet_csk_ca(sk);

#define X(member) ca->member = v->member;
	BBR_NUMBERS(X)
#undef X
	memcpy(ca->bw, v->bw, sizeof(ca->bw));
	ca->extra_acked[0] = v->extra_acked[0];
	ca->extra_acked[1] = v->extra_acked[1];
	ca->min_rtt_stamp = vz_jiffies_of(lock, v->min_rtt_age_us);
	ca->probe_rtt_done_stamp = vz_jiffies_of(lock, v->probe_rtt_age_us);
	ca->cycle_mstamp = vz_us_of(lock, v->cycle_age_us);
	ca->lt_last_stamp = div_u64(vz_us_of(lock, v->lt_age_us), USEC_PER_MSEC);
	ca->ack_epoch_mstamp = vz_us_of(lock, v->ack_epoch_age_us);
}

static void bbr_shift(struct sock *sk, u32 ticks, u64 ns)
{
	struct vz_bbr *ca = inet_csk_ca(sk);

	if (ca->min_rtt_stamp)
		ca->min_rtt_stamp += ticks;
	if (ca->probe_rtt_done_stamp)
		ca->probe_rtt_done_stamp += ticks;
	if (ca->cycle_mstamp)
		ca->cycle_mstamp += div_u64(ns, NSEC_PER_USEC);
	if (ca->lt_last_stamp)
		ca->lt_last_stamp += div_u64(ns, NSEC_PER_MSEC);
	if (ca->ack_epoch_mstamp)
		ca->ack_epoch_mstamp += div_u64(ns, NSEC_PER_USEC);
}

/* What "ss -i" shows of it follows from the members. */
static bool bbr_fits(struct sock *sk)
{
	const struct tcp_congestion_ops *ops = inet_csk(sk)->icsk_ca_ops;
	const struct vz_bbr *ca = inet_csk_ca(sk);
	u64 bw = ca->state & BBR_LT_USE_BW ? ca->lt_bw : ca->bw[1];
	union tcp_cc_info info = {};
	int attr = 0;

	if (!ops->get_info || ops->get_info(sk, 1 << (INET_DIAG_BBRINFO - 1), &attr, &info) !=
			      sizeof(info.bbr))
		return false;
	bw = bw * tcp_sk(sk)->mss_cache * USEC_PER_SEC >> BBR_SCALE;
	return info.bbr.bbr_bw_lo == (u32)bw && info.bbr.bbr_bw_hi == (u32)(bw >> 32) &&
	       info.bbr.bbr_min_rtt == ca->min_rtt_us &&
	       info.bbr.bbr_pacing_gain == (ca->gains & 1023) &&
	       info.bbr.bbr_cwnd_gain == (ca->gains >> 10 & 1023);
}

/* ---- any ---- */

static bool is(const struct sock *sk, const char *name)
{
	return inet_csk(sk)->icsk_ca_ops && !strcmp(inet_csk(sk)->icsk_ca_ops->name, name);
}

/**
 * vz_tcp_cc_known() - is a congestion control's state known?
 * @name: its name
 *
 * Return: true or false
 */
bool vz_tcp_cc_known(const char *name)
{
	return !strcmp(name, "cubic") || !strcmp(name, "reno") || !strcmp(name, "bbr");
}
EXPORT_SYMBOL_GPL(vz_tcp_cc_known);

/**
 * vz_tcp_cc_fits() - is the state of a connection's congestion control laid out as we know it?
 * @sk: a connection that nobody else uses, its congestion control initialized
 *
 * Return: true or false
 */
bool vz_tcp_cc_fits(struct sock *sk)
{
	return !is(sk, "bbr") || bbr_fits(sk);
}
EXPORT_SYMBOL_GPL(vz_tcp_cc_fits);

/**
 * vz_tcp_cc_get() - read the state of a connection's congestion control
 * @lock: since when time stands still
 * @sk: the connection; its congestion control is initialized
 * @v: gets it
 */
void vz_tcp_cc_get(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_image *v)
{
	if (is(sk, "cubic"))
		cubic_get(lock, sk, &v->cubic);
	else if (is(sk, "bbr"))
		bbr_get(lock, sk, &v->bbr);
}
EXPORT_SYMBOL_GPL(vz_tcp_cc_get);

/**
 * vz_tcp_cc_set() - give a connection's congestion control the state that it had
 * @lock: since when time stands still
 * @sk: the connection; its congestion control is initialized
 * @v: has it
 */
void vz_tcp_cc_set(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_image *v)
{
	if (v->cubic.used && is(sk, "cubic"))
		cubic_set(lock, sk, &v->cubic);
	else if (v->bbr.used && is(sk, "bbr"))
		bbr_set(lock, sk, &v->bbr);
}
EXPORT_SYMBOL_GPL(vz_tcp_cc_set);

/* Everything was so much later. */
void vz_tcp_cc_shift(struct sock *sk, u32 ticks, u64 ns)
{
	if (!inet_csk(sk)->icsk_ca_initialized)
		return;
	if (is(sk, "cubic"))
		cubic_shift(sk, ticks, div_u64(ns, NSEC_PER_USEC));
	else if (is(sk, "bbr"))
		bbr_shift(sk, ticks, ns);
}
