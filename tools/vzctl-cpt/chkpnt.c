// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl chkpnt: suspend, dump, kill or resume a VE, in one go or in stages.
 *
 * In one go all stages use one open control file; whatever ends vzctl closes
 * it, and the kernel lets the VE run again. The image has a temporary name
 * until it is complete and on disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "cptop.h"
#include "net.h"
#include "opts.h"
#include "util.h"
#include "vzerror.h"

#define KILL_WAIT_MS 30000

/* Where the image goes. */
struct image {
	int fd;
	bool own;		/* to be closed */
	char *path;		/* its name in the end; NULL: not a regular file */
	char *tmp;		/* its name until then */
};

static int image_error(const char *path, int err)
{
	return vz_err(VZ_CHKPNT_ERROR, "Error: unable to write dump file %s: %s", path,
		      strerror(err));
}

/* A device, fifo or socket is written to as it is. */
static int image_open_special(struct image *im, const char *path)
{
	im->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (im->fd < 0)
		return image_error(path, errno);
	im->own = true;
	return 0;
}

static int image_open(struct image *im, const struct ve *ve, const char *path)
{
	char resolved[PATH_MAX];
	struct stat st;

	*im = (struct image){ .fd = -1 };
	if (!strcmp(path, "-")) {
		im->fd = 1;
		return 0;
	}
	if (!stat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return image_error(path, EISDIR);
		if (!S_ISREG(st.st_mode))
			return image_open_special(im, path);
		/* Behind a link, the file is replaced and not the link. */
		if (realpath(path, resolved))
			path = resolved;
	}
	im->path = xstrdup(path);
	im->tmp = xasprintf("%s.%u.tmp", path, ve->id);
	/* One that a killed vzctl left; the VE's lock keeps others away. */
	unlink(im->tmp);
	im->fd = open(im->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (im->fd < 0) {
		int err = image_error(path, errno);

		free(im->tmp);
		free(im->path);
		im->tmp = im->path = NULL;
		return err;
	}
	im->own = true;
	return 0;
}

/* The image is complete: give it its name, for good. */
static int image_commit(struct image *im)
{
	if (!im->path)
		return 0;
	if (fsync(im->fd) || rename(im->tmp, im->path))
		return image_error(im->path, errno);
	free(im->tmp);
	im->tmp = NULL;
	return fsync_dir_of(im->path) ? image_error(im->path, errno) : 0;
}

/* @ok: keep what was committed. */
static void image_close(struct image *im, bool ok)
{
	if (im->tmp)
		unlink(im->tmp);
	else if (im->path && !ok)
		unlink(im->path);
	if (im->own && im->fd >= 0)
		close(im->fd);
	free(im->tmp);
	free(im->path);
	*im = (struct image){ .fd = -1 };
}

static int interrupted(const struct cptop *op)
{
	if (!vz_interrupted)
		return 0;
	return vz_err(op->error, "Error: interrupted by signal %d", (int)vz_interrupted);
}

/* Writes the image of the suspended VE: complete, or not at all. */
static int dump(struct cptop *op, struct image *im)
{
	int err = cptctl_set_dumpfd(op->ctl, im->fd);

	if (err)
		return cptop_failed(op, "dump file", err);
	err = cptop_stage(op, "dump", cptctl_dump);
	if (!err)
		err = interrupted(op);
	/* The context lets go of the file before it becomes visible. */
	cptctl_set_dumpfd(op->ctl, -1);
	return err ?: image_commit(im);
}

/* Makes the context of @op one of this VE. */
static int begin(struct cptop *op, const struct ve_init *init)
{
	int err = ve_bind(op->ve, op->ctl, init);

	if (err)
		return vz_err(op->error, "Error: unable to register container %u, init %d: %s",
			      op->ve->id, init->pid, strerror(-err));
	err = cptctl_set_veid(op->ctl, op->ve->id);
	if (err)
		return cptop_failed(op, "container", err);
	return 0;
}

/* Its peers hear nothing until it is restored. */
static int kill_ve(struct cptop *op)
{
	int err;

	net_silence(op->ve);
	err = cptop_stage(op, "kill", cptctl_kill);
	if (err)
		net_unsilence(op->ve);
	return err;
}

/* After CPT_KILL: the VE is gone when its init is. */
static int after_kill(struct cptop *op, const struct ve_init *init)
{
	if (pidfd_wait(init->pidfd, KILL_WAIT_MS))
		return vz_err(op->error, "Error: init %d does not end", init->pid);
	ve_forget_init(op->ve);
	ve_cgroup_remove(op->ve);
	return 0;
}

static int resume(struct cptop *op)
{
	int err = cptctl_resume(op->ctl);

	return err ? cptop_failed(op, "resume", err) : 0;
}

static int chkpnt_all(struct cptop *op, const struct ve_init *init, const char *dumpfile)
{
	struct image im;
	bool killed = false;
	int err = begin(op, init) ?: image_open(&im, op->ve, dumpfile);

	if (err)
		return err;
	err = interrupted(op) ?: cptop_stage(op, "suspend", cptctl_suspend);
	if (err)
		goto out;
	err = interrupted(op) ?: dump(op, &im);
	if (!err)
		err = kill_ve(op);
	killed = !err;
	if (killed)
		err = after_kill(op, init);
	else
		resume(op);
out:
	/* A VE that runs on makes its image worthless. */
	image_close(&im, killed);
	return err;
}

static int stage_suspend(struct cptop *op, const struct ve_init *init)
{
	int err = begin(op, init) ?: cptop_stage(op, "suspend", cptctl_suspend);

	if (err)
		return err;
	err = interrupted(op);
	if (!err) {
		err = cptctl_get_context(op->ctl, op->ve->id);
		if (err)
			err = cptop_failed(op, "get context", err);
	}
	if (err)
		resume(op);
	return err;
}

static int stage_dump(struct cptop *op, const char *dumpfile)
{
	struct image im;
	int err = cptop_join(op) ?: image_open(&im, op->ve, dumpfile);

	if (err)
		return err;
	err = dump(op, &im);
	image_close(&im, !err);
	return err;
}

static int stage_resume(struct cptop *op)
{
	int err = cptop_join(op) ?: cptop_stage(op, "resume", cptctl_resume);

	if (!err)
		cptctl_put_context(op->ctl);
	return err;
}

static int stage_kill(struct cptop *op, const struct ve_init *init)
{
	int err = cptop_join(op) ?: kill_ve(op);

	if (err)
		return err;
	cptctl_put_context(op->ctl);
	return after_kill(op, init);
}

static int check(struct cptop *op, const struct ve_init *init)
{
	int err = begin(op, init);

	if (err)
		return err;
	err = cptctl_check(op->ctl);
	if (err)
		return cptop_failed(op, "check", err);
	cptop_notes(op);
	vz_info("Container %u can be checkpointed", op->ve->id);
	return 0;
}

enum chkpnt_stage { ALL, SUSPEND, DUMP, RESUME, KILL, CHECK };

static int chkpnt(struct cptop *op, enum chkpnt_stage stage, const char *dumpfile)
{
	struct ve_init init;
	int err = ve_need_running(op->ve, &init);

	if (err)
		return err;
	err = cptop_open(op, "vzcpt");
	if (err)
		goto out;
	if (stage == CHECK) {
		err = check(op, &init);
		goto out_close;
	}
	vz_info("Setting up checkpoint...");
	switch (stage) {
	case SUSPEND:	err = stage_suspend(op, &init); break;
	case DUMP:	err = stage_dump(op, dumpfile); break;
	case RESUME:	err = stage_resume(op); break;
	case KILL:	err = stage_kill(op, &init); break;
	default:	err = chkpnt_all(op, &init, dumpfile); break;
	}
	if (!err) {
		vz_info("Checkpointing completed successfully");
		cptop_print_stats(op);
	} else {
		vz_err(0, "Checkpointing failed");
	}
out_close:
	close(op->ctl);
out:
	close(init.pidfd);
	return err;
}

int cmd_chkpnt(unsigned int veid, char **argv)
{
	struct opt opts[] = {
		[SUSPEND] = { .name = "suspend" },
		[DUMP] = { .name = "dump" },
		[RESUME] = { .name = "resume" },
		[KILL] = { .name = "kill" },
		[CHECK] = { .name = "check" },
		{ .name = "dumpfile", .takes_value = true },
		{ .name = "progress" }, { .name = "stats" },
		{ .name = "create-devs" },	/* OpenVZ's; nothing to do */
		[ALL] = { .name = "" },
	};
	const size_t nr = ARRAY_SIZE(opts);
	int stage = ALL, stages = 0, err = opts_parse(opts, nr, argv);
	struct cptop op = { .path = CPTCTL_CPT, .error = VZ_CHKPNT_ERROR };
	const char *dumpfile;
	char *path = NULL;
	struct ve ve;

	for (int i = SUSPEND; i <= CHECK; i++) {
		stages += opts[i].times;
		if (opts[i].given)
			stage = i;
	}
	if (!err && stages > 1)
		err = vz_err(VZ_BAD_SYNTAX, "only one sub command may be used");
	dumpfile = opt_value(opts, nr, "dumpfile");
	if (!err && dumpfile && !*dumpfile)
		err = vz_err(VZ_BAD_VALUE, "Option --dumpfile needs a file name");
	if (!err && dumpfile && !strcmp(dumpfile, "-")) {
		vz_out = stderr;
		if (isatty(1))
			err = vz_err(VZ_BAD_VALUE, "The image is not written to a terminal");
	}
	if (err)
		return err;
	op.stats = opt_given(opts, nr, "stats");
	op.progress = vz_verbosity && (opt_given(opts, nr, "progress") || isatty(fileno(vz_out)));
	err = ve_load_existing(&ve, veid);
	if (err)
		return err;
	op.ve = &ve;
	vz_catch_signals();
	if (!dumpfile)
		dumpfile = path = ve_default_dumpfile(&ve);
	err = ve_lock(&ve, false) ?: chkpnt(&op, stage, dumpfile);
	free(path);
	ve_free(&ve);
	return err;
}
