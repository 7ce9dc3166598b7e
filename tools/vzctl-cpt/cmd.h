/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of vzctl. @argv is what follows the VEID, NULL-terminated. The
 * return value is vzctl's exit code.
 */
#ifndef VZ_CMD_H
#define VZ_CMD_H

int cmd_create(unsigned int veid, char **argv);
int cmd_destroy(unsigned int veid, char **argv);
int cmd_start(unsigned int veid, char **argv);
int cmd_stop(unsigned int veid, char **argv);
int cmd_restart(unsigned int veid, char **argv);
int cmd_status(unsigned int veid, char **argv);
int cmd_set(unsigned int veid, char **argv);
int cmd_exec(unsigned int veid, char **argv);
int cmd_enter(unsigned int veid, char **argv);
int cmd_runscript(unsigned int veid, char **argv);
int cmd_chkpnt(unsigned int veid, char **argv);
int cmd_restore(unsigned int veid, char **argv);

#endif /* VZ_CMD_H */
