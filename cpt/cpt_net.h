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

/* Refuses what netfilter and its relatives have in the network and is not kept. */
int cpt_net_judge_filters(struct vz_context *ctx, struct net *net);

/* What the kind netsysctl knows of the VE in ctx->priv, since it was checked. */
void cpt_netsysctl_forget(struct vz_context *ctx);

#endif
