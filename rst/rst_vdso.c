// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vdsos: this kernel's is mapped where the programs know it. Those of other
 * kernels become ordinary memory that leads into this kernel's (kernel/vdso.h).
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/vdso.h>
#include "../kernel/access.h"
#include "../kernel/vdso.h"
#include "rst_mm.h"

/* ---- check ---- */

/* Is it the one that this kernel has? */
static bool is_native(const struct vz_rec *rec)
{
	const struct vdso_image *vdso = vz_vdso_image_64;
	const struct cpt_vdso_image *image = rec->fixed;

	return image->size == vdso->size && image->vvar_size == -vdso->sym_vvar_start &&
	       !memcmp(rec->content, vdso->data, vdso->size);
}

/* Is this the kernel that made the image (or one with the same vdso)? */
static bool same_kernel(struct vz_context *ctx)
{
	const struct vz_rec *rec = rst_find(ctx, CPT_OBJ_VDSO, 1);

	return rec && is_native(rec);
}

static int vdso_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_vdso_image *image = rec->fixed;
	struct vz_vdso_syms syms;
	const char *why;

	if (rec->hdr.len != image->size + image->data)
		return rst_err(ctx, -EINVAL, "vdso %llu: %llu bytes where %u should be",
			       rec->hdr.id, rec->hdr.len, image->size + image->data);
	if (is_native(rec))
		return 0;
	why = vz_vdso_parse(rec->content, image->size, &syms);
	if (why)
		return rst_err(ctx, -ENOEXEC, "vdso %llu: is of another kernel and %s",
			       rec->hdr.id, why);
	why = vz_vdso_patch(NULL, &syms, 0);
	if (why)
		return rst_err(ctx, -ENOEXEC, "vdso %llu: this kernel has nothing for its function %.32s",
			       rec->hdr.id, why);
	if (!image->data)
		return rst_err(ctx, -ENOEXEC, "vdso %llu: is of another kernel and has no data",
			       rec->hdr.id);
	return 0;
}

static const struct vz_rec *text_of(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	return rst_find(ctx, CPT_OBJ_VDSO, v->name ?: 1);
}

/* The mapping of this kernel's vdso (the first one), or NULL. */
static const struct cpt_vma_image *native_of(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content;
	unsigned int i;

	for (i = 0; i < m->vmas; i++, v++) {
		if (v->type == CPT_VMA_VDSO && is_native(text_of(ctx, v)))
			return v;
	}
	return NULL;
}

static const char *wrong_pair(struct vz_context *ctx, const struct cpt_vma_image *vvar,
			      const struct cpt_vma_image *vdso)
{
	const struct vz_rec *text = text_of(ctx, vdso);
	const struct cpt_vdso_image *image = text ? text->fixed : NULL;

	if (!image || (vvar->name ?: 1) != (vdso->name ?: 1))
		return "is of an unknown vdso";
	if (vvar->end != vdso->start || vvar->end - vvar->start != image->vvar_size ||
	    vdso->end - vdso->start != image->size)
		return "is not where the vdso belongs";
	return NULL;
}

/**
 * rst_vdsos_check() - look at the vdsos of an address space
 * @ctx: the context
 * @rec: its record
 */
int rst_vdsos_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content, *end = v + m->vmas, *first = NULL;
	bool main_found = false;
	const char *why;

	for (; v < end; v++) {
		if (v->type != CPT_VMA_VVAR && v->type != CPT_VMA_VDSO)
			continue;
		why = "is not where the vdso belongs";
		if (v->type == CPT_VMA_VVAR && v + 1 < end && v[1].type == CPT_VMA_VDSO)
			why = wrong_pair(ctx, v, v + 1);
		if (why)
			return rst_err(ctx, -EINVAL, "mm %llu: the mapping at %llx %s",
				       rec->hdr.id, v->start, why);
		first = ++v;
		main_found |= v->start == m->vdso;
	}
	if (!first != !m->vdso || main_found != !!first)
		return rst_err(ctx, -EINVAL, "mm %llu: its vdso is not at %llx", rec->hdr.id,
			       m->vdso);
	if (m->flags & CPT_MM_VDSO_CHANGED && !same_kernel(ctx))
		return rst_err(ctx, -ENOEXEC, "mm %llu: its vdso was written to, and this kernel has another one",
			       rec->hdr.id);
	return 0;
}

/**
 * rst_vdso_may_go_on() - is an instruction one that is here what it was?
 * @ctx: the context
 * @mm: record of the address space
 * @ip: address of the instruction
 *
 * The first ones of a function may be another kernel's jump or system call, now
 * or when the image was made.
 */
bool rst_vdso_may_go_on(struct vz_context *ctx, const struct vz_rec *mm, u64 ip)
{
	const struct cpt_vma_image *v = mm->content;
	const struct cpt_mm_image *m = mm->fixed;
	const struct cpt_vdso_image *image;
	const struct vz_rec *text;
	struct vz_vdso_syms syms;
	unsigned int i;

	if (same_kernel(ctx))
		return true;
	for (i = 0; i < m->vmas; i++, v++) {
		if (v->type != CPT_VMA_VDSO || ip < v->start || ip >= v->end)
			continue;
		text = text_of(ctx, v);
		image = text->fixed;
		return !vz_vdso_parse(text->content, image->size, &syms) &&
		       !vz_vdso_entering(&syms, ip - v->start);
	}
	return true;
}

/* ---- make ---- */

/**
 * rst_vdso_map() - map this kernel's vdso where the image has it
 * @ctx: the context
 * @rec: record of the current process' address space, which is empty: the address
 *       is only a hint to the kernel, which holds while nothing else is mapped
 */
int rst_vdso_map(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_vma_image *v = native_of(ctx, rec);
	int err;

	current->mm->context.vdso = NULL;
	current->mm->context.vdso_image = vz_vdso_image_64;
	if (!v)
		return 0;
	err = vz_map_vdso_once(vz_vdso_image_64, v->start + vz_vdso_image_64->sym_vvar_start);
	if (!err && (unsigned long)current->mm->context.vdso != v->start)
		err = -EADDRINUSE;
	if (err)
		return rst_err(ctx, err, "mm %llu: the vdso cannot be mapped at %llx: error %d",
			       rec->hdr.id, v->start, -err);
	return 0;
}

/*
 * Memory with a mark of ours, with the protection it is to have; @addr 0: anywhere.
 * Return: its address, or -errno
 */
static unsigned long map_marked(unsigned long addr, unsigned long len, unsigned long prot,
				unsigned long mark)
{
	struct mm_struct *mm = current->mm;
	unsigned long at;

	mmap_write_lock(mm);
	mm->def_flags = mark;
	mmap_write_unlock(mm);
	at = vm_mmap(NULL, addr, len, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		     (addr ? MAP_FIXED_NOREPLACE : 0), 0);
	mmap_write_lock(mm);
	mm->def_flags = 0;
	mmap_write_unlock(mm);
	return at;
}

/* Pages that are not zero. */
static int fill(unsigned long addr, const void *from, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += PAGE_SIZE) {
		if (!memchr_inv(from + at, 0, PAGE_SIZE))
			continue;
		if (vz_access_remote_vm(current->mm, addr + at, (void *)from + at, PAGE_SIZE,
					FOLL_WRITE | FOLL_FORCE) != PAGE_SIZE)
			return -EFAULT;
	}
	return 0;
}

static int map_old(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	const struct vz_rec *text = text_of(ctx, v);
	const struct cpt_vdso_image *image = text->fixed;
	unsigned long at, start = v->start - image->vvar_size;

	at = map_marked(start, image->vvar_size, PROT_READ, VZ_VM_VDSO);
	if (at == start)
		at = map_marked(v->start, image->size, PROT_READ | PROT_EXEC, VZ_VM_VDSO);
	if (at != v->start)
		return IS_ERR_VALUE(at) ? at : -EADDRINUSE;
	return fill(start, text->content + image->size, image->data);
}

static int fill_old(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	const struct vz_rec *text = text_of(ctx, v);
	const struct cpt_vdso_image *image = text->fixed;
	void *copy = kvmalloc(image->size, GFP_KERNEL);
	struct vz_vdso_syms syms;
	int err = -EINVAL;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text->content, image->size);
	if (!vz_vdso_parse(text->content, image->size, &syms) &&
	    !vz_vdso_patch(copy, &syms, (unsigned long)current->mm->context.vdso))
		err = fill(v->start, copy, image->size);
	kvfree(copy);
	return err;
}

/* What the next dump needs to know of them. */
static int make_block(struct vz_context *ctx, const struct vz_rec *rec,
		      const struct cpt_vma_image *native)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content, *end = v + m->vmas;
	const struct cpt_vdso_image *image;
	struct vz_vdso_block *b;
	u64 len = PAGE_SIZE;
	unsigned long at;
	int err = 0;

	b = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	static_assert(sizeof(*b) <= PAGE_SIZE);
	b->magic = VZ_VDSO_MAGIC;
	b->main = m->vdso;
	for (; v < end; v++) {
		if (v->type != CPT_VMA_VDSO || v == native)
			continue;
		image = text_of(ctx, v)->fixed;
		b->old[b->nr++] = (struct vz_vdso_old){
			.text = v->start, .size = image->size, .vvar_size = image->vvar_size,
			.offset = len,
		};
		len += image->size;
	}
	at = map_marked(0, len, PROT_READ, VZ_VM_VDSO_BLOCK);
	if (IS_ERR_VALUE(at))
		err = at;
	else
		err = fill(at, b, PAGE_SIZE);
	for (len = PAGE_SIZE, v = rec->content; v < end && !err; v++) {
		if (v->type != CPT_VMA_VDSO || v == native)
			continue;
		image = text_of(ctx, v)->fixed;
		err = fill(at + len, text_of(ctx, v)->content, image->size);
		len += image->size;
	}
	kfree(b);
	return err;
}

static int make_olds(struct vz_context *ctx, const struct vz_rec *rec,
		     const struct cpt_vma_image *native)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = rec->content, *end = v + m->vmas;
	int err;

	for (; v < end; v++) {
		if (v->type != CPT_VMA_VDSO || v == native)
			continue;
		err = map_old(ctx, v);
		if (err)
			return err;
	}
	/* all that has a place is there: this kernel's, where there is room */
	if (!native) {
		err = vz_map_vdso_once(vz_vdso_image_64, 0);
		if (err)
			return err;
	}
	for (v = rec->content; v < end; v++) {
		if (v->type != CPT_VMA_VDSO || v == native)
			continue;
		err = fill_old(ctx, v);
		if (err)
			return err;
	}
	return make_block(ctx, rec, native);
}

static unsigned int count_olds(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_vma_image *native = native_of(ctx, rec), *v = rec->content;
	const struct cpt_mm_image *m = rec->fixed;
	unsigned int i, olds = 0;

	for (i = 0; i < m->vmas; i++)
		olds += v[i].type == CPT_VMA_VDSO && &v[i] != native;
	return olds;
}

/**
 * rst_vdso_make() - make the vdsos of other kernels
 * @ctx: the context
 * @rec: record of the current process' address space, in which all other
 *       mappings are made
 */
int rst_vdso_make(struct vz_context *ctx, const struct vz_rec *rec)
{
	unsigned int olds = count_olds(ctx, rec);
	int err;

	if (!olds)
		return 0;
	if (olds > CPT_MAX_VDSOS)
		return rst_err(ctx, -EINVAL, "mm %llu: %u vdsos", rec->hdr.id, olds);
	err = make_olds(ctx, rec, native_of(ctx, rec));
	return err && err != -EINTR ?
		rst_err(ctx, err, "mm %llu: the vdsos of other kernels cannot be made: error %d",
			rec->hdr.id, -err) : err;
}

/* ---- handlers that have interrupted it ---- */

#define SCAN_MAX	(8UL << 20)	/* bytes of one stack */
#define SCAN_STACKS	4		/* a handler's own, and those it has interrupted */

/*
 * The end of what the kernel has put on a stack for a handler to return to: stack
 * pointer, instruction, flags, segments.
 */
struct frame {
	u64 sp;
	u64 ip;
	u64 flags;
	u16 cs, gs, fs, ss;
};

/*
 * Looks through a stack. @next: in, where it begins; out, another stack that a frame
 * leads to, or 0. Return: is there a frame that must not be returned to?
 */
static bool scan_stack(struct vz_context *ctx, const struct vz_rec *mm, u64 *next, u64 *buf)
{
	u64 start = ALIGN(*next, 8), at, len;
	const struct frame *frame;
	unsigned int i;

	*next = 0;
	for (at = start; at < start + SCAN_MAX; at += len - sizeof(*frame) + 8) {
		len = PAGE_SIZE - offset_in_page(at);
		if (len < sizeof(*frame))
			len += PAGE_SIZE;
		if (copy_from_user(buf, (void __user *)at, len))
			break;
		for (i = 0; i + sizeof(*frame) / 8 <= len / 8; i++) {
			frame = (void *)&buf[i];
			if (frame->cs != __USER_CS || frame->ss != __USER_DS ||
			    !(frame->flags & X86_EFLAGS_IF) || frame->flags >> 32)
				continue;
			if (!rst_vdso_may_go_on(ctx, mm, frame->ip))
				return true;
			if (frame->sp < start || frame->sp - start > SCAN_MAX)
				*next = frame->sp;
		}
	}
	return false;
}

/*
 * A handler may have interrupted the first instructions of a function of a vdso
 * that is another one now, or was. (What it has interrupted further on goes on.)
 */
static int vdso_finish(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	const struct cpt_task_image *t = vt->rec->fixed;
	struct vz_context *ctx = vt->ctx;
	const struct vz_rec *mm = p->mm ? rst_find(ctx, CPT_OBJ_MM, p->mm) : NULL;
	u64 at = t->regs.rsp;
	bool found = false;
	unsigned int i;
	u64 *buf;

	if (!mm || same_kernel(ctx))
		return 0;
	buf = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	for (i = 0; i < SCAN_STACKS && at && !found; i++)
		found = scan_stack(ctx, mm, &at, buf);
	kfree(buf);
	return found ? rst_err(ctx, -ENOEXEC, "task %u: a signal handler has interrupted the entry of a function of the vdso, and this kernel has another one",
			       t->tid) : 0;
}

const struct rst_ops rst_vdso_ops = {
	.check = vdso_check,
	.finish = vdso_finish,
};
