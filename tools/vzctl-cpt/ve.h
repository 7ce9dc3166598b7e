/* SPDX-License-Identifier: GPL-2.0-only */
/* A VE as vzctl sees it: its configuration, its lock, and its running init. */
#ifndef VZ_VE_H
#define VZ_VE_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf.h"

#define VZ_CONF_DIR	"/etc/vz/conf"
#define VZ_GLOBAL_CONF	"/etc/vz/vz.conf"
#define VZ_RUN_DIR	"/run/vz"
#define VZ_MAX_VEID	2147483644UL
#define VZ_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct ve {
	unsigned int id;
	struct conf global;	/* vz.conf */
	struct conf conf;	/* VEID.conf */
	char *conf_path;
	bool exists;		/* VEID.conf does */
	char *root;		/* where its root is mounted */
	char *private;		/* the files themselves */
	int lock;		/* LOCKDIR/VEID.lck, or -1 */
};

/* A running VE's init. */
struct ve_init {
	pid_t pid;
	int pidfd;
};

int ve_parse_id(const char *s, unsigned int *id);
/* Loads what there is; an enum vz_error after a message. */
int ve_load(struct ve *ve, unsigned int id);
/* The same, and VZ_NO_CONFIG if there is no such VE. */
int ve_load_existing(struct ve *ve, unsigned int id);
/* Closes and frees everything, the lock too. */
void ve_free(struct ve *ve);
/* The value for this VE: its own, the global one, or the built-in default. */
const char *ve_get(const struct ve *ve, const char *key);
char *ve_expand(const struct ve *ve, const char *value);
/* Where chkpnt and restore look without --dumpfile. The caller frees it. */
char *ve_default_dumpfile(const struct ve *ve);
/* VE_PRIVATE is a directory, or VZ_NO_PRIVATE after a message. */
int ve_check_private(const struct ve *ve);

/*
 * Excludes other operations until ve_free(). Shared: only those that change
 * the VE; for short moments, an exclusive locker waits for it.
 */
int ve_lock(struct ve *ve, bool shared);
void ve_unlock(struct ve *ve);

/*
 * Opens a pidfd of the running init, sure to be the one that was started (a
 * reused pid is not). False when the VE is down.
 */
bool ve_find_init(const struct ve *ve, struct ve_init *init);
bool ve_is_running(const struct ve *ve);
/* Remembers a new init, whose parent has not reaped it yet. */
int ve_record_init(const struct ve *ve, pid_t pid);
void ve_forget_init(const struct ve *ve);
/* "Container is not running" or 0 with the init found. */
int ve_need_running(const struct ve *ve, struct ve_init *init);

/* Stopped by `chkpnt --suspend' or `restore --undump', waiting for more. */
bool ve_is_suspended(const struct ve *ve);
/* Of a VE that is down, or to be killed: no stage will follow. */
void ve_drop_contexts(const struct ve *ve);

/* cgroup.c: the VE's cgroup, vz/VEID in the cgroup v2 tree */
/* Makes it. A directory fd, or -1 when there is no cgroup v2 mount (warned). */
int ve_cgroup_create(const struct ve *ve);
/* A directory fd of the cgroup that @pid is in, or -1. */
int cgroup_of(pid_t pid);
/* Moves the caller into it: 0 or negative errno. */
int cgroup_enter(int dirfd);
/* Removes it with what the VE made below; waits a little for the last tasks. */
void ve_cgroup_remove(const struct ve *ve);

/*
 * proc.c: calls @fn with the pid and the PID namespace (its inode) of each
 * process of the host, until it returns non-zero, which is returned.
 */
int for_each_process(int (*fn)(void *arg, pid_t pid, ino_t pidns), void *arg);
/* The PID namespace of a process, 0 if it is gone. */
ino_t pid_namespace(pid_t pid);
/* From /proc/PID/stat: the state letter (0 if gone) and the start time. */
char process_state(pid_t pid, unsigned long long *start_time);

/*
 * ve_root.c, for children that end with child_fail(@errfd, ...) on failure.
 * In a mount namespace of its own: makes VE_PRIVATE, mounted on VE_ROOT, the
 * root, and nothing of the host remains mounted.
 */
void ve_root_enter(const struct ve *ve, int errfd);
/* The mounts that a starting VE finds: proc, sysfs, /dev, /run. */
void ve_root_mounts(int errfd);

/* ve_start.c */
int ve_start(struct ve *ve, const char *init);
/* ve_stop.c */
int ve_stop(struct ve *ve, bool fast);
/* Tells the modules, if loaded, which init the VEID stands for. */
int ve_bind(const struct ve *ve, int ctl, const struct ve_init *init);

/* ve_exec.c */
enum ve_stdio {
	VE_STDIO_RELAY,		/* pipes that vzctl copies to and from its own */
	VE_STDIO_NULL,		/* /dev/null of the VE */
	VE_STDIO_PTY,		/* a terminal of the VE, relayed to ours */
};
/*
 * Runs a program in the VE and waits for it. The first of the NULL-terminated
 * list of @argvs whose program exists is taken. Its exit status, 128 + signal,
 * or negative enum vz_error after a message. @input: read instead of stdin.
 */
int ve_exec(struct ve *ve, char *const *const argvs[], enum ve_stdio stdio, int input);

/* relay.c */
struct relay {
	int pidfd;		/* the command; it leads its process group */
	pid_t pid;
	int sigfd;		/* signals that are passed on to it, or -1 */
	int input;		/* vzctl's side, -1: none */
	int to_child;		/* non-blocking ends of the pipes; all are closed */
	int from_child[2];	/* its stdout and stderr, -1: none */
	bool tty;		/* to_child is a terminal's master side */
};
void relay_run(struct relay *relay);

#endif /* VZ_VE_H */
