// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cptop.h"
#include "util.h"
#include "vzerror.h"

static void load_module(const char *module)
{
	const char *argv[] = { "modprobe", "-q", module, NULL };
	const char *sbin[] = { "/sbin/modprobe", "-q", module, NULL };
	int status = run_command(argv, true);

	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		run_command(sbin, true);
}

int cptop_open(struct cptop *op, const char *module)
{
	op->ctl = cptctl_open(op->path);
	if (op->ctl == -ENOENT) {
		load_module(module);
		op->ctl = cptctl_open(op->path);
	}
	if (op->ctl >= 0)
		return 0;
	if (op->ctl == -EPERM || op->ctl == -EACCES)
		return vz_err(VZ_NO_ACCESS, "Error: %s: %s", op->path, strerror(-op->ctl));
	if (op->ctl == -ENOENT)
		return vz_err(VZ_BAD_KERNEL,
			      "Error: checkpointing is not supported by this kernel: no %s, and module %s does not load",
			      op->path, module);
	return vz_err(VZ_BAD_KERNEL, "Error: checkpointing is not supported by this kernel: %s: %s",
		      op->path, strerror(-op->ctl));
}

static void print_error(void *arg, const char *text)
{
	(void)arg;
	if (strncmp(text, "Error", 5))
		vz_err(0, "Error: %s", text);
	else
		vz_err(0, "%s", text);
}

static void print_note(void *arg, const char *text)
{
	(void)arg;
	vz_verbose("%s", text);
}

int cptop_failed(struct cptop *op, const char *what, int err)
{
	if (cptctl_messages(op->ctl, print_error, NULL) <= 0)
		vz_err(0, "Error: %s: %s", what, strerror(-err));
	return op->error;
}

void cptop_notes(struct cptop *op)
{
	cptctl_messages(op->ctl, print_note, NULL);
}

int cptop_join(struct cptop *op)
{
	int err = cptctl_join_context(op->ctl, op->ve->id);

	if (err == -ENOENT)
		return vz_err(op->error, "Can not join cpt context %u: the container is not suspended",
			      op->ve->id);
	if (err)
		return vz_err(op->error, "Can not join cpt context %u: %s", op->ve->id,
			      strerror(-err));
	/* What earlier stages had to say was printed then. */
	cptctl_skip_messages(op->ctl);
	return 0;
}

int cptop_run(struct cptop *op, const char *name, int (*fn)(void *arg), void *arg)
{
	int err;

	if (!op->progress)
		vz_info("\t%s...", name);
	else
		progress_start(op->ctl, name);
	err = fn(arg);
	if (op->progress)
		progress_stop(!err);
	if (err > 0)
		return op->error;
	if (err)
		return cptop_failed(op, name, err);
	cptop_notes(op);
	return 0;
}

struct ctl_call {
	int (*call)(int ctl);
	int ctl;
};

static int run_call(void *arg)
{
	struct ctl_call *c = arg;

	return c->call(c->ctl);
}

int cptop_stage(struct cptop *op, const char *name, int (*call)(int ctl))
{
	struct ctl_call c = { call, op->ctl };

	return cptop_run(op, name, run_call, &c);
}

#define STAT(member) { #member, offsetof(struct cpt_stats, member) }

static const struct {
	const char *name;
	size_t offset;
} stats_table[] = {
	STAT(freezing_time), STAT(frozen_time), STAT(dump_time), STAT(undump_time),
	STAT(memdump_time), STAT(memwrite_time), STAT(pages_scanned),
	STAT(pages_skipped_parent), STAT(pages_written), STAT(pages_zero),
	STAT(pages_shared), STAT(pages_restored), STAT(tasks), STAT(processes),
	STAT(image_bytes),
};

void cptop_print_stats(struct cptop *op)
{
	struct cpt_stats stats;
	int err;

	if (!op->stats && vz_verbosity < 2)
		return;
	err = cptctl_get_stats(op->ctl, &stats);
	if (err) {
		vz_warn("statistics: %s", strerror(-err));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(stats_table); i++) {
		const char *name = stats_table[i].name;
		unsigned long long v = *(__u64 *)((char *)&stats + stats_table[i].offset);
		size_t len = strlen(name);

		if (op->stats)
			fprintf(vz_out, "%s: %llu\n", name, v);
		else if (v && !strcmp(name + len - 5, "_time"))
			fprintf(vz_out, "\t%-16s %10.3f ms\n", name, v / 1000.0);
	}
	fflush(vz_out);
}
