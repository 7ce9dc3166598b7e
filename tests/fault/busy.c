// SPDX-License-Identifier: GPL-2.0-only
/*
 * busy GO RESULT TICK: some of all that a VE can be made of, in little room, for
 * tests that checkpoint it very often. It counts in the file TICK while it
 * waits for GO, so that one sees it run.
 */
#define _GNU_SOURCE
#include "../static/tst.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#define PAGE	4096
#define PAGES	16
#define WORDS	"twenty-four little words"

static const char *tick_name;
static unsigned char *mem;
static char shm_name[] = "/dev/shm/busy";
static volatile int stop;

static void *ticker(void *arg)
{
	int fd = tst_sys(open(tick_name, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	unsigned int n = 0;
	char text[16];

	(void)arg;
	while (!stop) {
		int len = snprintf(text, sizeof(text), "%010u\n", ++n);

		tst_must(pwrite(fd, text, len, 0) == len);
		tst_sleep_ms(20);
	}
	close(fd);
	return (void *)(long)n;
}

/* Stands in a read until a byte comes; says which. */
static void *reader(void *arg)
{
	char c = 0;
	ssize_t n = read(*(int *)arg, &c, 1);

	return (void *)(n == 1 ? c : -1L);
}

static pid_t child(void)
{
	pid_t pid = tst_sys(fork());

	return pid;
}

static pid_t make_stopped(void)
{
	pid_t pid = child();
	int status;

	if (!pid) {
		raise(SIGSTOP);
		_exit(11);
	}
	tst_must(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	return pid;
}

static pid_t make_zombie(void)
{
	pid_t pid = child();
	siginfo_t info;

	if (!pid)
		_exit(12);
	tst_sys(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	return pid;
}

/* Has changed every other page; looks at all when a byte comes, in its session. */
static pid_t make_cow(int from)
{
	pid_t pid = child();
	int i, wrong = 0;
	char c;

	if (pid)
		return pid;
	setsid();
	for (i = 0; i < PAGES; i += 2)
		memset(mem + i * PAGE, 100 + i, PAGE);
	if (read(from, &c, 1) != 1)
		_exit(1);
	for (i = 0; i < PAGES; i++)
		wrong += mem[i * PAGE + 5] != (i % 2 ? 1 + i : 100 + i);
	_exit(wrong || getsid(0) != getpid() ? 1 : 13);
}

static int shared_main(void *arg)
{
	char c;

	if (read(*(int *)arg, &c, 1) != 1)
		_exit(1);
	/* the parent sees what is closed and changed here */
	close(*(int *)arg);
	umask(0123);
	_exit(14);
}

/* A process with its parent's table of files and directories. */
static pid_t make_shared(int *from)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tst_must(stack != MAP_FAILED);
	return tst_sys(clone(shared_main, stack + 65536, CLONE_FILES | CLONE_FS | SIGCHLD, from));
}

static pid_t make_sleeper(void)
{
	pid_t pid = child();

	if (!pid) {
		tst_sleep_ms(100000000);
		_exit(1);
	}
	return pid;
}

static void ends_with(pid_t pid, int code, const char *what)
{
	int status = 0, ended = waitpid(pid, &status, 0) == pid;

	tst_ok(ended && WIFEXITED(status) && WEXITSTATUS(status) == code, "%s (status %#x)", what,
	       status);
}

static int make_pipe(int p[2])
{
	return tst_sys(pipe(p));
}

static int file_has(int fd, const char *text)
{
	char got[64] = "";

	return pread(fd, got, sizeof(got) - 1, 0) == (ssize_t)strlen(text) && !strcmp(got, text);
}

int main(int argc, char **argv)
{
	int full[2], wake[2], cow[2], shared[2], file, appender, shm, i, good;
	pid_t stopped, zombie, cow_pid, shared_pid, sleeper;
	pthread_t tick_thread, read_thread;
	sigset_t blocked, pending;
	struct statfs fs;
	siginfo_t info;
	char got[64];
	void *ret;

	tst_begin(argc, argv);
	tst_must(argc == 4);
	tick_name = argv[3];
	mem = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tst_must(mem != MAP_FAILED);
	for (i = 0; i < PAGES; i++)
		memset(mem + i * PAGE, 1 + i, PAGE);

	make_pipe(full);
	make_pipe(wake);
	make_pipe(cow);
	make_pipe(shared);
	tst_must(write(full[1], WORDS, 24) == 24);

	file = tst_sys(open("/busy.file", O_RDWR | O_CREAT | O_TRUNC, 0600));
	tst_must(write(file, WORDS, 24) == 24 && lseek(file, 7, SEEK_SET) == 7);
	tst_sys(flock(file, LOCK_EX));
	appender = tst_sys(open("/busy.file", O_WRONLY | O_APPEND));
	shm = tst_sys(open(shm_name, O_RDWR | O_CREAT | O_TRUNC, 0600));
	tst_must(write(shm, WORDS, 24) == 24);

	stopped = make_stopped();
	zombie = make_zombie();
	cow_pid = make_cow(cow[0]);
	shared_pid = make_shared(&shared[0]);
	sleeper = make_sleeper();

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGRTMIN + 1);
	tst_must(!pthread_sigmask(SIG_BLOCK, &blocked, NULL));
	tst_must(!pthread_create(&tick_thread, NULL, ticker, NULL));
	tst_must(!pthread_create(&read_thread, NULL, reader, &wake[0]));
	tst_sys(kill(getpid(), SIGUSR1));
	for (i = 0; i < 3; i++)
		tst_sys(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 40 + i }));

	tst_ready();

	stop = 1;
	tst_ok(!pthread_join(tick_thread, &ret) && (long)ret > 1, "a thread ran");
	tst_must(write(wake[1], "x", 1) == 1);
	tst_ok(!pthread_join(read_thread, &ret) && (long)ret == 'x', "a thread read");
	tst_ok(read(full[0], got, sizeof(got)) == 24 && !memcmp(got, WORDS, 24), "a pipe's data");
	tst_must(write(cow[1], "x", 1) == 1 && write(shared[1], "x", 1) == 1);
	ends_with(zombie, 12, "a zombie");
	ends_with(cow_pid, 13, "a child's memory");
	ends_with(shared_pid, 14, "a child that shares files");
	tst_ok(fcntl(shared[0], F_GETFD) == -1 && umask(0) == 0123, "tables were shared");
	tst_ok(waitpid(stopped, NULL, WNOHANG) == 0, "a stopped child");
	kill(stopped, SIGCONT);
	ends_with(stopped, 11, "the stopped child goes on");
	tst_ok(waitpid(sleeper, NULL, WNOHANG) == 0, "a sleeper sleeps");
	kill(sleeper, SIGKILL);
	waitpid(sleeper, NULL, 0);
	for (i = 0, good = 1; i < PAGES; i++)
		good &= mem[i * PAGE + 9] == 1 + i;
	tst_ok(good, "memory");

	tst_is(lseek(file, 0, SEEK_CUR), 7, "a file's position");
	i = open("/busy.file", O_RDWR);
	tst_ok(flock(i, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK, "a file's lock");
	tst_ok(write(appender, "!", 1) == 1 && file_has(file, WORDS "!"), "a file's end");
	tst_ok(file_has(shm, WORDS) && !fstatfs(shm, &fs) && fs.f_type == 0x01021994,
	       "a file in tmpfs");

	sigpending(&pending);
	tst_ok(sigismember(&pending, SIGUSR1) && sigismember(&pending, SIGRTMIN + 1), "signals wait");
	for (i = 0, good = 1; i < 3; i++) {
		struct timespec none = {};
		sigset_t queued;

		sigemptyset(&queued);
		sigaddset(&queued, SIGRTMIN + 1);
		good &= sigtimedwait(&queued, &info, &none) == SIGRTMIN + 1 &&
			info.si_value.sival_int == 40 + i;
	}
	tst_ok(good, "queued signals and their values");
	return tst_end();
}
