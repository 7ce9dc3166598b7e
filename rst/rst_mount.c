// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount: the mounts below the VE's root, and in other namespaces, made by its init
 * with mount(2)'s own code, in the image's order. The root itself, and a mount
 * namespace for the VE, came with the caller.
 */
#include <linux/fs.h>
#include <linux/fs_parser.h>
#include <linux/fs_struct.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <uapi/linux/mount.h>
#include "../kernel/access.h"
#include "../kernel/mount.h"
#include "rst_mount.h"

/* Strings of the content; the checker has seen that there are five. */
struct mount_names {
	const char *point;
	const char *root;
	const char *type;
	const char *source;
	const char *options;
};

static struct mount_names names_of(const struct vz_rec *rec)
{
	struct mount_names n = { .point = rec->content };

	n.root = n.point + strlen(n.point) + 1;
	n.type = n.root + strlen(n.root) + 1;
	n.source = n.type + strlen(n.type) + 1;
	n.options = n.source + strlen(n.source) + 1;
	return n;
}

/* The VE's root: the tool has mounted it. */
static bool is_ve_root(struct vz_context *ctx, const struct vz_rec *rec)
{
	return rec == rst_nth(ctx, CPT_OBJ_MOUNT, 0);
}

bool rst_mount_is_tmpfs(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;

	return !is_ve_root(ctx, rec) && !v->bind && !strcmp(names_of(rec).type, "tmpfs");
}

/* Its mount point from the root of the mount that it is on; NULL: is not on it. */
static const char *point_on(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;
	const char *parent = names_of(rst_find(ctx, CPT_OBJ_MOUNT, v->parent)).point;
	const char *point = names_of(rec).point;
	size_t len = parent[1] ? strlen(parent) : 0;

	if (strncmp(point, parent, len) || (point[len] && point[len] != '/'))
		return NULL;
	return point + len;
}

/* The kernel goes from slaves to masters, and around peers, without a bound. */
static int check_propagation(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed, *first, *m = v;
	unsigned int steps = 0;

	if (v->peer) {
		first = rst_fixed(ctx, CPT_OBJ_MOUNT, v->peer);
		if (first->propagation != MS_SHARED || first->peer || first->master != v->master)
			return rst_err(ctx, -EINVAL, "mount %llu: mount %llu is not the first of its peers",
				       rec->hdr.id, v->peer);
	}
	while (m && m->master) {
		m = rst_fixed(ctx, CPT_OBJ_MOUNT, m->master);
		if (!m || m->propagation != MS_SHARED || !rst_nth(ctx, CPT_OBJ_MOUNT, steps++))
			return rst_err(ctx, -EINVAL, "mount %llu: is a slave of mount %llu, which cannot be",
				       rec->hdr.id, v->master);
	}
	return 0;
}

/* The first option of a list that a file system of this kernel does not know, or NULL. */
static const char *unknown_option(const char *type, const char *options)
{
	struct file_system_type *fs = get_fs_type(type);
	const struct fs_parameter_spec *spec;
	const char *unknown = NULL;
	size_t len;

	for (; fs && fs->parameters && *options && !unknown; options += strcspn(options, ",")) {
		options += *options == ',';
		len = strcspn(options, "=,");
		for (spec = fs->parameters; spec->name; spec++) {
			if (strlen(spec->name) == len && !memcmp(spec->name, options, len))
				break;
		}
		unknown = len && !spec->name ? options : NULL;
	}
	if (fs)
		module_put(fs->owner);
	return unknown;
}

static int rst_mount_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct mount_names n = names_of(rec);
	const char *option;
	int err;

	err = check_propagation(ctx, rec);
	if (err || is_ve_root(ctx, rec))
		return err;
	if (v->parent && !point_on(ctx, rec))
		return rst_err(ctx, -EINVAL, "mount %llu: %s: is not on mount %llu", rec->hdr.id,
			       n.point, v->parent);
	if (v->bind)
		return 0;
	if (!vz_fs_find(n.type))
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: file system %s: not supported",
			       rec->hdr.id, n.point, n.type);
	if (n.root[1])
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: a bind mount of %s: not supported",
			       rec->hdr.id, n.point, n.root);
	option = unknown_option(n.type, n.options);
	if (option)
		return rst_err(ctx, -EOPNOTSUPP, "mount %llu: %s: this kernel's %s has no option %.*s",
			       rec->hdr.id, n.point, n.type, (int)strcspn(option, "=,"), option);
	return 0;
}

/* ---- making them ---- */

int rst_mount_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what)
{
	return rst_err(ctx, err, "mount %llu: %s: %s: error %d", rec->hdr.id, names_of(rec).point,
		       what, -err);
}

static int keep_mount(struct vz_context *ctx, u64 id, struct vfsmount *mnt)
{
	int err = rst_keep(ctx, CPT_OBJ_MOUNT, id, mntget(mnt));

	if (err)
		mntput(mnt);
	return err;
}

/*
 * What has a name on a mount itself, whatever is mounted on it. @path: in: the
 * root of the mount, out: what was found; its mount is held by rst_keep().
 */
static int walk(struct path *path, const char *name)
{
	struct dentry *dentry = dget(path->dentry), *next;
	size_t len;

	for (; *name == '/' && name[1]; name += len) {
		name++;
		len = strchrnul(name, '/') - name;
		next = d_can_lookup(dentry) ? lookup_positive_unlocked(name, dentry, len) :
					      ERR_PTR(-ENOTDIR);
		dput(dentry);
		if (IS_ERR(next))
			return PTR_ERR(next);
		dentry = next;
		/* a name is no link, which would lead out of the mount */
		if (d_is_symlink(dentry)) {
			dput(dentry);
			return -ELOOP;
		}
	}
	path->dentry = dentry;
	return 0;
}

/* A place on a mount that was made before; path_put() when done. */
static int find_on(struct vz_context *ctx, const struct vz_rec *rec, u64 mount, const char *name,
		   struct path *path)
{
	int err;

	path->mnt = rst_made(ctx, CPT_OBJ_MOUNT, mount);
	if (!path->mnt)
		return rst_mount_error(ctx, rec, -EINVAL, "is on a mount that is not there");
	path->dentry = path->mnt->mnt_root;
	err = walk(path, name);
	if (!err) {
		mntget(path->mnt);
		return 0;
	}
	if (err == -ENOENT || err == -ENOTDIR || err == -ELOOP)
		return rst_err(ctx, err, "mount %llu: %s: no such file or directory: the file system is not that of the dump",
			       rec->hdr.id, names_of(rec).point);
	return rst_mount_error(ctx, rec, err, "cannot be found");
}

/* Flags of the mount alone: mount(2) needs a word for "neither NOATIME nor RELATIME". */
unsigned long rst_mount_words(u32 flags)
{
	return flags & (MS_NOATIME | MS_RELATIME) ? flags : flags | MS_STRICTATIME;
}

int rst_mount_set_flags(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int err;

	if (vz_mount_flags(path->mnt) == v->flags)
		return 0;
	err = vz_path_mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | rst_mount_words(v->flags), NULL);
	if (!err && vz_mount_flags(path->mnt) != v->flags)
		err = -EINVAL;
	return err ? rst_mount_error(ctx, rec, err, "its flags cannot be set") : 0;
}

/* Owner and mode of the root; a tmpfs gets them with its inodes. */
static int set_root(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct inode *inode = d_inode(path->dentry);
	struct iattr attr = {
		.ia_valid = ATTR_MODE | ATTR_UID | ATTR_GID,
		.ia_mode = (v->root_mode & S_IALLUGO) | S_IFDIR,
		.ia_uid = KUIDT_INIT(v->root_uid),
		.ia_gid = KGIDT_INIT(v->root_gid),
	};
	int err;

	if (inode->i_mode == attr.ia_mode && uid_eq(inode->i_uid, attr.ia_uid) &&
	    gid_eq(inode->i_gid, attr.ia_gid))
		return 0;
	inode_lock(inode);
	err = notify_change(vz_idmap(path->mnt), path->dentry, &attr, NULL);
	inode_unlock(inode);
	return err ? rst_mount_error(ctx, rec, err, "owner and mode of its root cannot be set") : 0;
}

/* What a file system that was mounted a moment ago gets at once. */
static int set_file_system(struct vz_context *ctx, const struct vz_rec *rec, struct path *path)
{
	const struct cpt_mount_image *v = rec->fixed;
	int err;

	if (vz_mount_is_tmpfs(path->mnt))
		/* flags wait for the contents: rst_mount_finish() */
		return rst_tmpfs_populate(ctx, rec->hdr.id, path);
	if (vz_mount_sb_flags(path->mnt) != v->sb_flags &&
	    !(vz_fs_find(names_of(rec).type)->flags & VZ_FS_GLOBAL))
		return rst_mount_error(ctx, rec, -EINVAL, "flags of the file system cannot be set");
	err = rst_mount_set_flags(ctx, rec, path);
	return err ?: set_root(ctx, rec, path);
}

/* The new mount, which is on top of all that are at its place. */
static int take_mount(struct vz_context *ctx, const struct vz_rec *rec, const struct path *point)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct path path = *point;
	int err;

	path_get(&path);
	while (follow_down_one(&path))
		;
	if (path.mnt == point->mnt || strcmp(path.mnt->mnt_sb->s_type->name, names_of(rec).type))
		err = rst_mount_error(ctx, rec, -EINVAL, "is not there after it was mounted");
	else
		err = keep_mount(ctx, rec->hdr.id, path.mnt);
	if (!err)
		err = v->bind ? rst_mount_set_flags(ctx, rec, &path) : set_file_system(ctx, rec, &path);
	path_put(&path);
	return err;
}

static int bind_mount(struct vz_context *ctx, const struct vz_rec *rec, struct path *point)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct path from;
	int err;

	err = find_on(ctx, rec, v->bind, names_of(rec).root, &from);
	if (err)
		return err;
	err = rst_mount_ns_bind(ctx, v->bind, &from, rec->hdr.id, point);
	path_put(&from);
	return err ? rst_mount_error(ctx, rec, err, "cannot be bound") : 0;
}

static int new_mount(struct vz_context *ctx, const struct vz_rec *rec, struct path *point,
		     char *page)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct mount_names n = names_of(rec);
	unsigned long flags = rst_mount_words(v->flags & ~MS_RDONLY) | v->sb_flags;
	int err;

	if (rst_mount_is_tmpfs(ctx, rec))
		flags &= ~MS_RDONLY;
	/* mount(2) gives its code a page */
	memset(page, 0, PAGE_SIZE);
	if (strscpy(page, n.options, PAGE_SIZE) < 0)
		return rst_mount_error(ctx, rec, -E2BIG, "options are too long");
	err = vz_path_mount(n.source, point, n.type, flags, page);
	return err ? rst_mount_error(ctx, rec, err, "cannot be mounted") : 0;
}

static int make_mount(struct vz_context *ctx, const struct vz_rec *rec, char *page)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct path point, above;
	int err;

	err = find_on(ctx, rec, v->parent, point_on(ctx, rec), &point);
	if (err)
		return err;
	/* mount(2) goes on top of what is there */
	above = point;
	path_get(&above);
	if (follow_down_one(&above))
		err = rst_mount_error(ctx, rec, -EBUSY, "something is mounted at its place");
	path_put(&above);
	if (!err)
		err = v->bind ? bind_mount(ctx, rec, &point) : new_mount(ctx, rec, &point, page);
	if (!err)
		err = take_mount(ctx, rec, &point);
	path_put(&point);
	return err;
}

/* Until all is made, nothing that is mounted appears anywhere else. */
static int make_private(struct vz_context *ctx, const struct vz_rec *rec, struct path *root)
{
	int err = 0;

	if (root->mnt->mnt_flags & (MNT_SHARED | MNT_UNBINDABLE))
		err = vz_path_mount(NULL, root, NULL, MS_PRIVATE, NULL);
	return err ? rst_mount_error(ctx, rec, err, "propagation cannot be set") : 0;
}

static int take_root(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct path root;
	int err;

	get_fs_root(current->fs, &root);
	err = keep_mount(ctx, rec->hdr.id, root.mnt);
	if (!err && root.dentry != root.mnt->mnt_root)
		err = rst_mount_error(ctx, rec, -EINVAL, "the root is not the root of a mount");
	if (!err)
		err = make_private(ctx, rec, &root);
	if (!err)
		err = rst_mount_set_flags(ctx, rec, &root);
	path_put(&root);
	return err;
}

/*
 * A namespace begins as a copy of the VE's, which has nothing but its root then. That
 * copy is the root, or makes room for it.
 */
static int make_ns_root(struct vz_context *ctx, const struct vz_rec *rec, char *page)
{
	const struct cpt_mount_image *v = rec->fixed;
	const struct vz_rec *ve_root = rst_nth(ctx, CPT_OBJ_MOUNT, 0);
	struct path copy;
	int err;

	rst_mount_ns_copy(ctx, rec->hdr.id, &copy);
	if (v->bind == ve_root->hdr.id && !names_of(rec).root[1]) {
		err = keep_mount(ctx, rec->hdr.id, copy.mnt);
		if (!err)
			err = rst_mount_set_flags(ctx, rec, &copy);
	} else {
		err = v->bind ? bind_mount(ctx, rec, &copy) : new_mount(ctx, rec, &copy, page);
		if (!err)
			err = take_mount(ctx, rec, &copy);
		if (!err) {
			err = rst_mount_ns_pivot(&copy, rst_made(ctx, CPT_OBJ_MOUNT, rec->hdr.id));
			if (err)
				rst_mount_error(ctx, rec, err, "cannot become the root");
		}
	}
	path_put(&copy);
	return err;
}

static int make_in_ns(struct vz_context *ctx, const struct vz_rec *rec, char *page)
{
	const struct cpt_mount_image *v = rec->fixed;
	struct nsproxy *old = rst_mount_ns_enter(ctx, rec->hdr.id);
	int err = v->parent ? make_mount(ctx, rec, page) : make_ns_root(ctx, rec, page);

	rst_mount_ns_leave(old);
	return err;
}

static int rst_mount_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	char *page;
	int err = 0;

	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	rst_for_each(ctx, CPT_OBJ_MOUNT, i, rec) {
		err = is_ve_root(ctx, rec) ? take_root(ctx, rec) ?: rst_mount_ns_make(ctx) :
					     make_in_ns(ctx, rec, page);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			break;
	}
	/* files that stood for mounts on their way to another namespace are closed */
	vz_task_work_run();
	free_page((unsigned long)page);
	return err;
}

static void rst_mount_undo(void *ptr)
{
	mntput(ptr);
}

const struct rst_ops rst_mount_ops = {
	.check = rst_mount_check,
	.ve = rst_mount_ve,
	.process = rst_mount_ns_process,
	.undo = rst_mount_undo,
};
