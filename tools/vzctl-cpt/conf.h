/* SPDX-License-Identifier: GPL-2.0-only */
/* Configuration files in OpenVZ's shell style: KEY="value" lines. */
#ifndef VZ_CONF_H
#define VZ_CONF_H

#include <stddef.h>

/* One line; key is NULL for comments and what is not understood. */
struct conf_line {
	char *text;
	char *key;
	char *value;
};

struct conf {
	struct conf_line *lines;
	size_t nr;
};

/*
 * Reads @path; $VEID in values becomes @veid. 0 or negative errno; -EINVAL
 * with the number of the first bad line in *@bad_line.
 */
int conf_load(struct conf *conf, const char *path, unsigned int veid, int *bad_line);
/* The last value given to @key, or NULL. */
const char *conf_get(const struct conf *conf, const char *key);
/* Replaces the line of @key or adds one; all other lines stay as they are. */
void conf_set(struct conf *conf, const char *key, const char *value);
int conf_save(const struct conf *conf, const char *path);
void conf_free(struct conf *conf);

#endif /* VZ_CONF_H */
