// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that processes share by copy-on-write since a fork: they are stored
 * once, with the address space that stands first in the image.
 *
 * A mapping hangs on its own anon_vma and on those of the mappings it was
 * forked from. Two mappings with a common one are relatives, and so each
 * mapping has at most one relative that stands before it in the image: the one
 * of the nearest common ancestor. What both have at the same address is the
 * same page or not. No table of pages is kept.
 *
 * The objects of type CPT_OBJ_COW are those anon_vmas, by their address. It
 * stands for them as long as the mms are held.
 */
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/rmap.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_mm.h"

/**
 * struct cow_range - a mapping that hangs on an anon_vma
 * @start: its first address
 * @end: address behind its last
 * @pgoff: its vm_pgoff
 * @mapping: of its file, or NULL
 */
struct cow_range {
	unsigned long start;
	unsigned long end;
	unsigned long pgoff;
	struct address_space *mapping;
};

/**
 * struct cow_ranges - vz_obj.data of an anon_vma
 * @mm: the first address space that was met with it
 * @nr: number of ranges
 * @max: room
 * @range: of @mm, ascending
 */
struct cow_ranges {
	struct vz_obj *mm;
	unsigned int nr;
	unsigned int max;
	struct cow_range range[];
};

static struct address_space *mapping_of(const struct vm_area_struct *vma)
{
	return vma->vm_file ? vma->vm_file->f_mapping : NULL;
}

/* First range that does not end before @addr. */
static unsigned int first_behind(const struct cow_ranges *r, unsigned long addr)
{
	unsigned int low = 0, high = r->nr, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (r->range[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Does @range show the same pages at the same addresses as @vma? */
static bool range_fits(const struct cow_range *range, const struct vm_area_struct *vma)
{
	return range->mapping == mapping_of(vma) &&
	       (range->start >> PAGE_SHIFT) - range->pgoff ==
	       (vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff;
}

static const struct cow_range *best_range(const struct cow_ranges *r,
					  const struct vm_area_struct *vma)
{
	const struct cow_range *best = NULL, *range;
	unsigned long most = 0, common;
	unsigned int i;

	for (i = first_behind(r, vma->vm_start); i < r->nr; i++) {
		range = &r->range[i];
		if (range->start >= vma->vm_end)
			break;
		common = min(range->end, vma->vm_end) - max(range->start, vma->vm_start);
		if (common > most && range_fits(range, vma)) {
			most = common;
			best = range;
		}
	}
	return best;
}

/**
 * cpt_cow_find() - find the relative that stands before a mapping
 * @ctx: the context
 * @mm: the mapping's address space
 * @vma: the mapping
 * @v: its cow, cow_start, cow_end are set when there is one
 *
 * Context: mmap_lock of @mm
 */
void cpt_cow_find(struct vz_context *ctx, struct vz_obj *mm, struct vm_area_struct *vma,
		  struct cpt_vma *v)
{
	struct anon_vma_chain *avc;
	const struct cow_range *range;
	struct cow_ranges *r;
	struct vz_obj *obj;

	/* a locked page stays where it was counted as locked */
	if (!vma->anon_vma || (vma->vm_flags & VM_LOCKED))
		return;
	/* the nearest come first */
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		obj = vz_obj_find(ctx, CPT_OBJ_COW, avc->anon_vma);
		r = obj ? obj->data : NULL;
		if (!r || r->mm == mm)
			continue;
		range = best_range(r, vma);
		if (!range)
			continue;
		v->cow = r->mm;
		v->cow_start = range->start;
		v->cow_end = range->end;
		return;
	}
}

static int range_add(struct vz_context *ctx, struct vz_obj *mm, struct anon_vma *anon_vma,
		     struct vm_area_struct *vma)
{
	struct vz_obj *obj = vz_obj_find(ctx, CPT_OBJ_COW, anon_vma);
	struct cow_ranges *r = obj ? obj->data : NULL, *new;
	unsigned int max;

	if (r && r->mm != mm)
		return 0;
	if (!obj) {
		obj = vz_obj_add(ctx, CPT_OBJ_COW, anon_vma, 0);
		if (!obj)
			return -ENOMEM;
	}
	if (!r || r->nr == r->max) {
		max = r ? 2 * r->max : 2;
		new = kvmalloc(struct_size(new, range, max), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
		if (r)
			memcpy(new, r, struct_size(r, range, r->nr));
		else
			*new = (struct cow_ranges){ .mm = mm };
		new->max = max;
		obj->data = new;
		kvfree(r);
		r = new;
	}
	r->range[r->nr++] = (struct cow_range){
		.start = vma->vm_start, .end = vma->vm_end, .pgoff = vma->vm_pgoff,
		.mapping = mapping_of(vma),
	};
	return 0;
}

/**
 * cpt_cow_register() - let address spaces behind this one find its mappings
 * @ctx: the context
 * @obj: the address space
 *
 * Context: its mmap_lock. Return: 0 or -ENOMEM
 */
int cpt_cow_register(struct vz_context *ctx, struct vz_obj *obj)
{
	struct mm_struct *mm = obj->ptr;
	struct anon_vma_chain *avc;
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	int err;

	for_each_vma(vmi, vma) {
		list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
			err = range_add(ctx, obj, avc->anon_vma, vma);
			if (err)
				return err;
		}
	}
	return 0;
}

/* ---- which pages are the same ---- */

/**
 * struct compare - a walk through the relative
 * @runs: the pages of the mapping that is dumped, ascending
 * @nr: number of runs
 * @at: the run at or behind the walk's address
 * @index: number of pages before @at
 * @shared: bit for each page
 */
struct compare {
	const struct cpt_run *runs;
	unsigned int nr;
	unsigned int at;
	unsigned int index;
	unsigned long *shared;
};

/* The relative has @pages pages from @page on at @addr. */
static void compare_pages(struct compare *c, struct page *page, unsigned long addr,
			  unsigned int pages)
{
	const struct cpt_run *run;
	unsigned int i, off;

	for (i = 0; i < pages; i++, addr += PAGE_SIZE) {
		while (c->at < c->nr) {
			run = &c->runs[c->at];
			if (addr < run->addr + run->nr * PAGE_SIZE)
				break;
			c->index += run->nr;
			c->at++;
		}
		if (c->at == c->nr)
			return;
		if (addr < run->addr)
			continue;
		off = (addr - run->addr) / PAGE_SIZE;
		if (nth_page(run->page, off) == nth_page(page, i))
			__set_bit(c->index + off, c->shared);
	}
}

static int compare_pmd(pmd_t *pmd, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	struct compare *c = walk->private;
	spinlock_t *ptl;

	if (c->at == c->nr)
		return 1;
	if (!pmd_trans_huge(*pmd))
		return 0;
	ptl = pmd_lock(walk->mm, pmd);
	if (pmd_trans_huge(*pmd)) {
		compare_pages(c, pmd_page(*pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT), addr,
			      (next - addr) >> PAGE_SHIFT);
		walk->action = ACTION_CONTINUE;
	} else {
		walk->action = ACTION_AGAIN;
	}
	spin_unlock(ptl);
	return 0;
}

static int compare_pte(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	pte_t entry = ptep_get(pte);

	if (pte_present(entry) && !pte_special(entry))
		compare_pages(walk->private, pte_page(entry), addr, 1);
	return 0;
}

static const struct mm_walk_ops compare_ops = {
	.pmd_entry = compare_pmd,
	.pte_entry = compare_pte,
	VZ_WALK_RDLOCK
};

/**
 * cpt_cow_compare() - find out which pages a mapping shares with its relative
 * @area: the mapping
 * @runs: some of its pages, ascending
 * @nr: number of runs, at least 1
 * @shared: a bit for each page of @runs; set for those that are the same
 *
 * The references that @runs holds keep a page from becoming another one.
 *
 * Return: 0 or -EINTR
 */
int cpt_cow_compare(const struct cpt_mm_area *area, const struct cpt_run *runs,
		    unsigned int nr, unsigned long *shared)
{
	struct compare c = { .runs = runs, .nr = nr, .shared = shared };
	const struct cpt_run *last = &runs[nr - 1];
	unsigned long start = max(area->cow_start, runs[0].addr);
	unsigned long end = min(area->cow_end, last->addr + last->nr * PAGE_SIZE);
	struct mm_struct *mm = area->cow->ptr;
	int err;

	if (start >= end)
		return 0;
	err = mmap_read_lock_killable(mm);
	if (err)
		return err;
	err = vz_walk_page_range(mm, start, end, &compare_ops, &c);
	mmap_read_unlock(mm);
	return err < 0 ? err : 0;
}

const struct cpt_ops cpt_cow_ops = {};	/* cpt_pages.c writes the records */
