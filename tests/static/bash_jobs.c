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

/* What was shown instead, on the program's own output. */
static void tell(const char *keys)
{
	size_t i;

	fprintf(stderr, "%s: not seen after %s:\n", tst_name, keys);
	for (i = 0; i < seen_len; i++) {
		if (seen[i] == '\n' || (seen[i] >= ' ' && seen[i] < 127))
			putc(seen[i], stderr);
		else
			fprintf(stderr, "\\%03o", (unsigned char)seen[i]);
	}
	putc('\n', stderr);
}

static int says(const char *keys, const char *text)
{
	int good;

	type(keys);
	good = shows(text);
	if (!good)
		tell(keys);
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
		setenv("TERM", "linux", 1);	/* vt100 pads with NULs */
		setenv("PS1", "ready> ", 1);
		/* ours is ignored: a shell without job control has started us with & */
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execl("/bin/bash", "bash", "--norc", "--noprofile", "-i", NULL);
		_exit(127);
	}
	tst_must(shows("ready> "));
	tst_must(says("x=kept; bind 'set enable-bracketed-paste off'\r", "ready> "));
	tst_must(says("sleep 10000 &\r", "ready> "));
	/* the echo of what is typed mixes with output: wait for the end of what only it says */
	tst_must(says("sh -c 'echo is''-up; exec cat'\r", "is-up\r\n"));
	tst_must(says("one\r", "one\r\none"));
	type("half a li");			/* not sent yet: the terminal has it */
	tst_must(shows("half a li"));
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(says("ne\r", "half a line"), "cat: the line goes on");
	tst_ok(says("\032", "Stopped"), "^Z stops cat");
	tst_ok(shows("ready> "), "bash has the terminal again");
	tst_ok(says("echo $x-$((6*7))\r", "kept-42\r\n") && shows("ready> "), "its variables");
	tst_ok(says("jobs | wc -l\r", "\r\n2\r\n") && shows("ready> "), "two jobs");
	tst_ok(says("stty size\r", "\r\n30 100\r\n") && shows("ready> "), "window size");
	tst_ok(says("fg %2\r", "exec cat'\r\n"), "fg");
	tst_ok(says("two\r", "two\r\ntwo\r\n"), "cat goes on in the foreground");
	tst_ok(says("\003", "ready> "), "^C ends it");
	tst_ok(says("kill %1; wait; echo done-$?\r", "done-0\r\n") && shows("ready> "),
	       "the background job can be killed");
	ws.ws_col = 90;
	tst_sys(ioctl(master, TIOCSWINSZ, &ws));
	tst_ok(says("tty\r", name) && shows("ready> "), "tty");
	tst_ok(says("\020\020\r", "done-0\r\n") && shows("ready> "),
	       "^P ^P: the line editor and its history");
	type("exit\r");
	tst_ok(waitpid(bash, &status, 0) == bash && WIFEXITED(status), "exit");
	return tst_end();
}
