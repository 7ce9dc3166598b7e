// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl restore: make a VE from its image, then let it run or kill it.
 *
 * CPT_UNDUMP clones the VE's init from its caller, which must stand where the
 * VE shall: in its cgroup, its root and a time namespace of its own. A helper
 * process does that, so that vzctl stays on the host; init is the host's when
 * the helper ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "cptop.h"
#include "net.h"
#include "opts.h"
#include "util.h"
#include "vzerror.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

struct undump {
	struct cptop *op;
	int image;
	int cgroup;
	pid_t helper;		/* 0: not started */
	int status;		/* child_msg from it */
	struct child_msg msg;	/* what it said */
};

static int image_open(const char *path)
{
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		vz_err(0, "Error: unable to open dump file %s: %s", path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		vz_err(0, "Error: dump file %s is a directory", path);
	} else if (S_ISREG(st.st_mode) && !st.st_size) {
		vz_err(0, "Error: dump file %s is empty", path);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A new init gets copies of what the helper has open: next to nothing. */
static void drop_files(int ctl, int errfd)
{
	unsigned int low = ctl < errfd ? ctl : errfd;
	unsigned int high = ctl < errfd ? errfd : ctl;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* Where the new init will be born. */
static void helper_main(const struct undump *u, int errfd, pid_t parent)
{
	const struct cptop *op = u->op;
	int err;

	die_with_parent(parent);
	vz_default_signals();
	err = u->cgroup < 0 ? 0 : cgroup_enter(u->cgroup);
	if (err)
		child_fail(errfd, VZ_RESTORE_ERROR, "Error: unable to enter cgroup vz/%u: %s",
			   op->ve->id, strerror(-err));
	drop_files(op->ctl, errfd);
	if (unshare(CLONE_NEWNS | CLONE_NEWTIME | CLONE_NEWCGROUP))
		child_fail(errfd, VZ_RESTORE_ERROR, "Error: unable to make namespaces: %s",
			   strerror(errno));
	ve_root_enter(op->ve, errfd);
	umask(022);
	/* vzctl reads why from the control file. */
	_exit(cptctl_undump(op->ctl) ? VZ_RESTORE_ERROR : 0);
}

static int helper_start(struct undump *u)
{
	pid_t parent = getpid();
	int p[2];

	if (pipe2(p, O_CLOEXEC))
		return vz_err(VZ_RESTORE_ERROR, "Error: pipe: %s", strerror(errno));
	u->cgroup = ve_cgroup_create(u->op->ve);
	u->helper = fork();
	if (!u->helper)
		helper_main(u, p[1], parent);
	if (u->cgroup >= 0)
		close(u->cgroup);
	close(p[1]);
	if (u->helper < 0) {
		close(p[0]);
		return vz_err(VZ_RESTORE_ERROR, "Error: fork: %s", strerror(errno));
	}
	u->status = p[0];
	return 0;
}

/* Waits for the helper to end. 1: it, or a signal, has a reason in u->msg. */
static int helper_wait(void *arg)
{
	struct undump *u = arg;
	int wstatus = 0, n;

	/* Its end of the pipe closes when it ends. */
	while ((n = read(u->status, &u->msg, sizeof(u->msg))) < 0 && errno == EINTR)
		if (vz_interrupted)
			kill(u->helper, SIGKILL);
	close(u->status);
	while (waitpid(u->helper, &wstatus, 0) < 0 && errno == EINTR)
		;
	if (n == sizeof(u->msg)) {
		u->msg.text[sizeof(u->msg.text) - 1] = '\0';
		return 1;
	}
	if (vz_interrupted)
		snprintf(u->msg.text, sizeof(u->msg.text), "Error: interrupted by signal %d",
			 (int)vz_interrupted);
	else if (WIFSIGNALED(wstatus))
		snprintf(u->msg.text, sizeof(u->msg.text), "Error: the undump helper was killed by signal %d",
			 WTERMSIG(wstatus));
	else
		return WEXITSTATUS(wstatus) ? -EIO : 0;
	return 1;
}

/* The undumped init becomes the VE's. */
static int adopt_init(struct cptop *op)
{
	pid_t pid = cptctl_get_init(op->ctl);
	int err;

	if (pid < 0)
		return cptop_failed(op, "init", pid);
	err = ve_record_init(op->ve, pid);
	if (err)
		return vz_err(op->error, "Error: unable to write " VZ_RUN_DIR "/%u.pid: %s",
			      op->ve->id, strerror(-err));
	return 0;
}

static int undump(struct cptop *op, const char *dumpfile)
{
	struct undump u = { .op = op };
	int err = cptctl_set_veid(op->ctl, op->ve->id);

	if (err)
		return cptop_failed(op, "container", err);
	u.image = image_open(dumpfile);
	if (u.image < 0)
		return op->error;
	err = cptctl_set_dumpfd(op->ctl, u.image);
	if (err)
		err = cptop_failed(op, "dump file", err);
	else
		err = helper_start(&u);
	if (!err)
		err = cptop_run(op, "undump", helper_wait, &u);
	if (err && u.msg.text[0])
		vz_err(0, "%s", u.msg.text);
	if (u.image > 0)
		close(u.image);
	if (err)
		return err;
	cptctl_set_dumpfd(op->ctl, -1);
	return adopt_init(op) ?: net_restored(op->ve);
}

static int restore_all(struct cptop *op, const char *dumpfile)
{
	int err = undump(op, dumpfile) ?: cptop_stage(op, "resume", cptctl_resume);

	if (!err)
		vz_info("Container start in progress...");
	return err;
}

static int stage_undump(struct cptop *op, const char *dumpfile)
{
	int err = undump(op, dumpfile);

	if (err)
		return err;
	err = cptctl_get_context(op->ctl, op->ve->id);
	return err ? cptop_failed(op, "get context", err) : 0;
}

static int stage_resume(struct cptop *op)
{
	int err = cptop_join(op) ?: cptop_stage(op, "resume", cptctl_resume);

	if (!err)
		cptctl_put_context(op->ctl);
	return err;
}

static int stage_kill(struct cptop *op)
{
	int err = cptop_join(op) ?: cptop_stage(op, "kill", cptctl_kill);

	if (err)
		return err;
	cptctl_put_context(op->ctl);
	return 0;
}

/* No VE is left: closing the control file has ended it. */
static void clean_up(struct ve *ve)
{
	ve_forget_init(ve);
	ve_cgroup_remove(ve);
}

enum restore_stage { ALL, UNDUMP, RESUME, KILL };

static int restore(struct cptop *op, enum restore_stage stage, const char *dumpfile)
{
	bool makes = stage == ALL || stage == UNDUMP;
	int err;

	if (makes && ve_is_running(op->ve))
		return vz_err(VZ_RUNNING, "Container is already running");
	err = (makes ? ve_check_private(op->ve) : 0) ?: cptop_open(op, "vzrst");
	if (err)
		return err;
	vz_info("Restoring container ...");
	if (makes)
		ve_drop_contexts(op->ve);
	switch (stage) {
	case UNDUMP:	err = stage_undump(op, dumpfile); break;
	case RESUME:	err = stage_resume(op); break;
	case KILL:	err = stage_kill(op); break;
	default:	err = restore_all(op, dumpfile); break;
	}
	if (!err) {
		vz_info("Restoring completed successfully");
		cptop_print_stats(op);
	}
	close(op->ctl);
	if ((err && makes) || (!err && stage == KILL))
		clean_up(op->ve);
	if (err)
		vz_err(0, "Restoring failed");
	return err;
}

int cmd_restore(unsigned int veid, char **argv)
{
	struct opt opts[] = {
		[UNDUMP] = { .name = "undump" },
		[RESUME] = { .name = "resume" },
		[KILL] = { .name = "kill" },
		{ .name = "dumpfile", .takes_value = true },
		{ .name = "progress" }, { .name = "stats" },
		{ .name = "skip_arpdetect" },	/* OpenVZ's; nothing to do */
		[ALL] = { .name = "" },
	};
	const size_t nr = ARRAY_SIZE(opts);
	int stage = ALL, stages = 0, err = opts_parse(opts, nr, argv);
	struct cptop op = { .path = CPTCTL_RST, .error = VZ_RESTORE_ERROR };
	const char *dumpfile;
	char *path = NULL;
	struct ve ve;

	for (int i = UNDUMP; i <= KILL; i++) {
		stages += opts[i].times;
		if (opts[i].given)
			stage = i;
	}
	if (!err && stages > 1)
		err = vz_err(VZ_BAD_SYNTAX, "only one sub command may be used");
	dumpfile = opt_value(opts, nr, "dumpfile");
	if (!err && dumpfile && !*dumpfile)
		err = vz_err(VZ_BAD_VALUE, "Option --dumpfile needs a file name");
	if (!err && dumpfile && !strcmp(dumpfile, "-") && isatty(0))
		err = vz_err(VZ_BAD_VALUE, "The image is not read from a terminal");
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
	err = ve_lock(&ve, false) ?: restore(&op, stage, dumpfile);
	free(path);
	ve_free(&ve);
	return err;
}
