/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moments that TCP remembers, and how long before the lock they were.
 */
#ifndef _VZ_TCP_AGES_H
#define _VZ_TCP_AGES_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/cpt_image.h>
#include "netlock.h"

#define VZ_AGE_MAX	(1LL << 50)	/* us: 35 years */

static inline s64 vz_age_jiffies(const struct vz_tcp_lock *lock, u32 at)
{
	return at ? (s64)(s32)((u32)lock->jiffies - at) * (USEC_PER_SEC / HZ) : CPT_TCP_NEVER;
}

static inline u32 vz_jiffies_of(const struct vz_tcp_lock *lock, s64 age)
{
	u32 at;

	if (age == CPT_TCP_NEVER)
		return 0;
	at = (u32)lock->jiffies - (u32)div_s64(clamp(age, -VZ_AGE_MAX, VZ_AGE_MAX), USEC_PER_SEC / HZ);
	return at ?: 1;
}

static inline s64 vz_age_us(const struct vz_tcp_lock *lock, u64 at)
{
	return at ? (s64)(div_u64(lock->ns, NSEC_PER_USEC) - at) : CPT_TCP_NEVER;
}

/* A host that has been up for less long than the image remembers: as long as it is up. */
static inline u64 vz_us_of(const struct vz_tcp_lock *lock, s64 age)
{
	s64 at;

	if (age == CPT_TCP_NEVER)
		return 0;
	at = (s64)div_u64(lock->ns, NSEC_PER_USEC) - clamp(age, -VZ_AGE_MAX, VZ_AGE_MAX);
	return at > 0 ? at : 1;
}

struct cpt_tcp_image;
struct sock;

bool vz_tcp_cc_known(const char *name);
bool vz_tcp_cc_fits(struct sock *sk);
void vz_tcp_cc_get(const struct vz_tcp_lock *lock, struct sock *sk, struct cpt_tcp_image *v);
void vz_tcp_cc_set(const struct vz_tcp_lock *lock, struct sock *sk, const struct cpt_tcp_image *v);

#endif
