// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks on files: POSIX, open file description, BSD; who holds them, who waits.
 */
#include "tst.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/file.h>
#include <sys/wait.h>

static char dir[] = "/var/tmp/flocks.XXXXXX";

static int lock(int fd, int cmd, int type, long start, long len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &l);
}

/* What @cmd (F_GETLK, F_OFD_GETLK) says about a write lock of one byte at @at. */
static struct flock conflict(int fd, int cmd, long at)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };

	if (fcntl(fd, cmd, &l))
		l.l_type = -1;
	return l;
}

static int is(struct flock l, int type, long start, long len, pid_t pid)
{
	if (type == F_UNLCK)
		return l.l_type == F_UNLCK;
	return l.l_type == type && l.l_start == start && l.l_len == len && l.l_pid == pid;
}

static int make(const char *name)
{
	int fd = tst_sys(open(name, O_RDWR | O_CREAT, 0644));

	tst_sys(ftruncate(fd, 1000));
	return fd;
}

static pid_t holder, waiter, bsd_waiter;

static int ended(pid_t pid, int options);

/* A process that holds a lock of its own until it is told to end. */
static void start_holder(void)
{
	int fd, sync[2];
	char c;

	tst_sys(pipe(sync));
	holder = tst_sys(fork());
	if (!holder) {
		fd = tst_sys(open("posix", O_RDWR));
		tst_sys(lock(fd, F_SETLK, F_WRLCK, 500, 10));
		tst_sys(write(sync[1], "x", 1));
		pause();
		_exit(0);
	}
	tst_sys(read(sync[0], &c, 1));
	close(sync[0]);
	close(sync[1]);
}

static void start_waiters(void)
{
	int fd;

	waiter = tst_sys(fork());
	if (!waiter) {
		fd = tst_sys(open("posix", O_RDWR));
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) != 0);
	}
	bsd_waiter = tst_sys(fork());
	if (!bsd_waiter) {
		fd = tst_sys(open("bsd", O_RDWR));
		_exit(flock(fd, LOCK_EX) != 0);
	}
	tst_sleep_ms(100);
}

#define QUEUE	6

/* Does a process sleep in this system call? */
static int waits_in(pid_t pid, long call)
{
	char path[40];
	long nr = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%ld", &nr) != 1)
		nr = -1;
	if (f)
		fclose(f);
	return nr == call;
}

/* Processes that wait one behind the other for the same lock, and say when they have it. */
static int queue_of(int kind, const char *name, int said[2])
{
	int go[QUEUE][2];
	pid_t pids[QUEUE];
	char c;
	int i, fd, got, owner = make(name);

	tst_sys(pipe(said));
	tst_must(!(kind ? flock(owner, LOCK_EX) : lock(owner, F_OFD_SETLK, F_WRLCK, 0, 1)));
	for (i = 0; i < QUEUE; i++) {
		tst_sys(pipe(go[i]));
		pids[i] = tst_sys(fork());
		if (!pids[i]) {
			close(said[0]);
			close(go[i][1]);
			fd = tst_sys(open(name, O_RDWR));
			close(owner);
			tst_must(read(go[i][0], &c, 1) == 1);
			got = kind ? flock(fd, LOCK_EX) :
			      lock(fd, i % 2 ? F_SETLKW : F_OFD_SETLKW, F_WRLCK, 0, 1);
			c = got ? '!' : '0' + i;
			tst_must(write(said[1], &c, 1) == 1);
			_exit(0);
		}
	}
	/* who has the higher pid comes first */
	while (i--) {
		tst_sys(write(go[i][1], "", 1));
		close(go[i][0]);
		close(go[i][1]);
		while (!waits_in(pids[i], kind ? SYS_flock : SYS_fcntl))
			tst_sleep_ms(5);
	}
	close(said[1]);
	return owner;
}

static void check_queue(int kind, const char *what, int owner, int said[2])
{
	char got[QUEUE + 1] = "", want[QUEUE + 1] = "543210";
	int n = 0;

	tst_ok(!(kind ? flock(owner, LOCK_UN) : lock(owner, F_OFD_SETLK, F_UNLCK, 0, 1)),
	       "%s: is let go", what);
	while (n < QUEUE && read(said[0], got + n, 1) == 1)
		n++;
	if (!tst_ok(!strcmp(got, want), "%s: those that wait get it in their order", what))
		tst_note("%s", got);
	while (n--)
		wait(NULL);
}

/* A process with the same table of descriptors: POSIX locks are those of both. */
static pid_t sharer;
static int shared_fd, sharer_ask[2], sharer_answer[2];

static void start_sharer(void)
{
	char c;

	tst_sys(pipe(sharer_ask));
	tst_sys(pipe(sharer_answer));
	shared_fd = make("table");
	sharer = tst_sys(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0));
	if (!sharer) {
		tst_sys(lock(shared_fd, F_SETLK, F_WRLCK, 10, 10));
		tst_sys(write(sharer_answer[1], "r", 1));
		tst_sys(read(sharer_ask[0], &c, 1));
		c = lock(shared_fd, F_SETLK, F_WRLCK, 0, 30) ? 'n' : 'y';
		tst_sys(write(sharer_answer[1], &c, 1));
		_exit(0);
	}
	tst_sys(read(sharer_answer[0], &c, 1));
}

static void check_sharer(void)
{
	char c = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(!is(conflict(open("table", O_RDWR), F_GETLK, 15), F_WRLCK, 10, 10, sharer));
	tst_ok(ended(pid, 0), "POSIX: lock of a table that two processes have");
	tst_ok(!lock(shared_fd, F_SETLK, F_WRLCK, 5, 10), "POSIX: is in nobody's way in the table");
	tst_ok(write(sharer_ask[1], "?", 1) == 1 && read(sharer_answer[0], &c, 1) == 1 && c == 'y',
	       "POSIX: in either process");
	waitpid(sharer, NULL, 0);
}

/* On a tmpfs, and on files without a name. */
struct elsewhere {
	int fd, other, dup;
};

static void make_elsewhere(struct elsewhere *e, const char *name, int flags)
{
	e->fd = tst_sys(open(name, O_RDWR | O_CREAT, 0600));
	e->other = tst_sys(open(name, O_RDWR));
	e->dup = tst_sys(dup(e->fd));
	tst_sys(flock(e->fd, LOCK_EX));
	tst_sys(lock(e->dup, F_OFD_SETLK, F_WRLCK, 3, 4));
	if (flags)
		tst_sys(unlink(name));
}

static void check_elsewhere(struct elsewhere *e, const char *what)
{
	tst_ok(flock(e->other, LOCK_SH | LOCK_NB) && !flock(e->dup, LOCK_EX | LOCK_NB),
	       "%s: BSD lock", what);
	tst_ok(is(conflict(e->other, F_OFD_GETLK, 5), F_WRLCK, 3, 4, -1) &&
	       !lock(e->fd, F_OFD_SETLK, F_WRLCK, 4, 1), "%s: OFD lock", what);
	close(e->fd);
	tst_ok(flock(e->other, LOCK_SH | LOCK_NB), "%s: is kept by the other descriptor", what);
	close(e->dup);
	tst_ok(!flock(e->other, LOCK_EX | LOCK_NB), "%s: gone with the last", what);
}

static int ended(pid_t pid, int options)
{
	int status;

	return waitpid(pid, &status, options) == pid && !status;
}

/* Looks from another process, which POSIX locks are against. */
static void check_from_child(pid_t parent, int bsd, int ofd)
{
	int status, fd, bad = 0;
	pid_t pid = fork();

	if (!pid) {
		fd = open("posix", O_RDWR);
		bad |= is(conflict(fd, F_GETLK, 5), F_RDLCK, 0, 10, parent) ? 0 : 1;
		bad |= is(conflict(fd, F_GETLK, 20), F_UNLCK, 0, 0, 0) ? 0 : 2;
		bad |= is(conflict(fd, F_GETLK, 105), F_WRLCK, 100, 10, parent) ? 0 : 4;
		bad |= is(conflict(fd, F_GETLK, 5000), F_WRLCK, 2000, 0, parent) ? 0 : 8;
		bad |= is(conflict(fd, F_GETLK, 505), F_WRLCK, 500, 10, holder) ? 0 : 16;
		bad |= lock(fd, F_SETLK, F_RDLCK, 3, 1) ? 32 : 0;
		bad |= lock(fd, F_SETLK, F_RDLCK, 101, 1) != -1 ? 64 : 0;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	bad = WEXITSTATUS(status);
	tst_ok(!(bad & 1), "POSIX: read lock");
	tst_ok(!(bad & 2), "POSIX: no lock in between");
	tst_ok(!(bad & 4), "POSIX: write lock");
	tst_ok(!(bad & 8), "POSIX: lock to the end of the file");
	tst_ok(!(bad & 16), "POSIX: lock of another process");
	tst_ok(!(bad & 32), "POSIX: read lock is shared");
	tst_ok(!(bad & 64), "POSIX: write lock is not");
	/* locks of open files are ours, too, where they are inherited */
	tst_ok(!flock(bsd, LOCK_EX | LOCK_NB), "BSD: ours");
	tst_ok(!lock(ofd, F_OFD_SETLK, F_WRLCK, 50, 10), "OFD: ours");
}

int main(int argc, char **argv)
{
	int posix, posix2, ofd, ofd_other, bsd, bsd_other, bsd_shared, bsd_shared_other;
	int gone, gone_other, status, bsd_queue, ofd_queue, bsd_said[2], ofd_said[2];
	struct elsewhere on_tmpfs, unlinked, unlinked_tmpfs;
	pid_t self = getpid(), maker;

	tst_begin(argc, argv);
	if (!mkdtemp(dir) || chdir(dir))
		tst_die(dir);
	posix = make("posix");
	posix2 = make("posix2");
	ofd = make("ofd");
	ofd_other = make("ofd");
	bsd = make("bsd");
	bsd_other = make("bsd");
	bsd_shared = make("bsd_shared");
	bsd_shared_other = make("bsd_shared");
	gone = make("gone");
	gone_other = make("gone");

	tst_sys(lock(posix, F_SETLK, F_RDLCK, 0, 10));
	tst_sys(lock(posix, F_SETLK, F_WRLCK, 100, 10));
	tst_sys(lock(posix, F_SETLK, F_WRLCK, 2000, 0));
	tst_sys(lock(posix2, F_SETLK, F_WRLCK, 0, 0));
	tst_sys(lock(ofd, F_OFD_SETLK, F_WRLCK, 50, 10));
	tst_sys(lock(ofd, F_OFD_SETLK, F_RDLCK, 70, 10));
	tst_sys(flock(bsd, LOCK_EX));
	tst_sys(flock(bsd_shared, LOCK_SH));
	/* a lock of an open file whose maker has ended */
	maker = tst_sys(fork());
	if (!maker)
		_exit(flock(gone, LOCK_EX) != 0);
	tst_sys(waitpid(maker, &status, 0));
	start_holder();
	start_waiters();
	make_elsewhere(&on_tmpfs, "/run/flocks", 0);
	make_elsewhere(&unlinked, "unlinked", 1);
	make_elsewhere(&unlinked_tmpfs, "/run/flocks-unlinked", 1);
	start_sharer();
	bsd_queue = queue_of(1, "bsd_queue", bsd_said);
	ofd_queue = queue_of(0, "ofd_queue", ofd_said);

	tst_ready();

	tst_ok(!ended(waiter, WNOHANG) && !ended(bsd_waiter, WNOHANG), "waiters wait");
	check_from_child(self, bsd, ofd);
	tst_ok(is(conflict(ofd_other, F_OFD_GETLK, 55), F_WRLCK, 50, 10, -1), "OFD: write lock");
	tst_ok(is(conflict(ofd_other, F_OFD_GETLK, 75), F_RDLCK, 70, 10, -1), "OFD: read lock");
	tst_ok(is(conflict(ofd_other, F_OFD_GETLK, 65), F_UNLCK, 0, 0, 0), "OFD: no lock in between");
	tst_ok(flock(bsd_other, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK, "BSD: exclusive");
	tst_ok(!flock(bsd_shared_other, LOCK_SH | LOCK_NB) && flock(bsd_shared_other, LOCK_EX | LOCK_NB) == -1,
	       "BSD: shared");
	tst_ok(flock(gone_other, LOCK_SH | LOCK_NB) == -1, "BSD: its maker has ended");
	tst_ok(!flock(gone, LOCK_UN) && !flock(gone_other, LOCK_EX | LOCK_NB), "BSD: unlocked by another");

	tst_ok(!lock(posix, F_SETLK, F_UNLCK, 0, 1) && ended(waiter, 0), "POSIX: waiter gets it");
	tst_ok(!flock(bsd, LOCK_UN) && ended(bsd_waiter, 0), "BSD: waiter gets it");
	check_queue(1, "BSD", bsd_queue, bsd_said);
	check_queue(0, "POSIX and OFD", ofd_queue, ofd_said);
	check_elsewhere(&on_tmpfs, "tmpfs");
	check_elsewhere(&unlinked, "unlinked");
	check_elsewhere(&unlinked_tmpfs, "unlinked, tmpfs");
	check_sharer();
	kill(holder, SIGKILL);
	waitpid(holder, &status, 0);
	tst_ok(is(conflict(posix, F_GETLK, 505), F_UNLCK, 0, 0, 0), "POSIX: gone with its process");
	close(open("posix2", O_RDONLY));
	maker = fork();
	if (!maker)
		_exit(!is(conflict(open("posix2", O_RDWR), F_GETLK, 5), F_UNLCK, 0, 0, 0));
	tst_ok(ended(maker, 0), "POSIX: gone when any descriptor is closed");
	return tst_end();
}
