/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of /proc that show a network namespace: /proc/sys/net, /proc/net.
 */
#ifndef _VZ_NETPROC_H
#define _VZ_NETPROC_H

#include <linux/path.h>
#include <linux/types.h>
#include "netmsg.h"

struct file;
struct net;
struct nsproxy;

int vz_netproc_init(void);
void vz_netproc_exit(void);

/**
 * struct vz_netproc - the current task looks at files of /proc
 * @old: its own namespaces
 * @visit: those that it has meanwhile; NULL: it is at home
 * @dir: the directory that it looked into last: most often the next one, too
 * @at: that directory; held when there is one
 */
struct vz_netproc {
	struct nsproxy *old;
	struct nsproxy *visit;
	char dir[VZ_NETSYSCTL_NAME];
	struct path at;
};

/**
 * vz_netproc_enter() - the current task visits a network namespace
 * @np: filled in
 * @net: which one; NULL: a new one, that ends with the visit
 *
 * Return: 0 or -errno; then there is nothing to leave
 */
int vz_netproc_enter(struct vz_netproc *np, struct net *net);
/* The current task looks at its own network namespace. */
void vz_netproc_stay(struct vz_netproc *np);
void vz_netproc_leave(struct vz_netproc *np);

/* All of these take a path below /proc, as the network shows it. */
int vz_netproc_path(struct vz_netproc *np, const char *name, struct path *path);
struct file *vz_netproc_open(struct vz_netproc *np, const char *name, int flags);

/**
 * vz_netproc_read() - what a file says
 * @np: from vz_netproc_enter() or vz_netproc_stay()
 * @name: below /proc
 * @buf: gets the text, NUL-terminated, without a newline at its end
 * @size: of @buf
 *
 * Return: length of the text; -E2BIG when it does not fit; other -errno
 */
ssize_t vz_netproc_read(struct vz_netproc *np, const char *name, char *buf, size_t size);
/* The same of an open file, from its beginning. */
ssize_t vz_netproc_read_file(struct file *file, char *buf, size_t size);
int vz_netproc_write(struct vz_netproc *np, const char *name, const char *text);

#endif
