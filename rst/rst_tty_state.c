// SPDX-License-Identifier: GPL-2.0-only
/*
 * tty: the state of a pair of pseudo terminals: its node, settings and what waits
 * in it to be read.
 */
#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include "../kernel/access.h"
#include "rst_tty.h"

#define BUF_MASK	(CPT_TTY_INPUT - 1)

/* Where the content of a side begins. */
struct side_content {
	const u8 *input;
	const u8 *ends;
	const u8 *echo;
	const u8 *queue;
};

static struct side_content content_of(const struct cpt_tty_side *v, const u8 *at)
{
	struct side_content c = { .input = at };

	c.ends = c.input + v->input;
	c.echo = c.ends + v->input;
	c.queue = c.echo + v->echo;
	return c;
}

void rst_tty_set_node(struct inode *inode, const struct cpt_tty_image *v)
{
	struct vz_times t = {
		.atime = ns_to_timespec64(v->atime_ns),
		.mtime = ns_to_timespec64(v->mtime_ns),
		.ctime = ns_to_timespec64(v->ctime_ns),
	};

	inode->i_uid = KUIDT_INIT(v->uid);
	inode->i_gid = KGIDT_INIT(v->gid);
	inode->i_mode = S_IFCHR | v->mode;
	vz_set_inode_times(inode, &t);
}

static void fill_termios(const struct cpt_termios *from, struct ktermios *to)
{
	to->c_iflag = from->c_iflag;
	to->c_oflag = from->c_oflag;
	to->c_cflag = from->c_cflag;
	to->c_lflag = from->c_lflag;
	to->c_ispeed = from->c_ispeed;
	to->c_ospeed = from->c_ospeed;
	to->c_line = from->c_line;
	memcpy(to->c_cc, from->c_cc, sizeof(from->c_cc));
}

static void set_termios(struct tty_struct *slave, const struct cpt_tty_image *v)
{
	struct ktermios termios = {};

	fill_termios(&v->termios, &termios);
	tty_set_termios(slave, &termios);
	down_write(&slave->termios_rwsem);
	fill_termios(&v->locked, &slave->termios_locked);
	up_write(&slave->termios_rwsem);
	mutex_lock(&slave->winsize_mutex);
	slave->winsize.ws_row = v->rows;
	slave->winsize.ws_col = v->cols;
	slave->winsize.ws_xpixel = v->xpixel;
	slave->winsize.ws_ypixel = v->ypixel;
	mutex_unlock(&slave->winsize_mutex);
}

/* The rings begin anew at their first byte. The checker has seen that all fits. */
static void set_discipline(void *d, const struct cpt_tty_side *v, const struct side_content *c)
{
	u32 i;

	memcpy(vz_n_tty_data_read_buf(d)->byte, c->input, v->input);
	memcpy(vz_n_tty_data_echo_buf(d)->byte, c->echo, v->echo);
	memset(vz_n_tty_data_read_flags(d), 0, sizeof(struct vz_tty_bits));
	for (i = 0; i < v->input; i++) {
		if (c->ends[i])
			__set_bit(i & BUF_MASK, vz_n_tty_data_read_flags(d)->word);
	}
	*vz_n_tty_data_read_tail(d) = 0;
	*vz_n_tty_data_read_head(d) = v->input;
	*vz_n_tty_data_commit_head(d) = v->committed;
	*vz_n_tty_data_canon_head(d) = v->lines;
	*vz_n_tty_data_echo_tail(d) = 0;
	*vz_n_tty_data_echo_head(d) = v->echo;
	*vz_n_tty_data_echo_commit(d) = v->echo_committed;
	*vz_n_tty_data_echo_mark(d) = v->echo_marked;
	*vz_n_tty_data_lookahead_count(d) = v->looked_ahead;
	*vz_n_tty_data_column(d) = v->column;
	*vz_n_tty_data_canon_column(d) = v->canon_column;
	vz_assign_n_tty_data_lnext(d, v->flags & CPT_TTY_LNEXT);
	vz_assign_n_tty_data_erasing(d, v->flags & CPT_TTY_ERASING);
	vz_assign_n_tty_data_push(d, v->flags & CPT_TTY_PUSH);
}

/*
 * What waits for room is handed to the worker again, which finds none: that it
 * has been looked through for ^S and ^Q is kept.
 */
static int set_queue(struct tty_struct *tty, const struct cpt_tty_side *v, const u8 *bytes)
{
	struct tty_port *port = tty->port;
	unsigned long flags;
	u32 at, n;

	for (at = 0; at < v->queue; at += n) {
		n = min_t(u32, v->queue - at, 1024);
		spin_lock_irqsave(&port->lock, flags);
		if (tty_insert_flip_string(port, bytes + at, n) != n) {
			spin_unlock_irqrestore(&port->lock, flags);
			return -ENOMEM;
		}
		port->buf.tail->lookahead = port->buf.tail->used;
		spin_unlock_irqrestore(&port->lock, flags);
	}
	if (v->queue)
		tty_flip_buffer_push(port);
	return 0;
}

static int set_side(struct tty_struct *tty, const struct cpt_tty_side *v, const u8 *content)
{
	struct side_content c = content_of(v, content);
	struct tty_ldisc *ld;
	int err = 0;

	flush_work(&tty->port->buf.work);	/* what was opened may have said something */
	ld = tty_ldisc_ref_wait(tty);		/* outside of the buffer's lock: cpt_tty.c */
	tty_buffer_lock_exclusive(tty->port);
	if (ld && ld->ops->num == N_TTY && !(v->flags & CPT_TTY_DEAD)) {
		down_write(&tty->termios_rwsem);
		set_discipline(tty->disc_data, v, &c);
		up_write(&tty->termios_rwsem);
	} else if (!(v->flags & CPT_TTY_DEAD)) {
		err = -EINVAL;
	}
	tty_buffer_unlock_exclusive(tty->port);
	if (ld)
		tty_ldisc_deref(ld);
	return err ?: set_queue(tty, v, c.queue);
}

static void set_flags(struct tty_struct *tty, const struct cpt_tty_side *v)
{
	assign_bit(TTY_IO_ERROR, &tty->flags, v->flags & CPT_TTY_IO_ERROR);
	assign_bit(TTY_OTHER_CLOSED, &tty->flags, v->flags & CPT_TTY_OTHER_CLOSED);
	assign_bit(TTY_EXCLUSIVE, &tty->flags, v->flags & CPT_TTY_EXCLUSIVE);
	assign_bit(TTY_PTY_LOCK, &tty->flags, v->flags & CPT_TTY_LOCKED);
	spin_lock_irq(&tty->flow.lock);
	tty->flow.stopped = !!(v->flags & CPT_TTY_STOPPED);
	tty->flow.tco_stopped = !!(v->flags & CPT_TTY_TCO_STOPPED);
	spin_unlock_irq(&tty->flow.lock);
	spin_lock_irq(&tty->ctrl.lock);
	tty->ctrl.packet = !!(v->flags & CPT_TTY_PACKET);
	tty->ctrl.pktstatus = v->pktstatus;
	spin_unlock_irq(&tty->ctrl.lock);
}

int rst_tty_set_pair(struct vz_context *ctx, const struct vz_rec *rec, struct tty_struct *slave)
{
	const struct cpt_tty_image *v = rec->fixed;
	const struct cpt_tty_side *m = &v->master;
	struct tty_struct *master = slave->link;
	const u8 *content = rec->content;
	int err;

	if (!(v->slave.flags & CPT_TTY_DEAD))
		set_termios(slave, v);
	set_flags(master, m);
	set_flags(slave, &v->slave);
	err = set_side(master, m, content);
	if (!err)
		err = set_side(slave, &v->slave, content + m->input * 2 + m->echo + m->queue);
	return err ? rst_tty_error(ctx, rec, err, "its contents cannot be set") : 0;
}
