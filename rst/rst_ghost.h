/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_GHOST_H
#define _RST_GHOST_H

#include "rst_file.h"

/**
 * struct rst_ghost - object of a CPT_OBJ_GHOST
 * @path: it, without a name
 * @file: what its contents are written through; NULL: it has none, or all are there
 */
struct rst_ghost {
	struct path path;
	struct file *file;
};

#endif /* _RST_GHOST_H */
