// SPDX-License-Identifier: GPL-2.0-only
/*
 * netsysctl: what can be set below /proc/sys/net. All of it is kept, because
 * another host's new network namespaces may begin with other values; what has
 * the value that this host's begin with may be unknown to another kernel.
 *
 * Looking for some hundred files takes longer than most other kinds together, so
 * that is done while the VE runs: then they are open, and what a new network has
 * in them is known. What they say is read when nothing runs.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "../kernel/netmsg.h"
#include "../kernel/netproc.h"
#include "cpt_names.h"
#include "cpt_net.h"

#define SMALL_VALUE	512
#define LARGE_VALUE	(256 << 10)	/* net.ipv4.ip_local_reserved_ports at its worst */

/**
 * struct setting - a setting of the VE's network
 * @file: open for reading
 * @path: where in the text its path is, below /proc/sys
 * @usual: where the value is that it has in a new network; 0: there is none
 */
struct setting {
	struct file *file;
	size_t path;
	size_t usual;
};

/**
 * struct cpt_settings - all of them
 * @nr: number of settings
 * @room: for how many there is room
 * @setting: as the walk met them
 * @bytes: what they take in a record
 * @text: strings; begins with an empty one
 * @dirs: of each directory: its path, the names in it, an empty string
 * @value: LARGE_VALUE bytes for what is read
 * @np: the network that is looked at
 */
struct cpt_settings {
	u32 nr;
	u32 room;
	struct setting *setting;
	size_t bytes;
	struct cpt_buf text;
	struct cpt_buf dirs;
	char *value;
	struct vz_netproc np;
};

/**
 * struct walk - over the directories of settings
 * @ctx: the context
 * @all: what is found
 * @path: where it is, below /proc/sys
 */
struct walk {
	struct vz_context *ctx;
	struct cpt_settings *all;
	char path[VZ_NETSYSCTL_NAME];
};

static void free_settings(struct cpt_settings *all)
{
	u32 i;

	if (!all)
		return;
	for (i = 0; i < all->nr; i++)
		fput(all->setting[i].file);
	kvfree(all->setting);
	cpt_buf_free(&all->text);
	cpt_buf_free(&all->dirs);
	kvfree(all->value);
	kfree(all);
}

static const char *text_of(const struct cpt_settings *all, size_t at)
{
	return (const char *)all->text.data + at;
}

/* ---- what there is ---- */

/* Older names of base_reachable_time_ms and the like; the kernel complains of their users. */
static bool is_deprecated(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return strstr(path, "/neigh/") &&
	       (!strcmp(name, "base_reachable_time") || !strcmp(name, "retrans_time"));
}

static int keep(struct cpt_settings *all, struct file *file, const char *path)
{
	struct setting *more;

	if (all->nr == all->room) {
		more = kvmalloc_array(2 * all->room + 512, sizeof(*more), GFP_KERNEL);
		if (!more)
			return -ENOMEM;
		if (all->nr)
			memcpy(more, all->setting, all->nr * sizeof(*more));
		kvfree(all->setting);
		all->setting = more;
		all->room = 2 * all->room + 512;
	}
	all->setting[all->nr++] = (struct setting){ .file = get_file(file), .path = all->text.len };
	return cpt_buf_str(&all->text, path);
}

static ssize_t read_setting(struct cpt_settings *all, struct file *file)
{
	ssize_t n = vz_netproc_read_file(file, all->value, SMALL_VALUE);

	return n == -E2BIG ? vz_netproc_read_file(file, all->value, LARGE_VALUE) : n;
}

/* A secret that was not set; a device that has gone. */
static bool has_no_value(ssize_t n)
{
	return n == -EIO || n == -ENOENT;
}

static int cannot_read(struct vz_context *ctx, const char *path, int err)
{
	return cpt_refuse(ctx, "net: setting %s: cannot be read: error %d", path, -err);
}

static int one_setting(struct walk *w, const struct path *path)
{
	struct file *file;
	ssize_t n;
	int err;

	if (is_deprecated(w->path))
		return 0;
	file = dentry_open(path, O_RDONLY, current_cred());
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOENT ? 0 : cannot_read(w->ctx, w->path, PTR_ERR(file));
	n = read_setting(w->all, file);
	if (n < 0 && !has_no_value(n)) {
		err = cannot_read(w->ctx, w->path, n);
	} else {
		w->all->bytes += strlen(w->path) + 1 + max_t(ssize_t, n, 0) + 1;
		err = w->all->bytes > VZ_NETSYSCTL_MAX ? cannot_read(w->ctx, w->path, -E2BIG) :
		      keep(w->all, file, w->path);
	}
	fput(file);
	return err;
}

static int walk_dir(struct walk *w);

static int one_entry(struct walk *w, const char *name)
{
	size_t len = strlen(w->path);
	char full[VZ_NETSYSCTL_NAME + 4];
	struct path path;
	bool is_dir = false;
	umode_t mode;
	int err;

	if (len + strlen(name) + 2 > sizeof(w->path))
		return cpt_refuse(w->ctx, "net: setting %s/%s: its name is too long: not supported",
				  w->path, name);
	snprintf(w->path + len, sizeof(w->path) - len, "/%s", name);
	snprintf(full, sizeof(full), "sys%s", w->path);
	err = vz_netproc_path(&w->all->np, full, &path);
	if (!err) {
		mode = d_inode(path.dentry)->i_mode;
		is_dir = S_ISDIR(mode);
		/* what can only be written is an order, not a setting */
		if (!is_dir && (mode & 0600) == 0600)
			err = one_setting(w, &path);
		path_put(&path);
	}
	if (!err && is_dir)
		err = walk_dir(w);
	w->path[len] = 0;
	return err == -ENOENT ? 0 : err;
}

static int names_in(struct cpt_settings *all, const char *path, struct cpt_buf *names)
{
	char full[VZ_NETSYSCTL_NAME + 4];

	snprintf(full, sizeof(full), "sys%s", path);
	return cpt_read_names(vz_netproc_open(&all->np, full, O_RDONLY | O_DIRECTORY), names) ?:
	       cpt_buf_str(names, "");
}

/* Recursion ends where VZ_NETSYSCTL_NAME does. */
static int walk_dir(struct walk *w)
{
	struct cpt_buf names = {};
	const char *name;
	int err;

	err = names_in(w->all, w->path, &names);
	if (!err)
		err = cpt_buf_str(&w->all->dirs, w->path) ?:
		      cpt_buf_add(&w->all->dirs, names.data, names.len);
	for (name = names.data; !err && *name; name += strlen(name) + 1)
		err = one_entry(w, name);
	cpt_buf_free(&names);
	return err;
}

/* ---- what a new network has ---- */

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

static int read_usual(struct cpt_settings *all, struct setting *s)
{
	char like[VZ_NETSYSCTL_NAME], full[VZ_NETSYSCTL_NAME + 4];
	ssize_t n;

	usual_path(text_of(all, s->path), like);
	snprintf(full, sizeof(full), "sys%s", like);
	n = vz_netproc_read(&all->np, full, all->value, SMALL_VALUE);
	if (n == -E2BIG)
		n = vz_netproc_read(&all->np, full, all->value, LARGE_VALUE);
	if (n < 0)
		return 0;
	s->usual = all->text.len;
	return cpt_buf_str(&all->text, all->value);
}

static int read_all_usual(struct cpt_settings *all)
{
	int err = vz_netproc_enter(&all->np, NULL);
	u32 i;

	if (err)
		return err;
	for (i = 0; i < all->nr && !err; i++)
		err = read_usual(all, &all->setting[i]);
	vz_netproc_leave(&all->np);
	return err;
}

static int gather(struct walk *w, struct net *net)
{
	struct cpt_settings *all = w->all;
	int err;

	all->value = kvmalloc(LARGE_VALUE, GFP_KERNEL);
	err = all->value ? cpt_buf_str(&all->text, "") : -ENOMEM;
	if (!err)
		err = vz_netproc_enter(&all->np, net);
	if (err)
		return err;
	strscpy(w->path, "/net", sizeof(w->path));
	err = walk_dir(w);
	vz_netproc_leave(&all->np);
	return err ?: read_all_usual(all);
}

/* ctx->priv has the VE's settings after this. */
static int find_settings(struct vz_context *ctx, struct net *net)
{
	struct walk w = { .ctx = ctx };
	int err;

	cpt_netsysctl_forget(ctx);
	w.all = kzalloc(sizeof(*w.all), GFP_KERNEL);
	if (!w.all)
		return -ENOMEM;
	err = gather(&w, net);
	if (err)
		free_settings(w.all);
	else
		ctx->priv = w.all;
	return err;
}

void cpt_netsysctl_forget(struct vz_context *ctx)
{
	free_settings(ctx->priv);
	ctx->priv = NULL;
}

static int cpt_netsysctl_root(struct vz_context *ctx)
{
	struct net *net;
	int err;

	if (!ctx->checking)
		return 0;
	net = cpt_get_net(ctx);
	if (!net)
		return 0;
	err = find_settings(ctx, net);
	put_net(net);
	return err ? cpt_err(ctx, err, "net: settings cannot be read: error %d", -err) : 0;
}

/* ---- the record ---- */

/* Are there the same settings as when they were looked for? */
static bool same_dirs(struct cpt_settings *all)
{
	const char *at = all->dirs.data, *end = at + all->dirs.len, *path;
	struct cpt_buf names = {};
	bool same = true;

	while (same && at < end) {
		path = at;
		at += strlen(path) + 1;
		names.len = 0;
		same = !names_in(all, path, &names) && names.len <= end - at &&
		       !memcmp(names.data, at, names.len);
		at += names.len;
	}
	cpt_buf_free(&names);
	return same;
}

static int sort_in(struct vz_context *ctx, const struct setting *s, struct cpt_netsysctl_image *v,
		   struct cpt_buf *changed, struct cpt_buf *usual)
{
	struct cpt_settings *all = ctx->priv;
	ssize_t n = read_setting(all, s->file);
	struct cpt_buf *to = changed;

	if (has_no_value(n))
		return 0;
	if (n < 0)
		return cannot_read(ctx, text_of(all, s->path), n);
	if (s->usual && !strcmp(text_of(all, s->usual), all->value)) {
		to = usual;
		v->usual++;
	} else {
		v->changed++;
	}
	return cpt_buf_str(to, text_of(all, s->path)) ?: cpt_buf_str(to, all->value);
}

/* Puts what is as in a new network namespace behind what is not. */
static int sort_out(struct vz_context *ctx, struct cpt_netsysctl_image *v, struct cpt_buf *changed)
{
	const struct cpt_settings *all = ctx->priv;
	struct cpt_buf usual = {};
	int err = 0;
	u32 i;

	for (i = 0; i < all->nr && !err; i++)
		err = sort_in(ctx, &all->setting[i], v, changed, &usual);
	if (!err)
		err = cpt_buf_add(changed, usual.data, usual.len);
	cpt_buf_free(&usual);
	return err ?: changed->len > VZ_NETSYSCTL_MAX ? -E2BIG : 0;
}

/* ctx->priv is what the VE has now. The current task visits its network after this. */
static int enter_settings(struct vz_context *ctx, struct net *net)
{
	struct cpt_settings *all = ctx->priv;
	int err;

	if (all) {
		err = vz_netproc_enter(&all->np, net);
		if (err || same_dirs(all))
			return err;
		vz_netproc_leave(&all->np);
	}
	err = find_settings(ctx, net);
	all = ctx->priv;
	return err ?: vz_netproc_enter(&all->np, net);
}

static int cpt_netsysctl_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct cpt_netsysctl_image v = {};
	unsigned int before = ctx->refusals;
	struct net *net = cpt_get_net(ctx);
	struct cpt_buf changed = {};
	int err;

	if (!net)
		return cpt_err(ctx, -ESRCH, "net: has ended");
	err = enter_settings(ctx, net);
	if (!err) {
		err = sort_out(ctx, &v, &changed);
		vz_netproc_leave(&((struct cpt_settings *)ctx->priv)->np);
	}
	put_net(net);
	if (!err && ctx->refusals != before)
		err = -EBUSY;
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_NETSYSCTL, 1, &v, sizeof(v), changed.data,
				    changed.len);
	else
		cpt_err(ctx, err, "net: settings cannot be read: error %d", -err);
	cpt_buf_free(&changed);
	return err;
}

const struct cpt_ops cpt_netsysctl_ops = {
	.root = cpt_netsysctl_root,
	.dump = cpt_netsysctl_dump,
};
