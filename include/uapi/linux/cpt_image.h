/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The image of a VE: this header is the format's specification.
 *
 * Version 1 (first).
 *
 * An image is one stream that is written and read forward only, so that a pipe
 * or a socket carries it as well as a file. Everything is little-endian and
 * 8-byte aligned:
 *
 *	struct cpt_image_header
 *	record, record, ...	metadata, each before its first reference
 *	record, record, ...	data: records with a payload (CPT_OBJ_PAGES, ...)
 *	record			CPT_OBJ_END: without it the image is not valid
 *
 * A record is
 *
 *	struct cpt_object_hdr
 *	@hdrlen bytes		the kind's struct (struct cpt_<kind>_image)
 *	@len bytes		content: arrays or strings, see the kind
 *	0..7 bytes		zero, up to a multiple of 8
 *	@pad bytes		zero, so that the payload is page-aligned
 *	@payload bytes		the payload
 *	0..7 bytes		zero, up to a multiple of 8
 *
 * A struct may grow at its end: a shorter one from an older image is read with
 * zeros behind it, a longer one is refused unless what is not known is zero.
 * Values are in terms that user space knows: bytes, nanoseconds, ids, constants
 * of the kernel's uapi headers; never a kernel struct, so that an image does
 * not depend on the kernel's version. Ids are unique within a type, never 0,
 * and stand for an object: two references to the same id are the same object.
 *
 * Times called "VE time" are on the VE's own CLOCK_MONOTONIC (or BOOTTIME),
 * which continues in the restored VE.
 */
#ifndef _UAPI_LINUX_CPT_IMAGE_H
#define _UAPI_LINUX_CPT_IMAGE_H

#include <linux/types.h>

#define CPT_IMAGE_MAGIC		"VZCPTIMG"
#define CPT_IMAGE_VERSION	1

/* Masks in the header: unknown compat bits are ignored, incompat ones refused. */
#define CPT_COMPAT_KNOWN	0ULL
#define CPT_INCOMPAT_KNOWN	0ULL

#define CPT_ARCH_X86_64		62	/* EM_X86_64 */

/* Bounds that a reader enforces before it allocates. */
#define CPT_MAX_HDRLEN		4096U
#define CPT_MAX_CONTENT		(64U << 20)
#define CPT_MAX_PAYLOAD		(64U << 20)
#define CPT_MAX_PATH		4096U
#define CPT_MAX_OBJECTS		(1U << 22)
#define CPT_MAX_META		(1ULL << 30)	/* all metadata of one image */
#define CPT_MAX_SEMS		(1U << 16)	/* of one set of semaphores */
#define CPT_MAX_VDSOS		16U		/* of one address space */

/**
 * struct cpt_image_header - the first bytes of an image
 * @magic: CPT_IMAGE_MAGIC without its NUL
 * @version: CPT_IMAGE_VERSION; a higher one is refused
 * @hdrlen: length of this header in this image; the first record follows
 * @compat: features that a reader may ignore
 * @incompat: features without which it must refuse
 * @page_size: bytes in a page
 * @arch: CPT_ARCH_*
 * @veid: number of the VE when it was dumped
 * @crc: CRC32C (seed ~0, inverted at the end) of the @hdrlen bytes with @crc 0
 * @real_ns: CLOCK_REALTIME at the dump
 * @mono_ns: the VE's CLOCK_MONOTONIC at the dump
 * @boot_ns: the VE's CLOCK_BOOTTIME at the dump
 * @xfeatures: XCR0 bits that the tasks' extended states may use
 * @caps: CPT_CAP_* of the dumping host (cpt_ioctl.h)
 * @zero: 0
 * @release: uname -r of the dumping kernel, NUL-terminated
 */
struct cpt_image_header {
	__u8  magic[8];
	__u32 version;
	__u32 hdrlen;
	__u64 compat;
	__u64 incompat;
	__u32 page_size;
	__u32 arch;
	__u32 veid;
	__u32 crc;
	__u64 real_ns;
	__u64 mono_ns;
	__u64 boot_ns;
	__u64 xfeatures;
	__u32 caps;
	__u32 zero;
	__u8  release[64];
};

/**
 * struct cpt_object_hdr - what every record begins with
 * @type: CPT_OBJ_*
 * @crc: CRC32C of this struct with @crc 0, of the kind's struct and of the content
 * @id: the object's id, unique within @type
 * @hdrlen: bytes of the kind's struct, a multiple of 8
 * @pad: zero bytes between the content and the payload
 * @len: bytes of content
 * @payload: bytes of payload
 * @payload_sum: XXH64 (seed 0) of the payload, 0 when there is none: as quick as
 *               the memory, where CRC32C would take longer than the writing
 */
struct cpt_object_hdr {
	__u32 type;
	__u32 crc;
	__u64 id;
	__u32 hdrlen;
	__u32 pad;
	__u64 len;
	__u64 payload;
	__u64 payload_sum;
};

/* Types of records: numbers are the format, only ever appended. */
enum cpt_object_type {
	CPT_OBJ_END		= 1,	/* trailer */
	CPT_OBJ_VE		= 2,	/* the VE as a whole */
	CPT_OBJ_UTS		= 3,	/* UTS namespace */
	CPT_OBJ_VDSO		= 4,	/* a vdso that programs have seen */
	CPT_OBJ_MOUNT		= 5,	/* one mount */
	CPT_OBJ_TMPFS		= 6,	/* one inode of a tmpfs */
	CPT_OBJ_CRED		= 7,	/* credentials */
	CPT_OBJ_MM		= 8,	/* address space and its mappings */
	CPT_OBJ_SIGHAND		= 9,	/* signal actions */
	CPT_OBJ_PIPE		= 10,	/* pipe and its data */
	CPT_OBJ_FILE		= 11,	/* struct file */
	CPT_OBJ_FILES		= 12,	/* table of file descriptors */
	CPT_OBJ_FS		= 13,	/* cwd, root, umask */
	CPT_OBJ_PROCESS		= 14,	/* thread group */
	CPT_OBJ_TASK		= 15,	/* thread */
	CPT_OBJ_XSTATE		= 16,	/* extended processor state of a thread */
	CPT_OBJ_SIGQUEUE	= 17,	/* pending signals */
	CPT_OBJ_FLOCK		= 18,	/* file lock */
	CPT_OBJ_PAGES		= 19,	/* contents of pages */
	CPT_OBJ_COW		= 20,	/* pages shared by copy-on-write */
	CPT_OBJ_TMPFS_DATA	= 21,	/* contents of a tmpfs file */
	CPT_OBJ_USAGE		= 22,	/* what a thread has used so far */
	CPT_OBJ_AIO		= 23,	/* io_setup(2) */
	CPT_OBJ_EVENTFD		= 24,	/* eventfd(2) */
	CPT_OBJ_EPOLL		= 25,	/* epoll_create(2) */
	CPT_OBJ_TIMERFD		= 26,	/* timerfd_create(2) */
	CPT_OBJ_SIGNALFD	= 27,	/* signalfd(2) */
	CPT_OBJ_TIMER		= 28,	/* POSIX timers of a process */
	CPT_OBJ_PIDFD		= 29,	/* pidfd_open(2) */
	CPT_OBJ_SHMEM		= 30,	/* memfd, shared anonymous or System V memory */
	CPT_OBJ_SHMEM_DATA	= 31,	/* its contents */
	CPT_OBJ_INOTIFY		= 32,	/* inotify_init(2) */
	CPT_OBJ_UNIX		= 33,	/* AF_UNIX socket */
	CPT_OBJ_UNIX_QUEUE	= 34,	/* whom an AF_UNIX socket is connected to; its data */
	CPT_OBJ_NETLINK		= 35,	/* AF_NETLINK socket */
	CPT_OBJ_TCP		= 38,	/* TCP socket */
	CPT_OBJ_UDP		= 39,	/* UDP, UDP-Lite, raw or ping socket */
	CPT_OBJ_NETDEV		= 40,	/* network device */
	CPT_OBJ_NETMSG		= 41,	/* address, route, rule or neighbour */
	CPT_OBJ_NETSYSCTL	= 42,	/* settings below /proc/sys/net */
	CPT_OBJ_NFT		= 43,	/* nftables: table, chain, set, rule ... */
	CPT_OBJ_CONNTRACK	= 44,	/* entry of connection tracking */
	CPT_OBJ_SEM		= 50,	/* System V semaphore set */
	CPT_OBJ_MSG		= 51,	/* System V message queue */
	CPT_OBJ_SHM		= 52,	/* System V shared memory segment */
	CPT_OBJ_MQUEUE		= 53,	/* POSIX message queue */
	CPT_OBJ_IPC		= 54,	/* IPC namespace: limits, next ids, SEM_UNDO */
	CPT_OBJ_TTY		= 55,	/* pseudo terminal */
	CPT_OBJ_GHOST		= 56,	/* file or directory that has no name any more */
	CPT_OBJ_GHOST_DATA	= 57,	/* contents of such a file */
	CPT_OBJ_KEY		= 60,	/* key or keyring: keyctl(2) */
	CPT_OBJ_EPITEMS		= 64,	/* what an epoll watches */
	CPT_OBJ_MAX
};

/**
 * struct cpt_end_image - the trailer; the image is valid only with it
 * @records: number of records before this one
 * @bytes: bytes before this record
 * @pages: number of pages stored in CPT_OBJ_PAGES records
 */
struct cpt_end_image {
	__u64 records;
	__u64 bytes;
	__u64 pages;
};

/* cpt_ve_image.namespaces */
#define CPT_NS_PID		(1U << 0)
#define CPT_NS_MNT		(1U << 1)
#define CPT_NS_UTS		(1U << 2)
#define CPT_NS_IPC		(1U << 3)
#define CPT_NS_NET		(1U << 4)
#define CPT_NS_CGROUP		(1U << 5)
#define CPT_NS_TIME		(1U << 6)

/* cpt_ve_image.flags */
#define CPT_VE_LO_UP		(1U << 0)	/* the loopback device is up */

/**
 * struct cpt_ve_image - the VE as a whole
 * @namespaces: CPT_NS_* that are the VE's own
 * @last_pid: last pid given in its PID namespace
 * @processes: number of CPT_OBJ_PROCESS records
 * @tasks: number of CPT_OBJ_TASK records
 * @mem_pages: an estimate of the pages stored, for progress
 * @flags: CPT_VE_*
 * @memfd_noexec: vm.memfd_noexec of its PID namespace, without what its parents ask for
 */
struct cpt_ve_image {
	__u32 namespaces;
	__u32 last_pid;
	__u32 processes;
	__u32 tasks;
	__u64 mem_pages;
	__u32 flags;
	__u32 memfd_noexec;
};

/**
 * struct cpt_uts_image - names of the VE
 * @nodename: host name, NUL-terminated
 * @domainname: NIS domain name, NUL-terminated
 */
struct cpt_uts_image {
	__u8 nodename[72];
	__u8 domainname[72];
};

/**
 * struct cpt_vdso_image - a vdso that the VE's programs have seen
 * @size: bytes of its text, a shared library
 * @vvar_size: bytes of the vvar area, which it has its data from, in front of it
 * @data: @vvar_size, or 0: the content has no data
 * @zero: 0
 *
 * Content: the text; then what the vvar area is to hold where the text is not the
 * kernel's own: the data of the moment of the dump, changed so that its clocks stand
 * still and the text asks the kernel instead. Only the kernel that the text is of knows
 * what that looks like.
 *
 * The first record is the dumping kernel's; others are those of kernels that the
 * VE ran on before.
 */
struct cpt_vdso_image {
	__u32 size;
	__u32 vvar_size;
	__u32 data;
	__u32 zero;
};

/**
 * struct cpt_mount_image - one mount of the VE's mount namespaces
 * @parent: id of the mount it is mounted on; 0 for the root of a namespace: the first is
 *          the VE's root, which is there before the VE is restored; others are those of
 *          namespaces within the VE
 * @flags: MS_RDONLY, NOSUID, NODEV, NOEXEC, NOSYMFOLLOW, NOATIME, NODIRATIME,
 *         RELATIME of the mount
 * @sb_flags: MS_RDONLY, SYNCHRONOUS, DIRSYNC, LAZYTIME of the file system
 * @propagation: 0 (private), MS_SHARED, MS_UNBINDABLE
 * @dev: dev_t of the file system as stat(2) shows it, in new encoding
 * @root_mode: mode of the mount's root directory
 * @root_uid: its owner
 * @root_gid: its group
 * @bind: id of the mount of the same file system that it is a bind mount of; 0: the
 *        file system is mounted
 * @peer: with MS_SHARED: id of the first mount of its peer group; 0: it is the first
 * @master: id of the mount that it is a slave of; 0: none. May be a later one
 *
 * Content: five NUL-terminated strings: mount point (from the root of its namespace, or
 * from what is mounted on that, when it is below of it: as all paths on mounts),
 * root of the mount within its file system (of a bind mount: from the root of @bind; it may
 * be a file), file system type, source, options
 * as mount(2) takes them (for tmpfs always with its size, which else depends on
 * the host). Records stand in an order in which they can be mounted: one that is
 * mounted on another's root has the same mount point.
 */
struct cpt_mount_image {
	__u64 parent;
	__u32 flags;
	__u32 sb_flags;
	__u32 propagation;
	__u32 root_mode;
	__u64 dev;
	__u32 root_uid;
	__u32 root_gid;
	__u64 bind;
	__u64 peer;
	__u64 master;
};

/**
 * struct cpt_tmpfs_image - one inode of a tmpfs mount of the VE
 * @mount: the mount
 * @mode: type and permissions
 * @uid: owner
 * @gid: group
 * @nlink: number of names
 * @rdev: device number for device nodes, in new encoding
 * @size: bytes of a regular file
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 * @link: 0, or the id of the record of the same inode under another name
 *
 * Content: NUL-terminated path from the mount's root ("/" is the root itself),
 * for a symbolic link followed by its NUL-terminated target.
 * A directory stands before what is in it. The number of the inode is a new one
 * in the restored VE.
 */
struct cpt_tmpfs_image {
	__u64 mount;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u64 rdev;
	__u64 size;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
	__u64 link;
};

/**
 * struct cpt_tmpfs_data_image - contents of a regular file on tmpfs
 * @tmpfs: id of the CPT_OBJ_TMPFS record
 * @offset: where the payload belongs in the file; holes are not stored
 *
 * The record's payload are the bytes. Its id counts up.
 */
struct cpt_tmpfs_data_image {
	__u64 tmpfs;
	__u64 offset;
};

/**
 * struct cpt_ghost_image - a file that was opened and unlinked, or a removed directory
 * @mount: the mount it is on
 * @mode: type (regular file or directory) and permissions
 * @uid: owner
 * @gid: group
 * @zero: 0
 * @size: bytes of a regular file
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time; kept where the file system lets it be chosen
 *
 * Content: the NUL-terminated path from the VE's root that it had. Open files and
 * current directories refer to it. The number of the inode is a new one in the
 * restored VE.
 */
struct cpt_ghost_image {
	__u64 mount;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 zero;
	__u64 size;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
};

/**
 * struct cpt_ghost_data_image - contents of an unlinked file
 * @ghost: id of the CPT_OBJ_GHOST record
 * @offset: where the payload belongs in the file; holes are not stored
 *
 * The record's payload are the bytes. Its id counts up.
 */
struct cpt_ghost_data_image {
	__u64 ghost;
	__u64 offset;
};

/**
 * struct cpt_cred_image - credentials, shared by any number of tasks
 * @uid: real user id; all ids are the initial user namespace's
 * @gid: real group id
 * @suid: saved user id
 * @sgid: saved group id
 * @euid: effective user id
 * @egid: effective group id
 * @fsuid: file system user id
 * @fsgid: file system group id
 * @securebits: SECBIT_*
 * @ngroups: number of supplementary groups, __u32 each, in the content
 * @cap_inheritable: capability sets, bit N is capability N
 * @cap_permitted: likewise
 * @cap_effective: likewise
 * @cap_bset: likewise
 * @cap_ambient: likewise
 * @session_keyring: CPT_OBJ_KEY; 0 for none
 * @process_keyring: likewise
 * @thread_keyring: likewise
 * @request_keyring: KEY_REQKEY_DEFL_*: where request_key(2) puts what it finds
 * @zero: 0
 */
struct cpt_cred_image {
	__u32 uid;
	__u32 gid;
	__u32 suid;
	__u32 sgid;
	__u32 euid;
	__u32 egid;
	__u32 fsuid;
	__u32 fsgid;
	__u32 securebits;
	__u32 ngroups;
	__u64 cap_inheritable;
	__u64 cap_permitted;
	__u64 cap_effective;
	__u64 cap_bset;
	__u64 cap_ambient;
	__u64 session_keyring;
	__u64 process_keyring;
	__u64 thread_keyring;
	__u32 request_keyring;
	__u32 zero;
};

/* cpt_key_image.type */
#define CPT_KEY_KEYRING		1
#define CPT_KEY_USER		2	/* "user" */
#define CPT_KEY_LOGON		3	/* "logon": its value cannot be read by programs */
#define CPT_KEY_UID		4	/* a user's keyring, "_uid.N": that of the host */
#define CPT_KEY_UID_SESSION	5	/* a user's session keyring, "_uid_ses.N": likewise */

/* cpt_key_image.flags */
#define CPT_KEY_QUOTA		(1U << 0)	/* counts against its owner's quota */
#define CPT_KEY_REVOKED		(1U << 1)	/* keyctl(2) KEYCTL_REVOKE */
#define CPT_KEY_INVALIDATED	(1U << 2)	/* KEYCTL_INVALIDATE */

/**
 * struct cpt_key_image - a key or keyring of threads, processes and sessions
 * @type: CPT_KEY_*
 * @flags: CPT_KEY_*
 * @serial: its number, which is the host's and not the VE's; 0 for a user's keyrings
 * @perm: KEYCTL_SETPERM
 * @uid: owner; of a user's keyrings: the user, and all else is 0
 * @gid: group; ~0: none
 * @expiry: when it expires, or was revoked: s of CLOCK_REALTIME; 0: never
 * @links: number of keys that a keyring has
 * @datalen: bytes of its value
 *
 * The content is for each link the __u64 id of its CPT_OBJ_KEY, then the description,
 * NUL-terminated, then the value.
 */
struct cpt_key_image {
	__u32 type;
	__u32 flags;
	__u32 serial;
	__u32 perm;
	__u32 uid;
	__u32 gid;
	__s64 expiry;
	__u32 links;
	__u32 datalen;
};

/**
 * struct cpt_key_link - a key in a keyring
 * @key: id of its CPT_OBJ_KEY
 */
struct cpt_key_link {
	__u64 key;
};

#define CPT_AUXV_MAX 64

/* cpt_mm_image.flags */
#define CPT_MM_THP_DISABLE	(1U << 0)	/* prctl(PR_SET_THP_DISABLE) */
#define CPT_MM_BOTTOMUP		(1U << 1)	/* mmap searches upwards (legacy layout) */
#define CPT_MM_MDWE		(1U << 2)	/* prctl(PR_SET_MDWE): PR_MDWE_REFUSE_EXEC_GAIN */
#define CPT_MM_MDWE_NO_INHERIT	(1U << 3)	/* PR_MDWE_NO_INHERIT */
#define CPT_MM_VDSO_CHANGED	(1U << 4)	/* the vdso's text was written to: its pages are stored */

/**
 * struct cpt_mm_image - an address space
 * @start_code: fields of struct mm_struct, as prctl(PR_SET_MM) names them
 * @end_code: likewise
 * @start_data: likewise
 * @end_data: likewise
 * @start_brk: likewise
 * @brk: likewise
 * @start_stack: likewise
 * @arg_start: likewise
 * @arg_end: likewise
 * @env_start: likewise
 * @env_end: likewise
 * @mmap_base: where mmap searches down from
 * @mmap_legacy_base: where it searches up from
 * @exe_file: id of the CPT_OBJ_FILE that /proc/PID/exe is; 0 for none
 * @vdso: address of the vdso that the program was started with, which is one of its
 *        mappings; 0 when none is mapped
 * @dumpable: as prctl(PR_GET_DUMPABLE) returns it
 * @flags: CPT_MM_*
 * @def_flags: CPT_VMA_LOCKED, CPT_VMA_LOCKONFAULT for new mappings (mlockall)
 * @vmas: number of struct cpt_vma_image in the content
 * @coredump_filter: /proc/PID/coredump_filter
 * @membarrier: MEMBARRIER_CMD_REGISTER_* done; see membarrier(2)
 * @auxv: /proc/PID/auxv
 * @pkeys: protection keys that are allocated, a bit for each; not the bit of key 0
 * @exec_pkey: that of them which mappings that can only be executed have; 0: none
 *
 * Content: the mappings, ascending.
 */
struct cpt_mm_image {
	__u64 start_code;
	__u64 end_code;
	__u64 start_data;
	__u64 end_data;
	__u64 start_brk;
	__u64 brk;
	__u64 start_stack;
	__u64 arg_start;
	__u64 arg_end;
	__u64 env_start;
	__u64 env_end;
	__u64 mmap_base;
	__u64 mmap_legacy_base;
	__u64 exe_file;
	__u64 vdso;
	__u32 dumpable;
	__u32 flags;
	__u32 def_flags;
	__u32 vmas;
	__u32 coredump_filter;
	__u32 membarrier;
	__u64 auxv[CPT_AUXV_MAX];
	__u32 pkeys;
	__u32 exec_pkey;
};

/* cpt_vma_image.type */
#define CPT_VMA_ANON		0	/* anonymous, private */
#define CPT_VMA_FILE		1	/* of a file, private or shared */
#define CPT_VMA_VVAR		2	/* clock data of the vdso behind it (all vvar areas) */
#define CPT_VMA_VDSO		3	/* text of a vdso */
#define CPT_VMA_SHM		4	/* shared anonymous or shmem: a file of CPT_OBJ_FILE */
#define CPT_VMA_AIO		5	/* ring of a context of this address space (io_setup) */
#define CPT_VMA_AIO_SEEN	6	/* ring of another's context, or of one that was destroyed */

/* cpt_vma_image.flags */
#define CPT_VMA_READ		(1U << 0)
#define CPT_VMA_WRITE		(1U << 1)
#define CPT_VMA_EXEC		(1U << 2)
#define CPT_VMA_MAYREAD		(1U << 3)
#define CPT_VMA_MAYWRITE	(1U << 4)
#define CPT_VMA_MAYEXEC		(1U << 5)
#define CPT_VMA_SHARED		(1U << 6)
#define CPT_VMA_GROWSDOWN	(1U << 7)
#define CPT_VMA_LOCKED		(1U << 8)
#define CPT_VMA_LOCKONFAULT	(1U << 9)
#define CPT_VMA_NORESERVE	(1U << 10)
#define CPT_VMA_DONTCOPY	(1U << 11)	/* MADV_DONTFORK */
#define CPT_VMA_WIPEONFORK	(1U << 12)
#define CPT_VMA_DONTDUMP	(1U << 13)
#define CPT_VMA_HUGEPAGE	(1U << 14)
#define CPT_VMA_NOHUGEPAGE	(1U << 15)
#define CPT_VMA_MERGEABLE	(1U << 16)
#define CPT_VMA_SEQ_READ	(1U << 17)
#define CPT_VMA_RAND_READ	(1U << 18)
#define CPT_VMA_ACCOUNT		(1U << 19)
#define CPT_VMA_SOFTDIRTY	(1U << 20)
#define CPT_VMA_DROPPABLE	(1U << 21)	/* MAP_DROPPABLE: its pages are not stored */

/**
 * struct cpt_vma_image - one mapping
 * @start: first address
 * @end: address behind the last
 * @offset: offset into the file in bytes
 * @file: id of the CPT_OBJ_FILE, or with CPT_VMA_AIO and _SEEN of the CPT_OBJ_AIO; 0 for
 *        none
 * @cow: id of an address space that stands before this one: this mapping and
 *       the one it has at the same addresses come from the same fork, so that
 *       CPT_OBJ_COW records may share pages between them; 0 for none
 * @flags: CPT_VMA_READ ...
 * @type: CPT_VMA_ANON ...
 * @pkey: protection key; one that was freed, too
 * @name: offset of the NUL-terminated PR_SET_VMA_ANON_NAME name in the bytes
 *        that follow the array of mappings in the content, plus 1; 0 for none.
 *        For CPT_VMA_VVAR, CPT_VMA_VDSO the id of the CPT_OBJ_VDSO; 0 is 1
 */
struct cpt_vma_image {
	__u64 start;
	__u64 end;
	__u64 offset;
	__u64 file;
	__u64 cow;
	__u32 flags;
	__u32 type;
	__u32 pkey;
	__u32 name;
};

/* cpt_aio_image.flags */
#define CPT_AIO_DESTROYED	(1U << 0)	/* only mappings of its ring are left */

/**
 * struct cpt_aio_image - a context of asynchronous I/O: io_setup(2)
 * @flags: CPT_AIO_*
 * @index: its number in its address space, from 0: the first word of the ring
 * @nr_events: how many events the ring has room for, 128 for each page less 1
 * @max_reqs: what io_setup was asked for
 * @tail: where the next event goes
 * @completed: events that have come and whose room was not given out again
 *
 * Content: the ring's bytes (struct aio_ring and the events) without the zeros at its
 * end. No request is in flight: the events of all that were submitted are there. The
 * mapping of type CPT_VMA_AIO that refers to the record says whose it is, and its address
 * is the context's id. Of a destroyed context all other members are 0.
 */
struct cpt_aio_image {
	__u32 flags;
	__u32 index;
	__u32 nr_events;
	__u32 max_reqs;
	__u32 tail;
	__u32 completed;
};

/**
 * struct cpt_extent - a range of pages
 * @start: address of the first page
 * @pages: how many
 */
struct cpt_extent {
	__u64 start;
	__u64 pages;
};

/**
 * struct cpt_pages_image - contents of pages of an address space
 * @mm: the address space
 * @generation: of several records for one page the highest counts
 * @extents: number of struct cpt_extent in the content
 * @zero: 0
 *
 * Payload: the pages, one behind the other. The record's id counts up.
 */
struct cpt_pages_image {
	__u64 mm;
	__u32 generation;
	__u32 extents;
	__u64 zero;
};

/**
 * struct cpt_cow_image - pages that two address spaces share by copy-on-write
 * @mm: the address space that gets them
 * @src: the one whose pages (loaded by earlier records) they are, at the same
 *       addresses, in mappings tied by cpt_vma_image.cow
 * @extents: number of struct cpt_extent in the content
 * @zero: 0
 */
struct cpt_cow_image {
	__u64 mm;
	__u64 src;
	__u32 extents;
	__u32 zero;
};

/**
 * struct cpt_sigaction_image - one signal action
 * @handler: address, or SIG_DFL, SIG_IGN
 * @flags: SA_*
 * @restorer: address
 * @mask: blocked while the handler runs; bit N is signal N + 1
 */
struct cpt_sigaction_image {
	__u64 handler;
	__u64 flags;
	__u64 restorer;
	__u64 mask;
};

/**
 * struct cpt_sighand_image - signal actions of a process
 * @action: of signal 1 and up
 */
struct cpt_sighand_image {
	struct cpt_sigaction_image action[64];
};

/* cpt_pipe_image.flags */
#define CPT_PIPE_FIFO		(1U << 0)	/* of a FIFO (named pipe) */

/**
 * struct cpt_pipe_image - a pipe
 * @slots: its capacity in pages (fcntl F_GETPIPE_SZ / page size), a power of two
 * @bufs: number of struct cpt_pipe_buf in the content, at most @slots
 * @len: bytes of data behind them
 * @uid: owner of the pipe's inode
 * @gid: its group
 * @mode: its permissions
 * @user: uid to whose account (/proc/sys/fs/pipe-user-pages-*) it is charged
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 * @flags: CPT_PIPE_*
 * @zero: 0
 *
 * The inode's number is a new one in the restored VE. That of a FIFO is its file
 * system's, with owner, mode and times; its open files are CPT_FILE_PATH.
 */
struct cpt_pipe_image {
	__u32 slots;
	__u32 bufs;
	__u64 len;
	__u32 uid;
	__u32 gid;
	__u32 mode;
	__u32 user;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
	__u32 flags;
	__u32 zero;
};

#define CPT_PIPE_BUF_PACKET	(1U << 0)	/* O_DIRECT packet boundary behind it */
#define CPT_PIPE_BUF_MERGE	(1U << 1)	/* the next write may be appended to it */

/**
 * struct cpt_pipe_buf - one buffer of a pipe
 * @len: bytes; 0 is possible
 * @flags: CPT_PIPE_BUF_*
 * @offset: of the first byte in its page: decides, with CPT_PIPE_BUF_MERGE, what
 *          is appended; @offset + @len is at most a page
 * @zero: 0
 */
struct cpt_pipe_buf {
	__u32 len;
	__u32 flags;
	__u32 offset;
	__u32 zero;
};

/* cpt_file_image.kind */
#define CPT_FILE_PATH		1	/* opened by its path: file, directory, device */
#define CPT_FILE_PIPE		2	/* an end of a pipe */
#define CPT_FILE_OBJECT		3	/* stands for a record of another type */

/* cpt_file_image.flags */
#define CPT_FILE_MAPPED		(1U << 0)	/* mapped, and nobody has it open for writing */
#define CPT_FILE_RANDOM		(1U << 1)	/* POSIX_FADV_RANDOM */
#define CPT_FILE_SEQUENTIAL	(1U << 2)	/* POSIX_FADV_SEQUENTIAL */
#define CPT_FILE_NOREUSE	(1U << 3)	/* POSIX_FADV_NOREUSE */
#define CPT_FILE_FIRST		(1U << 4)	/* of a CPT_OBJ_SHMEM: made with it, not opened */
#define CPT_FILE_NO_WRITER	(1U << 5)	/* of a FIFO: opened before any writer: no POLLHUP yet */
#define CPT_FILE_HUNG_UP	(1U << 6)	/* of a terminal: was hung up since it was opened */

/**
 * struct cpt_file_image - an open file description
 * @kind: CPT_FILE_*
 * @flags: CPT_FILE_MAPPED ...
 * @f_flags: as fcntl(F_GETFL) returns them, with O_PATH ...; an end of a pipe
 *           with O_LARGEFILE was opened by a path, not by pipe(2)
 * @mode: st_mode
 * @pos: file position
 * @size: st_size; for a regular file it is compared at restore (unless it is on
 *        a tmpfs, which is in the image)
 * @mtime_ns: st_mtim; likewise, with CPT_FILE_MAPPED
 * @rdev: st_rdev, in new encoding; compared for devices
 * @mount: id of the mount the path is on
 * @pipe: id of the CPT_OBJ_PIPE of an end of a pipe, or of a FIFO
 * @cred: id of the CPT_OBJ_CRED that opened it
 * @owner_pid: fcntl(F_GETOWN_EX): process, group or thread (pid in the VE); 0 none
 * @owner_type: F_OWNER_*
 * @owner_sig: fcntl(F_GETSIG)
 * @owner_uid: uid on whose behalf the signal is sent
 * @owner_euid: likewise, effective
 * @async_fd: of a pipe, FIFO or socket: number of the descriptor that SIGIO names, plus
 *            1; 0: no signal is sent (O_ASYNC is off, or was given to open(2))
 * @type: for CPT_FILE_OBJECT the CPT_OBJ_* that the file stands for; a file with a
 *        path may stand for a CPT_OBJ_TTY: then @rdev tells which side it is, or
 *        for a CPT_OBJ_GHOST
 * @zero: 0
 * @object: its id
 *
 * Content: for CPT_FILE_PATH the NUL-terminated path from the VE's root.
 */
struct cpt_file_image {
	__u32 kind;
	__u32 flags;
	__u32 f_flags;
	__u32 mode;
	__u64 pos;
	__u64 size;
	__s64 mtime_ns;
	__u64 rdev;
	__u64 mount;
	__u64 pipe;
	__u64 cred;
	__u32 owner_pid;
	__u32 owner_type;
	__u32 owner_sig;
	__u32 owner_uid;
	__u32 owner_euid;
	__u32 async_fd;
	__u32 type;
	__u32 zero;
	__u64 object;
};

/**
 * struct cpt_termios - settings of a terminal, as struct termios2 has them
 * @c_iflag: input modes
 * @c_oflag: output modes
 * @c_cflag: control modes
 * @c_lflag: local modes
 * @c_ispeed: input speed, bits per second
 * @c_ospeed: output speed
 * @c_line: line discipline: 0 (N_TTY)
 * @c_cc: control characters
 * @zero: 0
 */
struct cpt_termios {
	__u32 c_iflag;
	__u32 c_oflag;
	__u32 c_cflag;
	__u32 c_lflag;
	__u32 c_ispeed;
	__u32 c_ospeed;
	__u8  c_line;
	__u8  c_cc[19];
	__u32 zero;
};

/* cpt_tty_side.flags */
#define CPT_TTY_OPEN		(1U << 0)	/* some file has this side open */
#define CPT_TTY_DEAD		(1U << 1)	/* was hung up and not opened since: no line discipline */
#define CPT_TTY_IO_ERROR	(1U << 2)	/* reading and writing fails */
#define CPT_TTY_OTHER_CLOSED	(1U << 3)	/* nobody has the other side open */
#define CPT_TTY_EXCLUSIVE	(1U << 4)	/* TIOCEXCL */
#define CPT_TTY_LOCKED		(1U << 5)	/* of the master: TIOCSPTLCK */
#define CPT_TTY_PACKET		(1U << 6)	/* of the master: TIOCPKT */
#define CPT_TTY_STOPPED		(1U << 7)	/* its output stands still (^S) */
#define CPT_TTY_TCO_STOPPED	(1U << 8)	/* likewise, by tcflow(3) */
#define CPT_TTY_LNEXT		(1U << 9)	/* the next character has no special meaning (^V) */
#define CPT_TTY_ERASING		(1U << 10)	/* echo is within \ and / (ECHOPRT) */
#define CPT_TTY_PUSH		(1U << 11)	/* the last line is no whole one */

#define CPT_TTY_INPUT		4096U		/* room for input, and for echo */
#define CPT_TTY_QUEUE		65536U		/* bound of what waits behind it */

/**
 * struct cpt_tty_side - one side of a pseudo terminal
 * @flags: CPT_TTY_*
 * @pktstatus: of the slave: TIOCPKT_* that the master has not been told yet
 * @input: bytes that were received and not read
 * @committed: of them, from the first: those that may be read when not in canonical mode
 * @lines: likewise, in canonical mode: up to the end of the last line
 * @echo: bytes of echo (characters and operations) not written yet
 * @echo_committed: of them, those that are to be written now
 * @echo_marked: of them, those of whole operations
 * @column: where the output stands, for tabulators
 * @canon_column: where the line began
 * @queue: bytes that wait until there is room for them as input
 * @looked_ahead: of the bytes to be received next, how many were already looked
 *                through for ^S and ^Q
 */
struct cpt_tty_side {
	__u32 flags;
	__u32 pktstatus;
	__u32 input;
	__u32 committed;
	__u32 lines;
	__u32 echo;
	__u32 echo_committed;
	__u32 echo_marked;
	__u32 column;
	__u32 canon_column;
	__u32 queue;
	__u32 looked_ahead;
};

/**
 * struct cpt_tty_image - a pseudo terminal, both sides
 * @mount: the devpts it is of
 * @index: its number there
 * @session: session whose controlling terminal it is; 0: none
 * @pgrp: foreground process group; 0: none
 * @uid: owner of the slave's node
 * @gid: its group
 * @mode: its permissions
 * @rows: window size
 * @cols: likewise
 * @xpixel: likewise
 * @ypixel: likewise
 * @zero: 0
 * @atime_ns: access time of the slave's node, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 * @termios: settings (those of the slave: a master has none of its own)
 * @locked: settings that are locked (TIOCSLCKTRMIOS): set bits cannot be changed
 * @master: the side that /dev/ptmx has opened
 * @slave: the other
 *
 * Content: for the master, then for the slave: @input bytes, as many bytes that
 * are 1 where a line ends and else 0, @echo bytes, @queue bytes.
 * Open files are records of their own.
 */
struct cpt_tty_image {
	__u64 mount;
	__u32 index;
	__u32 session;
	__u32 pgrp;
	__u32 uid;
	__u32 gid;
	__u32 mode;
	__u32 rows;
	__u32 cols;
	__u32 xpixel;
	__u32 ypixel;
	__u64 zero;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
	struct cpt_termios termios;
	struct cpt_termios locked;
	struct cpt_tty_side master;
	struct cpt_tty_side slave;
};

#define CPT_FD_CLOEXEC		(1U << 0)

/**
 * struct cpt_fd - one file descriptor
 * @fd: number
 * @flags: CPT_FD_*
 * @file: id of the CPT_OBJ_FILE
 */
struct cpt_fd {
	__u32 fd;
	__u32 flags;
	__u64 file;
};

/**
 * struct cpt_files_image - a table of file descriptors
 * @fds: number of struct cpt_fd in the content, ascending
 * @zero: 0
 */
struct cpt_files_image {
	__u32 fds;
	__u32 zero;
};

/**
 * struct cpt_fs_image - where paths begin
 * @umask: file mode creation mask
 * @zero: 0
 * @cwd_mount: mount of the current directory
 * @root_mount: mount of the root directory
 * @cwd_ghost: CPT_OBJ_GHOST of a current directory that was removed; 0: it was not
 *
 * Content: two NUL-terminated paths from the VE's root: cwd, root.
 */
struct cpt_fs_image {
	__u32 umask;
	__u32 zero;
	__u64 cwd_mount;
	__u64 root_mount;
	__u64 cwd_ghost;
};

/* cpt_process_image.state */
#define CPT_PROCESS_RUNNING	0
#define CPT_PROCESS_STOPPED	1	/* job control stop */
#define CPT_PROCESS_ZOMBIE	2

#define CPT_RLIMITS		16

/* cpt_process_image.flags */
#define CPT_PROCESS_SUBREAPER	(1U << 0)	/* prctl(PR_SET_CHILD_SUBREAPER) */
#define CPT_PROCESS_LEADER	(1U << 1)	/* session leader */
#define CPT_PROCESS_CONTINUED	(1U << 3)	/* wait(WCONTINUED) not yet told */
#define CPT_PROCESS_SUBREAPED	(1U << 4)	/* below a subreaper */
#define CPT_PROCESS_REAL_FIRED	(1U << 5)	/* ITIMER_REAL: its SIGALRM is pending */
#define CPT_PROCESS_TELL_STOP	(1U << 6)	/* its parent gets a SIGCHLD for a stop yet */
#define CPT_PROCESS_TELL_CONT	(1U << 7)	/* likewise, for its continuation */
#define CPT_PROCESS_NEW_PARENT	(1U << 8)	/* its parent has called execve since: SIGCHLD */

/**
 * struct cpt_process_image - a thread group
 * @pid: its id (all pids are the VE's)
 * @ppid: its parent's; 0 for init
 * @pgid: process group
 * @sid: session
 * @state: CPT_PROCESS_RUNNING ...
 * @exit_code: as wait(2) gives it, for a zombie; stop signal not yet waited
 *             for, for a stopped process
 * @exit_signal: sent to the parent at its end; 0 for none
 * @flags: CPT_PROCESS_*
 * @mm: 0 for a zombie
 * @sighand: 0 for a zombie
 * @shared_pending: CPT_OBJ_SIGQUEUE; 0 for none
 * @threads: number of its CPT_OBJ_TASK records
 * @oom_score_adj: /proc/PID/oom_score_adj
 * @oom_score_adj_min: how far it may be lowered without CAP_SYS_RESOURCE
 * @ptid: the thread of the parent that made it; 0 for init
 * @it_real_expires: ITIMER_REAL: VE monotonic time, ns; 0 when not armed; with
 *                   CPT_PROCESS_REAL_FIRED when a periodic one has expired: it is
 *                   armed again when the signal is taken
 * @it_real_interval: ns
 * @it_virt_left: ITIMER_VIRTUAL: ns of process time; 0 when not armed
 * @it_virt_interval: ns
 * @it_prof_left: ITIMER_PROF, likewise
 * @it_prof_interval: ns
 * @rlim_cur: soft limits, in the order of RLIMIT_*; ~0 is RLIM_INFINITY
 * @rlim_max: hard limits
 * @tty: controlling terminal: CPT_OBJ_TTY; 0 for none
 * @tty_old_pgrp: of a session leader that lost its terminal: the process group that
 *                gets SIGHUP at its end; 0 for none
 * @zero: 0
 *
 * The record's id is the pid. Parents stand before children.
 */
struct cpt_process_image {
	__u32 pid;
	__u32 ppid;
	__u32 pgid;
	__u32 sid;
	__u32 state;
	__u32 exit_code;
	__u32 exit_signal;
	__u32 flags;
	__u64 mm;
	__u64 sighand;
	__u64 shared_pending;
	__u32 threads;
	__s32 oom_score_adj;
	__s32 oom_score_adj_min;
	__u32 ptid;
	__u64 it_real_expires;
	__u64 it_real_interval;
	__u64 it_virt_left;
	__u64 it_virt_interval;
	__u64 it_prof_left;
	__u64 it_prof_interval;
	__u64 rlim_cur[CPT_RLIMITS];
	__u64 rlim_max[CPT_RLIMITS];
	__u64 tty;
	__u32 tty_old_pgrp;
	__u32 zero;
};

/* cpt_restart_image.fn */
#define CPT_RESTART_NONE	0	/* do_no_restart_syscall */
#define CPT_RESTART_NANOSLEEP	1	/* hrtimer_nanosleep_restart */
#define CPT_RESTART_FUTEX	2	/* futex_wait_restart */
#define CPT_RESTART_POLL	3	/* do_restart_poll */
#define CPT_RESTART_CPU_NSLEEP	4	/* posix_cpu_nsleep_restart */
#define CPT_RESTART_ALARM_NSLEEP 5	/* alarm_timer_nsleep_restart */
#define CPT_RESTART_UNTIL	6	/* the call itself, which is over then */

/* cpt_restart_image.flags */
#define CPT_FUTEX_SHARED	(1U << 0)	/* not FUTEX_PRIVATE_FLAG */
#define CPT_FUTEX_REALTIME	(1U << 1)	/* FUTEX_CLOCK_REALTIME */

/**
 * struct cpt_restart_image - a system call to be taken up again
 * @fn: CPT_RESTART_*
 * @clockid: nanosleep: CLOCK_*; on a processor time the number that names whose
 * @expires: VE time for monotonic and boottime clocks, else the clock's; ns;
 *           ~0 for a poll or futex wait without a timeout; until: the end on the
 *           monotonic clock of a call that waits in vain
 * @uaddr: nanosleep: address for the remaining time; futex: the word; poll: the fds
 * @type: nanosleep: 1 when the remaining time is stored at @uaddr, else 0;
 *        poll: number of fds
 * @val: futex: expected value
 * @flags: futex: CPT_FUTEX_*
 * @bitset: futex
 */
struct cpt_restart_image {
	__u32 fn;
	__u32 clockid;
	__u64 expires;
	__u64 uaddr;
	__u32 type;
	__u32 val;
	__u32 flags;
	__u32 bitset;
};

/* cpt_task_image.flags */
#define CPT_TASK_RESTORE_SIGMASK (1U << 0)	/* @saved_sigmask is the real mask */
#define CPT_TASK_NO_NEW_PRIVS	(1U << 1)
#define CPT_TASK_RESET_ON_FORK	(1U << 2)	/* SCHED_RESET_ON_FORK */
#define CPT_TASK_FORKNOEXEC	(1U << 5)	/* not yet exec'ed since fork */
#define CPT_TASK_STOPPED	(1U << 6)	/* stands in a job control stop */
#define CPT_TASK_STOP_PENDING	(1U << 7)	/* about to take part in such a stop */

/**
 * struct cpt_regs - general registers as struct user_regs_struct has them
 */
struct cpt_regs {
	__u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	__u64 rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
	__u64 fs_base, gs_base, ds, es, fs, gs;
};

/**
 * struct cpt_task_image - a thread
 * @tid: its id in the VE
 * @tgid: its process
 * @flags: CPT_TASK_*
 * @stop_signal: the signal of the stop, with CPT_TASK_STOPPED or STOP_PENDING
 * @regs: general registers at the border to user mode; rax may hold a restart
 *        code of the kernel (-512 ... -516) with orig_rax the system call
 * @restart: the system call that such a code takes up again
 * @blocked: signal mask; bit N is signal N + 1
 * @saved_sigmask: see CPT_TASK_RESTORE_SIGMASK
 * @pending: CPT_OBJ_SIGQUEUE; 0 for none
 * @cred: credentials
 * @files: CPT_OBJ_FILES; 0 for a zombie
 * @fs: CPT_OBJ_FS; 0 for a zombie
 * @sas_ss_sp: alternate signal stack
 * @sas_ss_size: its size
 * @sas_ss_flags: SS_*
 * @pdeath_signal: prctl(PR_GET_PDEATHSIG)
 * @personality: personality(2)
 * @rseq_len: rseq(2); 0 when not registered
 * @rseq: address
 * @rseq_sig: signature
 * @sched_policy: SCHED_*
 * @nice: -20 ... 19
 * @sched_priority: for real-time policies
 * @clear_child_tid: set_tid_address(2)
 * @robust_list: set_robust_list(2)
 * @timer_slack_ns: prctl(PR_GET_TIMERSLACK)
 * @default_timer_slack_ns: what PR_SET_TIMERSLACK 0 goes back to
 * @ioprio: ioprio_get(2)
 * @loginuid: /proc/PID/loginuid
 * @cpus: number of bytes of the CPU mask in the content; 0: any CPU
 * @sessionid: /proc/PID/sessionid
 * @comm: name, NUL-terminated
 * @slice_ns: sched_setattr(2): slice of an ordinary task; 0: the default
 * @lock_wait: place among those that wait for locks on files (F_SETLKW, flock), from
 *             1; 0: it does not
 * @zero: 0
 * @mntns: its mount namespace: id of that one's root; 0: init's
 *
 * The record's id is the tid. A process' first task is its leader. A zombie has
 * one task, of which only tid, tgid, cred and comm are set.
 */
struct cpt_task_image {
	__u32 tid;
	__u32 tgid;
	__u32 flags;
	__u32 stop_signal;
	struct cpt_regs regs;
	struct cpt_restart_image restart;
	__u64 blocked;
	__u64 saved_sigmask;
	__u64 pending;
	__u64 cred;
	__u64 files;
	__u64 fs;
	__u64 sas_ss_sp;
	__u64 sas_ss_size;
	__u32 sas_ss_flags;
	__u32 pdeath_signal;
	__u32 personality;
	__u32 rseq_len;
	__u64 rseq;
	__u32 rseq_sig;
	__u32 sched_policy;
	__s32 nice;
	__u32 sched_priority;
	__u64 clear_child_tid;
	__u64 robust_list;
	__u64 timer_slack_ns;
	__u64 default_timer_slack_ns;
	__u32 ioprio;
	__u32 loginuid;
	__u32 cpus;
	__u32 sessionid;
	__u8  comm[16];
	__u64 slice_ns;
	__u32 lock_wait;
	__u32 zero;
	__u64 mntns;
};

/**
 * struct cpt_xstate_image - extended state of a thread
 * @tid: the thread
 * @zero: 0
 *
 * Content: the XSAVE area in the standard format, as ptrace(NT_X86_XSTATE)
 * gives it. The record's id is the tid.
 */
struct cpt_xstate_image {
	__u32 tid;
	__u32 zero;
};

/**
 * struct cpt_sigqueue_image - a queue of pending signals
 * @pending: mask of the pending signals; bit N is signal N + 1
 * @infos: number of struct cpt_siginfo in the content, in order
 * @zero: 0
 */
struct cpt_sigqueue_image {
	__u64 pending;
	__u32 infos;
	__u32 zero;
};

/**
 * struct cpt_siginfo - one queued signal
 * @info: siginfo_t as sigwaitinfo(2) would give it to the VE
 */
struct cpt_siginfo {
	__u8 info[128];
};

/* cpt_flock_image.kind */
#define CPT_FLOCK_POSIX		1	/* fcntl(F_SETLK): owner is a table of descriptors */
#define CPT_FLOCK_OFD		2	/* fcntl(F_OFD_SETLK): owner is the open file */
#define CPT_FLOCK_BSD		3	/* flock(2) */
#define CPT_FLOCK_LEASE		4	/* fcntl(F_SETLEASE): owner is the open file */

/* cpt_flock_image.flags, of a lease */
#define CPT_FLOCK_BREAK		1	/* somebody waits for it to be given up */
#define CPT_FLOCK_DOWNGRADE	2	/* somebody waits for it to become F_RDLCK */

/**
 * struct cpt_flock_image - a lock held on a file
 * @kind: CPT_FLOCK_*
 * @type: F_RDLCK or F_WRLCK
 * @start: first byte
 * @end: last byte; 2^63 - 1 for the end of the file
 * @file: the open file it was made through
 * @files: for CPT_FLOCK_POSIX its owner
 * @pid: pid of the process that made it, as F_GETLK and /proc/locks show it; 0
 *       when that has ended, and for OFD locks
 * @flags: CPT_FLOCK_BREAK, CPT_FLOCK_DOWNGRADE
 * @fd: of a lease: the descriptor that its signal names
 * @zero: 0
 * @break_ns: CPT_FLOCK_BREAK: time left until it is taken away; 0: it never is
 * @downgrade_ns: CPT_FLOCK_DOWNGRADE: likewise
 *
 * The record's id counts up. Locks of somebody outside of the VE are not stored.
 */
struct cpt_flock_image {
	__u32 kind;
	__u32 type;
	__u64 start;
	__u64 end;
	__u64 file;
	__u64 files;
	__u32 pid;
	__u32 flags;
	__u32 fd;
	__u32 zero;
	__u64 break_ns;
	__u64 downgrade_ns;
};

/**
 * struct cpt_usage_count - what getrusage(2) tells
 * @utime: time in user mode, ns, as the ticks have counted it
 * @stime: time in the kernel
 * @gtime: time of guests (of virtual machines)
 * @nvcsw: voluntary context switches
 * @nivcsw: involuntary ones
 * @min_flt: page faults without I/O
 * @maj_flt: page faults with I/O
 * @inblock: blocks read; 0 for a thread, where it follows from the bytes
 * @oublock: blocks written; likewise
 */
struct cpt_usage_count {
	__u64 utime;
	__u64 stime;
	__u64 gtime;
	__u64 nvcsw;
	__u64 nivcsw;
	__u64 min_flt;
	__u64 maj_flt;
	__u64 inblock;
	__u64 oublock;
};

/**
 * struct cpt_usage_io - /proc/PID/io
 */
struct cpt_usage_io {
	__u64 rchar;
	__u64 wchar;
	__u64 syscr;
	__u64 syscw;
	__u64 read_bytes;
	__u64 write_bytes;
	__u64 cancelled_write_bytes;
};

/**
 * struct cpt_usage_image - what a thread, and its process, has used so far
 * @tid: the thread
 * @zero: 0
 * @start_ns: when it was made, VE time; may be before the VE's clock began
 * @start_boot_ns: the same on CLOCK_BOOTTIME: what /proc/PID/stat shows
 * @runtime: ns on a processor: CLOCK_THREAD_CPUTIME_ID
 * @shown_utime: last value of @count's utime, scaled to @runtime, that somebody
 *               was told: it never goes back
 * @shown_stime: likewise
 * @count: of the thread
 * @io: of the thread
 * @peak_rss: bytes, of the process; this and what follows is 0 but for a leader
 * @peak_vm: likewise, of its addresses
 * @all_shown_utime: as @shown_utime, for the process
 * @all_shown_stime: likewise
 * @dead_runtime: ns of its threads that have ended
 * @dead: of these
 * @dead_io: of these
 * @dead_maxrss: peak of @peak_rss before execve(2) and at the end, bytes
 * @children_maxrss: highest peak of its children that were waited for
 * @children: of these
 *
 * The record's id is the tid.
 */
struct cpt_usage_image {
	__u32 tid;
	__u32 zero;
	__s64 start_ns;
	__s64 start_boot_ns;
	__u64 runtime;
	__u64 shown_utime;
	__u64 shown_stime;
	struct cpt_usage_count count;
	struct cpt_usage_io io;
	__u64 peak_rss;
	__u64 peak_vm;
	__u64 all_shown_utime;
	__u64 all_shown_stime;
	__u64 dead_runtime;
	struct cpt_usage_count dead;
	struct cpt_usage_io dead_io;
	__u64 dead_maxrss;
	__u64 children_maxrss;
	struct cpt_usage_count children;
};

/**
 * struct cpt_eventfd_image - an eventfd
 * @count: its count; ~0 when the kernel has counted to the end
 * @flags: EFD_SEMAPHORE
 * @zero: 0
 *
 * The eventfd-id that /proc/PID/fdinfo shows is a new one in the restored VE.
 */
struct cpt_eventfd_image {
	__u64 count;
	__u32 flags;
	__u32 zero;
};

/* cpt_timerfd_image.flags */
#define CPT_TIMERFD_ARMED	(1U << 0)	/* it will expire */
#define CPT_TIMERFD_EXPIRED	(1U << 1)	/* has, and is periodic or not yet read */
#define CPT_TIMERFD_MAY_CANCEL	(1U << 2)	/* setting the clock cancels it */
#define CPT_TIMERFD_CANCELED	(1U << 3)	/* the clock was set, read(2) has not told yet */

/**
 * struct cpt_timerfd_image - a timerfd
 * @clockid: CLOCK_*, as given to timerfd_create(2)
 * @base: the clock that @expires is of: CLOCK_REALTIME, MONOTONIC or BOOTTIME
 * @flags: CPT_TIMERFD_*
 * @settime_flags: of timerfd_settime(2)
 * @ticks: expirations that were not read yet
 * @expires: when it expires, or has (CPT_TIMERFD_EXPIRED), ns; VE time for
 *           CLOCK_MONOTONIC and BOOTTIME
 * @interval: ns; 0 when it is not periodic
 */
struct cpt_timerfd_image {
	__u32 clockid;
	__u32 base;
	__u32 flags;
	__u32 settime_flags;
	__u64 ticks;
	__s64 expires;
	__u64 interval;
};

/**
 * struct cpt_signalfd_image - a signalfd
 * @mask: signals that it reads; bit N is signal N + 1
 */
struct cpt_signalfd_image {
	__u64 mask;
};

/**
 * struct cpt_epoll_image - an epoll
 * @user: uid to whose account (/proc/sys/fs/epoll/max_user_watches) it is charged
 * @busy_poll_usecs: ioctl EPIOCGPARAMS
 * @busy_poll_budget: likewise
 * @prefer_busy_poll: likewise
 *
 * What it watches is in a CPT_OBJ_EPITEMS, behind the files.
 */
struct cpt_epoll_image {
	__u32 user;
	__u32 busy_poll_usecs;
	__u32 busy_poll_budget;
	__u32 prefer_busy_poll;
};

/**
 * struct cpt_epitems_image - what an epoll watches
 * @epoll: the epoll's CPT_OBJ_FILE
 * @items: number of struct cpt_epitem in the content
 * @zero: 0
 *
 * Content: those in the ready list, in its order, then the others.
 * The record's id is @epoll.
 */
struct cpt_epitems_image {
	__u64 epoll;
	__u32 items;
	__u32 zero;
};

#define CPT_EPITEM_READY	(1U << 0)	/* in the ready list */

/**
 * struct cpt_epitem - one file that an epoll watches
 * @file: the CPT_OBJ_FILE
 * @data: what epoll_wait(2) returns with it
 * @sighand: for a signalfd: whose signals make it ready, the CPT_OBJ_SIGHAND of who
 *           added it; else 0
 * @fd: number that it was added under; that descriptor may be another file now
 * @events: EPOLL*; without any but EPOLLET and the like when EPOLLONESHOT has
 *          disabled it
 * @flags: CPT_EPITEM_*
 * @zero: 0
 */
struct cpt_epitem {
	__u64 file;
	__u64 data;
	__u64 sighand;
	__u32 fd;
	__u32 events;
	__u32 flags;
	__u32 zero;
};

/**
 * struct cpt_timer_image - POSIX timers of a process
 * @pid: the process
 * @timers: number of struct cpt_posix_timer in the content, ascending by their ids
 * @next_id: the next timer_create(2) tries this id
 * @zero: 0
 *
 * The record's id is the pid.
 */
struct cpt_timer_image {
	__u32 pid;
	__u32 timers;
	__u32 next_id;
	__u32 zero;
};

/* cpt_posix_timer.base: processor time */
#define CPT_TIMER_CPU		(~0U)

/* cpt_posix_timer.flags */
#define CPT_TIMER_ARMED		(1U << 0)	/* it will expire */
#define CPT_TIMER_PENDING	(1U << 1)	/* its signal is in a CPT_OBJ_SIGQUEUE */
#define CPT_TIMER_REARM		(1U << 2)	/* taking that arms it, from @expires on */

/**
 * struct cpt_posix_timer - one of them
 * @id: timer_t
 * @clockid: CLOCK_*, or a clock of a process or thread; pids in it are the VE's
 * @base: the clock that @expires is of: CLOCK_REALTIME, MONOTONIC, BOOTTIME, TAI or
 *        CPT_TIMER_CPU
 * @flags: CPT_TIMER_*
 * @notify: sigev_notify: SIGEV_*
 * @signo: sigev_signo
 * @notify_tid: with SIGEV_THREAD_ID the thread
 * @clock_tid: for CPT_TIMER_CPU whose time it is: process or thread; else 0
 * @value: sigev_value
 * @expires: when it expires, or has; ns; VE time for CLOCK_MONOTONIC and BOOTTIME,
 *           what is left for CPT_TIMER_CPU
 * @interval: ns; 0 when it is not periodic
 * @overrun: expirations since the signal was queued, from -1
 * @overrun_last: timer_getoverrun(2)
 */
struct cpt_posix_timer {
	__s32 id;
	__s32 clockid;
	__u32 base;
	__u32 flags;
	__u32 notify;
	__u32 signo;
	__u32 notify_tid;
	__u32 clock_tid;
	__u64 value;
	__s64 expires;
	__u64 interval;
	__s64 overrun;
	__s64 overrun_last;
};

/* cpt_shmem_image.flags */
#define CPT_SHMEM_ANON		(1U << 0)	/* mmap(MAP_SHARED | MAP_ANONYMOUS), no memfd */
#define CPT_SHMEM_NORESERVE	(1U << 1)	/* pages are accounted when they are used */
#define CPT_SHMEM_SYSV		(1U << 2)	/* of a CPT_OBJ_SHM */

/**
 * struct cpt_shmem_image - memory without a path that files and mappings share
 * @size: bytes
 * @flags: CPT_SHMEM_*
 * @seals: F_SEAL_*
 * @mode: permissions
 * @uid: owner
 * @gid: group
 * @zero: 0
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 *
 * Content: the NUL-terminated name given to memfd_create(2). The inode's number is
 * a new one in the restored VE.
 */
struct cpt_shmem_image {
	__u64 size;
	__u32 flags;
	__u32 seals;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 zero;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
};

/**
 * struct cpt_shmem_data_image - contents of a CPT_OBJ_SHMEM
 * @shmem: its id
 * @offset: where the payload belongs; holes are not stored
 *
 * The record's payload are the bytes. Its id counts up.
 */
struct cpt_shmem_data_image {
	__u64 shmem;
	__u64 offset;
};

/* cpt_pidfd_image.flags */
#define CPT_PIDFD_THREAD	(1U << 0)	/* PIDFD_THREAD: a thread, not a process */

/**
 * struct cpt_pidfd_image - a descriptor of a process
 * @pid: the process or thread, which may be a zombie
 * @flags: CPT_PIDFD_*
 */
struct cpt_pidfd_image {
	__u32 pid;
	__u32 flags;
};

/**
 * struct cpt_inotify_image - an inotify
 * @watches: number of struct cpt_inotify_watch in the content, ascending
 * @events: number of events that were not read yet
 * @next_wd: the next watch gets this descriptor
 * @mounts: @watches, or 0: all paths are in the mount namespace of the VE's init
 *
 * Content: the watches; @mounts times the __u64 id of the mount that a watch's path is on;
 * for each watch its NUL-terminated path from the root of that mount's namespace; then the
 * events, each a struct cpt_inotify_event and its @len bytes, without a gap.
 */
struct cpt_inotify_image {
	__u32 watches;
	__u32 events;
	__u32 next_wd;
	__u32 mounts;
};

/**
 * struct cpt_inotify_watch - one file or directory that is watched
 * @wd: watch descriptor
 * @mask: IN_*, with IN_ONESHOT and IN_EXCL_UNLINK
 */
struct cpt_inotify_watch {
	__u32 wd;
	__u32 mask;
};

/**
 * struct cpt_inotify_event - an event that was not read yet
 * @wd: watch descriptor, which need not exist any more; ~0 for IN_Q_OVERFLOW
 * @mask: IN_*
 * @cookie: what connects IN_MOVED_FROM and IN_MOVED_TO
 * @len: bytes of the name, without a NUL, that follow; at most 255
 */
struct cpt_inotify_event {
	__u32 wd;
	__u32 mask;
	__u32 cookie;
	__u32 len;
};

/* cpt_netdev_image.kind */
#define CPT_NETDEV_LO		1	/* the loopback */
#define CPT_NETDEV_VENET	2	/* venet0, an end of a veth pair */

#define CPT_NETDEV_NO_INET6	255	/* cpt_netdev_image.addr_gen_mode */

/**
 * struct cpt_netdev_image - a network device; its id is its index
 * @ifindex: its index
 * @kind: CPT_NETDEV_*
 * @flags: IFF_UP, NOARP and others that ip link can set
 * @mtu: bytes
 * @tx_queue_len: packets
 * @addr_gen_mode: IN6_ADDR_GEN_MODE_*; CPT_NETDEV_NO_INET6: it has no IPv6
 * @name: NUL-terminated
 * @addr: hardware address, 6 bytes, then 0
 *
 * The other end of venet0 is the host's vz<VEID>, with the same address and MTU.
 */
struct cpt_netdev_image {
	__u32 ifindex;
	__u32 kind;
	__u32 flags;
	__u32 mtu;
	__u32 tx_queue_len;
	__u32 addr_gen_mode;
	__u8  name[16];
	__u8  addr[8];
};

/**
 * struct cpt_netmsg_image - an address, a route, a neighbour or a routing rule
 * @type: RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEIGH or RTM_NEWRULE
 * @zero: 0
 *
 * Content: the rtnetlink message that makes it, without its struct nlmsghdr:
 * the family's struct, then attributes. What the kernel makes by itself (routes
 * of protocol kernel) and neighbours that it does not know are not stored. Rules
 * of a family are all stored, or, when they are those that every network begins
 * with, none. Records stand in an order in which they can be made.
 */
struct cpt_netmsg_image {
	__u32 type;
	__u32 zero;
};

/**
 * struct cpt_netsysctl_image - settings of the VE's network
 * @changed: how many have another value than in a new network namespace
 * @usual: how many have the value that they have there
 *
 * Content: @changed pairs of NUL-terminated strings, then @usual ones: a path below
 * /proc/sys ("/net/ipv4/ip_forward"), and what it says, without the newline at its
 * end. A kernel that does not have a setting does without, if its value was usual.
 */
struct cpt_netsysctl_image {
	__u32 changed;
	__u32 usual;
};

/**
 * struct cpt_nft_image - a part of the VE's nftables rule set
 * @type: NFT_MSG_NEWTABLE, NEWCHAIN, NEWOBJ, NEWFLOWTABLE, NEWSET, NEWSETELEM, NEWRULE
 * @family: NFPROTO_*
 * @handle: its handle; 0: elements of a set have none
 *
 * Content: the attributes of the nfnetlink message that makes it. Records stand in
 * an order in which they can be made, in one batch.
 */
struct cpt_nft_image {
	__u32 type;
	__u32 family;
	__u64 handle;
};

/**
 * struct cpt_conntrack_window - one direction of a tracked TCP connection
 * @end: highest sequence number behind a segment
 * @maxend: highest that the other side allows
 * @maxwin: largest window; 0: none was seen
 * @maxack: highest acknowledgement
 */
struct cpt_conntrack_window {
	__u32 end;
	__u32 maxend;
	__u32 maxwin;
	__u32 maxack;
};

/**
 * struct cpt_conntrack_image - a connection that the VE's network tracks
 * @family: AF_INET or AF_INET6
 * @zero: 0
 * @window: of TCP: the original direction, and the reply
 *
 * Content: attributes of ctnetlink (CTA_*), as it shows the entry: a connection
 * that is translated has in CTA_TUPLE_REPLY what it is translated to. Times are
 * those that were left. Connections that others belong to stand before them.
 */
struct cpt_conntrack_image {
	__u32 family;
	__u32 zero;
	struct cpt_conntrack_window window[2];
};

/* cpt_sock_opts.flags: options that are on or off */
#define CPT_SOCK_KEEPALIVE	(1U << 0)
#define CPT_SOCK_BROADCAST	(1U << 1)
#define CPT_SOCK_OOBINLINE	(1U << 2)
#define CPT_SOCK_DONTROUTE	(1U << 3)
#define CPT_SOCK_LINGER		(1U << 4)	/* with @linger */
#define CPT_SOCK_DEBUG		(1U << 5)
#define CPT_SOCK_TIMESTAMP	(1U << 6)	/* SO_TIMESTAMP or, with the next, TIMESTAMPNS */
#define CPT_SOCK_TIMESTAMPNS	(1U << 7)
#define CPT_SOCK_TSTAMP_NEW	(1U << 8)	/* the _NEW form of a timestamp option */
#define CPT_SOCK_STAMPED	(1U << 9)	/* arriving packets are stamped (SIOCGSTAMP) */
#define CPT_SOCK_WIFI_STATUS	(1U << 10)
#define CPT_SOCK_NOFCS		(1U << 11)
#define CPT_SOCK_RXQ_OVFL	(1U << 12)
#define CPT_SOCK_SELECT_ERR	(1U << 13)	/* SO_SELECT_ERR_QUEUE */
#define CPT_SOCK_ZEROCOPY	(1U << 14)
#define CPT_SOCK_FILTER_LOCKED	(1U << 15)
#define CPT_SOCK_TXTIME		(1U << 16)	/* with @txtime_clock */
#define CPT_SOCK_TXTIME_DEADLINE (1U << 17)
#define CPT_SOCK_TXTIME_ERRORS	(1U << 18)
#define CPT_SOCK_RCVMARK	(1U << 19)
#define CPT_SOCK_NO_CHECK	(1U << 20)
#define CPT_SOCK_PASSCRED	(1U << 21)
#define CPT_SOCK_PASSSEC	(1U << 22)
#define CPT_SOCK_PASSPIDFD	(1U << 23)
#define CPT_SOCK_PREFER_BUSY	(1U << 24)	/* SO_PREFER_BUSY_POLL */
#define CPT_SOCK_NO_CHECK_RX	(1U << 25)	/* UDP_NO_CHECK6_RX */
#define CPT_SOCK_FLAGS_KNOWN	((1U << 26) - 1)
#define CPT_SOCK_LOCKS_KNOWN	0xf

/**
 * struct cpt_sock_opts - what sockets of every family have: part of their structs
 * @flags: CPT_SOCK_*
 * @locks: 1: SO_SNDBUF was set, 2: SO_RCVBUF was set, 4: bound to an address,
 *         8: bound to a port
 * @reuse: SO_REUSEADDR: 0 or 1
 * @reuseport: SO_REUSEPORT: 0 or 1
 * @sndbuf: as getsockopt(SO_SNDBUF) returns it
 * @rcvbuf: likewise
 * @rcvlowat: SO_RCVLOWAT
 * @shutdown: 1: does not receive any more, 2: does not send
 * @rcvtimeo_ns: SO_RCVTIMEO; ~0 for none
 * @sndtimeo_ns: SO_SNDTIMEO; ~0 for none
 * @linger_ns: SO_LINGER; ~0: longer than can be told
 * @max_pacing_rate: SO_MAX_PACING_RATE, bytes per second; ~0 for none
 * @error: errno that SO_ERROR returns; 0 for none
 * @error_soft: errno that is returned when nothing worse happens
 * @priority: SO_PRIORITY
 * @mark: SO_MARK
 * @bound_dev: index of the interface (SO_BINDTODEVICE); 0 for none
 * @peek_off: SO_PEEK_OFF
 * @tsflags: SOF_TIMESTAMPING_*
 * @tskey: number of the next SOF_TIMESTAMPING_OPT_ID
 * @bind_phc: clock of SOF_TIMESTAMPING_BIND_PHC
 * @zckey: number of the next MSG_ZEROCOPY
 * @busy_poll: SO_BUSY_POLL, us
 * @busy_poll_budget: SO_BUSY_POLL_BUDGET
 * @incoming_cpu: SO_INCOMING_CPU; -1 for none
 * @txtime_clock: clock of SO_TXTIME
 * @txrehash: SO_TXREHASH: 0, 1; 255 for the default
 * @drops: packets dropped, of SO_MEMINFO and SO_RXQ_OVFL
 * @uid: of whom the socket is, for the kernel's accounting and rules
 * @inode_uid: st_uid
 * @inode_gid: st_gid
 * @inode_mode: permissions of fstat(2)
 * @filter: number of struct cpt_sock_filter that the content begins with: a
 *          program of SO_ATTACH_FILTER; 0 for none
 * @zero: 0
 * @stamp_ns: SIOCGSTAMP, ns of CLOCK_REALTIME; -1 before there was any
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 * @reserved: 0
 *
 * The numbers of the inode and of SO_COOKIE are new ones in the restored VE.
 */
struct cpt_sock_opts {
	__u32 flags;
	__u32 locks;
	__u32 reuse;
	__u32 reuseport;
	__u32 sndbuf;
	__u32 rcvbuf;
	__u32 rcvlowat;
	__u32 shutdown;
	__u64 rcvtimeo_ns;
	__u64 sndtimeo_ns;
	__u64 linger_ns;
	__u64 max_pacing_rate;
	__u32 error;
	__u32 error_soft;
	__u32 priority;
	__u32 mark;
	__u32 bound_dev;
	__s32 peek_off;
	__u32 tsflags;
	__u32 tskey;
	__u32 bind_phc;
	__u32 zckey;
	__u32 busy_poll;
	__u32 busy_poll_budget;
	__s32 incoming_cpu;
	__u32 txtime_clock;
	__u32 txrehash;
	__u32 drops;
	__u32 uid;
	__u32 inode_uid;
	__u32 inode_gid;
	__u32 inode_mode;
	__u32 filter;
	__u32 zero;
	__s64 stamp_ns;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
	__u64 reserved[4];
};

/**
 * struct cpt_sock_filter - an instruction of a classic socket filter
 * @code: as in struct sock_filter of bpf(4)
 * @jt: jump if true
 * @jf: jump if false
 * @k: constant
 */
struct cpt_sock_filter {
	__u16 code;
	__u8  jt;
	__u8  jf;
	__u32 k;
};

/* cpt_unix_image.state */
#define CPT_UNIX_CLOSED		0
#define CPT_UNIX_CONNECTED	1
#define CPT_UNIX_LISTEN		2

/* cpt_unix_image.flags */
#define CPT_UNIX_BOUND		(1U << 0)	/* can be found by its name */
#define CPT_UNIX_INODE		(1U << 1)	/* its name is that of a socket file */
#define CPT_UNIX_EMBRYO		(1U << 2)	/* waits to be accepted: nobody's file */
#define CPT_UNIX_DEAD		(1U << 3)	/* was closed: others are, or were, connected to it */

/**
 * struct cpt_unix_image - an AF_UNIX socket
 * @sock: what every socket has
 * @type: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET
 * @state: CPT_UNIX_CLOSED ...
 * @flags: CPT_UNIX_BOUND ...
 * @backlog: connections that may wait (listen(2)), or datagrams
 * @name_len: bytes of sun_path in its address; 0: it has none
 * @peer_pid: SO_PEERCRED: pid in the VE; 0: none, or one from outside
 * @peer_cred: likewise, its CPT_OBJ_CRED; 0 for none
 * @mount: with CPT_UNIX_INODE: id of the mount the socket file is on; else 0
 *
 * Content: @sock.filter instructions, the @name_len bytes, and with CPT_UNIX_INODE
 * the NUL-terminated path of the socket file from the VE's root: it may have been
 * renamed since bind(2). One that was unlinked is not looked for.
 */
struct cpt_unix_image {
	struct cpt_sock_opts sock;
	__u32 type;
	__u32 state;
	__u32 flags;
	__u32 backlog;
	__u32 name_len;
	__u32 peer_pid;
	__u64 peer_cred;
	__u64 mount;
};

/**
 * struct cpt_unix_queue_image - whom an AF_UNIX socket is connected to, and its data
 * @sock: the CPT_OBJ_UNIX
 * @peer: the CPT_OBJ_UNIX that it is connected to; 0 for none
 * @skbs: number of struct cpt_unix_skb in the content: packets that wait to be
 *        received, in order
 * @embryos: of a listening socket: number of connections that wait
 * @files: number of descriptors in flight (SCM_RIGHTS)
 * @oob: number of the packet, from 1, that is the out-of-band byte; 0 for none
 *
 * Content: @skbs structs, @embryos ids of CPT_OBJ_UNIX, @files ids of CPT_OBJ_FILE
 * and the bytes of all packets. Several records for one socket stand one behind the
 * other: packets of a later one behind those of the one before; only the first has
 * @peer and @embryos. The record's id counts up.
 */
struct cpt_unix_queue_image {
	__u64 sock;
	__u64 peer;
	__u32 skbs;
	__u32 embryos;
	__u32 files;
	__u32 oob;
};

/**
 * struct cpt_unix_skb - a packet that waits to be received
 * @sender: the CPT_OBJ_UNIX that it came from
 * @len: its bytes
 * @linear: how many of them stood in the packet's head (decides, for what memory
 *          the sender is charged)
 * @consumed: of a stream: how many have been read
 * @files: descriptors that come with it
 * @pid: SCM_CREDENTIALS: pid in the VE; 0: none, or one from outside
 * @uid: likewise; ~0: none
 * @gid: likewise
 * @user: uid to whose account the descriptors in flight go
 * @stamp_ns: when it was sent (SO_TIMESTAMP), ns of CLOCK_REALTIME; 0: not known
 */
struct cpt_unix_skb {
	__u64 sender;
	__u32 len;
	__u32 linear;
	__u32 consumed;
	__u32 files;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__u32 user;
	__s64 stamp_ns;
};

/* cpt_sockopt.level */
#define CPT_SOL_IP		0
#define CPT_SOL_IPV6		41

/**
 * struct cpt_sockopt - an option that setsockopt(2) sets to a number
 * @level: CPT_SOL_*
 * @name: IP_*, IPV6_*
 * @value: what getsockopt(2) says
 */
struct cpt_sockopt {
	__u16 level;
	__u16 name;
	__s32 value;
};

/* cpt_tcp_image.flags */
#define CPT_TCP_MAPPED		(1U << 0)	/* IPv6 socket that talks IPv4 */
#define CPT_TCP_ORPHAN		(1U << 1)	/* its file is closed, it still has something to send */

#define CPT_TCP_V6ONLY		(1U << 2)	/* in state TIME_WAIT: of an IPV6_V6ONLY socket */
#define CPT_TCP_TRANSPARENT	(1U << 3)	/* in state TIME_WAIT: of an IP_TRANSPARENT one */

/* cpt_tcp_image.req_flags */
#define CPT_TCP_REQ_ACKED	(1U << 0)	/* TCP_DEFER_ACCEPT: acknowledged, data is waited for */
#define CPT_TCP_REQ_NO_SRCCHECK	(1U << 1)	/* of a listener with IP_TRANSPARENT */
#define CPT_TCP_REQ_ECN		(1U << 2)

/* cpt_tcp_image.timers */
#define CPT_TCP_TIMER_RETRANS	(1U << 0)
#define CPT_TCP_TIMER_DELACK	(1U << 1)
#define CPT_TCP_TIMER_KEEPALIVE	(1U << 2)
#define CPT_TCP_TIMER_PACING	(1U << 3)
#define CPT_TCP_TIMER_COMP_ACK	(1U << 4)

#define CPT_TCP_NEVER		(-0x7fffffffffffffffLL - 1)

/* cpt_tcp_bbr: the members of struct bbr that are less than a word, by their first bit */
#define CPT_BBR_MODE		0	/* 3 bits: startup, drain, probing bandwidth, probing RTT */
#define CPT_BBR_CA_STATE	3	/* 3 bits: TCP_CA_* at the last acknowledgement */
#define CPT_BBR_STATE_KNOWN	0xff8003ffU	/* .state; lt_rtt_cnt and others */
#define CPT_BBR_GAINS_KNOWN	0x07ffffffU	/* .gains; full_bw_cnt and others */
#define CPT_BBR_ACKED_KNOWN	0x03ffffffU	/* .acked; ack_epoch_acked and others */

/**
 * struct cpt_tcp_bbr - the state of the congestion control bbr
 * @used: 0 or 1: there is one
 * @min_rtt_us: as struct bbr has it
 * @bw: the three samples of the windowed maximum: round, value
 * @rtt_cnt: as struct bbr has it
 * @next_rtt_delivered: likewise
 * @state: the word of it that begins with mode
 * @lt_bw: as struct bbr has it
 * @lt_last_delivered: likewise
 * @lt_last_lost: likewise
 * @gains: the word that begins with pacing_gain
 * @prior_cwnd: as struct bbr has it
 * @full_bw: likewise
 * @extra_acked: likewise
 * @acked: the word that begins with ack_epoch_acked
 * @min_rtt_age_us: how long ago, us; CPT_TCP_NEVER
 * @probe_rtt_age_us: likewise; negative: in how long
 * @cycle_age_us: likewise
 * @lt_age_us: likewise
 * @ack_epoch_age_us: likewise
 */
struct cpt_tcp_bbr {
	__u32 used;
	__u32 min_rtt_us;
	__u32 bw[6];
	__u32 rtt_cnt;
	__u32 next_rtt_delivered;
	__u32 state;
	__u32 lt_bw;
	__u32 lt_last_delivered;
	__u32 lt_last_lost;
	__u32 gains;
	__u32 prior_cwnd;
	__u32 full_bw;
	__u32 extra_acked[2];
	__u32 acked;
	__s64 min_rtt_age_us;
	__s64 probe_rtt_age_us;
	__s64 cycle_age_us;
	__s64 lt_age_us;
	__s64 ack_epoch_age_us;
};

/**
 * struct cpt_tcp_cubic - the state of the congestion control cubic
 * @used: 0 or 1: there is one
 * @cnt: as struct bictcp has it
 * @last_max_cwnd: likewise
 * @last_cwnd: likewise
 * @origin_point: likewise
 * @k: likewise
 * @delay_min_us: likewise
 * @ack_cnt: likewise
 * @tcp_cwnd: likewise
 * @end_seq: likewise
 * @curr_rtt: likewise
 * @sample_cnt: likewise
 * @found: likewise
 * @zero: 0
 * @last_age_us: how long ago, us; CPT_TCP_NEVER
 * @epoch_age_us: likewise
 * @round_age_us: likewise
 * @last_ack_age_us: likewise
 */
struct cpt_tcp_cubic {
	__u32 used;
	__u32 cnt;
	__u32 last_max_cwnd;
	__u32 last_cwnd;
	__u32 origin_point;
	__u32 k;
	__u32 delay_min_us;
	__u32 ack_cnt;
	__u32 tcp_cwnd;
	__u32 end_seq;
	__u32 curr_rtt;
	__u32 sample_cnt;
	__u32 found;
	__u32 zero;
	__s64 last_age_us;
	__s64 epoch_age_us;
	__s64 round_age_us;
	__s64 last_ack_age_us;
};

/**
 * struct cpt_tcp_image - a TCP socket
 * @sock: options of every socket
 * @family: AF_INET or AF_INET6
 * @state: TCP_ESTABLISHED and so on, of linux/tcp_states
 * @flags: CPT_TCP_*
 * @opts: number of struct cpt_sockopt in the content
 * @packets: number of struct cpt_tcp_packet in the content
 * @backlog: of listen(2)
 * @listener: the listening socket in whose queue it waits to be accepted; 0: none
 * @laddr: local address: 4 or 16 bytes, then 0
 * @raddr: the peer's address
 * @lport: local port; 0: not bound
 * @rport: the peer's port
 * @flow_label: IPv6: flow label in use, in host order
 * @mcast_if: IP_MULTICAST_IF, IPV6_MULTICAST_IF: index
 * @mcast_addr: IP_MULTICAST_IF: address, in network order
 * @fastopen_qlen: TCP_FASTOPEN
 * @defer_accept: TCP_DEFER_ACCEPT: retransmissions
 * @linger2_us: TCP_LINGER2; -1: none
 * @ca: name of the congestion control, NUL-terminated
 * @timers: CPT_TCP_TIMER_* that are running
 * @pending: what the retransmission timer is for: 1 retransmission, 3 window probe, 5 loss probe, 6 reordering
 * @ack_pending: 1 an acknowledgement is due, 2 its timer runs, 4 pushed, 8 pushed again, 16 now
 * @retrans_left_us: time that it had left
 * @delack_left_us: likewise
 * @keepalive_left_us: likewise, keepalive or FIN_WAIT2
 * @tsval: the TCP timestamp at the dump, with the connection's offset
 * @scaling_ratio: of receive buffers, as 6.6 and later have it; 0: not known
 * @mtup_probe: size of the MTU probe in flight
 * @compressed_ack: acknowledgements that were held back
 * @sack: start and end: D-SACK, 4 blocks to send, 4 received
 * @rtt_min_us: the three of the windowed minimum
 * @zero: 0
 * @pacing_rate: bytes per second
 * @rtt_min_age_us: how old they are
 * @retrans_age_us: how long ago the first retransmission was; CPT_TCP_NEVER: none
 * @wstamp_age_us: how long ago (negative: in how long) the last data leaves the pacer
 * @ts_recent_age_s: age of @ts_recent in seconds; CPT_TCP_NEVER: none
 * @rcv_age_us: how long ago, us; CPT_TCP_NEVER
 * @snd_age_us: how long ago, us; CPT_TCP_NEVER
 * @oow_age_us: how long ago, us; CPT_TCP_NEVER
 * @cwnd_age_us: how long ago, us; CPT_TCP_NEVER
 * @chrono_age_us: how long ago, us; CPT_TCP_NEVER
 * @data_age_us: how long ago, us; CPT_TCP_NEVER
 * @mtup_age_us: how long ago, us; CPT_TCP_NEVER
 * @probes_age_us: how long ago, us; CPT_TCP_NEVER
 * @mstamp_age_us: how long ago, us; CPT_TCP_NEVER
 * @first_tx_age_us: how long ago, us; CPT_TCP_NEVER
 * @delivered_age_us: how long ago, us; CPT_TCP_NEVER
 * @rack_age_us: how long ago, us; CPT_TCP_NEVER
 * @rcv_rtt_age_us: how long ago, us; CPT_TCP_NEVER
 * @rcvq_age_us: how long ago, us; CPT_TCP_NEVER
 * @bytes_received: as tcp_info has it
 * @bytes_sent: as tcp_info has it
 * @bytes_acked: as tcp_info has it
 * @bytes_retrans: as tcp_info has it
 * @rcv_nxt: member of struct tcp_sock
 * @copied_seq: member of struct tcp_sock
 * @rcv_wup: member of struct tcp_sock
 * @rcv_wnd: member of struct tcp_sock
 * @rcv_ssthresh: member of struct tcp_sock
 * @window_clamp: member of struct tcp_sock
 * @snd_una: member of struct tcp_sock
 * @snd_nxt: member of struct tcp_sock
 * @write_seq: member of struct tcp_sock
 * @pushed_seq: member of struct tcp_sock
 * @snd_sml: member of struct tcp_sock
 * @snd_wl1: member of struct tcp_sock
 * @snd_wnd: member of struct tcp_sock
 * @max_window: member of struct tcp_sock
 * @snd_up: member of struct tcp_sock
 * @urg_seq: member of struct tcp_sock
 * @urg_data: member of struct tcp_sock
 * @mss_cache: member of struct tcp_sock
 * @advmss: member of struct tcp_sock
 * @gso_segs: member of struct tcp_sock
 * @tcp_header_len: member of struct tcp_sock
 * @snd_cwnd: member of struct tcp_sock
 * @snd_cwnd_cnt: member of struct tcp_sock
 * @snd_cwnd_clamp: member of struct tcp_sock
 * @snd_cwnd_used: member of struct tcp_sock
 * @snd_ssthresh: member of struct tcp_sock
 * @prior_cwnd: member of struct tcp_sock
 * @prior_ssthresh: member of struct tcp_sock
 * @high_seq: member of struct tcp_sock
 * @undo_marker: member of struct tcp_sock
 * @undo_retrans: member of struct tcp_sock
 * @prr_delivered: member of struct tcp_sock
 * @prr_out: member of struct tcp_sock
 * @packets_out: member of struct tcp_sock
 * @retrans_out: member of struct tcp_sock
 * @sacked_out: member of struct tcp_sock
 * @lost_out: member of struct tcp_sock
 * @max_packets_out: member of struct tcp_sock
 * @cwnd_usage_seq: member of struct tcp_sock
 * @delivered: member of struct tcp_sock
 * @delivered_ce: member of struct tcp_sock
 * @lost: member of struct tcp_sock
 * @app_limited: member of struct tcp_sock
 * @rate_delivered: member of struct tcp_sock
 * @rate_interval_us: member of struct tcp_sock
 * @reordering: member of struct tcp_sock
 * @reord_seen: member of struct tcp_sock
 * @tlp_high_seq: member of struct tcp_sock
 * @srtt_us: member of struct tcp_sock
 * @mdev_us: member of struct tcp_sock
 * @mdev_max_us: member of struct tcp_sock
 * @rttvar_us: member of struct tcp_sock
 * @rtt_seq: member of struct tcp_sock
 * @notsent_lowat: member of struct tcp_sock
 * @tx_delay_us: member of struct tcp_sock
 * @total_retrans: member of struct tcp_sock
 * @timeout_rehash: member of struct tcp_sock
 * @rcv_ooopack: member of struct tcp_sock
 * @segs_in: member of struct tcp_sock
 * @data_segs_in: member of struct tcp_sock
 * @segs_out: member of struct tcp_sock
 * @data_segs_out: member of struct tcp_sock
 * @dsack_dups: member of struct tcp_sock
 * @compressed_ack_rcv_nxt: member of struct tcp_sock
 * @rcv_rtt_us: member of struct tcp_sock
 * @rcv_rtt_seq: member of struct tcp_sock
 * @rcvq_space: member of struct tcp_sock
 * @rcvq_seq: member of struct tcp_sock
 * @probe_seq_start: member of struct tcp_sock
 * @probe_seq_end: member of struct tcp_sock
 * @rack_rtt_us: member of struct tcp_sock
 * @rack_end_seq: member of struct tcp_sock
 * @rack_last_delivered: member of struct tcp_sock
 * @ts_recent: member of struct tcp_sock
 * @mtup_high: member of struct tcp_sock
 * @mtup_low: member of struct tcp_sock
 * @pmtu: member of struct tcp_sock
 * @user_timeout_ms: member of struct tcp_sock
 * @rto_us: a time, us
 * @rto_min_us: a time, us
 * @delack_max_us: a time, us
 * @ato_us: a time, us
 * @keepalive_time_us: a time, us
 * @keepalive_intvl_us: a time, us
 * @busy_us: a time, us
 * @rwnd_limited_us: a time, us
 * @sndbuf_limited_us: a time, us
 * @user_mss: member of struct tcp_sock
 * @mss_clamp: member of struct tcp_sock
 * @ack_last_seg_size: member of struct tcp_sock
 * @ack_rcv_mss: member of struct tcp_sock
 * @ecn_flags: member of struct tcp_sock
 * @nonagle: member of struct tcp_sock
 * @thin_lto: member of struct tcp_sock
 * @recvmsg_inq: member of struct tcp_sock
 * @frto: member of struct tcp_sock
 * @save_syn: member of struct tcp_sock
 * @syn_data: member of struct tcp_sock
 * @syn_fastopen: member of struct tcp_sock
 * @syn_fastopen_exp: member of struct tcp_sock
 * @syn_fastopen_ch: member of struct tcp_sock
 * @syn_data_acked: member of struct tcp_sock
 * @is_cwnd_limited: member of struct tcp_sock
 * @rate_app_limited: member of struct tcp_sock
 * @fastopen_connect: member of struct tcp_sock
 * @fastopen_no_cookie: member of struct tcp_sock
 * @fastopen_client_fail: member of struct tcp_sock
 * @is_sack_reneg: member of struct tcp_sock
 * @dup_ack_counter: member of struct tcp_sock
 * @tlp_retrans: member of struct tcp_sock
 * @keepalive_probes: member of struct tcp_sock
 * @rack_reo_wnd_steps: member of struct tcp_sock
 * @rack_reo_wnd_persist: member of struct tcp_sock
 * @rack_dsack_seen: member of struct tcp_sock
 * @rack_advanced: member of struct tcp_sock
 * @saw_tstamp: member of struct tcp_sock
 * @tstamp_ok: member of struct tcp_sock
 * @dsack: member of struct tcp_sock
 * @wscale_ok: member of struct tcp_sock
 * @sack_ok: member of struct tcp_sock
 * @snd_wscale: member of struct tcp_sock
 * @rcv_wscale: member of struct tcp_sock
 * @num_sacks: member of struct tcp_sock
 * @ca_state: member of struct tcp_sock
 * @ca_setsockopt: member of struct tcp_sock
 * @ca_dst_locked: member of struct tcp_sock
 * @retransmits: member of struct tcp_sock
 * @backoff: member of struct tcp_sock
 * @syn_retries: member of struct tcp_sock
 * @probes_out: member of struct tcp_sock
 * @ack_quick: member of struct tcp_sock
 * @ack_pingpong: member of struct tcp_sock
 * @ack_retry: member of struct tcp_sock
 * @mtup_enabled: member of struct tcp_sock
 * @zero2: 0
 * @cubic: state of the congestion control
 * @substate: in state TIME_WAIT: that, or FIN_WAIT2: the peer has not closed yet
 * @tos: in state TIME_WAIT: IP_TOS or traffic class
 * @rcv_isn: in state SYN_RECV: the peer's first sequence number
 * @snt_isn: in state SYN_RECV: our first sequence number
 * @syn_tos: in state SYN_RECV: TOS of the peer's SYN
 * @req_if: in state SYN_RECV: interface that the connection is bound to; 0: none
 * @req_mark: in state SYN_RECV: SO_MARK of the connection
 * @req_retrans: in state SYN_RECV: how often SYN-ACK was sent again
 * @req_timeouts: in state SYN_RECV: how often the timer has run
 * @req_flags: in state SYN_RECV: CPT_TCP_REQ_*
 * @req_timeout_us: in state SYN_RECV: its first time-out
 * @synack_age_us: in state SYN_RECV: how long ago SYN-ACK was sent; CPT_TCP_NEVER
 * @bbr: likewise, of bbr
 *
 * In the states TIME_WAIT (nobody has it any more) and SYN_RECV (a listener's, until
 * the third packet comes) only some members have a meaning: addresses, sequence
 * numbers, windows, options of TCP, time stamps, @retrans_left_us.
 *
 * Content: @sock.filter struct cpt_sock_filter, @opts struct cpt_sockopt,
 * @packets struct cpt_tcp_packet, then the packets' bytes. All ages count back
 * from the moment in which the VE's network was locked.
 */
struct cpt_tcp_image {
	struct cpt_sock_opts sock;
	__u32 family;
	__u32 state;
	__u32 flags;
	__u32 opts;
	__u32 packets;
	__u32 backlog;
	__u64 listener;
	__u8 laddr[16];
	__u8 raddr[16];
	__u32 lport;
	__u32 rport;
	__u32 flow_label;
	__u32 mcast_if;
	__u32 mcast_addr;
	__u32 fastopen_qlen;
	__u32 defer_accept;
	__s32 linger2_us;
	__u8 ca[16];
	__u32 timers;
	__u32 pending;
	__u32 ack_pending;
	__u32 retrans_left_us;
	__u32 delack_left_us;
	__u32 keepalive_left_us;
	__u32 tsval;
	__u32 scaling_ratio;
	__u32 mtup_probe;
	__u32 compressed_ack;
	__u32 sack[18];
	__u32 rtt_min_us[3];
	__u32 zero;
	__u64 pacing_rate;
	__s64 rtt_min_age_us[3];
	__s64 retrans_age_us;
	__s64 wstamp_age_us;
	__s64 ts_recent_age_s;
	__s64 rcv_age_us;
	__s64 snd_age_us;
	__s64 oow_age_us;
	__s64 cwnd_age_us;
	__s64 chrono_age_us;
	__s64 data_age_us;
	__s64 mtup_age_us;
	__s64 probes_age_us;
	__s64 mstamp_age_us;
	__s64 first_tx_age_us;
	__s64 delivered_age_us;
	__s64 rack_age_us;
	__s64 rcv_rtt_age_us;
	__s64 rcvq_age_us;
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_retrans;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 rcv_wup;
	__u32 rcv_wnd;
	__u32 rcv_ssthresh;
	__u32 window_clamp;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq;
	__u32 pushed_seq;
	__u32 snd_sml;
	__u32 snd_wl1;
	__u32 snd_wnd;
	__u32 max_window;
	__u32 snd_up;
	__u32 urg_seq;
	__u32 urg_data;
	__u32 mss_cache;
	__u32 advmss;
	__u32 gso_segs;
	__u32 tcp_header_len;
	__u32 snd_cwnd;
	__u32 snd_cwnd_cnt;
	__u32 snd_cwnd_clamp;
	__u32 snd_cwnd_used;
	__u32 snd_ssthresh;
	__u32 prior_cwnd;
	__u32 prior_ssthresh;
	__u32 high_seq;
	__u32 undo_marker;
	__u32 undo_retrans;
	__u32 prr_delivered;
	__u32 prr_out;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 sacked_out;
	__u32 lost_out;
	__u32 max_packets_out;
	__u32 cwnd_usage_seq;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 lost;
	__u32 app_limited;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 reordering;
	__u32 reord_seen;
	__u32 tlp_high_seq;
	__u32 srtt_us;
	__u32 mdev_us;
	__u32 mdev_max_us;
	__u32 rttvar_us;
	__u32 rtt_seq;
	__u32 notsent_lowat;
	__u32 tx_delay_us;
	__u32 total_retrans;
	__u32 timeout_rehash;
	__u32 rcv_ooopack;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 dsack_dups;
	__u32 compressed_ack_rcv_nxt;
	__u32 rcv_rtt_us;
	__u32 rcv_rtt_seq;
	__u32 rcvq_space;
	__u32 rcvq_seq;
	__u32 probe_seq_start;
	__u32 probe_seq_end;
	__u32 rack_rtt_us;
	__u32 rack_end_seq;
	__u32 rack_last_delivered;
	__u32 ts_recent;
	__u32 mtup_high;
	__u32 mtup_low;
	__u32 pmtu;
	__u32 user_timeout_ms;
	__u32 rto_us;
	__u32 rto_min_us;
	__u32 delack_max_us;
	__u32 ato_us;
	__u32 keepalive_time_us;
	__u32 keepalive_intvl_us;
	__u32 busy_us;
	__u32 rwnd_limited_us;
	__u32 sndbuf_limited_us;
	__u16 user_mss;
	__u16 mss_clamp;
	__u16 ack_last_seg_size;
	__u16 ack_rcv_mss;
	__u8 ecn_flags;
	__u8 nonagle;
	__u8 thin_lto;
	__u8 recvmsg_inq;
	__u8 frto;
	__u8 save_syn;
	__u8 syn_data;
	__u8 syn_fastopen;
	__u8 syn_fastopen_exp;
	__u8 syn_fastopen_ch;
	__u8 syn_data_acked;
	__u8 is_cwnd_limited;
	__u8 rate_app_limited;
	__u8 fastopen_connect;
	__u8 fastopen_no_cookie;
	__u8 fastopen_client_fail;
	__u8 is_sack_reneg;
	__u8 dup_ack_counter;
	__u8 tlp_retrans;
	__u8 keepalive_probes;
	__u8 rack_reo_wnd_steps;
	__u8 rack_reo_wnd_persist;
	__u8 rack_dsack_seen;
	__u8 rack_advanced;
	__u8 saw_tstamp;
	__u8 tstamp_ok;
	__u8 dsack;
	__u8 wscale_ok;
	__u8 sack_ok;
	__u8 snd_wscale;
	__u8 rcv_wscale;
	__u8 num_sacks;
	__u8 ca_state;
	__u8 ca_setsockopt;
	__u8 ca_dst_locked;
	__u8 retransmits;
	__u8 backoff;
	__u8 syn_retries;
	__u8 probes_out;
	__u8 ack_quick;
	__u8 ack_pingpong;
	__u8 ack_retry;
	__u8 mtup_enabled;
	__u8 zero2[1];
	struct cpt_tcp_cubic cubic;
	__u32 substate;
	__u32 tos;
	__u32 rcv_isn;
	__u32 snt_isn;
	__u32 syn_tos;
	__u32 req_if;
	__u32 req_mark;
	__u32 req_retrans;
	__u32 req_timeouts;
	__u32 req_flags;
	__u64 req_timeout_us;
	__s64 synack_age_us;
	struct cpt_tcp_bbr bbr;
};

/* cpt_tcp_packet.queue, in this order */
#define CPT_TCP_SENT		1	/* sent, not acknowledged */
#define CPT_TCP_UNSENT		2
#define CPT_TCP_RECEIVED	3
#define CPT_TCP_OUT_OF_ORDER	4

/* cpt_tcp_packet.flags */
#define CPT_TCP_EOR		(1U << 0)	/* MSG_EOR: nothing is added to it */
#define CPT_TCP_SORTED		(1U << 1)	/* in the list by time of sending */
#define CPT_TCP_APP_LIMITED	(1U << 2)
#define CPT_TCP_RXTSTAMP	(1U << 3)	/* has a time of receipt */
#define CPT_TCP_TXSTAMP		(1U << 4)	/* SO_TIMESTAMPING: on acknowledgement */

/**
 * struct cpt_tcp_packet - a packet in a queue of a TCP socket
 * @queue: CPT_TCP_SENT ...
 * @len: bytes of data
 * @seq: first sequence number
 * @end_seq: the one behind the last, with FIN and SYN
 * @flags: CPT_TCP_EOR ...
 * @tcp_flags: byte 13 of the TCP header
 * @sacked: 1 SACKed, 2 retransmitted, 4 lost, 0x80 was ever retransmitted
 * @dsfield: TOS or traffic class it came with
 * @linear: how many bytes stood in the packet's head
 * @gso_segs: segments
 * @gso_size: their size
 * @delivered: packets delivered when it was sent
 * @delivered_ce: likewise, with ECN marks
 * @tx_flags: SKBTX_* of timestamps
 * @tskey: of SOF_TIMESTAMPING_OPT_ID
 * @zero: 0
 * @sent_age_us: how long ago it was sent; CPT_TCP_NEVER
 * @first_tx_age_us: likewise of the first packet of its flight
 * @delivered_age_us: how long ago @delivered became what it is
 * @stamp_ns: time of receipt, CLOCK_REALTIME
 */
struct cpt_tcp_packet {
	__u32 queue;
	__u32 len;
	__u32 seq;
	__u32 end_seq;
	__u32 flags;
	__u32 tcp_flags;
	__u32 sacked;
	__u32 dsfield;
	__u32 linear;
	__u32 gso_segs;
	__u32 gso_size;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 tx_flags;
	__u32 tskey;
	__u32 zero;
	__s64 sent_age_us;
	__s64 first_tx_age_us;
	__s64 delivered_age_us;
	__s64 stamp_ns;
};

/**
 * struct cpt_ipc_perm - what the kinds of System V IPC have in common
 * @id: as semget(2) and the like return it
 * @key: as it was given to them; 0 for IPC_PRIVATE
 * @uid: owner
 * @gid: its group
 * @cuid: who made it
 * @cgid: its group
 * @mode: permissions
 * @zero: 0
 *
 * The record's id is @id + 1.
 */
struct cpt_ipc_perm {
	__u32 id;
	__u32 key;
	__u32 uid;
	__u32 gid;
	__u32 cuid;
	__u32 cgid;
	__u32 mode;
	__u32 zero;
};

/**
 * struct cpt_sem - one semaphore
 * @val: its value
 * @pid: who changed it last (pid in the VE, also of a process that has ended); 0
 *       for nobody, or somebody outside
 */
struct cpt_sem {
	__u32 val;
	__u32 pid;
};

/**
 * struct cpt_sem_undo - what is added to a semaphore when a process ends
 * @list: whose: a number of struct cpt_sem_task
 * @num: which semaphore of the set
 * @adj: SEM_UNDO's sum
 */
struct cpt_sem_undo {
	__u32 list;
	__u16 num;
	__s16 adj;
};

/**
 * struct cpt_sem_image - a set of System V semaphores
 * @perm: id, key, owner, permissions
 * @otime: time of the last semop(2), s of CLOCK_REALTIME; 0 for none
 * @ctime: time of the last change
 * @nsems: number of struct cpt_sem in the content
 * @undos: number of struct cpt_sem_undo behind them, by ascending lists
 */
struct cpt_sem_image {
	struct cpt_ipc_perm perm;
	__s64 otime;
	__s64 ctime;
	__u32 nsems;
	__u32 undos;
};

/**
 * struct cpt_msg - one message of a queue
 * @type: its type, from 1 on; in a POSIX queue its priority, from 0 on
 * @size: bytes of its text, which may be none
 */
struct cpt_msg {
	__u64 type;
	__u64 size;
};

/**
 * struct cpt_msg_image - a System V message queue
 * @perm: id, key, owner, permissions
 * @stime: time of the last msgsnd(2), s of CLOCK_REALTIME; 0 for none
 * @rtime: time of the last msgrcv(2)
 * @ctime: time of the last change
 * @qbytes: how many bytes may be on it
 * @lspid: who sent last (pid in the VE, also of a process that has ended); 0 for
 *         nobody, or somebody outside
 * @lrpid: who received last
 * @msgs: number of struct cpt_msg in the content, first to last; behind them their texts
 * @zero: 0
 */
struct cpt_msg_image {
	struct cpt_ipc_perm perm;
	__s64 stime;
	__s64 rtime;
	__s64 ctime;
	__u64 qbytes;
	__u32 lspid;
	__u32 lrpid;
	__u32 msgs;
	__u32 zero;
};

#define CPT_SHM_DEST		(1U << 0)	/* removed, but attached */
#define CPT_SHM_LOCKED		(1U << 1)	/* shmctl(SHM_LOCK) */

/**
 * struct cpt_shm_image - a segment of System V shared memory
 * @perm: id, key, owner, permissions
 * @size: bytes, as they were given to shmget(2)
 * @shmem: the CPT_OBJ_SHMEM that holds its contents
 * @atime: time of the last shmat(2), s of CLOCK_REALTIME; 0 for none
 * @dtime: time of the last shmdt(2)
 * @ctime: time of the last change
 * @cpid: who made it (pid in the VE, also of a process that has ended); 0 for
 *        somebody outside
 * @lpid: who attached or detached it last; 0 for nobody, or somebody outside
 * @flags: CPT_SHM_*
 * @name_key: the key that it was made with, which /proc/PID/maps shows
 * @creator: the thread that made it, as long as it lives, else 0; it matters with
 *           kernel.shm_rmid_forced
 * @user: with CPT_SHM_LOCKED, uid to whose account (RLIMIT_MEMLOCK) it is charged
 *
 * What is attached are mappings of files that stand for it.
 */
struct cpt_shm_image {
	struct cpt_ipc_perm perm;
	__u64 size;
	__u64 shmem;
	__s64 atime;
	__s64 dtime;
	__s64 ctime;
	__u32 cpid;
	__u32 lpid;
	__u32 flags;
	__u32 name_key;
	__u32 creator;
	__u32 user;
};

#define CPT_MQUEUE_UNLINKED	(1U << 0)	/* open, but has no name any more */

/* cpt_mqueue_image.notify */
#define CPT_MQ_NOTIFY_NOBODY	0
#define CPT_MQ_NOTIFY_NONE	1	/* SIGEV_NONE */
#define CPT_MQ_NOTIFY_SIGNAL	2	/* SIGEV_SIGNAL */
#define CPT_MQ_NOTIFY_STALE	3	/* likewise, but not sent: execve(2) since then */

/**
 * struct cpt_mqueue_image - a POSIX message queue
 * @flags: CPT_MQUEUE_*
 * @mode: permissions
 * @uid: owner
 * @gid: its group
 * @user: uid to whose account (RLIMIT_MSGQUEUE) it is charged
 * @msgs: number of struct cpt_msg in the content, in the order in which they are received
 * @maxmsg: how many messages may be on it
 * @msgsize: how large each may be
 * @notify: mq_notify(3): CPT_MQ_NOTIFY_*
 * @notify_pid: the process that is notified
 * @notify_signo: with which signal
 * @zero: 0
 * @notify_value: with which si_value
 * @atime_ns: access time, ns of CLOCK_REALTIME
 * @mtime_ns: modification time
 * @ctime_ns: change time
 *
 * Content: the array, the NUL-terminated name without a slash, the messages' texts.
 */
struct cpt_mqueue_image {
	__u32 flags;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 user;
	__u32 msgs;
	__u64 maxmsg;
	__u64 msgsize;
	__u32 notify;
	__u32 notify_pid;
	__u32 notify_signo;
	__u32 zero;
	__u64 notify_value;
	__s64 atime_ns;
	__s64 mtime_ns;
	__s64 ctime_ns;
};

/**
 * struct cpt_sem_task - a thread whose SEM_UNDO adjustments are not its own only, or
 *                       not zero
 * @tid: the thread
 * @list: threads with the same number share them (CLONE_SYSVSEM)
 */
struct cpt_sem_task {
	__u32 tid;
	__u32 list;
};

/**
 * struct cpt_ipc_ids - what the next new id depends on
 * @seq: sequence number
 * @last: index of the last id given, plus 1; 0: none yet
 * @next: index to be tried first
 * @zero: 0
 */
struct cpt_ipc_ids {
	__u32 seq;
	__u32 last;
	__u32 next;
	__u32 zero;
};

/**
 * struct cpt_ipc_image - the IPC namespace
 * @sem_ids: of semaphore sets
 * @msg_ids: of message queues
 * @shm_ids: of shared memory segments
 * @semmsl: kernel.sem, first number
 * @semmns: kernel.sem, second number
 * @semopm: kernel.sem, third number
 * @semmni: kernel.sem, fourth number
 * @msgmax: kernel.msgmax
 * @msgmnb: kernel.msgmnb
 * @msgmni: kernel.msgmni
 * @shmmni: kernel.shmmni
 * @shmmax: kernel.shmmax
 * @shmall: kernel.shmall
 * @shm_rmid_forced: kernel.shm_rmid_forced
 * @queues_max: fs.mqueue.queues_max
 * @msg_max: fs.mqueue.msg_max
 * @msgsize_max: fs.mqueue.msgsize_max
 * @msg_default: fs.mqueue.msg_default
 * @msgsize_default: fs.mqueue.msgsize_default
 * @mq_mode: permissions of the directory of POSIX message queues
 * @mq_uid: its owner
 * @mq_gid: its group
 * @tasks: number of struct cpt_sem_task in the content, by ascending lists
 */
struct cpt_ipc_image {
	struct cpt_ipc_ids sem_ids;
	struct cpt_ipc_ids msg_ids;
	struct cpt_ipc_ids shm_ids;
	__s32 semmsl;
	__s32 semmns;
	__s32 semopm;
	__u32 semmni;
	__u32 msgmax;
	__u32 msgmnb;
	__u32 msgmni;
	__u32 shmmni;
	__u64 shmmax;
	__u64 shmall;
	__u32 shm_rmid_forced;
	__u32 queues_max;
	__u32 msg_max;
	__u32 msgsize_max;
	__u32 msg_default;
	__u32 msgsize_default;
	__u32 mq_mode;
	__u32 mq_uid;
	__u32 mq_gid;
	__u32 tasks;
};

/* cpt_udp_image.flags */
#define CPT_UDP_CONNECTED	(1U << 0)
#define CPT_UDP_HASHED		(1U << 1)	/* can receive: bound to its port, identifier, protocol */
#define CPT_UDP_CORK		(1U << 2)	/* UDP_CORK; nothing waits to be sent */
#define CPT_UDP_NO_CHECK6_TX	(1U << 3)
#define CPT_UDP_NO_CHECK6_RX	(1U << 4)
#define CPT_UDP_GRO		(1U << 5)
#define CPT_UDP_SEND_COV	(1U << 6)	/* UDPLITE_SEND_CSCOV was set */
#define CPT_UDP_RECV_COV	(1U << 7)	/* UDPLITE_RECV_CSCOV was set */
#define CPT_UDP_CONNS		(1U << 8)	/* SO_REUSEPORT: one of the group was connected */
#define CPT_UDP_ANY		(1U << 9)	/* SO_REUSEPORT: the group is of all addresses */
#define CPT_UDP_CHECKSUM	(1U << 10)	/* IPV6_CHECKSUM, with @checksum */
#define CPT_UDP_ROUTER_ALERT	(1U << 11)	/* IP_ROUTER_ALERT; IPV6_ROUTER_ALERT with @alert */
#define CPT_UDP_FLAGS_KNOWN	((1U << 12) - 1)

/**
 * struct cpt_udp_image - a socket for datagrams of IP: UDP, UDP-Lite, raw, ping
 * @sock: options of every socket
 * @family: AF_INET or AF_INET6
 * @type: SOCK_DGRAM or SOCK_RAW
 * @protocol: IPPROTO_UDP, IPPROTO_UDPLITE; of SOCK_RAW any; IPPROTO_ICMP or
 *            IPPROTO_ICMPV6 of SOCK_DGRAM is ping
 * @flags: CPT_UDP_*
 * @opts: number of struct cpt_sockopt in the content
 * @groups: number of struct cpt_mcast in the content
 * @sources: number of addresses in the content
 * @packets: number of struct cpt_udp_packet in the content
 * @reuse_group: number of its SO_REUSEPORT group; 0: none
 * @reuse_place: its place in that group, from 0
 * @laddr: address that it receives for: 4 or 16 bytes, then 0
 * @raddr: the peer's address
 * @saddr: address that it sends from
 * @saddr4: of an IPv6 socket: likewise, when it talks IPv4; in network order
 * @lport: local port, identifier of ping, protocol of a raw socket; 0: not bound
 * @rport: the peer's port
 * @flow_label: IPv6: flow label and traffic class of the connection, in host order
 * @mcast_if: IP_MULTICAST_IF, IPV6_MULTICAST_IF: index
 * @mcast_if4: of an IPv6 socket: IP_MULTICAST_IF: index
 * @mcast_addr: IP_MULTICAST_IF: address, in network order
 * @mtu: IPV6_MTU; 0: none
 * @pktinfo_if: IPV6_PKTINFO: index; 0: none
 * @pktinfo: IPV6_PKTINFO: address
 * @gso_size: UDP_SEGMENT
 * @send_cov: UDPLITE_SEND_CSCOV
 * @recv_cov: UDPLITE_RECV_CSCOV
 * @checksum: IPV6_CHECKSUM: offset
 * @icmp_filter: of raw ICMP and ICMPv6: ICMP_FILTER (its first word), ICMPV6_FILTER
 * @alert: IPV6_ROUTER_ALERT
 *
 * Content: @sock.filter struct cpt_sock_filter, @opts struct cpt_sockopt, @groups
 * struct cpt_mcast, @sources addresses of 16 bytes each (IPv4: 4, then 0), @packets
 * struct cpt_udp_packet, and the bytes of the packets: headers, then data.
 *
 * Sockets that one packet may be for stand in the order in which they were bound.
 */
struct cpt_udp_image {
	struct cpt_sock_opts sock;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 flags;
	__u32 opts;
	__u32 groups;
	__u32 sources;
	__u32 packets;
	__u32 reuse_group;
	__u32 reuse_place;
	__u8  laddr[16];
	__u8  raddr[16];
	__u8  saddr[16];
	__u32 saddr4;
	__u32 lport;
	__u32 rport;
	__u32 flow_label;
	__u32 mcast_if;
	__u32 mcast_if4;
	__u32 mcast_addr;
	__u32 mtu;
	__u32 pktinfo_if;
	__u8  pktinfo[16];
	__u32 gso_size;
	__u32 send_cov;
	__u32 recv_cov;
	__s32 checksum;
	__u32 icmp_filter[8];
	__u32 alert;
};

/**
 * struct cpt_mcast - a multicast group that a socket is a member of
 * @family: AF_INET or AF_INET6
 * @ifindex: interface
 * @addr: the group: 4 or 16 bytes, then 0
 * @iface: IPv4: address that the interface was named by, in network order
 * @mode: 0: from all but the sources that follow (MCAST_EXCLUDE), 1: from these
 *        alone (MCAST_INCLUDE)
 * @sources: how many addresses of the content are its sources: they follow those of
 *           the group before
 * @zero: 0
 */
struct cpt_mcast {
	__u32 family;
	__u32 ifindex;
	__u8  addr[16];
	__u32 iface;
	__u32 mode;
	__u32 sources;
	__u32 zero;
};

/* cpt_udp_packet.flags */
#define CPT_UDP_PKT_VALID	(1U << 0)	/* its checksum is right, or there is none */
#define CPT_UDP_PKT_SUM		(1U << 1)	/* @csum is the device's sum of all data (IP_CHECKSUM) */
#define CPT_UDP_PKT_PARTIAL	(1U << 2)	/* UDP-Lite: the checksum covers @cov bytes */
#define CPT_UDP_PKT_HOPOPTS	(1U << 3)	/* IPv6: begins with hop-by-hop options */
#define CPT_UDP_PKT_KNOWN	0xf

/**
 * struct cpt_udp_packet - a packet that waits to be received
 * @family: AF_INET or AF_INET6: of its IP header
 * @flags: CPT_UDP_PKT_*
 * @len: bytes of data, as recvmsg(2) gives them
 * @head: bytes of headers in front of them
 * @linear: how much of the data stood in the packet's head
 * @transport: where the transport header begins, from the beginning of the IP header
 * @ifindex: interface that it came by (IP_PKTINFO)
 * @spec_dst: IP_PKTINFO: local address, in network order
 * @frag_size: IP_RECVFRAGSIZE; 0: it was whole
 * @drops: SO_RXQ_OVFL
 * @mark: SO_RCVMARK
 * @csum: sum of the data (CPT_UDP_PKT_SUM), or of what the data's is added to when
 *        the checksum is verified
 * @cov: UDP-Lite: bytes of data that the checksum covers; else @len
 * @gso_size: UDP_GRO: bytes of each datagram in it; 0: it is one
 * @gso_segs: UDP_GRO: how many
 * @ext: IPv6: where extension headers begin: destination options, routing, destination
 *       options, the last one; 0: none
 * @zero: 0
 * @stamp_ns: when it came, ns of CLOCK_REALTIME; 0: not known
 * @hw_stamp_ns: likewise, of the device
 */
struct cpt_udp_packet {
	__u32 family;
	__u32 flags;
	__u32 len;
	__u32 head;
	__u32 linear;
	__u32 transport;
	__u32 ifindex;
	__u32 spec_dst;
	__u32 frag_size;
	__u32 drops;
	__u32 mark;
	__u32 csum;
	__u32 cov;
	__u32 gso_size;
	__u32 gso_segs;
	__u16 ext[4];
	__u32 zero;
	__s64 stamp_ns;
	__s64 hw_stamp_ns;
};

/* cpt_netlink_image.flags: what the socket is, and its options */
#define CPT_NETLINK_BOUND	(1U << 0)	/* has a port */
#define CPT_NETLINK_CONNECTED	(1U << 1)
#define CPT_NETLINK_CONGESTED	(1U << 2)	/* messages were lost, the rest is not read yet */
#define CPT_NETLINK_PKTINFO	(1U << 3)
#define CPT_NETLINK_BROADCAST_ERROR (1U << 4)
#define CPT_NETLINK_NO_ENOBUFS	(1U << 5)
#define CPT_NETLINK_LISTEN_ALL_NSID (1U << 6)
#define CPT_NETLINK_CAP_ACK	(1U << 7)
#define CPT_NETLINK_EXT_ACK	(1U << 8)
#define CPT_NETLINK_STRICT_CHK	(1U << 9)

/**
 * struct cpt_netlink_image - an AF_NETLINK socket
 * @sock: what every socket has
 * @type: SOCK_RAW or SOCK_DGRAM
 * @protocol: NETLINK_ROUTE, NETLINK_KOBJECT_UEVENT ...
 * @flags: CPT_NETLINK_BOUND ...
 * @portid: its port, in most cases the pid of the first process that had it
 * @dst_portid: port that it is connected to
 * @dst_group: group that it is connected to, from 1; 0 for none
 * @groups: number of groups that it is a member of
 * @skbs: number of messages that wait to be received
 * @max_recv: the longest buffer that it was read into, at most 32 KiB: as much the
 *            kernel puts into one message
 *
 * Content: @sock.filter instructions, @skbs struct cpt_netlink_skb, @groups __u32
 * with their numbers (from 1, ascending), and the bytes of the messages.
 */
struct cpt_netlink_image {
	struct cpt_sock_opts sock;
	__u32 type;
	__u32 protocol;
	__u32 flags;
	__u32 portid;
	__u32 dst_portid;
	__u32 dst_group;
	__u32 groups;
	__u32 skbs;
	__u64 max_recv;
};

/**
 * struct cpt_netlink_skb - a message that waits to be received
 * @len: its bytes
 * @portid: port of the sender; 0: the kernel
 * @dst_group: group that it was sent to, from 1; 0: to the port
 * @pid: of the sender, as he saw it
 * @uid: of the sender
 * @gid: of the sender
 * @nsid: NETLINK_LISTEN_ALL_NSID: its network namespace
 * @has_nsid: 1: @nsid is known
 * @charge: bytes that the socket is charged for it
 * @zero: 0
 */
struct cpt_netlink_skb {
	__u32 len;
	__u32 portid;
	__u32 dst_group;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__s32 nsid;
	__u32 has_nsid;
	__u32 charge;
	__u32 zero;
};

#endif /* _UAPI_LINUX_CPT_IMAGE_H */
