// SPDX-License-Identifier: GPL-2.0-only
/*
 * What writer and reader of images share inside the kernel.
 */
#include <linux/bvec.h>
#include <linux/crc32.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/uio.h>
#include <asm/cpufeature.h>
#include "compat.h"
#include "image.h"

/**
 * vz_crc32c() - CRC32C without inversions
 *
 * With the processor's instruction for it where there is one. It is not the
 * kernel's crc32c(), because that is a module of its own: ours load with plain
 * insmod(8).
 */
u32 vz_crc32c(u32 crc, const void *p, size_t n)
{
	u64 crc64 = crc;

	if (!boot_cpu_has(X86_FEATURE_XMM4_2))
		return __crc32c_le(crc, p, n);
	for (; n >= 8; n -= 8, p += 8)
		asm("crc32q %1, %0" : "+r" (crc64) : "m" (*(const u64 *)p));
	crc = crc64;
	for (; n; n--, p++)
		asm("crc32b %1, %0" : "+r" (crc) : "m" (*(const u8 *)p));
	return crc;
}
EXPORT_SYMBOL_GPL(vz_crc32c);

/**
 * vz_write_file() - write kernel memory to any file that takes an iterator
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
 */
ssize_t vz_read_file(struct file *file, void *data, size_t len, loff_t *pos)
{
	struct kvec kvec = { .iov_base = data, .iov_len = len };
	struct iov_iter iter;

	vz_iov_iter_kvec(&iter, false, &kvec, 1, len);
	return vfs_iter_read(file, &iter, pos, 0);
}
EXPORT_SYMBOL_GPL(vz_read_file);

/**
 * vz_crc_bvec() - continue a CRC over the pieces of a payload
 * @crc: from vz_crc_start() or the pieces before
 */
u32 vz_crc_bvec(u32 crc, const struct bio_vec *bvec, unsigned int nr)
{
	unsigned int i, off, at, n;
	void *p;

	for (i = 0; i < nr; i++) {
		for (off = 0; off < bvec[i].bv_len; off += n) {
			at = bvec[i].bv_offset + off;
			n = min_t(unsigned int, bvec[i].bv_len - off, PAGE_SIZE - at % PAGE_SIZE);
			p = kmap_local_page(nth_page(bvec[i].bv_page, at / PAGE_SIZE));
			crc = vz_crc_add(crc, p + at % PAGE_SIZE, n);
			kunmap_local(p);
		}
		cond_resched();
	}
	return crc;
}
EXPORT_SYMBOL_GPL(vz_crc_bvec);
