// SPDX-License-Identifier: GPL-2.0-only
/*
 * uts: host name and domain name, in the new namespace that init was made with.
 */
#include <linux/nsproxy.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include "../kernel/access.h"
#include "rst.h"

static int rst_uts_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_uts_image *v = rec->fixed;

	if (strnlen((const char *)v->nodename, sizeof(v->nodename)) > __NEW_UTS_LEN ||
	    strnlen((const char *)v->domainname, sizeof(v->domainname)) > __NEW_UTS_LEN)
		return rst_err(ctx, -EINVAL, "uts: a name is longer than %d", __NEW_UTS_LEN);
	return 0;
}

static int rst_uts_ve(struct vz_context *ctx)
{
	const struct cpt_uts_image *v = rst_nth(ctx, CPT_OBJ_UTS, 0)->fixed;
	struct new_utsname *name = &current->nsproxy->uts_ns->name;

	down_write(vz_uts_sem);
	strscpy_pad(name->nodename, (const char *)v->nodename, sizeof(name->nodename));
	strscpy_pad(name->domainname, (const char *)v->domainname, sizeof(name->domainname));
	up_write(vz_uts_sem);
	return 0;
}

const struct rst_ops rst_uts_ops = {
	.check = rst_uts_check,
	.ve = rst_uts_ve,
};
