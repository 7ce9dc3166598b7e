// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies between vzctl's standard streams and those of a command in a VE, so
 * that nothing in the VE ever holds a file of the host. Our ends of the pipes
 * do not block; the host's streams are only touched when poll() says so.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util.h"
#include "ve.h"

/* A pipe takes this much at once when poll() says it is writable. */
#define CHUNK		4096
/* What a command may have left in a pipe when it ended: a pipe's capacity. */
#define DRAIN_MAX	(64 * 1024)
/* A terminal hands over its last output from a kernel worker. */
#define DRAIN_TTY_MS	200

struct channel {
	int from, to;		/* -1: ended */
	bool own_from, own_to;	/* ours to close */
	size_t off, len;
	char buf[CHUNK];
};

static void end_from(struct channel *c)
{
	if (c->own_from && c->from >= 0)
		close(c->from);
	c->from = -1;
}

static void end_to(struct channel *c)
{
	if (c->own_to && c->to >= 0)
		close(c->to);
	c->to = -1;
	c->len = 0;
}

static void fill(struct channel *c)
{
	ssize_t n = read(c->from, c->buf, sizeof(c->buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_from(c);
		end_to(c);
		return;
	}
	c->off = 0;
	c->len = n;
}

static void flush(struct channel *c)
{
	ssize_t n = write(c->to, c->buf + c->off, c->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		/* Nobody reads: let the writer find out in its turn. */
		end_to(c);
		end_from(c);
		return;
	}
	c->off += n;
	c->len -= n;
}

/* For the end, when there is nothing else to wait for. */
static void flush_all(struct channel *c)
{
	while (c->len && c->to >= 0) {
		struct pollfd p = { .fd = c->to, .events = POLLOUT };

		if (poll(&p, 1, -1) > 0)
			flush(c);
	}
}

static void drain(struct channel *c, bool tty)
{
	struct pollfd p = { .fd = c->from, .events = POLLIN };
	size_t total = 0;

	flush_all(c);
	while (c->from >= 0 && total < DRAIN_MAX) {
		if (poll(&p, 1, tty ? DRAIN_TTY_MS : 0) <= 0)
			break;
		fill(c);
		total += c->len;
		flush_all(c);
	}
	end_from(c);
	end_to(c);
}

static void pass_signal(struct relay *r, struct channel *in)
{
	struct signalfd_siginfo info;
	struct winsize ws;

	if (read(r->sigfd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		if (r->tty && in->to >= 0 && !ioctl(r->input, TIOCGWINSZ, &ws))
			ioctl(in->to, TIOCSWINSZ, &ws);
	} else if (kill(-r->pid, info.ssi_signo)) {
		kill(r->pid, info.ssi_signo);
	}
}

void relay_run(struct relay *r)
{
	struct channel ch[3] = {
		{ .from = r->input, .to = r->to_child, .own_to = true },
		{ .from = r->from_child[0], .to = 1, .own_from = true },
		{ .from = r->from_child[1], .to = 2, .own_from = true },
	};

	if (r->input < 0)
		end_to(&ch[0]);
	for (;;) {
		struct pollfd p[5] = {
			{ .fd = r->pidfd, .events = POLLIN },
			{ .fd = r->sigfd, .events = POLLIN },
		};

		for (int i = 0; i < 3; i++) {
			p[2 + i].fd = ch[i].len ? ch[i].to : ch[i].from;
			p[2 + i].events = ch[i].len ? POLLOUT : POLLIN;
		}
		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			pass_signal(r, &ch[0]);
		for (int i = 0; i < 3; i++) {
			if (!p[2 + i].revents)
				continue;
			if (ch[i].len)
				flush(&ch[i]);
			else
				fill(&ch[i]);
		}
		/* The terminal hung up: so does the one in the VE. */
		if (r->tty && ch[0].to < 0)
			end_from(&ch[1]);
		if (p[0].revents)
			break;
	}
	end_to(&ch[0]);
	drain(&ch[1], r->tty);
	drain(&ch[2], r->tty);
}
