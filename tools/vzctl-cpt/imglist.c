// SPDX-License-Identifier: GPL-2.0-only
/*
 * One line for each record: type, id, sizes, and the members that are not zero.
 * Only for records that the checker has found good: nothing is checked here.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "imglist.h"
#include "../../kernel/image_check.h"

/* A member of a struct: 'u'nsigned, 'd' signed, 'x' hexadecimal, 'o'ctal, 's'tring */
struct field {
	const char *name;
	__u16 off;
	__u16 size;
	char how;
};

#define F(s, m, how)	{ #m, offsetof(struct s, m), sizeof(((struct s *)0)->m), how }

static const struct field end_fields[] = {
	F(cpt_end_image, records, 'u'), F(cpt_end_image, bytes, 'u'), F(cpt_end_image, pages, 'u'),
	{ 0 }
};

static const struct field ve_fields[] = {
	F(cpt_ve_image, namespaces, 'x'), F(cpt_ve_image, last_pid, 'u'),
	F(cpt_ve_image, processes, 'u'), F(cpt_ve_image, tasks, 'u'),
	F(cpt_ve_image, mem_pages, 'u'), { 0 }
};

static const struct field uts_fields[] = {
	F(cpt_uts_image, nodename, 's'), F(cpt_uts_image, domainname, 's'), { 0 }
};

static const struct field vdso_fields[] = {
	F(cpt_vdso_image, size, 'u'), F(cpt_vdso_image, vvar_size, 'u'),
	F(cpt_vdso_image, data, 'u'), { 0 }
};

static const struct field mount_fields[] = {
	F(cpt_mount_image, parent, 'u'), F(cpt_mount_image, flags, 'x'),
	F(cpt_mount_image, sb_flags, 'x'), F(cpt_mount_image, propagation, 'x'),
	F(cpt_mount_image, dev, 'x'), F(cpt_mount_image, root_mode, 'o'),
	F(cpt_mount_image, root_uid, 'u'), F(cpt_mount_image, root_gid, 'u'),
	F(cpt_mount_image, bind, 'u'), F(cpt_mount_image, peer, 'u'),
	F(cpt_mount_image, master, 'u'), { 0 }
};

static const struct field tmpfs_fields[] = {
	F(cpt_tmpfs_image, mount, 'u'), F(cpt_tmpfs_image, mode, 'o'),
	F(cpt_tmpfs_image, uid, 'u'), F(cpt_tmpfs_image, gid, 'u'),
	F(cpt_tmpfs_image, nlink, 'u'), F(cpt_tmpfs_image, rdev, 'x'),
	F(cpt_tmpfs_image, size, 'u'), F(cpt_tmpfs_image, atime_ns, 'd'),
	F(cpt_tmpfs_image, mtime_ns, 'd'), F(cpt_tmpfs_image, ctime_ns, 'd'),
	F(cpt_tmpfs_image, link, 'u'), { 0 }
};

static const struct field tmpfs_data_fields[] = {
	F(cpt_tmpfs_data_image, tmpfs, 'u'), F(cpt_tmpfs_data_image, offset, 'u'), { 0 }
};

static const struct field cred_fields[] = {
	F(cpt_cred_image, uid, 'u'), F(cpt_cred_image, gid, 'u'), F(cpt_cred_image, suid, 'u'),
	F(cpt_cred_image, sgid, 'u'), F(cpt_cred_image, euid, 'u'), F(cpt_cred_image, egid, 'u'),
	F(cpt_cred_image, fsuid, 'u'), F(cpt_cred_image, fsgid, 'u'),
	F(cpt_cred_image, securebits, 'x'), F(cpt_cred_image, ngroups, 'u'),
	F(cpt_cred_image, cap_inheritable, 'x'), F(cpt_cred_image, cap_permitted, 'x'),
	F(cpt_cred_image, cap_effective, 'x'), F(cpt_cred_image, cap_bset, 'x'),
	F(cpt_cred_image, cap_ambient, 'x'), F(cpt_cred_image, session_keyring, 'u'),
	F(cpt_cred_image, process_keyring, 'u'), F(cpt_cred_image, thread_keyring, 'u'),
	F(cpt_cred_image, request_keyring, 'u'), { 0 }
};

static const struct field key_fields[] = {
	F(cpt_key_image, type, 'u'), F(cpt_key_image, flags, 'x'), F(cpt_key_image, serial, 'u'),
	F(cpt_key_image, perm, 'x'), F(cpt_key_image, uid, 'u'), F(cpt_key_image, gid, 'u'),
	F(cpt_key_image, expiry, 'd'), F(cpt_key_image, links, 'u'),
	F(cpt_key_image, datalen, 'u'), { 0 }
};

static const struct field mm_fields[] = {
	F(cpt_mm_image, start_code, 'x'), F(cpt_mm_image, end_code, 'x'),
	F(cpt_mm_image, start_data, 'x'), F(cpt_mm_image, end_data, 'x'),
	F(cpt_mm_image, start_brk, 'x'), F(cpt_mm_image, brk, 'x'),
	F(cpt_mm_image, start_stack, 'x'), F(cpt_mm_image, arg_start, 'x'),
	F(cpt_mm_image, arg_end, 'x'), F(cpt_mm_image, env_start, 'x'),
	F(cpt_mm_image, env_end, 'x'), F(cpt_mm_image, mmap_base, 'x'),
	F(cpt_mm_image, exe_file, 'u'), F(cpt_mm_image, vdso, 'x'),
	F(cpt_mm_image, dumpable, 'u'), F(cpt_mm_image, flags, 'x'),
	F(cpt_mm_image, def_flags, 'x'), F(cpt_mm_image, vmas, 'u'),
	F(cpt_mm_image, coredump_filter, 'x'), { 0 }
};

static const struct field vma_fields[] = {
	F(cpt_vma_image, start, 'x'), F(cpt_vma_image, end, 'x'), F(cpt_vma_image, offset, 'x'),
	F(cpt_vma_image, file, 'u'), F(cpt_vma_image, flags, 'x'), F(cpt_vma_image, type, 'u'),
	F(cpt_vma_image, pkey, 'u'), F(cpt_vma_image, name, 'u'), { 0 }
};

static const struct field aio_fields[] = {
	F(cpt_aio_image, flags, 'x'), F(cpt_aio_image, index, 'u'), F(cpt_aio_image, nr_events, 'u'),
	F(cpt_aio_image, max_reqs, 'u'), F(cpt_aio_image, tail, 'u'),
	F(cpt_aio_image, completed, 'u'), { 0 }
};

static const struct field pages_fields[] = {
	F(cpt_pages_image, mm, 'u'), F(cpt_pages_image, generation, 'u'),
	F(cpt_pages_image, extents, 'u'), { 0 }
};

static const struct field cow_fields[] = {
	F(cpt_cow_image, mm, 'u'), F(cpt_cow_image, src, 'u'), F(cpt_cow_image, extents, 'u'),
	{ 0 }
};

static const struct field netdev_fields[] = {
	F(cpt_netdev_image, ifindex, 'u'), F(cpt_netdev_image, kind, 'u'),
	F(cpt_netdev_image, flags, 'x'), F(cpt_netdev_image, mtu, 'u'),
	F(cpt_netdev_image, tx_queue_len, 'u'), F(cpt_netdev_image, addr_gen_mode, 'u'),
	F(cpt_netdev_image, name, 's'), { 0 }
};

static const struct field tcp_fields[] = {
	F(cpt_tcp_image, family, 'u'), F(cpt_tcp_image, state, 'u'), F(cpt_tcp_image, flags, 'x'),
	F(cpt_tcp_image, listener, 'u'), F(cpt_tcp_image, lport, 'u'), F(cpt_tcp_image, rport, 'u'),
	F(cpt_tcp_image, packets, 'u'), F(cpt_tcp_image, snd_una, 'u'),
	F(cpt_tcp_image, snd_nxt, 'u'), F(cpt_tcp_image, write_seq, 'u'),
	F(cpt_tcp_image, copied_seq, 'u'), F(cpt_tcp_image, rcv_nxt, 'u'),
	F(cpt_tcp_image, snd_cwnd, 'u'), F(cpt_tcp_image, srtt_us, 'u'),
	F(cpt_tcp_image, timers, 'x'), F(cpt_tcp_image, ca, 's'), { 0 }
};

static const struct field netsysctl_fields[] = {
	F(cpt_netsysctl_image, changed, 'u'), F(cpt_netsysctl_image, usual, 'u'), { 0 }
};

static const struct field nft_fields[] = {
	F(cpt_nft_image, type, 'u'), F(cpt_nft_image, family, 'u'), F(cpt_nft_image, handle, 'u'),
	{ 0 }
};

static const struct field conntrack_fields[] = {
	F(cpt_conntrack_image, family, 'u'), { 0 }
};

static const struct field udp_fields[] = {
	F(cpt_udp_image, family, 'u'), F(cpt_udp_image, type, 'u'), F(cpt_udp_image, protocol, 'u'),
	F(cpt_udp_image, flags, 'x'), F(cpt_udp_image, lport, 'u'), F(cpt_udp_image, rport, 'u'),
	F(cpt_udp_image, groups, 'u'), F(cpt_udp_image, sources, 'u'),
	F(cpt_udp_image, packets, 'u'), F(cpt_udp_image, reuse_group, 'u'),
	F(cpt_udp_image, reuse_place, 'u'), { 0 }
};

static const struct field netmsg_fields[] = { F(cpt_netmsg_image, type, 'u'), { 0 } };

static const struct field extent_fields[] = {
	F(cpt_extent, start, 'x'), F(cpt_extent, pages, 'u'), { 0 }
};

static const struct field sighand_fields[] = { { 0 } };

static const struct field pipe_fields[] = {
	F(cpt_pipe_image, slots, 'u'), F(cpt_pipe_image, bufs, 'u'), F(cpt_pipe_image, len, 'u'),
	F(cpt_pipe_image, uid, 'u'), F(cpt_pipe_image, gid, 'u'), F(cpt_pipe_image, mode, 'o'),
	F(cpt_pipe_image, user, 'u'), F(cpt_pipe_image, atime_ns, 'd'),
	F(cpt_pipe_image, mtime_ns, 'd'), F(cpt_pipe_image, ctime_ns, 'd'),
	F(cpt_pipe_image, flags, 'x'), { 0 }
};

static const struct field pipe_buf_fields[] = {
	F(cpt_pipe_buf, len, 'u'), F(cpt_pipe_buf, flags, 'x'), F(cpt_pipe_buf, offset, 'u'),
	{ 0 }
};

static const struct field file_fields[] = {
	F(cpt_file_image, kind, 'u'), F(cpt_file_image, flags, 'x'),
	F(cpt_file_image, f_flags, 'o'), F(cpt_file_image, mode, 'o'),
	F(cpt_file_image, pos, 'u'), F(cpt_file_image, size, 'u'),
	F(cpt_file_image, mtime_ns, 'd'), F(cpt_file_image, rdev, 'x'),
	F(cpt_file_image, mount, 'u'), F(cpt_file_image, pipe, 'u'),
	F(cpt_file_image, cred, 'u'), F(cpt_file_image, owner_pid, 'u'),
	F(cpt_file_image, owner_type, 'u'), F(cpt_file_image, owner_sig, 'u'),
	F(cpt_file_image, owner_uid, 'u'), F(cpt_file_image, owner_euid, 'u'),
	F(cpt_file_image, async_fd, 'u'), F(cpt_file_image, type, 'u'),
	F(cpt_file_image, object, 'u'), { 0 }
};

static const struct field tty_fields[] = {
	F(cpt_tty_image, mount, 'u'), F(cpt_tty_image, index, 'u'), F(cpt_tty_image, session, 'u'),
	F(cpt_tty_image, pgrp, 'u'), F(cpt_tty_image, uid, 'u'), F(cpt_tty_image, gid, 'u'),
	F(cpt_tty_image, mode, 'o'), F(cpt_tty_image, rows, 'u'), F(cpt_tty_image, cols, 'u'),
	F(cpt_tty_image, termios.c_iflag, 'x'),
	F(cpt_tty_image, termios.c_oflag, 'x'), F(cpt_tty_image, termios.c_cflag, 'x'),
	F(cpt_tty_image, termios.c_lflag, 'x'), F(cpt_tty_image, master.flags, 'x'),
	F(cpt_tty_image, master.input, 'u'), F(cpt_tty_image, master.queue, 'u'),
	F(cpt_tty_image, slave.flags, 'x'), F(cpt_tty_image, slave.input, 'u'),
	F(cpt_tty_image, slave.lines, 'u'), F(cpt_tty_image, slave.echo, 'u'),
	F(cpt_tty_image, slave.queue, 'u'), { 0 }
};

static const struct field ghost_fields[] = {
	F(cpt_ghost_image, mount, 'u'), F(cpt_ghost_image, mode, 'o'), F(cpt_ghost_image, uid, 'u'),
	F(cpt_ghost_image, gid, 'u'), F(cpt_ghost_image, size, 'u'),
	F(cpt_ghost_image, atime_ns, 'd'), F(cpt_ghost_image, mtime_ns, 'd'),
	F(cpt_ghost_image, ctime_ns, 'd'), { 0 }
};

static const struct field ghost_data_fields[] = {
	F(cpt_ghost_data_image, ghost, 'u'), F(cpt_ghost_data_image, offset, 'u'), { 0 }
};

static const struct field files_fields[] = { F(cpt_files_image, fds, 'u'), { 0 } };

static const struct field fd_fields[] = {
	F(cpt_fd, fd, 'u'), F(cpt_fd, flags, 'x'), F(cpt_fd, file, 'u'), { 0 }
};

static const struct field fs_fields[] = {
	F(cpt_fs_image, umask, 'o'), F(cpt_fs_image, cwd_mount, 'u'),
	F(cpt_fs_image, root_mount, 'u'), F(cpt_fs_image, cwd_ghost, 'u'), { 0 }
};

static const struct field flock_fields[] = {
	F(cpt_flock_image, kind, 'u'), F(cpt_flock_image, type, 'u'),
	F(cpt_flock_image, start, 'u'), F(cpt_flock_image, end, 'u'),
	F(cpt_flock_image, file, 'u'), F(cpt_flock_image, files, 'u'),
	F(cpt_flock_image, pid, 'u'), F(cpt_flock_image, flags, 'x'),
	F(cpt_flock_image, fd, 'u'), F(cpt_flock_image, break_ns, 'u'),
	F(cpt_flock_image, downgrade_ns, 'u'), { 0 }
};

static const struct field process_fields[] = {
	F(cpt_process_image, ppid, 'u'), F(cpt_process_image, ptid, 'u'),
	F(cpt_process_image, pgid, 'u'),
	F(cpt_process_image, sid, 'u'), F(cpt_process_image, state, 'u'),
	F(cpt_process_image, exit_code, 'x'), F(cpt_process_image, exit_signal, 'u'),
	F(cpt_process_image, flags, 'x'), F(cpt_process_image, mm, 'u'),
	F(cpt_process_image, sighand, 'u'), F(cpt_process_image, shared_pending, 'u'),
	F(cpt_process_image, threads, 'u'), F(cpt_process_image, oom_score_adj, 'd'),
	F(cpt_process_image, it_real_expires, 'u'), F(cpt_process_image, it_real_interval, 'u'),
	F(cpt_process_image, it_virt_left, 'u'), F(cpt_process_image, it_virt_interval, 'u'),
	F(cpt_process_image, it_prof_left, 'u'), F(cpt_process_image, it_prof_interval, 'u'),
	F(cpt_process_image, tty, 'u'), F(cpt_process_image, tty_old_pgrp, 'u'),
	{ 0 }
};

static const struct field task_fields[] = {
	F(cpt_task_image, comm, 's'), F(cpt_task_image, tgid, 'u'), F(cpt_task_image, flags, 'x'),
	F(cpt_task_image, stop_signal, 'u'), F(cpt_task_image, regs.rip, 'x'),
	F(cpt_task_image, regs.rsp, 'x'), F(cpt_task_image, regs.rax, 'd'),
	F(cpt_task_image, regs.orig_rax, 'd'), F(cpt_task_image, restart.fn, 'u'),
	F(cpt_task_image, restart.expires, 'u'), F(cpt_task_image, blocked, 'x'),
	F(cpt_task_image, saved_sigmask, 'x'), F(cpt_task_image, pending, 'u'),
	F(cpt_task_image, cred, 'u'), F(cpt_task_image, files, 'u'), F(cpt_task_image, fs, 'u'),
	F(cpt_task_image, sas_ss_sp, 'x'), F(cpt_task_image, sas_ss_size, 'u'),
	F(cpt_task_image, pdeath_signal, 'u'), F(cpt_task_image, personality, 'x'),
	F(cpt_task_image, rseq, 'x'), F(cpt_task_image, sched_policy, 'u'),
	F(cpt_task_image, nice, 'd'), F(cpt_task_image, sched_priority, 'u'),
	F(cpt_task_image, clear_child_tid, 'x'), F(cpt_task_image, robust_list, 'x'),
	F(cpt_task_image, mntns, 'u'), { 0 }
};

static const struct field xstate_fields[] = { { 0 } };

static const struct field usage_fields[] = {
	F(cpt_usage_image, start_ns, 'd'), F(cpt_usage_image, start_boot_ns, 'd'),
	F(cpt_usage_image, runtime, 'u'), F(cpt_usage_image, shown_utime, 'u'),
	F(cpt_usage_image, shown_stime, 'u'), F(cpt_usage_image, count.utime, 'u'),
	F(cpt_usage_image, count.stime, 'u'), F(cpt_usage_image, count.nvcsw, 'u'),
	F(cpt_usage_image, count.nivcsw, 'u'), F(cpt_usage_image, count.min_flt, 'u'),
	F(cpt_usage_image, count.maj_flt, 'u'), F(cpt_usage_image, io.rchar, 'u'),
	F(cpt_usage_image, io.wchar, 'u'), F(cpt_usage_image, io.read_bytes, 'u'),
	F(cpt_usage_image, io.write_bytes, 'u'), F(cpt_usage_image, peak_rss, 'u'),
	F(cpt_usage_image, peak_vm, 'u'), F(cpt_usage_image, dead_runtime, 'u'),
	F(cpt_usage_image, dead.utime, 'u'), F(cpt_usage_image, dead.stime, 'u'),
	F(cpt_usage_image, dead_maxrss, 'u'), F(cpt_usage_image, children.utime, 'u'),
	F(cpt_usage_image, children.stime, 'u'), F(cpt_usage_image, children_maxrss, 'u'), { 0 }
};

static const struct field sigqueue_fields[] = {
	F(cpt_sigqueue_image, pending, 'x'), F(cpt_sigqueue_image, infos, 'u'), { 0 }
};

static const struct field eventfd_fields[] = {
	F(cpt_eventfd_image, count, 'u'), F(cpt_eventfd_image, flags, 'x'), { 0 }
};

static const struct field timerfd_fields[] = {
	F(cpt_timerfd_image, clockid, 'u'), F(cpt_timerfd_image, base, 'u'),
	F(cpt_timerfd_image, flags, 'x'), F(cpt_timerfd_image, settime_flags, 'x'),
	F(cpt_timerfd_image, ticks, 'u'), F(cpt_timerfd_image, expires, 'd'),
	F(cpt_timerfd_image, interval, 'u'), { 0 }
};

static const struct field signalfd_fields[] = { F(cpt_signalfd_image, mask, 'x'), { 0 } };

static const struct field epoll_fields[] = {
	F(cpt_epoll_image, user, 'u'), F(cpt_epoll_image, busy_poll_usecs, 'u'),
	F(cpt_epoll_image, busy_poll_budget, 'u'), F(cpt_epoll_image, prefer_busy_poll, 'u'),
	{ 0 }
};

static const struct field epitems_fields[] = {
	F(cpt_epitems_image, epoll, 'u'), F(cpt_epitems_image, items, 'u'), { 0 }
};

static const struct field epitem_fields[] = {
	F(cpt_epitem, file, 'u'), F(cpt_epitem, fd, 'u'), F(cpt_epitem, events, 'x'),
	F(cpt_epitem, data, 'x'), F(cpt_epitem, flags, 'x'), F(cpt_epitem, sighand, 'u'), { 0 }
};

static const struct field timer_fields[] = {
	F(cpt_timer_image, pid, 'u'), F(cpt_timer_image, timers, 'u'),
	F(cpt_timer_image, next_id, 'u'), { 0 }
};

static const struct field posix_timer_fields[] = {
	F(cpt_posix_timer, id, 'd'), F(cpt_posix_timer, clockid, 'd'),
	F(cpt_posix_timer, base, 'u'), F(cpt_posix_timer, flags, 'x'),
	F(cpt_posix_timer, notify, 'u'), F(cpt_posix_timer, signo, 'u'),
	F(cpt_posix_timer, notify_tid, 'u'), F(cpt_posix_timer, clock_tid, 'u'),
	F(cpt_posix_timer, value, 'x'), F(cpt_posix_timer, expires, 'd'),
	F(cpt_posix_timer, interval, 'u'), F(cpt_posix_timer, overrun, 'd'),
	F(cpt_posix_timer, overrun_last, 'd'), { 0 }
};

static const struct field shmem_fields[] = {
	F(cpt_shmem_image, size, 'u'), F(cpt_shmem_image, flags, 'x'),
	F(cpt_shmem_image, seals, 'x'), F(cpt_shmem_image, mode, 'o'),
	F(cpt_shmem_image, uid, 'u'), F(cpt_shmem_image, gid, 'u'),
	F(cpt_shmem_image, atime_ns, 'd'), F(cpt_shmem_image, mtime_ns, 'd'),
	F(cpt_shmem_image, ctime_ns, 'd'), { 0 }
};

static const struct field shmem_data_fields[] = {
	F(cpt_shmem_data_image, shmem, 'u'), F(cpt_shmem_data_image, offset, 'u'), { 0 }
};

static const struct field pidfd_fields[] = {
	F(cpt_pidfd_image, pid, 'u'), F(cpt_pidfd_image, flags, 'x'), { 0 }
};

static const struct field inotify_fields[] = {
	F(cpt_inotify_image, watches, 'u'), F(cpt_inotify_image, events, 'u'),
	F(cpt_inotify_image, next_wd, 'u'), F(cpt_inotify_image, mounts, 'u'), { 0 }
};

static const struct field inotify_watch_fields[] = {
	F(cpt_inotify_watch, wd, 'u'), F(cpt_inotify_watch, mask, 'x'), { 0 }
};

/* struct cpt_sock_opts */
#define SOCK(s)									\
	F(s, sock.flags, 'x'), F(s, sock.locks, 'x'), F(s, sock.reuse, 'u'),	\
	F(s, sock.reuseport, 'u'), F(s, sock.sndbuf, 'u'), F(s, sock.rcvbuf, 'u'), \
	F(s, sock.rcvlowat, 'u'), F(s, sock.shutdown, 'u'), F(s, sock.rcvtimeo_ns, 'd'), \
	F(s, sock.sndtimeo_ns, 'd'), F(s, sock.error, 'u'), F(s, sock.priority, 'u'), \
	F(s, sock.mark, 'x'), F(s, sock.bound_dev, 'u'), F(s, sock.peek_off, 'd'), \
	F(s, sock.tsflags, 'x'), F(s, sock.drops, 'u'), F(s, sock.uid, 'u'),	\
	F(s, sock.inode_uid, 'u'), F(s, sock.inode_gid, 'u'), F(s, sock.inode_mode, 'o'), \
	F(s, sock.filter, 'u')

static const struct field sock_filter_fields[] = {
	F(cpt_sock_filter, k, 'x'), { 0 }
};

static const struct field unix_fields[] = {
	F(cpt_unix_image, type, 'u'), F(cpt_unix_image, state, 'u'), F(cpt_unix_image, flags, 'x'),
	F(cpt_unix_image, backlog, 'u'), F(cpt_unix_image, name_len, 'u'),
	F(cpt_unix_image, peer_pid, 'u'), F(cpt_unix_image, peer_cred, 'u'),
	F(cpt_unix_image, mount, 'u'), SOCK(cpt_unix_image), { 0 }
};

static const struct field unix_queue_fields[] = {
	F(cpt_unix_queue_image, sock, 'u'), F(cpt_unix_queue_image, peer, 'u'),
	F(cpt_unix_queue_image, skbs, 'u'), F(cpt_unix_queue_image, embryos, 'u'),
	F(cpt_unix_queue_image, files, 'u'), F(cpt_unix_queue_image, oob, 'u'), { 0 }
};

static const struct field unix_skb_fields[] = {
	F(cpt_unix_skb, sender, 'u'), F(cpt_unix_skb, len, 'u'), F(cpt_unix_skb, linear, 'u'),
	F(cpt_unix_skb, consumed, 'u'), F(cpt_unix_skb, files, 'u'), F(cpt_unix_skb, pid, 'u'),
	F(cpt_unix_skb, uid, 'u'), F(cpt_unix_skb, gid, 'u'), F(cpt_unix_skb, user, 'u'),
	F(cpt_unix_skb, stamp_ns, 'd'), { 0 }
};

#define PERM(s)									\
	F(s, perm.id, 'u'), F(s, perm.key, 'x'), F(s, perm.uid, 'u'), F(s, perm.gid, 'u'), \
	F(s, perm.cuid, 'u'), F(s, perm.cgid, 'u'), F(s, perm.mode, 'o')

static const struct field sem_fields[] = {
	PERM(cpt_sem_image), F(cpt_sem_image, otime, 'd'), F(cpt_sem_image, ctime, 'd'),
	F(cpt_sem_image, nsems, 'u'), F(cpt_sem_image, undos, 'u'), { 0 }
};

static const struct field sem_elem_fields[] = {
	F(cpt_sem, val, 'u'), F(cpt_sem, pid, 'u'), { 0 }
};

static const struct field shm_fields[] = {
	PERM(cpt_shm_image), F(cpt_shm_image, size, 'u'), F(cpt_shm_image, shmem, 'u'),
	F(cpt_shm_image, atime, 'd'), F(cpt_shm_image, dtime, 'd'), F(cpt_shm_image, ctime, 'd'),
	F(cpt_shm_image, cpid, 'u'), F(cpt_shm_image, lpid, 'u'), F(cpt_shm_image, flags, 'x'),
	F(cpt_shm_image, name_key, 'x'), F(cpt_shm_image, creator, 'u'),
	F(cpt_shm_image, user, 'u'), { 0 }
};

static const struct field msg_fields[] = {
	PERM(cpt_msg_image), F(cpt_msg_image, stime, 'd'), F(cpt_msg_image, rtime, 'd'),
	F(cpt_msg_image, ctime, 'd'), F(cpt_msg_image, qbytes, 'u'),
	F(cpt_msg_image, lspid, 'u'), F(cpt_msg_image, lrpid, 'u'), F(cpt_msg_image, msgs, 'u'),
	{ 0 }
};

static const struct field msg_elem_fields[] = {
	F(cpt_msg, type, 'u'), F(cpt_msg, size, 'u'), { 0 }
};

static const struct field mqueue_fields[] = {
	F(cpt_mqueue_image, flags, 'x'), F(cpt_mqueue_image, mode, 'o'),
	F(cpt_mqueue_image, uid, 'u'), F(cpt_mqueue_image, gid, 'u'),
	F(cpt_mqueue_image, user, 'u'), F(cpt_mqueue_image, msgs, 'u'),
	F(cpt_mqueue_image, maxmsg, 'u'), F(cpt_mqueue_image, msgsize, 'u'),
	F(cpt_mqueue_image, notify, 'u'), F(cpt_mqueue_image, notify_pid, 'u'),
	F(cpt_mqueue_image, notify_signo, 'u'), F(cpt_mqueue_image, notify_value, 'x'),
	F(cpt_mqueue_image, atime_ns, 'd'), F(cpt_mqueue_image, mtime_ns, 'd'),
	F(cpt_mqueue_image, ctime_ns, 'd'), { 0 }
};

#define IDS(m)									\
	F(cpt_ipc_image, m.seq, 'u'), F(cpt_ipc_image, m.last, 'u'), F(cpt_ipc_image, m.next, 'u')

static const struct field ipc_fields[] = {
	IDS(sem_ids), IDS(msg_ids), IDS(shm_ids),
	F(cpt_ipc_image, semmsl, 'd'), F(cpt_ipc_image, semmns, 'd'),
	F(cpt_ipc_image, semopm, 'd'), F(cpt_ipc_image, semmni, 'u'),
	F(cpt_ipc_image, msgmax, 'u'), F(cpt_ipc_image, msgmnb, 'u'),
	F(cpt_ipc_image, msgmni, 'u'), F(cpt_ipc_image, shmmni, 'u'),
	F(cpt_ipc_image, shmmax, 'u'), F(cpt_ipc_image, shmall, 'u'),
	F(cpt_ipc_image, shm_rmid_forced, 'u'), F(cpt_ipc_image, queues_max, 'u'),
	F(cpt_ipc_image, msg_max, 'u'), F(cpt_ipc_image, msgsize_max, 'u'),
	F(cpt_ipc_image, msg_default, 'u'), F(cpt_ipc_image, msgsize_default, 'u'),
	F(cpt_ipc_image, mq_mode, 'o'), F(cpt_ipc_image, mq_uid, 'u'),
	F(cpt_ipc_image, mq_gid, 'u'), F(cpt_ipc_image, tasks, 'u'), { 0 }
};

static const struct field sem_task_fields[] = {
	F(cpt_sem_task, tid, 'u'), F(cpt_sem_task, list, 'u'), { 0 }
};

static const struct field netlink_fields[] = {
	F(cpt_netlink_image, type, 'u'), F(cpt_netlink_image, protocol, 'u'),
	F(cpt_netlink_image, flags, 'x'), F(cpt_netlink_image, portid, 'u'),
	F(cpt_netlink_image, dst_portid, 'u'), F(cpt_netlink_image, dst_group, 'u'),
	F(cpt_netlink_image, groups, 'u'), F(cpt_netlink_image, skbs, 'u'),
	F(cpt_netlink_image, max_recv, 'u'), SOCK(cpt_netlink_image), { 0 }
};

/* What the content begins with: strings, or an array that fills the struct's count. */
struct layout {
	const struct field *fields;
	unsigned int strings;
	unsigned int count;
	unsigned int elem;
	const struct field *elem_fields;
};

#define ARRAY(s, m, e, f)	.count = offsetof(struct s, m), .elem = sizeof(struct e), \
				.elem_fields = f

static const struct layout layouts[CPT_OBJ_MAX] = {
	[CPT_OBJ_END]	= { end_fields },
	[CPT_OBJ_VE]	= { ve_fields },
	[CPT_OBJ_UTS]	= { uts_fields },
	[CPT_OBJ_VDSO]	= { vdso_fields },
	[CPT_OBJ_MOUNT]	= { mount_fields, .strings = 5 },
	[CPT_OBJ_TMPFS]	= { tmpfs_fields, .strings = 2 },
	[CPT_OBJ_KEY]	= { key_fields },
	[CPT_OBJ_CRED]	= { cred_fields },
	[CPT_OBJ_AIO]	= { aio_fields },
	[CPT_OBJ_MM]	= { mm_fields, ARRAY(cpt_mm_image, vmas, cpt_vma_image, vma_fields) },
	[CPT_OBJ_SIGHAND] = { sighand_fields },
	[CPT_OBJ_PIPE]	= { pipe_fields, ARRAY(cpt_pipe_image, bufs, cpt_pipe_buf, pipe_buf_fields) },
	[CPT_OBJ_FILE]	= { file_fields, .strings = 1 },
	[CPT_OBJ_FILES]	= { files_fields, ARRAY(cpt_files_image, fds, cpt_fd, fd_fields) },
	[CPT_OBJ_FS]	= { fs_fields, .strings = 2 },
	[CPT_OBJ_PROCESS] = { process_fields },
	[CPT_OBJ_TASK]	= { task_fields },
	[CPT_OBJ_XSTATE] = { xstate_fields },
	[CPT_OBJ_USAGE] = { usage_fields },
	[CPT_OBJ_SIGQUEUE] = { sigqueue_fields },
	[CPT_OBJ_FLOCK]	= { flock_fields },
	[CPT_OBJ_PAGES]	= { pages_fields, ARRAY(cpt_pages_image, extents, cpt_extent, extent_fields) },
	[CPT_OBJ_COW]	= { cow_fields, ARRAY(cpt_cow_image, extents, cpt_extent, extent_fields) },
	[CPT_OBJ_TMPFS_DATA] = { tmpfs_data_fields },
	[CPT_OBJ_SEM]	= { sem_fields, ARRAY(cpt_sem_image, nsems, cpt_sem, sem_elem_fields) },
	[CPT_OBJ_SHM]	= { shm_fields },
	[CPT_OBJ_MSG]	= { msg_fields, ARRAY(cpt_msg_image, msgs, cpt_msg, msg_elem_fields) },
	[CPT_OBJ_MQUEUE] = { mqueue_fields, ARRAY(cpt_mqueue_image, msgs, cpt_msg, msg_elem_fields) },
	[CPT_OBJ_IPC]	= { ipc_fields, ARRAY(cpt_ipc_image, tasks, cpt_sem_task, sem_task_fields) },
	[CPT_OBJ_EVENTFD] = { eventfd_fields },
	[CPT_OBJ_TIMERFD] = { timerfd_fields },
	[CPT_OBJ_SIGNALFD] = { signalfd_fields },
	[CPT_OBJ_TIMER]	= { timer_fields, ARRAY(cpt_timer_image, timers, cpt_posix_timer, posix_timer_fields) },
	[CPT_OBJ_EPOLL]	= { epoll_fields },
	[CPT_OBJ_EPITEMS] = { epitems_fields, ARRAY(cpt_epitems_image, items, cpt_epitem, epitem_fields) },
	[CPT_OBJ_SHMEM]	= { shmem_fields, .strings = 1 },
	[CPT_OBJ_SHMEM_DATA] = { shmem_data_fields },
	[CPT_OBJ_PIDFD]	= { pidfd_fields },
	[CPT_OBJ_INOTIFY] = { inotify_fields, ARRAY(cpt_inotify_image, watches, cpt_inotify_watch, inotify_watch_fields) },
	[CPT_OBJ_UNIX]	= { unix_fields, ARRAY(cpt_unix_image, sock.filter, cpt_sock_filter,
					       sock_filter_fields) },
	[CPT_OBJ_UNIX_QUEUE] = { unix_queue_fields, ARRAY(cpt_unix_queue_image, skbs, cpt_unix_skb,
							  unix_skb_fields) },
	[CPT_OBJ_TCP]	= { tcp_fields },
	[CPT_OBJ_UDP]	= { udp_fields },
	[CPT_OBJ_NETDEV] = { netdev_fields },
	[CPT_OBJ_NETSYSCTL] = { netsysctl_fields },
	[CPT_OBJ_NFT] = { nft_fields },
	[CPT_OBJ_CONNTRACK] = { conntrack_fields },
	[CPT_OBJ_NETMSG] = { netmsg_fields },
	[CPT_OBJ_TTY]	= { tty_fields },
	[CPT_OBJ_GHOST]	= { ghost_fields, .strings = 1 },
	[CPT_OBJ_GHOST_DATA] = { ghost_data_fields },
	[CPT_OBJ_NETLINK] = { netlink_fields, ARRAY(cpt_netlink_image, sock.filter,
						    cpt_sock_filter, sock_filter_fields) },
};

/* A string of the VE, so that no byte of it moves the terminal's cursor. */
static void print_text(const char *s, size_t n)
{
	for (; n && *s; s++, n--) {
		if ((unsigned char)*s < ' ' || *s == '"' || *s == '\\' || *s == 127)
			printf("\\%03o", (unsigned char)*s);
		else
			putchar(*s);
	}
}

static void print_fields(const struct field *f, const void *p)
{
	const char *at;
	__u64 v;
	__u32 v32;

	for (; f->name; f++) {
		at = (const char *)p + f->off;
		if (f->how == 's') {
			printf(" %s=\"", f->name);
			print_text(at, f->size);
			putchar('"');
			continue;
		}
		memcpy(&v, at, f->size == 8 ? 8 : 4);
		if (f->size == 4) {
			memcpy(&v32, at, 4);
			v = f->how == 'd' ? (__u64)(__s64)(__s32)v32 : v32;
		}
		if (!v)
			continue;
		switch (f->how) {
		case 'u':
			printf(" %s=%llu", f->name, v);
			break;
		case 'd':
			printf(" %s=%lld", f->name, (__s64)v);
			break;
		case 'x':
			printf(" %s=%#llx", f->name, v);
			break;
		case 'o':
			printf(" %s=%#llo", f->name, v);
			break;
		}
	}
}

void img_list_header(const struct cpt_image_header *h)
{
	printf("image version=%u veid=%u release=\"", h->version, h->veid);
	print_text((const char *)h->release, sizeof(h->release));
	printf("\" real_ns=%llu mono_ns=%llu boot_ns=%llu xfeatures=%#llx caps=%#x\n",
	       h->real_ns, h->mono_ns, h->boot_ns, h->xfeatures, h->caps);
}

void img_list_record(const struct cpt_object_hdr *h, const void *fixed, const void *content,
		     int all)
{
	const struct layout *l = &layouts[h->type];
	const char *p = content, *end = p + h->len;
	unsigned int i;
	__u32 count;

	printf("%s %llu", vz_check_stem(h->type), h->id);
	print_fields(l->fields, fixed);
	for (i = 0; i < l->strings && p < end; i++) {
		printf(" \"");
		print_text(p, (size_t)(end - p));
		putchar('"');
		p += strnlen(p, (size_t)(end - p)) + 1;
	}
	if (h->len && !l->strings)
		printf(" [%llu bytes]", h->len);
	if (h->payload)
		printf(" [%llu bytes of payload]", h->payload);
	putchar('\n');
	if (!all || !l->elem)
		return;
	memcpy(&count, (const char *)fixed + l->count, sizeof(count));
	for (i = 0; i < count; i++, p += l->elem) {
		printf("    %u:", i);
		print_fields(l->elem_fields, p);
		putchar('\n');
	}
}
