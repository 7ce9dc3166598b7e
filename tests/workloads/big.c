// SPDX-License-Identifier: GPL-2.0-only
/* big GO RESULT MIB: that much memory, no two pages of it alike. */
#include <stdint.h>
#include <sys/mman.h>
#include "../static/tst.h"

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

int main(int argc, char **argv)
{
	size_t pages, wrong = 0;
	uint64_t *mem;

	tst_begin(argc, argv);
	pages = (size_t)(argc > 3 ? atoi(argv[3]) : 256) * 256;
	mem = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(mem != MAP_FAILED);
	for (size_t i = 0; i < pages; i++)
		for (int k = 0; k < 512; k++)
			mem[i * 512 + k] = mix(i + 1) + k;
	tst_ready();
	for (size_t i = 0; i < pages; i++)
		for (int k = 0; k < 512; k++)
			if (mem[i * 512 + k] != mix(i + 1) + k) {
				wrong++;
				break;
			}
	tst_is(wrong, 0, "%zu MiB, page by page", pages / 256);
	return tst_end();
}
