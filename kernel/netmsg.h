/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rtnetlink messages, with which attributes, may stand in an image; limits
 * of network settings.
 * Also builds in user space.
 */
#ifndef _VZ_NETMSG_H
#define _VZ_NETMSG_H

#define VZ_NFMSG_MAX		65536		/* bytes of a message of nfnetlink */
#define VZ_NETSYSCTL_MAX	(1 << 20)	/* bytes in a record of settings */
#define VZ_NETSYSCTL_NAME	200		/* of a path, with its NUL */

/* Bytes of the family's struct that a message begins with; 0: not in an image. */
unsigned int vz_netmsg_head(unsigned int type);
/* Whether an attribute may be in a message of this type. */
int vz_netmsg_allows(unsigned int type, unsigned int attr);

#endif
