// SPDX-License-Identifier: GPL-2.0-only
/*
 * inotify: the events are there from the beginning; what is watched is added when
 * the restore has opened all files, which is not for whoever watches to see.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/idr.h>
#include <linux/inotify.h>
#include <linux/slab.h>
#include "../kernel/access.h"
#include "rst_file.h"

/* The paths: behind the watches and the ids of their mounts. */
static const char *names_of(const struct vz_rec *rec)
{
	const struct cpt_inotify_image *v = rec->fixed;
	const struct cpt_inotify_watch *w = rec->content;

	return (const char *)(w + v->watches) + v->mounts * sizeof(u64);
}

/* What the events begin with: behind the watches and their paths. */
static const char *events_of(const struct vz_rec *rec)
{
	const struct cpt_inotify_image *v = rec->fixed;
	const char *at = names_of(rec);
	u32 i;

	for (i = 0; i < v->watches; i++)
		at += strlen(at) + 1;
	return at;
}

static int queue_event(struct fsnotify_group *group, const struct cpt_inotify_event *v,
		       const char *name)
{
	struct fsnotify_event *event;
	char *info;

	if (v->mask & IN_Q_OVERFLOW) {	/* there is one for each inotify */
		event = group->overflow_event;
		if (!list_empty(&event->list))
			return 0;
	} else {
		/* the kernel frees it with kfree() */
		info = kzalloc(vz_off_inotify_event_info_name + v->len + 1, GFP_KERNEL_ACCOUNT);
		if (!info)
			return -ENOMEM;
		*vz_inotify_event_info_wd(info) = v->wd;
		*vz_inotify_event_info_mask(info) = v->mask;
		*vz_inotify_event_info_sync_cookie(info) = v->cookie;
		*vz_inotify_event_info_name_len(info) = v->len;
		memcpy(vz_inotify_event_info_name(info), name, v->len);
		event = vz_inotify_event_info_fse(info);
		fsnotify_init_event(event);
	}
	spin_lock(&group->notification_lock);
	list_add_tail(&event->list, &group->notification_list);
	group->q_len++;
	spin_unlock(&group->notification_lock);
	return 0;
}

static int queue_events(struct fsnotify_group *group, const struct vz_rec *rec)
{
	const struct cpt_inotify_image *v = rec->fixed;
	const char *at = events_of(rec);
	struct cpt_inotify_event event;
	int err = 0;
	u32 i;

	for (i = 0; i < v->events && !err; i++) {
		memcpy(&event, at, sizeof(event));
		err = queue_event(group, &event, at + sizeof(event));
		at += sizeof(event) + event.len;
	}
	return err;
}

/* It is accounted to who made it. */
static struct file *rst_inotify_file(struct vz_context *ctx, const struct vz_rec *rec,
				     const struct cred *cred)
{
	const struct cred *old = override_creds(cred);
	struct pt_regs regs = { .di = 0 };
	struct file *file = rst_take_fd(vz___x64_sys_inotify_init1(&regs));
	int err;

	revert_creds(old);
	err = PTR_ERR_OR_ZERO(file);
	if (!err) {
		err = queue_events(file->private_data, rec);
		if (!err)
			err = rst_keep(ctx, CPT_OBJ_INOTIFY, rec->hdr.id, file->private_data);
		if (err)
			fput(file);
	}
	if (err) {
		rst_err(ctx, err, "inotify %llu: cannot be made: error %d", rec->hdr.id, -err);
		return ERR_PTR(err);
	}
	return file;
}

static void set_next_wd(struct fsnotify_group *group, u32 wd)
{
	spin_lock(&group->inotify_data.idr_lock);
	idr_set_cursor(&group->inotify_data.idr, wd);
	spin_unlock(&group->inotify_data.idr_lock);
}

static int add_watch(struct vz_context *ctx, const struct vz_rec *rec,
		     struct fsnotify_group *group, const struct cpt_inotify_watch *w,
		     u64 mount, const char *name)
{
	struct path path;
	int ret;

	ret = rst_path(ctx, mount, name, 0, &path);
	if (ret)
		return rst_err(ctx, ret, "inotify %llu: watch %u: %s: cannot be looked up: error %d",
			       rec->hdr.id, w->wd, name, -ret);
	set_next_wd(group, w->wd);
	ret = vz_inotify_update_watch(group, d_inode(path.dentry), w->mask);
	path_put(&path);
	if (ret >= 0 && ret != w->wd)
		ret = -EEXIST;
	return ret < 0 ? rst_err(ctx, ret, "inotify %llu: watch %u: %s: cannot be added: error %d",
				 rec->hdr.id, w->wd, name, -ret) : 0;
}

static int add_watches(struct vz_context *ctx, const struct vz_rec *rec)
{
	struct fsnotify_group *group = rst_made(ctx, CPT_OBJ_INOTIFY, rec->hdr.id);
	const struct cpt_inotify_image *v = rec->fixed;
	const struct cpt_inotify_watch *w = rec->content;
	const u64 *mount = (const void *)(w + v->watches);
	const char *name = names_of(rec);
	int err = 0;
	u32 i;

	if (!group)	/* nobody has it open */
		return 0;
	for (i = 0; i < v->watches && !err; i++) {
		err = add_watch(ctx, rec, group, &w[i], v->mounts ? mount[i] : 0, name);
		name += strlen(name) + 1;
		if (signal_pending(current))
			err = err ?: -EINTR;
	}
	set_next_wd(group, v->next_wd);
	return err;
}

static int rst_inotify_links(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_INOTIFY, i, rec) {
		err = add_watches(ctx, rec);
		if (err)
			return err;
	}
	return 0;
}

const struct rst_ops rst_inotify_ops = {
	.file = rst_inotify_file,
	.links = rst_inotify_links,
};
