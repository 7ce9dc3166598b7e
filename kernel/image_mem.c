// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: address spaces and their pages.
 */
#include "image_rules.h"

#define AIO_EVENT	32ULL		/* struct io_event, and the ring's header */

static int look_aio_destroyed(struct vz_check *chk, const struct vz_look *look)
{
	const struct cpt_aio_image *a = look->fixed;

	if (a->index || a->nr_events || a->max_reqs || a->tail || a->completed || look->tail_len)
		return vz_bad(chk, -EINVAL, "destroyed, but has a ring");
	return 0;
}

static int look_aio(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_aio_image *a = look->fixed;
	__u64 bytes = (a->nr_events + 1) * AIO_EVENT;

	if (a->flags & CPT_AIO_DESTROYED)
		return look_aio_destroyed(chk, look);
	if (!a->nr_events || bytes % VZ_PAGE)
		return vz_bad(chk, -EINVAL, "room for %u events does not fill pages", a->nr_events);
	/* room for each request twice, for one event that is never there, and one more */
	if (!a->max_reqs || (2ULL * a->max_reqs + 3) * AIO_EVENT > bytes)
		return vz_bad(chk, -EINVAL, "%u requests do not fit room for %u events",
			      a->max_reqs, a->nr_events);
	if (a->tail >= a->nr_events || a->completed >= a->nr_events)
		return vz_bad(chk, -EINVAL, "tail %u, %u completed of %u events", a->tail,
			      a->completed, a->nr_events);
	if (look->tail_len > bytes)
		return vz_bad(chk, -EINVAL, "%llu bytes are more than its ring has",
			      look->tail_len);
	look->obj->u = bytes;
	return 0;
}

/* A ring of asynchronous I/O; each context's is mapped once as its own. */
static int look_vma_aio(struct vz_check *chk, const struct cpt_vma_image *v)
{
	struct vz_check_obj *aio = vz_check_find(chk, CPT_OBJ_AIO, v->file);

	if (!aio)
		return vz_bad(chk, -EINVAL, "aio %llu does not stand before it", v->file);
	if (!(v->flags & CPT_VMA_SHARED))
		return vz_bad(chk, -EINVAL, "the ring of aio %llu is not shared", v->file);
	if (v->type == CPT_VMA_AIO_SEEN)
		return 0;
	if (!aio->u || v->offset || v->end - v->start != aio->u)
		return vz_bad(chk, -EINVAL, "is not as long as the ring of aio %llu", v->file);
	if (aio->n++)
		return vz_bad(chk, -EINVAL, "aio %llu has two address spaces", v->file);
	return 0;
}

static int look_vma_file(struct vz_check *chk, const struct cpt_vma_image *v)
{
	if (v->type == CPT_VMA_AIO || v->type == CPT_VMA_AIO_SEEN)
		return look_vma_aio(chk, v);
	if (v->file && !vz_check_find(chk, CPT_OBJ_FILE, v->file))
		return vz_bad(chk, -EINVAL, "file %llu does not stand before it", v->file);
	return 0;
}

static int look_vma(struct vz_check *chk, const struct cpt_vma_image *v, __u64 last_end)
{
	__u32 prot = v->flags & (CPT_VMA_READ | CPT_VMA_WRITE | CPT_VMA_EXEC);
	int of_file = v->type == CPT_VMA_FILE || v->type >= CPT_VMA_SHM;

	if ((v->start | v->end | v->offset) & (VZ_PAGE - 1) || v->start >= v->end)
		return vz_bad(chk, -EINVAL, "addresses %#llx to %#llx, offset %#llx",
			      v->start, v->end, v->offset);
	if (v->start < last_end)
		return vz_bad(chk, -EINVAL, "%#llx lies before the end of the mapping before it",
			      v->start);
	if (prot & ~(v->flags / CPT_VMA_MAYREAD))
		return vz_bad(chk, -EINVAL, "protection %#x is more than it may be", v->flags);
	if (!v->file != !of_file)
		return vz_bad(chk, -EINVAL, "file %llu does not fit type %u", v->file, v->type);
	if (v->flags & CPT_VMA_SHARED && !of_file)
		return vz_bad(chk, -EINVAL, "shared but of type %u", v->type);
	if (v->flags & CPT_VMA_LOCKONFAULT && !(v->flags & CPT_VMA_LOCKED))
		return vz_bad(chk, -EINVAL, "LOCKONFAULT without LOCKED");
	if (v->flags & CPT_VMA_GROWSDOWN && v->type != CPT_VMA_ANON)
		return vz_bad(chk, -EINVAL, "GROWSDOWN but of type %u", v->type);
	if (of_file && v->offset > VZ_KTIME_MAX - (v->end - v->start))
		return vz_bad(chk, -EINVAL, "offset %#llx is too large", v->offset);
	return look_vma_file(chk, v);
}

static int look_vma_name(struct vz_check *chk, const struct cpt_vma_image *v,
			 const struct vz_look *look)
{
	const char *name;

	if (v->type == CPT_VMA_VVAR || v->type == CPT_VMA_VDSO) {
		if (!vz_check_find(chk, CPT_OBJ_VDSO, v->name ? v->name : 1))
			return vz_bad(chk, -EINVAL, "vdso %u is not there", v->name);
		return 0;
	}
	if (!v->name)
		return 0;
	if (v->type != CPT_VMA_ANON && v->type != CPT_VMA_SHM)
		return vz_bad(chk, -EINVAL, "a name, but of type %u", v->type);
	if (v->name > look->tail_len)
		return vz_bad(chk, -EINVAL, "its name lies outside of the content");
	name = look->tail + v->name - 1;
	/* 80: ANON_VMA_NAME_MAX_LEN, with the NUL */
	if (!memchr(name, 0, look->tail_len - (v->name - 1)) || strlen(name) >= 80)
		return vz_bad(chk, -EINVAL, "its name has no end");
	return 0;
}

/* The kernel looks for the end of auxv without a bound. */
static int look_auxv(struct vz_check *chk, const struct cpt_mm_image *mm)
{
	unsigned int i;

	for (i = 0; i < CPT_AUXV_MAX; i += 2) {
		if (!mm->auxv[i])
			return 0;
	}
	return vz_bad(chk, -EINVAL, "auxv has no end");
}

static int look_mm(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_mm_image *mm = look->fixed;
	const struct cpt_vma_image *v = (const void *)look->content;
	struct vz_check_range *range;
	__u64 i, end = 0;
	unsigned int vdsos = 0;

	if (look_auxv(chk, mm))
		return chk->failed;
	if (mm->exec_pkey && !(mm->pkeys >> mm->exec_pkey & 1))
		return vz_bad(chk, -EINVAL, "exec_pkey %u is not allocated", mm->exec_pkey);
	range = vz_env_alloc((look->count + 1) * sizeof(*range));
	if (!range)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	look->obj->aux = range;
	look->obj->n = (__u32)look->count;
	for (i = 0; i < look->count; i++, v++) {
		chk->element = i + 1;
		if (look_vma(chk, v, end) || look_vma_name(chk, v, look))
			return chk->failed;
		if (v->type == CPT_VMA_VDSO && vdsos++ == CPT_MAX_VDSOS)
			return vz_bad(chk, -EINVAL, "more than %u vdsos", CPT_MAX_VDSOS);
		range[i].start = v->start;
		range[i].end = v->end;
		range[i].type = v->type;
		range[i].flags = v->flags;
		end = v->end;
	}
	chk->element = 0;
	return 0;
}

/*
 * Ranges of pages: ascending, apart from each other, and inside of the mm's
 * mappings that can have pages of their own. One pass over both lists.
 * Return: number of pages, or -errno.
 */
static long long look_extents(struct vz_check *chk, __u64 mm, const struct vz_look *look)
{
	const struct vz_check_obj *obj = vz_check_find(chk, CPT_OBJ_MM, mm);
	const struct vz_check_range *r = obj->aux, *last = r + obj->n;
	const struct cpt_extent *e = (const void *)look->content;
	__u64 i, at, end = 0;
	long long pages = 0;

	for (i = 0; i < look->count; i++, e++) {
		chk->element = i + 1;
		if (e->start % VZ_PAGE || e->start >= VZ_TASK_SIZE || !e->pages ||
		    e->pages > (VZ_TASK_SIZE - e->start) / VZ_PAGE || e->start < end)
			return vz_bad(chk, -EINVAL, "%llu pages at %#llx are out of order",
				      e->pages, e->start);
		end = e->start + e->pages * VZ_PAGE;
		pages += (long long)e->pages;
		for (at = e->start; at < end; at = r->end < end ? r->end : end) {
			while (r < last && r->end <= at)
				r++;
			if (r == last || at < r->start || r->type == CPT_VMA_VVAR)
				return vz_bad(chk, -EINVAL, "%#llx is not in a mapping of mm %llu",
					      at, mm);
		}
	}
	chk->element = 0;
	return pages;
}

static int look_pages(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_pages_image *p = look->fixed;
	long long pages = look_extents(chk, p->mm, look);

	if (pages < 0)
		return chk->failed;
	if (look->h->payload != (__u64)pages * VZ_PAGE)
		return vz_bad(chk, -EINVAL, "%lld pages, but %llu bytes", pages, look->h->payload);
	chk->pages += (__u64)pages;
	return 0;
}

static int look_cow(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_cow_image *c = look->fixed;

	if (c->mm == c->src)
		return vz_bad(chk, -EINVAL, "mm %llu shares with itself", c->mm);
	if (look_extents(chk, c->mm, look) < 0 || look_extents(chk, c->src, look) < 0)
		return chk->failed;
	return 0;
}

static const struct vz_rule mm_rules[] = {
	VZ_RANGE(cpt_mm_image, start_code, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, end_code, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_data, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, end_data, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_brk, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, brk, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_stack, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, arg_start, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, arg_end, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, env_start, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, env_end, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, mmap_base, VZ_PAGE, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, mmap_legacy_base, VZ_PAGE, VZ_TASK_SIZE),
	VZ_REF_OPT(cpt_mm_image, exe_file, CPT_OBJ_FILE),
	VZ_RANGE(cpt_mm_image, vdso, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, dumpable, 0, 2),
	VZ_MASK(cpt_mm_image, flags, CPT_MM_THP_DISABLE | CPT_MM_BOTTOMUP | CPT_MM_MDWE |
				     CPT_MM_MDWE_NO_INHERIT | CPT_MM_VDSO_CHANGED),
	VZ_MASK(cpt_mm_image, def_flags, CPT_VMA_LOCKED | CPT_VMA_LOCKONFAULT),
	VZ_MASK(cpt_mm_image, coredump_filter, 0x1ff),
	VZ_MASK(cpt_mm_image, membarrier, 0x154),	/* MEMBARRIER_CMD_REGISTER_* */
	VZ_MASK(cpt_mm_image, pkeys, 0xfffe),
	VZ_RANGE(cpt_mm_image, exec_pkey, 0, 15),
};

static const struct vz_rule vma_rules[] = {
	VZ_RANGE(cpt_vma_image, start, 0, VZ_TASK_SIZE - VZ_PAGE),
	VZ_RANGE(cpt_vma_image, end, VZ_PAGE, VZ_TASK_SIZE),
	VZ_RANGE(cpt_vma_image, offset, 0, VZ_KTIME_MAX),
	VZ_REF_OPT(cpt_vma_image, cow, CPT_OBJ_MM),
	VZ_MASK(cpt_vma_image, flags, (1U << 22) - 1),
	VZ_RANGE(cpt_vma_image, type, CPT_VMA_ANON, CPT_VMA_AIO_SEEN),
	VZ_RANGE(cpt_vma_image, pkey, 0, 15),
};

static const struct vz_rule aio_rules[] = {
	VZ_MASK(cpt_aio_image, flags, CPT_AIO_DESTROYED),
	VZ_RANGE(cpt_aio_image, index, 0, 65535),
	VZ_RANGE(cpt_aio_image, nr_events, 0, CPT_MAX_CONTENT / 32),
	VZ_RANGE(cpt_aio_image, max_reqs, 0, CPT_MAX_CONTENT / 64),
};

static const struct vz_rule pages_rules[] = {
	VZ_REF(cpt_pages_image, mm, CPT_OBJ_MM),
	VZ_RANGE(cpt_pages_image, extents, 1, CPT_MAX_PAYLOAD / VZ_PAGE),
	VZ_ZERO(cpt_pages_image, zero),
};

static const struct vz_rule cow_rules[] = {
	VZ_REF(cpt_cow_image, mm, CPT_OBJ_MM),
	VZ_REF(cpt_cow_image, src, CPT_OBJ_MM),
	VZ_RANGE(cpt_cow_image, extents, 1, CPT_MAX_CONTENT / sizeof(struct cpt_extent)),
	VZ_ZERO(cpt_cow_image, zero),
};

const struct vz_shape vz_shapes_mem[CPT_OBJ_MAX] = {
	[CPT_OBJ_AIO]	= { RULES(aio_rules), .own_tail = 1, .own = look_aio },
	[CPT_OBJ_MM]	= { RULES(mm_rules), ARRAY(cpt_mm_image, vmas, cpt_vma_image),
			    ELEMENTS(vma_rules), .own_tail = 1, .own = look_mm },
	[CPT_OBJ_PAGES]	= { RULES(pages_rules), ARRAY(cpt_pages_image, extents, cpt_extent),
			    .payload = 1, .own = look_pages },
	[CPT_OBJ_COW]	= { RULES(cow_rules), ARRAY(cpt_cow_image, extents, cpt_extent),
			    .own = look_cow },
};
