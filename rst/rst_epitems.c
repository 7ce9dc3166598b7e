// SPDX-License-Identifier: GPL-2.0-only
/*
 * epitems: what the epolls watch. The kernel's epoll_ctl(2) wants descriptors: they
 * are in a table that is thrown away. Then the ready lists are what they were:
 * an event that was told is not told again.
 */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/rbtree.h>
#include <linux/sched/signal.h>
#include "../kernel/access.h"
#include "rst_file.h"

/* Bits of events that are not events: what EPOLLONESHOT leaves. */
#define MODES	((__force u32)(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE))

/**
 * struct rst_items - object of a CPT_OBJ_EPITEMS
 * @rec: the record
 * @ep: the epoll's file
 * @from: what is added next: the first item
 * @to: and the one behind the last
 * @epi: the items that were made
 */
struct rst_items {
	const struct vz_rec *rec;
	struct file *ep;
	u32 from;
	u32 to;
	void *epi[];
};

/*
 * Finds the item in the epoll's tree, where items are in the order of their
 * files' addresses, then of their numbers.
 */
static void *find(void *ep, const struct file *file, int fd)
{
	struct rb_node *node = vz_eventpoll_rbr(ep)->rb_root.rb_node;
	const struct vz_epoll_filefd *ffd;
	void *epi;

	while (node) {
		epi = vz_epitem_of(node);
		ffd = vz_epitem_ffd(epi);
		if (ffd->file == file && ffd->fd == fd)
			return epi;
		if (file > ffd->file || (file == ffd->file && fd > ffd->fd))
			node = node->rb_right;
		else
			node = node->rb_left;
	}
	return NULL;
}

static int add_item(struct rst_items *items, const struct cpt_epitem *item, struct file *file,
		    void **epi)
{
	void *ep = items->ep->private_data;
	struct epoll_event event = {
		.events = (__force __poll_t)item->events,
		.data = item->data,
	};
	int epfd = item->fd ? 0 : 1, err;

	err = vz_replace_fd(epfd, items->ep, 0);
	if (err >= 0)
		err = vz_replace_fd(item->fd, file, 0);
	if (err >= 0)
		err = vz_do_epoll_ctl(epfd, EPOLL_CTL_ADD, item->fd, &event, false);
	if (err)
		return err;
	mutex_lock(vz_eventpoll_mtx(ep));
	*epi = find(ep, file, item->fd);
	/* the call adds EPOLLERR and EPOLLHUP, which a disabled one has not */
	if (*epi)
		vz_epitem_event(*epi)->events = (__force __poll_t)item->events;
	mutex_unlock(vz_eventpoll_mtx(ep));
	return *epi ? 0 : -ENOENT;
}

static int add_items(struct vz_task *vt, void *arg)
{
	struct rst_items *items = arg;
	const struct cpt_epitem *item = items->rec->content;
	struct rst_borrowed borrowed;
	struct file *file;
	int err;
	u32 i;

	err = rst_borrow_table(&borrowed);
	if (err)
		return err;
	for (i = items->from; i < items->to && !err; i++) {
		file = rst_made(vt->ctx, CPT_OBJ_FILE, item[i].file);
		err = file ? add_item(items, &item[i], file, &items->epi[i]) : -EINVAL;
		if (err)
			rst_err(vt->ctx, err, "epitems %llu: file %llu (fd %u) cannot be added: error %d",
				items->rec->hdr.id, item[i].file, item[i].fd, -err);
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	rst_return_table(&borrowed);
	return err;
}

/* A signalfd is added by a process whose signals make it ready, others by init. */
static struct vz_task *who_adds(struct vz_context *ctx, u64 sighand)
{
	const struct cpt_process_image *p;
	struct vz_task *vt;

	if (!sighand)
		return rst_task(ctx, 1);
	vz_for_each_task(ctx, vt) {
		p = vt->proc->fixed;
		if (!vt->zombie && p->sighand == sighand)
			return vt;
	}
	return NULL;
}

static int add_all(struct vz_context *ctx, struct rst_items *items)
{
	const struct cpt_epitems_image *v = items->rec->fixed;
	const struct cpt_epitem *item = items->rec->content;
	struct vz_task *vt;
	int err = 0;
	u32 i;

	for (i = 0; i < v->items && !err; i = items->to) {
		items->from = i;
		for (items->to = i + 1; items->to < v->items; items->to++) {
			if (item[items->to].sighand != item[i].sighand)
				break;
		}
		vt = who_adds(ctx, item[i].sighand);
		if (!vt)
			return rst_err(ctx, -EINVAL, "epitems %llu: nobody has sighand %llu",
				       items->rec->hdr.id, item[i].sighand);
		err = vz_call(vt, add_items, items);
	}
	return err;
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_epitems_image *v = rec->fixed;
	struct file *ep = rst_made(ctx, CPT_OBJ_FILE, v->epoll);
	struct rst_items *items;
	int err;

	if (!ep || (unsigned long)ep->f_op != vz_addr_eventpoll_fops)
		return rst_err(ctx, -EINVAL, "epitems %llu: file %llu is no epoll", rec->hdr.id,
			       v->epoll);
	items = kvzalloc(struct_size(items, epi, v->items), GFP_KERNEL);
	if (!items)
		return -ENOMEM;
	items->rec = rec;
	items->ep = ep;
	err = rst_keep(ctx, CPT_OBJ_EPITEMS, rec->hdr.id, items);
	if (err) {
		kvfree(items);
		return err;
	}
	return add_all(ctx, items);
}

static void set_ready(void *epi, struct list_head *ready)
{
	struct wakeup_source *ws = *vz_epitem_ws(epi);

	list_move_tail(vz_epitem_rdllink(epi), ready);
	if (ws)
		__pm_stay_awake(ws);
}

/*
 * What is not ready any more leaves the list when it is asked for; so only what the
 * epoll would tell wrongly leaves it here.
 */
static void set_unready(void *epi)
{
	u32 events = (__force u32)vz_epitem_event(epi)->events;
	struct wakeup_source *ws = *vz_epitem_ws(epi);

	if (!(events & (__force u32)EPOLLET) && (events & ~MODES))
		return;
	list_del_init(vz_epitem_rdllink(epi));
	if (ws)
		__pm_relax(ws);
}

static void set_ready_list(struct rst_items *items)
{
	const struct cpt_epitems_image *v = items->rec->fixed;
	const struct cpt_epitem *item = items->rec->content;
	void *ep = items->ep->private_data;
	LIST_HEAD(ready);
	u32 i;

	mutex_lock(vz_eventpoll_mtx(ep));
	spin_lock_irq(vz_eventpoll_lock(ep));
	for (i = 0; i < v->items; i++) {
		if (item[i].flags & CPT_EPITEM_READY)
			set_ready(items->epi[i], &ready);
		else
			set_unready(items->epi[i]);
	}
	list_splice(&ready, vz_eventpoll_rdllist(ep));
	spin_unlock_irq(vz_eventpoll_lock(ep));
	mutex_unlock(vz_eventpoll_mtx(ep));
}

/*
 * The last kind: what makes files ready has been restored. When one epoll watches
 * another, adding to that makes it ready: all are added first.
 */
static int rst_epitems_links(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	struct rst_items *items;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_EPITEMS, i, rec) {
		err = make(ctx, rec);
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
	}
	rst_for_each(ctx, CPT_OBJ_EPITEMS, i, rec) {
		items = rst_made(ctx, CPT_OBJ_EPITEMS, rec->hdr.id);
		set_ready_list(items);
	}
	return 0;
}

static void rst_epitems_undo(void *ptr)
{
	kvfree(ptr);
}

const struct rst_ops rst_epitems_ops = {
	.links = rst_epitems_links,
	.undo = rst_epitems_undo,
};
