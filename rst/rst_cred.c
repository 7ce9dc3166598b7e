// SPDX-License-Identifier: GPL-2.0-only
/*
 * cred: credentials, made once and shared by all tasks that had them.
 */
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/sched/coredump.h>
#include <linux/sched/user.h>
#include <linux/securebits.h>
#include <linux/security.h>
#include "../kernel/access.h"
#include "rst_task.h"

static int set_user(struct cred *cred)
{
	struct user_struct *user = vz_alloc_uid(cred->uid);

	if (!user)
		return -ENOMEM;
	free_uid(cred->user);
	cred->user = user;
	return vz_set_cred_ucounts(cred);
}

static int set_supplementary(struct cred *cred, const u32 *gids, u32 n)
{
	struct group_info *info = groups_alloc(n);
	u32 i;

	if (!info)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		info->gid[i] = KGIDT_INIT(gids[i]);
	groups_sort(info);
	set_groups(cred, info);
	put_group_info(info);
	return 0;
}

static void set_key(struct vz_context *ctx, struct key **key, u64 id)
{
	key_put(*key);
	*key = key_get(rst_made(ctx, CPT_OBJ_KEY, id));
}

static int fill(struct vz_context *ctx, struct cred *cred, const struct vz_rec *rec)
{
	const struct cpt_cred_image *v = rec->fixed;
	int err;

	cred->uid = KUIDT_INIT(v->uid);
	cred->gid = KGIDT_INIT(v->gid);
	cred->suid = KUIDT_INIT(v->suid);
	cred->sgid = KGIDT_INIT(v->sgid);
	cred->euid = KUIDT_INIT(v->euid);
	cred->egid = KGIDT_INIT(v->egid);
	cred->fsuid = KUIDT_INIT(v->fsuid);
	cred->fsgid = KGIDT_INIT(v->fsgid);
	cred->securebits = v->securebits;
	cred->cap_inheritable = vz_cap_from_u64(v->cap_inheritable);
	cred->cap_permitted = vz_cap_from_u64(v->cap_permitted);
	cred->cap_effective = vz_cap_from_u64(v->cap_effective);
	cred->cap_bset = vz_cap_from_u64(v->cap_bset);
	cred->cap_ambient = vz_cap_from_u64(v->cap_ambient);
	/* what is there is the tool's, not the VE's */
	set_key(ctx, &cred->session_keyring, v->session_keyring);
	set_key(ctx, &cred->process_keyring, v->process_keyring);
	set_key(ctx, &cred->thread_keyring, v->thread_keyring);
	cred->jit_keyring = v->request_keyring;
	err = set_user(cred);
	return err ?: set_supplementary(cred, rec->content, v->ngroups);
}

static int rst_cred_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_cred_image *v = rec->fixed;
	u64 caps = v->cap_inheritable | v->cap_permitted | v->cap_bset;

	if (v->securebits & ~(u32)(SECURE_ALL_BITS | SECURE_ALL_LOCKS))
		return rst_err(ctx, -EINVAL, "cred %llu: securebits %#x are not known here",
			       rec->hdr.id, v->securebits);
	if (caps & ~(BIT_ULL(CAP_LAST_CAP + 1) - 1))
		return rst_err(ctx, -EINVAL, "cred %llu: capabilities %#llx are not known here",
			       rec->hdr.id, caps);
	return 0;
}

/* In init's context: what is not in the image is as a new root process has it. */
static int rst_cred_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct cred *cred;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_CRED, i, rec) {
		cred = prepare_creds();
		if (!cred)
			return -ENOMEM;
		err = fill(ctx, cred, rec);
		if (!err)
			err = rst_keep(ctx, CPT_OBJ_CRED, rec->hdr.id, cred);
		if (err) {
			abort_creds(cred);
			return rst_err(ctx, err, "cred %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
		}
	}
	return 0;
}

/**
 * rst_commit_cred() - current gets the credentials of a record
 * @vt: the task
 * @id: of the record
 *
 * The last step of a task that needs privileges comes before this.
 */
int rst_commit_cred(struct vz_task *vt, u64 id)
{
	struct cred *cred = rst_made(vt->ctx, CPT_OBJ_CRED, id);
	int dumpable;

	if (!cred)
		return rst_err(vt->ctx, -EINVAL, "task %d: there are no credentials %llu", vt->pid, id);
	dumpable = get_dumpable(current->mm);
	commit_creds((struct cred *)get_cred(cred));
	/* a change of credentials resets it; what the image has was set before */
	vz_set_dumpable(current->mm, dumpable);
	return 0;
}

static void rst_cred_undo(void *ptr)
{
	put_cred((const struct cred *)ptr);
}

const struct rst_ops rst_cred_ops = {
	.check = rst_cred_check,
	.ve = rst_cred_ve,
	.undo = rst_cred_undo,
};
