// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of pages. Page tables are walked for what is present (asking for a
 * hole would fill it); the pages found go to the file as they are.
 *
 * Stored are anonymous pages only. What a private file mapping has not changed
 * comes from the file again, what a shared one has is in the file.
 */
#include <linux/bvec.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/workqueue.h>
#include "../kernel/access.h"
#include "cpt_mm.h"

#define BATCH		4096U	/* pages in a record: 16 MiB */
#define FAULT_BATCH	64U	/* pages that are read from swap at once */
#define PMD_PAGES	(1U << (PMD_SHIFT - PAGE_SHIFT))

/* What a walk returns when it stops before its end. */
#define WALK_FULL	1	/* no room for what is at @next */
#define WALK_FAULT	2	/* @nr_fault pages at @next are to be faulted in */

/**
 * struct store - what becomes one CPT_OBJ_PAGES
 * @runs: pages found, with references, ascending
 * @nr_runs: number of runs
 * @found: pages in all of them
 * @bvec: the payload: those that are stored
 * @nr_bvec: number of pieces
 * @pages: pages in the payload
 * @extents: where they belong
 * @nr_extents: number of extents
 * @work: sums the payload
 * @sum: the sum
 */
struct store {
	struct cpt_run *runs;
	unsigned int nr_runs;
	unsigned int found;
	struct bio_vec *bvec;
	unsigned int nr_bvec;
	unsigned int pages;
	struct cpt_extent *extents;
	unsigned int nr_extents;
	struct work_struct work;
	u64 sum;
};

/**
 * struct batch - the pages that are found and written together
 * @ctx: the context
 * @mm: the address space that is dumped
 * @now: what is found
 * @last: what was found before, summed and not yet written; or nothing
 * @first: of @now: first run of those found last
 * @next: see WALK_*
 * @nr_fault: likewise
 * @shared: bit for each page of the runs that were found last
 * @src: address space that @cow is shared with
 * @cow: pages that are not stored because @src has them
 * @nr_cow: number of extents
 *
 * Each array has room for BATCH entries.
 */
struct batch {
	struct vz_context *ctx;
	struct vz_obj *mm;
	struct store *now;
	struct store *last;
	unsigned int first;
	unsigned long next;
	unsigned int nr_fault;
	unsigned long *shared;
	struct vz_obj *src;
	struct cpt_extent *cow;
	unsigned int nr_cow;
};

/* ---- finding ---- */

/* Under the page table's lock: the page is there, one reference keeps it. */
static void found_pages(struct batch *b, struct page *page, unsigned long addr, unsigned int nr)
{
	struct store *s = b->now;
	struct cpt_run *last = s->nr_runs > b->first ? &s->runs[s->nr_runs - 1] : NULL;

	s->found += nr;
	/* the last run's reference is on the same folio */
	if (last && last->addr + last->nr * PAGE_SIZE == addr &&
	    nth_page(last->page, last->nr) == page &&
	    compound_head(last->page) == compound_head(page)) {
		last->nr += nr;
		return;
	}
	get_page(page);
	s->runs[s->nr_runs++] = (struct cpt_run){ .page = page, .addr = addr, .nr = nr };
}

static void found_huge(struct batch *b, pmd_t pmd, unsigned long addr, unsigned int nr,
		       const struct vm_area_struct *vma)
{
	struct page *page = pmd_page(pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);

	if (PageAnon(page))
		found_pages(b, page, addr, nr);
	else if (!vma->vm_file)		/* the huge zero page */
		b->ctx->stats.pages_zero += nr;
}

/* A batch ends between two page tables, so that each goes with all its pages. */
static int find_pmd(pmd_t *pmd, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	unsigned int nr = (next - addr) >> PAGE_SHIFT;
	struct batch *b = walk->private;
	spinlock_t *ptl;

	if (b->nr_fault)
		return WALK_FAULT;
	if (b->now->found + nr > BATCH) {
		b->next = addr;
		return WALK_FULL;
	}
	if (!pmd_trans_huge(*pmd))
		return 0;
	ptl = pmd_lock(walk->mm, pmd);
	if (pmd_trans_huge(*pmd)) {
		found_huge(b, *pmd, addr, nr, walk->vma);
		walk->action = ACTION_CONTINUE;
	} else {
		walk->action = ACTION_AGAIN;
	}
	spin_unlock(ptl);
	return 0;
}

/* Neither present nor nothing: in swap or on its way between two nodes. */
static int find_swapped(struct batch *b, pte_t entry, unsigned long addr)
{
	swp_entry_t swap = pte_to_swp_entry(entry);

	if (is_hwpoison_entry(swap) || is_pte_marker_entry(swap))
		return -EHWPOISON;
	if (non_swap_entry(swap) && !is_migration_entry(swap))
		return -EOPNOTSUPP;
	if (!b->nr_fault)
		b->next = addr;
	else if (b->next + b->nr_fault * PAGE_SIZE != addr)
		return WALK_FAULT;
	return ++b->nr_fault == FAULT_BATCH ? WALK_FAULT : 0;
}

static int find_pte(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	struct batch *b = walk->private;
	pte_t entry = ptep_get(pte);
	struct page *page;

	if (!pte_none(entry) && !pte_present(entry))
		return find_swapped(b, entry, addr);
	if (b->nr_fault)
		return WALK_FAULT;
	if (pte_none(entry))
		return 0;
	if (pte_special(entry)) {	/* the zero page */
		b->ctx->stats.pages_zero++;
		return 0;
	}
	page = pte_page(entry);
	if (PageAnon(page))
		found_pages(b, page, addr, 1);
	return 0;
}

static const struct mm_walk_ops find_ops = {
	.pmd_entry = find_pmd,
	.pte_entry = find_pte,
	VZ_WALK_RDLOCK
};

/* Pages from swap, without making private what is shared. */
static int fault_in(struct batch *b)
{
	struct mm_struct *mm = b->mm->ptr;
	struct page *pages[FAULT_BATCH];
	long n, i;

	n = mmap_read_lock_killable(mm);
	if (n)
		return n;
	n = vz_get_user_pages_remote(mm, b->next, b->nr_fault, FOLL_FORCE, pages, NULL);
	mmap_read_unlock(mm);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return n > 0 ? 0 : n ?: -EFAULT;
}

/* ---- writing ---- */

static void put_runs(struct store *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_runs; i++)
		put_page(s->runs[i].page);
	s->nr_runs = 0;
	s->found = 0;
	s->pages = 0;
	s->nr_bvec = 0;
	s->nr_extents = 0;
}

static int write_cow(struct batch *b)
{
	struct cpt_cow_image image = {
		.mm = b->mm->id, .extents = b->nr_cow,
	};
	int err;

	if (!b->nr_cow)
		return 0;
	image.src = b->src->id;
	err = cpt_write_obj(b->ctx, CPT_OBJ_COW, ++b->ctx->next_id[CPT_OBJ_COW], &image,
			    sizeof(image), b->cow, b->nr_cow * sizeof(*b->cow));
	b->nr_cow = 0;
	return err;
}

static void sum_work(struct work_struct *work)
{
	struct store *s = container_of(work, struct store, work);

	s->sum = cpt_payload_sum(s->bvec, s->nr_bvec);
}

/* What was found before goes to the file. */
static int write_last(struct batch *b)
{
	struct store *s = b->last;
	struct cpt_pages_image image = {
		.mm = b->mm->id, .extents = s->nr_extents,
	};
	struct vz_context *ctx = b->ctx;
	ktime_t start = ktime_get();
	int err = 0;

	if (s->pages) {
		err = cpt_write_payload(ctx, CPT_OBJ_PAGES, ++ctx->next_id[CPT_OBJ_PAGES], &image,
					sizeof(image), s->extents,
					s->nr_extents * sizeof(*s->extents), s->bvec, s->nr_bvec,
					(u64)s->pages << PAGE_SHIFT, s->sum);
		ctx->stats.memwrite_time += ktime_us_delta(ktime_get(), start);
		ctx->stats.pages_written += s->pages;
	}
	ctx->progress_done += (u64)s->found << PAGE_SHIFT;
	put_runs(s);
	return err;
}

/*
 * What is found now is summed while what was found before is written. What is
 * shared stands before what is not: the restored page tables then have no huge
 * page yet where single pages are to be shared.
 */
static int flush(struct batch *b)
{
	int err = write_cow(b);

	if (err)
		return err;
	if (b->last->pages)
		queue_work(system_unbound_wq, &b->now->work);
	else if (b->now->pages)
		sum_work(&b->now->work);
	err = write_last(b);
	flush_work(&b->now->work);
	swap(b->now, b->last);
	return err;
}

static void add_extent(struct cpt_extent *extents, unsigned int *nr, unsigned long addr)
{
	struct cpt_extent *last = *nr ? &extents[*nr - 1] : NULL;

	if (last && last->start + (last->pages << PAGE_SHIFT) == addr)
		last->pages++;
	else
		extents[(*nr)++] = (struct cpt_extent){ .start = addr, .pages = 1 };
}

static void add_page(struct store *s, struct page *page, unsigned long addr)
{
	struct bio_vec *last = s->nr_bvec ? &s->bvec[s->nr_bvec - 1] : NULL;

	if (last && nth_page(last->bv_page, last->bv_len >> PAGE_SHIFT) == page)
		last->bv_len += PAGE_SIZE;
	else
		s->bvec[s->nr_bvec++] = (struct bio_vec){ .bv_page = page, .bv_len = PAGE_SIZE };
	add_extent(s->extents, &s->nr_extents, addr);
	s->pages++;
}

static bool is_zero(struct page *page)
{
	const u64 *p = kmap_local_page(page);
	bool zero = !*p && !memchr_inv(p, 0, PAGE_SIZE);

	kunmap_local(p);
	return zero;
}

static void sort_page(struct batch *b, const struct cpt_mm_area *area, struct page *page,
		      unsigned long addr, bool shared)
{
	struct cpt_stats *stats = &b->ctx->stats;

	if (area->zeros && is_zero(page)) {
		stats->pages_zero++;
	} else if (shared) {
		stats->pages_shared++;
		add_extent(b->cow, &b->nr_cow, addr);
	} else {
		add_page(b->now, page, addr);
	}
}

/* The pages found last are of @area: store, share or skip them. */
static int sort_pages(struct batch *b, const struct cpt_mm_area *area)
{
	unsigned int i, j, index = 0, first = b->first;
	struct store *s = b->now;
	struct cpt_run *run;
	int err;

	if (first == s->nr_runs)
		return 0;
	bitmap_zero(b->shared, BATCH);
	if (area->cow) {
		if (b->src != area->cow) {
			err = write_cow(b);
			if (err)
				return err;
			b->src = area->cow;
		}
		err = cpt_cow_compare(area, &s->runs[first], s->nr_runs - first, b->shared);
		if (err)
			return err;
	}
	for (i = first; i < s->nr_runs; i++) {
		run = &s->runs[i];
		for (j = 0; j < run->nr; j++, index++)
			sort_page(b, area, nth_page(run->page, j), run->addr + j * PAGE_SIZE,
				  test_bit(index, b->shared));
		cond_resched();
	}
	b->ctx->stats.pages_scanned += index;
	return 0;
}

static int page_error(struct batch *b, int err)
{
	pid_t pid = cpt_mm_pid(b->ctx, b->mm->ptr);

	if (err == -EINTR)
		return err;
	if (err == -EHWPOISON)
		return cpt_err(b->ctx, err, "pages of process %d: a page behind %lx is damaged",
			       pid, b->next);
	return cpt_err(b->ctx, err, "pages of process %d: cannot read the page at %lx: error %d",
		       pid, b->next, -err);
}

static int dump_area(struct batch *b, const struct cpt_mm_area *area)
{
	struct mm_struct *mm = b->mm->ptr;
	int ret, err;

	b->next = area->start;
	while (b->next < area->end) {
		b->first = b->now->nr_runs;
		b->nr_fault = 0;
		err = mmap_read_lock_killable(mm);
		if (err)
			return err;
		ret = vz_walk_page_range(mm, b->next, area->end, &find_ops, b);
		mmap_read_unlock(mm);
		if (ret < 0)
			return page_error(b, ret);
		err = sort_pages(b, area);
		if (err)
			return err;
		if (b->nr_fault)
			err = fault_in(b);
		else if (ret == WALK_FULL)
			err = flush(b);
		else
			b->next = area->end;
		if (err)
			return b->nr_fault ? page_error(b, err) : err;
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int dump_space(struct batch *b, struct vz_obj *mm)
{
	struct cpt_mm_data *data = mm->data;
	unsigned int i;
	int err = 0;

	b->mm = mm;
	b->src = NULL;
	for (i = 0; i < data->nr && !err; i++)
		err = dump_area(b, &data->area[i]);
	if (!err)
		err = flush(b);
	if (!err)
		err = write_last(b);
	put_runs(b->now);
	put_runs(b->last);
	return err;
}

static void store_free(struct store *s)
{
	kvfree(s->runs);
	kvfree(s->bvec);
	kvfree(s->extents);
}

static int store_alloc(struct store *s)
{
	INIT_WORK(&s->work, sum_work);
	s->runs = kvmalloc_array(BATCH, sizeof(*s->runs), GFP_KERNEL);
	s->bvec = kvmalloc_array(BATCH, sizeof(*s->bvec), GFP_KERNEL);
	s->extents = kvmalloc_array(BATCH, sizeof(*s->extents), GFP_KERNEL);
	return s->runs && s->bvec && s->extents ? 0 : -ENOMEM;
}

static int dump_spaces(struct batch *b)
{
	struct vz_obj *mm;
	int err;

	b->cow = kvmalloc_array(BATCH, sizeof(*b->cow), GFP_KERNEL);
	b->shared = bitmap_zalloc(BATCH, GFP_KERNEL);
	err = b->cow && b->shared ? 0 : -ENOMEM;
	vz_for_each_obj(b->ctx, CPT_OBJ_MM, mm) {
		if (!err)
			err = dump_space(b, mm);
	}
	kvfree(b->cow);
	bitmap_free(b->shared);
	return err;
}

static int pages_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct store *s = kcalloc(2, sizeof(*s), GFP_KERNEL);
	struct batch b = { .ctx = ctx, .now = s, .last = s + 1 };
	ktime_t start = ktime_get();
	int err;

	static_assert(BATCH >= PMD_PAGES && (u64)BATCH << PAGE_SHIFT <= CPT_MAX_PAYLOAD);
	if (!s)
		return -ENOMEM;
	if (!ctx->progress_total)
		ctx->progress_total = cpt_mm_estimate(ctx) << PAGE_SHIFT;
	err = store_alloc(&s[0]) ?: store_alloc(&s[1]);
	if (!err)
		err = dump_spaces(&b);
	store_free(&s[0]);
	store_free(&s[1]);
	kfree(s);
	ctx->stats.memdump_time += ktime_us_delta(ktime_get(), start);
	return err;
}

const struct cpt_ops cpt_pages_ops = {
	.dump = pages_dump,
};
