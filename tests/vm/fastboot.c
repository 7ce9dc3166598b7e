// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the place of a bzImage's own decompressor. Under emulation an xz
 * kernel needs 6 s to unpack itself, in each boot; tests/vm/fastboot has
 * unpacked it beforehand, and what is left to do is what the decompressor
 * does after that: copy the kernel to its place and move it to a random
 * virtual address. The kernel itself, its setup code, its boot protocol and
 * KASLR are as in Debian's image. Mirrors arch/x86/boot/compressed: head_64.S,
 * parse_elf(), handle_relocations(), find_random_virt_addr().
 *
 * Physical addresses are not randomised, and five-level paging is not turned
 * on (the test machine's processor has none).
 */
#include <stdint.h>

/* Filled in by tests/vm/fastboot; then the image, then the relocations. */
struct info {
	uint64_t magic;
	uint64_t image_size;	/* in the file, whole pages */
	uint64_t memory_size;	/* with bss and brk */
	uint64_t entry;		/* offset of startup_64 */
	uint64_t load_physical;	/* where the image was linked to */
	uint64_t align;		/* CONFIG_PHYSICAL_ALIGN */
	uint64_t relocs_size;	/* vmlinux.relocs, at image + image_size */
};
extern const struct info info;
extern const char image[];

#define MAGIC			0x746f6f6274736166ull	/* "fastboot" */
#define START_KERNEL_MAP	0xffffffff80000000ull
#define KERNEL_IMAGE_SIZE	(1ull << 30)
#define LOADFLAGS		0x211	/* offsets in struct boot_params */
#define CMD_LINE_PTR		0x228
#define KASLR_FLAG		2

/* Identity map of 4 GiB, a stack, a GDT; entered in 32-bit protected mode. */
asm("	.section .start, \"awx\"\n"
    "	.code32\n"
    "	cli\n"
    "	cld\n"
    "	movl	$stack_top, %esp\n"
    "	movl	$pdpt + 3, pml4\n"
    "	movl	$pd + 3, %eax\n"
    "	movl	$pdpt, %edi\n"
    "1:	movl	%eax, (%edi)\n"
    "	addl	$8, %edi\n"
    "	addl	$4096, %eax\n"
    "	cmpl	$pd + 4 * 4096 + 3, %eax\n"
    "	jne	1b\n"
    "	movl	$0x83, %eax\n"
    "	movl	$pd, %edi\n"
    "2:	movl	%eax, (%edi)\n"
    "	addl	$8, %edi\n"
    "	addl	$0x200000, %eax\n"
    "	cmpl	$pd + 4 * 4096, %edi\n"
    "	jne	2b\n"
    "	movl	%cr4, %eax\n"
    "	orl	$0x20, %eax\n"
    "	movl	%eax, %cr4\n"
    "	movl	$pml4, %eax\n"
    "	movl	%eax, %cr3\n"
    "	movl	$0xc0000080, %ecx\n"
    "	rdmsr\n"
    "	orl	$0x100, %eax\n"
    "	wrmsr\n"
    "	lgdt	gdt_desc\n"
    "	movl	$0x80000001, %eax\n"
    "	movl	%eax, %cr0\n"
    "	ljmp	$0x10, $3f\n"
    "	.code64\n"
    "3:	movl	$0x18, %eax\n"
    "	movl	%eax, %ds\n"
    "	movl	%eax, %es\n"
    "	movl	%eax, %ss\n"
    "	movl	%esi, %edi\n"
    "	movl	%esi, %ebx\n"
    "	call	unpack\n"
    "	movq	%rbx, %rsi\n"
    "	jmp	*%rax\n"
    "	.balign 8\n"
    "gdt:	.quad	0, 0, 0x00af9a000000ffff, 0x00cf92000000ffff\n"
    "gdt_desc: .word . - gdt - 1\n"
    "	.long	gdt\n"
    "	.section .tables, \"aw\"\n"
    "	.balign 4096\n"
    "pml4:	.fill	4096, 1, 0\n"
    "pdpt:	.fill	4096, 1, 0\n"
    "pd:	.fill	4 * 4096, 1, 0\n"
    "	.fill	4096, 1, 0\n"
    "stack_top:\n"
    "	.text\n");

static int has_word(const char *line, const char *word)
{
	for (; *line; line++) {
		const char *a = line, *b = word;

		while (*b && *a == *b)
			a++, b++;
		if (!*b)
			return 1;
	}
	return 0;
}

static uint64_t random_virtual(void)
{
	uint64_t slots = 1 + (KERNEL_IMAGE_SIZE - info.memory_size -
			      info.load_physical) / info.align;
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	lo = (lo ^ hi) * 2654435761u;
	return info.load_physical + ((lo >> 8) % slots) * info.align;
}

/* Three lists, each ended by a zero, read from the end. */
static void relocate(const int32_t *reloc, uint64_t to, uint64_t delta)
{
	uint64_t map = to - info.load_physical - START_KERNEL_MAP;

	for (reloc--; *reloc; reloc--)
		*(uint32_t *)((int64_t)*reloc + map) += delta;
	while (*--reloc)
		*(int32_t *)((int64_t)*reloc + map) -= delta;
	for (reloc--; *reloc; reloc--)
		*(uint64_t *)((int64_t)*reloc + map) += delta;
}

uint64_t __attribute__((used)) unpack(char *boot_params)
{
	const char *relocs = image + info.image_size;
	uint64_t to = (uint64_t)(relocs + info.relocs_size), words;
	const char *from = image;
	char *at;

	while (info.magic != MAGIC)
		asm volatile("hlt");
	to = (to + info.align - 1) & ~(info.align - 1);
	if (to < info.load_physical)
		to = info.load_physical;
	at = (char *)to;
	words = info.image_size / 8;
	asm volatile("rep movsq" : "+S"(from), "+D"(at), "+c"(words) : : "memory");

	if (!has_word((char *)(uint64_t)*(uint32_t *)(boot_params + CMD_LINE_PTR), "nokaslr")) {
		boot_params[LOADFLAGS] |= KASLR_FLAG;
		relocate((const int32_t *)(relocs + info.relocs_size), to,
			 random_virtual() - info.load_physical);
	} else {
		boot_params[LOADFLAGS] &= ~KASLR_FLAG;
	}
	return to + info.entry;
}
