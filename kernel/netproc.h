/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of /proc that show a network namespace: /proc/sys/net, /proc/net.
 */
#ifndef _VZ_NETPROC_H
#define _VZ_NETPROC_H

#include <linux/types.h>

struct file;
struct net;
struct nsproxy;
struct path;

int vz_netproc_init(void);
void vz_netproc_exit(void);

/**
 * struct vz_netproc - the current task is in another network namespace
 * @old: its own namespaces
 * @visit: those that it has meanwhile
 */
struct vz_netproc {
	struct nsproxy *old;
	struct nsproxy *visit;
};

/**
 * vz_netproc_enter() - the current task visits a network namespace
 * @np: filled in
 * @net: which one; NULL: a new one, that ends with the visit
 *
 * Return: 0 or -errno
 */
int vz_netproc_enter(struct vz_netproc *np, struct net *net);
void vz_netproc_leave(struct vz_netproc *np);

/* All of these take a path below /proc, as the current task's network shows it. */
int vz_netproc_path(const char *name, struct path *path);
struct file *vz_netproc_open(const char *name, int flags);

/**
 * vz_netproc_read() - what a file says
 * @name: below /proc
 * @buf: gets the text, NUL-terminated, without a newline at its end
 * @size: of @buf
 *
 * Return: length of the text; -E2BIG when it does not fit; other -errno
 */
ssize_t vz_netproc_read(const char *name, char *buf, size_t size);
int vz_netproc_write(const char *name, const char *text);

#endif
