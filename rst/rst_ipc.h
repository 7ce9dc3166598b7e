/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds sem, msg, mqueue and ipc share while restoring.
 */
#ifndef _RST_IPC_H
#define _RST_IPC_H

#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include "../kernel/access.h"
#include "rst.h"

/* struct ipc_namespace.ids[] */
#define RST_IDS_SEM	0
#define RST_IDS_MSG	1
#define RST_IDS_SHM	2

/*
 * In a restored init: its IPC namespace. Objects are made before the VE's own
 * limits hold: they may be lower by now.
 */
struct ipc_namespace *rst_ipc_unlimited(void);

/* From outside: for vz_put_nsproxy(); NULL: the VE has ended. */
struct nsproxy *rst_ipc_hold(struct vz_context *ctx);

/* The next object made gets this id. */
void rst_ipc_next(struct ipc_ids *ids, u32 id);

/* The object of an id. Nobody removes it: the VE is parked. */
struct kern_ipc_perm *rst_ipc_find(struct ipc_ids *ids, u32 id);

void rst_ipc_set_perm(struct kern_ipc_perm *perm, const struct cpt_ipc_perm *v);

/**
 * rst_ipc_pid() - who did something last
 * @ctx: the context; all tasks are there
 * @nr: the pid in the VE, also of a process that has ended; 0: nobody
 * @pid: what is there; its reference goes, and comes
 *
 * Return: 0 or -errno
 */
int rst_ipc_pid(struct vz_context *ctx, u32 nr, struct pid **pid);

/**
 * struct rst_scratch - user memory of a restored init
 * @addr: where; 0: none yet
 * @size: bytes
 */
struct rst_scratch {
	unsigned long addr;
	size_t size;
};

int rst_scratch_need(struct rst_scratch *s, size_t size);
void rst_scratch_end(struct rst_scratch *s);

#endif /* _RST_IPC_H */
