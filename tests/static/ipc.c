// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of the IPC namespace, some of them below what there is.
 */
/* alone: its limits are the whole VE's */
#include "tst.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

static const struct {
	const char *name, *value;
} limits[] = {
	{ "kernel/sem", "7\t100\t3\t5" },
	{ "kernel/msgmax", "4000" },
	{ "kernel/msgmnb", "5000" },
	{ "kernel/msgmni", "6" },
	{ "kernel/shmmax", "12345678" },
	{ "kernel/shmall", "98765" },
	{ "kernel/shmmni", "77" },
	{ "kernel/shm_rmid_forced", "1" },
	{ "fs/mqueue/queues_max", "33" },
	{ "fs/mqueue/msg_max", "44" },
	{ "fs/mqueue/msgsize_max", "5555" },
	{ "fs/mqueue/msg_default", "6" },
	{ "fs/mqueue/msgsize_default", "777" },
};

#define LIMITS	((int)(sizeof(limits) / sizeof(limits[0])))

static int open_limit(int i, int flags)
{
	char path[80];

	snprintf(path, sizeof(path), "/proc/sys/%s", limits[i].name);
	return open(path, flags);
}

int main(int argc, char **argv)
{
	int writable[LIMITS], set, queue, i, fd;
	struct sembuf ops[4] = { { 0, 1, 0 }, { 1, 1, 0 }, { 2, 1, 0 }, { 3, 1, 0 } };
	struct msqid_ds ds;
	char text[32];
	ssize_t n;

	tst_begin(argc, argv);
	set = tst_sys(semget(IPC_PRIVATE, 20, 0600));
	queue = tst_sys(msgget(IPC_PRIVATE, 0600));
	for (i = 0; i < LIMITS; i++) {
		fd = open_limit(i, O_WRONLY);
		writable[i] = fd >= 0 &&
			      write(fd, limits[i].value, strlen(limits[i].value)) ==
			      (ssize_t)strlen(limits[i].value);
		close(fd);
	}

	tst_ready();

	for (i = 0; i < LIMITS; i++) {
		if (!writable[i]) {
			tst_skip(limits[i].name, "cannot be written");
			continue;
		}
		fd = open_limit(i, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n - 1 : 0] = 0;
		tst_ok(!strcmp(text, limits[i].value), "%s: %s", limits[i].name, text);
	}
	if (writable[0]) {
		tst_is(semctl(set, 19, GETVAL), 0, "a set larger than may be made now");
		tst_ok(semget(IPC_PRIVATE, 8, 0600) < 0 && errno == EINVAL, "none such can be made");
		tst_ok(semop(set, ops, 4) < 0 && errno == E2BIG, "number of operations");
		tst_ok(!semop(set, ops, 3), "as many as allowed");
	}
	if (writable[2]) {
		tst_ok(!msgctl(queue, IPC_STAT, &ds) && ds.msg_qbytes > 5000,
		       "a queue larger than may be made now");
		queue = msgget(IPC_PRIVATE, 0600);
		tst_ok(!msgctl(queue, IPC_STAT, &ds) && ds.msg_qbytes == 5000, "a new one");
	}
	return tst_end();
}
