/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the network kinds share.
 */
#ifndef _CPT_NET_H
#define _CPT_NET_H

#include "cpt.h"

struct net;

/* The VE's network namespace, with a reference; NULL: not its own, or it has ended. */
struct net *cpt_get_net(struct vz_context *ctx);

#endif
