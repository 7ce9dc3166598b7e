// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "opts.h"
#include "util.h"
#include "vzerror.h"

static struct opt *lookup(struct opt *opts, size_t nr, const char *name, size_t len)
{
	for (size_t i = 0; len && i < nr; i++)
		if (strlen(opts[i].name) == len && !memcmp(opts[i].name, name, len))
			return &opts[i];
	return NULL;
}

static void add_value(struct opt *opt, const char *value)
{
	opt->value = opt->many && opt->value ? xasprintf("%s %s", opt->value, value) : value;
}

int opts_parse(struct opt *opts, size_t nr, char **argv)
{
	for (; *argv; argv++) {
		const char *name = *argv + 2, *eq;
		struct opt *opt;
		size_t len;

		if (strncmp(*argv, "--", 2))
			return vz_err(VZ_BAD_SYNTAX, "Unexpected argument: %s", *argv);
		eq = strchr(name, '=');
		len = eq ? (size_t)(eq - name) : strlen(name);
		opt = lookup(opts, nr, name, len);
		if (!opt)
			return vz_err(VZ_BAD_SYNTAX, "Unknown option: %s", *argv);
		if (!opt->takes_value && eq)
			return vz_err(VZ_BAD_SYNTAX, "Option --%s takes no value", opt->name);
		if (opt->takes_value && !eq && !argv[1])
			return vz_err(VZ_BAD_SYNTAX, "Option --%s needs a value", opt->name);
		opt->given = true;
		opt->times++;
		if (opt->takes_value)
			add_value(opt, eq ? eq + 1 : *++argv);
	}
	return 0;
}

const char *opt_value(const struct opt *opts, size_t nr, const char *name)
{
	const struct opt *opt = lookup((struct opt *)opts, nr, name, strlen(name));

	return opt ? opt->value : NULL;
}

bool opt_given(const struct opt *opts, size_t nr, const char *name)
{
	const struct opt *opt = lookup((struct opt *)opts, nr, name, strlen(name));

	return opt && opt->given;
}
