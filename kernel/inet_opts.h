/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of the levels SOL_IP and SOL_IPV6 that are a number, and that
 * setsockopt(2) sets to what getsockopt(2) has said. Also builds in user space.
 */
#ifndef _VZ_INET_OPTS_H
#define _VZ_INET_OPTS_H

/**
 * struct vz_inet_opt - an option
 * @level: CPT_SOL_IP or CPT_SOL_IPV6
 * @name: IP_* or IPV6_*
 * @udp: of datagrams only
 */
struct vz_inet_opt {
	unsigned short level;
	unsigned short name;
	unsigned char udp;
};

extern const struct vz_inet_opt vz_inet_opts[];
extern const unsigned int vz_nr_inet_opts;

#endif
