// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V shared memory: ids, contents, what is attached where, removed segments,
 * locked ones, times, pids.
 */
#include "tst.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

#define KEY	0x5ca1ab1e
#define PAGE	4096
#define PAGES	6
#define SIZE	(PAGES * PAGE - 100)

#ifndef SHM_DEST
#define SHM_DEST	01000
#define SHM_LOCKED	02000
#endif

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static unsigned long attached(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) ? (unsigned long)-1 : ds.shm_nattch;
}

/* The line of /proc/self/maps that begins at @addr; "" when there is none. */
static const char *map_of(const void *addr)
{
	static char line[256];
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long at;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx", &at) == 1 && at == (unsigned long)addr) {
			fclose(f);
			return line;
		}
	}
	if (f)
		fclose(f);
	return "";
}

static char *fill(int id)
{
	char *p = shmat(id, NULL, 0);

	tst_must(p != (char *)-1);
	strcpy(p, "first");
	strcpy(p + 3 * PAGE + 17, "third");
	return p;
}

static int is_filled(const char *p)
{
	int i;

	if (strcmp(p, "first") || strcmp(p + 3 * PAGE + 17, "third"))
		return 0;
	for (i = PAGE; i < 3 * PAGE; i++) {
		if (p[i])
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	int id, quiet, removed, dest, locked, last, fresh, told[2], said[2];
	struct shmid_ds ds = {}, after = {};
	char *rw, *ro, *exec, *gone, *p, c;
	char *at = (char *)0x10000000000;
	pid_t child, dead;

	tst_begin(argc, argv);
	id = tst_sys(shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0620));
	quiet = tst_sys(shmget(IPC_PRIVATE, SIZE, 0600));
	shmdt(fill(quiet));
	removed = tst_sys(shmget(IPC_PRIVATE, PAGE, 0600));
	dest = tst_sys(shmget(KEY + 1, SIZE, IPC_CREAT | 0600));
	locked = tst_sys(shmget(IPC_PRIVATE, 2 * PAGE, 0600));
	last = tst_sys(shmget(IPC_PRIVATE, PAGE, 0600));
	tst_sys(shmctl(removed, IPC_RMID, NULL));
	tst_sys(shmctl(last, IPC_RMID, NULL));
	tst_sys(shmctl(locked, SHM_LOCK, NULL));

	tst_sys(shmctl(id, IPC_STAT, &ds));
	ds.shm_perm.uid = 33;
	ds.shm_perm.gid = 44;
	tst_sys(shmctl(id, IPC_SET, &ds));
	rw = fill(id);
	ro = shmat(id, at, SHM_RDONLY);
	exec = shmat(id, at + (1 << 24), SHM_EXEC);
	tst_must(ro == at && exec == at + (1 << 24));
	tst_sys(munmap(exec + 2 * PAGE, PAGE));
	tst_sys(mprotect(exec + 4 * PAGE, PAGE, PROT_READ));

	gone = fill(dest);
	tst_sys(shmctl(dest, IPC_RMID, NULL));

	dead = tst_sys(fork());
	if (!dead)
		_exit(shmdt(rw) != 0);
	tst_must(ended_well(dead));
	tst_sys(pipe(told));
	tst_sys(pipe(said));
	child = tst_sys(fork());
	if (!child) {
		if (shmdt(ro) || write(said[1], "", 1) != 1 || read(told[0], &c, 1) != 1)
			_exit(1);
		strcpy(rw + 5 * PAGE, "child");
		strcpy(gone + 5 * PAGE, "child");
		_exit(!is_filled(rw) || !is_filled(gone));
	}
	tst_must(read(said[0], &c, 1) == 1);
	tst_sleep_ms(1100);	/* times are in seconds */
	tst_sys(shmctl(id, IPC_STAT, &ds));

	tst_ready();

	tst_is(shmget(KEY, 0, 0), id, "id by its key");
	tst_ok(!shmctl(id, IPC_STAT, &after), "IPC_STAT");
	tst_ok(after.shm_perm.uid == 33 && after.shm_perm.gid == 44 && after.shm_perm.mode == 0620,
	       "owner and mode");
	tst_is(after.shm_segsz, SIZE, "size");
	tst_is(after.shm_atime, ds.shm_atime, "time of the last shmat");
	tst_is(after.shm_dtime, ds.shm_dtime, "time of the last shmdt");
	tst_is(after.shm_ctime, ds.shm_ctime, "time of the last change");
	tst_is(after.shm_cpid, getpid(), "who made it");
	tst_is(after.shm_lpid, child, "who detached last");
	tst_is(after.shm_nattch, ds.shm_nattch, "number attached");
	tst_ok(is_filled(rw) && is_filled(ro), "contents, where they were attached");
	strcpy(rw + PAGE, "common");
	tst_ok(!strcmp(ro + PAGE, "common") && !strcmp(exec + PAGE, "common"), "are shared");
	memset(rw + PAGE, 0, 7);
	tst_ok(strstr(map_of(rw), " rw-s ") && strstr(map_of(rw), "SYSV5ca1ab1e"), "its name: %s",
	       map_of(rw));
	tst_ok(strstr(map_of(ro), " r--s ") && mprotect(ro, PAGE, PROT_READ | PROT_WRITE) < 0,
	       "a read-only one stays so");
	tst_ok(strstr(map_of(exec), " rwxs ") && strstr(map_of(exec + 3 * PAGE), " rwxs ") &&
	       strstr(map_of(exec + 4 * PAGE), " r--s ") &&
	       !*map_of(exec + 2 * PAGE), "one with a hole and several protections");

	tst_ok(write(told[1], "", 1) == 1 && ended_well(child), "a child has them, too");
	tst_ok(!strcmp(rw + 5 * PAGE, "child") && !strcmp(gone + 5 * PAGE, "child"),
	       "what it writes is seen");

	tst_ok(!shmctl(dest, IPC_STAT, &after) && after.shm_perm.mode & SHM_DEST &&
	       after.shm_nattch == 1, "a removed one is there as long as it is attached");
	tst_ok(is_filled(gone), "with its contents");
	tst_ok(shmget(KEY + 1, 0, 0) < 0 && errno == ENOENT, "has no key any more");
	tst_ok(strstr(map_of(gone), "SYSV5ca1ab1f") != NULL, "but the name that it gave");
	tst_ok(!shmdt(gone) && shmctl(dest, IPC_STAT, &after) < 0 && errno == EINVAL,
	       "and goes when it is detached");

	tst_ok(!shmctl(locked, IPC_STAT, &after) && after.shm_perm.mode & SHM_LOCKED, "SHM_LOCK");
	tst_ok(!shmctl(locked, SHM_UNLOCK, NULL) && !shmctl(locked, IPC_STAT, &after) &&
	       !(after.shm_perm.mode & SHM_LOCKED), "SHM_UNLOCK");

	tst_is(attached(quiet), 0, "one that nobody has attached");
	p = shmat(quiet, NULL, SHM_RDONLY);
	tst_ok(p != (char *)-1 && is_filled(p), "has its contents");
	tst_ok(shmctl(removed, IPC_STAT, &after) < 0 && errno == EINVAL, "a removed id stays removed");
	fresh = shmget(IPC_PRIVATE, PAGE, 0600);
	tst_is(fresh, last + 1, "the next id is the one behind the last");

	tst_ok(!shmdt(rw) && !shmdt(ro) && !shmdt(exec), "they can be detached");
	tst_is(attached(id), 0, "all of them");
	tst_ok(!shmctl(id, IPC_RMID, NULL) && !shmctl(quiet, IPC_RMID, NULL) &&
	       !shmctl(locked, IPC_RMID, NULL) && !shmctl(fresh, IPC_RMID, NULL),
	       "and removed");
	return tst_end();
}
