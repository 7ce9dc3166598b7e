// SPDX-License-Identifier: GPL-2.0-only
/*
 * uts: the VE's host name and domain name.
 */
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include "../kernel/access.h"
#include "cpt_task.h"

static int cpt_uts_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct task_struct *init = cpt_get_init(ctx);
	struct nsproxy *ns = NULL;
	struct cpt_uts_image v = {};

	if (init) {
		task_lock(init);
		ns = init->nsproxy;
		if (ns)
			get_nsproxy(ns);
		task_unlock(init);
		put_task_struct(init);
	}
	if (!ns)
		return cpt_err(ctx, -ESRCH, "uts: the VE has ended");
	down_read(vz_uts_sem);
	strscpy((char *)v.nodename, ns->uts_ns->name.nodename, sizeof(v.nodename));
	strscpy((char *)v.domainname, ns->uts_ns->name.domainname, sizeof(v.domainname));
	up_read(vz_uts_sem);
	vz_put_nsproxy(ns);
	return cpt_write_obj(ctx, CPT_OBJ_UTS, 1, &v, sizeof(v), NULL, 0);
}

const struct cpt_ops cpt_uts_ops = {
	.dump = cpt_uts_dump,
};
