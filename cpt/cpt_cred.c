// SPDX-License-Identifier: GPL-2.0-only
/*
 * cred: credentials of tasks and of open files.
 */
#include <linux/cred.h>
#include <linux/keyctl.h>
#include <linux/sched/task.h>
#include <linux/securebits.h>
#include <linux/user_namespace.h>
#include "../kernel/access.h"
#include "cpt_task.h"

static void cpt_cred_get(void *ptr)
{
	get_cred((const struct cred *)ptr);
}

static void cpt_cred_put(void *ptr)
{
	put_cred((const struct cred *)ptr);
}

/* The one that the VE was started with is the host's. */
static bool has_own_session_keyring(struct vz_context *ctx, const struct cred *cred)
{
	struct task_struct *init = cpt_get_init(ctx);
	const struct cred *init_cred;
	bool own;

	if (!init)
		return false;
	init_cred = get_task_cred(init);
	own = cred->session_keyring && cred->session_keyring != init_cred->session_keyring;
	put_cred(init_cred);
	put_task_struct(init);
	return own;
}

static bool in_landlock(const struct cred *cred)
{
	if (!vz_landlock_initialized || !*vz_landlock_initialized || !vz_landlock_blob_sizes)
		return false;
	/* struct landlock_cred_security has one member: the domain */
	return *(void **)(cred->security + vz_landlock_blob_sizes->lbs_cred);
}

static int cpt_cred_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct cred *cred = obj->ptr;

	if (cred->user_ns != &init_user_ns)
		cpt_refuse(ctx, "%s: user namespace: not supported", ctx->who);
	if (cred->thread_keyring || cred->process_keyring)
		cpt_refuse(ctx, "%s: thread or process keyring: not supported", ctx->who);
	if (has_own_session_keyring(ctx, cred))
		cpt_refuse(ctx, "%s: session keyring of its own: not supported", ctx->who);
	if (cred->jit_keyring != KEY_REQKEY_DEFL_DEFAULT)
		cpt_refuse(ctx, "%s: keyring for requested keys of its own: not supported", ctx->who);
	if (in_landlock(cred))
		cpt_refuse(ctx, "%s: Landlock sandbox: not supported", ctx->who);
	return 0;
}

static int cpt_cred_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct cred *cred = obj->ptr;
	struct cpt_cred_image v = {};
	struct cpt_buf groups = {};
	unsigned int i;
	int err = 0;
	u32 gid;

	v.uid = __kuid_val(cred->uid);
	v.gid = __kgid_val(cred->gid);
	v.suid = __kuid_val(cred->suid);
	v.sgid = __kgid_val(cred->sgid);
	v.euid = __kuid_val(cred->euid);
	v.egid = __kgid_val(cred->egid);
	v.fsuid = __kuid_val(cred->fsuid);
	v.fsgid = __kgid_val(cred->fsgid);
	v.securebits = cred->securebits;
	v.cap_inheritable = vz_cap_to_u64(cred->cap_inheritable);
	v.cap_permitted = vz_cap_to_u64(cred->cap_permitted);
	v.cap_effective = vz_cap_to_u64(cred->cap_effective);
	v.cap_bset = vz_cap_to_u64(cred->cap_bset);
	v.cap_ambient = vz_cap_to_u64(cred->cap_ambient);
	v.ngroups = cred->group_info->ngroups;
	for (i = 0; i < v.ngroups && !err; i++) {
		gid = __kgid_val(cred->group_info->gid[i]);
		err = cpt_buf_add(&groups, &gid, sizeof(gid));
	}
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_CRED, obj->id, &v, sizeof(v), groups.data,
				    groups.len);
	cpt_buf_free(&groups);
	return err;
}

const struct cpt_ops cpt_cred_ops = {
	.collect = cpt_cred_collect,
	.dump = cpt_cred_dump,
	.get = cpt_cred_get,
	.put = cpt_cred_put,
};
