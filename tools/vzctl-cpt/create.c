// SPDX-License-Identifier: GPL-2.0-only
/* vzctl create and destroy: a VE's configuration and private area. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "net.h"
#include "opts.h"
#include "settings.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

/* In VEID.conf: the private area was there before, destroy leaves it alone. */
#define KEEP_PRIVATE "VE_PRIVATE_KEEP"

static bool run_ok(const char *const argv[])
{
	int status = run_command(argv, false);

	return status >= 0 && WIFEXITED(status) && !WEXITSTATUS(status) && !vz_interrupted;
}

static bool remove_tree(const char *path)
{
	const char *argv[] = { "rm", "-rf", "--one-file-system", "--", path, NULL };
	int status = run_command(argv, false);

	return status >= 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* NAME as a path, or under TEMPLATE/cache with the usual endings. */
static char *find_template(const struct ve *ve, const char *name)
{
	static const char *const endings[] = { "", ".tar", ".tar.gz", ".tar.xz", ".tar.zst" };

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		char *path = *name == '/'
			? xasprintf("%s%s", name, endings[i])
			: xasprintf("%s/cache/%s%s", ve_get(ve, "TEMPLATE"), name, endings[i]);

		if (!access(path, F_OK))
			return path;
		free(path);
	}
	return NULL;
}

/* Copies or unpacks @template into @dir, which exists and is empty. */
static bool fill(const char *template, const char *dir)
{
	char *from = xasprintf("%s/.", template);
	const char *cp[] = { "cp", "-a", "-x", "--reflink=auto", "--", from, dir, NULL };
	const char *tar[] = { "tar", "-x", "-p", "--numeric-owner", "--xattrs",
			      "--xattrs-include=*", "-C", dir, "-f", template, NULL };
	struct stat st;
	bool ok;

	ok = !stat(template, &st) && run_ok(S_ISDIR(st.st_mode) ? cp : tar);
	free(from);
	return ok;
}

/* The area appears under its name when it is complete. */
static int make_private(struct ve *ve, const char *name)
{
	char *template, *tmp = xasprintf("%s.tmp", ve->private);
	struct stat st;
	int err;

	if (!lstat(ve->private, &st)) {
		err = vz_err(VZ_CREATED, "Container private area %s exists already", ve->private);
		goto out;
	}
	template = find_template(ve, name);
	if (!template) {
		err = vz_err(VZ_NO_TEMPLATE, "No OS template %s in %s/cache", name,
			     ve_get(ve, "TEMPLATE"));
		goto out;
	}
	vz_info("Creating container private area (%s)", name);
	if (!lstat(tmp, &st))
		remove_tree(tmp);
	err = mkdir_p(tmp, 0755);
	if (err)
		err = vz_err(VZ_CREATE_ERROR, "Unable to make %s: %s", tmp, strerror(-err));
	else if (!fill(template, tmp))
		err = vz_err(VZ_CREATE_ERROR, "Unable to unpack %s", template);
	else if (rename(tmp, ve->private))
		err = vz_err(VZ_CREATE_ERROR, "Unable to rename %s to %s: %s", tmp, ve->private,
			     strerror(errno));
	if (err)
		remove_tree(tmp);
	free(template);
out:
	free(tmp);
	return err;
}

/* The sample that VEID.conf starts from, if one was asked for or configured. */
static int load_sample(struct ve *ve, const char *config)
{
	const char *name = config ?: conf_get(&ve->global, "CONFIGFILE");
	char *path;
	int line = 0, err;

	if (!name)
		return 0;
	path = xasprintf(VZ_CONF_DIR "/ve-%s.conf-sample", name);
	err = conf_load(&ve->conf, path, ve->id, &line);
	if (err == -ENOENT && !config)
		err = 0;
	if (err && line)
		err = vz_err(VZ_NO_CONFIG, "%s: line %d is not KEY=\"value\"", path, line);
	else if (err)
		err = vz_err(VZ_NO_CONFIG, "Config sample %s: %s", path, strerror(-err));
	free(path);
	return err;
}

static int use_private(struct ve *ve, const char *dir)
{
	char *path;

	if (*dir != '/')
		return vz_err(VZ_BAD_VALUE, "--private %s: not an absolute path", dir);
	path = ve_expand(ve, dir);
	free(ve->private);
	ve->private = path;
	conf_set(&ve->conf, "VE_PRIVATE", path);
	return 0;
}

static int create(struct ve *ve, struct opt *opts, size_t nr)
{
	const char *template = opt_value(opts, nr, "ostemplate");
	const char *private = opt_value(opts, nr, "private");
	bool made = false;
	int err;

	if (ve->exists)
		return vz_err(VZ_CREATED, "Container %u exists already: %s", ve->id, ve->conf_path);
	err = load_sample(ve, opt_value(opts, nr, "config")) ?:
	      (private ? use_private(ve, private) : 0) ?:
	      settings_store(ve, opts, nr);
	if (err)
		return err;
	if (!template && !private)
		template = ve_get(ve, "DEF_OSTEMPLATE");
	if (template) {
		err = make_private(ve, template);
		made = !err;
		conf_set(&ve->conf, "OSTEMPLATE", template);
	} else if (private) {
		err = ve_check_private(ve);
		conf_set(&ve->conf, KEEP_PRIVATE, "yes");
	} else {
		err = vz_err(VZ_NO_OSTEMPLATE, "OS template is not specified: use --ostemplate or --private");
	}
	if (!err)
		err = mkdir_p(ve->root, 0755);
	if (err < 0)
		err = vz_err(VZ_ROOT_ERROR, "Unable to make %s: %s", ve->root, strerror(-err));
	if (!err)
		err = settings_save(ve);
	if (err && made)
		remove_tree(ve->private);
	if (!err)
		vz_info("Container private area was created");
	return err;
}

int cmd_create(unsigned int veid, char **argv)
{
	struct opt opts[] = {
		{ .name = "ostemplate", .takes_value = true },
		{ .name = "private", .takes_value = true },
		{ .name = "config", .takes_value = true },
		SETTINGS_OPTS,
	};
	int err = opts_parse(opts, ARRAY_SIZE(opts), argv);
	struct ve ve;

	if (err)
		return err;
	err = ve_load(&ve, veid);
	if (err)
		return err;
	vz_catch_signals();
	err = ve_lock(&ve, false) ?: create(&ve, opts, ARRAY_SIZE(opts));
	ve_free(&ve);
	return err;
}

static int destroy(struct ve *ve)
{
	const char *keep = conf_get(&ve->conf, KEEP_PRIVATE);
	char *dump = ve_default_dumpfile(ve);
	struct stat st;
	int err = 0;

	if (ve_is_running(ve)) {
		err = vz_err(VZ_RUNNING, "Container is currently running. Stop it first.");
		goto out;
	}
	if (!keep || strcmp(keep, "yes")) {
		vz_info("Destroying container private area: %s", ve->private);
		if (!lstat(ve->private, &st) && !remove_tree(ve->private)) {
			err = vz_err(VZ_DESTROY_ERROR, "Unable to remove %s", ve->private);
			goto out;
		}
	} else {
		vz_info("Leaving container private area alone: %s", ve->private);
	}
	if (unlink(ve->conf_path)) {
		err = vz_err(VZ_DESTROY_ERROR, "Unable to remove %s: %s", ve->conf_path,
			     strerror(errno));
		goto out;
	}
	net_unsilence(ve);
	unlink(dump);
	rmdir(ve->root);
	ve_forget_init(ve);
	ve_cgroup_remove(ve);
	vz_info("Container private area was destroyed");
out:
	free(dump);
	return err;
}

int cmd_destroy(unsigned int veid, char **argv)
{
	int err = opts_parse(NULL, 0, argv);
	struct ve ve;

	if (err)
		return err;
	err = ve_load_existing(&ve, veid);
	if (err)
		return err;
	err = ve_lock(&ve, false) ?: destroy(&ve);
	ve_free(&ve);
	return err;
}
