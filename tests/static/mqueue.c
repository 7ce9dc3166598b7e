// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX message queues: messages by priority, attributes, descriptors, notification,
 * queues without a name, who waits.
 */
#include "tst.h"
#include <mqueue.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SIZE	5000

static const struct {
	unsigned int prio;
	int size;
} sent[] = { { 3, 10 }, { 31, SIZE }, { 3, 4096 }, { 0, 0 }, { 32767, 1 } };
/* as they are received */
static const int order[] = { 4, 1, 0, 2, 3 };

#define SENT	((int)(sizeof(sent) / sizeof(sent[0])))

static unsigned char byte(int n, int i)
{
	return n * 31 + i * 7 + (i >> 8);
}

static void send_nth(mqd_t q, int n)
{
	unsigned char data[SIZE];
	int i;

	for (i = 0; i < sent[n].size; i++)
		data[i] = byte(n, i);
	tst_sys(mq_send(q, (char *)data, sent[n].size, sent[n].prio));
}

static int is_nth(mqd_t q, int n)
{
	unsigned char data[SIZE];
	unsigned int prio;
	int i;

	if (mq_receive(q, (char *)data, SIZE, &prio) != sent[n].size || prio != sent[n].prio)
		return 0;
	for (i = 0; i < sent[n].size; i++) {
		if (data[i] != byte(n, i))
			return 0;
	}
	return 1;
}

static mqd_t make(const char *name, int flags, long max, long size)
{
	struct mq_attr attr = { .mq_maxmsg = max, .mq_msgsize = size };

	return tst_sys(mq_open(name, flags | O_CREAT | O_EXCL, 0640, &attr));
}

static volatile siginfo_t got;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	got = *info;
}

static int ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static pid_t receiver(mqd_t q, char want)
{
	char c[16];
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(mq_receive(q, c, sizeof(c), NULL) != 1 || c[0] != want);
	return pid;
}

static pid_t sender(mqd_t q)
{
	pid_t pid = tst_sys(fork());

	if (!pid)
		_exit(mq_send(q, "s", 1, 2) != 0);
	return pid;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2 };
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	struct mq_attr attr;
	struct stat st, st2;
	mqd_t q, rd, wr, waited, full, told, quiet, gone, again;
	pid_t recv, send;
	char c[16];
	int i, good = 0;

	tst_begin(argc, argv);
	q = make("/many", O_RDWR, 8, SIZE);
	for (i = 0; i < SENT; i++)
		send_nth(q, i);
	tst_sys(fchmod(q, 0604));
	tst_sys(fchown(q, 33, 44));
	tst_sys(fstat(q, &st));
	rd = tst_sys(mq_open("/many", O_RDONLY | O_NONBLOCK));
	wr = tst_sys(mq_open("/many", O_WRONLY));
	tst_sys(fcntl(wr, F_SETFD, 0));

	waited = make("/waited", O_RDWR, 2, 16);
	recv = receiver(waited, 'r');
	full = make("/full", O_RDWR, 1, 16);
	tst_sys(mq_send(full, "f", 1, 1));
	send = sender(full);

	tst_sys(sigaction(SIGRTMIN + 2, &sa, NULL));
	event.sigev_value.sival_ptr = (void *)0x1234567890abUL;
	told = make("/told", O_RDWR, 2, 16);
	tst_sys(mq_notify(told, &event));
	quiet = make("/quiet", O_RDWR, 2, 16);
	tst_sys(mq_notify(quiet, &none));

	gone = make("/twice", O_RDWR | O_NONBLOCK, 2, 16);
	tst_sys(mq_send(gone, "old", 3, 5));
	tst_sys(mq_unlink("/twice"));
	again = make("/twice", O_RDWR | O_NONBLOCK, 2, 16);
	tst_sys(mq_send(again, "new", 3, 5));
	mq_close(make("/closed", O_RDWR, 10, 100));
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(!fstat(q, &st2) && st2.st_mode == st.st_mode && st2.st_uid == 33 && st2.st_gid == 44,
	       "owner and mode");
	tst_ok(st2.st_mtim.tv_sec == st.st_mtim.tv_sec && st2.st_mtim.tv_nsec == st.st_mtim.tv_nsec,
	       "time of the last message");
	tst_ok(!mq_getattr(q, &attr) && attr.mq_maxmsg == 8 && attr.mq_msgsize == SIZE &&
	       attr.mq_curmsgs == SENT && !attr.mq_flags, "attributes");
	tst_ok(!mq_getattr(rd, &attr) && attr.mq_flags == O_NONBLOCK, "O_NONBLOCK");
	tst_ok(mq_send(rd, "x", 1, 0) < 0 && errno == EBADF, "one for reading only");
	tst_ok(mq_receive(wr, c, sizeof(c), NULL) < 0 && errno == EBADF, "one for writing only");
	tst_ok(fcntl(q, F_GETFD) == FD_CLOEXEC && !fcntl(wr, F_GETFD), "FD_CLOEXEC");
	for (i = 0; i < SENT; i++)
		good += is_nth(rd, order[i]);
	tst_is(good, SENT, "messages by priority and in order, of any size");
	tst_ok(mq_receive(rd, (char *)c, SIZE, NULL) < 0 && errno == EAGAIN, "and no more");
	tst_ok(!mq_send(wr, "x", 1, 0) && !mq_getattr(q, &attr) && attr.mq_curmsgs == 1,
	       "descriptors are of one queue");

	tst_ok(waitpid(recv, NULL, WNOHANG) == 0, "who waits to receive waits");
	tst_ok(!mq_send(waited, "r", 1, 0) && ended_well(recv), "who waited has received");
	tst_ok(waitpid(send, NULL, WNOHANG) == 0, "who waits to send waits");
	tst_is(mq_receive(full, c, sizeof(c), NULL), 1, "room is made");
	tst_ok(ended_well(send) && mq_receive(full, c, sizeof(c), NULL) == 1 && c[0] == 's',
	       "who waited has sent");

	tst_ok(mq_notify(told, &event) < 0 && errno == EBUSY, "a notification is asked for");
	tst_sys(mq_send(told, "x", 1, 0));
	for (i = 0; i < 100 && !got.si_signo; i++)
		tst_sleep_ms(10);
	tst_ok(got.si_signo == SIGRTMIN + 2 && got.si_code == SI_MESGQ &&
	       got.si_value.sival_ptr == (void *)0x1234567890abUL, "it comes, with its value");
	tst_ok(mq_notify(quiet, &none) < 0 && errno == EBUSY, "one without a signal is asked for");
	tst_ok(!mq_notify(quiet, NULL) && !mq_notify(quiet, &none), "and can be taken back");

	tst_ok(mq_receive(gone, c, sizeof(c), NULL) == 3 && !memcmp(c, "old", 3),
	       "a queue without a name");
	tst_ok(!fstat(gone, &st) && !st.st_nlink, "has none");
	tst_ok(mq_receive(again, c, sizeof(c), NULL) == 3 && !memcmp(c, "new", 3),
	       "one that has its name now");
	i = mq_open("/closed", O_RDONLY);
	tst_ok(i >= 0 && !mq_getattr(i, &attr) && attr.mq_maxmsg == 10 && attr.mq_msgsize == 100,
	       "a queue that nobody has open");
	tst_ok(!mq_unlink("/many") && !mq_unlink("/closed") && !mq_unlink("/twice"),
	       "they can be removed");
	return tst_end();
}
