// SPDX-License-Identifier: GPL-2.0-only
/*
 * inotify: what is watched, and the events that were not read. The kernel knows
 * inodes: each is named by a path that leads to it.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/idr.h>
#include <linux/inotify.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "../kernel/access.h"
#include "cpt.h"

/* A watch, with a reference on its inode. */
struct watch {
	int wd;
	u32 mask;
	struct inode *inode;
};

struct watches {
	struct watch *watch;
	u32 nr;
	u32 max;
};

static void put_watches(struct watches *w)
{
	u32 i;

	for (i = 0; i < w->nr; i++)
		iput(w->watch[i].inode);
	kvfree(w->watch);
	*w = (struct watches){};
}

static u32 user_mask(const struct fsnotify_mark *mark)
{
	u32 mask = mark->mask & IN_ALL_EVENTS;

	if (mark->flags & FSNOTIFY_MARK_FLAG_EXCL_UNLINK)
		mask |= IN_EXCL_UNLINK;
	if (mark->flags & FSNOTIFY_MARK_FLAG_IN_ONESHOT)
		mask |= IN_ONESHOT;
	return mask;
}

/* Called with the group's mutex, which keeps its marks at their inodes. */
static int fill_watches(struct fsnotify_group *group, struct watches *w)
{
	struct fsnotify_mark *mark;
	struct inode *inode;
	void *i_mark;
	int wd;

	list_for_each_entry(mark, &group->marks_list, g_list) {
		i_mark = (char *)mark - vz_off_inotify_inode_mark_fsn_mark;
		wd = READ_ONCE(*vz_inotify_inode_mark_wd(i_mark));
		if (wd < 0)		/* is being removed */
			continue;
		if (w->nr == w->max)
			return -EAGAIN;
		inode = igrab(vz_mark_inode(mark));
		if (!inode)
			continue;
		w->watch[w->nr++] = (struct watch){
			.wd = wd, .mask = user_mask(mark), .inode = inode,
		};
	}
	return 0;
}

static int by_wd(const void *a, const void *b)
{
	const struct watch *x = a, *y = b;

	return x->wd < y->wd ? -1 : x->wd > y->wd;
}

static int get_watches(struct fsnotify_group *group, struct watches *w)
{
	u32 max = 64;
	int err;

	*w = (struct watches){};
	do {
		put_watches(w);
		w->max = max;
		w->watch = kvmalloc_array(max, sizeof(*w->watch), GFP_KERNEL);
		if (!w->watch)
			return -ENOMEM;
		mutex_lock(&group->mark_mutex);
		err = fill_watches(group, w);
		mutex_unlock(&group->mark_mutex);
		max *= 2;
	} while (err == -EAGAIN);
	sort(w->watch, w->nr, sizeof(*w->watch), by_wd, NULL);
	return 0;
}

/* A mount of the VE by which the path is seen, and nothing else is in its place. */
static char *name_on(struct vz_context *ctx, struct vfsmount *mnt, struct dentry *dentry, char *buf)
{
	struct path path = { .mnt = mnt, .dentry = dentry };
	char *name;

	if (mnt->mnt_sb != dentry->d_sb || !is_subdir(dentry, mnt->mnt_root))
		return NULL;
	name = cpt_path(ctx, &path, buf);
	if (IS_ERR(name) || cpt_reachable(ctx, &path, name))
		return NULL;
	return name;
}

/* A path in @buf (PATH_MAX) that leads to the inode, and its mount; NULL: there is none. */
static char *name_of(struct vz_context *ctx, struct inode *inode, char *buf, u64 *mount)
{
	struct dentry *dentry = d_find_alias(inode);
	char *name = NULL;
	struct vz_obj *obj;

	if (!dentry)
		return NULL;
	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		name = name_on(ctx, vz_mount_mnt(obj->ptr), dentry, buf);
		*mount = obj->id;
		if (name)
			break;
	}
	dput(dentry);
	return name;
}

/* ---- collect ---- */

static bool is_inotify(const struct file *file)
{
	return (unsigned long)file->f_op == vz_addr_inotify_fops;
}

static void *hold(struct file *file)
{
	struct fsnotify_group *group = file->private_data;

	refcount_inc(&group->refcnt);
	return group;
}

static int judge(struct vz_context *ctx, void *held)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct watches w = {};
	int err = buf ? get_watches(held, &w) : -ENOMEM;
	u64 mount;
	u32 i;

	for (i = 0; i < w.nr; i++) {
		if (!name_of(ctx, w.watch[i].inode, buf, &mount))
			cpt_refuse(ctx, "%s: inotify: watch %d is of a file that has no name in the VE: not supported",
				   ctx->who, w.watch[i].wd);
		cond_resched();
	}
	put_watches(&w);
	kfree(buf);
	return err;
}

static void drop(void *held)
{
	fsnotify_put_group(held);
}

static int collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_INOTIFY, file));
}

static u32 async_fd(struct file *file)
{
	const struct fsnotify_group *group = file->private_data;
	const struct fasync_struct *async;
	u32 fd = 0;

	rcu_read_lock();
	for (async = READ_ONCE(group->fsn_fa); async; async = READ_ONCE(async->fa_next)) {
		if (async->fa_file == file)
			fd = async->fa_fd + 1;
	}
	rcu_read_unlock();
	return fd;
}

static const struct cpt_file_type inotify_files = {
	.is = is_inotify,
	.hold = hold,
	.judge = judge,
	.drop = drop,
	.collect = collect_file,
	.object = cpt_file_itself,
	.async_fd = async_fd,
};

/* The object is the file, which the kind file holds. */
static int cpt_inotify_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	return 0;
}

/* ---- the record ---- */

static int add_watches(struct vz_context *ctx, struct vz_obj *obj, struct fsnotify_group *group,
		       struct cpt_inotify_image *v, struct cpt_buf *content)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	struct cpt_inotify_watch image;
	struct cpt_buf names = {}, mounts = {};
	struct watches w = {};
	int err = buf ? get_watches(group, &w) : -ENOMEM;
	u64 mount;

	for (; v->watches < w.nr && !err; v->watches++) {
		image.wd = w.watch[v->watches].wd;
		image.mask = w.watch[v->watches].mask;
		name = name_of(ctx, w.watch[v->watches].inode, buf, &mount);
		if (!name)
			err = cpt_err(ctx, -EBUSY, "inotify %llu: watch %u is of a file that has no name in the VE: not supported",
				      obj->id, image.wd);
		if (!err)
			err = cpt_buf_str(&names, name);
		if (!err)
			err = cpt_buf_add(&mounts, &mount, sizeof(mount));
		if (!err)
			err = cpt_buf_add(content, &image, sizeof(image));
	}
	v->mounts = v->watches;
	if (!err)
		err = cpt_buf_add(content, mounts.data, mounts.len);
	if (!err)
		err = cpt_buf_add(content, names.data, names.len);
	put_watches(&w);
	cpt_buf_free(&names);
	cpt_buf_free(&mounts);
	kfree(buf);
	return err;
}

/* Called with the group's spinlock. The size that all events take in the image. */
static size_t events_size(struct fsnotify_group *group)
{
	struct fsnotify_event *event;
	size_t size = 0;
	void *info;

	list_for_each_entry(event, &group->notification_list, list) {
		info = (char *)event - vz_off_inotify_event_info_fse;
		size += sizeof(struct cpt_inotify_event) + *vz_inotify_event_info_name_len(info);
	}
	return size;
}

static u32 copy_events(struct fsnotify_group *group, char *to)
{
	struct fsnotify_event *event;
	u32 n = 0;

	list_for_each_entry(event, &group->notification_list, list) {
		void *info = (char *)event - vz_off_inotify_event_info_fse;
		struct cpt_inotify_event v = {
			.wd = *vz_inotify_event_info_wd(info),
			.mask = *vz_inotify_event_info_mask(info),
			.cookie = *vz_inotify_event_info_sync_cookie(info),
			.len = *vz_inotify_event_info_name_len(info),
		};

		memcpy(to, &v, sizeof(v));
		memcpy(to + sizeof(v), vz_inotify_event_info_name(info), v.len);
		to += sizeof(v) + v.len;
		n++;
	}
	return n;
}

/* Events come, from outside of the VE, while there is no lock. */
static int add_events(struct fsnotify_group *group, struct cpt_inotify_image *v,
		      struct cpt_buf *content)
{
	size_t room = 0, size;
	char *data = NULL;
	int err;

	for (;;) {
		spin_lock(&group->notification_lock);
		size = events_size(group);
		if (size <= room)
			v->events = copy_events(group, data);
		spin_unlock(&group->notification_lock);
		if (size <= room)
			break;
		kvfree(data);
		room = size + 1024;
		data = kvmalloc(room, GFP_KERNEL);
		if (!data)
			return -ENOMEM;
	}
	err = cpt_buf_add(content, data, size);
	kvfree(data);
	return err;
}

static int cpt_inotify_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct file *file = obj->ptr;
	struct fsnotify_group *group = file->private_data;
	struct cpt_inotify_image v = {};
	struct cpt_buf content = {};
	int err;

	v.next_wd = idr_get_cursor(&group->inotify_data.idr);
	err = add_watches(ctx, obj, group, &v, &content);
	if (!err)
		err = add_events(group, &v, &content);
	if (!err && content.len > CPT_MAX_CONTENT)
		err = cpt_err(ctx, -EBUSY, "inotify %llu: more than 64 MiB of events: not supported",
			      obj->id);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_INOTIFY, obj->id, &v, sizeof(v), content.data,
				    content.len);
	cpt_buf_free(&content);
	return err;
}

const struct cpt_ops cpt_inotify_ops = {
	.collect = cpt_inotify_collect,
	.dump = cpt_inotify_dump,
	.file = &inotify_files,
};
