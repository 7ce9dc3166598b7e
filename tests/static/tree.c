// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of processes: orphans, subreapers, sessions and groups without a
 * leader, zombies, stops, who made whom, what is told to the parent.
 */
#include "tst.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A child that does what a byte tells it, and answers with a number. */
struct child {
	pid_t pid;
	int to[2], from[2];
};

static volatile int got_signal, got_from;

static void on_signal(int sig, siginfo_t *info, void *c)
{
	(void)c;
	got_signal = sig;
	got_from = info->si_pid;
}

static void catch(int sig)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	tst_sys(sigaction(sig, &sa, NULL));
}

static void say(int fd, long n)
{
	if (write(fd, &n, sizeof(n)) != sizeof(n))
		_exit(99);
}

static long hear(int fd)
{
	long n = -1;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : -1;
}

static void serve(struct child *c)
{
	char cmd, name[16];
	pid_t pid, parent;
	int status;

	while (read(c->to[0], &cmd, 1) == 1) {
		switch (cmd) {
		case 'p': say(c->from[1], getppid()); break;
		case 'i': say(c->from[1], getpid()); break;
		case 's': say(c->from[1], getsid(0)); break;
		case 'g': say(c->from[1], getpgid(0)); break;
		case 'k': say(c->from[1], got_signal); break;
		case 'n':
			prctl(PR_GET_NAME, name);
			say(c->from[1], strcmp(name, "a) b\n(c %s\t)!"));
			break;
		case 'r':
			prctl(PR_GET_CHILD_SUBREAPER, &status);
			say(c->from[1], status);
			break;
		case 'o':	/* an orphan now: whose is it? */
			pid = fork();
			if (!pid) {
				parent = getpid();
				if (!fork()) {
					while (getppid() == parent)
						tst_sleep_ms(5);
					say(c->from[1], getppid());
					_exit(0);
				}
				_exit(0);
			}
			waitpid(pid, NULL, 0);
			while (wait(NULL) > 0)
				;
			break;
		case 'x': _exit(5);
		}
	}
	_exit(6);
}

static void tell(struct child *c, char cmd)
{
	tst_sys(write(c->to[1], &cmd, 1));
}

static long ask(struct child *c, char cmd)
{
	tell(c, cmd);
	return hear(c->from[0]);
}

static void pipes(struct child *c)
{
	tst_sys(pipe(c->to));
	tst_sys(pipe(c->from));
}

static void start(struct child *c, void (*setup)(void))
{
	pipes(c);
	c->pid = tst_sys(fork());
	if (c->pid)
		return;
	if (setup)
		setup();
	serve(c);
}

/* A grandchild whose parent ends. */
static void make_orphan(struct child *c)
{
	pid_t pid;

	pipes(c);
	pid = tst_sys(fork());
	if (!pid) {
		setsid();
		if (!fork()) {
			if (fork())
				_exit(0);
			/* in the session of the first, a group of the second */
			serve(c);
		}
		setpgid(0, 0);
		_exit(0);
	}
	tst_sys(waitpid(pid, NULL, 0));
	c->pid = ask(c, 'i');
	while (ask(c, 'p') != getpid())
		tst_sleep_ms(5);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void set_group_leader(void) { setpgid(0, 0); }
static void set_name(void) { prctl(PR_SET_NAME, "a) b\n(c %s\t)!"); }
static void set_reaper(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); }
static void set_pdeath(void) { catch(SIGUSR1); prctl(PR_SET_PDEATHSIG, SIGUSR1); }
static void set_session(void) { setsid(); }

/* ---- a child of a thread ---- */

static struct child of_thread;
static volatile int thread_goes, thread_made;
static volatile pid_t thread_waited, others_waited;

static void *parent_thread(void *arg)
{
	start(&of_thread, set_pdeath);
	thread_made = 1;
	while (!thread_goes)
		tst_sleep_ms(10);
	/* only the child of this very thread is told to it */
	thread_waited = waitpid(of_thread.pid, NULL, WNOHANG | __WNOTHREAD);
	return arg;
}

/* ---- zombies ---- */

struct zombie {
	const char *name;
	int exit_code, sig, core;
	pid_t pid;
	siginfo_t before;
};

static struct zombie zombies[] = {
	{ .name = "exit 0" },
	{ .name = "exit 7", .exit_code = 7 },
	{ .name = "exit 255", .exit_code = 255 },
	{ .name = "SIGKILL", .sig = SIGKILL },
	{ .name = "SIGTERM", .sig = SIGTERM },
	{ .name = "SIGSEGV, core dumped", .sig = SIGSEGV, .core = 1 },
};
#define ZOMBIES (int)(sizeof(zombies) / sizeof(*zombies))

static void make_zombies(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	int i;

	for (i = 0; i < ZOMBIES; i++) {
		zombies[i].pid = tst_sys(fork());
		if (!zombies[i].pid) {
			if (zombies[i].core && (chdir("/tmp") || setrlimit(RLIMIT_CORE, &limit)))
				_exit(1);
			if (zombies[i].sig)
				raise(zombies[i].sig);
			_exit(zombies[i].exit_code);
		}
		tst_sys(waitid(P_PID, zombies[i].pid, &zombies[i].before, WEXITED | WNOWAIT));
	}
}

static void check_zombies(void)
{
	siginfo_t info;
	int i, status;

	for (i = 0; i < ZOMBIES; i++) {
		struct zombie *z = &zombies[i];

		memset(&info, 0, sizeof(info));
		waitid(P_PID, z->pid, &info, WEXITED | WNOWAIT | WNOHANG);
		tst_ok(info.si_pid == z->pid && info.si_code == z->before.si_code &&
		       info.si_status == z->before.si_status && info.si_uid == z->before.si_uid,
		       "zombie: %s: waitid", z->name);
		status = -1;
		tst_is(waitpid(z->pid, &status, WNOHANG), z->pid, "zombie: %s: is reaped", z->name);
		tst_ok(z->sig ? WIFSIGNALED(status) && WTERMSIG(status) == z->sig :
				WIFEXITED(status) && WEXITSTATUS(status) == z->exit_code,
		       "zombie: %s: status %#x", z->name, status);
		tst_is(!!(status & 0x80), z->before.si_code == CLD_DUMPED, "zombie: %s: core flag",
		       z->name);
	}
}

/* ---- stops ---- */

static struct child stopped_told, stopped_new, continued, stopped_threads;

static void *counts(void *arg)
{
	volatile long *n = arg;

	while (*n >= 0) {
		++*n;
		tst_sleep_ms(5);
	}
	return NULL;
}

static long thread_ticks;

static void with_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, counts, &thread_ticks))
		_exit(98);
}

static void wait_state(pid_t pid, int what, int nowait)
{
	siginfo_t info = {};

	tst_sys(waitid(P_PID, pid, &info, what | (nowait ? WNOWAIT : 0)));
	tst_must(info.si_pid == pid);
}

static void make_stops(void)
{
	start(&stopped_told, NULL);
	start(&stopped_new, set_group_leader);	/* SIGTSTP does nothing to an orphaned group */
	ask(&stopped_new, 'i');
	start(&continued, NULL);
	start(&stopped_threads, with_thread);
	ask(&stopped_threads, 'i');
	tst_sleep_ms(50);
	tst_sys(kill(stopped_told.pid, SIGSTOP));
	wait_state(stopped_told.pid, WSTOPPED, 0);
	tst_sys(kill(stopped_new.pid, SIGTSTP));
	wait_state(stopped_new.pid, WSTOPPED, 1);
	tst_sys(kill(continued.pid, SIGSTOP));
	wait_state(continued.pid, WSTOPPED, 0);
	tst_sys(kill(continued.pid, SIGCONT));
	wait_state(continued.pid, WCONTINUED, 1);
	tst_sys(kill(stopped_threads.pid, SIGSTOP));
	wait_state(stopped_threads.pid, WSTOPPED, 0);
}

static int wait_now(pid_t pid, int what, siginfo_t *info)
{
	memset(info, 0, sizeof(*info));
	return waitid(P_PID, pid, info, what | WNOHANG) ? -1 : info->si_pid == pid;
}

static void check_stops(void)
{
	siginfo_t info;

	tst_is(wait_now(stopped_told.pid, WSTOPPED, &info), 0, "a stop that was told is not told again");
	tst_is(wait_now(stopped_new.pid, WSTOPPED, &info), 1, "a stop that was not told is told");
	tst_ok(info.si_code == CLD_STOPPED && info.si_status == SIGTSTP, "with its signal");
	tst_is(wait_now(stopped_new.pid, WSTOPPED, &info), 0, "once");
	tst_is(wait_now(continued.pid, WCONTINUED, &info), 1, "that one was continued is told");
	tst_is(wait_now(continued.pid, WCONTINUED, &info), 0, "once");
	tst_is(ask(&continued, 'i'), continued.pid, "it runs");
	tst_sys(kill(stopped_told.pid, SIGCONT));
	tst_sys(kill(stopped_new.pid, SIGCONT));
	tst_sys(kill(stopped_threads.pid, SIGCONT));
	tst_is(ask(&stopped_told, 'i'), stopped_told.pid, "a stopped process goes on");
	tst_is(wait_now(stopped_told.pid, WCONTINUED, &info), 1, "which is told");
	tst_is(ask(&stopped_new, 'i'), stopped_new.pid, "the other, too");
	tst_is(ask(&stopped_threads, 'i'), stopped_threads.pid, "and one with threads");
	tst_sys(kill(stopped_threads.pid, SIGSTOP));
	wait_state(stopped_threads.pid, WSTOPPED, 0);
	tst_ok(1, "which can be stopped again");
	tst_sys(kill(stopped_threads.pid, SIGKILL));
}

/* ---- clone(2) ---- */

static struct child with_usr2, with_none, new_program;
static int end_of_child[2];

static void start_clone(struct child *c, int sig)
{
	pipes(c);
	c->pid = tst_sys(syscall(SYS_clone, sig, 0, 0, 0, 0));
	if (!c->pid)
		serve(c);
}

static int reap(pid_t pid, int flags)
{
	int i, ret;

	for (i = 0; i < 400; i++) {
		ret = waitpid(pid, NULL, WNOHANG | flags);
		if (ret)
			return ret;
		tst_sleep_ms(10);
	}
	return 0;
}

static void check_clones(void)
{
	int sig;

	got_signal = 0;
	tell(&with_usr2, 'x');
	tst_is(reap(with_usr2.pid, 0), -1, "a child with another exit signal: wait does not see it");
	tst_is(reap(with_usr2.pid, __WCLONE), with_usr2.pid, "__WCLONE does");
	tst_ok(got_signal == SIGUSR2 && got_from == with_usr2.pid, "the exit signal");
	got_signal = 0;
	tell(&with_none, 'x');
	tst_is(reap(with_none.pid, __WALL), with_none.pid, "a child without an exit signal");
	tst_is(got_signal, 0, "sends none");
	tst_is(ask(&new_program, 'k'), 0, "a program's child from before it was executed: lives");
	tst_sys(write(end_of_child[1], "x", 1));
	while (!(sig = ask(&new_program, 'k')))
		tst_sleep_ms(10);
	tst_is(sig, SIGCHLD, "its end is told by SIGCHLD, not its exit signal");
}

/* ---- all ---- */

static struct child orphaned, plain, session, leader, member, named, reaper, execed, pdeath;

/* With a child, made before, whose exit signal the new program must not get. */
static void exec_me(struct child *c, int with_child)
{
	char to[12], from[12];

	pipes(c);
	c->pid = tst_sys(fork());
	if (c->pid)
		return;
	if (with_child && !syscall(SYS_clone, SIGUSR2, 0, 0, 0, 0))
		_exit(read(end_of_child[0], to, 1) != 1);
	snprintf(to, sizeof(to), "%d", c->to[0]);
	snprintf(from, sizeof(from), "%d", c->from[1]);
	execl("/proc/self/exe", "tree", "serve", to, from, NULL);
	_exit(97);
}

static long session_of_orphan, group_of_orphan, last;

static void make(void)
{
	pthread_t thread;

	catch(SIGUSR2);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_orphan(&orphaned);
	session_of_orphan = ask(&orphaned, 's');
	group_of_orphan = ask(&orphaned, 'g');
	start(&plain, NULL);
	start(&session, set_session);
	start(&leader, set_group_leader);
	start(&member, NULL);
	tst_sys(setpgid(member.pid, ask(&leader, 'i')));
	/* a group whose leader is dead */
	tell(&leader, 'x');
	tst_sys(waitpid(leader.pid, NULL, 0));
	start(&named, set_name);
	start(&reaper, set_reaper);
	exec_me(&execed, 0);
	ask(&execed, 'i');
	tst_sys(pipe(end_of_child));
	exec_me(&new_program, 1);
	ask(&new_program, 'i');
	start(&pdeath, set_pdeath);
	ask(&pdeath, 'i');
	tst_must(!pthread_create(&thread, NULL, parent_thread, NULL));
	while (!thread_made)
		tst_sleep_ms(1);
	ask(&of_thread, 'i');
	start_clone(&with_usr2, SIGUSR2);
	start_clone(&with_none, 0);
	make_zombies();
	make_stops();
	last = tst_sys(fork());
	if (!last)
		_exit(0);
	tst_sys(waitpid(last, NULL, 0));
}

static void check_groups(pid_t me, pid_t parent)
{
	pid_t pid;

	tst_ok(getpid() == me && getppid() == parent, "own pid and parent");
	tst_is(ask(&plain, 'i'), plain.pid, "pid of a child");
	tst_is(ask(&plain, 'p'), me, "its parent");
	tst_is(ask(&session, 's'), session.pid, "a session's leader");
	tst_is(ask(&session, 'g'), session.pid, "its group");
	tst_is(ask(&orphaned, 'i'), orphaned.pid, "pid of an orphan");
	tst_is(ask(&orphaned, 'p'), me, "the subreaper is its parent");
	tst_is(ask(&orphaned, 's'), session_of_orphan, "a session without leader");
	tst_is(ask(&orphaned, 'g'), group_of_orphan, "a group of that session");
	tst_is(getsid(session_of_orphan), -1, "its leader is dead");
	tst_is(ask(&member, 'g'), leader.pid, "a group without leader");
	tst_is(kill(-leader.pid, 0), 0, "it can be signalled");
	tst_is(ask(&named, 'n'), 0, "a name with anything in it");
	tst_is(ask(&reaper, 'r'), 1, "a subreaper");
	tst_is(ask(&reaper, 'o'), reaper.pid, "a new orphan of its is its child");
	tst_is(ask(&plain, 'o'), me, "a new orphan of another is the first subreaper's");
	reap(-1, __WNOTHREAD);
	tst_is(setpgid(execed.pid, execed.pid), -1, "no new group for a child that called execve");
	tst_is(setpgid(plain.pid, plain.pid), 0, "but for one that did not");
	pid = fork();
	if (!pid)
		_exit(0);
	tst_ok(pid > last && pid < last + 1000, "the next pid is a new one");
	waitpid(pid, NULL, 0);
}

static void check_thread(void)
{
	int i;

	others_waited = waitpid(of_thread.pid, NULL, WNOHANG | __WNOTHREAD);
	tst_is(others_waited, -1, "a child of a thread is not the first thread's");
	tst_is(ask(&of_thread, 'k'), 0, "PR_SET_PDEATHSIG: nothing so far");
	thread_goes = 1;
	for (i = 0; i < 300 && ask(&of_thread, 'k') != SIGUSR1; i++)
		tst_sleep_ms(10);
	tst_is(ask(&of_thread, 'k'), SIGUSR1, "PR_SET_PDEATHSIG: sent when the thread ends");
	tst_is(thread_waited, 0, "it was a child of that thread");
	tst_is(ask(&of_thread, 'p'), getpid(), "its process is still the parent");
}

int main(int argc, char **argv)
{
	pid_t me, parent;

	if (argc > 3 && !strcmp(argv[1], "serve")) {
		struct child c = { .to = { atoi(argv[2]) }, .from = { 0, atoi(argv[3]) } };

		catch(SIGUSR2);
		catch(SIGCHLD);
		serve(&c);
	}
	tst_begin(argc, argv);
	me = getpid();
	parent = getppid();
	make();
	tst_ready();
	check_zombies();
	check_stops();
	check_groups(me, parent);
	check_clones();
	check_thread();
	return tst_end();
}
