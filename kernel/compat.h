/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernel versions: what has another name or another
 * signature in 6.1 than in 6.12 gets one name here.
 */
#ifndef _VZ_COMPAT_H
#define _VZ_COMPAT_H

#include <linux/version.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <linux/fs.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

/* 6.3: ITER_SOURCE and ITER_DEST instead of WRITE and READ */
static inline void vz_iov_iter_bvec(struct iov_iter *iter, bool source, const struct bio_vec *bvec,
				    unsigned long nr, size_t bytes)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	iov_iter_bvec(iter, source ? ITER_SOURCE : ITER_DEST, bvec, nr, bytes);
#else
	iov_iter_bvec(iter, source ? WRITE : READ, bvec, nr, bytes);
#endif
}

/* 6.5: get_user_pages_remote() lost its vmas argument */
static inline long vz_get_user_pages_remote(struct mm_struct *mm, unsigned long start,
					    unsigned long nr, unsigned int flags,
					    struct page **pages, int *locked)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, start, nr, flags, pages, locked);
#else
	return get_user_pages_remote(mm, start, nr, flags, pages, NULL, locked);
#endif
}

/* 6.5: struct mm_walk_ops says which lock is held */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define VZ_WALK_RDLOCK	.walk_lock = PGWALK_RDLOCK,
#else
#define VZ_WALK_RDLOCK
#endif

/* 6.3: struct task_struct.rseq_len */
static inline u32 vz_rseq_len(const struct task_struct *task)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return task->rseq_len;
#else
	return task->rseq ? 32 : 0;
#endif
}

static inline void vz_set_rseq_len(struct task_struct *task, u32 len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	task->rseq_len = len;
#endif
}

/* 6.11: a list became a hash list */
static inline bool vz_has_posix_timers(const struct signal_struct *signal)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return !hlist_empty(&signal->posix_timers);
#else
	return !list_empty(&signal->posix_timers);
#endif
}

/* 6.3: kernel_cap_t became a plain 64-bit number */
static inline u64 vz_cap_to_u64(kernel_cap_t cap)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return cap.val;
#else
	return (u64)cap.cap[1] << 32 | cap.cap[0];
#endif
}

static inline kernel_cap_t vz_cap_from_u64(u64 val)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return (kernel_cap_t){ .val = val };
#else
	return (kernel_cap_t){ .cap = { (u32)val, (u32)(val >> 32) } };
#endif
}

/*
 * Flags in a futex wait's restart block (FLAGS_* of kernel/futex/futex.h): 6.7
 * renumbered them and added the word's size.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define VZ_FUTEX_BASE		0x02	/* 32 bits */
#define VZ_FUTEX_SHARED		0x10
#define VZ_FUTEX_CLOCKRT	0x20
#define VZ_FUTEX_HAS_TIMEOUT	0x40
#else
#define VZ_FUTEX_BASE		0x00
#define VZ_FUTEX_SHARED		0x01
#define VZ_FUTEX_CLOCKRT	0x02
#define VZ_FUTEX_HAS_TIMEOUT	0x04
#endif

#endif /* _VZ_COMPAT_H */
