// SPDX-License-Identifier: GPL-2.0-only
/* vzctl exec, enter and runscript: what is run by ve_exec(), and how. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "opts.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

static int run(unsigned int veid, char *const *const argvs[], enum ve_stdio stdio, int input)
{
	struct ve ve;
	int ret = ve_load_existing(&ve, veid);

	if (ret)
		return ret;
	ret = ve_exec(&ve, argvs, stdio, input);
	ve_free(&ve);
	return ret < 0 ? -ret : ret;
}

/* bash, or sh, with these arguments. */
static int run_shell(unsigned int veid, char *flag, char *command, int input)
{
	char *bash[] = { "/bin/bash", flag, command, NULL };
	char *sh[] = { "/bin/sh", flag, command, NULL };
	char *const *const argvs[] = { bash, sh, NULL };

	return run(veid, argvs, VE_STDIO_RELAY, input);
}

/* As ssh does it: the words are joined and a shell takes them apart again. */
int cmd_exec(unsigned int veid, char **argv)
{
	char *command;
	size_t size;
	FILE *f;
	int ret;

	if (!*argv)
		return vz_err(VZ_BAD_SYNTAX, "vzctl exec %u: no command given", veid);
	if (!strcmp(*argv, "-") && !argv[1])
		return run_shell(veid, "-s", NULL, 0);
	f = open_memstream(&command, &size);
	if (!f)
		return vz_err(VZ_SYSTEM_ERROR, "exec: %s", strerror(errno));
	for (char **p = argv; *p; p++)
		fprintf(f, "%s%s", p == argv ? "" : " ", *p);
	fclose(f);
	ret = run_shell(veid, "-c", command, 0);
	free(command);
	return ret;
}

int cmd_runscript(unsigned int veid, char **argv)
{
	int fd, ret;

	if (!*argv || argv[1])
		return vz_err(VZ_BAD_SYNTAX, "vzctl runscript %u: one file is needed", veid);
	fd = open(*argv, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return vz_err(VZ_SYSTEM_ERROR, "Unable to open %s: %s", *argv, strerror(errno));
	ret = run_shell(veid, "-s", NULL, fd);
	close(fd);
	return ret;
}

int cmd_enter(unsigned int veid, char **argv)
{
	char *bash[] = { "/bin/bash", "-l", NULL }, *sh[] = { "/bin/sh", "-l", NULL };
	char *const *const argvs[] = { bash, sh, NULL };
	int err = opts_parse(NULL, 0, argv);

	if (err)
		return err;
	return run(veid, argvs, isatty(0) ? VE_STDIO_PTY : VE_STDIO_RELAY, 0);
}
