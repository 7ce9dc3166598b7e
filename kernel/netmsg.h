/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rtnetlink messages, with which attributes, may stand in an image.
 * Also builds in user space.
 */
#ifndef _VZ_NETMSG_H
#define _VZ_NETMSG_H

/* Bytes of the family's struct that a message begins with; 0: not in an image. */
unsigned int vz_netmsg_head(unsigned int type);
/* Whether an attribute may be in a message of this type. */
int vz_netmsg_allows(unsigned int type, unsigned int attr);

#endif
