// SPDX-License-Identifier: GPL-2.0-only
/*
 * netsysctl: what can be set below /proc/sys/net. All of it is kept, because
 * another host's new network namespaces may begin with other values; what has
 * the value that this host's begin with may be unknown to another kernel.
 */
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "../kernel/netmsg.h"
#include "../kernel/netproc.h"
#include "cpt_names.h"
#include "cpt_net.h"

#define SMALL_VALUE	512
#define LARGE_VALUE	(256 << 10)	/* net.ipv4.ip_local_reserved_ports at its worst */

/**
 * struct walk - over the settings of the VE's network
 * @ctx: the context
 * @path: where it is, below /proc/sys
 * @value: LARGE_VALUE bytes
 * @all: pairs of path and value
 */
struct walk {
	struct vz_context *ctx;
	char path[VZ_NETSYSCTL_NAME];
	char *value;
	struct cpt_buf all;
};

static ssize_t read_value(const char *path, char *value)
{
	char name[VZ_NETSYSCTL_NAME + 4];
	ssize_t n;

	snprintf(name, sizeof(name), "sys%s", path);
	n = vz_netproc_read(name, value, SMALL_VALUE);
	return n == -E2BIG ? vz_netproc_read(name, value, LARGE_VALUE) : n;
}

/* Older names of base_reachable_time_ms and the like; the kernel complains of their users. */
static bool is_deprecated(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return strstr(path, "/neigh/") &&
	       (!strcmp(name, "base_reachable_time") || !strcmp(name, "retrans_time"));
}

static int one_setting(struct walk *w)
{
	ssize_t n = is_deprecated(w->path) ? -ENOENT : read_value(w->path, w->value);

	/* a secret that was not set; a device that has gone */
	if (n == -EIO || n == -ENOENT)
		return 0;
	if (n < 0 || w->all.len + n + sizeof(w->path) > VZ_NETSYSCTL_MAX)
		return cpt_refuse(w->ctx, "net: setting %s: cannot be read: error %d", w->path,
				  n < 0 ? (int)-n : E2BIG);
	return cpt_buf_str(&w->all, w->path) ?: cpt_buf_str(&w->all, w->value);
}

static int walk_dir(struct walk *w);

static int one_entry(struct walk *w, const char *name)
{
	size_t len = strlen(w->path);
	char full[VZ_NETSYSCTL_NAME + 4];
	struct path path;
	umode_t mode;
	int err;

	if (len + strlen(name) + 2 > sizeof(w->path))
		return cpt_refuse(w->ctx, "net: setting %s/%s: its name is too long: not supported",
				  w->path, name);
	snprintf(w->path + len, sizeof(w->path) - len, "/%s", name);
	snprintf(full, sizeof(full), "sys%s", w->path);
	err = vz_netproc_path(full, &path);
	if (!err) {
		mode = d_inode(path.dentry)->i_mode;
		path_put(&path);
		/* what can only be written is an order, not a setting */
		if (S_ISDIR(mode))
			err = walk_dir(w);
		else if ((mode & 0600) == 0600)
			err = one_setting(w);
	}
	w->path[len] = 0;
	return err == -ENOENT ? 0 : err;
}

/* Recursion ends where VZ_NETSYSCTL_NAME does. */
static int walk_dir(struct walk *w)
{
	char full[VZ_NETSYSCTL_NAME + 4];
	struct cpt_buf names = {};
	const char *name;
	int err;

	snprintf(full, sizeof(full), "sys%s", w->path);
	err = cpt_read_names(vz_netproc_open(full, O_RDONLY | O_DIRECTORY), &names);
	for (name = names.data; !err && name && name < (char *)names.data + names.len;
	     name += strlen(name) + 1)
		err = one_entry(w, name);
	cpt_buf_free(&names);
	return err;
}

/* All settings of the VE, in w->all. */
static int read_all(struct walk *w)
{
	struct net *net = cpt_get_net(w->ctx);
	struct vz_netproc np;
	int err;

	if (!net)
		return 0;
	w->value = kvmalloc(LARGE_VALUE, GFP_KERNEL);
	err = w->value ? vz_netproc_enter(&np, net) : -ENOMEM;
	if (!err) {
		strscpy(w->path, "/net", sizeof(w->path));
		err = walk_dir(w);
		vz_netproc_leave(&np);
	}
	put_net(net);
	return err;
}

static void end_walk(struct walk *w)
{
	cpt_buf_free(&w->all);
	kvfree(w->value);
}

static int cpt_netsysctl_root(struct vz_context *ctx)
{
	struct walk w = { .ctx = ctx };
	int err;

	if (!ctx->checking)
		return 0;
	err = read_all(&w);
	end_walk(&w);
	return err ? cpt_err(ctx, err, "net: settings cannot be read: error %d", -err) : 0;
}

/* A device that a new network does not have begins with what is set for new devices. */
static void usual_path(const char *path, char *usual)
{
	const char *dev = strstr(path, "/venet0/");

	if (dev)
		snprintf(usual, VZ_NETSYSCTL_NAME, "%.*s/default/%s", (int)(dev - path), path,
			 dev + strlen("/venet0/"));
	else
		strscpy(usual, path, VZ_NETSYSCTL_NAME);
}

/* Puts what is as in a new network namespace behind what is not. */
static int sort_out(struct walk *w, struct cpt_netsysctl_image *v, struct cpt_buf *changed,
		    struct cpt_buf *usual)
{
	const char *path = w->all.data, *end = path + w->all.len, *value;
	char like[VZ_NETSYSCTL_NAME];
	struct cpt_buf *to;
	int err = 0;
	bool same;

	for (; !err && path < end; path = value + strlen(value) + 1) {
		value = path + strlen(path) + 1;
		usual_path(path, like);
		same = read_value(like, w->value) >= 0 && !strcmp(value, w->value);
		to = same ? usual : changed;
		if (same)
			v->usual++;
		else
			v->changed++;
		err = cpt_buf_str(to, path) ?: cpt_buf_str(to, value);
	}
	return err ?: cpt_buf_add(changed, usual->data, usual->len);
}

static int cpt_netsysctl_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct walk w = { .ctx = ctx };
	struct cpt_netsysctl_image v = {};
	struct cpt_buf changed = {}, usual = {};
	unsigned int before = ctx->refusals;
	struct vz_netproc np;
	int err = read_all(&w);

	if (!err && ctx->refusals != before)
		err = -EBUSY;
	if (!err)
		err = vz_netproc_enter(&np, NULL);
	if (!err) {
		err = sort_out(&w, &v, &changed, &usual);
		vz_netproc_leave(&np);
	}
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_NETSYSCTL, 1, &v, sizeof(v), changed.data,
				    changed.len);
	else
		cpt_err(ctx, err, "net: settings cannot be read: error %d", -err);
	cpt_buf_free(&changed);
	cpt_buf_free(&usual);
	end_walk(&w);
	return err;
}

const struct cpt_ops cpt_netsysctl_ops = {
	.root = cpt_netsysctl_root,
	.dump = cpt_netsysctl_dump,
};
