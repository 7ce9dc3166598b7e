// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V message queues: ids, messages, limits, pids, times, who waits.
 */
#include "tst.h"
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>

#define KEY	0x3e55a6e
#define MOST	8192

static const struct {
	long type;
	int size;
} sent[] = { { 5, 0 }, { 1, 100 }, { 9, MOST }, { 1, 4048 }, { 1, 4049 }, { 7, 1 }, { 0x7fffffffffffL, 8 } };

#define SENT	((int)(sizeof(sent) / sizeof(sent[0])))

struct text {
	long type;
	unsigned char data[MOST];
};

static unsigned char byte(int n, int i)
{
	return n * 31 + i * 7 + (i >> 8);
}

static void send_nth(int id, int n)
{
	struct text t = { .type = sent[n].type };
	int i;

	for (i = 0; i < sent[n].size; i++)
		t.data[i] = byte(n, i);
	tst_sys(msgsnd(id, &t, sent[n].size, IPC_NOWAIT));
}

static int is_nth(int id, int n)
{
	struct text t;
	int i;

	if (msgrcv(id, &t, MOST, 0, IPC_NOWAIT) != sent[n].size || t.type != sent[n].type)
		return 0;
	for (i = 0; i < sent[n].size; i++) {
		if (t.data[i] != byte(n, i))
			return 0;
	}
	return 1;
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static pid_t sender(int id, long type)
{
	struct text t = { .type = type, .data = "late" };
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(msgsnd(id, &t, 5, 0) != 0);
	return pid;
}

static pid_t receiver(int id, long type, long want)
{
	struct text t;
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(msgrcv(id, &t, MOST, type, 0) != 5 || t.type != want);
	return pid;
}

int main(int argc, char **argv)
{
	struct text small = { .type = 3, .data = "tiny" };
	struct msqid_ds ds = {}, after = {};
	int queue, full, empty, removed, last, fresh, i, good = 0;
	pid_t dead, send, recv;

	tst_begin(argc, argv);
	queue = tst_sys(msgget(KEY, IPC_CREAT | IPC_EXCL | 0620));
	removed = tst_sys(msgget(IPC_PRIVATE, 0600));
	full = tst_sys(msgget(IPC_PRIVATE, 0600));
	empty = tst_sys(msgget(KEY + 1, IPC_CREAT | 0600));
	tst_sys(msgctl(removed, IPC_RMID, NULL));
	last = tst_sys(msgget(IPC_PRIVATE, 0600));
	tst_sys(msgctl(last, IPC_RMID, NULL));

	tst_sys(msgctl(queue, IPC_STAT, &ds));
	ds.msg_perm.uid = 33;
	ds.msg_perm.gid = 44;
	ds.msg_qbytes = 1 << 20;
	tst_sys(msgctl(queue, IPC_SET, &ds));
	tst_sys(msgsnd(queue, &small, 5, 0));
	dead = tst_sys(fork());
	if (!dead)
		_exit(msgrcv(queue, &small, MOST, 0, 0) != 5);
	tst_must(ended_well(dead));
	for (i = 0; i < SENT; i++)
		send_nth(queue, i);

	tst_sys(msgctl(full, IPC_STAT, &ds));
	ds.msg_qbytes = 5;
	tst_sys(msgctl(full, IPC_SET, &ds));
	tst_sys(msgsnd(full, &small, 5, 0));
	send = sender(full, 4);
	recv = receiver(empty, -8, 6);
	tst_sleep_ms(1100);	/* times are in seconds */
	tst_sys(msgctl(queue, IPC_STAT, &ds));

	tst_ready();

	tst_is(msgget(KEY, 0), queue, "id by its key");
	tst_ok(!msgctl(queue, IPC_STAT, &after), "IPC_STAT");
	tst_ok(after.msg_perm.uid == 33 && after.msg_perm.gid == 44 && after.msg_perm.mode == 0620,
	       "owner and mode");
	tst_is(after.msg_stime, ds.msg_stime, "time of the last msgsnd");
	tst_is(after.msg_rtime, ds.msg_rtime, "time of the last msgrcv");
	tst_is(after.msg_ctime, ds.msg_ctime, "time of the last change");
	tst_is(after.msg_qnum, SENT, "number of messages");
	tst_is(after.__msg_cbytes, ds.__msg_cbytes, "bytes");
	tst_is(after.msg_qbytes, 1 << 20, "its limit");
	tst_is(after.msg_lspid, getpid(), "who sent last");
	tst_is(after.msg_lrpid, dead, "who received last, and is dead");
	for (i = 0; i < SENT; i++)
		good += is_nth(queue, i);
	tst_is(good, SENT, "messages in order, of any size");
	tst_ok(msgrcv(queue, &small, MOST, 0, IPC_NOWAIT) < 0 && errno == ENOMSG, "and no more");

	tst_ok(msgctl(removed, IPC_STAT, &after) < 0 && errno == EINVAL, "a removed id stays removed");
	fresh = msgget(IPC_PRIVATE, 0600);
	tst_is(fresh, last + 1, "the next id is the one behind the last");
	msgctl(fresh, IPC_RMID, NULL);

	small.type = 3;
	tst_ok(msgsnd(full, &small, 5, IPC_NOWAIT) < 0 && errno == EAGAIN, "a full queue is full");
	tst_ok(waitpid(send, NULL, WNOHANG) == 0, "who waits to send waits");
	tst_is(msgrcv(full, &small, MOST, 3, 0), 5, "its message is there");
	tst_ok(ended_well(send), "who waited has sent");
	tst_is(msgrcv(full, &small, MOST, 4, 0), 5, "and that is received");

	small.type = 6;
	tst_ok(!msgsnd(empty, &small, 5, 0) && ended_well(recv), "who waited has received");
	tst_ok(!msgctl(queue, IPC_RMID, NULL) && !msgctl(full, IPC_RMID, NULL) &&
	       !msgctl(empty, IPC_RMID, NULL), "they can be removed");
	return tst_end();
}
