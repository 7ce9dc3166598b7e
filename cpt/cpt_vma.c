// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: what each is, or why it cannot be dumped.
 */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/pkeys.h>
#include <linux/slab.h>
#include <linux/userfaultfd_k.h>
#include <asm/vdso.h>
#include "../kernel/access.h"
#include "cpt_aio.h"
#include "cpt_file.h"
#include "cpt_mm.h"

/* Flags and what the image calls them. */
static const struct {
	unsigned long vm;
	u32 flag;
} flag_names[] = {
	{ VM_READ,		CPT_VMA_READ },
	{ VM_WRITE,		CPT_VMA_WRITE },
	{ VM_EXEC,		CPT_VMA_EXEC },
	{ VM_MAYREAD,		CPT_VMA_MAYREAD },
	{ VM_MAYWRITE,		CPT_VMA_MAYWRITE },
	{ VM_MAYEXEC,		CPT_VMA_MAYEXEC },
	{ VM_MAYSHARE,		CPT_VMA_SHARED },
	{ VM_GROWSDOWN,		CPT_VMA_GROWSDOWN },
	{ VM_LOCKED,		CPT_VMA_LOCKED },
	{ VM_LOCKONFAULT,	CPT_VMA_LOCKONFAULT },
	{ VM_NORESERVE,		CPT_VMA_NORESERVE },
	{ VM_DONTCOPY,		CPT_VMA_DONTCOPY },
	{ VM_WIPEONFORK,	CPT_VMA_WIPEONFORK },
	{ VM_DONTDUMP,		CPT_VMA_DONTDUMP },
	{ VM_HUGEPAGE,		CPT_VMA_HUGEPAGE },
	{ VM_NOHUGEPAGE,	CPT_VMA_NOHUGEPAGE },
	{ VM_MERGEABLE,		CPT_VMA_MERGEABLE },
	{ VM_SEQ_READ,		CPT_VMA_SEQ_READ },
	{ VM_RAND_READ,		CPT_VMA_RAND_READ },
	{ VM_ACCOUNT,		CPT_VMA_ACCOUNT },
	{ VM_SOFTDIRTY,		CPT_VMA_SOFTDIRTY },
	{ VZ_VM_DROPPABLE,	CPT_VMA_DROPPABLE },
};

/**
 * cpt_vma_flags() - CPT_VMA_* of VM_*
 * @vm_flags: VM_*
 *
 * VM_SHARED is not among them: it is what VM_MAYSHARE and the file's mode give.
 */
u32 cpt_vma_flags(unsigned long vm_flags)
{
	unsigned int i;
	u32 flags = 0;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (vm_flags & flag_names[i].vm)
			flags |= flag_names[i].flag;
	}
	return flags;
}

static unsigned long known_flags(void)
{
	unsigned long known = VM_SHARED | VM_DONTEXPAND | VZ_VM_PKEY;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		known |= flag_names[i].vm;
	return known;
}

/* A file of which user space has never had a path. */
static const char *internal_file(struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;
	const char *name = (const char *)dentry->d_name.name;

	switch (dentry->d_sb->s_magic) {
	case TMPFS_MAGIC:
		if (!strncmp(name, "SYSV", 4))
			return "System V shared memory";
		return "kernel's shared memory";
	case ANON_INODE_FS_MAGIC:
		if (!strcmp(name, "[io_uring]"))
			return "io_uring ring";
		if (!strcmp(name, "[perf_event]"))
			return "perf event buffer";
		if (!strcmp(name, "[secretmem]"))
			return "secret memory";
		return "anonymous inode";
	case SECRETMEM_MAGIC:
		return "secret memory";
	case SOCKFS_MAGIC:
		return "packet socket ring";
	}
	return "kernel's file";
}

static const char *classify_file(struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(vma->vm_file);

	if (vma->vm_file->f_path.mnt->mnt_flags & MNT_INTERNAL)
		return internal_file(vma->vm_file);
	if (S_ISREG(inode->i_mode))
		return NULL;
	/* a private mapping of /dev/zero is anonymous memory that shows its name */
	if (S_ISCHR(inode->i_mode) && inode->i_rdev == MKDEV(1, 5) && vma_is_anonymous(vma))
		return NULL;
	return S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode) ? "device" : "special file";
}

/* Mappings that the kernel makes by itself. */
static const char *classify_special(struct vm_area_struct *vma, u32 *type)
{
	const char *name = vma->vm_ops->name ? vma->vm_ops->name(vma) : NULL;

	if (name && !strcmp(name, "[vdso]")) {
		*type = CPT_VMA_VDSO;
		return NULL;
	}
	if (name && !strcmp(name, "[vvar]")) {
		*type = CPT_VMA_VVAR;
		return NULL;
	}
	return name && !strcmp(name, "[uprobes]") ? "uprobes" : "kernel's mapping";
}

/* Return: why the mapping cannot be dumped, or NULL. */
static const char *classify(struct vm_area_struct *vma, u32 *type)
{
	unsigned long flags = vma->vm_flags;
	const char *why;

	if (flags & VZ_VM_VDSO) {
		*type = flags & VM_EXEC ? CPT_VMA_VDSO : CPT_VMA_VVAR;
		return vma_pkey(vma) ? "vdso with a protection key" : NULL;
	}
	if (flags & VM_HUGETLB)
		return "hugetlb";
	if (flags & VZ_VM_SHADOW_STACK)
		return "shadow stack";
	if (flags & VZ_VM_SEALED)
		return "sealed mapping";
	if (userfaultfd_armed(vma))
		return "userfaultfd";
	if (!vma->vm_file && vma->vm_ops) {
		why = classify_special(vma, type);
		if (why || *type == CPT_VMA_VVAR)
			return why;
	} else if (vma->vm_file) {
		*type = cpt_file_is_shmem(vma->vm_file) || cpt_file_is_shm(vma->vm_file) ?
			CPT_VMA_SHM : cpt_file_is_aio(vma->vm_file) ? CPT_VMA_AIO_SEEN : CPT_VMA_FILE;
		why = *type == CPT_VMA_FILE ? classify_file(vma) : NULL;
		if (why)
			return why;
	} else {
		*type = CPT_VMA_ANON;
		if (flags & (VM_SHARED | VM_MAYSHARE))
			return "mapping of an unknown kind";
	}
	if (flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP))
		return "device memory";
	if (flags & VM_SYNC)
		return "MAP_SYNC";
	if (vma_policy(vma))
		return "NUMA policy";
	if (vz_vma_anon_name(vma))
		return "named mapping";
	/* drivers set it; mremap() must not make such a mapping larger */
	if ((flags & VM_DONTEXPAND) && *type != CPT_VMA_VDSO && *type != CPT_VMA_AIO_SEEN)
		return "device memory";
	return flags & ~known_flags() ? "mapping of an unknown kind" : NULL;
}

static int add(struct cpt_vmas *vmas, struct vm_area_struct *vma)
{
	struct cpt_vma *v;

	if (vmas->nr == vmas->max)
		return -EAGAIN;
	v = &vmas->vma[vmas->nr++];
	*v = (struct cpt_vma){
		.start = vma->vm_start, .end = vma->vm_end, .vm_flags = vma->vm_flags,
		.pkey = vma_pkey(vma),
	};
	v->why = classify(vma, &v->type);
	if (v->type == CPT_VMA_FILE || v->type == CPT_VMA_SHM || v->type == CPT_VMA_AIO_SEEN) {
		v->file = get_file(vma->vm_file);
		v->offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	}
	v->anon = vma->anon_vma && !(vma->vm_flags & VZ_VM_VDSO);
	return 0;
}

static int list(struct vz_context *ctx, struct vz_obj *obj, struct cpt_vmas *vmas, bool cow)
{
	struct mm_struct *mm = obj->ptr;
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	int err;

	for_each_vma(vmi, vma) {
		if (vma->vm_flags & VZ_VM_VDSO_BLOCK) {
			vmas->block = vma->vm_start;
			vmas->block_end = vma->vm_end;
			continue;
		}
		err = add(vmas, vma);
		if (err)
			return err;
		if (cow && !(vma->vm_flags & VZ_VM_VDSO))
			cpt_cow_find(ctx, obj, vma, &vmas->vma[vmas->nr - 1]);
	}
	return cow ? cpt_cow_register(ctx, obj) : 0;
}

/**
 * cpt_vmas_get() - list the mappings of an address space
 * @ctx: the context
 * @obj: the address space
 * @vmas: filled; cpt_vmas_put() when done, also after an error
 * @cow: find the mappings' relatives, and let later mms find this one's
 *
 * What is said or collected about them is not said under mmap_lock: it may
 * take an inode's lock, which a page fault takes the other way round.
 *
 * Return: 0, -ENOMEM or -EINTR
 */
int cpt_vmas_get(struct vz_context *ctx, struct vz_obj *obj, struct cpt_vmas *vmas, bool cow)
{
	struct mm_struct *mm = obj->ptr;
	int err;

	*vmas = (struct cpt_vmas){};
	do {
		cpt_vmas_put(vmas);
		vmas->max = READ_ONCE(mm->map_count) + 16;
		vmas->vma = kvmalloc_array(vmas->max, sizeof(*vmas->vma), GFP_KERNEL);
		if (!vmas->vma)
			return -ENOMEM;
		err = mmap_read_lock_killable(mm);
		if (err)
			return err;
		err = list(ctx, obj, vmas, cow);
		mmap_read_unlock(mm);
	} while (err == -EAGAIN);
	return err;
}

void cpt_vmas_put(struct cpt_vmas *vmas)
{
	unsigned int i;

	for (i = 0; i < vmas->nr; i++) {
		if (vmas->vma[i].file)
			fput(vmas->vma[i].file);
	}
	kvfree(vmas->vma);
	*vmas = (struct cpt_vmas){};
}
