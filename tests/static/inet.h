/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All options that getsockopt(2) shows of a socket, as bytes: what the kernel knows
 * is asked, not what we know. And a datagram with all that recvmsg(2) tells.
 */
#ifndef _TST_INET_H
#define _TST_INET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define INET_NAMES 96
#define INET_BYTES 160

struct inet_option {
	int err, len;
	unsigned char bytes[INET_BYTES];
};

struct inet_options {
	struct inet_option o[5][INET_NAMES];
};

static const int inet_levels[] = { SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, 17, 136 };

/* New ones, or counters: SO_COOKIE, SO_MEMINFO, SO_INCOMING_NAPI_ID, SO_NETNS_COOKIE, SO_INCOMING_CPU */
static inline int inet_is_new(int level, int name)
{
	return level == SOL_SOCKET && (name == 57 || name == 55 || name == 56 || name == 71 ||
				       name == 49);
}

static inline struct inet_options *inet_get_options(int fd)
{
	struct inet_options *all = calloc(1, sizeof(*all));
	socklen_t len;

	tst_must(all);
	for (int l = 0; l < 5; l++) {
		for (int n = 0; n < INET_NAMES; n++) {
			/* SO_ERROR takes it away; SO_PEERPIDFD makes a descriptor */
			if (inet_levels[l] == SOL_SOCKET && (n == SO_ERROR || n == 77))
				continue;
			len = INET_BYTES;
			all->o[l][n].err = getsockopt(fd, inet_levels[l], n, all->o[l][n].bytes,
						      &len) ? errno : 0;
			all->o[l][n].len = all->o[l][n].err ? 0 : len;
			if (all->o[l][n].err)
				memset(all->o[l][n].bytes, 0, INET_BYTES);
		}
	}
	return all;
}

/* Is the difference the kernel's, and not the socket's? */
static inline int inet_of_kernel(const struct inet_option *is, const struct inet_option *was, int name)
{
	static const unsigned char none[INET_BYTES];

	/* of netfilter: whether its modules are loaded */
	if (name >= 64 && is->err && was->err)
		return 1;
	return tst_other_kernel() && (is->err == ENOPROTOOPT || was->err == ENOPROTOOPT) &&
	       !memcmp(is->bytes, none, INET_BYTES) && !memcmp(was->bytes, none, INET_BYTES);
}

static inline void inet_same_options(int fd, const struct inet_options *was, const char *what)
{
	struct inet_options *is = inet_get_options(fd);
	int wrong = 0, known = 0;

	for (int l = 0; l < 5; l++) {
		for (int n = 0; n < INET_NAMES; n++) {
			known += !was->o[l][n].err;
			if (inet_is_new(inet_levels[l], n) ||
			    inet_of_kernel(&is->o[l][n], &was->o[l][n], n) ||
			    (is->o[l][n].err == was->o[l][n].err &&
			     is->o[l][n].len == was->o[l][n].len &&
			     !memcmp(is->o[l][n].bytes, was->o[l][n].bytes, INET_BYTES)))
				continue;
			wrong++;
			tst_note("option %d of level %d: error %d, %d bytes %02x%02x%02x%02x, was %d, %d, %02x%02x%02x%02x",
				 n, inet_levels[l], is->o[l][n].err, is->o[l][n].len,
				 is->o[l][n].bytes[0], is->o[l][n].bytes[1], is->o[l][n].bytes[2],
				 is->o[l][n].bytes[3], was->o[l][n].err, was->o[l][n].len,
				 was->o[l][n].bytes[0], was->o[l][n].bytes[1],
				 was->o[l][n].bytes[2], was->o[l][n].bytes[3]);
		}
	}
	tst_is(wrong, 0, "%s: %d options", what, known);
	free(is);
}

struct inet_message {
	ssize_t n;
	int flags;
	socklen_t namelen;
	size_t controllen;
	struct sockaddr_storage name;
	unsigned char control[512];
	unsigned char data[70000];
};

static inline struct inet_message *inet_recv(int fd, int flags)
{
	struct inet_message *m = calloc(1, sizeof(*m));
	struct iovec iov = { m->data, sizeof(m->data) };
	struct msghdr h = {
		.msg_name = &m->name, .msg_namelen = sizeof(m->name), .msg_iov = &iov,
		.msg_iovlen = 1, .msg_control = m->control, .msg_controllen = sizeof(m->control),
	};

	m->n = recvmsg(fd, &h, flags | MSG_DONTWAIT);
	m->flags = h.msg_flags;
	m->namelen = m->n < 0 ? 0 : h.msg_namelen;
	m->controllen = m->n < 0 ? 0 : h.msg_controllen;
	return m;
}

static inline void inet_same_message(int fd, const struct inet_message *was, const char *what)
{
	struct inet_message *is = inet_recv(fd, 0);

	tst_is(is->n, was->n, "%s: bytes", what);
	tst_ok(!memcmp(is->data, was->data, sizeof(is->data)), "%s: data", what);
	tst_ok(is->namelen == was->namelen && !memcmp(&is->name, &was->name, sizeof(is->name)),
	       "%s: from whom", what);
	tst_ok(is->controllen == was->controllen && is->flags == was->flags &&
	       !memcmp(is->control, was->control, sizeof(is->control)),
	       "%s: %zu bytes of control data", what, was->controllen);
	free(is);
}

static inline socklen_t inet_addr_of(int family, const char *text, int port,
				     struct sockaddr_storage *a)
{
	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	if (family == AF_INET6) {
		tst_must(inet_pton(family, text, &((struct sockaddr_in6 *)a)->sin6_addr) == 1);
		((struct sockaddr_in6 *)a)->sin6_port = htons(port);
		return sizeof(struct sockaddr_in6);
	}
	tst_must(inet_pton(family, text, &((struct sockaddr_in *)a)->sin_addr) == 1);
	((struct sockaddr_in *)a)->sin_port = htons(port);
	return sizeof(struct sockaddr_in);
}

static inline void inet_set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value))) {
		fprintf(stderr, "option %d of level %d\n", name, level);
		tst_die("setsockopt");
	}
}

#endif
