/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds unix and unix_queue share.
 */
#ifndef _CPT_UNIX_H
#define _CPT_UNIX_H

#include <net/af_unix.h>
#include "cpt_sock.h"

/**
 * struct cpt_unix - vz_obj.data of a CPT_OBJ_UNIX
 * @who: who was met with it first, for messages
 * @file: the VE has a file that stands for it
 * @listener: it waits to be accepted, on this one of the VE's sockets
 * @inode: its socket file can be named
 * @bound: can be found by its name
 * @followed: what it leads to was met
 */
struct cpt_unix {
	char who[sizeof_field(struct vz_context, who)];
	bool file;
	const struct sock *listener;
	bool inode;
	bool bound;
	bool followed;
};

/*
 * It is in the image as a socket that was closed: it was, or it is one from
 * outside of the VE whose messages wait to be received.
 */
static inline bool cpt_unix_is_dead(const struct vz_obj *obj)
{
	const struct cpt_unix *data = obj->data;

	return !data->file && !data->listener;
}

int cpt_unix_look(struct vz_context *ctx, struct vz_obj *obj);

#endif /* _CPT_UNIX_H */
