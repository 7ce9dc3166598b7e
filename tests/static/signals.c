// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals: actions, masks, queues with their siginfo, handlers that run on their
 * own stack, calls that wait with another mask.
 */
#include "tst.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEEP	40
#define STACK	65536

struct kernel_sigaction {
	unsigned long handler, flags, restorer, mask;
};

static struct kernel_sigaction actions[65], now;

static long get_action(int sig, struct kernel_sigaction *sa)
{
	return syscall(SYS_rt_sigaction, sig, NULL, sa, 8);
}

static unsigned long mask_of(void)
{
	unsigned long mask = 0;

	tst_sys(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8));
	return mask;
}

static void set_mask(unsigned long mask)
{
	tst_sys(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8));
}

#define BIT(sig) (1UL << ((sig) - 1))
/* What is pending for the process: no thread takes it before its time. */
#define COMMON (BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(SIGRTMIN + 1) | BIT(SIGRTMAX - 1) | \
		BIT(SIGCHLD) | BIT(SIGTERM))

static void handler(int sig) { (void)sig; }
static void info_handler(int sig, siginfo_t *i, void *c) { (void)sig, (void)i, (void)c; }

static void set_action(int sig, int flags, int blocks)
{
	struct sigaction sa = { .sa_flags = flags };

	if (flags & SA_SIGINFO)
		sa.sa_sigaction = info_handler;
	else
		sa.sa_handler = handler;
	sigemptyset(&sa.sa_mask);
	if (blocks)
		sigaddset(&sa.sa_mask, blocks);
	tst_sys(sigaction(sig, &sa, NULL));
}

static void set_actions(void)
{
	set_action(SIGHUP, SA_RESTART, SIGTERM);
	set_action(SIGINT, SA_NODEFER, 0);
	set_action(SIGQUIT, SA_RESETHAND | SA_SIGINFO, SIGRTMAX);
	set_action(SIGWINCH, SA_ONSTACK | SA_SIGINFO | SA_RESTART | SA_NODEFER, SIGINT);
	set_action(SIGCHLD, SA_NOCLDSTOP | SA_RESTART, 0);
	set_action(SIGRTMAX, SA_SIGINFO, SIGRTMAX);
	set_action(SIGUSR1, 0, 0);
	set_action(SIGUSR2, SA_SIGINFO, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

static int ready_threads;

static void im_ready(void) { __atomic_add_fetch(&ready_threads, 1, __ATOMIC_SEQ_CST); }

static void wait_ready(int n)
{
	while (__atomic_load_n(&ready_threads, __ATOMIC_SEQ_CST) < n)
		tst_sleep_ms(5);
	tst_sleep_ms(50);	/* from there into the call */
}

/* ---- a thread with a mask and a queue of its own ---- */

static volatile int go;
static volatile pid_t masked_tid;
static unsigned long masked_got;
static siginfo_t masked_info[DEEP + 2];
static int masked_infos;

static void *masked(void *arg)
{
	unsigned long mask = BIT(SIGUSR2) | BIT(SIGRTMIN + 2) | BIT(SIGSEGV);
	const struct timespec zero = {};

	set_mask(mask | COMMON);
	masked_tid = syscall(SYS_gettid);
	im_ready();
	while (!go)
		tst_sleep_ms(10);
	masked_got = mask_of();
	while (masked_infos < DEEP + 2 &&
	       syscall(SYS_rt_sigtimedwait, &mask, &masked_info[masked_infos], &zero, 8) > 0)
		masked_infos++;
	return arg;
}

/* ---- handlers on a stack of their own ---- */

struct stacked {
	pthread_t thread;
	int flags;
	char *stack;
	volatile int inside, left;
	int on_it, same_stack, mask_inside, mask_after, flags_inside, flags_after;
};

static __thread struct stacked *me;

static void on_own_stack(int sig)
{
	char here;
	stack_t ss = {};

	(void)sig;
	me->inside = 1;
	im_ready();
	while (!go)
		tst_sleep_ms(10);
	me->on_it = &here > me->stack && &here < me->stack + STACK;
	sigaltstack(NULL, &ss);
	me->same_stack = ss.ss_sp == me->stack && ss.ss_size == STACK;
	me->flags_inside = ss.ss_flags;
	me->mask_inside = (mask_of() & (BIT(SIGRTMIN + 5) | BIT(SIGRTMIN + 6))) ==
			  (BIT(SIGRTMIN + 5) | BIT(SIGRTMIN + 6));
}

static void *stacked(void *arg)
{
	stack_t ss = {};

	me = arg;
	ss.ss_sp = me->stack = malloc(STACK);
	ss.ss_size = STACK;
	ss.ss_flags = me->flags;
	tst_sys(sigaltstack(&ss, NULL));
	tst_sys(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGRTMIN + 5));
	sigaltstack(NULL, &ss);
	me->flags_after = ss.ss_flags;
	if (ss.ss_sp != me->stack || ss.ss_size != STACK)
		me->flags_after = -1;
	me->mask_after = !(mask_of() & (BIT(SIGRTMIN + 5) | BIT(SIGRTMIN + 6)));
	me->left = 1;
	return NULL;
}

/* ---- calls with a mask of their own ---- */

struct waiter {
	const char *name;
	long (*call)(struct waiter *w);
	int restarts;		/* goes on after the handler */
	pthread_t thread;
	volatile int returned;
	volatile int handled;
	long ret;
	int err;
	int mask_kept;
	int pipe[2];
};

static __thread struct waiter *self;
static unsigned long common;

static void on_wait(int sig) { (void)sig; self->handled++; }

static long w_sigsuspend(struct waiter *w)
{
	(void)w;
	return syscall(SYS_rt_sigsuspend, &common, 8);
}

static long w_ppoll(struct waiter *w)
{
	struct timespec t = { 1000, 0 };
	struct pollfd p = { w->pipe[0], POLLIN, 0 };

	return syscall(SYS_ppoll, &p, 1, &t, &common, 8);
}

static long w_ppoll_forever(struct waiter *w)
{
	struct pollfd p = { w->pipe[0], POLLIN, 0 };

	return syscall(SYS_ppoll, &p, 1, NULL, &common, 8);
}

static long w_pselect(struct waiter *w)
{
	struct timespec t = { 1000, 0 };
	struct {
		unsigned long *mask;
		size_t len;
	} mask = { &common, 8 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(w->pipe[0], &set);
	return syscall(SYS_pselect6, w->pipe[0] + 1, &set, NULL, NULL, &t, &mask);
}

static void unblock(void)
{
	set_mask(common);
}

static long w_read(struct waiter *w)
{
	char c;

	unblock();
	return read(w->pipe[0], &c, 1);
}

static long w_pause(struct waiter *w)
{
	(void)w;
	unblock();
	return pause();
}

static struct waiter waiters[] = {
	{ .name = "sigsuspend", .call = w_sigsuspend },
	{ .name = "ppoll", .call = w_ppoll },
	{ .name = "ppoll without a timeout", .call = w_ppoll_forever },
	{ .name = "pselect", .call = w_pselect },
	{ .name = "pause", .call = w_pause },
	{ .name = "read without SA_RESTART", .call = w_read },
	{ .name = "read with SA_RESTART", .call = w_read, .restarts = 1 },
};
#define WAITERS (int)(sizeof(waiters) / sizeof(*waiters))

static void *waits(void *arg)
{
	unsigned long before;

	self = arg;
	before = BIT(SIGRTMIN + 7) | BIT(SIGRTMIN + 8) | COMMON;
	set_mask(before);
	im_ready();
	self->ret = self->call(self);
	self->err = self->ret < 0 ? errno : 0;
	self->mask_kept = self->call == w_read || self->call == w_pause ? mask_of() == common :
									   mask_of() == before;
	self->returned = 1;
	return NULL;
}

static void check_waiter(struct waiter *w)
{
	tst_ok(!w->returned, "%s: still waits", w->name);
	pthread_kill(w->thread, w->restarts ? SIGRTMIN + 8 : SIGRTMIN + 7);
	if (w->restarts) {
		while (!w->handled)
			tst_sleep_ms(10);
		tst_sleep_ms(100);
		tst_ok(!w->returned, "%s: goes on after the handler", w->name);
		tst_sys(write(w->pipe[1], "x", 1));
	}
	pthread_join(w->thread, NULL);
	tst_is(w->handled, 1, "%s: the handler ran once", w->name);
	if (w->restarts)
		tst_is(w->ret, 1, "%s: has read", w->name);
	else
		tst_ok(w->ret == -1 && w->err == EINTR, "%s: interrupted by the signal", w->name);
	tst_ok(w->mask_kept, "%s: the mask is as it was before the call", w->name);
}

/* ---- queues ---- */

static void send_user(int sig, int uid)
{
	int status, parent = getpid();
	pid_t pid = tst_sys(fork());

	if (!pid) {
		if (syscall(SYS_setresuid, uid, 0, 0))
			_exit(1);
		_exit(!!kill(parent, sig));
	}
	tst_sys(waitpid(pid, &status, 0));
	tst_must(!status);
}

static pid_t user_sender;

static void queue_many(void)
{
	union sigval v;
	int i;

	for (i = 0; i < DEEP; i++) {
		v.sival_ptr = (void *)(0x1234567800000000UL + i);
		tst_sys(sigqueue(getpid(), SIGRTMIN + 1, v));
		v.sival_int = 7000 + i;
		if (i % 4 == 0)
			tst_sys(sigqueue(getpid(), SIGRTMAX - 1, v));
	}
	for (i = 0; i < DEEP; i++) {
		siginfo_t info = { .si_signo = SIGRTMIN + 2, .si_code = SI_QUEUE };

		info.si_pid = getpid();
		info.si_value.sival_int = 100 + i;
		tst_sys(syscall(SYS_rt_tgsigqueueinfo, getpid(), masked_tid, SIGRTMIN + 2, &info));
	}
	tst_sys(syscall(SYS_tgkill, getpid(), masked_tid, SIGUSR2));
	user_sender = getpid();
	tst_sys(kill(getpid(), SIGUSR2));
	send_user(SIGUSR1, 1234);
}

static int take(siginfo_t *info, unsigned long mask)
{
	const struct timespec zero = {};

	return syscall(SYS_rt_sigtimedwait, &mask, info, &zero, 8);
}

static void check_queue(void)
{
	siginfo_t info;
	int i, good = 1;

	tst_is(take(&info, BIT(SIGUSR1)), SIGUSR1, "pending of the process: SIGUSR1");
	tst_ok(info.si_code == SI_USER && info.si_uid == 1234 && info.si_pid > 1,
	       "its sender's uid and pid");
	tst_is(take(&info, BIT(SIGUSR2)), SIGUSR2, "pending of the process: SIGUSR2");
	tst_ok(info.si_code == SI_USER && info.si_pid == user_sender && !info.si_uid,
	       "sent by itself");
	for (i = 0; i < DEEP && good; i++)
		good = take(&info, BIT(SIGRTMIN + 1)) == SIGRTMIN + 1 && info.si_code == SI_QUEUE &&
		       info.si_value.sival_ptr == (void *)(0x1234567800000000UL + i) &&
		       info.si_pid == getpid();
	tst_ok(good, "%d of one real-time signal, in order, with values", DEEP);
	tst_is(take(&info, BIT(SIGRTMIN + 1)), -1, "and no more");
	for (i = 0; i < DEEP / 4 && good; i++)
		good = take(&info, BIT(SIGRTMAX - 1)) == SIGRTMAX - 1 &&
		       info.si_value.sival_int == 7000 + 4 * i;
	tst_ok(good, "%d of another", DEEP / 4);
	tst_is(take(&info, BIT(SIGRTMAX - 1)), -1, "and no more");
}

static void check_masked(void)
{
	int i, good = masked_infos == DEEP + 1;

	tst_is(masked_got, BIT(SIGRTMIN + 2) | BIT(SIGSEGV) | COMMON, "mask of a thread");
	tst_is(masked_infos, DEEP + 1, "signals pending for it alone");
	tst_ok(good && masked_info[0].si_signo == SIGUSR2 && masked_info[0].si_code == SI_TKILL,
	       "one of tgkill(2)");
	for (i = 0; i < DEEP && good; i++)
		good = masked_info[i + 1].si_signo == SIGRTMIN + 2 &&
		       masked_info[i + 1].si_value.sival_int == 100 + i;
	tst_ok(good, "%d with values, in order", DEEP);
}

/* A child that a signal is to end, once it is unblocked. */
static pid_t doomed(int answer[2])
{
	pid_t pid = tst_sys(fork());
	char c;

	if (pid)
		return pid;
	close(answer[1]);
	set_mask(BIT(SIGTERM));
	signal(SIGTERM, SIG_DFL);
	raise(SIGTERM);
	if (read(answer[0], &c, 1))
		_exit(3);
	set_mask(0);
	_exit(4);
}

int main(int argc, char **argv)
{
	struct stacked in_use = { .flags = 0 }, disarmed = { .flags = 1U << 31 };
	struct sigaction sa = { .sa_handler = on_own_stack, .sa_flags = SA_ONSTACK };
	int i, answer[2], status, same = 1;
	stack_t ss = { .ss_sp = malloc(STACK), .ss_size = STACK }, got = {};
	pthread_t masked_thread;
	pid_t child;

	tst_begin(argc, argv);
	set_actions();
	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGRTMIN + 6);
	tst_sys(sigaction(SIGRTMIN + 5, &sa, NULL));
	sa = (struct sigaction){ .sa_handler = on_wait };
	sigemptyset(&sa.sa_mask);
	tst_sys(sigaction(SIGRTMIN + 7, &sa, NULL));
	sa.sa_flags = SA_RESTART;
	tst_sys(sigaction(SIGRTMIN + 8, &sa, NULL));
	tst_sys(pipe(answer));
	child = doomed(answer);
	close(answer[0]);
	common = COMMON;
	set_mask(common);
	tst_sys(sigaltstack(&ss, NULL));
	tst_must(!pthread_create(&masked_thread, NULL, masked, NULL));
	tst_must(!pthread_create(&in_use.thread, NULL, stacked, &in_use));
	tst_must(!pthread_create(&disarmed.thread, NULL, stacked, &disarmed));
	for (i = 0; i < WAITERS; i++) {
		tst_sys(pipe(waiters[i].pipe));
		tst_must(!pthread_create(&waiters[i].thread, NULL, waits, &waiters[i]));
	}
	wait_ready(3 + WAITERS);
	queue_many();
	for (i = 1; i <= 64; i++)	/* the C library has some, too */
		get_action(i, &actions[i]);
	tst_ready();

	for (i = 1; i <= 64; i++) {
		if (get_action(i, &now) || memcmp(&now, &actions[i], sizeof(now))) {
			tst_note("action of signal %d differs", i);
			same = 0;
		}
	}
	tst_ok(same, "64 actions");
	tst_is(mask_of(), common, "mask of the first thread");
	tst_sys(sigaltstack(NULL, &got));
	tst_ok(got.ss_sp == ss.ss_sp && got.ss_size == ss.ss_size && !got.ss_flags,
	       "alternate stack, not in use");
	check_queue();
	for (i = 0; i < WAITERS; i++)
		check_waiter(&waiters[i]);
	tst_ok(in_use.inside && !in_use.left && disarmed.inside && !disarmed.left,
	       "two handlers still run");
	go = 1;
	pthread_join(masked_thread, NULL);
	pthread_join(in_use.thread, NULL);
	pthread_join(disarmed.thread, NULL);
	check_masked();
	tst_ok(in_use.on_it && in_use.same_stack && in_use.flags_inside == SS_ONSTACK,
	       "handler on its stack: on it");
	tst_ok(disarmed.on_it && disarmed.flags_inside & SS_DISABLE,
	       "SS_AUTODISARM: off while the handler runs");
	tst_ok(in_use.mask_inside && disarmed.mask_inside, "their masks");
	tst_ok(!in_use.flags_after && in_use.mask_after, "after the handler");
	tst_ok((unsigned int)disarmed.flags_after == 1U << 31 && disarmed.mask_after,
	       "after the handler with SS_AUTODISARM");
	close(answer[1]);
	tst_ok(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGTERM, "a deadly signal that was pending ends the child");
	return tst_end();
}
