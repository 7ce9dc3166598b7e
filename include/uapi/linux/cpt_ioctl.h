/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The control interface of checkpoint/restore: ioctls on /proc/cpt and
 * /proc/rst.
 *
 * Numbers up to 63 are OpenVZ's and keep OpenVZ's meaning: the argument is the
 * value itself, not a pointer. Numbers from 64 up are this project's; they
 * take a pointer to a struct whose first member is its size, so that structs
 * can grow (a longer struct is accepted when the unknown rest is zero).
 */
#ifndef _UAPI_LINUX_CPT_IOCTL_H
#define _UAPI_LINUX_CPT_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CPTCTLTYPE '-'

/* Both files; argument by value. */
#define CPT_SET_DUMPFD		_IOW(CPTCTLTYPE, 1, int)	/* image file; -1 drops it */
#define CPT_SET_STATUSFD	_IOW(CPTCTLTYPE, 2, int)	/* told when the VE is up */
#define CPT_SET_LOCKFD		_IOW(CPTCTLTYPE, 3, int)	/* lock file kept open by the context */
#define CPT_SET_VEID		_IOW(CPTCTLTYPE, 4, int)	/* which VE */
#define CPT_SUSPEND		_IO(CPTCTLTYPE, 5)		/* cpt: park every task */
#define CPT_DUMP		_IO(CPTCTLTYPE, 6)		/* cpt: write the image */
#define CPT_UNDUMP		_IO(CPTCTLTYPE, 7)		/* rst: make the tasks, parked */
#define CPT_RESUME		_IO(CPTCTLTYPE, 8)		/* let them run */
#define CPT_KILL		_IO(CPTCTLTYPE, 9)		/* end them all */
#define CPT_JOIN_CONTEXT	_IO(CPTCTLTYPE, 10)		/* use the kept context `arg' */
#define CPT_GET_CONTEXT		_IOW(CPTCTLTYPE, 11, unsigned int) /* keep it as `arg' after close */
#define CPT_PUT_CONTEXT		_IO(CPTCTLTYPE, 12)		/* keep it no longer */
#define CPT_SET_PAGEINFDIN	_IOW(CPTCTLTYPE, 13, int)
#define CPT_SET_PAGEINFDOUT	_IOW(CPTCTLTYPE, 14, int)
#define CPT_PAGEIND		_IO(CPTCTLTYPE, 15)
#define CPT_VMPREP		_IOW(CPTCTLTYPE, 16, int)
#define CPT_SET_LAZY		_IOW(CPTCTLTYPE, 17, int)
#define CPT_SET_CPU_FLAGS	_IOW(CPTCTLTYPE, 18, unsigned int)
#define CPT_TEST_CAPS		_IOW(CPTCTLTYPE, 19, unsigned int) /* see CPT_CAP_* */
#define CPT_TEST_VECAPS		_IOW(CPTCTLTYPE, 20, unsigned int)
#define CPT_SET_ERRORFD		_IOW(CPTCTLTYPE, 21, int)	/* where messages are written */
#define CPT_ITER		_IOW(CPTCTLTYPE, 23, int)
#define CPT_LINKDIR_ADD		_IOW(CPTCTLTYPE, 24, int)
#define CPT_HARDLNK_ON		_IOW(CPTCTLTYPE, 25, int)
#define CPT_TEST_VERSION	_IOW(CPTCTLTYPE, 26, int)	/* returns the image version */
#define CPT_SET_LOCKFD2		_IOW(CPTCTLTYPE, 27, int)
#define CPT_SET_PRAM		_IOW(CPTCTLTYPE, 28, int)

/* Capability bits of CPT_TEST_CAPS and CPT_TEST_VECAPS. */
#define CPT_CAP_FXSR		(1U << 0)
#define CPT_CAP_SSE		(1U << 1)
#define CPT_CAP_SSE2		(1U << 2)
#define CPT_CAP_SSE3		(1U << 3)
#define CPT_CAP_SSSE3		(1U << 4)
#define CPT_CAP_SSE4_1		(1U << 5)
#define CPT_CAP_SSE4_2		(1U << 6)
#define CPT_CAP_AVX		(1U << 7)
#define CPT_CAP_AVX2		(1U << 8)
#define CPT_CAP_AVX512F		(1U << 9)
#define CPT_CAP_XSAVE		(1U << 10)
#define CPT_CAP_CX16		(1U << 11)
#define CPT_CAP_POPCNT		(1U << 12)
#define CPT_CAP_FSGSBASE	(1U << 13)
#define CPT_CAP_RDTSCP		(1U << 14)

/**
 * struct cpt_bind - name the container that a VEID stands for
 * @size: sizeof(struct cpt_bind)
 * @veid: its number; not 0
 * @pidfd: a pidfd of the container's init, or -1 to forget the VEID
 * @zero: must be 0
 *
 * Registers VEID -> init for CPT_SET_VEID and TEST_VECAPS, in both files.
 * The registration ends when the init is gone. Binding a VEID again replaces
 * a dead init; a living other one is -EEXIST. -ENODEV when the pid is not the
 * init of a PID namespace.
 */
struct cpt_bind {
	__u32 size;
	__u32 veid;
	__s32 pidfd;
	__u32 zero;
};

/**
 * struct cpt_stats - what the context's operations took
 * @size: sizeof(struct cpt_stats)
 * @zero: must be 0
 * @freezing_time: microseconds from CPT_SUSPEND to the last task parked
 * @frozen_time: microseconds that the tasks were parked so far
 * @memdump_time: microseconds spent in finding and loading pages
 * @memwrite_time: microseconds of it spent in writing (reading) page payloads
 * @pages_scanned: pages of the VE's mappings looked at
 * @pages_skipped_parent: pages not stored because a parent image has them
 * @pages_written: pages stored
 * @pages_zero: present pages not stored because they are zero
 * @pages_shared: pages stored once and shared again by copy-on-write
 * @pages_restored: pages loaded by CPT_UNDUMP
 * @tasks: threads dumped or restored
 * @processes: processes dumped or restored
 * @image_bytes: length of the image
 * @undump_time: microseconds from CPT_UNDUMP to the last task parked
 * @dump_time: microseconds of CPT_DUMP
 *
 * Filled by CPT_GET_STATS.
 */
struct cpt_stats {
	__u32 size;
	__u32 zero;
	__u64 freezing_time;
	__u64 frozen_time;
	__u64 memdump_time;
	__u64 memwrite_time;
	__u64 pages_scanned;
	__u64 pages_skipped_parent;
	__u64 pages_written;
	__u64 pages_zero;
	__u64 pages_shared;
	__u64 pages_restored;
	__u64 tasks;
	__u64 processes;
	__u64 image_bytes;
	__u64 undump_time;
	__u64 dump_time;
};

/* cpt_progress.stage */
#define CPT_STAGE_IDLE		0
#define CPT_STAGE_SUSPENDING	1
#define CPT_STAGE_SUSPENDED	2
#define CPT_STAGE_DUMPING	3
#define CPT_STAGE_UNDUMPING	4
#define CPT_STAGE_UNDUMPED	5
#define CPT_STAGE_KILLING	6

/**
 * struct cpt_progress - how far the running operation is
 * @size: sizeof(struct cpt_progress)
 * @stage: CPT_STAGE_*
 * @done: units done
 * @total: units in all (bytes of memory for dump and undump, tasks for
 *         suspend); 0 while not known
 *
 * CPT_GET_PROGRESS answers at once, also while another thread is inside an
 * operation on the same file: that is what a progress line is drawn from.
 */
struct cpt_progress {
	__u32 size;
	__u32 stage;
	__u64 done;
	__u64 total;
};

/**
 * struct cpt_options - how operations on this context behave
 * @size: sizeof(struct cpt_options)
 * @flags: CPT_OPT_*
 * @suspend_timeout_ms: CPT_SUSPEND gives up after this; 0 = the default, 10 s
 * @zero: must be 0
 */
struct cpt_options {
	__u32 size;
	__u32 flags;
	__u32 suspend_timeout_ms;
	__u32 zero;
};

#define CPT_BIND		_IOW(CPTCTLTYPE, 64, struct cpt_bind)
#define CPT_GET_STATS		_IOWR(CPTCTLTYPE, 65, struct cpt_stats)
#define CPT_GET_PROGRESS	_IOWR(CPTCTLTYPE, 66, struct cpt_progress)
#define CPT_SET_OPTIONS		_IOW(CPTCTLTYPE, 67, struct cpt_options)
/*
 * "Can this VE be checkpointed?": 0 when yes, -EBUSY when not, with one
 * message for each reason. Nothing is stopped. /proc/cpt only.
 */
#define CPT_CHECK		_IO(CPTCTLTYPE, 68)
/*
 * The pid of the (restored) VE's init as the caller sees it, -ESRCH when there
 * is none.
 */
#define CPT_GET_INIT		_IO(CPTCTLTYPE, 69)

#endif /* _UAPI_LINUX_CPT_IOCTL_H */
