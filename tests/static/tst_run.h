/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands say, before and after.
 */
#ifndef _TST_RUN_H
#define _TST_RUN_H

#include "tst.h"

/* Standard output of a command; to be freed. */
static inline char *tst_run(const char *command)
{
	FILE *f = popen(command, "r");
	size_t size = 1 << 20, n;
	char *out = malloc(size);

	tst_must(f && out);
	n = fread(out, 1, size - 1, f);
	out[n] = 0;
	pclose(f);
	return out;
}

/* Lines that are in one text only. */
static inline void tst_diff(const char *mark, const char *text, const char *other)
{
	char *copy = strdup(text), *line, *rest = copy, *at;
	size_t len;

	while ((line = strsep(&rest, "\n"))) {
		len = strlen(line);
		for (at = strstr(other, line); at; at = strstr(at + 1, line))
			if ((at == other || at[-1] == '\n') && (!at[len] || at[len] == '\n'))
				break;
		if (!at)
			tst_note("%s %s", mark, line);
	}
	free(copy);
}

/* A command says the same as before. */
static inline void tst_same(const char *command, const char *before, const char *what)
{
	char *now = tst_run(command);

	if (!tst_ok(*before && !strcmp(now, before), "%s", what)) {
		tst_diff("-", before, now);
		tst_diff("+", now, before);
	}
	free(now);
}

#endif
