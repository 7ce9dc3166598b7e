/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pseudo terminals: what rst_tty*.c share.
 */
#ifndef _RST_TTY_H
#define _RST_TTY_H

#include "rst.h"

struct inode;
struct tty_struct;

/**
 * rst_tty_error - says why a terminal cannot be restored
 * @ctx: context
 * @rec: its record
 * @err: -errno
 * @what: what failed
 *
 * Return: @err
 */
int rst_tty_error(struct vz_context *ctx, const struct vz_rec *rec, int err, const char *what);

/**
 * rst_tty_set_node - gives the node of a terminal its owner, mode and times
 * @inode: that of the slave, in the VE's devpts
 * @v: the record
 */
void rst_tty_set_node(struct inode *inode, const struct cpt_tty_image *v);

/**
 * rst_tty_set_pair - sets up both sides of a terminal, with what waits in them
 * @ctx: context
 * @rec: its record
 * @slave: the slave; its master is its link. Nobody uses either yet.
 *
 * Context: process context, may sleep: takes the lock of the line discipline, then that of the
 * buffer, then termios_rwsem.
 * Return: 0 or -errno after an error message
 */
int rst_tty_set_pair(struct vz_context *ctx, const struct vz_rec *rec, struct tty_struct *slave);

#endif /* _RST_TTY_H */
