/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds mm, pages and cow share while dumping.
 */
#ifndef _CPT_MM_H
#define _CPT_MM_H

#include "cpt.h"

/**
 * struct cpt_vma - a mapping as it was under mmap_lock
 * @start: first address
 * @end: address behind the last
 * @offset: offset into the file in bytes
 * @file: the mapped file with a reference, or NULL
 * @vm_flags: VM_*
 * @type: CPT_VMA_ANON ...
 * @pkey: protection key
 * @why: why it cannot be dumped, or NULL
 * @cow: a mapping that stands before it in the image and comes from the same
 *       fork: of this mm, or NULL
 * @cow_start: first address of that mapping
 * @cow_end: address behind its last
 * @anon: there may be anonymous pages in it
 * @vdso: cpt_vdsos_find(): of a vdso and its data the id of the CPT_OBJ_VDSO
 */
struct cpt_vma {
	unsigned long start;
	unsigned long end;
	u64 offset;
	struct file *file;
	unsigned long vm_flags;
	u32 type;
	u32 pkey;
	const char *why;
	struct vz_obj *cow;
	unsigned long cow_start;
	unsigned long cow_end;
	bool anon;
	u32 vdso;
};

/**
 * struct cpt_vmas - the mappings of an address space, ascending
 * @nr: their number
 * @max: room in @vma
 * @vma: the array
 * @block: address of the block that says what old vdsos were (kernel/vdso.h), which
 *         is not in the array; 0: there is none
 * @block_end: address behind it
 * @vdsos: cpt_vdsos_find(): number of vdsos
 * @native: of it: address of this kernel's; 0: it is not there
 * @main: of it: address of the one that the program was started with
 */
struct cpt_vmas {
	unsigned int nr;
	unsigned int max;
	struct cpt_vma *vma;
	unsigned long block;
	unsigned long block_end;
	unsigned int vdsos;
	unsigned long native;
	unsigned long main;
};

/* cpt_vma.c */
int cpt_vmas_get(struct vz_context *ctx, struct vz_obj *mm, struct cpt_vmas *vmas, bool cow);
void cpt_vmas_put(struct cpt_vmas *vmas);
u32 cpt_vma_flags(unsigned long vm_flags);

/**
 * struct cpt_mm_area - a mapping that may have anonymous pages
 * @start: first address
 * @end: address behind the last
 * @zeros: a page that is not stored reads as zeros
 * @cow: as in struct cpt_vma
 * @cow_start: likewise
 * @cow_end: likewise
 */
struct cpt_mm_area {
	unsigned long start;
	unsigned long end;
	bool zeros;
	struct vz_obj *cow;
	unsigned long cow_start;
	unsigned long cow_end;
};

/**
 * struct cpt_mm_data - vz_obj.data of a CPT_OBJ_MM from its dump on
 * @nr: number of areas
 * @area: whose pages are to be dumped, ascending
 */
struct cpt_mm_data {
	unsigned int nr;
	struct cpt_mm_area area[];
};

/* cpt_vdso.c */
int cpt_vdsos_find(struct vz_context *ctx, struct mm_struct *mm, struct cpt_vmas *vmas, bool add);

/* cpt_mm.c */
pid_t cpt_mm_pid(struct vz_context *ctx, const struct mm_struct *mm);
u64 cpt_mm_estimate(struct vz_context *ctx);

/**
 * struct cpt_run - pages that follow each other in a mapping and in memory
 * @page: the first one; one reference on its folio
 * @addr: its address
 * @nr: how many
 */
struct cpt_run {
	struct page *page;
	unsigned long addr;
	unsigned int nr;
};

/* cpt_cow.c */
void cpt_cow_find(struct vz_context *ctx, struct vz_obj *mm, struct vm_area_struct *vma,
		  struct cpt_vma *v);
int cpt_cow_register(struct vz_context *ctx, struct vz_obj *obj);
int cpt_cow_compare(const struct cpt_mm_area *area, const struct cpt_run *runs,
		    unsigned int nr, unsigned long *shared);

#endif /* _CPT_MM_H */
