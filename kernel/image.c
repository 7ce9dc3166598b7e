// SPDX-License-Identifier: GPL-2.0-only
/*
 * What writer and reader of images share inside the kernel.
 */
#include <linux/bvec.h>
#include <linux/crc32.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/timekeeping.h>
#include <linux/uio.h>
#include <asm/cpufeature.h>
#include "compat.h"
#include "image.h"

static bool crc_by_instruction;

static u32 crc32c_instruction(u32 crc, const void *p, size_t n)
{
	u64 crc64 = crc;

	for (; n >= 8; n -= 8, p += 8)
		asm("crc32q %1, %0" : "+r" (crc64) : "m" (*(const u64 *)p));
	crc = crc64;
	for (; n; n--, p++)
		asm("crc32b %1, %0" : "+r" (crc) : "m" (*(const u8 *)p));
	return crc;
}

/**
 * vz_crc32c() - CRC32C without inversions
 * @crc: of what stands before
 * @p: the bytes
 * @n: their number
 *
 * It is not the kernel's crc32c(), because that is a module of its own: ours
 * load with plain insmod(8).
 */
u32 vz_crc32c(u32 crc, const void *p, size_t n)
{
	return crc_by_instruction ? crc32c_instruction(crc, p, n) : __crc32c_le(crc, p, n);
}
EXPORT_SYMBOL_GPL(vz_crc32c);

/**
 * vz_image_init() - choose the quicker CRC32C
 *
 * The processor's instruction, unless the processor is an emulated one where it
 * is slower than a table.
 */
void vz_image_init(void)
{
	const void *data = empty_zero_page;
	u64 start, table, instruction;
	u32 crc;

	if (!boot_cpu_has(X86_FEATURE_XMM4_2))
		return;
	crc = __crc32c_le(0, data, PAGE_SIZE);	/* the table into the cache */
	start = ktime_get_ns();
	crc = __crc32c_le(crc, data, PAGE_SIZE);
	table = ktime_get_ns() - start;
	start = ktime_get_ns();
	crc = crc32c_instruction(crc, data, PAGE_SIZE);
	instruction = ktime_get_ns() - start;
	OPTIMIZER_HIDE_VAR(crc);
	crc_by_instruction = instruction <= table;
}

/**
 * vz_write_file() - write kernel memory to any file that takes an iterator
 * @file: where to
 * @data: what
 * @len: bytes
 * @pos: position; moved on
 *
 * Unlike kernel_write() it says nothing in the kernel log about others.
 *
 * Return: bytes written or -errno; -EINVAL for a file that takes none
 */
ssize_t vz_write_file(struct file *file, const void *data, size_t len, loff_t *pos)
{
	struct kvec kvec = { .iov_base = (void *)data, .iov_len = len };
	struct iov_iter iter;
	ssize_t n;

	vz_iov_iter_kvec(&iter, true, &kvec, 1, len);
	file_start_write(file);
	n = vfs_iter_write(file, &iter, pos, 0);
	file_end_write(file);
	return n;
}

/**
 * vz_read_file() - the same for reading
 * @file: where from
 * @data: where to
 * @len: bytes
 * @pos: position; moved on
 */
ssize_t vz_read_file(struct file *file, void *data, size_t len, loff_t *pos)
{
	struct kvec kvec = { .iov_base = data, .iov_len = len };
	struct iov_iter iter;

	vz_iov_iter_kvec(&iter, false, &kvec, 1, len);
	return vfs_iter_read(file, &iter, pos, 0);
}
EXPORT_SYMBOL_GPL(vz_read_file);

#define XXH64_PRIME_1	0x9e3779b185ebca87ULL
#define XXH64_PRIME_2	0xc2b2ae3d27d4eb4fULL

/* One lane takes eight bytes. */
static __always_inline u64 xxh64_lane(u64 lane, __le64 word)
{
	return rol64(lane + le64_to_cpu(word) * XXH64_PRIME_2, 31) * XXH64_PRIME_1;
}

/*
 * The same as xxh64_update() for whole stripes of 32 bytes behind whole stripes
 * (XXH64 specification, step 2). Where the CPU is emulated, a loop that goes over
 * the end of a page of text is many times slower; the kernel's does by chance
 * (6.1), and then sums longer than it writes. This one is within 256 bytes.
 */
static noinline __aligned(256) void add_stripes(struct xxh64_state *state, const void *data,
						size_t len)
{
	u64 v1 = state->v1, v2 = state->v2, v3 = state->v3, v4 = state->v4;
	const __le64 *p = data, *end = data + len;

	for (; p < end; p += 4) {
		v1 = xxh64_lane(v1, p[0]);
		v2 = xxh64_lane(v2, p[1]);
		v3 = xxh64_lane(v3, p[2]);
		v4 = xxh64_lane(v4, p[3]);
	}
	state->v1 = v1;
	state->v2 = v2;
	state->v3 = v3;
	state->v4 = v4;
	state->total_len += len;
}

static void add_piece(struct vz_sum *sum, const void *data, size_t len)
{
	bool fits = !sum->state.memsize && IS_ALIGNED((unsigned long)data, sizeof(u64));
	size_t stripes = fits ? round_down(len, 32) : 0;

	add_stripes(&sum->state, data, stripes);
	if (len > stripes)
		vz_sum_add(sum, data + stripes, len - stripes);
}

/**
 * vz_sum_bvec() - continue a payload's checksum over its pieces
 * @sum: after vz_sum_start() or the pieces before
 * @bvec: the pieces
 * @nr: their number
 */
void vz_sum_bvec(struct vz_sum *sum, const struct bio_vec *bvec, unsigned int nr)
{
	unsigned int i, off, at, n;
	void *p;

	for (i = 0; i < nr; i++) {
		for (off = 0; off < bvec[i].bv_len; off += n) {
			at = bvec[i].bv_offset + off;
			n = min_t(unsigned int, bvec[i].bv_len - off, PAGE_SIZE - at % PAGE_SIZE);
			p = kmap_local_page(nth_page(bvec[i].bv_page, at / PAGE_SIZE));
			add_piece(sum, p + at % PAGE_SIZE, n);
			kunmap_local(p);
		}
		cond_resched();
	}
}
EXPORT_SYMBOL_GPL(vz_sum_bvec);
