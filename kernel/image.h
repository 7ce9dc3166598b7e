/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What writer and reader of images share inside the kernel.
 */
#ifndef _VZ_IMAGE_H
#define _VZ_IMAGE_H

#include <linux/crc32c.h>
#include <linux/types.h>

/* CRC32C as the image has it: seed ~0, inverted at the end; chain with @crc. */
static inline u32 vz_crc_start(void)
{
	return ~0U;
}

static inline u32 vz_crc_add(u32 crc, const void *data, size_t len)
{
	return crc32c(crc, data, len);
}

static inline u32 vz_crc_end(u32 crc)
{
	return ~crc;
}

#endif /* _VZ_IMAGE_H */
