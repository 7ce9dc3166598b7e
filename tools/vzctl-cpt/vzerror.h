/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit codes of vzctl and vzlist. The numbers are those of OpenVZ's vzctl(8),
 * which scripts test for; each is used by at least one message here.
 */
#ifndef VZERROR_H
#define VZERROR_H

enum vz_error {
	VZ_OK			= 0,
	VZ_SYSTEM_ERROR		= 3,	/* a system call failed */
	VZ_BAD_KERNEL		= 5,	/* no /proc/cpt, no time namespaces, ... */
	VZ_LOCKED		= 9,	/* another vzctl works on this VE */
	VZ_NO_ACCESS		= 12,	/* not root */
	VZ_NO_CONFIG		= 14,	/* /etc/vz/conf/VEID.conf is missing or bad */
	VZ_CHKPNT_ERROR		= 16,
	VZ_RESTORE_ERROR	= 17,
	VZ_BAD_SYNTAX		= 20,	/* unknown command or option */
	VZ_BAD_VALUE		= 21,	/* option or VEID with an impossible value */
	VZ_NO_OSTEMPLATE	= 29,	/* create: no template given */
	VZ_NOT_RUNNING		= 31,
	VZ_RUNNING		= 32,
	VZ_STOP_ERROR		= 33,
	VZ_NO_PRIVATE		= 43,	/* VE_PRIVATE is missing */
	VZ_CREATED		= 44,	/* create: VE or private area exists already */
	VZ_NO_INIT		= 47,	/* nothing in the VE can be its init */
	VZ_CREATE_ERROR		= 48,	/* the private area could not be made */
	VZ_ROOT_ERROR		= 49,	/* VE_ROOT could not be made */
	VZ_MOUNT_ERROR		= 50,	/* the VE's mounts could not be made */
	VZ_DESTROY_ERROR	= 52,
	VZ_NO_TEMPLATE		= 91,	/* create: no such template */
};

#endif /* VZERROR_H */
