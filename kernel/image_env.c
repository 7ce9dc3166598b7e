// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the image checker takes from the kernel, for user space: CRC32C
 * (Castagnoli, reflected 0x82f63b78), by the processor's instruction where it
 * has one. In the kernel this file is empty.
 */
#ifndef __KERNEL__
#include <string.h>
#include "image_check.h"

static __u32 table[256];

__attribute__((constructor)) static void make_table(void)
{
	unsigned int i, bit;
	__u32 c;

	for (i = 0; i < 256; i++) {
		c = i;
		for (bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78U : c >> 1;
		table[i] = c;
	}
}

#ifdef __x86_64__
__attribute__((target("sse4.2")))
static __u32 crc32c_insn(__u32 crc, const unsigned char *p, size_t n)
{
	unsigned long long c = crc, word;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&word, p, 8);
		c = __builtin_ia32_crc32di(c, word);
	}
	for (; n; n--)
		c = __builtin_ia32_crc32qi((__u32)c, *p++);
	return (__u32)c;
}
#endif

__u32 vz_crc32c(__u32 crc, const void *p, size_t n)
{
	const unsigned char *c = p;

#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return crc32c_insn(crc, c, n);
#endif
	while (n--)
		crc = table[(crc ^ *c++) & 0xff] ^ crc >> 8;
	return crc;
}
#endif
