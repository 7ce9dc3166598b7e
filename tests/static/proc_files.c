// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of proc that are open for reading: those of processes lead to the same
 * processes, positions are kept.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

static char marker[32] = "memory of this process";

int main(int argc, char **argv)
{
	int status, stat, part, meminfo, mem, mounts, gone, n;
	char buf[8192], want[64];
	struct pollfd p;
	pid_t child;

	tst_begin(argc, argv);
	child = tst_sys(fork());
	if (!child)
		for (;;)
			pause();
	status = tst_sys(open("/proc/self/status", O_RDONLY));
	sprintf(buf, "/proc/%d/stat", child);
	stat = tst_sys(open(buf, O_RDONLY | O_CLOEXEC));
	part = tst_sys(open("/proc/version", O_RDONLY));
	tst_must(read(part, buf, 6) == 6);
	meminfo = tst_sys(open("/proc/meminfo", O_RDONLY));
	while (read(meminfo, buf, sizeof(buf)) > 0)
		;
	mem = tst_sys(open("/proc/self/mem", O_RDONLY));
	mounts = tst_sys(open("/proc/self/mountinfo", O_RDONLY));
	while (read(mounts, buf, sizeof(buf)) > 0)
		;
	gone = tst_sys(open("/proc/sys/kernel/hostname", O_RDONLY));

	tst_ready();

	n = read(status, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = 0;
	sprintf(want, "\nPid:\t%d\n", getpid());
	tst_ok(strstr(buf, want) != NULL, "of itself");
	n = read(stat, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = 0;
	sprintf(want, "%d (proc_files)", child);
	tst_ok(!strncmp(buf, want, strlen(want)), "of another process");
	tst_is(fcntl(stat, F_GETFD), FD_CLOEXEC, "close on exec");
	n = read(part, buf, 8);
	tst_ok(n == 8 && !memcmp(buf, "version ", 8), "position");
	tst_ok(lseek(meminfo, 0, SEEK_SET) == 0 && read(meminfo, buf, 9) == 9 && !memcmp(buf, "MemTotal:", 9),
	       "read again from its start");
	tst_ok(pread(mem, buf, sizeof(marker), (off_t)marker) == sizeof(marker) && !memcmp(buf, marker, sizeof(marker)),
	       "memory");
	p = (struct pollfd){ .fd = mounts, .events = POLLPRI };
	tst_ok(poll(&p, 1, 0) == 0, "mounts: nothing has changed");
	n = read(gone, buf, sizeof(buf));
	gethostname(want, sizeof(want));
	tst_ok(n > 1 && !memcmp(buf, want, n - 1), "a setting");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	tst_ok(pread(stat, buf, sizeof(buf), 0) == -1 && errno == ESRCH, "ends with its process");
	return tst_end();
}
