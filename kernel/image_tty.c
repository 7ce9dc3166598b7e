// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image checker: pseudo terminals.
 */
#include "image_rules.h"

#define TERMIOS_CBITS	0x00000070U	/* CSIZE */
#define TERMIOS_CS8	0x00000030U
#define RDEV_TTY	0x500U		/* /dev/tty */
#define RDEV_PTMX	0x502U
#define MAJOR_PTS	136U

/* new_encode_dev(): 12 bits of major, 20 bits of minor, of that 8 below the major */
static __u32 major_of(__u64 dev)
{
	return (__u32)(dev >> 8) & 0xfff;
}

static __u32 minor_of(__u64 dev)
{
	return ((__u32)dev & 0xff) | ((__u32)(dev >> 12) & 0xfff00);
}

/* A file with a path that stands for a side of a terminal. */
int vz_look_file_tty(struct vz_check *chk, const struct cpt_file_image *f)
{
	struct vz_check_obj *tty = vz_check_find(chk, CPT_OBJ_TTY, f->object);

	if (!tty)
		return vz_bad(chk, -EINVAL, "there is no tty %llu before it", f->object);
	if (!S_ISCHR(f->mode) || f->f_flags & 010000000U)
		return vz_bad(chk, -EINVAL, "not a terminal");
	if (f->rdev == RDEV_PTMX) {
		if (f->flags & CPT_FILE_HUNG_UP)
			return vz_bad(chk, -EINVAL, "a master that was hung up");
		if (tty->n++)
			return vz_bad(chk, -EINVAL, "tty %llu has two masters", f->object);
		return 0;
	}
	if (f->rdev != RDEV_TTY &&
	    (major_of(f->rdev) != MAJOR_PTS || minor_of(f->rdev) != *(__u32 *)tty->aux))
		return vz_bad(chk, -EINVAL, "device %#llx is not tty %llu", f->rdev, f->object);
	return 0;
}

static int look_side(struct vz_check *chk, const struct cpt_tty_side *s, const char **p, __u64 *left)
{
	__u64 need = s->input * 2ULL + s->echo + s->queue;
	__u32 i;

	if (need > *left)
		return vz_bad(chk, -EINVAL, "%llu bytes of %llu", *left, need);
	if (s->committed > s->input || s->lines > s->input || s->echo_committed > s->echo ||
	    s->echo_marked > s->echo)
		return vz_bad(chk, -EINVAL, "what is waiting ends behind its end");
	for (i = 0; i < s->input; i++) {
		if ((unsigned char)(*p)[s->input + i] > 1)
			return vz_bad(chk, -EINVAL, "the end of a line is %u",
				      (unsigned char)(*p)[s->input + i]);
	}
	*p += need;
	*left -= need;
	return 0;
}

static int look_tty(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_tty_image *t = look->fixed;
	const char *p = look->tail;
	__u64 left = look->tail_len;

	if (t->termios.c_line)
		return vz_bad(chk, -EINVAL, "line discipline %u", t->termios.c_line);
	if ((t->termios.c_cflag & TERMIOS_CBITS) != TERMIOS_CS8)
		return vz_bad(chk, -EINVAL, "settings that a pseudo terminal does not have");
	if (t->master.flags & CPT_TTY_DEAD ||
	    (!(t->master.flags & CPT_TTY_OPEN) && !(t->slave.flags & CPT_TTY_DEAD)) ||
	    t->slave.flags & (CPT_TTY_PACKET | CPT_TTY_LOCKED) || t->master.pktstatus)
		return vz_bad(chk, -EINVAL, "flags %#x and %#x do not fit", t->master.flags,
			      t->slave.flags);
	if ((t->session || t->pgrp) && (t->slave.flags & CPT_TTY_DEAD))
		return vz_bad(chk, -EINVAL, "session %u on a terminal that was hung up", t->session);
	if (look_side(chk, &t->master, &p, &left) || look_side(chk, &t->slave, &p, &left))
		return chk->failed;
	if (left)
		return vz_bad(chk, -EINVAL, "content is %llu bytes too long", left);
	look->obj->u = t->session;
	look->obj->aux = vz_env_alloc(sizeof(__u32));
	if (!look->obj->aux)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	*(__u32 *)look->obj->aux = t->index;
	return 0;
}

#define TTY_SIDE_RULES(side)							\
	VZ_MASK(cpt_tty_image, side.flags, (1U << 12) - 1),			\
	VZ_MASK(cpt_tty_image, side.pktstatus, 0x7f),	/* TIOCPKT_* */		\
	VZ_RANGE(cpt_tty_image, side.input, 0, CPT_TTY_INPUT),			\
	VZ_RANGE(cpt_tty_image, side.echo, 0, CPT_TTY_INPUT),			\
	VZ_RANGE(cpt_tty_image, side.queue, 0, CPT_TTY_QUEUE),			\
	VZ_RANGE(cpt_tty_image, side.looked_ahead, 0, CPT_TTY_QUEUE)

static const struct vz_rule tty_rules[] = {
	VZ_REF(cpt_tty_image, mount, CPT_OBJ_MOUNT),
	VZ_RANGE(cpt_tty_image, index, 0, (1 << 20) - 1),
	VZ_RANGE(cpt_tty_image, session, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_tty_image, pgrp, 0, VZ_PID_MAX),
	VZ_ID(cpt_tty_image, uid),
	VZ_ID(cpt_tty_image, gid),
	VZ_MASK(cpt_tty_image, mode, 07777),
	VZ_ZERO(cpt_tty_image, zero),
	VZ_RANGE(cpt_tty_image, rows, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, cols, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, xpixel, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, ypixel, 0, 0xffff),
	VZ_ZERO(cpt_tty_image, termios.zero),
	VZ_ZERO(cpt_tty_image, locked.zero),
	TTY_SIDE_RULES(master),
	TTY_SIDE_RULES(slave),
};

const struct vz_shape vz_shapes_tty[CPT_OBJ_MAX] = {
	[CPT_OBJ_TTY]	= { RULES(tty_rules), .own_tail = 1, .own = look_tty },
};
