// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks on files: POSIX, open file description, BSD; who holds them, who waits.
 */
#include "tst.h"
#include <fcntl.h>
#include <signal.h>
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
	int gone, gone_other, status;
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
