// SPDX-License-Identifier: GPL-2.0-only
/*
 * cred: credentials of tasks and of open files.
 */
#include <linux/cred.h>
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
	int err;

	if (cred->user_ns != &init_user_ns)
		cpt_refuse(ctx, "%s: user namespace: not supported", ctx->who);
	if (cred->request_key_auth)
		cpt_refuse(ctx, "%s: authority to give a key its value: not supported", ctx->who);
	if (in_landlock(cred))
		cpt_refuse(ctx, "%s: Landlock sandbox: not supported", ctx->who);
	err = cpt_collect_session_key(ctx, cred->session_keyring);
	if (!err)
		err = cpt_collect_key(ctx, cred->process_keyring);
	return err ?: cpt_collect_key(ctx, cred->thread_keyring);
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
	v.session_keyring = cpt_id(ctx, CPT_OBJ_KEY, cred->session_keyring);
	v.process_keyring = cpt_id(ctx, CPT_OBJ_KEY, cred->process_keyring);
	v.thread_keyring = cpt_id(ctx, CPT_OBJ_KEY, cred->thread_keyring);
	v.request_keyring = cred->jit_keyring;
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
