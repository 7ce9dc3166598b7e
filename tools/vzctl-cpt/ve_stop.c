// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stopping: as the VE's init wants to be asked, then for ten seconds patience,
 * then SIGKILL to init, which ends every process of its PID namespace.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "cptctl.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

#define STOP_PATIENCE_MS	10000
#define KILL_PATIENCE_MS	30000
#define SIG_SYSTEMD_HALT	(SIGRTMIN + 3)

struct others {
	pid_t init;
	ino_t ns;
	int sig;
	int count;
};

static int signal_other(void *arg, pid_t pid, ino_t ns)
{
	struct others *o = arg;

	if (ns != o->ns || pid == o->init)
		return 0;
	o->count++;
	if (o->sig)
		kill(pid, o->sig);
	return 0;
}

/* Sends @sig (0: none) to all but init; how many there are. */
static int signal_others(const struct ve_init *init, ino_t ns, int sig)
{
	struct others o = { .init = init->pid, .ns = ns, .sig = sig };

	for_each_process(signal_other, &o);
	return o.count;
}

/* Would a signal from outside reach it? Otherwise the kernel drops it. */
static bool takes(pid_t pid, int sig)
{
	static const char *const masks[] = { "\nSigBlk:", "\nSigCgt:" };
	char path[64], text[8192];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		const char *p = strstr(text, masks[i]);

		if (p && (strtoull(p + strlen(masks[i]), NULL, 16) >> (sig - 1) & 1))
			return true;
	}
	return false;
}

/* An init that only keeps the VE alive: its children are asked first. */
static void stop_plain(const struct ve_init *init, ino_t ns, long long end)
{
	int left = signal_others(init, ns, SIGTERM);

	/* The idle init's own sleep comes again and again: one does not count. */
	while (left > 1 && now_ms() < end && pidfd_wait(init->pidfd, 50))
		left = signal_others(init, ns, 0);
	if (takes(init->pid, SIGTERM))
		pidfd_send_signal(init->pidfd, SIGTERM, NULL, 0);
	else
		pidfd_send_signal(init->pidfd, SIGKILL, NULL, 0);
}

static void ask(struct ve *ve, const struct ve_init *init, long long end)
{
	static char *const halt[] = { "/sbin/halt", NULL };
	static char *const init0[] = { "/sbin/init", "0", NULL };
	static char *const *const halts[] = { halt, init0, NULL };
	char path[64], comm[32] = "";
	ino_t ns = pid_namespace(init->pid);

	snprintf(path, sizeof(path), "/proc/%d/comm", init->pid);
	read_file(path, comm, sizeof(comm));
	comm[strcspn(comm, "\n")] = '\0';
	if (!strcmp(comm, "systemd"))
		pidfd_send_signal(init->pidfd, SIG_SYSTEMD_HALT, NULL, 0);
	else if (strcmp(comm, "init") || ve_exec(ve, halts, VE_STDIO_NULL, -1))
		stop_plain(init, ns, end);
}

int ve_stop(struct ve *ve, bool fast)
{
	long long end = now_ms() + STOP_PATIENCE_MS;
	struct ve_init init;
	int err = ve_need_running(ve, &init);

	if (err)
		return err;
	vz_info("Stopping container ...");
	if (!fast && ve_is_suspended(ve)) {
		close(init.pidfd);
		return vz_err(VZ_STOP_ERROR, "Container is suspended: resume it first, or use --fast");
	}
	if (!fast) {
		ask(ve, &init, end);
		while (pidfd_wait(init.pidfd, 100) && now_ms() < end)
			;
	}
	ve_drop_contexts(ve);
	if (pidfd_wait(init.pidfd, 0))
		pidfd_send_signal(init.pidfd, SIGKILL, NULL, 0);
	if (pidfd_wait(init.pidfd, KILL_PATIENCE_MS)) {
		err = vz_err(VZ_STOP_ERROR, "Unable to stop container: init %d does not end", init.pid);
	} else {
		ve_forget_init(ve);
		ve_cgroup_remove(ve);
		vz_info("Container was stopped\nContainer is unmounted");
	}
	close(init.pidfd);
	return err;
}
