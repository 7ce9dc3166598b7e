/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds mm, pages and cow share while restoring.
 */
#ifndef _RST_MM_H
#define _RST_MM_H

#include "rst.h"

struct mm_struct;

/* rst_vma.c */
int rst_vmas_check(struct vz_context *ctx, const struct vz_rec *rec);
int rst_vmas_make(struct vz_context *ctx, const struct vz_rec *rec);
unsigned long rst_vm_flags(u32 flags);
void rst_vma_set_default_flags(const struct cpt_vma_image *v);
int rst_vma_settle(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v);

/* rst_aio.c */
int rst_aio_contexts(struct vz_context *ctx, const struct vz_rec *rec);

/* rst_vdso.c */
int rst_vdsos_check(struct vz_context *ctx, const struct vz_rec *rec);
int rst_vdso_map(struct vz_context *ctx, const struct vz_rec *rec);
int rst_vdso_make(struct vz_context *ctx, const struct vz_rec *rec);

/* rst_cow.c */
int rst_cow_tie(struct vz_context *ctx, const struct vz_rec *rec);

/* rst_pages.c */
long rst_pin_pages(struct mm_struct *mm, unsigned long start, unsigned int nr,
		   struct page **pages);
void rst_put_pages(struct page **pages, unsigned int nr, bool dirty);

/* rst_pages_huge.c */
long rst_pin_huge(struct mm_struct *mm, unsigned long at, unsigned long like,
		  struct page **pages);

#endif /* _RST_MM_H */
