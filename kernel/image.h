/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What writer and reader of images share inside the kernel.
 */
#ifndef _VZ_IMAGE_H
#define _VZ_IMAGE_H

#include "image_check.h"

struct bio_vec;
struct file;

ssize_t vz_write_file(struct file *file, const void *data, size_t len, loff_t *pos);
ssize_t vz_read_file(struct file *file, void *data, size_t len, loff_t *pos);

void vz_sum_bvec(struct vz_sum *sum, const struct bio_vec *bvec, unsigned int nr);
void vz_image_init(void);

#endif /* _VZ_IMAGE_H */
