/* SPDX-License-Identifier: GPL-2.0-only */
/* The long options of one command: a table, and what was found. */
#ifndef VZ_OPTS_H
#define VZ_OPTS_H

#include <stdbool.h>
#include <stddef.h>

struct opt {
	const char *name;	/* without the dashes */
	bool takes_value;
	bool many;		/* several values are put together, with blanks */
	bool given;
	const char *value;	/* the last one; points into argv */
	int times;
};

/*
 * Fills @opts from "--name", "--name value" and "--name=value". Anything else
 * is VZ_BAD_SYNTAX after a message.
 */
int opts_parse(struct opt *opts, size_t nr, char **argv);
/* The value of an option, or NULL. @name must be in the table. */
const char *opt_value(const struct opt *opts, size_t nr, const char *name);
bool opt_given(const struct opt *opts, size_t nr, const char *name);

#endif /* VZ_OPTS_H */
