// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vdsos that the VE's programs have seen, whose addresses are in their memory:
 * this kernel's, and those of kernels that the VE ran on before (kernel/vdso.h).
 */
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <asm/vdso.h>
#include <vdso/datapage.h>
#include "../kernel/access.h"
#include "../kernel/vdso.h"
#include "cpt_mm.h"
#include "cpt_task.h"

#define MAX_TEXTS	256U	/* of one VE */
#define MAX_SIZE	(1U << 20)

/**
 * struct text - an object of CPT_OBJ_VDSO
 * @size: bytes of text
 * @vvar_size: bytes of data
 * @bytes: both, one behind the other
 */
struct text {
	u32 size;
	u32 vvar_size;
	u8 bytes[];
};

static struct text *text_alloc(u32 size, u32 vvar_size)
{
	struct text *t = kvzalloc(struct_size(t, bytes, (size_t)size + vvar_size), GFP_KERNEL);

	if (t) {
		t->size = size;
		t->vvar_size = vvar_size;
	}
	return t;
}

/* ---- this kernel's ---- */

/*
 * Its data as it is now, changed so that the text finds that the clocks have been
 * set meanwhile and that there is none it may read: it calls the kernel. What it
 * reads without looking (the seconds, coarse clocks) stands still.
 */
static void stand_still(void *to)
{
	const struct vdso_data *now = vz__vdso_data;
	size_t at = offset_in_page(now);
	struct vdso_data *data = to + at;
	unsigned int i;
	u32 seq;

	do {
		seq = READ_ONCE(now->seq);
		smp_rmb();
		memcpy(to, (const void *)now - at, PAGE_SIZE);
		smp_rmb();
	} while (seq & 1 || seq != READ_ONCE(now->seq));
	for (i = 0; i < CS_BASES; i++) {
		data[i].seq += 2;
		data[i].clock_mode = VDSO_CLOCKMODE_NONE;
	}
}

/* The VE's clocks stand in a page in front of the host's. */
static void fill_data(struct vz_context *ctx, void *to)
{
	const struct vdso_image *vdso = vz_vdso_image_64;
	void *first = to + (vdso->sym_vvar_page - vdso->sym_vvar_start);
	void *second = to + (vdso->sym_timens_page - vdso->sym_vvar_start);
	struct task_struct *init = cpt_get_init(ctx);
	struct page *page = NULL;

	if (init) {
		task_lock(init);
		if (init->nsproxy)
			page = init->nsproxy->time_ns->vvar_page;
		if (page)
			memcpy(first, page_address(page), PAGE_SIZE);
		task_unlock(init);
		put_task_struct(init);
	}
	stand_still(page ? second : first);
}

static int vdso_root(struct vz_context *ctx)
{
	const struct vdso_image *vdso = vz_vdso_image_64;
	struct text *t = text_alloc(vdso->size, -vdso->sym_vvar_start);
	struct vz_obj *obj;

	if (!t)
		return -ENOMEM;
	memcpy(t->bytes, vdso->data, vdso->size);
	fill_data(ctx, t->bytes + t->size);
	obj = cpt_collect(ctx, CPT_OBJ_VDSO, t);
	if (IS_ERR(obj))
		kvfree(t);
	return PTR_ERR_OR_ZERO(obj);
}

/* ---- those of other kernels ---- */

static bool read_mm(struct mm_struct *mm, u64 addr, void *to, u32 len)
{
	return vz_access_remote_vm(mm, addr, to, len, FOLL_FORCE) == (int)len;
}

/* The first page of the block of an address space, checked. */
static bool read_block(struct mm_struct *mm, const struct cpt_vmas *vmas, struct vz_vdso_block *b)
{
	u64 len = vmas->block_end - vmas->block;
	const struct vz_vdso_old *old;
	unsigned int i;

	if (!read_mm(mm, vmas->block, b, sizeof(*b)) || b->magic != VZ_VDSO_MAGIC ||
	    b->nr > CPT_MAX_VDSOS)
		return false;
	for (i = 0; i < b->nr; i++) {
		old = &b->old[i];
		if (!old->size || old->size > MAX_SIZE || old->size % PAGE_SIZE ||
		    old->vvar_size > MAX_SIZE || old->offset > len || old->size > len - old->offset)
			return false;
	}
	return true;
}

/* Does the text of another kernel still lead to where this kernel's vdso is? */
static bool leads_to(struct mm_struct *mm, const struct text *t, u64 addr, unsigned long native)
{
	u8 *now = kvmalloc(t->size, GFP_KERNEL), *was = kvmalloc(t->size, GFP_KERNEL);
	struct vz_vdso_syms syms;
	bool same = false;

	if (now && was && read_mm(mm, addr, now, t->size)) {
		memcpy(was, t->bytes, t->size);
		same = !vz_vdso_parse(t->bytes, t->size, &syms) &&
		       !vz_vdso_patch(was, &syms, native) && !memcmp(now, was, t->size);
	}
	kvfree(now);
	kvfree(was);
	return same;
}

/* Takes over @t. Return: id of its record; 0: there is none, or -errno */
static int text_id(struct vz_context *ctx, struct text *t, bool add)
{
	size_t bytes = struct_size(t, bytes, (size_t)t->size + t->vvar_size);
	struct vz_obj *obj;
	struct text *other;

	vz_for_each_obj(ctx, CPT_OBJ_VDSO, obj) {
		other = obj->ptr;
		if (other->size != t->size || other->vvar_size != t->vvar_size ||
		    memcmp(other, t, bytes))
			continue;
		kvfree(t);
		return obj->id;
	}
	if (!add) {
		kvfree(t);
		return 0;
	}
	if (ctx->next_id[CPT_OBJ_VDSO] >= MAX_TEXTS) {
		kvfree(t);
		return cpt_err(ctx, -E2BIG, "vdso: more than %u different ones", MAX_TEXTS);
	}
	obj = cpt_collect(ctx, CPT_OBJ_VDSO, t);
	if (IS_ERR(obj)) {
		kvfree(t);
		return PTR_ERR(obj);
	}
	return obj->id;
}

/* Return: id of its record; 0 when the program has changed something; -errno */
static int find_old(struct vz_context *ctx, struct mm_struct *mm, const struct cpt_vmas *vmas,
		    const struct vz_vdso_block *b, const struct cpt_vma *vvar,
		    const struct cpt_vma *vdso, bool add)
{
	const struct vz_vdso_old *old;
	struct text *t;
	unsigned int i;

	for (i = 0; i < b->nr && b->old[i].text != vdso->start; i++)
		;
	old = &b->old[i];
	if (i == b->nr || old->size != vdso->end - vdso->start ||
	    old->vvar_size != vvar->end - vvar->start)
		return 0;
	t = text_alloc(old->size, old->vvar_size);
	if (!t)
		return -ENOMEM;
	if (!read_mm(mm, vmas->block + old->offset, t->bytes, t->size) ||
	    !read_mm(mm, vvar->start, t->bytes + t->size, t->vvar_size) ||
	    !leads_to(mm, t, vdso->start, vmas->native)) {
		kvfree(t);
		return 0;
	}
	return text_id(ctx, t, add);
}

/* ---- those of an address space ---- */

/* The vdso must be as the kernel maps it: whole, behind its vvar area. */
static bool pair_fits(const struct cpt_vma *vvar, const struct cpt_vma *vdso)
{
	const struct vdso_image *image = vz_vdso_image_64;
	unsigned long prot = VM_READ | VM_WRITE | VM_EXEC;

	if (vvar->type != CPT_VMA_VVAR || vdso->type != CPT_VMA_VDSO || vvar->end != vdso->start ||
	    (vvar->vm_flags & prot) != VM_READ || (vdso->vm_flags & prot) != (VM_READ | VM_EXEC) ||
	    (vvar->vm_flags ^ vdso->vm_flags) & VZ_VM_VDSO)
		return false;
	return vdso->vm_flags & VZ_VM_VDSO ||
	       (vvar->end - vvar->start == -image->sym_vvar_start &&
		vdso->end - vdso->start == image->size);
}

/* Was this kernel's vdso written to, by a debugger or by the program? */
static int find_change(struct mm_struct *mm, struct cpt_vma *vdso)
{
	u32 size = vz_vdso_image_64->size;
	void *now;

	if (!vdso->anon)
		return 0;
	now = kvmalloc(size, GFP_KERNEL);
	if (!now)
		return -ENOMEM;
	vdso->anon = !read_mm(mm, vdso->start, now, size) ||
		     memcmp(now, vz_vdso_image_64->data, size);
	kvfree(now);
	return 0;
}

static bool find_native(struct cpt_vmas *vmas)
{
	struct cpt_vma *v = vmas->vma;
	unsigned int i;

	for (i = 0; i < vmas->nr; i++) {
		if (v[i].type != CPT_VMA_VVAR && v[i].type != CPT_VMA_VDSO)
			continue;
		if (i + 1 == vmas->nr || !pair_fits(&v[i], &v[i + 1]))
			return false;
		i++;
		vmas->vdsos++;
		if (v[i].vm_flags & VZ_VM_VDSO)
			continue;
		if (vmas->native)
			return false;
		vmas->native = v[i].start;
	}
	return true;
}

/**
 * cpt_vdsos_find() - what the vdsos among the mappings of an address space are
 * @ctx: the context
 * @mm: the address space
 * @vmas: its mappings; gets native, main and for each vdso its id
 * @add: add what there is no record of yet
 *
 * Return: 0; 1 when the program has moved or changed one, -errno
 */
int cpt_vdsos_find(struct vz_context *ctx, struct mm_struct *mm, struct cpt_vmas *vmas, bool add)
{
	struct cpt_vma *v = vmas->vma;
	struct vz_vdso_block b = {};
	bool main_found = false;
	unsigned int i, olds = 0;
	int id;

	if (!find_native(vmas))
		return 1;
	vmas->main = vmas->native;
	if (vmas->block) {
		if (!vmas->native || !read_block(mm, vmas, &b))
			return 1;
		vmas->main = b.main;
	}
	for (i = 0; i < vmas->nr; i++) {
		if (v[i].type != CPT_VMA_VDSO)
			continue;
		if (v[i].vm_flags & VZ_VM_VDSO) {
			olds++;
			id = find_old(ctx, mm, vmas, &b, &v[i - 1], &v[i], add);
		} else {
			id = find_change(mm, &v[i]) ?: 1;
		}
		if (id <= 0)
			return id ?: 1;
		v[i].vdso = id;
		v[i - 1].vdso = id;
		main_found |= v[i].start == vmas->main;
	}
	return olds != b.nr || (vmas->vdsos && !main_found) || vmas->vdsos > CPT_MAX_VDSOS;
}

/* ---- the kind ---- */

static int vdso_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;	/* refers to nothing */
}

static int vdso_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct text *t = obj->ptr;
	struct cpt_vdso_image image = {
		.size = t->size, .vvar_size = t->vvar_size, .data = t->vvar_size,
	};

	return cpt_write_obj(ctx, CPT_OBJ_VDSO, obj->id, &image, sizeof(image), t->bytes,
			     (u64)t->size + t->vvar_size);
}

static void vdso_put(void *ptr)
{
	kvfree(ptr);
}

const struct cpt_ops cpt_vdso_ops = {
	.root = vdso_root,
	.collect = vdso_collect,
	.dump = vdso_dump,
	.put = vdso_put,
};
