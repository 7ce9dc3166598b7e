// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that processes share by copy-on-write are shared again, by what fork
 * uses: the mapping is hung on its relative's anon_vmas when it is made, and
 * page table entries are copied when the relative's pages have been loaded.
 *
 * Where that is not possible (the image says it of mappings that turn out not
 * to be relatives, or that are protected in another way since the fork, or there
 * is a page already) the contents are copied: right all the same, only not shared.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "rst_mm.h"

/* Source first, as fork has it. */
static int lock_both(struct mm_struct *src, struct mm_struct *dst)
{
	int err = mmap_write_lock_killable(src);

	if (!err)
		mmap_write_lock_nested(dst, SINGLE_DEPTH_NESTING);
	return err;
}

static void unlock_both(struct mm_struct *src, struct mm_struct *dst)
{
	mmap_write_unlock(dst);
	mmap_write_unlock(src);
}

static bool may_share(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE | VM_IO | VM_PFNMAP | VM_MIXEDMAP |
				  VM_HUGETLB));
}

/* Do both show the same pages at the same addresses, if they were forked? */
static bool fits(const struct vm_area_struct *dst, const struct vm_area_struct *src)
{
	struct address_space *dst_mapping = dst->vm_file ? dst->vm_file->f_mapping : NULL;
	struct address_space *src_mapping = src->vm_file ? src->vm_file->f_mapping : NULL;

	return may_share(dst) && may_share(src) && !(dst->vm_flags & VM_LOCKED) &&
	       dst_mapping == src_mapping && dst->vm_ops == src->vm_ops &&
	       (dst->vm_start >> PAGE_SHIFT) - dst->vm_pgoff ==
	       (src->vm_start >> PAGE_SHIFT) - src->vm_pgoff;
}

/* Entries of a page table are copied as they are: what they allow, and their protection key. */
static bool allow_the_same(const struct vm_area_struct *dst, const struct vm_area_struct *src)
{
	return pgprot_val(dst->vm_page_prot) == pgprot_val(src->vm_page_prot);
}

/* ---- when mappings are made ---- */

static struct vm_area_struct *relative_of(struct mm_struct *mm, struct vm_area_struct *dst)
{
	struct vm_area_struct *vma, *best = NULL;
	unsigned long at, common, most = 0;

	for (at = dst->vm_start; at < dst->vm_end; at = vma->vm_end) {
		vma = find_vma_intersection(mm, at, dst->vm_end);
		if (!vma)
			break;
		common = min(vma->vm_end, dst->vm_end) - max(vma->vm_start, dst->vm_start);
		if (common > most && fits(dst, vma)) {
			most = common;
			best = vma;
		}
	}
	return best;
}

static int tie(struct mm_struct *src_mm, struct mm_struct *dst_mm, unsigned long addr)
{
	struct vm_area_struct *dst, *src;
	int err;

	err = lock_both(src_mm, dst_mm);
	if (err)
		return err;
	dst = find_vma_intersection(dst_mm, addr, addr + 1);
	/* tied already: two mappings of the image have become one */
	if (!dst || dst->anon_vma)
		goto out_unlock;
	src = relative_of(src_mm, dst);
	if (!src)
		goto out_unlock;
	if (!src->anon_vma) {
		err = vz___anon_vma_prepare(src);
		if (err)
			goto out_unlock;
	}
	vz_vma_start_write(dst);
	err = vz_anon_vma_fork(dst, src);
out_unlock:
	unlock_both(src_mm, dst_mm);
	return err;
}

/**
 * rst_cow_tie() - hang mappings on the anon_vmas of their relatives
 * @ctx: the context
 * @rec: record of the current process' address space, whose mappings are made
 *       and have no pages yet
 */
int rst_cow_tie(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content;
	struct mm_struct *src;
	unsigned int i;
	int err;

	for (i = 0; i < m->vmas; i++, v++) {
		src = v->cow ? rst_made(ctx, CPT_OBJ_MM, v->cow) : NULL;
		if (!src || src == current->mm)
			continue;
		err = tie(src, current->mm, v->start);
		if (err == -ENOMEM)
			return rst_err(ctx, err, "mm %llu: no memory to share pages with mm %llu",
				       rec->hdr.id, v->cow);
		if (err)
			return err;
	}
	return 0;
}

/* ---- when pages are loaded ---- */

#define NOTHING_SPLIT 1UL	/* no page's address */

/**
 * struct share - two address spaces that share pages
 * @ctx: the context
 * @rec: the CPT_OBJ_COW record
 * @src_mm: has the pages
 * @dst_mm: gets them
 * @split: huge page's address in @src_mm that was split last under the locks
 */
struct share {
	struct vz_context *ctx;
	const struct vz_rec *rec;
	struct mm_struct *src_mm;
	struct mm_struct *dst_mm;
	unsigned long split;
};

static bool tied(const struct vm_area_struct *dst, const struct vm_area_struct *src)
{
	struct anon_vma_chain *avc;

	if (!src->anon_vma || !dst->anon_vma)
		return false;
	list_for_each_entry(avc, &dst->anon_vma_chain, same_vma) {
		if (avc->anon_vma == src->anon_vma)
			return true;
	}
	return false;
}

/* What the destination has: nothing, a page table, or something in it. */
enum found { NO_TABLE, EMPTY_TABLE, NOT_EMPTY };

static int look_pmd(pmd_t *pmd, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	enum found *found = walk->private;

	*found = pmd_trans_huge(*pmd) || !pmd_present(*pmd) ? NOT_EMPTY : EMPTY_TABLE;
	return *found == NOT_EMPTY;
}

static int look_pte(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	enum found *found = walk->private;

	if (pte_none(ptep_get(pte)))
		return 0;
	*found = NOT_EMPTY;
	return 1;
}

static const struct mm_walk_ops look_ops = {
	.pmd_entry = look_pmd,
	.pte_entry = look_pte,
	VZ_WALK_RDLOCK
};

/* Entries of one page table are copied singly: not as a huge page. */
static int split_huge(struct share *s, unsigned long addr)
{
	struct page *page;
	long n;

	if (s->split == (addr & PMD_MASK))
		return 0;
	n = vz_get_user_pages_remote(s->src_mm, addr, 1, FOLL_FORCE | FOLL_SPLIT_PMD, &page, NULL);
	if (n != 1)
		return n < 0 ? n : -EFAULT;
	put_page(page);
	s->split = addr & PMD_MASK;
	return 0;
}

/*
 * Shares what one page table of the source has in [@start, @end). The locks of
 * both are held for writing. Return: 0, -EAGAIN: to be copied, or -errno
 */
static int share_part(struct share *s, struct vm_area_struct *dst, struct vm_area_struct *src,
		      unsigned long start, unsigned long end)
{
	struct vm_area_struct *part;
	enum found found = NO_TABLE;
	int err;

	err = vz_walk_page_range(s->dst_mm, start, end, &look_ops, &found);
	if (err < 0)
		return err;
	if (found == NOT_EMPTY)
		return -EAGAIN;
	if (found == EMPTY_TABLE || end - start != PMD_SIZE) {
		err = split_huge(s, start);
		if (err)
			return -EAGAIN;
	}
	/* as much of the source's mapping as is to be shared, for this call only */
	part = kmalloc(sizeof(*part), GFP_KERNEL);
	if (!part)
		return -ENOMEM;
	vz_vma_start_write(src);
	vz_vma_start_write(dst);
	memcpy(part, src, sizeof(*part));
	part->vm_start = start;
	part->vm_end = end;
	err = vz_copy_page_range(dst, part);
	kfree(part);
	return err;
}

/*
 * As much as possible of [@start, @end) is shared. Return: address behind it,
 * or, with *@err set, where it went wrong
 */
static unsigned long share_range(struct share *s, unsigned long start, unsigned long end, int *err)
{
	struct vm_area_struct *dst, *src;
	unsigned long at, next;

	*err = lock_both(s->src_mm, s->dst_mm);
	if (*err)
		return start;
	s->split = NOTHING_SPLIT;	/* khugepaged may have joined it again */
	for (at = start; at < end; at = next) {
		dst = find_vma_intersection(s->dst_mm, at, at + 1);
		src = find_vma_intersection(s->src_mm, at, at + 1);
		*err = -EAGAIN;
		if (!dst || !src || !tied(dst, src) || !fits(dst, src) || !allow_the_same(dst, src))
			break;
		next = min(min(dst->vm_end, src->vm_end), pmd_addr_end(at, end));
		*err = share_part(s, dst, src, at, next);
		if (*err)
			break;
		cond_resched();
		if (signal_pending(current)) {
			*err = -EINTR;
			at = next;
			break;
		}
	}
	/* the source's entries were made read-only */
	if (at > start)
		vz_flush_tlb_mm_range(s->src_mm, start, at, PAGE_SHIFT, false);
	s->ctx->stats.pages_shared += (at - start) >> PAGE_SHIFT;
	unlock_both(s->src_mm, s->dst_mm);
	return at;
}

static int copy_one(struct share *s, unsigned long addr)
{
	struct page *from, *to;
	long n;

	n = mmap_read_lock_killable(s->src_mm);
	if (n)
		return n;
	n = vz_get_user_pages_remote(s->src_mm, addr, 1, FOLL_FORCE, &from, NULL);
	mmap_read_unlock(s->src_mm);
	if (n != 1)
		return n < 0 ? n : -EFAULT;
	n = rst_pin_pages(s->dst_mm, addr, 1, &to);
	if (n == 1) {
		copy_highpage(to, from);
		rst_put_pages(&to, 1, true);
	}
	put_page(from);
	return n < 0 ? n : 0;
}

static int copy_range(struct share *s, unsigned long start, unsigned long end)
{
	unsigned long at;
	int err = 0;

	for (at = start; at < end && !err; at += PAGE_SIZE) {
		err = copy_one(s, at);
		cond_resched();
	}
	return err;
}

static int share_extent(struct share *s, const struct cpt_extent *e)
{
	unsigned long at = e->start, end = e->start + (e->pages << PAGE_SHIFT), next;
	int err = 0;

	while (at < end) {
		at = share_range(s, at, end, &err);
		if (err == -EAGAIN) {
			next = pmd_addr_end(at, end);
			err = copy_range(s, at, next);
			at = next;
		}
		if (err == -EINTR)
			return err;
		if (err)
			return rst_err(s->ctx, err, "cow %llu: pages at %lx cannot be shared: error %d",
				       s->rec->hdr.id, at, -err);
	}
	return 0;
}

static int cow_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_cow_image *image = rec->fixed;
	const struct cpt_extent *extents = rec->content;
	struct share s = {
		.ctx = ctx, .rec = rec,
		.src_mm = rst_made(ctx, CPT_OBJ_MM, image->src),
		.dst_mm = rst_made(ctx, CPT_OBJ_MM, image->mm),
	};
	ktime_t start = ktime_get();
	unsigned int i;
	int err = 0;

	if (!s.src_mm || !s.dst_mm || s.src_mm == s.dst_mm)
		return rst_err(ctx, -EINVAL, "cow %llu: no processes have mm %llu and mm %llu",
			       rec->hdr.id, image->src, image->mm);
	for (i = 0; i < image->extents && !err; i++) {
		err = share_extent(&s, &extents[i]);
		ctx->progress_done += extents[i].pages << PAGE_SHIFT;
	}
	ctx->stats.memdump_time += ktime_us_delta(ktime_get(), start);
	return err;
}

const struct rst_ops rst_cow_ops = {
	.data = cow_data,
};
