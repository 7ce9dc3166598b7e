// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of descriptors, current directories and umasks: what threads and
 * processes share, and what they have of their own.
 */
#include "tst.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char dir[] = "/var/tmp/fds_shared.XXXXXX";

/* A thread that does what it is told, one function at a time. */
struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	long (*job)(long arg);
	long arg, result;
};

static void *work(void *p)
{
	struct worker *w = p;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->job)
			pthread_cond_wait(&w->cond, &w->lock);
		w->result = w->job(w->arg);
		w->job = NULL;
		pthread_cond_broadcast(&w->cond);
	}
	return NULL;
}

static void start(struct worker *w)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->cond, NULL);
	w->job = NULL;
	if (pthread_create(&w->thread, NULL, work, w))
		tst_die("pthread_create");
}

static long tell(struct worker *w, long (*job)(long arg), long arg)
{
	pthread_mutex_lock(&w->lock);
	w->arg = arg;
	w->job = job;
	pthread_cond_broadcast(&w->cond);
	while (w->job)
		pthread_cond_wait(&w->cond, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return w->result;
}

static long do_unshare(long flags) { return unshare(flags); }
static long do_open(long path) { return open((const char *)path, O_RDONLY); }
static long do_close(long fd) { return close(fd); }
static long do_is_open(long fd) { return fcntl(fd, F_GETFD) != -1; }
static long do_chdir(long path) { return chdir((const char *)path); }
static long do_umask(long mask) { return umask(mask); }
static long do_exists(long path) { return !access((const char *)path, F_OK); }

static long do_dup(long fd) { return fcntl(fd, F_DUPFD, 60); }

static long do_first(long fd)
{
	char c = 0;

	return pread(fd, &c, 1, 0) == 1 ? c : -1;
}

/* A process that shares its parent's table and directory; answers with signals. */
static volatile int shared_fd = -1;

static void on_usr1(int sig)
{
	(void)sig;
	shared_fd = open("shared", O_RDONLY);
	if (chdir("sub"))
		shared_fd = -1;
}

static int sharing_process(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

static void put(const char *name, const char *text)
{
	int fd = tst_sys(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644));

	tst_sys(write(fd, text, strlen(text)));
	close(fd);
}

static void check_process(pid_t process, int fd, int cwd)
{
	char a[256] = "", b[256] = "";
	char link[64];
	int i;

	kill(process, SIGUSR1);
	for (i = 0; i < 100 && fcntl(fd, F_GETFD) == -1; i++)
		tst_sleep_ms(10);
	tst_is(do_first(fd), 's', "process: its open file is ours");
	for (i = 0; i < 100 && access("in_sub", F_OK); i++)
		tst_sleep_ms(10);
	tst_ok(!access("in_sub", F_OK), "process: its chdir is ours");
	tst_sys(fchdir(cwd));
	sprintf(link, "/proc/%d/cwd", process);
	tst_ok(readlink(link, a, sizeof(a) - 1) > 0 && getcwd(b, sizeof(b)) && !strcmp(a, b),
	       "process: our chdir is its");
	close(fd);
	kill(process, SIGKILL);
	tst_is(waitpid(process, NULL, 0), process, "process: ends");
}

int main(int argc, char **argv)
{
	static struct worker same, other, both;
	static char stack[65536] __attribute__((aligned(16)));
	struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = SA_RESTART };
	int a, fd, n, cwd;
	pid_t process;

	tst_begin(argc, argv);
	if (!mkdtemp(dir) || chdir(dir))
		tst_die(dir);
	tst_sys(mkdir("sub", 0755));
	put("a", "a");
	put("b", "b");
	put("shared", "s");
	put("sub/in_sub", "");
	umask(022);
	cwd = tst_sys(open(".", O_PATH | O_DIRECTORY));
	a = tst_sys(open("a", O_RDONLY));

	start(&same);
	start(&other);
	start(&both);
	/* a table of its own, where the number stands for another file */
	tst_sys(tell(&other, do_unshare, CLONE_FILES));
	tst_sys(tell(&other, do_close, a));
	if (tell(&other, do_open, (long)"b") != a)
		tst_die("not the same number");
	/* a directory and umask of its own, and a table */
	tst_sys(tell(&both, do_unshare, CLONE_FS | CLONE_FILES));
	tst_sys(tell(&both, do_chdir, (long)"sub"));
	tell(&both, do_umask, 077);
	tst_sys(tell(&both, do_close, a));

	tst_sys(sigaction(SIGUSR1, &sa, NULL));
	process = tst_sys(clone(sharing_process, stack + sizeof(stack),
				CLONE_FILES | CLONE_FS | SIGCHLD, NULL));
	tst_ready();

	tst_is(do_first(a), 'a', "main: its file");
	tst_is(tell(&same, do_first, a), 'a', "thread: the same file");
	tst_is(tell(&other, do_first, a), 'b', "thread with its own table: another file");
	tst_is(tell(&both, do_is_open, a), 0, "second thread with its own table: none");
	tst_is(fcntl(a, F_GETFD), 0, "main: still open");

	fd = tell(&same, do_open, (long)"b");
	tst_ok(fd >= 0 && do_first(fd) == 'b', "thread opens: main has it");
	tst_is(tell(&other, do_is_open, fd), 0, "the thread with its own table has not");
	close(fd);
	tst_is(tell(&same, do_is_open, fd), 0, "main closes: closed for the thread");
	n = tell(&other, do_dup, a);
	tst_ok(n >= 60 && fcntl(n, F_GETFD) == -1, "thread with its own table opens: main has it not");

	tst_is(tell(&both, do_exists, (long)"in_sub"), 1, "thread with its own directory: is in it");
	tst_is(do_exists((long)"in_sub"), 0, "main is not");
	tst_is(tell(&both, do_umask, 077), 077, "thread with its own umask");
	tst_is(tell(&same, do_umask, 027), 022, "thread: umask of main");
	tst_is(umask(022), 027, "main: as the thread has set it");
	tst_is(tell(&same, do_chdir, (long)"sub"), 0, "thread: chdir");
	tst_is(do_exists((long)"in_sub"), 1, "main: is there, too");
	tst_is(tell(&other, do_exists, (long)"in_sub"), 1, "thread with its own table: is there, too");
	tst_sys(fchdir(cwd));

	fd = dup(a);		/* the number that the process will get */
	close(fd);
	check_process(process, fd, cwd);
	return tst_end();
}
