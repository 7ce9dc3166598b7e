/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds unix and unix_queue share.
 */
#ifndef _RST_UNIX_H
#define _RST_UNIX_H

#include <net/af_unix.h>
#include "rst_sock.h"

/**
 * struct rst_unix - object of a CPT_OBJ_UNIX
 * @sk: the socket; a reference
 * @sock: its struct socket; NULL: a file has it, or it waits to be accepted, or
 *        was closed
 */
struct rst_unix {
	struct sock *sk;
	struct socket *sock;
};

#endif /* _RST_UNIX_H */
