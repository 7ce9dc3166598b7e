// SPDX-License-Identifier: GPL-2.0-only
/* vzctl start, stop, restart and status. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "opts.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

/* Loads and locks the VE for @fn. */
static int with_ve(unsigned int veid, struct opt *opts, size_t nr, char **argv,
		   int (*fn)(struct ve *ve, const struct opt *opts, size_t nr))
{
	int err = opts_parse(opts, nr, argv);
	struct ve ve;

	if (err)
		return err;
	err = ve_load_existing(&ve, veid);
	if (err)
		return err;
	err = ve_lock(&ve, false) ?: fn(&ve, opts, nr);
	ve_free(&ve);
	return err;
}

static int start(struct ve *ve, const struct opt *opts, size_t nr)
{
	return ve_start(ve, opt_value(opts, nr, "init"));
}

/* OpenVZ's --wait: init has been executed when start returns, in any case. */
int cmd_start(unsigned int veid, char **argv)
{
	struct opt opts[] = {
		{ .name = "wait" }, { .name = "init", .takes_value = true },
	};

	return with_ve(veid, opts, ARRAY_SIZE(opts), argv, start);
}

static int stop(struct ve *ve, const struct opt *opts, size_t nr)
{
	return ve_stop(ve, opt_given(opts, nr, "fast"));
}

int cmd_stop(unsigned int veid, char **argv)
{
	struct opt opts[] = { { .name = "fast" } };

	return with_ve(veid, opts, ARRAY_SIZE(opts), argv, stop);
}

static int restart(struct ve *ve, const struct opt *opts, size_t nr)
{
	int err = 0;

	if (ve_is_running(ve))
		err = stop(ve, opts, nr);
	return err ?: start(ve, opts, nr);
}

int cmd_restart(unsigned int veid, char **argv)
{
	struct opt opts[] = {
		{ .name = "fast" }, { .name = "wait" },
		{ .name = "init", .takes_value = true },
	};

	return with_ve(veid, opts, ARRAY_SIZE(opts), argv, restart);
}

/* No lock: the answer is wanted most while something is going on. */
int cmd_status(unsigned int veid, char **argv)
{
	int err = opts_parse(NULL, 0, argv);
	bool running, suspended;
	struct stat st;
	struct ve ve;
	char *dump;

	if (err)
		return err;
	err = ve_load(&ve, veid);
	if (err)
		return err;
	dump = ve_default_dumpfile(&ve);
	running = ve.exists && ve_is_running(&ve);
	suspended = ve.exists && (running ? ve_is_suspended(&ve) : !stat(dump, &st));
	printf("CTID %u %s %s %s%s\n", veid, ve.exists ? "exist" : "deleted",
	       running ? "mounted" : "unmounted", running ? "running" : "down",
	       suspended ? " suspended" : "");
	free(dump);
	ve_free(&ve);
	return 0;
}
