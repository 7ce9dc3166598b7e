/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds of sockets share while restoring.
 */
#ifndef _RST_SOCK_H
#define _RST_SOCK_H

#include <linux/skbuff.h>
#include <net/sock.h>
#include "rst.h"

/**
 * rst_sock_check() - whether this host can do what the options ask for
 * @rec: the record, for messages
 * @opts: its options
 *
 * Return: 0 or -errno after rst_err()
 */
int rst_sock_check(struct vz_context *ctx, const struct vz_rec *rec,
		   const struct cpt_sock_opts *opts);

/**
 * rst_sock_set() - everything of struct cpt_sock_opts, but for @shutdown, @error and
 *                  @error_soft: rst_sock_set_state()
 * @sk: a new socket that nobody uses; it has a struct socket
 * @opts: checked by the image's rules and rst_sock_check()
 * @filter: @opts->filter instructions
 *
 * Options that bind(2) or connect(2) looks at are in effect afterwards. No timer
 * is started. In init's context: the socket's network namespace is the VE's.
 * Return: 0 or -errno, nothing said
 */
int rst_sock_set(struct vz_context *ctx, struct sock *sk, const struct cpt_sock_opts *opts,
		 const struct cpt_sock_filter *filter);

/* Shut down, pending errors: what would be in the way of the functions that build it. */
void rst_sock_set_state(struct sock *sk, const struct cpt_sock_opts *opts);

/**
 * rst_sock_file() - a file for a socket
 * @sock: without a file; it is the file's from now on, also on error
 * @cred: who opened it
 *
 * Return: a new reference or ERR_PTR, nothing said
 */
struct file *rst_sock_file(struct socket *sock, const struct cred *cred);

/**
 * rst_sock_skb() - a packet with data
 * @data: its bytes
 * @len: how many
 * @linear: how many of them stood in the packet's head
 *
 * Nobody is charged for it. Return: the packet or NULL
 */
struct sk_buff *rst_sock_skb(const void *data, u32 len, u32 linear);

#endif /* _RST_SOCK_H */
