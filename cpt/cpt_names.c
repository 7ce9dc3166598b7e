// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names in a directory, for the kinds that walk a file system in memory.
 */
#include <linux/fs.h>
#include "cpt_names.h"

struct names {
	struct dir_context dir;
	struct cpt_buf *buf;
	int err;
};

static bool add_name(struct dir_context *dir, const char *name, int len, loff_t off, u64 ino,
		     unsigned int type)
{
	struct names *names = container_of(dir, struct names, dir);

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return true;
	names->err = cpt_buf_add(names->buf, name, len) ?: cpt_buf_add(names->buf, "", 1);
	return !names->err;
}

int cpt_read_names(struct file *file, struct cpt_buf *buf)
{
	struct names names = { .dir.actor = add_name, .buf = buf };
	size_t before;
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	do {
		before = buf->len;
		err = iterate_dir(file, &names.dir);
	} while (!err && !names.err && buf->len > before);
	fput(file);
	return err ?: names.err;
}
