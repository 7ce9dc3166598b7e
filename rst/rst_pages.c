// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of pages: read from the image straight into the pages' frames.
 *
 * Each page is touched three times: made (and zeroed) by the kernel, read into,
 * and summed. A long record goes through these as through a pipeline: while one
 * batch is read, workers make the next one and sum the one before.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "../kernel/access.h"
#include "rst_mm.h"

#define PMD_PAGES	(1U << (PMD_SHIFT - PAGE_SHIFT))
#define BATCH		PMD_PAGES	/* pages that are read at once */

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
 * @pin: makes them: fill()
 * @sum: sums them
 * @from: where fill() goes on in the record
 * @err: of fill()
 */
struct load {
	struct vz_context *ctx;
	struct mm_struct *mm;
	struct page *pages[BATCH];
	struct bio_vec bvec[BATCH];
	unsigned int nr_pages;
	unsigned int nr_bvec;
	struct work_struct pin;
	struct work_struct sum;
	struct cursor *from;
	int err;
};

/**
 * struct cursor - how far the pages of a record have been made
 * @rec: the record
 * @extent: the current one
 * @done: pages of it
 */
struct cursor {
	const struct vz_rec *rec;
	u32 extent;
	u64 done;
};

static void put_pages(struct load *l, bool dirty)
{
	unsigned int i;

	for (i = 0; i < l->nr_pages; i++)
		rst_put_page(l->pages[i], dirty);
	l->nr_pages = 0;
	l->nr_bvec = 0;
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

/* Pages from an address to where another page table begins, with another huge page. */
static u64 pages_of_table(u64 at)
{
	return PMD_PAGES - (at >> PAGE_SHIFT) % PMD_PAGES;
}

/*
 * The next pages of the record, up to BATCH; none at its end. A huge page is made
 * as a whole: one batch has all of it, so that each takes as long as the others.
 */
static int fill(struct load *l)
{
	const struct cpt_pages_image *image = l->from->rec->fixed;
	const struct cpt_extent *e = l->from->rec->content;
	struct cursor *c = l->from;
	u64 at, want;
	long n;

	for (e += c->extent; c->extent < image->extents; e++, c->extent++) {
		for (; c->done < e->pages; c->done += n) {
			at = e->start + (c->done << PAGE_SHIFT);
			want = min(e->pages - c->done, pages_of_table(at));
			if (want > BATCH - l->nr_pages)
				return 0;
			n = rst_pin_pages(l->mm, at, want, l->pages + l->nr_pages);
			if (n == -EINTR)
				return n;
			if (n < 0)
				return rst_err(l->ctx, n, "pages %llu: mm %llu: no page for %llx: error %ld",
					       c->rec->hdr.id, image->mm, at, -n);
			join_pages(l, n);
		}
		c->done = 0;
	}
	return 0;
}

static void pin_work(struct work_struct *work)
{
	struct load *l = container_of(work, struct load, pin);

	l->err = fill(l);
}

static void sum_work(struct work_struct *work)
{
	struct load *l = container_of(work, struct load, sum);

	rst_sum_payload(l->ctx, l->bvec, l->nr_bvec);
}

static int read_pages(struct load *l)
{
	u64 bytes = (u64)l->nr_pages << PAGE_SHIFT;
	ktime_t start = ktime_get();
	int err;

	err = rst_read_payload_unsummed(l->ctx, l->bvec, l->nr_bvec, bytes);
	l->ctx->stats.memwrite_time += ktime_us_delta(ktime_get(), start);
	l->ctx->stats.pages_restored += l->nr_pages;
	l->ctx->progress_done += bytes;
	return err;
}

/* All of a record that is one batch or less. */
static int load_short(struct load *l)
{
	int err = fill(l);

	if (!err)
		err = read_pages(l);
	if (!err)
		rst_sum_payload(l->ctx, l->bvec, l->nr_bvec);
	put_pages(l, !err);
	return err;
}

/* The batch that was read last is summed, the next one made, the current one read. */
static int load_long(struct load *l)
{
	struct load *last = &l[0], *this = &l[1], *next = &l[2];
	int err = fill(this);

	while (!err && this->nr_pages) {
		queue_work(system_unbound_wq, &next->pin);
		queue_work(system_unbound_wq, &last->sum);
		err = read_pages(this);
		flush_work(&last->sum);
		flush_work(&next->pin);
		put_pages(last, true);
		swap(last, this);
		swap(this, next);
		err = err ?: this->err;
	}
	if (!err)
		rst_sum_payload(last->ctx, last->bvec, last->nr_bvec);
	put_pages(last, true);
	put_pages(this, false);
	put_pages(next, false);
	return err;
}

static int pages_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_pages_image *image = rec->fixed;
	struct mm_struct *mm = rst_made(ctx, CPT_OBJ_MM, image->mm);
	unsigned int i, nr = rec->hdr.payload > BATCH * PAGE_SIZE ? 3 : 1;
	struct cursor cursor = { .rec = rec };
	ktime_t start = ktime_get();
	struct load *l;
	int err;

	if (!mm)
		return rst_err(ctx, -EINVAL, "pages %llu: no process has mm %llu", rec->hdr.id,
			       image->mm);
	l = kvcalloc(nr, sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		l[i].ctx = ctx;
		l[i].mm = mm;
		l[i].from = &cursor;
		INIT_WORK(&l[i].pin, pin_work);
		INIT_WORK(&l[i].sum, sum_work);
	}
	err = nr > 1 ? load_long(l) : load_short(l);
	kvfree(l);
	ctx->stats.memdump_time += ktime_us_delta(ktime_get(), start);
	return err;
}

const struct rst_ops rst_pages_ops = {
	.data = pages_data,
};
