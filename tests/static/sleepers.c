// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that each sleep in one call: they sleep on, no call returns EINTR, and
 * one with a timeout ends when it would have ended.
 */
/* alone: it takes the time */
#include "tst.h"
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* Seconds; longer than it takes until the dump. A third argument says another number. */
static int span = 20;
#define SLACK	4.0		/* how late a thread may be */

static double seconds(const struct timespec *t) { return t->tv_sec + t->tv_nsec / 1e9; }

static double clock_now(clockid_t clock)
{
	struct timespec t;

	tst_sys(clock_gettime(clock, &t));
	return seconds(&t);
}

struct sleeper {
	const char *name;
	long (*call)(struct sleeper *s);
	clockid_t clock;	/* that decides when a timed one ends */
	int abs;
	int want, want_errno;	/* what it returns at its end */
	int forever;		/* until it is woken */
	clockid_t alarm;	/* the clock that it sleeps on, if the machine has it */
	void (*wake)(struct sleeper *s);
	/* state */
	int skip;
	pthread_t thread;
	volatile pid_t tid;
	volatile int done;
	long ret;
	int err;
	double end, deadline, jump;
	int pipe[2];
	int word;
	pid_t child;
	unsigned int flags;
};

/* The VE's clocks do not follow the host's after a restore; REALTIME does. */
static double jump(void) { return clock_now(CLOCK_REALTIME) - clock_now(CLOCK_MONOTONIC); }

static struct timespec timeout(struct sleeper *s)
{
	struct timespec t = { span, 0 };

	if (s->abs) {
		tst_sys(clock_gettime(s->clock, &t));
		t.tv_sec += span;
	}
	return t;
}

static long s_nanosleep(struct sleeper *s)
{
	struct timespec t = timeout(s);

	return nanosleep(&t, NULL);
}

static long s_clock(struct sleeper *s)
{
	struct timespec t = timeout(s);

	errno = clock_nanosleep(s->clock, s->abs ? TIMER_ABSTIME : 0, &t, s->abs ? NULL : &t);
	return errno ? -1 : 0;
}

static long s_alarm(struct sleeper *s)
{
	struct timespec t = timeout(s);

	errno = clock_nanosleep(s->alarm, s->abs ? TIMER_ABSTIME : 0, &t, NULL);
	return errno ? -1 : 0;
}

/* On REALTIME, but for a while: its steps do not matter. */
static long s_realtime_rel(struct sleeper *s)
{
	struct timespec t = timeout(s);

	errno = clock_nanosleep(CLOCK_REALTIME, 0, &t, NULL);
	return errno ? -1 : 0;
}

static long s_poll(struct sleeper *s)
{
	struct pollfd p = { s->pipe[0], POLLIN, 0 };

	return poll(&p, 1, s->forever ? -1 : span * 1000);
}

static long s_ppoll(struct sleeper *s)
{
	struct pollfd p = { s->pipe[0], POLLIN, 0 };
	struct timespec t = timeout(s);

	return syscall(SYS_ppoll, &p, 1, s->forever ? NULL : &t, NULL, 8);
}

static long s_select(struct sleeper *s)
{
	struct timeval t = { span, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s->pipe[0], &set);
	return select(s->pipe[0] + 1, &set, NULL, NULL, s->forever ? NULL : &t);
}

static long s_pselect(struct sleeper *s)
{
	struct timespec t = timeout(s);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s->pipe[0], &set);
	return pselect(s->pipe[0] + 1, &set, NULL, NULL, s->forever ? NULL : &t, NULL);
}

/* The kernel cannot write the remaining time there, and does not restart by itself. */
static struct timespec *readonly;

static long s_pselect_readonly(struct sleeper *s)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s->pipe[0], &set);
	return syscall(SYS_pselect6, s->pipe[0] + 1, &set, NULL, NULL, readonly, NULL) ?:
	       FD_ISSET(s->pipe[0], &set);
}

static long s_select_readonly(struct sleeper *s)
{
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(s->pipe[0], &in);
	FD_SET(s->pipe[0], &out);
	return syscall(SYS_select, s->pipe[0] + 1, &in, NULL, &out, readonly) ?:
	       FD_ISSET(s->pipe[0], &in) || FD_ISSET(s->pipe[0], &out);
}

static long s_ppoll_readonly(struct sleeper *s)
{
	struct pollfd p = { s->pipe[0], POLLIN, POLLIN };
	unsigned long none = 0;

	return syscall(SYS_ppoll, &p, 1, readonly, &none, 8) ?: p.revents;
}

static int epoll_of(struct sleeper *s)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd = tst_sys(epoll_create1(0));

	tst_sys(epoll_ctl(fd, EPOLL_CTL_ADD, s->pipe[0], &e));
	return fd;
}

static long s_epoll(struct sleeper *s)
{
	struct epoll_event e;

	return epoll_wait(epoll_of(s), &e, 1, s->forever ? -1 : span * 1000);
}

/* With a mask of its own: the thread's is there again behind it. */
static long s_epoll_pwait(struct sleeper *s)
{
	unsigned long mask = 1UL << (SIGUSR1 - 1) | 1UL << (SIGUSR2 - 1), now = 0;
	struct epoll_event e;
	long ret = syscall(SYS_epoll_pwait, epoll_of(s), &e, 1, span * 1000, &mask, 8);

	tst_sys(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, 8));
	return ret ?: now != 1UL << (SIGUSR2 - 1);
}

static long s_epoll_pwait2(struct sleeper *s)
{
	struct timespec t = timeout(s);
	struct epoll_event e;

	return syscall(SYS_epoll_pwait2, epoll_of(s), &e, 1, s->forever ? NULL : &t, NULL, 8);
}

static long s_semtimedop(struct sleeper *s)
{
	struct sembuf op = { .sem_num = 0, .sem_op = -1 };
	struct timespec t = timeout(s);
	int id = tst_sys(semget(IPC_PRIVATE, 1, 0600)), err;
	long ret = semtimedop(id, &op, 1, &t);

	err = errno;
	semctl(id, 0, IPC_RMID);
	errno = err;
	return ret;
}

static long s_getevents(struct sleeper *s)
{
	struct timespec t = timeout(s);
	aio_context_t ctx = 0;
	struct io_event e;

	tst_sys(syscall(SYS_io_setup, 1, &ctx));
	return syscall(SYS_io_getevents, ctx, 1, 1, &e, &t);
}

/* ---- sockets with SO_RCVTIMEO or SO_SNDTIMEO ---- */

static int timed(int fd, int option)
{
	struct timeval t = { span, 0 };

	tst_sys(setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)));
	return fd;
}

static int listener(int backlog, struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0));

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	tst_sys(bind(fd, (struct sockaddr *)a, sizeof(*a)));
	tst_sys(listen(fd, backlog));
	tst_sys(getsockname(fd, (struct sockaddr *)a, &len));
	return fd;
}

static int connected(const struct sockaddr_in *a)
{
	int fd = tst_sys(socket(AF_INET, SOCK_STREAM, 0));

	tst_sys(connect(fd, (const struct sockaddr *)a, sizeof(*a)));
	return fd;
}

static long s_recv(struct sleeper *s)
{
	char c;

	if (s->flags != SOCK_STREAM) {
		int pair[2];

		tst_sys(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
		return recv(timed(pair[0], SO_RCVTIMEO), &c, 1, 0);
	}
	struct sockaddr_in a;

	listener(1, &a);
	return read(timed(connected(&a), SO_RCVTIMEO), &c, 1);
}

static long s_splice(struct sleeper *s)
{
	struct sockaddr_in a;

	listener(1, &a);
	return splice(timed(connected(&a), SO_RCVTIMEO), NULL, s->pipe[1], NULL, 1, 0);
}

/* One that has a timeout, and gets something before it is over. */
static int told[2];

static long s_recv_told(struct sleeper *s)
{
	char c;

	(void)s;
	return recv(timed(told[0], SO_RCVTIMEO), &c, 1, 0);
}

static void wake_told(struct sleeper *s)
{
	(void)s;
	tst_sys(send(told[1], "x", 1, 0));
}

static long s_accept(struct sleeper *s)
{
	struct sockaddr_in a;

	(void)s;
	return accept(timed(listener(1, &a), SO_RCVTIMEO), NULL, NULL);
}

static long s_send(struct sleeper *s)
{
	static const char much[4096];
	int pair[2];

	(void)s;
	tst_sys(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	timed(pair[0], SO_SNDTIMEO);
	while (send(pair[0], much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	return send(pair[0], much, 1, 0);
}

/* Nobody accepts, and one waits already. */
static long s_connect(struct sleeper *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "\0sleepers" };
	int fd = tst_sys(socket(AF_UNIX, SOCK_STREAM, 0));

	(void)s;
	tst_sys(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	tst_sys(listen(fd, 0));
	tst_sys(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
	return connect(timed(socket(AF_UNIX, SOCK_STREAM, 0), SO_SNDTIMEO), (struct sockaddr *)&a,
		       sizeof(a));
}

/* Nobody answers: a connection that waits keeps all others from being looked at. */
static long s_connect_tcp(struct sleeper *s)
{
	struct sockaddr_in a;

	(void)s;
	listener(0, &a);
	connected(&a);
	return connect(timed(socket(AF_INET, SOCK_STREAM, 0), SO_SNDTIMEO), (struct sockaddr *)&a,
		       sizeof(a));
}

static long s_futex(struct sleeper *s)
{
	struct timespec t = timeout(s);

	return syscall(SYS_futex, &s->word, s->flags, 0, s->forever ? NULL : &t, NULL,
		       FUTEX_BITSET_MATCH_ANY);
}

static void wake_futex(struct sleeper *s)
{
	tst_sys(syscall(SYS_futex, &s->word, FUTEX_WAKE | (s->flags & FUTEX_PRIVATE_FLAG), 1));
}

static long s_lock_pi(struct sleeper *s)
{
	return syscall(SYS_futex, &s->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
}

static void wake_pi(struct sleeper *s)
{
	tst_sys(syscall(SYS_futex, &s->word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
}

static long s_sigtimedwait(struct sleeper *s)
{
	unsigned long mask = 1UL << (SIGUSR2 - 1);
	struct timespec t = timeout(s);

	return syscall(SYS_rt_sigtimedwait, &mask, NULL, s->forever ? NULL : &t, 8);
}

static void wake_signal(struct sleeper *s)
{
	tst_sys(syscall(SYS_tgkill, getpid(), s->tid, SIGUSR2));
}

static long s_pause(struct sleeper *s)
{
	unsigned long none = 0;

	(void)s;
	return syscall(SYS_rt_sigsuspend, &none, 8);
}

static long s_wait4(struct sleeper *s)
{
	int status;

	return wait4(s->child, &status, 0, NULL) == s->child ? WEXITSTATUS(status) : -1;
}

static long s_waitid(struct sleeper *s)
{
	siginfo_t info = {};

	return waitid(P_PID, s->child, &info, WEXITED) ? -1 : info.si_status;
}

static long s_read(struct sleeper *s)
{
	char c;

	return read(s->pipe[0], &c, 1);
}

static void wake_pipe(struct sleeper *s)
{
	tst_sys(write(s->pipe[1], "x", 1));
}

static long s_write(struct sleeper *s)
{
	return write(s->pipe[1], "y", 1);
}

static void wake_writer(struct sleeper *s)
{
	char buf[4096];

	tst_sys(read(s->pipe[0], buf, sizeof(buf)));
}

static long s_fifo(struct sleeper *s)
{
	int fd = open("/tmp/sleepers.fifo", O_RDONLY);

	(void)s;
	return fd < 0 ? -1 : 0;
}

static void wake_fifo(struct sleeper *s)
{
	(void)s;
	tst_sys(open("/tmp/sleepers.fifo", O_WRONLY));
}

static const char locked_file[] = "/tmp/sleepers.lock";
static int flock_fd, ofd_fd;

static long s_flock(struct sleeper *s)
{
	int fd = open(locked_file, O_RDWR);

	(void)s;
	return flock(fd, LOCK_EX);
}

static void wake_flock(struct sleeper *s)
{
	(void)s;
	tst_sys(flock(flock_fd, LOCK_UN));
}

static long s_ofd(struct sleeper *s)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = 100, .l_len = 1 };
	int fd = open(locked_file, O_RDWR);

	(void)s;
	return fcntl(fd, F_OFD_SETLKW, &l);
}

static void wake_ofd(struct sleeper *s)
{
	struct flock l = { .l_type = F_UNLCK };

	(void)s;
	tst_sys(fcntl(ofd_fd, F_OFD_SETLK, &l));
}

/* Another process has the lock. */
static int posix_holder[2];

static long s_posix(struct sleeper *s)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = 200, .l_len = 1 };
	int fd = open(locked_file, O_RDWR);

	(void)s;
	return fcntl(fd, F_SETLKW, &l);
}

static void wake_posix(struct sleeper *s)
{
	(void)s;
	tst_sys(write(posix_holder[1], "x", 1));
}

static void hold_posix(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = 200, .l_len = 1 };
	int said[2];
	char c;

	tst_sys(pipe(posix_holder));
	tst_sys(pipe(said));
	if (tst_sys(fork())) {
		close(posix_holder[0]);
		tst_must(read(said[0], &c, 1) == 1);
		return;
	}
	tst_sys(fcntl(open(locked_file, O_RDWR), F_SETLK, &l));
	tst_sys(write(said[1], "h", 1));
	_exit(read(posix_holder[0], &c, 1) != 1);
}

static void start_child(struct sleeper *s)
{
	char c;

	s->child = tst_sys(fork());
	if (s->child)
		return;
	close(s->pipe[1]);
	_exit(read(s->pipe[0], &c, 1) == 1 ? 17 : 18);
}

static void end_child(struct sleeper *s)
{
	tst_sys(write(s->pipe[1], "x", 1));
}

#define TIMED(n, c, k, a)	{ .name = n, .call = c, .clock = k, .abs = a }
#define FUTEX(n, f, k, a)	{ .name = n, .call = s_futex, .flags = f, .clock = k, .abs = a, \
				  .want = -1, .want_errno = ETIMEDOUT }
#define FAILS(n, c, e, f)	{ .name = n, .call = c, .flags = f, .clock = CLOCK_MONOTONIC, \
				  .want = -1, .want_errno = e }
#define FOREVER(n, c, w, r)	{ .name = n, .call = c, .wake = w, .want = r, .forever = 1 }

static struct sleeper sleepers[] = {
	TIMED("nanosleep", s_nanosleep, CLOCK_MONOTONIC, 0),
	TIMED("clock_nanosleep MONOTONIC", s_clock, CLOCK_MONOTONIC, 0),
	TIMED("clock_nanosleep MONOTONIC absolute", s_clock, CLOCK_MONOTONIC, 1),
	TIMED("clock_nanosleep BOOTTIME", s_clock, CLOCK_BOOTTIME, 0),
	TIMED("clock_nanosleep BOOTTIME absolute", s_clock, CLOCK_BOOTTIME, 1),
	TIMED("clock_nanosleep REALTIME", s_realtime_rel, CLOCK_MONOTONIC, 0),
	TIMED("clock_nanosleep REALTIME absolute", s_clock, CLOCK_REALTIME, 1),
	TIMED("clock_nanosleep TAI", s_clock, CLOCK_TAI, 0),
	TIMED("clock_nanosleep TAI absolute", s_clock, CLOCK_TAI, 1),
	{ .name = "clock_nanosleep BOOTTIME_ALARM", .call = s_alarm, .clock = CLOCK_BOOTTIME,
	  .alarm = CLOCK_BOOTTIME_ALARM },
	{ .name = "clock_nanosleep BOOTTIME_ALARM absolute", .call = s_alarm, .abs = 1,
	  .clock = CLOCK_BOOTTIME, .alarm = CLOCK_BOOTTIME_ALARM },
	{ .name = "clock_nanosleep REALTIME_ALARM", .call = s_alarm, .clock = CLOCK_REALTIME,
	  .alarm = CLOCK_REALTIME_ALARM },
	TIMED("poll", s_poll, CLOCK_MONOTONIC, 0),
	TIMED("ppoll", s_ppoll, CLOCK_MONOTONIC, 0),
	TIMED("select", s_select, CLOCK_MONOTONIC, 0),
	TIMED("pselect", s_pselect, CLOCK_MONOTONIC, 0),
	TIMED("pselect with a timeout that cannot be written", s_pselect_readonly, CLOCK_MONOTONIC, 0),
	TIMED("select with a timeout that cannot be written", s_select_readonly, CLOCK_MONOTONIC, 0),
	TIMED("ppoll with a timeout that cannot be written", s_ppoll_readonly, CLOCK_MONOTONIC, 0),
	TIMED("epoll_wait", s_epoll, CLOCK_MONOTONIC, 0),
	TIMED("epoll_pwait", s_epoll_pwait, CLOCK_MONOTONIC, 0),
	TIMED("epoll_pwait2", s_epoll_pwait2, CLOCK_MONOTONIC, 0),
	TIMED("io_getevents", s_getevents, CLOCK_MONOTONIC, 0),
	FAILS("semtimedop", s_semtimedop, EAGAIN, 0),
	FAILS("sigtimedwait", s_sigtimedwait, EAGAIN, 0),
	FAILS("read of a TCP socket with SO_RCVTIMEO", s_recv, EAGAIN, SOCK_STREAM),
	FAILS("recv of a socket with SO_RCVTIMEO", s_recv, EAGAIN, SOCK_DGRAM),
	FAILS("splice of a TCP socket with SO_RCVTIMEO", s_splice, EAGAIN, 0),
	FAILS("accept with SO_RCVTIMEO", s_accept, EAGAIN, 0),
	FAILS("send with SO_SNDTIMEO", s_send, EAGAIN, 0),
	FAILS("connect with SO_SNDTIMEO", s_connect, EAGAIN, 0),
	FAILS("connect over TCP with SO_SNDTIMEO", s_connect_tcp, EINPROGRESS, 0),
	FUTEX("futex", FUTEX_WAIT_PRIVATE, CLOCK_MONOTONIC, 0),
	FUTEX("futex shared", FUTEX_WAIT, CLOCK_MONOTONIC, 0),
	FUTEX("futex bitset", FUTEX_WAIT_BITSET_PRIVATE, CLOCK_MONOTONIC, 1),
	FUTEX("futex bitset shared REALTIME", FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME,
	      CLOCK_REALTIME, 1),

	FOREVER("poll forever", s_poll, wake_pipe, 1),
	FOREVER("ppoll forever", s_ppoll, wake_pipe, 1),
	FOREVER("select forever", s_select, wake_pipe, 1),
	FOREVER("pselect forever", s_pselect, wake_pipe, 1),
	{ .name = "futex forever", .call = s_futex, .flags = FUTEX_WAIT_PRIVATE, .forever = 1,
	  .wake = wake_futex },
	{ .name = "futex shared forever", .call = s_futex, .flags = FUTEX_WAIT, .forever = 1,
	  .wake = wake_futex },
	FOREVER("futex with priority inheritance", s_lock_pi, wake_pi, 0),
	FOREVER("epoll_wait forever", s_epoll, wake_pipe, 1),
	FOREVER("epoll_pwait2 forever", s_epoll_pwait2, wake_pipe, 1),
	FOREVER("recv with SO_RCVTIMEO that gets something", s_recv_told, wake_told, 1),
	FOREVER("sigwaitinfo", s_sigtimedwait, wake_signal, SIGUSR2),
	{ .name = "sigsuspend", .call = s_pause, .forever = 1, .wake = wake_signal, .want = -1,
	  .want_errno = EINTR },
	FOREVER("wait4", s_wait4, end_child, 17),
	FOREVER("waitid", s_waitid, end_child, 17),
	FOREVER("read of an empty pipe", s_read, wake_pipe, 1),
	FOREVER("write to a full pipe", s_write, wake_writer, 1),
	FOREVER("open of a FIFO", s_fifo, wake_fifo, 0),
	FOREVER("flock", s_flock, wake_flock, 0),
	FOREVER("fcntl lock", s_posix, wake_posix, 0),
	FOREVER("OFD lock", s_ofd, wake_ofd, 0),
};
#define SLEEPERS (int)(sizeof(sleepers) / sizeof(*sleepers))

static void *sleeps(void *arg)
{
	struct sleeper *s = arg;

	s->deadline = s->forever ? 0 : clock_now(s->clock) + span;
	s->tid = syscall(SYS_gettid);
	s->ret = s->call(s);
	s->err = s->ret < 0 ? errno : 0;
	s->end = s->forever ? 0 : clock_now(s->clock);
	s->jump = jump();
	s->done = 1;
	return NULL;
}

static void start(struct sleeper *s)
{
	const struct timespec moment = { 0, 1 };
	char buf[4096] = {};
	pthread_attr_t attr;

	/* without a real-time clock that can wake the machine there are none */
	if (s->alarm && clock_nanosleep(s->alarm, 0, &moment, NULL)) {
		s->skip = 1;
		return;
	}
	tst_sys(pipe(s->pipe));
	if (s->call == s_write) {
		tst_sys(fcntl(s->pipe[1], F_SETPIPE_SZ, sizeof(buf)));
		tst_must(write(s->pipe[1], buf, sizeof(buf)) == sizeof(buf));
	}
	if (s->call == s_wait4 || s->call == s_waitid)
		start_child(s);
	if (s->call == s_lock_pi)
		tst_sys(syscall(SYS_futex, &s->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	tst_must(!pthread_create(&s->thread, &attr, sleeps, s));
	while (!s->tid)
		tst_sleep_ms(1);
}

/* A sleep of its own time: it ends late when the process does too little. */
static volatile int burnt;
static double burn_end, burn_deadline;
static int burn_ret;

static void *sleeps_on_cpu(void *arg)
{
	struct timespec t = { 4, 0 };

	burn_deadline = clock_now(CLOCK_PROCESS_CPUTIME_ID) + 4;
	burn_ret = clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &t, NULL);
	burn_end = clock_now(CLOCK_PROCESS_CPUTIME_ID);
	burnt = 1;
	return arg;
}

static void *sleeps_on_cpu_abs(void *arg)
{
	struct timespec t;

	tst_sys(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t));
	t.tv_sec += 5;
	*(volatile int *)arg = clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &t, NULL) ? 2 :
		      clock_now(CLOCK_PROCESS_CPUTIME_ID) >= seconds(&t) ? 1 : 3;
	return NULL;
}

static void handler(int sig) { (void)sig; }

static void check(struct sleeper *s, double jump_before)
{
	double late, early;

	if (s->skip) {
		tst_skip(s->name, "no alarm clock here");
		return;
	}
	if (s->forever) {
		tst_ok(!s->done, "%s: still waits", s->name);
		s->wake(s);
	}
	pthread_join(s->thread, NULL);
	if (!tst_ok(s->ret == s->want && s->err == s->want_errno, "%s: ends as it should", s->name))
		tst_note("returned %ld, errno %d", s->ret, s->err);
	if (s->forever)
		return;
	late = s->end - s->deadline;
	if (s->clock == CLOCK_REALTIME || s->clock == CLOCK_TAI) {
		tst_ok(late >= 0, "%s: not too early", s->name);
	} else if (s->jump - jump_before < 0.3 && s->jump - jump_before > -0.3) {
		tst_skip(s->name, "ended before the dump, or without one");
	} else {
		/* sockets count in ticks, which the clock may be ahead of */
		early = s->want_errno == EAGAIN || s->want_errno == EINPROGRESS ? 0.02 : 0;
		if (!tst_ok(late >= -early && late < SLACK, "%s: ends when it should", s->name))
			tst_note("%.3f s late", late);
	}
}

int main(int argc, char **argv)
{
	struct flock l = { .l_type = F_WRLCK };
	unsigned long mask = 1UL << (SIGUSR2 - 1);
	pthread_t burner, burner_abs;
	volatile int abs_ret = 0;
	int i;
	double before;

	tst_begin(argc, argv);
	if (argc > 3)
		span = atoi(argv[3]);
	readonly = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(readonly != MAP_FAILED);
	readonly->tv_sec = span;
	tst_sys(mprotect(readonly, 4096, PROT_READ));
	signal(SIGUSR2, handler);
	tst_sys(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8));
	if (mkfifo("/tmp/sleepers.fifo", 0600) && errno != EEXIST)
		tst_die("mkfifo");
	flock_fd = tst_sys(open(locked_file, O_RDWR | O_CREAT, 0600));
	ofd_fd = tst_sys(open(locked_file, O_RDWR));
	tst_sys(flock(flock_fd, LOCK_EX));
	l.l_start = 100;
	l.l_len = 1;
	tst_sys(fcntl(ofd_fd, F_OFD_SETLK, &l));
	hold_posix();
	tst_sys(socketpair(AF_UNIX, SOCK_STREAM, 0, told));
	before = jump();
	for (i = 0; i < SLEEPERS; i++)
		start(&sleepers[i]);
	tst_must(!pthread_create(&burner, NULL, sleeps_on_cpu, NULL));
	tst_must(!pthread_create(&burner_abs, NULL, sleeps_on_cpu_abs, (void *)&abs_ret));
	tst_sleep_ms(300);
	for (i = 0; i < SLEEPERS; i++) {
		if (sleepers[i].done)
			tst_die(sleepers[i].name);
	}
	tst_ready();

	tst_ok(!burnt && !abs_ret, "clock_nanosleep PROCESS_CPUTIME: still sleeps");
	for (i = SLEEPERS - 1; i >= 0; i--)	/* those that wait forever first */
		check(&sleepers[i], before);
	while (!burnt || !abs_ret)
		;
	pthread_join(burner, NULL);
	pthread_join(burner_abs, NULL);
	if (!tst_ok(!burn_ret && burn_end >= burn_deadline && burn_end < burn_deadline + 0.5,
		    "clock_nanosleep PROCESS_CPUTIME: the process' own time"))
		tst_note("returned %d, %.3f s late", burn_ret, burn_end - burn_deadline);
	tst_is(abs_ret, 1, "clock_nanosleep PROCESS_CPUTIME absolute");
	return tst_end();
}
