// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve: what belongs to the VE as a whole.
 */
#include <linux/idr.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include "../kernel/compat.h"
#include "rst_read.h"

#define RST_NAMESPACES (CPT_NS_PID | CPT_NS_MNT | CPT_NS_UTS | CPT_NS_IPC | CPT_NS_NET | CPT_NS_TIME)

static int rst_ve_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_ve_image *v = rec->fixed;
	u32 missing = rst_header(ctx)->caps & ~vz_host_caps();

	if ((v->namespaces & RST_NAMESPACES) != RST_NAMESPACES)
		return rst_err(ctx, -EINVAL, "ve: namespaces %#x are not those of a VE", v->namespaces);
	if (missing)
		return rst_err(ctx, -EINVAL, "ve: this host's processor lacks features %#x", missing);
	if (v->memfd_noexec && !VZ_HAS_MEMFD_NOEXEC)
		return rst_err(ctx, -EOPNOTSUPP, "ve: this kernel has no vm.memfd_noexec");
	ctx->progress_total = v->mem_pages << PAGE_SHIFT;
	return 0;
}

static int rst_ve_ve(struct vz_context *ctx)
{
	const struct cpt_ve_image *v = rst_nth(ctx, CPT_OBJ_VE, 0)->fixed;
	struct net_device *lo = current->nsproxy->net_ns->loopback_dev;
	int err = 0;

	if (v->flags & CPT_VE_LO_UP) {
		rtnl_lock();
		err = dev_change_flags(lo, lo->flags | IFF_UP, NULL);
		rtnl_unlock();
	}
	return err ? rst_err(ctx, err, "ve: the loopback device cannot be set up: error %d", -err) : 0;
}

/* New processes go on with the pids. All of the image's are taken by now. */
static int rst_ve_links(struct vz_context *ctx)
{
	const struct cpt_ve_image *v = rst_nth(ctx, CPT_OBJ_VE, 0)->fixed;

	vz_set_memfd_noexec(ctx->pidns, v->memfd_noexec);
	idr_set_cursor(&ctx->pidns->idr, v->last_pid + 1);
	ctx->stats.processes = v->processes;
	ctx->stats.tasks = v->tasks;
	return 0;
}

const struct rst_ops rst_ve_ops = {
	.check = rst_ve_check,
	.ve = rst_ve_ve,
	.links = rst_ve_links,
};
