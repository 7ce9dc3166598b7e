/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flags of struct sock that setsockopt(2) sets and that are nothing but a bit, as
 * the kernel and as the image have them.
 */
#ifndef _VZ_SOCK_FLAGS_H
#define _VZ_SOCK_FLAGS_H

#include <linux/cpt_image.h>
#include <net/sock.h>

static const struct {
	enum sock_flags flag;
	u32 opt;
} vz_sock_flags[] = {
	{ SOCK_KEEPOPEN, CPT_SOCK_KEEPALIVE },
	{ SOCK_BROADCAST, CPT_SOCK_BROADCAST },
	{ SOCK_URGINLINE, CPT_SOCK_OOBINLINE },
	{ SOCK_LOCALROUTE, CPT_SOCK_DONTROUTE },
	{ SOCK_LINGER, CPT_SOCK_LINGER },
	{ SOCK_DBG, CPT_SOCK_DEBUG },
	{ SOCK_RCVTSTAMP, CPT_SOCK_TIMESTAMP },
	{ SOCK_RCVTSTAMPNS, CPT_SOCK_TIMESTAMPNS },
	{ SOCK_TSTAMP_NEW, CPT_SOCK_TSTAMP_NEW },
	{ SOCK_WIFI_STATUS, CPT_SOCK_WIFI_STATUS },
	{ SOCK_NOFCS, CPT_SOCK_NOFCS },
	{ SOCK_RXQ_OVFL, CPT_SOCK_RXQ_OVFL },
	{ SOCK_SELECT_ERR_QUEUE, CPT_SOCK_SELECT_ERR },
	{ SOCK_ZEROCOPY, CPT_SOCK_ZEROCOPY },
	{ SOCK_FILTER_LOCKED, CPT_SOCK_FILTER_LOCKED },
	{ SOCK_TXTIME, CPT_SOCK_TXTIME },
	{ SOCK_RCVMARK, CPT_SOCK_RCVMARK },
};

#endif
