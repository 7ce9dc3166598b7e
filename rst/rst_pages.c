// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of pages: read from the image straight into the pages' frames.
 *
 * Each page is touched three times: made (and zeroed) by the kernel, read into,
 * and summed. From a regular file long records are loaded side by side, one for
 * each processor. From a pipe, a long record goes through the three as through a
 * pipeline: while one batch is read, workers make the next one and sum the one
 * before.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "../kernel/access.h"
#include "rst_mm.h"
#include "rst_payload.h"

#define PMD_PAGES	(1U << (PMD_SHIFT - PAGE_SHIFT))
#define BATCH		PMD_PAGES	/* pages that are read at once */
#define LONG		(BATCH * PAGE_SIZE)
#define PIECE		(128U << 10)	/* is still in the processor's cache when it is summed */
#define MAX_LANES	16U

/**
 * rst_pin_pages() - get pages of an address space to write their contents
 * @mm: the address space; its tasks are parked
 * @start: first address
 * @nr: how many pages
 * @pages: filled; rst_put_pages() when done
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
 * rst_put_pages() - done with pages of rst_pin_pages() and rst_pin_huge()
 * @pages: the pages
 * @nr: their number
 * @dirty: they were written to: what swap may have of them is old
 */
void rst_put_pages(struct page **pages, unsigned int nr, bool dirty)
{
	struct folio *folio;
	unsigned int n;

	for (; nr; nr -= n, pages += n) {
		folio = page_folio(*pages);
		for (n = 1; n < nr && page_folio(pages[n]) == folio; n++)
			;
		if (dirty)
			set_page_dirty_lock(*pages);
		folio_put_refs(folio, n);
	}
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
 * @at: address that fill() has failed for
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
	u64 at;
	int err;
};

/**
 * struct cursor - how far the pages of a record have been made
 * @rec: the record
 * @extent: the current one
 * @done: pages of it
 * @huge: address of a huge page that a fault has made
 */
struct cursor {
	const struct vz_rec *rec;
	u32 extent;
	u64 done;
	u64 huge;
};

static void put_pages(struct load *l, bool dirty)
{
	rst_put_pages(l->pages, l->nr_pages, dirty);
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
		if (last && last->bv_len < PIECE &&
		    nth_page(last->bv_page, last->bv_len >> PAGE_SHIFT) == page)
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

static long pin(struct load *l, u64 at, u64 want)
{
	struct page **pages = l->pages + l->nr_pages;
	struct cursor *c = l->from;
	long n = want == PMD_PAGES ? rst_pin_huge(l->mm, at, c->huge, pages) : 0;

	if (n)
		return n;
	n = rst_pin_pages(l->mm, at, want, pages);
	if (n == PMD_PAGES && compound_order(pages[0]) == HPAGE_PMD_ORDER)
		c->huge = at;
	return n;
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
			n = pin(l, at, want);
			if (n < 0) {
				l->at = at;
				return n;
			}
			join_pages(l, n);
		}
		c->done = 0;
	}
	return 0;
}

/* Tells why fill() has failed. */
static int fill_error(const struct load *l, int err)
{
	const struct cpt_pages_image *image = l->from->rec->fixed;

	if (!err || err == -EINTR)
		return err;
	return rst_err(l->ctx, err, "pages %llu: mm %llu: no page for %llx: error %d",
		       l->from->rec->hdr.id, image->mm, l->at, -err);
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

static void init_load(struct load *l, struct vz_context *ctx, struct mm_struct *mm,
		      struct cursor *from)
{
	l->ctx = ctx;
	l->mm = mm;
	l->from = from;
	INIT_WORK(&l->pin, pin_work);
	INIT_WORK(&l->sum, sum_work);
}

/* ---- in the stream ---- */

static int read_pages(struct load *l)
{
	u64 bytes = (u64)l->nr_pages << PAGE_SHIFT;
	ktime_t start = ktime_get();
	int err;

	err = rst_read_payload_unsummed(l->ctx, l->bvec, l->nr_bvec, bytes);
	if (!l->ctx->loads)
		l->ctx->stats.memwrite_time += ktime_us_delta(ktime_get(), start);
	l->ctx->stats.pages_restored += l->nr_pages;
	l->ctx->progress_done += bytes;
	return err;
}

/* All of a record that is one batch or less. */
static int load_short(struct load *l)
{
	int err = fill_error(l, fill(l));

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
	int err = fill_error(this, fill(this));

	while (!err && this->nr_pages) {
		queue_work(system_unbound_wq, &next->pin);
		queue_work(system_unbound_wq, &last->sum);
		err = read_pages(this);
		flush_work(&last->sum);
		flush_work(&next->pin);
		put_pages(last, true);
		swap(last, this);
		swap(this, next);
		err = err ?: fill_error(this, this->err);
	}
	if (!err)
		rst_sum_payload(last->ctx, last->bvec, last->nr_bvec);
	put_pages(last, true);
	put_pages(this, false);
	put_pages(next, false);
	return err;
}

static int load_stream(struct vz_context *ctx, const struct vz_rec *rec, struct mm_struct *mm)
{
	unsigned int i, nr = rec->hdr.payload > LONG ? 3 : 1;
	struct cursor cursor = { .rec = rec };
	ktime_t start = ktime_get();
	struct load *l;
	int err;

	l = kvcalloc(nr, sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		init_load(&l[i], ctx, mm, &cursor);
	err = nr > 1 ? load_long(l) : load_short(l);
	kvfree(l);
	if (!ctx->loads)
		ctx->stats.memdump_time += ktime_us_delta(ktime_get(), start);
	return err;
}

/* ---- side by side ---- */

/**
 * struct lane - a record that is loaded by a thread of its own
 * @work: the thread's
 * @payload: the record, out of the stream
 * @cursor: in the record
 * @load: its batches, one after the other
 * @busy: there is a record
 * @read_time: spent in reading, us
 * @work_time: spent altogether, us
 */
struct lane {
	struct work_struct work;
	struct rst_payload payload;
	struct cursor cursor;
	struct load load;
	bool busy;
	u64 read_time;
	u64 work_time;
};

/**
 * struct rst_loads - records that are loaded side by side
 * @start: of the first
 * @mm: address space of the last one that has ended
 * @huge: cursor.huge of that
 * @read_time: of all that have ended
 * @work_time: likewise
 * @nr: lanes
 * @next: lane of the next record
 * @lane: the lanes
 */
struct rst_loads {
	ktime_t start;
	struct mm_struct *mm;
	u64 huge;
	u64 read_time;
	u64 work_time;
	unsigned int nr;
	unsigned int next;
	struct lane lane[];
};

/* Reads and sums a batch, piece by piece. */
static int read_lane(struct lane *lane)
{
	const struct load *l = &lane->load;
	const struct bio_vec *bvec = l->bvec;
	ktime_t start = ktime_get();
	unsigned int left, n;
	u32 bytes;
	int err = 0;

	for (left = l->nr_bvec; left && !err; left -= n, bvec += n) {
		for (n = 0, bytes = 0; n < left && bytes + bvec[n].bv_len <= PIECE; n++)
			bytes += bvec[n].bv_len;
		err = rst_read_taken(&lane->payload, bvec, n, bytes);
	}
	lane->read_time += ktime_us_delta(ktime_get(), start);
	return err;
}

static void lane_work(struct work_struct *work)
{
	struct lane *lane = container_of(work, struct lane, work);
	struct load *l = &lane->load;
	ktime_t start = ktime_get();
	int err = 0;

	while (!err) {
		l->err = fill(l);
		if (l->err || !l->nr_pages)
			break;
		err = read_lane(lane);
		put_pages(l, !err);
		cond_resched();
	}
	put_pages(l, false);
	lane->work_time = ktime_us_delta(ktime_get(), start);
}

/* The lane is free again. Return: @err, or why its record could not be loaded. */
static int end_lane(struct vz_context *ctx, struct lane *lane, int err)
{
	u64 bytes = lane->payload.rec.hdr.payload;

	if (!lane->busy)
		return err;
	flush_work(&lane->work);
	lane->busy = false;
	ctx->loads->mm = lane->load.mm;
	ctx->loads->huge = lane->cursor.huge;
	ctx->loads->read_time += lane->read_time;
	ctx->loads->work_time += lane->work_time;
	if (!err)
		err = fill_error(&lane->load, lane->load.err);
	err = rst_end_payload(ctx, &lane->payload, err);
	if (!err) {
		ctx->stats.pages_restored += bytes >> PAGE_SHIFT;
		ctx->progress_done += bytes;
	}
	return err;
}

static int pages_loaded(struct vz_context *ctx, int err)
{
	struct rst_loads *loads = ctx->loads;
	unsigned int i;
	u64 took;

	if (!loads)
		return err;
	for (i = 0; i < loads->nr; i++)
		err = end_lane(ctx, &loads->lane[(loads->next + i) % loads->nr], err);
	took = ktime_us_delta(ktime_get(), loads->start);
	ctx->stats.memdump_time += took;
	/* what reading had of the threads' time, it had of ours */
	ctx->stats.memwrite_time += div64_u64(took * loads->read_time, max(loads->work_time, 1ULL));
	ctx->loads = NULL;
	kvfree(loads);
	return err;
}

/* Return: a free lane, NULL when there is no memory for it, or ERR_PTR */
static struct lane *get_lane(struct vz_context *ctx)
{
	unsigned int i, nr = min(num_online_cpus(), MAX_LANES);
	struct rst_loads *loads = ctx->loads;
	struct lane *lane;
	int err;

	if (!loads) {
		loads = kvzalloc(struct_size(loads, lane, nr), GFP_KERNEL);
		if (!loads)
			return NULL;
		loads->start = ktime_get();
		loads->nr = nr;
		for (i = 0; i < nr; i++)
			INIT_WORK(&loads->lane[i].work, lane_work);
		ctx->loads = loads;
	}
	lane = &loads->lane[loads->next];
	err = end_lane(ctx, lane, 0);
	return err ? ERR_PTR(err) : lane;
}

static int pages_data(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_pages_image *image = rec->fixed;
	struct mm_struct *mm = rst_made(ctx, CPT_OBJ_MM, image->mm);
	struct rst_loads *loads;
	struct lane *lane;

	if (!mm)
		return rst_err(ctx, -EINVAL, "pages %llu: no process has mm %llu", rec->hdr.id,
			       image->mm);
	lane = rec->hdr.payload > LONG ? get_lane(ctx) : NULL;
	if (IS_ERR(lane))
		return PTR_ERR(lane);
	if (!lane || !rst_take_payload(ctx, rec, &lane->payload))
		return load_stream(ctx, rec, mm);
	loads = ctx->loads;
	lane->cursor = (struct cursor){ .rec = &lane->payload.rec,
					.huge = loads->mm == mm ? loads->huge : 0 };
	init_load(&lane->load, ctx, mm, &lane->cursor);
	lane->load.err = 0;
	lane->read_time = 0;
	lane->busy = true;
	loads->next = (loads->next + 1) % loads->nr;
	queue_work(system_unbound_wq, &lane->work);
	return 0;
}

const struct rst_ops rst_pages_ops = {
	.data = pages_data,
	.loaded = pages_loaded,
};
