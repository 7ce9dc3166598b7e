// SPDX-License-Identifier: GPL-2.0-only
/*
 * A huge page for a mapping, as a page fault makes it, but zeroed once: the
 * allocator zeroes what it gives (init_on_alloc), and a fault does so again.
 * That is a third of what restoring memory costs.
 */
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/userfaultfd_k.h>
#include <linux/vmstat.h>
#include "../kernel/access.h"
#include "rst_mm.h"

/* zeroed here, wherever init_on_alloc is off */
#define HUGE_GFP	(GFP_TRANSHUGE_LIGHT | __GFP_ZERO)

/*
 * Where a huge page goes, when nothing is there yet; NULL: something is, or the
 * tables above are missing. mmap_lock and the mapping are locked for writing: it
 * stays so.
 */
static pmd_t *empty_pmd(struct mm_struct *mm, unsigned long at)
{
	pgd_t *pgd = pgd_offset(mm, at);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, at);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return NULL;
	pud = pud_offset(p4d, at);
	if (pud_none(*pud) || pud_bad(*pud))
		return NULL;
	pmd = pmd_offset(pud, at);
	return pmd_none(*pmd) ? pmd : NULL;
}

/* May it have one, and is it ready for it, as the page that a fault has made says? */
static bool may_have(struct vm_area_struct *vma, unsigned long at, unsigned long like)
{
	return vma && vma->vm_start <= at && at + HPAGE_PMD_SIZE <= vma->vm_end &&
	       vma->vm_start <= like && like < vma->vm_end && vma_is_anonymous(vma) &&
	       vma->anon_vma && !vma_policy(vma) && !userfaultfd_armed(vma) &&
	       !test_bit(MMF_UNSTABLE, &vma->vm_mm->flags) &&
	       !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE | VM_NOHUGEPAGE | VZ_VM_SHADOW_STACK));
}

/* As __do_huge_pmd_anonymous_page() does; a reference is for the caller. */
static void map_huge(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long at, pmd_t *pmd,
		     struct folio *folio, pgtable_t table)
{
	pmd_t entry = pmd_mkdirty(mk_huge_pmd(&folio->page, vma->vm_page_prot));
	spinlock_t *lock;

	if (vma->vm_flags & VM_WRITE)
		entry = vz_pmd_mkwrite(entry);
	folio_ref_add(folio, HPAGE_PMD_NR);
	lock = pmd_lock(mm, pmd);
	vz_add_new_anon_rmap(folio, vma, at);
	vz_folio_add_lru_vma(folio, vma);
	vz_pgtable_trans_huge_deposit(mm, pmd, table);
	set_pmd_at(mm, at, pmd, entry);
	vz_add_anon_pages(mm, HPAGE_PMD_NR);
	mm_inc_nr_ptes(mm);
	vz_may_be_split(folio);
	spin_unlock(lock);
	count_vm_event(THP_FAULT_ALLOC);
}

/**
 * rst_pin_huge() - get a new huge page of an address space to write its contents
 * @mm: the address space; its tasks are parked
 * @at: its address
 * @like: address of one that a page fault has made; @at may have one when it is of
 *        the same mapping
 * @pages: filled with its HPAGE_PMD_NR pages; rst_put_pages() when done
 *
 * Return: HPAGE_PMD_NR; 0: has to be made by a fault; -EINTR
 */
long rst_pin_huge(struct mm_struct *mm, unsigned long at, unsigned long like,
		  struct page **pages)
{
	struct vm_area_struct *vma;
	struct folio *folio;
	pgtable_t table;
	pmd_t *pmd;
	long i;

	if (!like || !IS_ALIGNED(at, HPAGE_PMD_SIZE))
		return 0;
	/* zeroed while nobody waits for the lock */
	folio = folio_alloc(HUGE_GFP, HPAGE_PMD_ORDER);
	if (!folio)
		return 0;
	i = mmap_write_lock_killable(mm);
	if (i)
		goto out_put;
	vma = find_vma(mm, at);
	if (!may_have(vma, at, like) || vz_mem_cgroup_charge(folio, mm, GFP_TRANSHUGE_LIGHT))
		goto out_unlock;
	vz_vma_start_write(vma);
	pmd = empty_pmd(mm, at);
	table = pmd ? vz_pte_alloc_one(mm) : NULL;
	if (!table)
		goto out_unlock;
	__folio_mark_uptodate(folio);
	map_huge(mm, vma, at, pmd, folio, table);
	mmap_write_unlock(mm);
	for (i = 0; i < HPAGE_PMD_NR; i++)
		pages[i] = folio_page(folio, i);
	return HPAGE_PMD_NR;

out_unlock:
	mmap_write_unlock(mm);
out_put:
	folio_put(folio);
	return i;
}
