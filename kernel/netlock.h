/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network lock of a VE.
 */
#ifndef _VZ_NETLOCK_H
#define _VZ_NETLOCK_H

#include <linux/types.h>

struct nf_hook_ops;
struct vz_context;

int vz_net_lock(struct vz_context *ctx);
void vz_net_unlock(struct vz_context *ctx);
void vz_net_end(struct vz_context *ctx);
bool vz_net_is_lock(const struct nf_hook_ops *ops);

#endif /* _VZ_NETLOCK_H */
