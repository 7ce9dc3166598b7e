// SPDX-License-Identifier: GPL-2.0-only
/*
 * conns GO RESULT N: N established TCP connections on the loopback device, each
 * with a word on its way in both directions; then each says one more.
 */
#include "../static/tst.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

struct word {
	int number, turn;
};

static void say(int fd, int number, int turn)
{
	struct word w = { number, turn };

	tst_must(write(fd, &w, sizeof(w)) == sizeof(w));
}

static int hear(int fd, int number, int turn)
{
	struct word w;

	return read(fd, &w, sizeof(w)) == sizeof(w) && w.number == number && w.turn == turn;
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int n, listener, wrong = 0;
	struct rlimit limit;
	int (*c)[2];

	tst_begin(argc, argv);
	n = argc > 3 ? atoi(argv[3]) : 1000;
	limit.rlim_cur = limit.rlim_max = 2 * n + 100;
	tst_must(!setrlimit(RLIMIT_NOFILE, &limit));
	c = calloc(n, sizeof(*c));
	tst_must(c);
	listener = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
	tst_sys(bind(listener, (void *)&addr, sizeof(addr)));
	tst_sys(listen(listener, 128));
	tst_sys(getsockname(listener, (void *)&addr, &len));
	for (int i = 0; i < n; i++) {
		c[i][0] = tst_sys(socket(AF_INET, SOCK_STREAM, 0));
		tst_sys(connect(c[i][0], (void *)&addr, sizeof(addr)));
		c[i][1] = tst_sys(accept(listener, NULL, NULL));
		say(c[i][0], i, 0);
		say(c[i][1], i, 1);
	}
	tst_ready();
	for (int i = 0; i < n; i++) {
		say(c[i][0], i, 2);
		say(c[i][1], i, 3);
		wrong += !hear(c[i][1], i, 0) || !hear(c[i][1], i, 2) ||
			 !hear(c[i][0], i, 1) || !hear(c[i][0], i, 3);
	}
	tst_is(wrong, 0, "%d connections", n);
	return tst_end();
}
