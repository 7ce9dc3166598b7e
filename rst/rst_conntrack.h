/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_CONNTRACK_H
#define _RST_CONNTRACK_H

#include <linux/cpt_image.h>

struct vz_ct_msg;

/*
 * Counters, TCP windows and the time of its start, which ctnetlink does not take, of a connection
 * that was made. vz_late_find_nf_conntrack_find_get() has said yes.
 */
void rst_conntrack_counts(const struct vz_ct_msg *m, const struct cpt_conntrack_window *window);

#endif
