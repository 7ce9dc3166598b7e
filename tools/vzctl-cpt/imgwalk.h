/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks an image in user space, showing each record to the checker.
 */
#ifndef _IMGWALK_H
#define _IMGWALK_H

#include <stddef.h>
#include <sys/types.h>
#include "../../kernel/image_check.h"

/**
 * struct img_source - where the image comes from
 * @read: like read(2): bytes (0 at the end), or -1 with errno
 * @arg: for @read and @record
 * @record: called for each record that was found good (its payload is not yet
 *          read); may be NULL
 * @header: called for the image's header; may be NULL
 */
struct img_source {
	ssize_t (*read)(void *arg, void *buf, size_t n);
	void (*header)(void *arg, const struct cpt_image_header *h);
	void (*record)(void *arg, const struct cpt_object_hdr *h, const void *fixed,
		       const void *content);
	void *arg;
};

/* Return: 0, or -errno; vz_check_message(chk) says why. */
int img_walk(struct vz_check *chk, const struct img_source *src);

#endif
