// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings, made by the process itself with the kernel's own calls and compared
 * with the image afterwards.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pkeys.h>
#include <linux/sched/mm.h>
#include <asm/cpufeature.h>
#include "../kernel/access.h"
#include "rst_mm.h"
#include "rst_shmem.h"

/* Flags of the image, what they are, and the madvise() that sets them. */
static const struct {
	u32 flag;
	unsigned long vm;
	int advice;
} flag_names[] = {
	{ CPT_VMA_READ,		VM_READ },
	{ CPT_VMA_WRITE,	VM_WRITE },
	{ CPT_VMA_EXEC,		VM_EXEC },
	{ CPT_VMA_MAYREAD,	VM_MAYREAD },
	{ CPT_VMA_MAYWRITE,	VM_MAYWRITE },
	{ CPT_VMA_MAYEXEC,	VM_MAYEXEC },
	{ CPT_VMA_SHARED,	VM_MAYSHARE },
	{ CPT_VMA_GROWSDOWN,	VM_GROWSDOWN },
	{ CPT_VMA_LOCKED,	VM_LOCKED },
	{ CPT_VMA_LOCKONFAULT,	VM_LOCKONFAULT },
	{ CPT_VMA_DROPPABLE,	VZ_VM_DROPPABLE },
	{ CPT_VMA_DONTCOPY,	VM_DONTCOPY,	MADV_DONTFORK },
	{ CPT_VMA_WIPEONFORK,	VM_WIPEONFORK,	MADV_WIPEONFORK },
	{ CPT_VMA_DONTDUMP,	VM_DONTDUMP,	MADV_DONTDUMP },
	{ CPT_VMA_HUGEPAGE,	VM_HUGEPAGE,	MADV_HUGEPAGE },
	{ CPT_VMA_NOHUGEPAGE,	VM_NOHUGEPAGE,	MADV_NOHUGEPAGE },
	{ CPT_VMA_MERGEABLE,	VM_MERGEABLE,	MADV_MERGEABLE },
	{ CPT_VMA_SEQ_READ,	VM_SEQ_READ,	MADV_SEQUENTIAL },
	{ CPT_VMA_RAND_READ,	VM_RAND_READ,	MADV_RANDOM },
};

/*
 * Not compared: whether memory is reserved is a matter of this host's
 * overcommit policy, and everything that was just loaded is soft-dirty.
 */
#define NOT_COMPARED	(CPT_VMA_NORESERVE | CPT_VMA_ACCOUNT | CPT_VMA_SOFTDIRTY)

#define MAY_FLAGS	(VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)

/**
 * rst_vm_flags() - VM_* of CPT_VMA_*
 * @flags: CPT_VMA_*
 */
unsigned long rst_vm_flags(u32 flags)
{
	unsigned long vm_flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (flags & flag_names[i].flag)
			vm_flags |= flag_names[i].vm;
	}
	return vm_flags;
}

static unsigned long compared_flags(void)
{
	return rst_vm_flags(~NOT_COMPARED);
}

static const struct cpt_vma_image *vmas_of(const struct vz_rec *rec)
{
	return rec->content;
}

/* ---- check ---- */

static const char *wrong_vma(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	const struct cpt_file_image *file;

	if (v->end > TASK_SIZE_MAX)
		return "lies behind the end of user space";
	if (v->pkey && !cpu_feature_enabled(X86_FEATURE_OSPKE))
		return "has a protection key, which this host does not know";
	if (v->type == CPT_VMA_VVAR || v->type == CPT_VMA_VDSO)
		return v->pkey ? "is of a vdso and has a protection key" : NULL; /* rst_vdsos_check() */
	if (v->name)
		return "has a name";
	switch (v->type) {
	case CPT_VMA_SHM:
		file = rst_fixed(ctx, CPT_OBJ_FILE, v->file);
		if (!file || file->kind != CPT_FILE_OBJECT ||
		    (file->type != CPT_OBJ_SHMEM && file->type != CPT_OBJ_SHM))
			return "is of a file that is not shared memory";
		if (v->flags & CPT_VMA_WIPEONFORK)
			return "is shared memory, but wiped on fork";
		break;
	case CPT_VMA_AIO:
	case CPT_VMA_AIO_SEEN:
		if (v->flags & CPT_VMA_WIPEONFORK)
			return "is a ring of asynchronous I/O, but wiped on fork";
		break;
	case CPT_VMA_ANON:
		break;
	default:
		file = rst_fixed(ctx, CPT_OBJ_FILE, v->file);
		if (!file || file->kind != CPT_FILE_PATH ||
		    !(S_ISREG(file->mode) || S_ISCHR(file->mode)))
			return "is of a file that cannot be mapped";
		if (v->flags & CPT_VMA_WIPEONFORK)
			return "is of a file, but wiped on fork";
	}
	if ((v->flags & CPT_VMA_HUGEPAGE && v->flags & CPT_VMA_NOHUGEPAGE) ||
	    (v->flags & CPT_VMA_SEQ_READ && v->flags & CPT_VMA_RAND_READ))
		return "has two advices that exclude each other";
	if (v->flags & CPT_VMA_DROPPABLE &&
	    (v->type != CPT_VMA_ANON || v->flags & CPT_VMA_LOCKED))
		return "cannot be droppable";
	if (v->cow && v->flags & (CPT_VMA_SHARED | CPT_VMA_LOCKED))
		return "is shared or locked and shares pages by copy-on-write";
	return NULL;
}

/**
 * rst_vmas_check() - look at the mappings of an address space before it is made
 * @ctx: the context
 * @rec: its record; the checker has seen that the mappings are in order
 */
int rst_vmas_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = vmas_of(rec);
	unsigned int i;
	const char *why;

	for (i = 0; i < m->vmas; i++, v++) {
		why = wrong_vma(ctx, v);
		if (why)
			return rst_err(ctx, -EINVAL, "mm %llu: the mapping at %llx %s",
				       rec->hdr.id, v->start, why);
	}
	return 0;
}

/* ---- make ---- */

static int vma_error(struct vz_context *ctx, const struct vz_rec *rec,
		     const struct cpt_vma_image *v, int err, const char *what)
{
	return rst_err(ctx, err, "mm %llu: mapping %llx-%llx: %s: error %d", rec->hdr.id, v->start,
		       v->end, what, -err);
}

static unsigned long prot_of(const struct cpt_vma_image *v)
{
	return (v->flags & CPT_VMA_READ ? PROT_READ : 0) |
	       (v->flags & CPT_VMA_WRITE ? PROT_WRITE : 0) |
	       (v->flags & CPT_VMA_EXEC ? PROT_EXEC : 0);
}

/*
 * The protection to map with. Memory that was writable once stays accounted,
 * and mapping it execute-only would allocate a protection key.
 */
static unsigned long first_prot(const struct cpt_vma_image *v)
{
	unsigned long prot = prot_of(v);

	if (v->flags & CPT_VMA_SHARED)
		return prot;
	if (v->flags & CPT_VMA_ACCOUNT && v->flags & CPT_VMA_MAYWRITE)
		prot |= PROT_WRITE;
	return prot == PROT_EXEC ? PROT_NONE : prot;
}

static unsigned long map_flags(const struct cpt_vma_image *v)
{
	unsigned long flags = MAP_FIXED_NOREPLACE;

	if (v->flags & CPT_VMA_SHARED)
		flags |= MAP_SHARED;
	else if (v->flags & CPT_VMA_DROPPABLE)
		flags |= VZ_MAP_DROPPABLE;
	else
		flags |= MAP_PRIVATE;
	if (v->flags & CPT_VMA_GROWSDOWN)
		flags |= MAP_GROWSDOWN;
	if (v->flags & CPT_VMA_NORESERVE)
		flags |= MAP_NORESERVE;
	return flags;
}

/*
 * As mlockall(MCL_FUTURE) does it. A locked mapping gets all its pages at once,
 * those that are loaded later are overwritten. A mark of ours comes the same way.
 */
void rst_vma_set_default_flags(const struct cpt_vma_image *v)
{
	struct mm_struct *mm = current->mm;

	mmap_write_lock(mm);
	mm->def_flags = rst_vm_flags(v->flags) &
			(VM_LOCKED | VM_LOCKONFAULT | VZ_VM_MARK_DROPPABLE);
	mmap_write_unlock(mm);
}

static bool is_shmem(struct vz_context *ctx, const struct cpt_vma_image *v)
{
	const struct cpt_file_image *file = rst_fixed(ctx, CPT_OBJ_FILE, v->file);

	return v->type == CPT_VMA_SHM && file->type == CPT_OBJ_SHMEM;
}

static int protect(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v,
		   unsigned long prot)
{
	int err;

	if (prot == prot_of(v) && !v->pkey)
		return 0;
	err = vz_do_mprotect_pkey(v->start, v->end - v->start, prot_of(v),
				  cpu_feature_enabled(X86_FEATURE_OSPKE) ? v->pkey : -1);
	return err ? vma_error(ctx, rec, v, err, "cannot be protected") : 0;
}

static int map(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v)
{
	unsigned long prot = first_prot(v), len = v->end - v->start, addr;
	struct file *file = NULL;

	if (v->file) {
		file = rst_made(ctx, CPT_OBJ_FILE, v->file);
		if (!file)
			return rst_err(ctx, -EINVAL, "mm %llu: file %llu is not open", rec->hdr.id,
				       v->file);
	}
	rst_vma_set_default_flags(v);
	if (is_shmem(ctx, v))
		rst_shmem_map(file, v);
	addr = vm_mmap(file, v->start, len, prot, map_flags(v), v->offset);
	if (addr != v->start)
		return vma_error(ctx, rec, v, IS_ERR_VALUE(addr) ? addr : -EADDRINUSE,
				 "cannot be made");
	if (is_shmem(ctx, v))
		rst_shmem_mapped(ctx, v);
	return protect(ctx, rec, v, prot);
}

static int advise(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!flag_names[i].advice || !(v->flags & flag_names[i].flag))
			continue;
		err = vz_do_madvise(current->mm, v->start, v->end - v->start, flag_names[i].advice);
		if (err)
			return vma_error(ctx, rec, v, err, "cannot be advised");
	}
	return 0;
}

/*
 * What a mapping may become is less than usual only when its driver said so:
 * then it was not merged with others.
 */
static void limit(struct vm_area_struct *vma, const struct cpt_vma_image *v)
{
	unsigned long more = vma->vm_flags & MAY_FLAGS & ~rst_vm_flags(v->flags);

	if (more && vma->vm_start == v->start && vma->vm_end == v->end)
		vz_vm_flags_clear(vma, more);
}

/* Is everything mapped as it was? */
static int compare(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v)
{
	struct mm_struct *mm = current->mm;
	unsigned long addr, flags = 0, want = rst_vm_flags(v->flags & ~NOT_COMPARED);
	struct vm_area_struct *vma;
	int err = 0;

	mmap_write_lock(mm);
	for (addr = v->start; addr < v->end; addr = vma->vm_end) {
		vma = find_vma(mm, addr);
		if (!vma || vma->vm_start > addr) {
			err = -EFAULT;
			break;
		}
		limit(vma, v);
		flags = vma->vm_flags & compared_flags();
		if (flags != want || vma_pkey(vma) != v->pkey) {
			err = -EINVAL;
			break;
		}
	}
	mmap_write_unlock(mm);
	if (err == -EINVAL)
		return rst_err(ctx, err, "mm %llu: mapping %llx-%llx: flags %lx instead of %lx",
			       rec->hdr.id, v->start, v->end, flags, want);
	return err ? vma_error(ctx, rec, v, err, "is not there") : 0;
}

/**
 * rst_vma_settle() - give a mapping that was made by its kind all that it has
 * @ctx: the context
 * @rec: record of the address space
 * @v: the mapping, which can be read and written
 */
int rst_vma_settle(struct vz_context *ctx, const struct vz_rec *rec, const struct cpt_vma_image *v)
{
	int err = protect(ctx, rec, v, PROT_READ | PROT_WRITE);

	if (!err)
		err = advise(ctx, rec, v);
	return err ?: compare(ctx, rec, v);
}

/**
 * rst_vmas_make() - make all mappings but the vdso's and rings of asynchronous I/O in the empty address space
 * @ctx: the context
 * @rec: record of the address space
 *
 * Context: the process that gets it
 */
int rst_vmas_make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_vma_image *v = vmas_of(rec);
	unsigned int i;
	int err;

	for (i = 0; i < m->vmas; i++, v++) {
		if (v->type == CPT_VMA_VVAR || v->type == CPT_VMA_VDSO ||
		    v->type == CPT_VMA_AIO || v->type == CPT_VMA_AIO_SEEN)
			continue;
		err = map(ctx, rec, v);
		if (!err)
			err = advise(ctx, rec, v);
		if (!err)
			err = compare(ctx, rec, v);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}
