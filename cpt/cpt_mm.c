// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces.
 */
#include <linux/auxvec.h>
#include <linux/fs.h>
#include <linux/membarrier.h>
#include <linux/mm.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <asm/vdso.h>
#include "../kernel/access.h"
#include "cpt_aio.h"
#include "cpt_mm.h"

static_assert(AT_VECTOR_SIZE <= CPT_AUXV_MAX);

/**
 * cpt_mm_pid() - a process that uses an address space, for messages
 * @ctx: the context
 * @mm: the address space
 *
 * Return: its pid in the VE; 0 when there is none (any more)
 */
pid_t cpt_mm_pid(struct vz_context *ctx, const struct mm_struct *mm)
{
	struct vz_task *vt;

	vz_for_each_task(ctx, vt) {
		if (READ_ONCE(vt->task->mm) == mm)
			return vt->tgid;
	}
	return 0;
}

/**
 * cpt_mm_estimate() - about how many pages the collected address spaces have
 * @ctx: the context
 */
u64 cpt_mm_estimate(struct vz_context *ctx)
{
	struct vz_obj *obj;
	u64 pages = 0;

	vz_for_each_obj(ctx, CPT_OBJ_MM, obj)
		pages += get_mm_counter(obj->ptr, MM_ANONPAGES) +
			 get_mm_counter(obj->ptr, MM_SWAPENTS);
	return pages;
}

static void mm_get(void *ptr)
{
	mmget(ptr);
}

static void mm_put(void *ptr)
{
	mmput(ptr);
}

/* ---- collect ---- */

/* Return: what this address space has that cannot be dumped, or NULL. */
static const char *refusal(struct mm_struct *mm)
{
	const struct vdso_image *vdso = READ_ONCE(mm->context.vdso_image);

	if (vdso && vdso != vz_vdso_image_64)
		return "32-bit program";
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	if (READ_ONCE(mm->context.ldt))
		return "local descriptor table (modify_ldt)";
#endif
	if (test_bit(MMF_HAS_UPROBES, &mm->flags))
		return "uprobes";
	if (vz_mm_has_lam(mm))
		return "linear address masking";
	if (vz_mm_merges_all(mm))
		return "merging of all memory (prctl PR_SET_MEMORY_MERGE)";
	return NULL;
}

static int collect_vmas(struct vz_context *ctx, struct mm_struct *mm, struct cpt_vmas *vmas,
			pid_t pid)
{
	const struct cpt_vma *v;
	struct vz_obj *obj;
	unsigned int i;
	int err;

	for (i = 0; i < vmas->nr; i++) {
		v = &vmas->vma[i];
		if (v->why) {
			cpt_refuse(ctx, "mm of process %d: %s at %lx-%lx: not supported", pid,
				   v->why, v->start, v->end);
			continue;
		}
		if (!v->file)
			continue;
		obj = cpt_collect(ctx, v->type == CPT_VMA_AIO_SEEN ? CPT_OBJ_AIO : CPT_OBJ_FILE,
				  v->file);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	err = cpt_vdsos_find(ctx, mm, vmas, true);
	return err > 0 ? cpt_refuse(ctx, "mm of process %d: its vdso was moved or changed: not supported",
				    pid) : err;
}

static int mm_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct mm_struct *mm = obj->ptr;
	pid_t pid = cpt_mm_pid(ctx, mm);
	struct cpt_vmas vmas;
	const char *why = refusal(mm);
	struct vz_obj *exe;
	struct file *file;
	int err;

	if (why)
		cpt_refuse(ctx, "mm of process %d: %s: not supported", pid, why);
	err = cpt_vmas_get(ctx, obj, &vmas, false);
	if (!err)
		err = collect_vmas(ctx, mm, &vmas, pid);
	if (!err)
		err = cpt_aio_contexts(ctx, mm, &vmas, pid);
	cpt_vmas_put(&vmas);
	if (err)
		return err;
	file = vz_get_mm_exe_file(mm);
	if (!file)
		return 0;
	exe = cpt_collect(ctx, CPT_OBJ_FILE, file);
	fput(file);
	return PTR_ERR_OR_ZERO(exe);
}

/* ---- dump ---- */

static u32 membarrier_of(const struct mm_struct *mm)
{
	static const struct {
		int state;
		u32 cmd;
	} names[] = {
		{ MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY,
		  MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED },
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED },
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE },
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ },
	};
	int state = atomic_read(&mm->membarrier_state);
	unsigned int i;
	u32 cmds = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (state & names[i].state)
			cmds |= names[i].cmd;
	}
	return cmds;
}

static void fill_fields(struct mm_struct *mm, struct cpt_mm_image *m)
{
	unsigned int i;

	spin_lock(&mm->arg_lock);
	m->start_code = mm->start_code;
	m->end_code = mm->end_code;
	m->start_data = mm->start_data;
	m->end_data = mm->end_data;
	m->start_brk = mm->start_brk;
	m->brk = mm->brk;
	m->start_stack = mm->start_stack;
	m->arg_start = mm->arg_start;
	m->arg_end = mm->arg_end;
	m->env_start = mm->env_start;
	m->env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
	m->mmap_base = mm->mmap_base;
	m->mmap_legacy_base = mm->mmap_legacy_base;
	m->dumpable = get_dumpable(mm);
	m->coredump_filter = (mm->flags & MMF_DUMP_FILTER_MASK) >> MMF_DUMP_FILTER_SHIFT;
	m->def_flags = cpt_vma_flags(mm->def_flags);
	m->membarrier = membarrier_of(mm);
	if (test_bit(MMF_DISABLE_THP, &mm->flags))
		m->flags |= CPT_MM_THP_DISABLE;
	/* so arch_pick_mmap_layout() left it */
	if (mm->mmap_base == mm->mmap_legacy_base)
		m->flags |= CPT_MM_BOTTOMUP;
	m->pkeys = vz_mm_pkeys(mm);
	m->exec_pkey = vz_mm_exec_pkey(mm);
	if (vz_mm_mdwe(mm) & VZ_MDWE)
		m->flags |= CPT_MM_MDWE;
	if (vz_mm_mdwe(mm) & VZ_MDWE_NO_INHERIT)
		m->flags |= CPT_MM_MDWE_NO_INHERIT;
	for (i = 0; i < AT_VECTOR_SIZE; i++)
		m->auxv[i] = mm->saved_auxv[i];
}

/* A program's file is a path: what was written to a mapping of it has to be there. */
static int sync_file(struct vz_context *ctx, const struct cpt_vma *v, pid_t pid)
{
	int err;

	if (!(v->vm_flags & VM_SHARED) || !v->file->f_op->fsync)
		return 0;
	err = vfs_fsync_range(v->file, v->offset, v->offset + (v->end - v->start) - 1, 1);
	if (err)
		return cpt_err(ctx, err, "mm of process %d: cannot write the shared mapping at %lx back: error %d",
			       pid, v->start, -err);
	return 0;
}

static int add_vma(struct vz_context *ctx, const struct mm_struct *mm, const struct cpt_vma *v,
		   struct cpt_buf *buf, pid_t pid)
{
	struct cpt_vma_image image = {
		.start = v->start, .end = v->end, .offset = v->offset, .type = v->type,
		.flags = cpt_vma_flags(v->vm_flags), .pkey = v->pkey,
	};
	int err;

	if (v->why)
		return cpt_err(ctx, -EBUSY, "mm of process %d: %s at %lx-%lx: not supported", pid,
			       v->why, v->start, v->end);
	if (v->file) {
		image.file = cpt_id(ctx, v->type == CPT_VMA_AIO_SEEN ? CPT_OBJ_AIO : CPT_OBJ_FILE,
				    v->file);
		if (v->type == CPT_VMA_AIO_SEEN && cpt_aio_is_own(ctx, mm, v))
			image.type = CPT_VMA_AIO;
		if (!image.file)
			return cpt_err(ctx, -EBUSY, "mm of process %d: mapping at %lx has changed",
				       pid, v->start);
		err = sync_file(ctx, v, pid);
		if (err)
			return err;
	}
	if (v->cow)
		image.cow = v->cow->id;
	if (v->type == CPT_VMA_VVAR || v->type == CPT_VMA_VDSO)
		image.name = v->vdso;
	return cpt_buf_add(buf, &image, sizeof(image));
}

static bool has_area(const struct cpt_vma *v)
{
	return v->anon && !(v->vm_flags & (VM_MAYSHARE | VZ_VM_DROPPABLE));
}

/* Remembers what the pages' dump needs of the mappings. */
static int keep_areas(struct vz_obj *obj, const struct cpt_vmas *vmas)
{
	struct cpt_mm_data *data;
	const struct cpt_vma *v;
	unsigned int i, nr = 0;

	for (i = 0; i < vmas->nr; i++)
		nr += has_area(&vmas->vma[i]);
	data = kvmalloc(struct_size(data, area, nr), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	data->nr = 0;
	for (i = 0; i < vmas->nr; i++) {
		v = &vmas->vma[i];
		if (!has_area(v))
			continue;
		data->area[data->nr++] = (struct cpt_mm_area){
			.start = v->start, .end = v->end, .zeros = v->type == CPT_VMA_ANON,
			.cow = v->cow, .cow_start = v->cow_start, .cow_end = v->cow_end,
		};
	}
	obj->data = data;
	return 0;
}

static int mm_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct mm_struct *mm = obj->ptr;
	pid_t pid = cpt_mm_pid(ctx, mm);
	struct cpt_mm_image image = {};
	struct cpt_buf buf = {};
	struct cpt_vmas vmas;
	struct file *file;
	unsigned int i;
	int err;

	err = cpt_vmas_get(ctx, obj, &vmas, true);
	if (!err)
		err = cpt_vdsos_find(ctx, mm, &vmas, false);
	if (err > 0)
		err = cpt_err(ctx, -EBUSY, "mm of process %d: its vdso was moved or changed: not supported",
			      pid);
	for (i = 0; i < vmas.nr && !err; i++) {
		err = add_vma(ctx, mm, &vmas.vma[i], &buf, pid);
		if (vmas.vma[i].type == CPT_VMA_VDSO && vmas.vma[i].anon)
			image.flags |= CPT_MM_VDSO_CHANGED;
	}
	if (!err)
		err = keep_areas(obj, &vmas);
	image.vmas = vmas.nr;
	image.vdso = vmas.main;
	cpt_vmas_put(&vmas);
	if (err)
		goto out_buf;
	fill_fields(mm, &image);
	file = vz_get_mm_exe_file(mm);
	if (file) {
		image.exe_file = cpt_id(ctx, CPT_OBJ_FILE, file);
		fput(file);
	}
	err = cpt_write_obj(ctx, CPT_OBJ_MM, obj->id, &image, sizeof(image), buf.data, buf.len);
out_buf:
	cpt_buf_free(&buf);
	return err;
}

const struct cpt_ops cpt_mm_ops = {
	.collect = mm_collect,
	.dump = mm_dump,
	.get = mm_get,
	.put = mm_put,
};
