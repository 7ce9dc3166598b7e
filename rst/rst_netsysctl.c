// SPDX-License-Identifier: GPL-2.0-only
/*
 * netsysctl: settings are written when they are not as they shall be. Setting
 * one may change others (ip_forward those of each device), so this goes on until
 * nothing is left to change. Devices are there, addresses are not yet.
 */
#include <linux/kmod.h>
#include <linux/slab.h>
#include "../kernel/netmsg.h"
#include "../kernel/netproc.h"
#include "rst.h"

#define ROUNDS		5
#define SMALL_VALUE	256

/* Some come with a module that is loaded when it is first used. */
static int open_again(const char *path)
{
	if (!strncmp(path, "/net/netfilter/nf_conntrack", 27))
		return request_module("nf_conntrack");
	if (!strncmp(path, "/net/mptcp/", 11) || !strncmp(path, "/net/sctp/", 10))
		return request_module("net-pf-2-proto-%d", path[5] == 'm' ? 262 : 132);
	return -ENOENT;
}

/*
 * The logger of a family is one that registers itself when its module is loaded,
 * in every network: where that was so, it is no setting of the VE's.
 */
static bool is_logger(const char *path)
{
	return !strncmp(path, "/net/netfilter/nf_log/", 22);
}

/* Does it say that? */
static bool says(struct vz_netproc *np, const char *name, const char *value)
{
	char small[SMALL_VALUE], *buf = small;
	size_t len = strlen(value), size = max_t(size_t, len + 3, SMALL_VALUE);
	bool same = false;

	if (size > sizeof(small))
		buf = kvmalloc(size, GFP_KERNEL);
	if (buf)
		same = vz_netproc_read(np, name, buf, size) == len && !strcmp(buf, value);
	if (buf != small)
		kvfree(buf);
	return same;
}

static bool is_there(struct vz_netproc *np, const char *name)
{
	struct path path;

	if (vz_netproc_path(np, name, &path))
		return false;
	path_put(&path);
	return true;
}

/* 1: was changed. */
static int set_one(struct vz_context *ctx, struct vz_netproc *np, const char *path,
		   const char *value, bool usual, bool last)
{
	char name[VZ_NETSYSCTL_NAME + 4];
	int err;

	snprintf(name, sizeof(name), "sys%s", path);
	if (says(np, name, value))
		return 0;
	if (!is_there(np, name)) {
		if (usual)
			return 0;
		if (open_again(path) || !is_there(np, name))
			return rst_err(ctx, -ENOENT, "net: this kernel has no setting %s", path);
		if (says(np, name, value))
			return 0;
	}
	if (is_logger(path) && usual)
		return 0;
	if (is_logger(path) && strcmp(value, "NONE"))
		request_module("%s", strcmp(value, "nfnetlink_log") ? "nf_log_syslog" : value);
	if (last)
		return rst_err(ctx, -EINVAL, "net: setting %s: cannot be set", path);
	err = vz_netproc_write(np, name, value);
	if (err == -EINTR || err == -ENOMEM || err == -ERESTARTNOINTR)
		return err;
	return 1;	/* an error may be due to another one, which comes later */
}

static int one_round(struct vz_context *ctx, struct vz_netproc *np, const struct vz_rec *rec,
		     bool last)
{
	const struct cpt_netsysctl_image *v = rec->fixed;
	u64 i, n = (u64)v->changed + v->usual;
	const char *path = rec->content, *value;
	int ret, changed = 0;

	for (i = 0; i < n; i++, path = value + strlen(value) + 1) {
		value = path + strlen(path) + 1;
		ret = set_one(ctx, np, path, value, i >= v->changed, last);
		if (ret < 0)
			return ret;
		changed += ret;
	}
	return changed;
}

static int rst_netsysctl_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec = rst_nth(ctx, CPT_OBJ_NETSYSCTL, 0);
	struct vz_netproc np;
	int i, ret = rec ? 1 : 0;

	vz_netproc_stay(&np);
	for (i = 1; ret > 0 && i <= ROUNDS; i++)
		ret = one_round(ctx, &np, rec, i == ROUNDS);
	vz_netproc_leave(&np);
	return min(ret, 0);
}

const struct rst_ops rst_netsysctl_ops = {
	.ve = rst_netsysctl_ve,
};
