// SPDX-License-Identifier: GPL-2.0-only
/*
 * O_ASYNC, F_SETOWN and F_SETSIG: who is told, with which signal and of which descriptor.
 */
#include "tst.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

enum { MASTER, SLAVE, TCP, LISTENER, UNIX, UDP_LIKE, WATCH, FIFO, PLAIN, GROUP, NR };

static const char *const names[NR] = {
	"terminal, master", "terminal, slave", "TCP connection", "TCP listener", "AF_UNIX stream",
	"AF_UNIX datagrams", "inotify", "FIFO", "SIGIO itself", "process group",
};

static int fds[NR], other[NR];
static volatile int signals[NR], told[NR];	/* how often, and of which descriptor */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int i = sig == SIGIO ? PLAIN : sig - SIGRTMIN - 1;

	(void)context;
	told[i] = info->si_fd;
	signals[i]++;
}

static int sig_of(int i)
{
	return i == PLAIN ? SIGIO : SIGRTMIN + 1 + i;
}

static void set_async(int i)
{
	struct f_owner_ex owner = { F_OWNER_TID, syscall(SYS_gettid) };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	if (i == GROUP)
		owner = (struct f_owner_ex){ F_OWNER_PGRP, getpgrp() };
	tst_sys(sigaction(sig_of(i), &sa, NULL));
	tst_sys(fcntl(fds[i], F_SETOWN_EX, &owner));
	if (i != PLAIN)
		tst_sys(fcntl(fds[i], F_SETSIG, sig_of(i)));
	tst_sys(fcntl(fds[i], F_SETFL, fcntl(fds[i], F_GETFL) | O_ASYNC));
}

static void make_tcp(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);

	fds[LISTENER] = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(bind(fds[LISTENER], (void *)&addr, len));
	tst_sys(listen(fds[LISTENER], 5));
	tst_sys(getsockname(fds[LISTENER], (void *)&addr, &len));
	other[TCP] = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(connect(other[TCP], (void *)&addr, len));
	fds[TCP] = tst_sys(accept(fds[LISTENER], NULL, NULL));
}

static void pair(int i, int type)
{
	int s[2];

	tst_sys(socketpair(AF_UNIX, type, 0, s));
	fds[i] = s[0];
	other[i] = s[1];
}

static void make_all(void)
{
	struct termios raw;
	int tty[2], p[2], i;

	tst_sys(openpty(&tty[0], &tty[1], NULL, NULL, NULL));
	tcgetattr(tty[1], &raw);
	cfmakeraw(&raw);
	tst_sys(tcsetattr(tty[1], TCSANOW, &raw));
	fds[MASTER] = other[SLAVE] = tty[0];
	fds[SLAVE] = other[MASTER] = tty[1];
	make_tcp();
	pair(UNIX, SOCK_STREAM);
	pair(UDP_LIKE, SOCK_DGRAM);
	pair(GROUP, SOCK_STREAM);
	fds[WATCH] = tst_sys(inotify_init1(IN_NONBLOCK));
	tst_sys(mkdir("sigio.d", 0755));
	tst_sys(inotify_add_watch(fds[WATCH], "sigio.d", IN_CREATE));
	tst_sys(mkfifo("sigio.fifo", 0600));
	fds[FIFO] = tst_sys(open("sigio.fifo", O_RDWR | O_NONBLOCK));
	other[FIFO] = fds[FIFO];
	tst_sys(pipe(p));
	fds[PLAIN] = p[0];
	other[PLAIN] = p[1];
	for (i = 0; i < NR; i++)
		set_async(i);
}

static int trigger(int i)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (i == WATCH)
		return close(open("sigio.d/new", O_CREAT | O_RDWR, 0600));
	if (i != LISTENER)
		return write(other[i], "x", 1) != 1;
	getsockname(fds[i], (void *)&addr, &len);
	return connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&addr, len);
}

static void check(int i)
{
	struct f_owner_ex owner = {};
	int n;

	tst_ok(!fcntl(fds[i], F_GETOWN_EX, &owner) &&
	       (i == GROUP ? owner.type == F_OWNER_PGRP && owner.pid == getpgrp() :
		owner.type == F_OWNER_TID && owner.pid == syscall(SYS_gettid)), "%s: owner", names[i]);
	tst_is(fcntl(fds[i], F_GETSIG), i == PLAIN ? 0 : sig_of(i), "%s: signal number", names[i]);
	tst_ok(fcntl(fds[i], F_GETFL) & O_ASYNC, "%s: flag", names[i]);
	tst_ok(!trigger(i), "%s: something happens", names[i]);
	for (n = 0; n < 200 && !signals[i]; n++)
		tst_sleep_ms(10);
	tst_ok(signals[i] && (i == PLAIN || told[i] == fds[i]),
	       "%s: a signal names the descriptor", names[i]);
}

int main(int argc, char **argv)
{
	int i;

	tst_begin(argc, argv);
	make_all();
	tst_ready();
	for (i = 0; i < NR; i++)
		tst_is(signals[i], 0, "%s: no signal before something happens", names[i]);
	for (i = 0; i < NR; i++)
		check(i);
	return tst_end();
}
