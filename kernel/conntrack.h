/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections that a network namespace tracks.
 */
#ifndef _VZ_CONNTRACK_H
#define _VZ_CONNTRACK_H

#include <linux/types.h>

struct net;
struct nf_conn;
struct vz_rtnl;

/**
 * struct vz_ct_msg - a tracked connection
 * @family: AF_INET, AF_INET6
 * @attrs: CTA_*, without what belongs to the entry in the kernel and not to the connection
 * @len: their length
 */
struct vz_ct_msg {
	u32 family;
	void *attrs;
	size_t len;
};

/**
 * vz_ct_walk() - all tracked connections
 * @rt: a socket of NETLINK_NETFILTER
 * @fn: is called for each, those that belong to others last; not 0 ends it
 * @arg: for @fn
 *
 * Return: 0, what @fn said, -EAGAIN: there is much coming and going, or -errno
 */
int vz_ct_walk(struct vz_rtnl *rt, int (*fn)(const struct vz_ct_msg *m, void *arg), void *arg);

/**
 * vz_ct_find() - the kernel's entry of a tracked connection
 * @net: the network namespace
 * @m: the connection
 *
 * vz_late_find_nf_conntrack_find_get() must have said yes.
 *
 * Return: the entry, with a reference; NULL: it has ended, or is of a zone
 */
struct nf_conn *vz_ct_find(struct net *net, const struct vz_ct_msg *m);

/* An attribute; NULL: there is none. */
struct nlattr *vz_ct_attr(const struct vz_ct_msg *m, int type);
u32 vz_ct_be32(const struct vz_ct_msg *m, int type);

#endif
