/* SPDX-License-Identifier: GPL-2.0-only */
/* What chkpnt and restore have in common: stages, messages, progress. */
#ifndef VZ_CPTOP_H
#define VZ_CPTOP_H

#include <stdbool.h>
#include <sys/types.h>

#include "cptctl.h"
#include "ve.h"

struct cptop {
	struct ve *ve;
	int ctl;		/* /proc/cpt or /proc/rst */
	const char *path;	/* which of them */
	int error;		/* VZ_CHKPNT_ERROR or VZ_RESTORE_ERROR */
	bool progress;		/* draw a percentage line */
	bool stats;		/* print all statistics at the end */
};

/*
 * Opens the control file, loading @module if need be: VZ_BAD_KERNEL if this
 * kernel has none.
 */
int cptop_open(struct cptop *op, const char *module);
/* Joins the context that an earlier stage kept. */
int cptop_join(struct cptop *op);
/*
 * One stage: prints its name, draws progress while @call runs, prints the
 * kernel's reasons when it fails. An enum vz_error.
 */
int cptop_stage(struct cptop *op, const char *name, int (*call)(int ctl));
/*
 * The same around something else than a call on the control file. When @fn
 * returns more than 0, the caller of cptop_run() says why.
 */
int cptop_run(struct cptop *op, const char *name, int (*fn)(void *arg), void *arg);
/* Prints the messages of the kernel, or @what and @err if it has none. */
int cptop_failed(struct cptop *op, const char *what, int err);
/* Prints warnings that came with a success. */
void cptop_notes(struct cptop *op);
void cptop_print_stats(struct cptop *op);

/* progress.c: a line redrawn by a thread until stopped */
void progress_start(int ctl, const char *label);
void progress_stop(bool ok);

#endif /* VZ_CPTOP_H */
