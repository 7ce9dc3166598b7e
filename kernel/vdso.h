/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vdsos of other kernels: what is in them, how they are made to lead into this
 * kernel's, and how a process that has them is recognised.
 *
 * A program keeps addresses of the vdso it was started with. Where it is
 * restored by a kernel with another one, it has
 *
 *	the text that it knows, at its place, with a jump to the same function of
 *	this kernel's vdso at each entry, as ordinary memory (VZ_VM_VDSO);
 *	in front of it, data in which the clocks stand still, likewise: what was
 *	interrupted in that text finds it changed and calls the kernel, or has the
 *	time at which it was interrupted;
 *	this kernel's vdso and its data, where there was room;
 *	a block (VZ_VM_VDSO_BLOCK) with the texts as they were, for the next dump.
 */
#ifndef _VZ_VDSO_H
#define _VZ_VDSO_H

#include <linux/ptrace.h>
#include <linux/types.h>
#include <linux/cpt_image.h>

/*
 * So many bytes from its entry on a function may look otherwise in another
 * kernel: a task is not parked there, but may be at the entry itself.
 */
#define VZ_VDSO_PATCH	32U

#define VZ_VDSO_SYMS	32U

/**
 * struct vz_vdso_syms - the functions that a vdso exports
 * @nr: how many
 * @name: name without "__vdso_", in the text
 * @offset: where it begins
 * @size: its bytes
 */
struct vz_vdso_syms {
	unsigned int nr;
	struct {
		const char *name;
		u32 offset;
		u32 size;
	} sym[VZ_VDSO_SYMS];
};

#define VZ_VDSO_MAGIC	0x6f736476747063ULL	/* "cptvdso" */

/**
 * struct vz_vdso_old - a vdso of another kernel in a process
 * @text: its address
 * @size: bytes of text
 * @vvar_size: bytes of data in front of it
 * @offset: where the text as it was stands in the block
 */
struct vz_vdso_old {
	u64 text;
	u32 size;
	u32 vvar_size;
	u64 offset;
};

/**
 * struct vz_vdso_block - the first page of the block
 * @magic: VZ_VDSO_MAGIC
 * @main: address of the vdso that the program was started with
 * @nr: number of entries
 * @zero: 0
 * @old: the vdsos of other kernels
 *
 * It is memory of the process, which may have changed it.
 */
struct vz_vdso_block {
	u64 magic;
	u64 main;
	u32 nr;
	u32 zero;
	struct vz_vdso_old old[CPT_MAX_VDSOS];
};

const char *vz_vdso_init(void);
const char *vz_vdso_parse(const void *text, u32 size, struct vz_vdso_syms *syms);
bool vz_vdso_entering(const struct vz_vdso_syms *syms, unsigned long offset);
const char *vz_vdso_patch(void *text, const struct vz_vdso_syms *syms, unsigned long base);
bool vz_vdso_in_between(const struct pt_regs *regs);

#endif
