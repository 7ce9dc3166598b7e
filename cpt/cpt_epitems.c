// SPDX-License-Identifier: GPL-2.0-only
/*
 * epitems: what the epolls watch, and in which order it became ready. An item is
 * a file and the number it was added under. It outlives that descriptor as long as
 * the file is open anywhere, and has no reference on it.
 */
#include <linux/bsearch.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/rbtree.h>
#include <linux/sched/signal.h>
#include <linux/sort.h>
#include "../kernel/access.h"
#include "cpt_file.h"

/* The file behind an item; NULL when it is being closed. Called with the epoll's mutex. */
static struct file *file_of(const void *epi)
{
	struct file *file = vz_epitem_ffd(epi)->file;

	return file_count(file) ? file : NULL;
}

/*
 * A signalfd is ready when who added it to the epoll has signals: that is whose
 * queue the item waits at. 0: nobody of the VE.
 */
static u64 sighand_of(struct vz_context *ctx, const void *epi)
{
	const void *pwq = *vz_epitem_pwqlist(epi);
	wait_queue_head_t *whead = pwq ? *vz_eppoll_entry_whead(pwq) : NULL;

	return whead ? cpt_id(ctx, CPT_OBJ_SIGHAND,
			      container_of(whead, struct sighand_struct, signalfd_wqh)) : 0;
}

static void judge(struct vz_context *ctx, const char *who, const void *epi)
{
	struct file *file = file_of(epi);
	u32 fd = vz_epitem_ffd(epi)->fd;

	if (!file)
		return;
	if (!cpt_id(ctx, CPT_OBJ_FILE, file))
		cpt_refuse(ctx, "%s: epoll of a file (once fd %u) that nobody in the VE has open: not supported",
			   who, fd);
	else if (cpt_file_is_signalfd(file) && !sighand_of(ctx, epi))
		cpt_refuse(ctx, "%s: epoll of a signalfd (fd %u) of a process that has ended: not supported",
			   who, fd);
}

/*
 * The last kind to be asked: every file of the VE was met. While the VE runs,
 * there is no reference on an epoll.
 */
static int cpt_epitems_root(struct vz_context *ctx)
{
	struct rb_node *node;
	struct vz_obj *obj;
	void *ep;

	if (ctx->checking)
		return 0;
	vz_for_each_obj(ctx, CPT_OBJ_EPOLL, obj) {
		ep = ((struct file *)obj->ptr)->private_data;
		mutex_lock(vz_eventpoll_mtx(ep));
		for (node = rb_first_cached(vz_eventpoll_rbr(ep)); node; node = rb_next(node))
			judge(ctx, obj->data, vz_epitem_of(node));
		mutex_unlock(vz_eventpoll_mtx(ep));
	}
	return 0;
}

static void fill(struct vz_context *ctx, const void *epi, bool ready, struct cpt_epitem *item)
{
	struct file *file = file_of(epi);
	const struct epoll_event *event = vz_epitem_event(epi);

	memset(item, 0, sizeof(*item));
	item->file = cpt_id(ctx, CPT_OBJ_FILE, file);
	item->data = event->data;
	item->fd = vz_epitem_ffd(epi)->fd;
	item->events = (__force u32)event->events;
	if (cpt_file_is_signalfd(file))
		item->sighand = sighand_of(ctx, epi);
	if (ready)
		item->flags |= CPT_EPITEM_READY;
}

static u32 count(void *ep)
{
	struct rb_node *node;
	u32 n = 0;

	for (node = rb_first_cached(vz_eventpoll_rbr(ep)); node; node = rb_next(node))
		n++;
	return n;
}

static int by_address(const void *a, const void *b)
{
	const void *x = *(void *const *)a, *y = *(void *const *)b;

	return x < y ? -1 : x > y;
}

/*
 * Items become ready, at the end of the list, while the VE is parked: those whose
 * list entry was not seen are dumped as not ready, but what they wait for is
 * (timers) due in the restored VE, too. @ready has room for all items.
 */
static u32 fill_all(struct vz_context *ctx, void *ep, struct cpt_epitem *items, void **ready)
{
	struct rb_node *node;
	struct list_head *pos;
	u32 n = 0, nready = 0, i;

	spin_lock_irq(vz_eventpoll_lock(ep));
	list_for_each(pos, vz_eventpoll_rdllist(ep))
		ready[nready++] = vz_epitem_of_ready(pos);
	spin_unlock_irq(vz_eventpoll_lock(ep));
	for (i = 0; i < nready; i++) {
		if (file_of(ready[i]))
			fill(ctx, ready[i], true, &items[n++]);
	}
	sort(ready, nready, sizeof(*ready), by_address, NULL);
	for (node = rb_first_cached(vz_eventpoll_rbr(ep)); node; node = rb_next(node)) {
		void *epi = vz_epitem_of(node);

		if (file_of(epi) && !bsearch(&epi, ready, nready, sizeof(*ready), by_address))
			fill(ctx, epi, false, &items[n++]);
	}
	return n;
}

static int dump_items(struct vz_context *ctx, struct vz_obj *obj)
{
	void *ep = ((struct file *)obj->ptr)->private_data, **ready = NULL;
	struct cpt_epitems_image v = {
		.epoll = cpt_id(ctx, CPT_OBJ_FILE, obj->ptr),
	};
	struct cpt_epitem *items = NULL;
	int err = -ENOMEM;
	u32 n;

	mutex_lock(vz_eventpoll_mtx(ep));
	n = count(ep);
	if (n) {
		items = kvmalloc_array(n, sizeof(*items), GFP_KERNEL);
		ready = kvmalloc_array(n, sizeof(*ready), GFP_KERNEL);
	}
	if (items && ready)
		v.items = fill_all(ctx, ep, items, ready);
	mutex_unlock(vz_eventpoll_mtx(ep));
	if (!n)
		err = 0;
	else if (v.items > CPT_MAX_CONTENT / sizeof(*items))
		err = cpt_err(ctx, -EBUSY, "%s: epoll of more than %zu files: not supported",
			      (char *)obj->data, CPT_MAX_CONTENT / sizeof(*items));
	else if (items && ready)
		err = cpt_write_obj(ctx, CPT_OBJ_EPITEMS, v.epoll, &v, sizeof(v), items,
				    v.items * sizeof(*items));
	kvfree(items);
	kvfree(ready);
	return err;
}

static int cpt_epitems_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_obj *obj;
	int err = 0;

	vz_for_each_obj(ctx, CPT_OBJ_EPOLL, obj) {
		err = dump_items(ctx, obj);
		if (err)
			break;
	}
	return err;
}

const struct cpt_ops cpt_epitems_ops = {
	.root = cpt_epitems_root,
	.dump = cpt_epitems_dump,
};
