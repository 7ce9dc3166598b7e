/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints the records of an image that was found good.
 */
#ifndef _IMGLIST_H
#define _IMGLIST_H

#include <linux/cpt_image.h>

void img_list_header(const struct cpt_image_header *h);
/* @all: also the elements of its content. */
void img_list_record(const struct cpt_object_hdr *h, const void *fixed, const void *content,
		     int all);

#endif
