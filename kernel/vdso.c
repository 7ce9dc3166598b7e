// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vdsos of other kernels: their functions, and jumps to those of this kernel's.
 */
#include <linux/elf.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <asm/unistd.h>
#include <asm/vdso.h>
#include "access.h"
#include "vdso.h"

/* This kernel's. */
static struct vz_vdso_syms vz_vdso_own;

/* ---- what is in one ---- */

/* [@off, @off + @len) is in the text, and @off fit for what stands there. */
static bool inside(u64 off, u64 len, u32 size)
{
	return !(off & 7) && off <= size && len <= size - off;
}

static const Elf64_Dyn *find_dynamic(const void *text, u32 size, u32 *n)
{
	const Elf64_Ehdr *elf = text;
	const Elf64_Phdr *ph;
	unsigned int i;

	if (size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != EM_X86_64 ||
	    elf->e_phentsize != sizeof(*ph) ||
	    !inside(elf->e_phoff, (u64)elf->e_phnum * sizeof(*ph), size))
		return NULL;
	ph = text + elf->e_phoff;
	for (i = 0; i < elf->e_phnum; i++, ph++) {
		/* addresses are offsets from where it is mapped */
		if (ph->p_type == PT_LOAD && (ph->p_offset || ph->p_vaddr))
			return NULL;
		if (ph->p_type == PT_DYNAMIC && inside(ph->p_offset, ph->p_filesz, size)) {
			*n = ph->p_filesz / sizeof(Elf64_Dyn);
			return text + ph->p_offset;
		}
	}
	return NULL;
}

/* The name of a symbol without "__vdso_"; NULL: it has no end. */
static const char *name_of(const char *strings, u64 len, u32 at)
{
	const char *name = strings + at;

	if (at >= len || !memchr(name, 0, len - at))
		return NULL;
	return strncmp(name, "__vdso_", 7) ? name : name + 7;
}

static bool add_symbol(struct vz_vdso_syms *syms, const Elf64_Sym *sym, const char *name)
{
	unsigned int i;

	for (i = 0; i < syms->nr; i++) {
		if (syms->sym[i].offset == sym->st_value)
			return true;	/* its other name */
	}
	if (syms->nr == VZ_VDSO_SYMS)
		return false;
	syms->sym[syms->nr].name = name;
	syms->sym[syms->nr].offset = sym->st_value;
	syms->sym[syms->nr++].size = sym->st_size;
	return true;
}

/**
 * vz_vdso_parse() - find the functions that a vdso exports
 * @text: the vdso; comes from an image, so it may be anything
 * @size: its bytes
 * @syms: filled; its names stand in @text
 *
 * All functions have one version on x86-64, so a name says which one it is.
 *
 * Return: NULL, or why it is no vdso
 */
const char *vz_vdso_parse(const void *text, u32 size, struct vz_vdso_syms *syms)
{
	u64 symtab = 0, strtab = 0, strsz = 0, hash = 0;
	const Elf64_Dyn *dyn;
	const Elf64_Sym *sym;
	const char *name;
	u32 i, n = 0;

	memset(syms, 0, sizeof(*syms));
	dyn = find_dynamic(text, size, &n);
	for (i = 0; dyn && i < n && dyn[i].d_tag != DT_NULL; i++) {
		switch (dyn[i].d_tag) {
		case DT_SYMTAB:
			symtab = dyn[i].d_un.d_ptr;
			break;
		case DT_STRTAB:
			strtab = dyn[i].d_un.d_ptr;
			break;
		case DT_STRSZ:
			strsz = dyn[i].d_un.d_val;
			break;
		case DT_HASH:
			hash = dyn[i].d_un.d_ptr;
			break;
		}
	}
	if (!symtab || !strtab || strtab > size || strsz > size - strtab ||
	    !hash || !inside(hash, 2 * sizeof(u32), size))
		return "has no table of symbols";
	n = ((const u32 *)(text + hash))[1];
	if (!inside(symtab, (u64)n * sizeof(*sym), size))
		return "has a wrong table of symbols";
	sym = text + symtab;
	for (i = 0; i < n; i++, sym++) {
		if (ELF_ST_TYPE(sym->st_info) != STT_FUNC || sym->st_shndx == SHN_UNDEF)
			continue;
		name = name_of(text + strtab, strsz, sym->st_name);
		if (!name || !sym->st_value || sym->st_value > size || !sym->st_size ||
		    sym->st_size > size - sym->st_value || !add_symbol(syms, sym, name))
			return "has a wrong symbol";
	}
	return syms->nr ? NULL : "has no function";
}
EXPORT_SYMBOL_GPL(vz_vdso_parse);

/**
 * vz_vdso_entering() - is this where other bytes may stand in another kernel?
 * @syms: functions of a vdso
 * @offset: of an instruction in it
 */
bool vz_vdso_entering(const struct vz_vdso_syms *syms, unsigned long offset)
{
	unsigned int i;

	for (i = 0; i < syms->nr; i++) {
		if (offset > syms->sym[i].offset && offset - syms->sym[i].offset < VZ_VDSO_PATCH)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(vz_vdso_entering);

/* ---- jumps ---- */

/* jmp *0(%rip): changes no register; behind it stands the address */
static const u8 jump[] = { 0xff, 0x25, 0, 0, 0, 0 };

/* What a function does that this kernel's vdso does not have. */
static const u8 clock_gettime_stub[] = { 0xb8, __NR_clock_gettime, 0, 0, 0, 0x0f, 0x05, 0xc3 };
static const u8 clock_getres_stub[] = { 0xb8, __NR_clock_getres, 0, 0, 0, 0x0f, 0x05, 0xc3 };
static const u8 gettimeofday_stub[] = { 0xb8, __NR_gettimeofday, 0, 0, 0, 0x0f, 0x05, 0xc3 };
static const u8 time_stub[] = { 0xb8, __NR_time, 0, 0, 0, 0x0f, 0x05, 0xc3 };
static const u8 getcpu_stub[] = {
	0xb8, __NR_getcpu & 0xff, __NR_getcpu >> 8, 0, 0, 0x0f, 0x05, 0xc3
};
/* asked what its state looks like (length 0, length of the state ~0): -ENOSYS; else the call */
static const u8 getrandom_stub[] = {
	0x49, 0x83, 0xf8, 0xff,				/* cmp $-1, %r8 */
	0x75, 0x0d,					/* jne 1f */
	0x48, 0x85, 0xf6,				/* test %rsi, %rsi */
	0x75, 0x08,					/* jne 1f */
	0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff, 0xc3,	/* mov $-ENOSYS, %rax; ret */
	0xb8, __NR_getrandom & 0xff, __NR_getrandom >> 8, 0, 0, 0x0f, 0x05, 0xc3,
};
/* no enclave can be there */
static const u8 sgx_enter_enclave_stub[] = { 0xb8, 0xea, 0xff, 0xff, 0xff, 0xc3 };

#define STUB(name) { #name, name##_stub, sizeof(name##_stub) }
static const struct {
	const char *name;
	const u8 *code;
	u32 size;
} stubs[] = {
	STUB(clock_gettime), STUB(clock_getres), STUB(gettimeofday), STUB(time), STUB(getcpu),
	STUB(getrandom), STUB(sgx_enter_enclave),
};
#undef STUB

static_assert(sizeof(getrandom_stub) <= VZ_VDSO_PATCH && sizeof(jump) + 8 <= VZ_VDSO_PATCH);

/* Return: bytes of what stands at @name's entry, in @code; 0: there is no such function */
static u32 entry_code(u8 *code, const char *name, unsigned long base)
{
	unsigned int i;
	u64 to;

	for (i = 0; i < vz_vdso_own.nr; i++) {
		if (strcmp(vz_vdso_own.sym[i].name, name))
			continue;
		to = base + vz_vdso_own.sym[i].offset;
		memcpy(code, jump, sizeof(jump));
		memcpy(code + sizeof(jump), &to, sizeof(to));
		return sizeof(jump) + sizeof(to);
	}
	for (i = 0; i < ARRAY_SIZE(stubs); i++) {
		if (!strcmp(stubs[i].name, name)) {
			memcpy(code, stubs[i].code, stubs[i].size);
			return stubs[i].size;
		}
	}
	return 0;
}

/**
 * vz_vdso_patch() - make a vdso of another kernel lead into this kernel's
 * @text: the text, changed; NULL: only look
 * @syms: its functions
 * @base: where this kernel's vdso is mapped
 *
 * Return: NULL, or the function for which that is not possible
 */
const char *vz_vdso_patch(void *text, const struct vz_vdso_syms *syms, unsigned long base)
{
	u8 code[VZ_VDSO_PATCH];
	unsigned int i;
	u32 n;

	for (i = 0; i < syms->nr; i++) {
		n = entry_code(code, syms->sym[i].name, base);
		if (!n || n > syms->sym[i].size)
			return syms->sym[i].name;
		if (text)
			memcpy(text + syms->sym[i].offset, code, n);
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_vdso_patch);

/* ---- tasks ---- */

/**
 * vz_vdso_in_between() - is the current task where it must not be parked?
 * @regs: its registers
 *
 * That is at the first instructions of a function of this kernel's vdso (not at
 * the very first), and in another kernel's vdso. It comes out by itself.
 *
 * Context: may sleep
 */
bool vz_vdso_in_between(const struct pt_regs *regs)
{
	struct mm_struct *mm = current->mm;
	unsigned long offset;
	struct vm_area_struct *vma;
	bool old;

	if (!mm || mm->context.vdso_image != vz_vdso_image_64)
		return false;
	offset = regs->ip - (unsigned long)mm->context.vdso;
	if (offset < vz_vdso_image_64->size)
		return vz_vdso_entering(&vz_vdso_own, offset);
	if (mmap_read_lock_killable(mm))
		return false;
	vma = find_vma(mm, regs->ip);
	old = vma && vma->vm_start <= regs->ip && vma->vm_flags & VZ_VM_VDSO;
	mmap_read_unlock(mm);
	return old;
}

/**
 * vz_vdso_init() - look at this kernel's vdso, when vzcpt loads
 *
 * Return: NULL, or what is wrong with it
 */
const char *vz_vdso_init(void)
{
	return vz_vdso_parse(vz_vdso_image_64->data, vz_vdso_image_64->size, &vz_vdso_own);
}
