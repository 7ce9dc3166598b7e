// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases on files (F_SETLEASE): held, given up by request, with somebody who waits.
 */
#include "tst.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { READ, WRITE, BROKEN, LOWER, WAITED, PLAIN, TWICE, NR };

static const char *const names[NR] = {
	"for reading", "for writing", "to be given up", "to become F_RDLCK", "somebody waits",
	"without a signal of its own", "one of two",
};

static int fds[NR], second;
static volatile int signals[NR], told[NR];	/* how often, and of which descriptor */

static int sig_of(int i)
{
	return i == PLAIN ? SIGIO : SIGRTMIN + 1 + i;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int i = sig == SIGIO ? PLAIN : sig - SIGRTMIN - 1;

	(void)context;
	told[i] = info->si_fd;
	signals[i]++;
}

static const char *path_of(int i)
{
	static char path[32];

	snprintf(path, sizeof(path), "lease.%d", i);
	return path;
}

static int takes_read(int i)
{
	return i == READ || i == TWICE;
}

static void take(int i)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	fds[i] = tst_sys(open(path_of(i), O_CREAT | O_RDWR, 0600));
	if (takes_read(i) || i == LOWER) {	/* nobody may write */
		close(fds[i]);
		fds[i] = tst_sys(open(path_of(i), O_RDONLY));
	}
	tst_sys(sigaction(sig_of(i), &sa, NULL));
	if (i != PLAIN)
		tst_sys(fcntl(fds[i], F_SETSIG, sig_of(i)));
	tst_sys(fcntl(fds[i], F_SETLEASE, takes_read(i) ? F_RDLCK : F_WRLCK));
}

/* A process that opens the file; its status says how that went. */
static pid_t opener(int i, int flags)
{
	pid_t pid = tst_sys(fork());

	if (pid)
		return pid;
	_exit(open(path_of(i), flags) < 0 ? errno : 0);
}

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static void wait_signals(int i, int n)
{
	int left;

	for (left = 1000; left && signals[i] < n; left--)
		tst_sleep_ms(10);
}

/* How /proc/locks shows it. */
static int shown(int i, const char *state, const char *type)
{
	char line[256], want[64], inode[32];
	struct stat st;
	int n = 0;
	FILE *f = fopen("/proc/locks", "r");

	fstat(fds[i], &st);
	snprintf(inode, sizeof(inode), ":%lu ", (unsigned long)st.st_ino);
	snprintf(want, sizeof(want), "LEASE  %-9s %s %d ", state, type, getpid());
	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, inode) && strstr(line, want);
	if (f)
		fclose(f);
	return n;
}

static void given_up(int i, int flags)
{
	pid_t pid = opener(i, flags);

	wait_signals(i, 1);
	tst_is(signals[i], 1, "%s: told once when somebody opens it", names[i]);
	tst_is(told[i], i == PLAIN ? told[i] : fds[i], "%s: and of which descriptor", names[i]);
	tst_sys(fcntl(fds[i], F_SETLEASE, F_UNLCK));
	tst_is(status_of(pid), 0, "%s: given up: the other one has it open", names[i]);
}

int main(int argc, char **argv)
{
	pid_t waits;
	int i;

	tst_begin(argc, argv);
	for (i = 0; i < NR; i++)
		take(i);
	second = tst_sys(open(path_of(TWICE), O_RDONLY));
	tst_sys(fcntl(second, F_SETLEASE, F_RDLCK));
	tst_must(status_of(opener(BROKEN, O_RDWR | O_NONBLOCK)) == EWOULDBLOCK);
	tst_must(status_of(opener(LOWER, O_RDONLY | O_NONBLOCK)) == EWOULDBLOCK);
	waits = opener(WAITED, O_RDWR);
	for (i = BROKEN; i <= WAITED; i++)
		wait_signals(i, 1);
	tst_must(signals[BROKEN] == 1 && signals[LOWER] == 1 && signals[WAITED] == 1);
	tst_ready();
	for (i = 0; i < NR; i++) {
		tst_is(fcntl(fds[i], F_GETLEASE), takes_read(i) || i == LOWER ? F_RDLCK :
		       i == BROKEN || i == WAITED ? F_UNLCK : F_WRLCK, "%s: F_GETLEASE", names[i]);
		tst_is(fcntl(fds[i], F_GETSIG), i == PLAIN ? 0 : sig_of(i), "%s: F_GETSIG", names[i]);
		tst_is(fcntl(fds[i], F_GETOWN), getpid(), "%s: F_GETOWN", names[i]);
	}
	tst_is(shown(READ, "ACTIVE", "READ"), 1, "for reading, in /proc/locks");
	tst_is(shown(WRITE, "ACTIVE", "WRITE"), 1, "for writing, in /proc/locks");
	tst_is(shown(TWICE, "ACTIVE", "READ"), 2, "both of a file, in /proc/locks");
	tst_is(shown(BROKEN, "BREAKING", "UNLCK"), 1, "to be given up, in /proc/locks");
	tst_is(shown(LOWER, "BREAKING", "READ"), 1, "to become F_RDLCK, in /proc/locks");
	given_up(READ, O_RDWR);
	given_up(WRITE, O_RDONLY);
	given_up(PLAIN, O_RDWR);
	tst_is(waitpid(waits, NULL, WNOHANG), 0, "who waited waits");
	tst_sys(fcntl(fds[WAITED], F_SETLEASE, F_UNLCK));
	tst_is(status_of(waits), 0, "and has it open when it is given up");
	tst_is(status_of(opener(BROKEN, O_RDWR | O_NONBLOCK)), EWOULDBLOCK, "to be given up: is kept");
	tst_is(status_of(opener(LOWER, O_RDONLY | O_NONBLOCK)), EWOULDBLOCK, "to become F_RDLCK: is kept");
	tst_sys(fcntl(fds[LOWER], F_SETLEASE, F_RDLCK));
	tst_is(status_of(opener(LOWER, O_RDONLY | O_NONBLOCK)), 0, "became F_RDLCK: can be read");
	tst_sys(fcntl(fds[BROKEN], F_SETLEASE, F_UNLCK));
	tst_is(status_of(opener(BROKEN, O_RDWR | O_NONBLOCK)), 0, "given up: can be opened");
	tst_sys(fcntl(fds[TWICE], F_SETLEASE, F_UNLCK));
	tst_is(status_of(opener(TWICE, O_RDWR | O_NONBLOCK)), EWOULDBLOCK, "one of two: the other is kept");
	tst_sys(fcntl(second, F_SETLEASE, F_UNLCK));
	tst_is(status_of(opener(TWICE, O_RDWR | O_NONBLOCK)), 0, "both given up");
	for (i = BROKEN; i <= WAITED; i++)
		tst_is(signals[i], 1, "%s: was told once", names[i]);
	return tst_end();
}
