/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kinds sem, msg, mqueue and ipc share while dumping.
 */
#ifndef _CPT_IPC_H
#define _CPT_IPC_H

#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/msg.h>
#include "../kernel/access.h"
#include "cpt.h"

/* struct ipc_namespace.ids[] */
#define CPT_IDS_SEM	0
#define CPT_IDS_MSG	1
#define CPT_IDS_SHM	2

/**
 * cpt_ipc_hold() - the VE's namespaces
 * @ctx: the context
 *
 * Return: with a reference, for vz_put_nsproxy(); NULL after cpt_err(): the VE has ended
 */
struct nsproxy *cpt_ipc_hold(struct vz_context *ctx);

/**
 * cpt_ipc_each() - for all System V objects of a kind
 * @ctx: the context
 * @ids: CPT_IDS_SEM ...
 * @fn: called with the namespace's ids->rwsem held for reading; may sleep
 *
 * Return: 0, or the first error of @fn; -ESRCH (said) when the VE has ended
 */
int cpt_ipc_each(struct vz_context *ctx, unsigned int ids,
		 int (*fn)(struct vz_context *ctx, struct kern_ipc_perm *perm));

void cpt_ipc_perm(struct cpt_ipc_perm *v, const struct kern_ipc_perm *perm);

/**
 * struct cpt_msgs - messages of a queue that are being copied
 * @nr: how many there are
 * @bytes: bytes of all texts together
 * @buf: as they stand in a record: the array, @gap bytes, the texts
 * @gap: bytes in between
 * @done: how many are copied
 * @at: bytes of text that are copied
 */
struct cpt_msgs {
	u32 nr;
	size_t bytes;
	char *buf;
	size_t gap;
	u32 done;
	size_t at;
};

int cpt_msgs_alloc(struct vz_context *ctx, struct cpt_msgs *msgs);
bool cpt_msgs_add(struct cpt_msgs *msgs, const struct msg_msg *msg);
static inline size_t cpt_msgs_len(const struct cpt_msgs *msgs)
{
	return msgs->nr * sizeof(struct cpt_msg) + msgs->gap + msgs->bytes;
}

#endif /* _CPT_IPC_H */
