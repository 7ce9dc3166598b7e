// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "net.h"
#include "settings.h"
#include "util.h"
#include "vzerror.h"

static bool valid_hostname(const char *s)
{
	size_t len = strlen(s);

	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return false;
	return len > 0 && len <= 64 && *s != '-';
}

static bool valid_yesno(const char *s)
{
	return !strcmp(s, "yes") || !strcmp(s, "no");
}

static bool valid_line(const char *s)
{
	return !strpbrk(s, "\r\n");
}

static bool valid_init(const char *s)
{
	return valid_line(s) && (!*s || *s == '/');
}

/* Enters the UTS namespace of the VE for a moment, in a child. */
static int apply_hostname(const struct ve_init *init, const char *value)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(setns(init->pidfd, CLONE_NEWUTS) || sethostname(value, strlen(value))
		      ? errno : 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		return vz_err(VZ_SYSTEM_ERROR, "Unable to set hostname %s", value);
	return 0;
}

static const struct setting {
	const char *option;
	const char *key;
	bool (*valid)(const char *value);
	/* Makes it true in a running VE; NULL: at its next start */
	int (*apply)(const struct ve_init *init, const char *value);
} settings[] = {
	{ "hostname",	 "HOSTNAME",	valid_hostname,	apply_hostname },
	{ "name",	 "NAME",	valid_hostname,	NULL },
	{ "description", "DESCRIPTION",	valid_line,	NULL },
	{ "onboot",	 "ONBOOT",	valid_yesno,	NULL },
	{ "init",	 "INIT",	valid_init,	NULL },
};

/* --ipadd and --ipdel change a list. */
static int store_addresses(struct ve *ve, const char *add, const char *del)
{
	char *list;

	if (add && !net_valid_addresses(add))
		return vz_err(VZ_BAD_VALUE, "Bad value for --ipadd: %s", add);
	if (del && strcmp(del, "all") && !net_valid_addresses(del))
		return vz_err(VZ_BAD_VALUE, "Bad value for --ipdel: %s", del);
	if (!add && !del)
		return 0;
	list = net_merge(ve_get(ve, "IP_ADDRESS"), add, del);
	conf_set(&ve->conf, "IP_ADDRESS", list);
	free(list);
	return 0;
}

int settings_store(struct ve *ve, const struct opt *opts, size_t nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct setting *s = &settings[i];
		const char *value = opt_value(opts, nr, s->option);

		if (!value)
			continue;
		if (!s->valid(value))
			return vz_err(VZ_BAD_VALUE, "Bad value for --%s: %s", s->option, value);
		conf_set(&ve->conf, s->key, value);
	}
	return store_addresses(ve, opt_value(opts, nr, "ipadd"), opt_value(opts, nr, "ipdel"));
}

int settings_save(const struct ve *ve)
{
	int err = mkdir_p(VZ_CONF_DIR, 0755) ?: conf_save(&ve->conf, ve->conf_path);

	if (err)
		return vz_err(VZ_SYSTEM_ERROR, "Unable to write %s: %s", ve->conf_path,
			      strerror(-err));
	return 0;
}

static int apply(const struct ve *ve, const struct opt *opts, size_t nr, const char *addresses)
{
	struct ve_init init;
	int err = 0;

	if (!ve_find_init(ve, &init))
		return 0;
	for (size_t i = 0; !err && i < ARRAY_SIZE(settings); i++) {
		const char *value = opt_value(opts, nr, settings[i].option);

		if (value && settings[i].apply)
			err = settings[i].apply(&init, value);
	}
	if (!err && (opt_given(opts, nr, "ipadd") || opt_given(opts, nr, "ipdel")))
		err = net_change(ve, &init, addresses, ve_get(ve, "IP_ADDRESS"));
	close(init.pidfd);
	return err;
}

int cmd_set(unsigned int veid, char **argv)
{
	struct opt opts[] = { { .name = "save" }, SETTINGS_OPTS };
	const size_t nr = ARRAY_SIZE(opts);
	int err = opts_parse(opts, nr, argv);
	char *addresses;
	struct ve ve;

	if (err)
		return err;
	err = ve_load_existing(&ve, veid);
	if (err)
		return err;
	addresses = xstrdup(ve_get(&ve, "IP_ADDRESS") ?: "");
	err = ve_lock(&ve, false) ?: settings_store(&ve, opts, nr) ?:
	      apply(&ve, opts, nr, addresses);
	free(addresses);
	if (!err && opt_given(opts, nr, "save")) {
		err = settings_save(&ve);
		if (!err)
			vz_info("CT configuration saved to %s", ve.conf_path);
	} else if (!err) {
		vz_warn("settings were not saved to config (use --save)");
	}
	ve_free(&ve);
	return err;
}
