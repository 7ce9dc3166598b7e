// SPDX-License-Identifier: GPL-2.0-only
/*
 * aio: contexts of asynchronous I/O. Each is made by the process that has it
 * with io_setup(2), gets what was in its ring, and moves to its address: that is
 * its id. How large a ring becomes depends on the host's number of processors.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>
#include "../kernel/access.h"
#include "rst_mm.h"

#define AIO_PER_PAGE	(PAGE_SIZE / 32)	/* events; the ring's header takes one's place */

/* Requests that io_setup() doubles to a ring of so many pages, at most. */
static unsigned int most_reqs(unsigned int pages)
{
	return (pages * AIO_PER_PAGE - 3) / 2;
}

static unsigned int ring_pages(unsigned int reqs)
{
	return DIV_ROUND_UP(2 * max(reqs, 4 * num_possible_cpus()) + 3, AIO_PER_PAGE);
}

static unsigned int pages_of(const struct cpt_aio_image *a)
{
	return (a->nr_events + 1) / AIO_PER_PAGE;
}

/* How much room processors take for themselves at a time: ioctx_alloc(). */
static unsigned int req_batch(const struct cpt_aio_image *a)
{
	return max(1U, (a->nr_events - 1) / (4 * num_possible_cpus()));
}

static int rst_aio_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_aio_image *a = rec->fixed;

	if (a->flags & CPT_AIO_DESTROYED)
		return 0;
	/* each processor may keep some room that it does not use */
	if (a->nr_events - 1 < (u64)num_possible_cpus() * (2 * req_batch(a) - 1) + a->max_reqs)
		return rst_err(ctx, -EOPNOTSUPP, "aio %llu: a ring of %u events is too small for %u processors",
			       rec->hdr.id, a->nr_events, num_possible_cpus());
	return 0;
}

/* ---- in the process' own context ---- */

/* The context of current's address space at an index; only current changes them. */
static void *context_at(unsigned int index)
{
	void *table, *kioctx = NULL;

	rcu_read_lock();
	table = rcu_dereference_raw(current->mm->ioctx_table);
	if (table && index < *vz_kioctx_table_nr(table))
		kioctx = vz_kioctx_nth(table, index);
	rcu_read_unlock();
	return kioctx;
}

/* @scratch: a page of current's for io_setup(2)'s answer */
static int io_setup(unsigned int reqs, unsigned long scratch, unsigned long *addr)
{
	struct pt_regs regs = { .di = reqs, .si = scratch };
	long ret;

	if (put_user(0UL, (unsigned long __user *)scratch))
		return -EFAULT;
	ret = vz___x64_sys_io_setup(&regs);
	if (!ret && get_user(*addr, (unsigned long __user *)scratch))
		ret = -EFAULT;
	return ret;
}

static void io_destroy(unsigned long addr)
{
	struct pt_regs regs = { .di = addr };

	vz___x64_sys_io_destroy(&regs);
}

/* A ring of a host with fewer processors: what is too much of it is not used. */
static int shrink(void *kioctx, unsigned long addr, const struct cpt_aio_image *a)
{
	unsigned long size = (unsigned long)pages_of(a) << PAGE_SHIFT;
	unsigned long is = *vz_kioctx_mmap_size(kioctx);
	int err;

	if (is <= size)
		return is == size ? 0 : -EINVAL;
	err = vm_munmap(addr + size, is - size);
	if (err)
		return err;
	*vz_kioctx_mmap_size(kioctx) = size;
	*vz_kioctx_nr_events(kioctx) = a->nr_events;
	*vz_kioctx_req_batch(kioctx) = req_batch(a);
	return 0;
}

/* Nobody submits yet. */
static void set_context(void *kioctx, const struct cpt_aio_image *a)
{
	spin_lock(vz_aio_nr_lock);
	*vz_aio_nr += a->max_reqs - *vz_kioctx_max_reqs(kioctx);
	*vz_kioctx_max_reqs(kioctx) = a->max_reqs;
	spin_unlock(vz_aio_nr_lock);
	spin_lock_irq(vz_kioctx_completion_lock(kioctx));
	*vz_kioctx_tail(kioctx) = a->tail;
	*vz_kioctx_completed_events(kioctx) = a->completed;
	atomic_set(vz_kioctx_reqs_available(kioctx), a->nr_events - 1 - a->completed);
	spin_unlock_irq(vz_kioctx_completion_lock(kioctx));
}

static int fill_ring(unsigned long addr, const struct vz_rec *rec)
{
	void __user *to = (void __user *)addr;

	/* the header, which io_setup(2) has written */
	if (clear_user(to, 32) || copy_to_user(to, rec->content, rec->hdr.len))
		return -EFAULT;
	return 0;
}

/* To where nothing but its reservation is; the context's id goes with it. */
static int move(unsigned long from, const struct cpt_vma_image *v)
{
	unsigned long len = v->end - v->start;
	struct pt_regs regs = {
		.di = from, .si = len, .dx = len, .r10 = MREMAP_MAYMOVE | MREMAP_FIXED,
		.r8 = v->start,
	};
	long ret = vz___x64_sys_mremap(&regs);

	return ret == (long)v->start ? 0 : IS_ERR_VALUE(ret) ? ret : -EADDRINUSE;
}

static int keep_ring(struct vz_context *ctx, const struct vz_rec *rec, void *kioctx)
{
	struct file *ring = get_file(*vz_kioctx_aio_ring_file(kioctx));
	int err = rst_keep(ctx, CPT_OBJ_AIO, rec->hdr.id, ring);

	if (err)
		fput(ring);
	return err;
}

static int make_context(struct vz_context *ctx, const struct vz_rec *mm,
			const struct cpt_vma_image *v, unsigned long scratch)
{
	const struct vz_rec *rec = rst_find(ctx, CPT_OBJ_AIO, v->file);
	const struct cpt_aio_image *a = rec->fixed;
	unsigned int reqs = a->max_reqs;
	unsigned long addr;
	void *kioctx;
	int err;

	if (ring_pages(reqs) < pages_of(a))	/* made where there were more processors */
		reqs = most_reqs(pages_of(a));
	rst_vma_set_default_flags(v);
	err = io_setup(reqs, scratch, &addr);
	if (err)
		return rst_err(ctx, err, "aio %llu: a context for %u requests cannot be made: error %d",
			       rec->hdr.id, reqs, -err);
	kioctx = context_at(a->index);
	if (!kioctx || *vz_kioctx_user_id(kioctx) != addr)
		return rst_err(ctx, -EEXIST, "aio %llu: its number %u is not the next one",
			       rec->hdr.id, a->index);
	err = shrink(kioctx, addr, a);
	if (!err)
		err = fill_ring(addr, rec);
	if (!err)
		err = move(addr, v);
	if (err)
		return rst_err(ctx, err, "aio %llu: its ring cannot be made at %llx: error %d",
			       rec->hdr.id, v->start, -err);
	set_context(kioctx, a);
	err = keep_ring(ctx, rec, kioctx);
	return err ?: rst_vma_settle(ctx, mm, v);
}

/**
 * struct own - a context of an address space
 * @index: its number
 * @v: its ring
 */
struct own {
	u32 index;
	const struct cpt_vma_image *v;
};

static int by_index(const void *a, const void *b)
{
	const struct own *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

/* In the order of their numbers; numbers that are free are taken meanwhile. */
static int make_contexts(struct vz_context *ctx, const struct vz_rec *mm, const struct own *own,
			 unsigned int nr, unsigned long scratch)
{
	unsigned int i = 0, index;
	unsigned long addr;
	int err = 0;

	for (index = 0; i < nr && !err; index++) {
		if (own[i].index == index)
			err = make_context(ctx, mm, own[i++].v, scratch);
		else if (own[i].index < index)
			err = rst_err(ctx, -EINVAL, "mm %llu: two contexts of asynchronous I/O are number %u",
				      mm->hdr.id, own[i].index);
		else
			err = io_setup(1, scratch, &addr);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	for (i = 0; i < nr && !err; i++) {
		for (index = i ? own[i - 1].index + 1 : 0; index < own[i].index; index++)
			io_destroy(*vz_kioctx_user_id(context_at(index)));
	}
	return err;
}

/* So that nothing that is mapped for a moment stands there. */
static int reserve(struct vz_context *ctx, const struct vz_rec *mm, const struct cpt_vma_image *v)
{
	unsigned long addr = vm_mmap(NULL, v->start, v->end - v->start, PROT_NONE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
				     MAP_FIXED_NOREPLACE, 0);

	if (addr == v->start)
		return 0;
	return rst_err(ctx, -ENOMEM, "mm %llu: mapping %llx-%llx: cannot be made", mm->hdr.id,
		       v->start, v->end);
}

/**
 * rst_aio_contexts() - make an address space's contexts of asynchronous I/O
 * @ctx: the context
 * @rec: record of the address space
 *
 * Context: the process that gets it; all other mappings are there
 */
int rst_aio_contexts(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content;
	const struct cpt_aio_image *a;
	unsigned long scratch;
	unsigned int i, nr = 0;
	struct own *own;
	int err = 0;

	for (i = 0; i < m->vmas; i++)
		nr += v[i].type == CPT_VMA_AIO;
	if (!nr)
		return 0;
	own = kvmalloc_array(nr, sizeof(*own), GFP_KERNEL);
	if (!own)
		return -ENOMEM;
	for (i = 0, nr = 0; i < m->vmas && !err; i++) {
		if (v[i].type != CPT_VMA_AIO && v[i].type != CPT_VMA_AIO_SEEN)
			continue;
		err = reserve(ctx, rec, &v[i]);
		if (v[i].type != CPT_VMA_AIO)
			continue;
		a = rst_fixed(ctx, CPT_OBJ_AIO, v[i].file);
		own[nr++] = (struct own){ .index = a->index, .v = &v[i] };
	}
	if (err)
		goto out_free;
	sort(own, nr, sizeof(*own), by_index, NULL);
	scratch = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, 0);
	err = IS_ERR_VALUE(scratch) ? (long)scratch : make_contexts(ctx, rec, own, nr, scratch);
	if (!IS_ERR_VALUE(scratch))
		vm_munmap(scratch, PAGE_SIZE);
out_free:
	kvfree(own);
	return err;
}

/* ---- rings of others ---- */

/* Only its ring is left, without a page. */
static int make_destroyed(struct vz_context *ctx, const struct vz_rec *rec)
{
	unsigned long scratch, addr;
	unsigned int index = 0;
	void *kioctx;
	int err;

	scratch = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(scratch))
		return scratch;
	err = io_setup(1, scratch, &addr);
	if (err)
		goto out_unmap;
	/* it has the first free number */
	do
		kioctx = context_at(index++);
	while (kioctx && *vz_kioctx_user_id(kioctx) != addr);
	err = kioctx ? keep_ring(ctx, rec, kioctx) : -EINVAL;
	io_destroy(addr);
out_unmap:
	vm_munmap(scratch, PAGE_SIZE);
	return err;
}

static int map_seen(struct vz_context *ctx, const struct vz_rec *mm, const struct cpt_vma_image *v)
{
	const struct vz_rec *rec = rst_find(ctx, CPT_OBJ_AIO, v->file);
	const struct cpt_aio_image *a = rec->fixed;
	unsigned long addr;
	struct file *ring;
	int err = 0;

	if (!rst_made(ctx, CPT_OBJ_AIO, v->file) && a->flags & CPT_AIO_DESTROYED)
		err = make_destroyed(ctx, rec);
	ring = rst_made(ctx, CPT_OBJ_AIO, v->file);
	if (!err && !ring)
		err = -ENOENT;
	if (err)
		return rst_err(ctx, err, "aio %llu: is no process' context: error %d", rec->hdr.id,
			       -err);
	rst_vma_set_default_flags(v);
	/* in place of its reservation */
	addr = vm_mmap(ring, v->start, v->end - v->start, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED, v->offset);
	if (addr != v->start)
		return rst_err(ctx, -ENOMEM, "mm %llu: mapping %llx-%llx: cannot be made",
			       mm->hdr.id, v->start, v->end);
	return rst_vma_settle(ctx, mm, v);
}

/* All processes have made theirs. */
static int rst_aio_task(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	const struct vz_rec *rec = p->mm ? rst_find(vt->ctx, CPT_OBJ_MM, p->mm) : NULL;
	const struct cpt_mm_image *m = rec ? rec->fixed : NULL;
	const struct cpt_vma_image *v = rec ? rec->content : NULL;
	unsigned long def_flags = current->mm ? current->mm->def_flags : 0;
	unsigned int i;
	int err = 0;

	if (!vz_is_leader(vt) || !m)
		return 0;
	for (i = 0; i < m->vmas && !err; i++, v++) {
		if (v->type == CPT_VMA_AIO_SEEN)
			err = map_seen(vt->ctx, rec, v);
	}
	mmap_write_lock(current->mm);
	current->mm->def_flags = def_flags;
	mmap_write_unlock(current->mm);
	return err;
}

static void rst_aio_undo(void *ptr)
{
	fput(ptr);
}

const struct rst_ops rst_aio_ops = {
	.check = rst_aio_check,
	.task = rst_aio_task,
	.undo = rst_aio_undo,
};
