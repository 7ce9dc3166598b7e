/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both sides know of AF_NETLINK sockets, and net/netlink/ keeps to itself:
 * numbers of bits and states, the same in all kernels known.
 */
#ifndef _VZ_NETLINK_H
#define _VZ_NETLINK_H

#include <linux/bits.h>
#include <linux/cpt_image.h>
#include <linux/netlink.h>

#define VZ_NETLINK_CONNECTED	1	/* sk_state */
#define VZ_NETLINK_CONGESTED	BIT(0)	/* netlink_sock.state */

/* Bits of netlink_sock.flags (NETLINK_F_*), the options that set them, their image. */
static const struct {
	unsigned int bit;
	int opt;
	u32 flag;
} vz_netlink_opts[] = {
	{ 1, NETLINK_PKTINFO, CPT_NETLINK_PKTINFO },
	{ 2, NETLINK_BROADCAST_ERROR, CPT_NETLINK_BROADCAST_ERROR },
	{ 3, NETLINK_NO_ENOBUFS, CPT_NETLINK_NO_ENOBUFS },
	{ 4, NETLINK_LISTEN_ALL_NSID, CPT_NETLINK_LISTEN_ALL_NSID },
	{ 5, NETLINK_CAP_ACK, CPT_NETLINK_CAP_ACK },
	{ 6, NETLINK_EXT_ACK, CPT_NETLINK_EXT_ACK },
	{ 7, NETLINK_GET_STRICT_CHK, CPT_NETLINK_STRICT_CHK },
};

/*
 * Others may keep something for a socket that cannot be seen: packet queues,
 * registrations by port; groups of NETLINK_GENERIC have other numbers each time.
 */
static inline bool vz_netlink_supported(unsigned int protocol)
{
	return protocol == NETLINK_ROUTE || protocol == NETLINK_USERSOCK ||
	       protocol == NETLINK_SOCK_DIAG || protocol == NETLINK_XFRM ||
	       protocol == NETLINK_KOBJECT_UEVENT;
}

#endif /* _VZ_NETLINK_H */
