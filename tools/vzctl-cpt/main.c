// SPDX-License-Identifier: GPL-2.0-only
/* vzctl: finds the command and the VEID, calls the one with the other. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

#ifndef VZ_VERSION
#define VZ_VERSION "0.1"
#endif

static const struct command {
	const char *name;
	int (*run)(unsigned int veid, char **argv);
	const char *usage;
} commands[] = {
	{ "create", cmd_create,
	  "{--private DIR | --ostemplate NAME} [--hostname NAME] [--config NAME] [--init CMD]" },
	{ "start", cmd_start, "[--wait] [--init CMD]" },
	{ "stop", cmd_stop, "[--fast]" },
	{ "restart", cmd_restart, "[--fast] [--wait]" },
	{ "destroy", cmd_destroy, "" },
	{ "status", cmd_status, "" },
	{ "set", cmd_set,
	  "[--hostname NAME] [--name NAME] [--description TEXT] [--onboot yes|no] [--init CMD]\n              [--ipadd ADDRESS]... [--ipdel ADDRESS|all]... [--save]" },
	{ "exec", cmd_exec, "COMMAND [ARG...] | -" },
	{ "exec2", cmd_exec, "COMMAND [ARG...] | -" },
	{ "enter", cmd_enter, "" },
	{ "runscript", cmd_runscript, "FILE" },
	{ "chkpnt", cmd_chkpnt,
	  "[--suspend|--dump|--resume|--kill|--check] [--dumpfile FILE|-] [--progress] [--stats]" },
	{ "restore", cmd_restore,
	  "[--undump|--resume|--kill] [--dumpfile FILE|-] [--progress] [--stats]" },
};

static void usage(FILE *f)
{
	fputs("Usage: vzctl [--quiet|--verbose] COMMAND VEID [OPTION...]\n\n", f);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  vzctl %s VEID %s\n", commands[i].name, commands[i].usage);
	fputs("  vzctl --help | --version\n", f);
}

/* 0, 1 and 2 are there, so that no other file ever gets these numbers. */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

static int bad_syntax(const char *text, const char *arg)
{
	vz_err(0, "%s%s", text, arg);
	return vz_err(VZ_BAD_SYNTAX, "See vzctl --help");
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	unsigned int veid;
	int err;

	(void)argc;
	open_standard_streams();
	vz_out = stdout;
	signal(SIGPIPE, SIG_IGN);
	for (argv++; *argv && !strncmp(*argv, "--", 2); argv++) {
		if (!strcmp(*argv, "--help")) {
			usage(stdout);
			return VZ_OK;
		} else if (!strcmp(*argv, "--version")) {
			puts("vzctl version " VZ_VERSION);
			return VZ_OK;
		} else if (!strcmp(*argv, "--quiet")) {
			vz_verbosity = 0;
		} else if (!strcmp(*argv, "--verbose")) {
			vz_verbosity = 2;
		} else {
			return bad_syntax("Unknown option: ", *argv);
		}
	}
	if (!*argv) {
		usage(stderr);
		return VZ_BAD_SYNTAX;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, *argv))
			command = &commands[i];
	if (!command)
		return bad_syntax("Unknown command: ", *argv);
	if (!argv[1])
		return bad_syntax("CT ID is missing: vzctl ", *argv);
	if (!strcmp(argv[1], "--help")) {
		printf("Usage: vzctl %s VEID %s\n", command->name, command->usage);
		return VZ_OK;
	}
	err = ve_parse_id(argv[1], &veid);
	if (err)
		return err;
	if (geteuid())
		return vz_err(VZ_NO_ACCESS, "vzctl %s %u: must be run as root", command->name, veid);
	return command->run(veid, argv + 2);
}
