// SPDX-License-Identifier: GPL-2.0-only
/*
 * bash with job control on a terminal: it goes on, with its jobs, history of
 * commands, window size and line editor.
 */
#include "tst.h"
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static int master;
static char seen[65536];
static size_t seen_len;

static void type(const char *keys)
{
	if (write(master, keys, strlen(keys)) != (ssize_t)strlen(keys))
		tst_die("write");
}

/* Reads until the text has appeared; forgets what was before. */
static int shows(const char *text)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	char *at;
	ssize_t n;

	for (;;) {
		seen[seen_len] = 0;
		at = strstr(seen, text);
		if (at) {
			at += strlen(text);
			seen_len -= at - seen;
			memmove(seen, at, seen_len);
			return 1;
		}
		if (seen_len > sizeof(seen) - 5000 || poll(&p, 1, 15000) != 1)
			return 0;
		n = read(master, seen + seen_len, 4096);
		if (n <= 0)
			return 0;
		seen_len += n;
	}
}

static int says(const char *keys, const char *text)
{
	int good;

	type(keys);
	good = shows(text);
	if (!good && tst_out)
		tst_note("not seen after %s: %s", keys, text);
	return good;
}

int main(int argc, char **argv)
{
	struct winsize ws = { .ws_row = 30, .ws_col = 100 };
	int unlock = 0, nr, status;
	char name[32];
	pid_t bash;

	tst_begin(argc, argv);
	master = tst_sys(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
	tst_sys(ioctl(master, TIOCSPTLCK, &unlock));
	tst_sys(ioctl(master, TIOCGPTN, &nr));
	tst_sys(ioctl(master, TIOCSWINSZ, &ws));
	sprintf(name, "/dev/pts/%d", nr);
	bash = tst_sys(fork());
	if (!bash) {
		int fd;

		setsid();
		fd = open(name, O_RDWR);	/* becomes the controlling terminal */
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
		setenv("TERM", "vt100", 1);
		setenv("PS1", "ready> ", 1);
		/* ours is ignored: a shell without job control has started us with & */
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execl("/bin/bash", "bash", "--norc", "--noprofile", "-i", NULL);
		_exit(127);
	}
	tst_must(shows("ready> "));
	tst_must(says("x=kept; set -m\r", "ready> "));
	tst_must(says("sleep 10000 &\r", "ready> "));
	/* what is typed before it is there is echoed or not: wait for what only it says */
	tst_must(says("sh -c 'echo is''-up; exec cat'\r", "is-up"));
	tst_must(says("one\r", "one\r\none"));
	type("half a li");			/* not sent yet: the terminal has it */
	tst_must(shows("half a li"));
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(says("ne\r", "half a line"), "cat: the line goes on");
	tst_ok(says("\032", "Stopped"), "^Z stops cat");
	tst_ok(shows("ready> "), "bash has the terminal again");
	tst_ok(says("echo $x-$((6*7))\r", "kept-42"), "its variables");
	tst_ok(says("jobs | wc -l\r", "2"), "two jobs");
	tst_ok(says("stty size\r", "30 100"), "window size");
	tst_ok(says("fg %2\r", "exec cat"), "fg");
	tst_ok(says("two\r", "two"), "cat goes on in the foreground");
	tst_sleep_ms(1000);		/* bash hands the terminal and its settings over */
	tst_ok(says("\003", "ready> "), "^C ends it");
	tst_ok(says("kill %1; wait; echo done-$?\r", "done-"), "the background job can be killed");
	ws.ws_col = 90;
	tst_sys(ioctl(master, TIOCSWINSZ, &ws));
	tst_ok(says("echo; echo cols=$COLUMNS; tty\r", name), "tty");
	tst_ok(says("\020\020\r", "done-"), "^P ^P: the line editor and its history");
	type("exit\r");
	tst_ok(waitpid(bash, &status, 0) == bash && WIFEXITED(status), "exit");
	return tst_end();
}
