// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of pages: read from the image straight into the pages' frames.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "rst_mm.h"

#define BATCH 1024U	/* pages that are read at once */

/**
 * rst_pin_pages() - get pages of an address space to write their contents
 * @mm: the address space; its tasks are parked
 * @start: first address
 * @nr: how many pages
 * @pages: filled; rst_put_page() when done
 *
 * They become pages of the process' own where they are not yet, also in
 * mappings that it may not write to. Pages that others could see are refused:
 * an image must not change a file.
 *
 * Return: number of pages, less than @nr at the end of a mapping; or -errno
 */
long rst_pin_pages(struct mm_struct *mm, unsigned long start, unsigned int nr,
		   struct page **pages)
{
	struct vm_area_struct *vma;
	long n, i;

	n = mmap_read_lock_killable(mm);
	if (n)
		return n;
	vma = find_vma(mm, start);
	if (!vma || vma->vm_start > start || (vma->vm_flags & (VM_SHARED | VM_MAYSHARE))) {
		mmap_read_unlock(mm);
		return -EFAULT;
	}
	nr = min_t(unsigned long, nr, (vma->vm_end - start) >> PAGE_SHIFT);
	n = vz_get_user_pages_remote(mm, start, nr, FOLL_WRITE | FOLL_FORCE, pages, NULL);
	mmap_read_unlock(mm);
	for (i = 0; i < n; i++) {
		if (!PageAnon(pages[i])) {
			for (i = 0; i < n; i++)
				put_page(pages[i]);
			return -EFAULT;
		}
	}
	return n ?: -EFAULT;
}

/**
 * rst_put_page() - done with a page of rst_pin_pages()
 * @page: the page
 * @dirty: it was written to: what swap may have of it is old
 */
void rst_put_page(struct page *page, bool dirty)
{
	if (dirty)
		set_page_dirty_lock(page);
	put_page(page);
}

/**
 * struct load - pages that are read at once
 * @ctx: the context
 * @mm: whose they are
 * @pages: the pages, with references
 * @bvec: the same, joined
 * @nr_pages: number of pages
 * @nr_bvec: number of pieces
 */
struct load {
	struct vz_context *ctx;
	struct mm_struct *mm;
	struct page *pages[BATCH];
	struct bio_vec bvec[BATCH];
	unsigned int nr_pages;
	unsigned int nr_bvec;
};

static void put_pages(struct load *l, bool dirty)
{
	unsigned int i;

	for (i = 0; i < l->nr_pages; i++)
		rst_put_page(l->pages[i], dirty);
	l->nr_pages = 0;
	l->nr_bvec = 0;
}

static int read_pages(struct load *l)
{
	u64 bytes = (u64)l->nr_pages << PAGE_SHIFT;
	ktime_t start = ktime_get();
	int err;

	if (!l->nr_pages)
		return 0;
	err = rst_read_payload(l->ctx, l->bvec, l->nr_bvec, bytes);
	l->ctx->stats.memwrite_time += ktime_us_delta(ktime_get(), start);
	l->ctx->stats.pages_restored += l->nr_pages;
	l->ctx->progress_done += bytes;
	put_pages(l, true);
	return err;
}

static void join_pages(struct load *l, unsigned int nr)
{
	struct bio_vec *last;
	struct page *page;

	for (; nr; nr--) {
		page = l->pages[l->nr_pages++];
		last = l->nr_bvec ? &l->bvec[l->nr_bvec - 1] : NULL;
		if (last && nth_page(last->bv_page, last->bv_len >> PAGE_SHIFT) == page)
			last->bv_len += PAGE_SIZE;
		else
			l->bvec[l->nr_bvec++] = (struct bio_vec){ .bv_page = page,
								  .bv_len = PAGE_SIZE };
	}
}

static int load_extent(struct load *l, const struct vz_rec *rec, const struct cpt_extent *e)
{
	const struct cpt_pages_image *image = rec->fixed;
	u64 at, end = e->start + (e->pages << PAGE_SHIFT);
	unsigned int want;
	long n;
	int err;

	for (at = e->start; at < end; at += (u64)n << PAGE_SHIFT) {
		if (l->nr_pages == BATCH) {
			err = read_pages(l);
			if (err)
				return err;
		}
		want = min_t(u64, BATCH - l->nr_pages, (end - at) >> PAGE_SHIFT);
		n = rst_pin_pages(l->mm, at, want, l->pages + l->nr_pages);
		if (n == -EINTR)
			return n;
		if (n < 0)
			return rst_err(l->ctx, n, "pages %llu: mm %llu: no page for %llx: error %ld",
				       rec->hdr.id, image->mm, at, -n);
		join_pages(l, n);
	}
	return 0;
}

static int pages_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_pages_image *image = rec->fixed;
	const struct cpt_extent *extents = rec->content;
	struct mm_struct *mm = rst_made(ctx, CPT_OBJ_MM, image->mm);
	ktime_t start = ktime_get();
	struct load *l;
	unsigned int i;
	int err = 0;

	if (!mm)
		return rst_err(ctx, -EINVAL, "pages %llu: no process has mm %llu", rec->hdr.id,
			       image->mm);
	l = kvmalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->ctx = ctx;
	l->mm = mm;
	l->nr_pages = 0;
	l->nr_bvec = 0;
	for (i = 0; i < image->extents && !err; i++)
		err = load_extent(l, rec, &extents[i]);
	if (!err)
		err = read_pages(l);
	put_pages(l, false);
	kvfree(l);
	ctx->stats.memdump_time += ktime_us_delta(ktime_get(), start);
	return err;
}

const struct rst_ops rst_pages_ops = {
	.data = pages_data,
};
