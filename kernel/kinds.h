/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kinds, in the order in which they are dumped and restored: this is the
 * only place where order is written down. A kind stands behind those that its
 * records refer to. The numbers are in cpt_image.h.
 *
 * epitems stands behind everything whose restore makes a file ready.
 *
 *	K(stem, type, struct of the record, flags)
 */
#ifndef _VZ_KINDS_H
#define _VZ_KINDS_H

#define VZ_KIND_DATA	1	/* records stand in the data part */
#define VZ_KIND_ONE	2	/* exactly one record */
#define VZ_KIND_FILE	4	/* open files stand for its objects */

#define VZ_KINDS(K)							\
	K(ve,		CPT_OBJ_VE,	struct cpt_ve_image,	VZ_KIND_ONE)	\
	K(uts,		CPT_OBJ_UTS,	struct cpt_uts_image,	VZ_KIND_ONE)	\
	K(vdso,		CPT_OBJ_VDSO,	struct cpt_vdso_image,	0)		\
	K(mount,	CPT_OBJ_MOUNT,	struct cpt_mount_image,	0)		\
	K(ghost,	CPT_OBJ_GHOST,	struct cpt_ghost_image,	0)		\
	K(tmpfs,	CPT_OBJ_TMPFS,	struct cpt_tmpfs_image,	0)		\
	K(key,		CPT_OBJ_KEY,	struct cpt_key_image,	0)		\
	K(cred,		CPT_OBJ_CRED,	struct cpt_cred_image,	0)		\
	K(netdev,	CPT_OBJ_NETDEV,	struct cpt_netdev_image, 0)		\
	K(netsysctl,	CPT_OBJ_NETSYSCTL, struct cpt_netsysctl_image, 0)	\
	K(netmsg,	CPT_OBJ_NETMSG,	struct cpt_netmsg_image, 0)		\
	K(nft,		CPT_OBJ_NFT,	struct cpt_nft_image,	0)		\
	K(conntrack,	CPT_OBJ_CONNTRACK, struct cpt_conntrack_image, 0)	\
	K(tcp,		CPT_OBJ_TCP,	struct cpt_tcp_image,	VZ_KIND_FILE)	\
	K(udp,		CPT_OBJ_UDP,	struct cpt_udp_image,	VZ_KIND_FILE)	\
	K(pipe,		CPT_OBJ_PIPE,	struct cpt_pipe_image,	0)		\
	K(eventfd,	CPT_OBJ_EVENTFD, struct cpt_eventfd_image, VZ_KIND_FILE) \
	K(timerfd,	CPT_OBJ_TIMERFD, struct cpt_timerfd_image, VZ_KIND_FILE) \
	K(signalfd,	CPT_OBJ_SIGNALFD, struct cpt_signalfd_image, VZ_KIND_FILE) \
	K(epoll,	CPT_OBJ_EPOLL,	struct cpt_epoll_image,	VZ_KIND_FILE)	\
	K(inotify,	CPT_OBJ_INOTIFY, struct cpt_inotify_image, VZ_KIND_FILE) \
	K(pidfd,	CPT_OBJ_PIDFD,	struct cpt_pidfd_image,	VZ_KIND_FILE)	\
	K(shmem,	CPT_OBJ_SHMEM,	struct cpt_shmem_image,	VZ_KIND_FILE)	\
	K(unix,		CPT_OBJ_UNIX,	struct cpt_unix_image,	VZ_KIND_FILE)	\
	K(shm,		CPT_OBJ_SHM,	struct cpt_shm_image,	VZ_KIND_FILE)	\
	K(sem,		CPT_OBJ_SEM,	struct cpt_sem_image,	0)		\
	K(msg,		CPT_OBJ_MSG,	struct cpt_msg_image,	0)		\
	K(mqueue,	CPT_OBJ_MQUEUE,	struct cpt_mqueue_image, VZ_KIND_FILE)	\
	K(tty,		CPT_OBJ_TTY,	struct cpt_tty_image,	0)		\
	K(netlink,	CPT_OBJ_NETLINK, struct cpt_netlink_image, VZ_KIND_FILE)	\
	K(file,		CPT_OBJ_FILE,	struct cpt_file_image,	0)		\
	K(files,	CPT_OBJ_FILES,	struct cpt_files_image,	0)		\
	K(fs,		CPT_OBJ_FS,	struct cpt_fs_image,	0)		\
	K(flock,	CPT_OBJ_FLOCK,	struct cpt_flock_image,	0)		\
	K(aio,		CPT_OBJ_AIO,	struct cpt_aio_image,	0)		\
	K(mm,		CPT_OBJ_MM,	struct cpt_mm_image,	0)		\
	K(sighand,	CPT_OBJ_SIGHAND, struct cpt_sighand_image, 0)		\
	K(sigqueue,	CPT_OBJ_SIGQUEUE, struct cpt_sigqueue_image, 0)		\
	K(timer,	CPT_OBJ_TIMER,	struct cpt_timer_image,	0)		\
	K(process,	CPT_OBJ_PROCESS, struct cpt_process_image, 0)		\
	K(task,		CPT_OBJ_TASK,	struct cpt_task_image,	0)		\
	K(xstate,	CPT_OBJ_XSTATE,	struct cpt_xstate_image, 0)		\
	K(usage,	CPT_OBJ_USAGE,	struct cpt_usage_image, 0)		\
	K(epitems,	CPT_OBJ_EPITEMS, struct cpt_epitems_image, 0)		\
	K(unix_queue,	CPT_OBJ_UNIX_QUEUE, struct cpt_unix_queue_image, 0)	\
	K(ipc,		CPT_OBJ_IPC,	struct cpt_ipc_image,	VZ_KIND_ONE)	\
	K(ghost_data,	CPT_OBJ_GHOST_DATA, struct cpt_ghost_data_image, VZ_KIND_DATA) \
	K(tmpfs_data,	CPT_OBJ_TMPFS_DATA, struct cpt_tmpfs_data_image, VZ_KIND_DATA) \
	K(shmem_data,	CPT_OBJ_SHMEM_DATA, struct cpt_shmem_data_image, VZ_KIND_DATA) \
	K(pages,	CPT_OBJ_PAGES,	struct cpt_pages_image,	VZ_KIND_DATA)	\
	K(cow,		CPT_OBJ_COW,	struct cpt_cow_image,	VZ_KIND_DATA)

#endif
