// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V semaphores: ids, values, pids, times, SEM_UNDO and who shares it, who waits.
 */
#include "tst.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define KEY	0x51deca7
#define SEMS	8

enum { PLAIN, OWN, THREAD, SHARED, WAIT_MORE, WAIT_ZERO, WAIT_TIMED, DEAD };

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

static int set;

static int op(int num, int add, int flags)
{
	struct sembuf sop = { num, add, flags };

	return semop(set, &sop, 1);
}

static int val(int num)
{
	return semctl(set, num, GETVAL);
}

static int get_stat(int id, struct semid_ds *ds)
{
	return semctl(id, 0, IPC_STAT, (union semun){ .buf = ds });
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

/* Both ways: @told is closed or written to by the parent, @said by the child. */
struct child {
	pid_t pid;
	int told[2], said[2];
};

static void told(struct child *c)
{
	char b;

	if (read(c->told[0], &b, 1) != 1)
		_exit(9);
}

static void say(struct child *c)
{
	if (write(c->said[1], "", 1) != 1)
		_exit(8);
}

static void tell(struct child *c)
{
	if (write(c->told[1], "", 1) != 1)
		tst_die("write");
}

static void hear(struct child *c)
{
	char b;

	if (read(c->said[0], &b, 1) != 1)
		tst_die("the child has not said anything");
}

static struct child start(void (*run)(struct child *c))
{
	struct child c;

	tst_sys(pipe(c.told));
	tst_sys(pipe(c.said));
	c.pid = tst_sys(fork());
	if (!c.pid) {
		run(&c);
		_exit(0);
	}
	hear(&c);
	return c;
}

static void run_own(struct child *c)
{
	if (op(OWN, -3, SEM_UNDO) || op(OWN, 1, SEM_UNDO))
		_exit(1);
	say(c);
	told(c);
}

static void *thread(void *arg)
{
	struct child *c = arg;

	if (op(THREAD, 5, SEM_UNDO))
		_exit(1);
	say(c);
	told(c);
	return NULL;
}

static void run_thread(struct child *c)
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread, c) || pthread_join(t, NULL))
		_exit(2);
	say(c);
	told(c);
}

/* Two processes with one list: what the first has promised the last one does. */
static void run_shared(struct child *c)
{
	pid_t pid = syscall(SYS_clone, CLONE_SYSVSEM | SIGCHLD, NULL, NULL, NULL, 0UL);
	int status;

	if (pid < 0)
		_exit(1);
	if (!pid) {
		if (op(SHARED, 4, SEM_UNDO))
			_exit(2);
		say(c);
		told(c);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(3);
	say(c);
	told(c);
}

static pid_t waiter(int num, int add, int seconds)
{
	struct timespec t = { seconds, 0 };
	struct sembuf sop = { num, add, 0 };
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(semtimedop(set, &sop, 1, seconds ? &t : NULL) != 0);
	return pid;
}

static pid_t changed_by_the_dead(void)
{
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(op(DEAD, 7, 0));
	tst_must(ended_well(pid));
	return pid;
}

static void settled(int num, int want)
{
	int i;

	for (i = 0; i < 500 && val(num) != want; i++)
		tst_sleep_ms(10);
}

int main(int argc, char **argv)
{
	unsigned short all[SEMS] = { 32767, 10, 20, 30, 0, 1, 0, 40 }, private_vals[3] = { 1, 2, 3 };
	struct semid_ds ds = {}, after = {};
	struct child own, thr, shared;
	int private, removed, last, fresh;
	pid_t more, zero, timed, dead;

	tst_begin(argc, argv);
	set = tst_sys(semget(KEY, SEMS, IPC_CREAT | IPC_EXCL | 0640));
	tst_sys(semctl(set, 0, SETALL, (union semun){ .array = all }));
	get_stat(set, &ds);
	ds.sem_perm.uid = 33;
	ds.sem_perm.gid = 44;
	ds.sem_perm.mode = 0604;
	tst_sys(semctl(set, 0, IPC_SET, (union semun){ .buf = &ds }));
	removed = tst_sys(semget(IPC_PRIVATE, 1, 0600));
	private = tst_sys(semget(IPC_PRIVATE, 3, 0600));
	tst_sys(semctl(private, 0, SETALL, (union semun){ .array = private_vals }));
	tst_sys(semctl(removed, 0, IPC_RMID));
	last = tst_sys(semget(IPC_PRIVATE, 1, 0600));
	tst_sys(semctl(last, 0, IPC_RMID));

	own = start(run_own);
	thr = start(run_thread);
	shared = start(run_shared);
	more = waiter(WAIT_MORE, -2, 0);
	zero = waiter(WAIT_ZERO, 0, 0);
	timed = waiter(WAIT_TIMED, -1, 3600);
	dead = changed_by_the_dead();
	tst_sys(op(PLAIN, -7, 0));
	tst_sleep_ms(1100);	/* times are in seconds */
	tst_sys(get_stat(set, &ds));

	tst_ready();

	tst_is(semget(KEY, 0, 0), set, "id by its key");
	tst_ok(!get_stat(set, &after), "IPC_STAT");
	tst_ok(after.sem_perm.uid == 33 && after.sem_perm.gid == 44 && after.sem_perm.mode == 0604 &&
	       after.sem_perm.cuid == ds.sem_perm.cuid, "owner and mode");
	tst_is(after.sem_otime, ds.sem_otime, "time of the last operation");
	tst_is(after.sem_ctime, ds.sem_ctime, "time of the last change");
	tst_is(after.sem_nsems, SEMS, "number");
	tst_is(val(PLAIN), 32760, "a value");
	tst_is(val(OWN), 8, "a value with SEM_UNDO");
	tst_is(val(DEAD), 47, "a value a dead process has set");
	tst_is(semctl(set, PLAIN, GETPID), getpid(), "pid of who changed it");
	tst_is(semctl(set, DEAD, GETPID), dead, "pid of a dead process that did");
	tst_is(semctl(private, 2, GETVAL), 3, "set without a key");
	tst_ok(semctl(removed, 0, GETVAL) < 0 && errno == EINVAL, "a removed id stays removed");
	fresh = semget(IPC_PRIVATE, 1, 0600);
	tst_is(fresh, last + 1, "the next id is the one behind the last");
	semctl(fresh, 0, IPC_RMID);

	tst_is(semctl(set, WAIT_MORE, GETNCNT), 1, "one waits for more");
	tst_is(semctl(set, WAIT_ZERO, GETZCNT), 1, "one waits for zero");
	op(WAIT_MORE, 2, 0);
	tst_ok(ended_well(more), "who waited for more gets it");
	op(WAIT_ZERO, -1, 0);
	tst_ok(ended_well(zero), "who waited for zero sees it");
	op(WAIT_TIMED, 1, 0);
	tst_ok(ended_well(timed), "who waited with a time limit gets it");

	tell(&own);
	tst_ok(ended_well(own.pid), "a process with SEM_UNDO ends");
	settled(OWN, 10);
	tst_is(val(OWN), 10, "what it did is undone");

	tst_is(val(THREAD), 25, "a value a thread has set with SEM_UNDO");
	tell(&thr);
	hear(&thr);
	tst_is(val(THREAD), 25, "the thread has ended, its process has not: not undone");
	tell(&thr);
	tst_ok(ended_well(thr.pid), "the process ends");
	settled(THREAD, 20);
	tst_is(val(THREAD), 20, "now it is undone");

	tell(&shared);
	hear(&shared);
	tst_is(val(SHARED), 34, "one of two with CLONE_SYSVSEM has ended: not undone");
	tell(&shared);
	tst_ok(ended_well(shared.pid), "the other one ends");
	settled(SHARED, 30);
	tst_is(val(SHARED), 30, "now it is undone, too");

	tst_ok(!semctl(set, 0, IPC_RMID) && !semctl(private, 0, IPC_RMID), "they can be removed");
	return tst_end();
}
