/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A netlink socket of ours in a network namespace: what user space would ask
 * rtnetlink or nfnetlink, asked from here.
 */
#ifndef _VZ_RTNL_H
#define _VZ_RTNL_H

#include <linux/netlink.h>
#include <net/netlink.h>

struct file;
struct net;
struct sk_buff;
struct socket;

/**
 * struct vz_rtnl - an open one
 * @sock: the socket
 * @file: its file, whose credentials the kernel asks for
 * @buf: for answers
 */
struct vz_rtnl {
	struct socket *sock;
	struct file *file;
	void *buf;
};

int vz_nl_open(struct vz_rtnl *rt, struct net *net, int protocol);
int vz_rtnl_open(struct vz_rtnl *rt, struct net *net);
void vz_rtnl_close(struct vz_rtnl *rt);

/* A message to be filled in with nla_put() and the like; freed by vz_rtnl_talk(). */
struct sk_buff *vz_rtnl_msg(int type, int flags, const void *head, size_t len);
/* Sends it, and says what the kernel said. @skb may be NULL: -ENOMEM. */
int vz_rtnl_talk(struct vz_rtnl *rt, struct sk_buff *skb);

/**
 * vz_nl_batch() - several messages at once
 * @rt: the socket
 * @data: messages without NLM_F_ACK
 * @len: their length
 * @bad: nlmsg_seq of the first one that was not taken
 *
 * Return: 0 or -errno
 */
int vz_nl_batch(struct vz_rtnl *rt, void *data, size_t len, u32 *bad);

/**
 * vz_rtnl_dump() - each message of a dump
 * @rt: the socket
 * @type: RTM_GETxxx
 * @head: the family's struct
 * @len: its size
 * @fn: is called for each; not 0 ends it
 * @arg: for @fn
 *
 * Return: 0, what @fn said, or -errno
 */
int vz_rtnl_dump(struct vz_rtnl *rt, int type, const void *head, size_t len,
		 int (*fn)(const struct nlmsghdr *h, void *arg), void *arg);

#endif /* _VZ_RTNL_H */
