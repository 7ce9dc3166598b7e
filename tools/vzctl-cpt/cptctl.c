// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cptctl.h"

/* OpenVZ's calls take the value itself where others take a pointer. */
static int call(int fd, unsigned long cmd, unsigned long arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int call_ptr(int fd, unsigned long cmd, void *arg)
{
	return call(fd, cmd, (uintptr_t)arg);
}

/**
 * cptctl_open() - open a control file
 * @path: CPTCTL_CPT or CPTCTL_RST
 *
 * Return: a close-on-exec descriptor; -ENOENT when the module is not loaded,
 * -EPERM or -EACCES without the privilege.
 */
int cptctl_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/**
 * cptctl_set_veid() - say which VE the context is about
 * @fd: a control file
 * @veid: a VEID known by cptctl_bind() or, for /proc/rst, any free one
 */
int cptctl_set_veid(int fd, unsigned int veid)
{
	return call(fd, CPT_SET_VEID, veid);
}

/**
 * cptctl_set_dumpfd() - give the image file
 * @fd: a control file
 * @image: open for writing (cpt) or reading (rst); a pipe or socket will do.
 *         The context takes its own reference; -1 drops it.
 */
int cptctl_set_dumpfd(int fd, int image)
{
	return call(fd, CPT_SET_DUMPFD, (unsigned long)(long)image);
}

/**
 * cptctl_suspend() - stop every task of the VE
 * @fd: /proc/cpt with a VEID
 *
 * Return: 0, or negative errno with the reasons in the context's messages and
 * the VE running as before.
 */
int cptctl_suspend(int fd)
{
	return call(fd, CPT_SUSPEND, 0);
}

/**
 * cptctl_dump() - write the image of a suspended VE
 * @fd: /proc/cpt, suspended, with a dump file
 *
 * Return: 0 when the image is complete; a failure leaves the VE suspended.
 */
int cptctl_dump(int fd)
{
	return call(fd, CPT_DUMP, 0);
}

/**
 * cptctl_undump() - make the VE from its image, stopped
 * @fd: /proc/rst with a VEID and a dump file
 *
 * The caller's root is the VE's root, its cgroup and time namespace (for
 * children) are the VE's, and it becomes the parent of the VE's init.
 */
int cptctl_undump(int fd)
{
	return call(fd, CPT_UNDUMP, 0);
}

/**
 * cptctl_resume() - let a suspended or undumped VE run
 * @fd: the control file
 */
int cptctl_resume(int fd)
{
	return call(fd, CPT_RESUME, 0);
}

/**
 * cptctl_kill() - end every task of a suspended or undumped VE
 * @fd: the control file
 */
int cptctl_kill(int fd)
{
	return call(fd, CPT_KILL, 0);
}

/**
 * cptctl_join_context() - continue with a context that was kept
 * @fd: a newly opened control file
 * @id: what it was kept as
 *
 * Return: 0, or -ENOENT when there is none.
 */
int cptctl_join_context(int fd, unsigned int id)
{
	return call(fd, CPT_JOIN_CONTEXT, id);
}

/**
 * cptctl_get_context() - keep the context when the file is closed
 * @fd: the control file
 * @id: its name for cptctl_join_context(): the VEID, by custom
 */
int cptctl_get_context(int fd, unsigned int id)
{
	return call(fd, CPT_GET_CONTEXT, id);
}

/**
 * cptctl_put_context() - keep it no longer
 * @fd: the control file
 */
int cptctl_put_context(int fd)
{
	return call(fd, CPT_PUT_CONTEXT, 0);
}

/**
 * cptctl_check() - can this VE be checkpointed?
 * @fd: /proc/cpt with a VEID
 *
 * Nothing is stopped. Return: 0, or -EBUSY with one message for each reason.
 */
int cptctl_check(int fd)
{
	return call(fd, CPT_CHECK, 0);
}

/**
 * cptctl_bind() - name the container that a VEID stands for
 * @fd: a control file
 * @veid: the number
 * @pidfd: of the init of a PID namespace; -1 forgets the VEID
 *
 * Return: 0, also when it is bound to this init already; -EEXIST when another
 * living init has the number; -ENODEV when it is no init.
 */
int cptctl_bind(int fd, unsigned int veid, int pidfd)
{
	struct cpt_bind bind = {
		.size = sizeof(bind),
		.veid = veid,
		.pidfd = pidfd,
	};

	return call_ptr(fd, CPT_BIND, &bind);
}

/**
 * cptctl_set_options() - how the context's operations behave
 * @fd: a control file
 * @flags: CPT_OPT_*
 * @suspend_timeout_ms: when cptctl_suspend() gives up; 0 is the default
 */
int cptctl_set_options(int fd, unsigned int flags, unsigned int suspend_timeout_ms)
{
	struct cpt_options options = {
		.size = sizeof(options),
		.flags = flags,
		.suspend_timeout_ms = suspend_timeout_ms,
	};

	return call_ptr(fd, CPT_SET_OPTIONS, &options);
}

/**
 * cptctl_get_stats() - what the context's operations took
 * @fd: a control file
 * @stats: filled; times in microseconds
 */
int cptctl_get_stats(int fd, struct cpt_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return call_ptr(fd, CPT_GET_STATS, stats);
}

/**
 * cptctl_get_progress() - how far the running operation is
 * @fd: a control file; another thread or process may be inside a call on it
 * @progress: filled; total is 0 while not known
 */
int cptctl_get_progress(int fd, struct cpt_progress *progress)
{
	memset(progress, 0, sizeof(*progress));
	progress->size = sizeof(*progress);
	return call_ptr(fd, CPT_GET_PROGRESS, progress);
}

/**
 * cptctl_get_init() - the pid of the VE's init
 * @fd: a control file with a VEID
 *
 * Return: the pid as the caller's PID namespace sees it, -ESRCH when there is
 * none.
 */
pid_t cptctl_get_init(int fd)
{
	return call(fd, CPT_GET_INIT, 0);
}

/**
 * cptctl_is_kept() - is there a kept context of this name?
 * @path: CPTCTL_CPT or CPTCTL_RST
 * @id: the VEID, by custom
 *
 * Asks by joining and closing again, which changes nothing.
 *
 * Return: 1 or 0; 0 also when the module is not loaded.
 */
int cptctl_is_kept(const char *path, unsigned int id)
{
	int fd = cptctl_open(path);
	int err;

	if (fd < 0)
		return 0;
	err = cptctl_join_context(fd, id);
	close(fd);
	return !err;
}

/**
 * cptctl_drop_kept() - end a kept context and what it holds
 * @path: CPTCTL_CPT or CPTCTL_RST
 * @id: the VEID, by custom
 *
 * For a VE that is to be gone, or is gone without its context knowing: a kept
 * context would otherwise outlive it. Nothing happens when there is none.
 */
void cptctl_drop_kept(const char *path, unsigned int id)
{
	int fd = cptctl_open(path);

	if (fd < 0)
		return;
	if (!cptctl_join_context(fd, id)) {
		cptctl_kill(fd);
		cptctl_put_context(fd);
	}
	close(fd);
}

/**
 * cptctl_messages() - the context's messages that were not read yet
 * @fd: a control file
 * @line: called with each line, without its newline
 * @arg: passed on to it
 *
 * Return: the number of lines, or negative errno.
 */
int cptctl_messages(int fd, void (*line)(void *arg, const char *text), void *arg)
{
	char *text = NULL, *save = NULL;
	size_t len = 0, size = 0;
	int lines = 0;
	ssize_t n;

	for (;;) {
		if (size - len < 1024) {
			char *more = realloc(text, size + 4096);

			if (!more) {
				free(text);
				return -ENOMEM;
			}
			text = more;
			size += 4096;
		}
		n = read(fd, text + len, size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
	}
	if (n < 0 && !len) {
		int err = -errno;

		free(text);
		return err;
	}
	text[len] = '\0';
	for (char *p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		line(arg, p);
		lines++;
	}
	free(text);
	return lines;
}

static void drop_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/**
 * cptctl_skip_messages() - read away what is there
 * @fd: a control file, usually one that has just joined an older context
 */
int cptctl_skip_messages(int fd)
{
	int n = cptctl_messages(fd, drop_line, NULL);

	return n < 0 ? n : 0;
}
