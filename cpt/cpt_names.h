/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CPT_NAMES_H
#define _CPT_NAMES_H

#include "cpt.h"

/**
 * cpt_read_names() - the names in a directory
 * @file: the directory, open for reading, at its start; consumed, may be an ERR_PTR
 * @names: NUL-terminated names, without "." and "..", are appended
 *
 * Return: 0 or -errno
 */
int cpt_read_names(struct file *file, struct cpt_buf *names);

#endif
