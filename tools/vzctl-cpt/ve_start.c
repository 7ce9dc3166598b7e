// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting a VE takes three processes:
 *
 *   vzctl    waits for the others' words, records the init, binds the VEID
 *   helper   enters the cgroup and the new namespaces; parent of init until
 *            vzctl holds a pidfd and has recorded it, then it ends, and init's
 *            parent is the host's
 *   init     makes the mounts (proc must be mounted from within the PID
 *            namespace), waits for vzctl's go, executes the VE's init
 *
 * Each of the two reads one byte from the go pipe. If vzctl dies before, they
 * read its end and end too: there is no half started VE.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <grp.h>
#include <unistd.h>

#include "cptctl.h"
#include "net.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/*
 * The init of a VE that has none: stays, reaps, and ends on SIGTERM. The sleep
 * is long so that nothing happens in an idle VE; no sleep at all is the end,
 * not a busy loop.
 */
static const char idle_init[] =
	"trap 'exit 0' TERM INT; "
	"while :; do sleep 86400 & wait $!; [ $? != 127 ] || exit 127; done";

static const char *const init_env[] = {
	"PATH=" VZ_PATH, "HOME=/", "TERM=linux", "container=vz", NULL
};

struct start {
	struct ve *ve;
	const char *init;	/* INIT of the configuration, or NULL */
	int cgroup;		/* directory, or -1 */
	int status[2];		/* child_msg to vzctl; closed by exec */
	int go[2];		/* one byte for each child */
};

static int wait_go(const struct start *s)
{
	char c;

	return read_full(s->go[0], &c, 1) == 1 ? 0 : -EPIPE;
}

static void loopback_up(int errfd)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr) ||
	    (ifr.ifr_flags |= IFF_UP, ioctl(fd, SIOCSIFFLAGS, &ifr)))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to bring up lo in the container: %s",
			   strerror(errno));
	close(fd);
}

/* Nothing of the host is left in what the VE's init starts with. */
static void become_init(int errfd)
{
	int fd;

	setsid();
	vz_leave_session_keyring();
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Credentials of init: %s", strerror(errno));
	vz_default_signals();
	umask(022);
	fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		child_fail(errfd, VZ_SYSTEM_ERROR, "/dev/null of the container: %s",
			   strerror(errno));
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	/* The status pipe must stay until exec closes it. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void try_exec(const char *const argv[])
{
	execve(argv[0], (char **)argv, (char **)init_env);
}

/* INIT: "/path arg ..." as it is; with anything else in it, a shell's job. */
static void exec_given_init(const char *init, int errfd)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:=,+@%- ";
	const char *shell[] = { "/bin/sh", "-c", init, NULL };
	const char *argv[64];
	char *copy = xstrdup(init), *save = NULL;
	size_t n = 0;

	if (strspn(init, plain) == strlen(init)) {
		for (char *p = strtok_r(copy, " ", &save); p && n < ARRAY_SIZE(argv) - 1;
		     p = strtok_r(NULL, " ", &save))
			argv[n++] = p;
		argv[n] = NULL;
		try_exec(argv);
	} else {
		try_exec(shell);
	}
	child_fail(errfd, VZ_NO_INIT, "Unable to execute init %s in the container: %s",
		   init, strerror(errno));
}

static void exec_default_init(int errfd)
{
	static const char *const paths[] = { "/sbin/init", "/etc/init", "/bin/init" };
	const char *shell[] = { "/bin/sh", "-c", idle_init, "init", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const char *argv[] = { paths[i], NULL };

		try_exec(argv);
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			child_fail(errfd, VZ_NO_INIT, "Unable to execute %s in the container: %s",
				   paths[i], strerror(errno));
	}
	try_exec(shell);
	child_fail(errfd, VZ_NO_INIT,
		   "Container has neither /sbin/init nor a working /bin/sh: %s",
		   strerror(errno));
}

static void init_main(const struct start *s)
{
	const char *hostname = ve_get(s->ve, "HOSTNAME");
	int errfd = s->status[1];

	close(s->go[1]);
	if (hostname && sethostname(hostname, strlen(hostname)))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to set hostname %s: %s", hostname,
			   strerror(errno));
	loopback_up(errfd);
	ve_root_enter(s->ve, errfd);
	ve_root_mounts(errfd);
	if (wait_go(s))
		_exit(VZ_SYSTEM_ERROR);
	become_init(errfd);
	if (s->init)
		exec_given_init(s->init, errfd);
	exec_default_init(errfd);
}

static void helper_main(const struct start *s, pid_t parent)
{
	struct child_msg msg = {};
	int errfd = s->status[1], err;

	die_with_parent(parent);
	vz_default_signals();
	close(s->status[0]);
	/* Before the cgroup namespace: the VE's cgroup becomes its root. */
	err = s->cgroup < 0 ? 0 : cgroup_enter(s->cgroup);
	if (err)
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to enter cgroup vz/%u: %s",
			   s->ve->id, strerror(-err));
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
		    CLONE_NEWCGROUP | CLONE_NEWTIME | CLONE_NEWPID))
		child_fail(errfd, errno == EINVAL ? VZ_BAD_KERNEL : VZ_SYSTEM_ERROR,
			   "Unable to make the container's namespaces: %s", strerror(errno));
	msg.pid = fork();
	if (msg.pid < 0)
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to fork init: %s", strerror(errno));
	if (!msg.pid)
		init_main(s);
	close(s->go[1]);
	write_full(errfd, &msg, sizeof(msg));
	close(errfd);
	_exit(wait_go(s) ? VZ_SYSTEM_ERROR : 0);
}

/* Tells the modules, when they are loaded; chkpnt does it again. */
static void bind_if_loaded(const struct ve *ve, const struct ve_init *init)
{
	int ctl = cptctl_open(CPTCTL_CPT);
	int err;

	if (ctl < 0)
		return;
	err = ve_bind(ve, ctl, init);
	if (err)
		vz_warn("container %u is not registered for checkpointing: %s", ve->id,
			strerror(-err));
	close(ctl);
}

/* Reads messages until one is a failure, or a pid if @want_pid, or the end. */
static int next_msg(const struct start *s, bool want_pid, struct child_msg *msg)
{
	while (read_full(s->status[0], msg, sizeof(*msg)) == sizeof(*msg)) {
		msg->text[sizeof(msg->text) - 1] = '\0';
		if (msg->code)
			return vz_err(msg->code, "%s", msg->text);
		if (want_pid)
			return 0;
	}
	if (want_pid)
		return vz_err(VZ_SYSTEM_ERROR, "The container's init died before it started");
	return 0;
}

/* From the first word of the helper to a VE whose init was executed. */
static int supervise(struct start *s)
{
	struct child_msg msg;
	struct ve_init init;
	int err = next_msg(s, true, &msg);

	if (err)
		return err;
	init.pid = msg.pid;
	init.pidfd = pidfd_open(init.pid, 0);
	if (init.pidfd < 0)
		return vz_err(VZ_SYSTEM_ERROR, "pidfd of init %d: %s", init.pid, strerror(errno));
	err = ve_record_init(s->ve, init.pid);
	if (err) {
		err = vz_err(VZ_SYSTEM_ERROR, "Unable to write " VZ_RUN_DIR "/%u.pid: %s",
			     s->ve->id, strerror(-err));
		goto out;
	}
	bind_if_loaded(s->ve, &init);
	err = net_start(s->ve, &init);
	if (err)
		goto out_kill;
	if (write_full(s->go[1], "go", 2))
		err = VZ_SYSTEM_ERROR;
	close(s->go[1]);
	s->go[1] = -1;
	err = next_msg(s, false, &msg) ?: err;
	/* Executed, and gone at once? That is seen here in most cases. */
	if (!err && !pidfd_wait(init.pidfd, 0))
		err = vz_err(VZ_NO_INIT, "The container's init ended at once");
out_kill:
	if (err) {
		pidfd_send_signal(init.pidfd, SIGKILL, NULL, 0);
		pidfd_wait(init.pidfd, 10000);
	}
out:
	close(init.pidfd);
	return err;
}

static int check_init(const char *init)
{
	if (init && *init != '/')
		return vz_err(VZ_BAD_VALUE, "INIT=\"%s\" does not start with a /", init);
	return 0;
}

int ve_start(struct ve *ve, const char *init)
{
	struct start s = { .ve = ve, .init = init ?: ve_get(ve, "INIT") };
	pid_t helper, parent = getpid();
	int err;

	if (ve_is_running(ve))
		return vz_err(VZ_RUNNING, "Container is already running");
	if (s.init && !*s.init)
		s.init = NULL;
	err = check_init(s.init) ?: ve_check_private(ve);
	if (err)
		return err;
	vz_info("Starting container ...");
	ve_drop_contexts(ve);
	if (pipe2(s.status, O_CLOEXEC))
		return vz_err(VZ_SYSTEM_ERROR, "pipe: %s", strerror(errno));
	if (pipe2(s.go, O_CLOEXEC)) {
		err = vz_err(VZ_SYSTEM_ERROR, "pipe: %s", strerror(errno));
		goto out_status;
	}
	s.cgroup = ve_cgroup_create(ve);
	helper = fork();
	if (!helper)
		helper_main(&s, parent);
	close(s.status[1]);
	s.status[1] = -1;
	if (helper < 0) {
		err = vz_err(VZ_SYSTEM_ERROR, "fork: %s", strerror(errno));
	} else {
		err = supervise(&s);
		/* Whoever still waits for its go reads the end now. */
		if (s.go[1] >= 0)
			close(s.go[1]);
		s.go[1] = -1;
		while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (s.cgroup >= 0)
		close(s.cgroup);
	if (err) {
		ve_forget_init(ve);
		ve_cgroup_remove(ve);
	} else {
		vz_info("Container is mounted\nContainer start in progress...");
	}
	close(s.go[0]);
	if (s.go[1] >= 0)
		close(s.go[1]);
out_status:
	close(s.status[0]);
	if (s.status[1] >= 0)
		close(s.status[1]);
	return err;
}
