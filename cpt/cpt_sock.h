/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds of sockets share while dumping.
 */
#ifndef _CPT_SOCK_H
#define _CPT_SOCK_H

#include <linux/skbuff.h>
#include <net/sock.h>
#include "cpt.h"

/**
 * cpt_sock_of() - the socket that a file stands for
 * @file: any file
 * @family: AF_*
 *
 * Context: any. Return: its sock, without a reference (it lasts as long as the
 * file); NULL when the file is not a socket of that family, or an O_PATH one
 */
struct sock *cpt_sock_of(const struct file *file, int family);

/* struct cpt_file_type.hold for sockets of every family; and .drop, struct cpt_ops.get and .put. */
void *cpt_sock_hold(struct file *file);
void cpt_sock_get(void *sk);
void cpt_sock_put(void *sk);

/* struct cpt_file_type.async_fd for sockets of every family. May sleep */
u32 cpt_sock_async_fd(struct file *file);

/**
 * cpt_sock_judge() - refuse what no kind of socket can restore
 * @ctx: the context; cpt_who() was told whose socket it is
 * @sk: the socket, locked by nobody; the caller has a reference
 *
 * May sleep. The VE runs, or is parked. Return: 0, refused or not; -errno
 */
int cpt_sock_judge(struct vz_context *ctx, struct sock *sk);

/**
 * cpt_sock_fill() - options, errors and inode of a socket
 * @sk: the socket; the VE is parked
 * @opts: filled in, but for @filter
 */
void cpt_sock_fill(struct sock *sk, struct cpt_sock_opts *opts);

/**
 * cpt_sock_filter() - the program of SO_ATTACH_FILTER
 * @sk: the socket
 * @opts: @filter is filled in
 * @content: its instructions are appended: before anything else
 *
 * Return: 0 or -ENOMEM
 */
int cpt_sock_filter(struct sock *sk, struct cpt_sock_opts *opts, struct cpt_buf *content);

/* The socket belongs to the VE's network namespace. */
bool cpt_sock_in_ve(struct vz_context *ctx, const struct sock *sk);

/* Pid in the VE; 0 when it is not one of the VE's, or NULL. */
u32 cpt_sock_pid(struct vz_context *ctx, struct pid *pid);

/**
 * struct cpt_skbs - the packets of a socket's receive queue
 * @nr: how many
 * @skb: they, each with a reference
 */
struct cpt_skbs {
	unsigned int nr;
	struct sk_buff **skb;
};

/**
 * cpt_sock_get_skbs() - the packets that wait to be received
 * @sk: nobody reads from it: it is parked, or the caller has the readers' lock
 * @skbs: filled in; cpt_sock_put_skbs() frees it
 *
 * Packets may be added while this runs, and afterwards: they may be missing.
 * Return: 0 or -ENOMEM
 */
int cpt_sock_get_skbs(struct sock *sk, struct cpt_skbs *skbs);
/* The same of any queue. */
int cpt_queue_get_skbs(struct sk_buff_head *queue, struct cpt_skbs *skbs);
void cpt_sock_put_skbs(struct cpt_skbs *skbs);

/* All bytes of a packet, whatever they lie in: appended to @buf. -ENOMEM, -EFAULT */
int cpt_sock_skb(const struct sk_buff *skb, struct cpt_buf *buf);

#endif /* _CPT_SOCK_H */
