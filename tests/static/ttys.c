// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pseudo terminals: numbers, settings, what was not read, flow control, packet
 * mode, hang-ups, sessions and job control.
 */
/* alone: the numbers of terminals are the whole VE's */
#include "tst.h"
#include <asm/termbits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

struct pty {
	int m, s;
	int nr;
};

static int open_slave(const struct pty *p, int flags)
{
	char name[32];

	sprintf(name, "/dev/pts/%d", p->nr);
	return tst_sys(open(name, flags | O_NOCTTY));
}

static void make(struct pty *p)
{
	int unlock = 0;

	p->m = tst_sys(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	tst_sys(ioctl(p->m, TIOCGPTN, &p->nr));
	tst_sys(ioctl(p->m, TIOCSPTLCK, &unlock));
	p->s = open_slave(p, O_RDWR);
}

static void raw(int fd)
{
	struct termios2 t;

	tst_sys(ioctl(fd, TCGETS2, &t));
	t.c_iflag = 0;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tst_sys(ioctl(fd, TCSETS2, &t));
}

static void put(int fd, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	if (write(fd, text, len) != len)
		tst_die("write");
}

/* What can be read at once is this. */
static int reads(int fd, const char *want)
{
	char buf[9000];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = strlen(want), at = 0;
	ssize_t n;

	while (at < len && poll(&p, 1, 2000) == 1 && (n = read(fd, buf + at, sizeof(buf) - at)) > 0)
		at += n;
	if (at == len && !memcmp(buf, want, len))
		return 1;
	tst_note("read %zu bytes, want %zu: \"%.*s\"", at, len, (int)(at > 60 ? 60 : at), buf);
	return 0;
}

static short events(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) < 0 ? -1 : p.revents;
}

static int waiting(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}

static int quiet(int fd) { return !(events(fd, 50) & POLLIN); }

/* ---- a session on a terminal: what happens is told through a shared page ---- */

static volatile struct shared {
	int ready, ints, winches, conts, hups;
	int fg, sid, pgrp_after, bg, read_ok, tostop;
	pid_t job;
	char line[32];
} *sh;

static void on_int(int sig) { (void)sig; sh->ints++; }
static void on_winch(int sig) { (void)sig; sh->winches++; }
static void on_hup(int sig) { (void)sig; sh->hups++; _exit(7); }

static void job(void)
{
	setpgid(0, 0);
	signal(SIGINT, on_int);
	sh->job = getpid();
	for (;;)
		pause();
}

static pid_t start_session(struct pty *p)
{
	pid_t pid = tst_sys(fork());
	int fd;

	if (pid)
		return pid;
	signal(SIGWINCH, on_winch);
	signal(SIGHUP, on_hup);
	signal(SIGTTOU, SIG_IGN);
	setsid();
	fd = open_slave(p, O_RDWR);
	close(p->m);
	close(p->s);
	if (ioctl(fd, TIOCSCTTY, 0))
		_exit(1);
	fd = open("/dev/tty", O_RDWR);
	if (fd < 0)
		_exit(2);
	if (!fork())
		job();
	while (!sh->job)
		usleep(1000);
	if (ioctl(fd, TIOCSPGRP, (void *)&sh->job))
		_exit(3);
	sh->ready = 1;
	while (sh->ready != 2)
		usleep(1000);
	ioctl(fd, TIOCGPGRP, (void *)&sh->fg);
	ioctl(fd, TIOCGSID, (void *)&sh->sid);
	fd = open("/dev/tty", O_RDWR);
	pid = getpid();
	if (!ioctl(fd, TIOCSPGRP, &pid))
		ioctl(fd, TIOCGPGRP, (void *)&sh->pgrp_after);
	sh->ready = 3;
	if (read(fd, (char *)sh->line, sizeof(sh->line) - 1) > 0)
		sh->read_ok = 1;
	sh->ready = 4;
	for (;;)
		pause();
}

static int wait_until(volatile int *what, int value)
{
	int i;

	for (i = 0; i < 300 && *what != value; i++)
		tst_sleep_ms(10);
	return *what == value;
}

int main(int argc, char **argv)
{
	struct pty gone, set, canon, partial, rawp, full, stopped, packet, never, closed, dead, hung, two, sess;
	struct termios2 before, t;
	struct winsize ws = { 33, 99, 7, 8 }, w;
	struct stat st, st2;
	int on = 1, off = 0, i, val, hung_fd, hung_tty, extra, status;
	char big[6001], buf[9000];
	pid_t leader;
	unsigned char pkt[64];

	tst_begin(argc, argv);
	val = tst_sys(open("/shared_page", O_RDWR | O_CREAT, 0600));
	tst_sys(ftruncate(val, 4096));
	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, val, 0);
	tst_must(sh != MAP_FAILED);
	memset((void *)sh, 0, sizeof(*sh));
	memset(big, 'x', 6000);
	big[6000] = 0;

	make(&gone);
	make(&set);
	tst_sys(ioctl(set.s, TCGETS2, &before));
	before.c_iflag |= IUTF8 | IXANY;
	before.c_lflag |= ECHOPRT | TOSTOP;
	before.c_cc[VINTR] = 7;
	before.c_cc[VMIN] = 9;
	before.c_cflag = (before.c_cflag & ~(CBAUD | CBAUD << IBSHIFT)) | BOTHER | BOTHER << IBSHIFT;
	before.c_ispeed = 12345;
	before.c_ospeed = 54321;
	tst_sys(ioctl(set.s, TCSETS2, &before));
	tst_sys(ioctl(set.s, TCGETS2, &before));
	tst_sys(ioctl(set.m, TIOCSWINSZ, &ws));
	tst_sys(fchown(set.s, 12, 5));
	tst_sys(fchmod(set.s, 0640));
	tst_sys(fstat(set.s, &st));
	memset(&t, 0, sizeof(t));
	t.c_lflag = ISIG;
	tst_sys(ioctl(set.s, TIOCSLCKTRMIOS, &t));

	make(&canon);
	put(canon.m, "first\nsecond\nthi");
	make(&partial);
	put(partial.m, "abcd\n");
	usleep(50000);
	if (read(partial.s, buf, 2) != 2)
		tst_die("read");
	put(partial.m, "left\026");		/* ^V: the next is literal */
	make(&rawp);
	raw(rawp.s);
	put(rawp.m, "r\003w\n");
	put(rawp.s, "out\n");
	make(&full);
	raw(full.s);
	tst_sys(fcntl(full.m, F_SETFL, O_NONBLOCK | O_RDWR));
	for (i = 0; i < 6000; i += val) {
		val = write(full.m, big + i, 6000 - i);
		if (val < 0)
			tst_die("write");
	}
	make(&stopped);
	put(stopped.m, "\023");			/* ^S */
	make(&packet);
	tst_sys(ioctl(packet.m, TIOCPKT, &on));
	put(packet.s, "data");
	tst_sys(ioctl(packet.s, TCFLSH, TCIFLUSH));
	never.m = tst_sys(open("/dev/pts/ptmx", O_RDWR | O_NOCTTY));
	tst_sys(ioctl(never.m, TIOCGPTN, &never.nr));
	make(&closed);
	put(closed.s, "last words");
	close(closed.s);
	make(&dead);
	close(dead.m);
	make(&hung);
	hung_fd = hung.s;
	hung_tty = open_slave(&hung, O_RDWR);
	leader = tst_sys(fork());
	if (!leader) {
		setsid();
		signal(SIGHUP, SIG_IGN);
		ioctl(hung_fd, TIOCSCTTY, 0);
		_exit(vhangup() ? 1 : 0);
	}
	waitpid(leader, &status, 0);
	tst_must(!status);
	hung.s = open_slave(&hung, O_RDWR);
	raw(hung.s);
	make(&two);
	extra = open_slave(&two, O_RDONLY | O_NONBLOCK);
	tst_sys(ioctl(two.s, TIOCEXCL));
	make(&sess);
	close(gone.m);		/* its number is free now */
	close(gone.s);
	leader = start_session(&sess);
	if (!wait_until(&sh->ready, 1))
		tst_die("session");
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(!ioctl(set.m, TIOCGPTN, &i) && i == set.nr, "number: of the master");
	tst_ok(!fstat(set.s, &st2) && st2.st_rdev == makedev(136, set.nr) && st2.st_ino == st.st_ino,
	       "number: of the slave");
	tst_ok(st2.st_mode == st.st_mode && st2.st_uid == 12 && st2.st_gid == 5 &&
	       st2.st_ctim.tv_sec == st.st_ctim.tv_sec && st2.st_ctim.tv_nsec == st.st_ctim.tv_nsec,
	       "owner, mode, times of the node");
	tst_ok(!ioctl(set.s, TCGETS2, &t) && !memcmp(&t, &before, sizeof(t)), "settings, with speeds");
	tst_ok(!ioctl(set.m, TIOCGWINSZ, &w) && !memcmp(&w, &ws, sizeof(w)), "window size");
	t.c_lflag &= ~(ISIG | ECHO);
	tst_ok(!ioctl(set.s, TCSETS2, &t) && !ioctl(set.s, TCGETS2, &t) && (t.c_lflag & ISIG) &&
	       !(t.c_lflag & ECHO), "a locked setting stays, another not");
	sprintf(buf, "/proc/self/fd/%d", set.s);
	i = readlink(buf, big, 100);
	sprintf(buf, "/dev/pts/%d", set.nr);
	tst_ok(i == (int)strlen(buf) && !memcmp(big, buf, i), "its name");
	memset(big, 'x', 6000);

	tst_ok(reads(canon.m, "first\r\nsecond\r\nthi"), "canonical: echo to the master");
	tst_is(waiting(canon.s), 13, "canonical: two lines");
	tst_ok(read(canon.s, buf, 100) == 6 && !memcmp(buf, "first\n", 6), "canonical: the first");
	tst_ok(read(canon.s, buf, 100) == 7 && !memcmp(buf, "second\n", 7), "canonical: the second");
	tst_ok(quiet(canon.s), "canonical: no line more");
	put(canon.m, "\177rd\n");
	tst_ok(reads(canon.s, "thrd\n"), "canonical: the line goes on, erases what was there");

	tst_ok(reads(partial.s, "cd\n"), "half read line: the rest");
	put(partial.m, "\003\n");
	tst_ok(reads(partial.s, "left\003\n"), "literal next is kept");

	tst_ok(reads(rawp.s, "r\003w\n"), "raw: input");
	tst_ok(reads(rawp.m, "out\n"), "raw: output");

	tst_ok(reads(full.s, big), "more than the buffer: all of it");
	tst_ok(quiet(full.s), "more than the buffer: nothing more");

	tst_sys(fcntl(stopped.s, F_SETFL, O_RDWR | O_NONBLOCK));
	tst_ok(write(stopped.s, "x", 1) == -1 && errno == EAGAIN, "stopped: no output");
	put(stopped.m, "\021");
	usleep(50000);
	tst_ok(write(stopped.s, "go", 2) == 2 && reads(stopped.m, "go"), "stopped: goes on");

	tst_ok(!ioctl(packet.m, TIOCGPKT, &i) && i == 1, "packet mode");
	tst_ok(read(packet.m, pkt, sizeof(pkt)) == 1 && pkt[0] == TIOCPKT_FLUSHREAD,
	       "packet mode: what happened");
	tst_ok(read(packet.m, pkt, sizeof(pkt)) == 5 && pkt[0] == TIOCPKT_DATA &&
	       !memcmp(pkt + 1, "data", 4), "packet mode: data");

	tst_ok(!ioctl(never.m, TIOCGPTLCK, &i) && i == 1, "locked");
	tst_ok(quiet(never.m) && !(events(never.m, 0) & POLLHUP), "never opened: no end");
	tst_sys(ioctl(never.m, TIOCSPTLCK, &off));
	never.s = open_slave(&never, O_RDWR);
	put(never.s, "new");
	tst_ok(reads(never.m, "new"), "never opened: can be");

	tst_ok(reads(closed.m, "last words"), "slave closed: what it said");
	tst_ok(read(closed.m, buf, 1) == -1 && errno == EIO, "slave closed: then EIO");
	closed.s = open_slave(&closed, O_RDWR);
	put(closed.m, "again\n");
	tst_ok(reads(closed.s, "again\n"), "slave closed: opened again");

	tst_ok(read(dead.s, buf, 1) == 0 && write(dead.s, "x", 1) == -1 && errno == EIO,
	       "master closed: end, EIO");
	tst_ok(events(dead.s, 0) & POLLHUP, "master closed: POLLHUP");
	sprintf(buf, "/dev/pts/%d", dead.nr);
	tst_ok(access(buf, F_OK) == -1, "master closed: no node");
	tst_ok(!fstat(dead.s, &st2) && st2.st_rdev == makedev(136, dead.nr), "master closed: number");

	tst_ok(read(hung_fd, buf, 1) == 0 && read(hung_tty, buf, 1) == 0 &&
	       write(hung_fd, "x", 1) == -1 && errno == EIO, "hung up: both files");
	put(hung.m, "alive");
	tst_ok(reads(hung.s, "alive"), "hung up: opened again after that");

	tst_is(fcntl(extra, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK, "second file: flags");
	put(two.m, "both\n");
	tst_ok(reads(extra, "both\n"), "second file: same terminal");
	tst_ok(!ioctl(two.s, TIOCGEXCL, &i) && i == 1, "exclusive");

	/* job control */
	sh->ints = 0;
	put(sess.m, "\003");
	tst_ok(wait_until(&sh->ints, 1), "session: ^C goes to the foreground job");
	put(sess.m, "\032");
	for (i = 0; i < 300; i++) {
		sprintf(buf, "/proc/%d/stat", sh->job);
		val = open(buf, O_RDONLY);
		status = read(val, buf, 200);
		close(val);
		if (status > 0 && strstr(buf, ") T"))
			break;
		tst_sleep_ms(10);
	}
	tst_ok(i < 300, "session: ^Z stops it");
	sh->winches = 0;
	sh->ready = 2;
	tst_ok(wait_until(&sh->ready, 3), "session: leader goes on");
	tst_ok(sh->fg == sh->job && sh->sid == leader, "session: foreground group and session");
	tst_is(sh->pgrp_after, leader, "session: the leader takes the terminal");
	ws.ws_row++;
	tst_sys(ioctl(sess.m, TIOCSWINSZ, &ws));
	tst_ok(wait_until(&sh->winches, 1), "session: SIGWINCH");
	put(sess.m, "typed\n");
	tst_ok(wait_until(&sh->ready, 4) && !memcmp((char *)sh->line, "typed\n", 6), "session: /dev/tty reads");
	sprintf(buf, "/proc/%d/stat", leader);
	val = open(buf, O_RDONLY);
	status = read(val, buf, 200);
	close(val);
	buf[status > 0 ? status : 0] = 0;
	i = 0;
	if (strrchr(buf, ')'))
		sscanf(strrchr(buf, ')') + 1, " %*c %*d %*d %*d %d", &i);
	tst_is(i, makedev(136, sess.nr), "session: controlling terminal in /proc");
	close(sess.s);
	close(sess.m);
	tst_ok(waitpid(leader, &status, 0) == leader && WIFEXITED(status) && WEXITSTATUS(status) == 7,
	       "session: end of the terminal is SIGHUP");
	kill(sh->job, SIGKILL);

	val = gone.nr;
	make(&gone);
	tst_is(gone.nr, val, "a new terminal takes the lowest number");
	return tst_end();
}
