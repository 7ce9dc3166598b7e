// SPDX-License-Identifier: GPL-2.0-only
/*
 * aio: contexts of asynchronous I/O. One is a ring of events, which is a file of
 * the kernel's, mapped where the context's id says; a child made by fork(2) has
 * the mapping, not the context.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "cpt_aio.h"

/* How long requests that end by themselves may take: as long as a task may to park. */
#define CPT_AIO_TIMEOUT_MS 10000

/**
 * struct cpt_aio - vz_obj.data of a CPT_OBJ_AIO, whose ptr is the ring's file
 * @kioctx: the context; NULL when only mappings of the ring were met
 * @mm: whose context it is
 * @addr: its id
 */
struct cpt_aio {
	void *kioctx;
	const struct mm_struct *mm;
	unsigned long addr;
};

bool cpt_file_is_aio(const struct file *file)
{
	return !strcmp(file_inode(file)->i_sb->s_type->name, "aio");
}

/* An address space's context at an index or the next; NULL: no more. Under RCU. */
static void *next_context(struct mm_struct *mm, unsigned int *index)
{
	const void *table = rcu_dereference_raw(mm->ioctx_table);
	void *kioctx;

	for (; table && *index < *vz_kioctx_table_nr(table); (*index)++) {
		kioctx = vz_kioctx_nth(table, *index);
		if (kioctx)
			return kioctx;
	}
	return NULL;
}

/**
 * cpt_aio_used() - does a task of the VE have a context?
 * @ctx: the context
 */
bool cpt_aio_used(struct vz_context *ctx)
{
	struct mm_struct *mm;
	struct vz_task *vt;
	bool used = false;

	vz_for_each_task(ctx, vt) {
		mm = vz_is_leader(vt) ? get_task_mm(vt->task) : NULL;
		if (!mm)
			continue;
		used |= !!rcu_access_pointer(mm->ioctx_table);
		mmput(mm);
	}
	return used;
}

/* ---- requests in flight ---- */

/* Two references are the context's own; nobody submits. */
static bool in_flight(struct mm_struct *mm)
{
	unsigned int index;
	bool found = false;
	void *kioctx;

	rcu_read_lock();
	for (index = 0; (kioctx = next_context(mm, &index)); index++)
		found |= vz_percpu_refs(vz_kioctx_reqs(kioctx)) > 2;
	rcu_read_unlock();
	return found;
}

/* What wait for something to happen: IOCB_CMD_POLL. */
static bool pending(void *kioctx)
{
	bool found;

	spin_lock_irq(vz_kioctx_ctx_lock(kioctx));
	found = !list_empty(vz_kioctx_active_reqs(kioctx));
	spin_unlock_irq(vz_kioctx_ctx_lock(kioctx));
	return found;
}

static bool any_pending(struct mm_struct *mm)
{
	unsigned int index;
	bool found = false;
	void *kioctx;

	rcu_read_lock();
	for (index = 0; (kioctx = next_context(mm, &index)); index++)
		found |= pending(kioctx);
	rcu_read_unlock();
	return found;
}

/* Disks end what they have begun; what somebody waits for may never come. */
static int wait_for_requests(struct vz_context *ctx, struct mm_struct *mm, pid_t pid)
{
	unsigned int limit = ctx->suspend_timeout_ms ?: CPT_AIO_TIMEOUT_MS;
	ktime_t deadline = ktime_add_ms(ktime_get(), limit);

	while (!ctx->checking && in_flight(mm) && !any_pending(mm)) {
		if (ktime_after(ktime_get(), deadline))
			return cpt_refuse(ctx, "mm of process %d: asynchronous I/O: requests do not end",
					  pid);
		schedule_timeout_killable(1);
		if (signal_pending(current))
			return -EINTR;
	}
	if (any_pending(mm))
		cpt_refuse(ctx, "mm of process %d: asynchronous I/O: pending IOCB_CMD_POLL: not supported",
			   pid);
	return 0;
}

/* First of all: what requests hold and signal is at rest when others look at it. */
static int cpt_aio_root(struct vz_context *ctx)
{
	struct mm_struct *mm;
	struct vz_task *vt;
	int err = 0;

	vz_for_each_task(ctx, vt) {
		mm = vz_is_leader(vt) ? get_task_mm(vt->task) : NULL;
		if (!mm)
			continue;
		if (rcu_access_pointer(mm->ioctx_table))
			err = wait_for_requests(ctx, mm, vt->tgid);
		mmput(mm);
		if (err)
			return err;
	}
	return 0;
}

/* ---- collect ---- */

static int cpt_aio_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	obj->data = kzalloc(sizeof(struct cpt_aio), GFP_KERNEL);
	return obj->data ? 0 : -ENOMEM;
}

/* The whole ring, in one mapping, where the context's id says. */
static bool is_mapped(const struct cpt_vmas *vmas, const struct file *ring, unsigned long addr,
		      unsigned long size)
{
	const struct cpt_vma *v;
	unsigned int i;

	for (i = 0; i < vmas->nr; i++) {
		v = &vmas->vma[i];
		if (v->file == ring && v->start == addr)
			return !v->why && v->end - addr == size && !v->offset;
	}
	return false;
}

static int collect_context(struct vz_context *ctx, struct mm_struct *mm,
			   const struct cpt_vmas *vmas, void *kioctx, struct file *ring, pid_t pid)
{
	unsigned long addr = READ_ONCE(*vz_kioctx_user_id(kioctx));
	struct cpt_aio *data;
	struct vz_obj *obj;

	/* in a running VE it may have been made or moved since the mappings were listed */
	if (!is_mapped(vmas, ring, addr, *vz_kioctx_mmap_size(kioctx)) && !ctx->checking)
		return cpt_refuse(ctx, "mm of process %d: asynchronous I/O: the ring at %lx was unmapped or changed: not supported",
				  pid, addr);
	if (*vz_kioctx_id(kioctx) > U16_MAX || *vz_kioctx_mmap_size(kioctx) > CPT_MAX_CONTENT)
		return cpt_refuse(ctx, "mm of process %d: asynchronous I/O: context %u of %u events: not supported",
				  pid, *vz_kioctx_id(kioctx), *vz_kioctx_nr_events(kioctx));
	obj = cpt_collect(ctx, CPT_OBJ_AIO, ring);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	data = obj->data;
	data->kioctx = kioctx;
	data->mm = mm;
	data->addr = addr;
	return 0;
}

/**
 * cpt_aio_contexts() - collect the contexts of an address space
 * @ctx: the context
 * @mm: the address space
 * @vmas: its mappings
 * @pid: a process that has it
 */
int cpt_aio_contexts(struct vz_context *ctx, struct mm_struct *mm, const struct cpt_vmas *vmas,
		     pid_t pid)
{
	unsigned int index;
	struct file *ring;
	void *kioctx;
	int err = 0;

	for (index = 0; !err; index++) {
		/* held by this lock: io_destroy(2) takes it first */
		spin_lock(&mm->ioctx_lock);
		kioctx = next_context(mm, &index);
		ring = kioctx ? get_file(*vz_kioctx_aio_ring_file(kioctx)) : NULL;
		spin_unlock(&mm->ioctx_lock);
		if (!kioctx)
			break;
		err = collect_context(ctx, mm, vmas, kioctx, ring, pid);
		fput(ring);
	}
	return err;
}

/**
 * cpt_aio_is_own() - is a mapping of a ring that of the address space's own context?
 * @ctx: the context
 * @mm: the address space
 * @v: the mapping
 */
bool cpt_aio_is_own(struct vz_context *ctx, const struct mm_struct *mm, const struct cpt_vma *v)
{
	struct vz_obj *obj = vz_obj_find(ctx, CPT_OBJ_AIO, v->file);
	const struct cpt_aio *data = obj ? obj->data : NULL;

	return data && data->mm == mm && data->addr == v->start;
}

/* A ring that nobody puts events into any more: io_destroy(2), or its process has ended. */
static bool destroyed(struct file *ring)
{
	struct address_space *mapping = ring->f_mapping;
	void *kioctx;
	bool dead;

	spin_lock(vz_mapping_private_lock(mapping));
	kioctx = vz_mapping_private(mapping);
	dead = !kioctx || atomic_read(vz_kioctx_dead(kioctx));
	spin_unlock(vz_mapping_private_lock(mapping));
	return dead;
}

static int cpt_aio_collected(struct vz_context *ctx)
{
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_AIO, obj) {
		const struct cpt_aio *data = obj->data;

		if (!data->kioctx && !ctx->checking && !destroyed(obj->ptr))
			cpt_refuse(ctx, "aio %llu: ring of a context of a process outside of the VE",
				   obj->id);
	}
	return 0;
}

/* ---- dump ---- */

/* The ring's bytes, up to the last that is not zero. */
static int add_ring(struct file *ring, unsigned long pages, struct cpt_buf *buf)
{
	unsigned long i;
	struct page *page;
	const u8 *bytes;
	int err = 0;

	for (i = 0; i < pages && !err; i++) {
		page = find_get_page(ring->f_mapping, i);
		if (!page)
			return -ESTALE;
		bytes = kmap_local_page(page);
		err = cpt_buf_add(buf, bytes, PAGE_SIZE);
		kunmap_local(bytes);
		put_page(page);
	}
	for (bytes = buf->data; !err && buf->len && !bytes[buf->len - 1]; )
		buf->len--;
	return err;
}

static int cpt_aio_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct cpt_aio *data = obj->data;
	void *kioctx = data->kioctx;
	struct cpt_aio_image v = {};
	struct cpt_buf buf = {};
	int err = 0;

	if (!kioctx) {
		v.flags = CPT_AIO_DESTROYED;
	} else {
		v.index = *vz_kioctx_id(kioctx);
		v.nr_events = *vz_kioctx_nr_events(kioctx);
		v.max_reqs = *vz_kioctx_max_reqs(kioctx);
		spin_lock_irq(vz_kioctx_completion_lock(kioctx));
		v.tail = *vz_kioctx_tail(kioctx);
		v.completed = *vz_kioctx_completed_events(kioctx);
		spin_unlock_irq(vz_kioctx_completion_lock(kioctx));
		err = add_ring(obj->ptr, *vz_kioctx_mmap_size(kioctx) >> PAGE_SHIFT, &buf);
		if (err)
			cpt_err(ctx, err, "aio %llu: its ring cannot be read: error %d", obj->id,
				-err);
	}
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_AIO, obj->id, &v, sizeof(v), buf.data, buf.len);
	cpt_buf_free(&buf);
	return err;
}

static void aio_get(void *ptr)
{
	get_file(ptr);
}

static void aio_put(void *ptr)
{
	fput(ptr);
}

const struct cpt_ops cpt_aio_ops = {
	.root = cpt_aio_root,
	.collect = cpt_aio_collect,
	.collected = cpt_aio_collected,
	.dump = cpt_aio_dump,
	.get = aio_get,
	.put = aio_put,
};
