// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a program in a VE. vzctl stays outside and forks one child into the
 * VE's PID namespace; the child enters the cgroup, the other namespaces and
 * the root, and executes the program. Its streams are pipes or a terminal of
 * the VE (see relay.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "util.h"
#include "ve.h"
#include "vzerror.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* A command of vzctl's own (halt) may not hang it. */
#define NULL_STDIO_MS 10000

/* The way in: opened by vzctl, walked by the child. */
struct entry {
	struct ve_init init;
	int own_pidns;		/* to come back for later forks */
	int root;		/* O_PATH of init's root */
	int cgroup;		/* directory, -1: none */
	int flags;		/* CLONE_NEW* that differ from ours, without PID */
};

struct streams {
	int child[3];		/* become 0, 1, 2; -1: none */
	int ours[3];		/* the other ends */
	int sock[2];		/* how the terminal's master comes out */
};

static const struct {
	const char *name;
	int flag;
} namespaces[] = {
	{ "user",   CLONE_NEWUSER },
	{ "mnt",    CLONE_NEWNS },
	{ "uts",    CLONE_NEWUTS },
	{ "ipc",    CLONE_NEWIPC },
	{ "net",    CLONE_NEWNET },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time",   CLONE_NEWTIME },
};

static int differing_namespaces(pid_t pid)
{
	int flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		char path[64];
		struct stat ours, theirs;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespaces[i].name);
		if (stat(path, &ours))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, namespaces[i].name);
		if (!stat(path, &theirs) && theirs.st_ino != ours.st_ino)
			flags |= namespaces[i].flag;
	}
	return flags;
}

static void entry_close(struct entry *e)
{
	close(e->init.pidfd);
	if (e->own_pidns >= 0)
		close(e->own_pidns);
	if (e->root >= 0)
		close(e->root);
	if (e->cgroup >= 0)
		close(e->cgroup);
}

static int entry_open(struct ve *ve, struct entry *e)
{
	char path[64];
	int err = ve_need_running(ve, &e->init);

	if (err)
		return err;
	e->own_pidns = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/root", e->init.pid);
	e->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	e->cgroup = cgroup_of(e->init.pid);
	e->flags = differing_namespaces(e->init.pid);
	/* All of it was about our init only if that is still alive. */
	if (!pidfd_wait(e->init.pidfd, 0)) {
		entry_close(e);
		return vz_err(VZ_NOT_RUNNING, "Container is not running");
	}
	if (e->own_pidns < 0 || e->root < 0) {
		err = vz_err(VZ_SYSTEM_ERROR, "Unable to open container's %s: %s", path,
			     strerror(errno));
		entry_close(e);
	}
	return err;
}

/* In the child: everything but the PID namespace, which fork entered. */
static void entry_walk(const struct entry *e, int errfd)
{
	int err = e->cgroup < 0 ? 0 : cgroup_enter(e->cgroup);

	if (err)
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to enter container's cgroup: %s",
			   strerror(-err));
	if (e->flags && setns(e->init.pidfd, e->flags))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to enter container's namespaces: %s",
			   strerror(errno));
	if (fchdir(e->root) || chroot(".") || chdir("/"))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to enter container's root: %s",
			   strerror(errno));
}

static void streams_close(struct streams *s)
{
	for (int i = 0; i < 3; i++) {
		if (s->child[i] >= 0)
			close(s->child[i]);
		if (s->ours[i] >= 0)
			close(s->ours[i]);
	}
	for (int i = 0; i < 2; i++)
		if (s->sock[i] >= 0)
			close(s->sock[i]);
}

static int streams_open(struct streams *s, enum ve_stdio stdio)
{
	*s = (struct streams){ { -1, -1, -1 }, { -1, -1, -1 }, { -1, -1 } };
	if (stdio == VE_STDIO_PTY &&
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, s->sock))
		goto fail;
	for (int i = 0; stdio == VE_STDIO_RELAY && i < 3; i++) {
		int p[2];

		if (pipe2(p, O_CLOEXEC))
			goto fail;
		s->child[i] = p[i != 0];
		s->ours[i] = p[i == 0];
		fcntl(s->ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
fail:
	vz_err(0, "pipe: %s", strerror(errno));
	streams_close(s);
	return VZ_SYSTEM_ERROR;
}

static void send_fd(int sock, int fd, int errfd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	if (sendmsg(sock, &msg, 0) != 1)
		child_fail(errfd, VZ_SYSTEM_ERROR, "Terminal: %s", strerror(errno));
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd;

	if (recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* A terminal in the VE's devpts: the slave is ours, the master goes out. */
static int make_pty(int sock, const struct winsize *ws, int errfd)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unlock = 0, slave;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) ||
	    (slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		child_fail(errfd, VZ_SYSTEM_ERROR, "Unable to open a terminal in the container: %s",
			   strerror(errno));
	if (ws->ws_row)
		ioctl(master, TIOCSWINSZ, ws);
	if (ioctl(slave, TIOCSCTTY, 0))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Terminal: %s", strerror(errno));
	send_fd(sock, master, errfd);
	return slave;
}

static void child_main(const struct entry *e, const struct streams *s, enum ve_stdio stdio,
		       const struct winsize *ws, char *const *const argvs[], int errfd)
{
	const char *term = getenv("TERM");
	char *term_env = xasprintf("TERM=%s", term ?: "linux");
	char *env[] = {
		"PATH=" VZ_PATH, "HOME=/root", "USER=root", "LOGNAME=root",
		"container=vz", term_env, NULL
	};
	int fds[3];

	entry_walk(e, errfd);
	setsid();
	vz_leave_session_keyring();
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		child_fail(errfd, VZ_SYSTEM_ERROR, "Credentials: %s", strerror(errno));
	memcpy(fds, s->child, sizeof(fds));
	if (stdio == VE_STDIO_PTY)
		fds[0] = fds[1] = fds[2] = make_pty(s->sock[1], ws, errfd);
	if (stdio == VE_STDIO_NULL)
		fds[0] = fds[1] = fds[2] = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* vzctl keeps its own 0, 1 and 2 open, so none of these is among them. */
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			child_fail(errfd, VZ_SYSTEM_ERROR, "Standard streams: %s", strerror(errno));
	vz_default_signals();
	umask(022);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	for (; *argvs; argvs++) {
		execve((*argvs)[0], *argvs, env);
		if (errno != ENOENT && errno != EACCES)
			break;
	}
	child_fail(errfd, VZ_NO_INIT, "Unable to execute %s in the container: %s",
		   argvs[*argvs ? 0 : -1][0], strerror(errno));
}

/* Forks into the VE: the child's pid as we see it, or -1 with errno. */
static pid_t fork_into(const struct entry *e)
{
	pid_t pid;
	int err;

	if (setns(e->init.pidfd, CLONE_NEWPID))
		return -1;
	pid = fork();
	if (!pid)
		return 0;
	err = errno;
	if (setns(e->own_pidns, CLONE_NEWPID))
		vz_warn("unable to return to our PID namespace: %s", strerror(errno));
	errno = err;
	return pid;
}

/* 0 when the child has executed its program, or the error after its message. */
static int wait_exec(int statusfd)
{
	struct child_msg msg;

	if (read_full(statusfd, &msg, sizeof(msg)) != sizeof(msg))
		return 0;
	msg.text[sizeof(msg.text) - 1] = '\0';
	return vz_err(msg.code, "%s", msg.text);
}

static void set_raw(const struct termios *saved)
{
	struct termios raw = *saved;

	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
}

static void relay_child(const struct ve *ve, pid_t pid, int pidfd, struct streams *s, enum ve_stdio stdio,
			int input, const sigset_t *sigs)
{
	struct relay relay = {
		.pidfd = pidfd, .pid = pid, .input = input,
		.to_child = s->ours[0], .from_child = { s->ours[1], s->ours[2] },
		.tty = stdio == VE_STDIO_PTY,
	};
	struct termios saved;
	bool restore = false;

	if (relay.tty) {
		relay.to_child = receive_fd(s->sock[0]);
		if (relay.to_child >= 0) {
			fcntl(relay.to_child, F_SETFL, O_NONBLOCK);
			relay.from_child[0] = fcntl(relay.to_child, F_DUPFD_CLOEXEC, 3);
		}
		vz_info("entered into CT %u", ve->id);
		restore = !tcgetattr(0, &saved);
		if (restore)
			set_raw(&saved);
	}
	relay.sigfd = signalfd(-1, sigs, SFD_CLOEXEC | SFD_NONBLOCK);
	relay_run(&relay);
	if (relay.sigfd >= 0)
		close(relay.sigfd);
	if (restore)
		tcsetattr(0, TCSADRAIN, &saved);
	if (relay.tty)
		vz_info("exited from CT %u", ve->id);
	s->ours[0] = s->ours[1] = s->ours[2] = -1;
}

static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* From the fork to the exit status; the lock is dropped when it has executed. */
static int run(struct ve *ve, const struct entry *e, char *const *const argvs[],
	       enum ve_stdio stdio, int input, bool unlock)
{
	struct winsize ws = {};
	struct streams s;
	int status[2], pidfd, err, wstatus = 0;
	sigset_t sigs, old;
	pid_t pid;

	if (stdio == VE_STDIO_PTY)
		ioctl(0, TIOCGWINSZ, &ws);
	if (streams_open(&s, stdio))
		return -VZ_SYSTEM_ERROR;
	if (pipe2(status, O_CLOEXEC)) {
		streams_close(&s);
		return -vz_err(VZ_SYSTEM_ERROR, "pipe: %s", strerror(errno));
	}
	sigemptyset(&sigs);
	sigaddset(&sigs, SIGINT);
	sigaddset(&sigs, SIGTERM);
	sigaddset(&sigs, SIGHUP);
	sigaddset(&sigs, SIGQUIT);
	sigaddset(&sigs, SIGWINCH);
	sigprocmask(SIG_BLOCK, &sigs, &old);
	pid = fork_into(e);
	if (!pid)
		child_main(e, &s, stdio, &ws, argvs, status[1]);
	close(status[1]);
	if (pid < 0) {
		err = -vz_err(VZ_SYSTEM_ERROR, "Unable to fork into the container: %s",
			      strerror(errno));
		goto out;
	}
	pidfd = pidfd_open(pid, 0);
	for (int i = 0; i < 3; i++) {
		if (s.child[i] >= 0)
			close(s.child[i]);
		s.child[i] = -1;
	}
	err = -wait_exec(status[0]);
	if (unlock)
		ve_unlock(ve);
	if (!err && stdio != VE_STDIO_NULL)
		relay_child(ve, pid, pidfd, &s, stdio, input, &sigs);
	else if (!err && pidfd_wait(pidfd, NULL_STDIO_MS))
		kill(pid, SIGKILL);
	while (waitpid(pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	close(pidfd);
	if (!err)
		err = exit_code(wstatus);
out:
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(status[0]);
	streams_close(&s);
	return err;
}

int ve_exec(struct ve *ve, char *const *const argvs[], enum ve_stdio stdio, int input)
{
	bool lock = ve->lock < 0;
	struct entry e;
	int err;

	/*
	 * A suspend must not overlook a process that is just coming in. Once it
	 * has executed its program it is a process of the VE like any other.
	 */
	if (lock && (err = ve_lock(ve, true)))
		return -err;
	err = entry_open(ve, &e);
	if (!err && ve_is_suspended(ve)) {
		err = vz_err(VZ_NOT_RUNNING, "Container is suspended");
		entry_close(&e);
	}
	if (!err) {
		err = run(ve, &e, argvs, stdio, input, lock);
		entry_close(&e);
	} else {
		err = -err;
	}
	if (lock)
		ve_unlock(ve);
	return err;
}
