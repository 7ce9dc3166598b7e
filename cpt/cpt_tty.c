// SPDX-License-Identifier: GPL-2.0-only
/*
 * tty: pseudo terminals of the VE's own devpts. An object is a pair, known by its
 * slave. Files of both sides are records of kind file.
 */
#include <linux/fdtable.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>
#include "../kernel/access.h"
#include "cpt_mount.h"
#include "cpt_tty.h"

#define BUF_MASK	(CPT_TTY_INPUT - 1)

/**
 * struct cpt_tty - vz_obj.data of a CPT_OBJ_TTY
 * @who: who was met with it first
 */
struct cpt_tty {
	char who[sizeof_field(struct vz_context, who)];
};

/* ---- recognise ---- */

/* Only those of /dev/ptmx: there is no other driver with numbers of a devpts. */
static bool is_pair(const struct tty_struct *tty)
{
	return tty->driver->type == TTY_DRIVER_TYPE_PTY && tty->driver->flags & TTY_DRIVER_DEVPTS_MEM &&
	       tty->link;
}

static struct tty_struct *slave_of(struct tty_struct *tty)
{
	return tty->driver->subtype == PTY_TYPE_SLAVE ? tty : tty->link;
}

static struct tty_struct *file_tty(const struct file *file)
{
	return ((struct tty_file_private *)file->private_data)->tty;
}

static bool cpt_tty_is(const struct file *file)
{
	unsigned long op = (unsigned long)file->f_op;

	return (op == vz_addr_tty_fops || op == vz_addr_ptmx_fops ||
		tty_hung_up_p((struct file *)file)) && is_pair(file_tty(file));
}

static const void *cpt_tty_object(const struct file *file)
{
	return slave_of(file_tty(file));
}

static void cpt_tty_get(void *ptr)
{
	struct tty_struct *slave = ptr;

	tty_kref_get(slave);
	tty_kref_get(slave->link);
}

static void cpt_tty_put(void *ptr)
{
	struct tty_struct *slave = ptr, *master = slave->link;

	tty_kref_put(slave);
	tty_kref_put(master);
}

/* An open file keeps both sides. */
static void *cpt_tty_hold(struct file *file)
{
	struct tty_struct *slave = slave_of(file_tty(file));

	cpt_tty_get(slave);
	return slave;
}

/* ---- what cannot be dumped ---- */

/* The VE's mount of the devpts that a pair has its number from; 0: it has none. */
static u64 mount_of(struct vz_context *ctx, struct tty_struct *slave)
{
	const void *devpts = READ_ONCE(slave->link->driver_data);
	struct super_block *sb;
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_MOUNT, obj) {
		sb = cpt_mount_vfs(obj)->mnt_sb;
		if (!strcmp(sb->s_type->name, "devpts") && sb->s_fs_info == devpts)
			return obj->id;
	}
	return 0;
}

/* Its name, when that is not the usual one. */
static bool other_discipline(struct tty_struct *tty, char *name, size_t size)
{
	struct tty_ldisc *ld = tty_ldisc_ref_wait(tty);
	bool other = ld && ld->ops->num != N_TTY;

	if (other)
		strscpy(name, ld->ops->name ?: "unknown", size);
	if (ld)
		tty_ldisc_deref(ld);
	return other;
}

static int judge_pair(struct vz_context *ctx, struct tty_struct *slave, const char *what)
{
	struct vz_obj *obj;
	char name[32];

	if (!mount_of(ctx, slave)) {
		cpt_refuse(ctx, "%s: %s: not supported", ctx->who, what);
		return 1;
	}
	obj = cpt_collect(ctx, CPT_OBJ_TTY, slave);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (obj->users == 1 && (other_discipline(slave, name, sizeof(name)) ||
				other_discipline(slave->link, name, sizeof(name))))
		cpt_refuse(ctx, "%s: terminal pts/%d: line discipline %s: not supported", ctx->who,
			   slave->index, name);
	return 0;
}

static int cpt_tty_judge(struct vz_context *ctx, void *held)
{
	struct tty_struct *slave = held;
	char what[32];

	snprintf(what, sizeof(what), "terminal %u:%u", UNIX98_PTY_SLAVE_MAJOR, slave->index);
	return judge_pair(ctx, slave, what);
}

static int cpt_tty_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_tty *data = kvzalloc(sizeof(*data), GFP_KERNEL);

	if (!data)
		return -ENOMEM;
	obj->data = data;
	memcpy(data->who, ctx->who, sizeof(data->who));
	return 0;
}

/* The judge has met it. */
static int cpt_tty_collect_file(struct vz_context *ctx, struct file *file)
{
	return 0;
}

int cpt_tty_collect_controlling(struct vz_context *ctx, struct vz_task *vt)
{
	struct tty_struct *tty = NULL;
	unsigned long flags;
	bool other = false;
	int err = 0;

	if (vz_lock_task_sighand(vt->task, &flags)) {
		tty = vt->task->signal->tty;
		other = tty && !is_pair(tty);
		if (tty && !other)
			cpt_tty_get(tty);
		unlock_task_sighand(vt->task, &flags);
	}
	if (!tty)
		return 0;
	cpt_who(ctx, "process %d (%s)", vt->pid, vt->task->comm);
	if (other)
		return cpt_refuse(ctx, "%s: controlling terminal: not supported", ctx->who);
	err = judge_pair(ctx, tty, "controlling terminal");
	cpt_tty_put(tty);
	return min(err, 0);
}

/*
 * The master of what vzctl enter started stays outside. Of a running VE only the
 * master is looked for: there is one file of it, while the slave may have been
 * opened anew meanwhile.
 */
static bool is_shared(struct vz_context *ctx, struct tty_struct *tty)
{
	struct tty_file_private *priv;
	bool shared = false;

	spin_lock(&tty->files_lock);
	list_for_each_entry(priv, &tty->tty_files, list)
		shared |= !vz_obj_find(ctx, CPT_OBJ_FILE, priv->file);
	spin_unlock(&tty->files_lock);
	return shared;
}

static int cpt_tty_collected(struct vz_context *ctx)
{
	struct tty_struct *slave;
	const struct cpt_tty *data;
	struct vz_obj *obj;

	vz_for_each_obj(ctx, CPT_OBJ_TTY, obj) {
		slave = obj->ptr;
		data = obj->data;
		if (is_shared(ctx, slave->link) || (!ctx->checking && is_shared(ctx, slave)))
			cpt_refuse(ctx, "%s: terminal pts/%d shared with a process outside of the VE",
				   data->who, slave->index);
	}
	return 0;
}

/* ---- what was written has arrived ---- */

/*
 * What one side has written is handed to the other side by a worker, which may
 * send signals: before those are dumped, it has done so.
 */
static void settle(struct file *file)
{
	struct tty_struct *slave;

	if (!cpt_tty_is(file))
		return;
	slave = slave_of(file_tty(file));
	flush_work(&slave->port->buf.work);
	flush_work(&slave->link->port->buf.work);
}

static void settle_files(struct files_struct *files)
{
	struct fdtable *fdt;
	struct file *file;
	unsigned int fd;
	bool end;

	for (fd = 0;; fd++) {
		spin_lock(&files->file_lock);
		fdt = files_fdtable(files);
		fd = find_next_bit(fdt->open_fds, fdt->max_fds, fd);
		end = fd >= fdt->max_fds;
		file = end ? NULL : rcu_dereference_protected(fdt->fd[fd],
							      lockdep_is_held(&files->file_lock));
		if (file && cpt_tty_is(file))
			get_file(file);
		else
			file = NULL;
		spin_unlock(&files->file_lock);
		if (end)
			return;
		if (file) {
			settle(file);
			fput(file);
		}
		cond_resched();
	}
}

static int cpt_tty_root(struct vz_context *ctx)
{
	const struct files_struct *last = NULL;
	struct vz_task *vt;

	if (ctx->checking)
		return 0;
	vz_for_each_task(ctx, vt) {
		/* parked: its table stays */
		if (vt->zombie || !vt->task || !vt->task->files || vt->task->files == last)
			continue;
		last = vt->task->files;
		settle_files(vt->task->files);
	}
	return 0;
}

/* ---- the record ---- */

static u32 between(const size_t *from, const size_t *to)
{
	return *to - *from;
}

/* What stands between two counters of a ring. */
static int add_ring(struct cpt_buf *buf, const struct vz_tty_bytes *ring, size_t from, u32 len)
{
	u32 at = from & BUF_MASK, first = min(len, CPT_TTY_INPUT - at);

	return cpt_buf_add(buf, ring->byte + at, first) ?:
	       cpt_buf_add(buf, ring->byte, len - first);
}

static int add_line_ends(struct cpt_buf *buf, const struct vz_tty_bits *bits, size_t from, u32 len)
{
	int err = 0;
	u8 is;

	for (; len && !err; len--, from++) {
		is = test_bit(from & BUF_MASK, bits->word);
		err = cpt_buf_add(buf, &is, 1);
	}
	return err;
}

static int fill_discipline(struct tty_struct *tty, struct cpt_tty_side *v, struct cpt_buf *buf)
{
	const void *d = tty->disc_data;
	size_t tail = *vz_n_tty_data_read_tail(d), echo = *vz_n_tty_data_echo_tail(d);
	bool lines = L_ICANON(tty) && !L_EXTPROC(tty);
	int err;

	v->input = between(vz_n_tty_data_read_tail(d), vz_n_tty_data_read_head(d));
	v->echo = between(vz_n_tty_data_echo_tail(d), vz_n_tty_data_echo_head(d));
	if (v->input > CPT_TTY_INPUT || v->echo > CPT_TTY_INPUT)
		return -EUCLEAN;
	if (lines)
		v->lines = min(between(vz_n_tty_data_read_tail(d), vz_n_tty_data_canon_head(d)),
			       v->input);
	else
		v->committed = min(between(vz_n_tty_data_read_tail(d),
					   vz_n_tty_data_commit_head(d)), v->input);
	v->echo_committed = min(between(vz_n_tty_data_echo_tail(d), vz_n_tty_data_echo_commit(d)),
				v->echo);
	v->echo_marked = min(between(vz_n_tty_data_echo_tail(d), vz_n_tty_data_echo_mark(d)),
			     v->echo);
	v->column = *vz_n_tty_data_column(d);
	v->canon_column = *vz_n_tty_data_canon_column(d);
	v->looked_ahead = min_t(size_t, *vz_n_tty_data_lookahead_count(d), CPT_TTY_QUEUE);
	v->flags |= vz_test_n_tty_data_lnext(d) ? CPT_TTY_LNEXT : 0;
	v->flags |= vz_test_n_tty_data_erasing(d) ? CPT_TTY_ERASING : 0;
	v->flags |= vz_test_n_tty_data_push(d) ? CPT_TTY_PUSH : 0;
	err = add_ring(buf, vz_n_tty_data_read_buf(d), tail, v->input);
	if (!err)
		err = add_line_ends(buf, vz_n_tty_data_read_flags(d), tail, v->input);
	return err ?: add_ring(buf, vz_n_tty_data_echo_buf(d), echo, v->echo);
}

/* What the line discipline had no room for. The buffers are locked. */
static int add_queue(struct tty_struct *tty, struct cpt_tty_side *v, struct cpt_buf *buf)
{
	struct tty_buffer *b;
	int err = 0;

	for (b = tty->port->buf.head; b && !err; b = b->next) {
		v->queue += b->commit - b->read;
		err = cpt_buf_add(buf, char_buf_ptr(b, b->read), b->commit - b->read);
	}
	return err ?: v->queue > CPT_TTY_QUEUE ? -E2BIG : 0;
}

static void fill_flags(struct tty_struct *tty, struct cpt_tty_side *v)
{
	static const struct { unsigned int bit; u32 flag; } bits[] = {
		{ TTY_IO_ERROR, CPT_TTY_IO_ERROR },
		{ TTY_OTHER_CLOSED, CPT_TTY_OTHER_CLOSED },
		{ TTY_EXCLUSIVE, CPT_TTY_EXCLUSIVE },
		{ TTY_PTY_LOCK, CPT_TTY_LOCKED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++)
		v->flags |= test_bit(bits[i].bit, &tty->flags) ? bits[i].flag : 0;
	spin_lock_irq(&tty->flow.lock);
	v->flags |= tty->flow.stopped ? CPT_TTY_STOPPED : 0;
	v->flags |= tty->flow.tco_stopped ? CPT_TTY_TCO_STOPPED : 0;
	spin_unlock_irq(&tty->flow.lock);
	spin_lock_irq(&tty->ctrl.lock);
	v->flags |= tty->ctrl.packet ? CPT_TTY_PACKET : 0;
	v->pktstatus = tty->ctrl.pktstatus;
	spin_unlock_irq(&tty->ctrl.lock);
	spin_lock(&tty->files_lock);
	v->flags |= list_empty(&tty->tty_files) ? 0 : CPT_TTY_OPEN;
	spin_unlock(&tty->files_lock);
}

/* Locks: ldisc_sem, the buffer's, termios_rwsem; a read(2) flushes the buffer under the first. */
static int fill_side(struct tty_struct *tty, struct cpt_tty_side *v, struct cpt_buf *buf)
{
	struct tty_ldisc *ld = tty_ldisc_ref_wait(tty);
	int err = 0;

	fill_flags(tty, v);
	tty_buffer_lock_exclusive(tty->port);
	if (ld) {
		down_read(&tty->termios_rwsem);
		err = fill_discipline(tty, v, buf);
		up_read(&tty->termios_rwsem);
	} else {
		v->flags |= CPT_TTY_DEAD;
	}
	if (!err)
		err = add_queue(tty, v, buf);
	tty_buffer_unlock_exclusive(tty->port);
	if (ld)
		tty_ldisc_deref(ld);
	return err;
}

static void fill_termios(const struct ktermios *from, struct cpt_termios *to)
{
	to->c_iflag = from->c_iflag;
	to->c_oflag = from->c_oflag;
	to->c_cflag = from->c_cflag;
	to->c_lflag = from->c_lflag;
	to->c_ispeed = from->c_ispeed;
	to->c_ospeed = from->c_ospeed;
	to->c_line = from->c_line;
	memcpy(to->c_cc, from->c_cc, sizeof(to->c_cc));
}

/* The slave's node; without a master it is that of whoever has it open still. */
static struct inode *get_node(struct tty_struct *slave, bool has_master)
{
	struct tty_file_private *priv;
	struct inode *inode = NULL;

	if (has_master)
		return igrab(d_inode(slave->driver_data));
	spin_lock(&slave->files_lock);
	list_for_each_entry(priv, &slave->tty_files, list) {
		if (MAJOR(file_inode(priv->file)->i_rdev) == UNIX98_PTY_SLAVE_MAJOR)
			inode = igrab(file_inode(priv->file));
		if (inode)
			break;
	}
	spin_unlock(&slave->files_lock);
	return inode;
}

static void fill_node(struct inode *inode, struct cpt_tty_image *v)
{
	struct vz_times t = vz_inode_times(inode);

	v->uid = __kuid_val(inode->i_uid);
	v->gid = __kgid_val(inode->i_gid);
	v->mode = inode->i_mode & S_IALLUGO;
	v->atime_ns = timespec64_to_ns(&t.atime);
	v->mtime_ns = timespec64_to_ns(&t.mtime);
	v->ctime_ns = timespec64_to_ns(&t.ctime);
}

static void fill_session(struct vz_context *ctx, struct tty_struct *slave, struct cpt_tty_image *v)
{
	spin_lock_irq(&slave->ctrl.lock);
	v->session = pid_nr_ns(slave->ctrl.session, ctx->pidns);
	v->pgrp = pid_nr_ns(slave->ctrl.pgrp, ctx->pidns);
	spin_unlock_irq(&slave->ctrl.lock);
}

static int cpt_tty_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct tty_struct *slave = obj->ptr, *master = slave->link;
	struct cpt_tty_image v = { .index = slave->index };
	struct cpt_buf buf = {};
	struct inode *node;
	int err;

	v.mount = mount_of(ctx, slave);
	err = fill_side(master, &v.master, &buf);
	if (!err)
		err = fill_side(slave, &v.slave, &buf);
	if (err) {
		cpt_err(ctx, err, "tty %llu: pts/%u: cannot be read: error %d", obj->id, v.index, -err);
		goto out;
	}
	node = get_node(slave, v.master.flags & CPT_TTY_OPEN);
	if (node) {
		fill_node(node, &v);
		iput(node);
	}
	fill_session(ctx, slave, &v);
	down_read(&slave->termios_rwsem);
	fill_termios(&slave->termios, &v.termios);
	fill_termios(&slave->termios_locked, &v.locked);
	up_read(&slave->termios_rwsem);
	mutex_lock(&slave->winsize_mutex);
	v.rows = slave->winsize.ws_row;
	v.cols = slave->winsize.ws_col;
	v.xpixel = slave->winsize.ws_xpixel;
	v.ypixel = slave->winsize.ws_ypixel;
	mutex_unlock(&slave->winsize_mutex);
	err = cpt_write_obj(ctx, CPT_OBJ_TTY, obj->id, &v, sizeof(v), buf.data, buf.len);
out:
	cpt_buf_free(&buf);
	return err;
}

static u32 cpt_tty_async_fd(struct file *file)
{
	const struct tty_struct *tty = file_tty(file);
	const struct fasync_struct *async;
	u32 fd = 0;

	rcu_read_lock();
	for (async = READ_ONCE(tty->fasync); async; async = READ_ONCE(async->fa_next)) {
		if (async->fa_file == file)
			fd = async->fa_fd + 1;
	}
	rcu_read_unlock();
	return fd;
}

static const struct cpt_file_type tty_file = {
	.path = true,
	.is = cpt_tty_is,
	.hold = cpt_tty_hold,
	.judge = cpt_tty_judge,
	.drop = cpt_tty_put,
	.collect = cpt_tty_collect_file,
	.object = cpt_tty_object,
	.async_fd = cpt_tty_async_fd,
};

const struct cpt_ops cpt_tty_ops = {
	.root = cpt_tty_root,
	.collect = cpt_tty_collect,
	.collected = cpt_tty_collected,
	.dump = cpt_tty_dump,
	.get = cpt_tty_get,
	.put = cpt_tty_put,
	.file = &tty_file,
};
