// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: each is built by the first process that has it, in place of
 * the one that process was made with.
 */
#include <linux/auxvec.h>
#include <linux/membarrier.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/stat.h>
#include "../kernel/access.h"
#include "rst_mm.h"

/* ---- check ---- */

static int mm_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	const struct cpt_file_image *exe = rst_fixed(ctx, CPT_OBJ_FILE, m->exe_file);
	unsigned int i;

	if (m->exe_file && (!exe || exe->kind != CPT_FILE_PATH || !S_ISREG(exe->mode)))
		return rst_err(ctx, -EINVAL, "mm %llu: file %llu is no program", rec->hdr.id,
			       m->exe_file);
	if (m->brk < m->start_brk)
		return rst_err(ctx, -EINVAL, "mm %llu: brk %llx is below its start %llx",
			       rec->hdr.id, m->brk, m->start_brk);
	if ((m->mmap_base | m->mmap_legacy_base) & ~PAGE_MASK)
		return rst_err(ctx, -EINVAL, "mm %llu: mmap_base %llx is not a page's address",
			       rec->hdr.id, m->mmap_base);
	if (m->flags & CPT_MM_MDWE && !(vz_mdwe_known() & VZ_MDWE))
		return rst_err(ctx, -EOPNOTSUPP, "mm %llu: this kernel has no PR_SET_MDWE",
			       rec->hdr.id);
	if (m->flags & CPT_MM_MDWE_NO_INHERIT && !(vz_mdwe_known() & VZ_MDWE_NO_INHERIT))
		return rst_err(ctx, -EOPNOTSUPP, "mm %llu: this kernel has no PR_MDWE_NO_INHERIT",
			       rec->hdr.id);
	/* /proc/PID/auxv is read up to an AT_NULL, without a bound */
	for (i = 0; i + 1 < AT_VECTOR_SIZE && m->auxv[i]; i += 2)
		;
	if (i + 1 >= AT_VECTOR_SIZE)
		return rst_err(ctx, -EINVAL, "mm %llu: auxv is too long for this kernel",
			       rec->hdr.id);
	if (m->pkeys && !cpu_feature_enabled(X86_FEATURE_OSPKE))
		return rst_err(ctx, -EOPNOTSUPP, "mm %llu: this host has no protection keys",
			       rec->hdr.id);
	return rst_vmas_check(ctx, rec) ?: rst_vdsos_check(ctx, rec);
}

/* ---- build ---- */

static void set_layout(struct mm_struct *mm, const struct cpt_mm_image *m)
{
	mm->mmap_base = m->mmap_base;
	mm->mmap_legacy_base = m->mmap_legacy_base;
	vz_set_mm_topdown(mm, !(m->flags & CPT_MM_BOTTOMUP), vz_addr_arch_get_unmapped_area,
			  vz_addr_arch_get_unmapped_area_topdown);
	if (m->flags & CPT_MM_THP_DISABLE)
		set_bit(MMF_DISABLE_THP, &mm->flags);
	else
		clear_bit(MMF_DISABLE_THP, &mm->flags);
	set_mask_bits(&mm->flags, (unsigned long)MMF_DUMP_FILTER_MASK,
		      (unsigned long)m->coredump_filter << MMF_DUMP_FILTER_SHIFT);
}

static void set_pkeys(struct mm_struct *mm, u32 pkeys, u32 exec_pkey)
{
	if (!cpu_feature_enabled(X86_FEATURE_OSPKE))
		return;
	mmap_write_lock(mm);
	vz_set_mm_pkeys(mm, pkeys, exec_pkey);
	mmap_write_unlock(mm);
}

static void set_fields(struct mm_struct *mm, const struct cpt_mm_image *m)
{
	unsigned int i;

	mmap_write_lock(mm);
	spin_lock(&mm->arg_lock);
	mm->start_code = m->start_code;
	mm->end_code = m->end_code;
	mm->start_data = m->start_data;
	mm->end_data = m->end_data;
	mm->start_brk = m->start_brk;
	mm->brk = m->brk;
	mm->start_stack = m->start_stack;
	mm->arg_start = m->arg_start;
	mm->arg_end = m->arg_end;
	mm->env_start = m->env_start;
	mm->env_end = m->env_end;
	spin_unlock(&mm->arg_lock);
	mm->def_flags = rst_vm_flags(m->def_flags);
	for (i = 0; i < AT_VECTOR_SIZE; i++)
		mm->saved_auxv[i] = m->auxv[i];
	mmap_write_unlock(mm);
}

static int set_exe(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	struct file *file = NULL;
	int err;

	if (m->exe_file) {
		file = rst_made(ctx, CPT_OBJ_FILE, m->exe_file);
		if (!file)
			return rst_err(ctx, -EINVAL, "mm %llu: its program (file %llu) is not open",
				       rec->hdr.id, m->exe_file);
	}
	err = vz_set_mm_exe_file(current->mm, file);
	if (err)
		return rst_err(ctx, err, "mm %llu: its program (file %llu) is open for writing",
			       rec->hdr.id, m->exe_file);
	return 0;
}

static int register_membarrier(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	struct pt_regs regs = {};
	unsigned int bit;
	long ret;

	for (bit = 0; bit < 32; bit++) {
		if (!(m->membarrier & BIT(bit)))
			continue;
		regs.di = BIT(bit);
		ret = vz___x64_sys_membarrier(&regs);
		if (ret)
			return rst_err(ctx, ret, "mm %llu: membarrier command %#lx: error %ld",
				       rec->hdr.id, regs.di, -ret);
	}
	return 0;
}

static int build(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mm_image *m = rec->fixed;
	struct mm_struct *mm = current->mm;
	int err;

	err = vm_munmap(0, TASK_SIZE);
	if (err)
		return rst_err(ctx, err, "mm %llu: cannot be emptied: error %d", rec->hdr.id, -err);
	set_layout(mm, m);
	/* a mapping may have one that was freed */
	set_pkeys(mm, VZ_ALL_PKEYS, 0);
	err = rst_vdso_map(ctx, rec);
	if (!err)
		err = rst_vmas_make(ctx, rec);
	if (!err)
		err = rst_aio_contexts(ctx, rec);
	if (!err)
		err = rst_vdso_make(ctx, rec);
	if (!err)
		err = rst_cow_tie(ctx, rec);
	if (err)
		return err;
	set_pkeys(mm, m->pkeys, m->exec_pkey);
	set_fields(mm, m);
	err = set_exe(ctx, rec);
	return err ?: register_membarrier(ctx, rec);
}

static const struct vz_rec *mm_of(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;

	return p->mm ? rst_find(vt->ctx, CPT_OBJ_MM, p->mm) : NULL;
}

static int mm_process(struct vz_task *vt)
{
	const struct vz_rec *rec = mm_of(vt);
	struct mm_struct *made;
	int err;

	if (!rec)
		return 0;
	made = rst_made(vt->ctx, CPT_OBJ_MM, rec->hdr.id);
	if (made && made != current->mm)
		return rst_err(vt->ctx, -EINVAL, "mm %llu: process %d does not share it",
			       rec->hdr.id, vt->pid);
	if (made)
		return 0;
	mmget(current->mm);
	err = rst_keep(vt->ctx, CPT_OBJ_MM, rec->hdr.id, current->mm);
	if (err) {
		mmput(current->mm);
		return err;
	}
	return build(vt->ctx, rec);
}

/*
 * Behind the credentials, which make a process undumpable when they change.
 * All threads come here, since each has its own.
 */
static int mm_finish(struct vz_task *vt)
{
	const struct vz_rec *rec = mm_of(vt);
	const struct cpt_mm_image *m;
	unsigned int mdwe = 0;

	if (!rec)
		return 0;
	m = rec->fixed;
	if (m->flags & CPT_MM_MDWE)
		mdwe |= VZ_MDWE;
	if (m->flags & CPT_MM_MDWE_NO_INHERIT)
		mdwe |= VZ_MDWE_NO_INHERIT;
	vz_set_mm_mdwe(current->mm, mdwe);
	vz_set_dumpable(current->mm, m->dumpable);
	return 0;
}

static void mm_undo(void *ptr)
{
	mmput(ptr);
}

const struct rst_ops rst_mm_ops = {
	.check = mm_check,
	.process = mm_process,
	.finish = mm_finish,
	.undo = mm_undo,
};
