/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cptctl - what a management tool calls on /proc/cpt and /proc/rst.
 *
 * Every function returns 0 (or the value named) or a negative errno, keeps no
 * state of its own and prints nothing: the descriptor is all there is, and any
 * other ioctl may be mixed in. See <linux/cpt_ioctl.h> for the meaning of the
 * calls, and Documentation for the order in which they make sense.
 */
#ifndef CPTCTL_H
#define CPTCTL_H

#include <sys/types.h>

#include <linux/cpt_ioctl.h>

#define CPTCTL_CPT "/proc/cpt"
#define CPTCTL_RST "/proc/rst"

int cptctl_open(const char *path);

/* Calls that take a plain value (or nothing), by their OpenVZ names. */
int cptctl_set_veid(int fd, unsigned int veid);
int cptctl_set_dumpfd(int fd, int image);
int cptctl_suspend(int fd);
int cptctl_dump(int fd);
int cptctl_undump(int fd);
int cptctl_resume(int fd);
int cptctl_kill(int fd);
int cptctl_join_context(int fd, unsigned int id);
int cptctl_get_context(int fd, unsigned int id);
int cptctl_put_context(int fd);
int cptctl_check(int fd);

int cptctl_bind(int fd, unsigned int veid, int pidfd);
int cptctl_set_options(int fd, unsigned int flags, unsigned int suspend_timeout_ms);
int cptctl_get_stats(int fd, struct cpt_stats *stats);
int cptctl_get_progress(int fd, struct cpt_progress *progress);
pid_t cptctl_get_init(int fd);
int cptctl_is_kept(const char *path, unsigned int id);
void cptctl_drop_kept(const char *path, unsigned int id);

int cptctl_messages(int fd, void (*line)(void *arg, const char *text), void *arg);
int cptctl_skip_messages(int fd);

#endif /* CPTCTL_H */
