// SPDX-License-Identifier: GPL-2.0-only
/*
 * plain write|read FILE MIB, plain fork N, plain connect N: what the kernel does
 * by itself, for comparison. Prints microseconds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (1 << 20)

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int die(const char *what)
{
	perror(what);
	return 1;
}

static int copy(int writes, const char *path, size_t mib)
{
	int fd = open(path, writes ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0600);
	char *mem = malloc(mib * CHUNK);
	long long start;

	if (fd < 0 || !mem)
		return die(path);
	for (size_t i = 0; i < mib * CHUNK; i += 4096)	/* all pages are there */
		memset(mem + i, (int)(i / 4096), 4096);
	start = now_us();
	for (size_t i = 0; i < mib; i++) {
		char *at = mem + i * CHUNK;

		if ((writes ? write(fd, at, CHUNK) : read(fd, at, CHUNK)) != CHUNK)
			return die(path);
	}
	printf("%lld\n", now_us() - start);
	return 0;
}

static int forks(int n)
{
	long long start = now_us();
	int p[2];

	if (pipe(p))
		return die("pipe");
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();
		char c;

		if (pid < 0)
			return die("fork");
		if (!pid) {
			close(p[1]);
			_exit(read(p[0], &c, 1) != 0);
		}
	}
	close(p[1]);
	while (wait(NULL) > 0)
		;
	printf("%lld\n", now_us() - start);
	return 0;
}

static int connections(int n)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct rlimit limit = { 2 * n + 100, 2 * n + 100 };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(addr);
	long long start;

	if (setrlimit(RLIMIT_NOFILE, &limit) || bind(listener, (void *)&addr, sizeof(addr)) ||
	    listen(listener, 128) || getsockname(listener, (void *)&addr, &len))
		return die("listen");
	start = now_us();
	for (int i = 0; i < n; i++)
		if (connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&addr, sizeof(addr)) ||
		    accept(listener, NULL, NULL) < 0)
			return die("connect");
	printf("%lld\n", now_us() - start);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "write"))
		return copy(1, argv[2], atoi(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "read"))
		return copy(0, argv[2], atoi(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "fork"))
		return forks(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "connect"))
		return connections(atoi(argv[2]));
	fprintf(stderr, "usage: plain write|read FILE MIB | fork N | connect N\n");
	return 1;
}
