// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cptctl.h"
#include "util.h"
#include "ve.h"
#include "vzerror.h"

/* How long an exclusive locker waits for `vzctl exec' to get inside. */
#define LOCK_SHARED_WAIT_MS	10000

static const struct {
	const char *key;
	const char *value;
} defaults[] = {
	{ "VE_ROOT",	"/vz/root/$VEID" },
	{ "VE_PRIVATE",	"/vz/private/$VEID" },
	{ "TEMPLATE",	"/vz/template" },
	{ "LOCKDIR",	"/vz/lock" },
	{ "DUMPDIR",	"/var/tmp" },
};

int ve_parse_id(const char *s, unsigned int *id)
{
	unsigned long v;

	if (parse_number(s, VZ_MAX_VEID, &v) || !v)
		return vz_err(VZ_BAD_VALUE, "Bad CT ID %s", s);
	*id = v;
	return 0;
}

const char *ve_get(const struct ve *ve, const char *key)
{
	const char *value = conf_get(&ve->conf, key);

	if (!value)
		value = conf_get(&ve->global, key);
	for (size_t i = 0; !value && i < ARRAY_SIZE(defaults); i++)
		if (!strcmp(defaults[i].key, key))
			value = defaults[i].value;
	return value;
}

/* With $VEID replaced: for built-in defaults and the command line. */
char *ve_expand(const struct ve *ve, const char *value)
{
	const char *p = strstr(value, "$VEID");

	if (!p)
		return xstrdup(value);
	return xasprintf("%.*s%u%s", (int)(p - value), value, ve->id, p + 5);
}

static int load_file(struct conf *conf, const char *path, unsigned int id, bool *found)
{
	int line = 0;
	int err = conf_load(conf, path, id, &line);

	*found = !err;
	if (!err || err == -ENOENT)
		return 0;
	if (line)
		return vz_err(VZ_NO_CONFIG, "%s: line %d is not KEY=\"value\"", path, line);
	return vz_err(VZ_NO_CONFIG, "%s: %s", path, strerror(-err));
}

int ve_load(struct ve *ve, unsigned int id)
{
	bool global;
	int err;

	*ve = (struct ve){ .id = id, .lock = -1 };
	ve->conf_path = xasprintf(VZ_CONF_DIR "/%u.conf", id);
	err = load_file(&ve->global, VZ_GLOBAL_CONF, id, &global);
	if (!err)
		err = load_file(&ve->conf, ve->conf_path, id, &ve->exists);
	if (err) {
		ve_free(ve);
		return err;
	}
	ve->root = ve_expand(ve, ve_get(ve, "VE_ROOT"));
	ve->private = ve_expand(ve, ve_get(ve, "VE_PRIVATE"));
	return 0;
}

int ve_load_existing(struct ve *ve, unsigned int id)
{
	int err = ve_load(ve, id);

	if (err)
		return err;
	if (!ve->exists) {
		err = vz_err(VZ_NO_CONFIG, "Container config file does not exist: %s",
			     ve->conf_path);
		ve_free(ve);
	}
	return err;
}

void ve_free(struct ve *ve)
{
	ve_unlock(ve);
	conf_free(&ve->global);
	conf_free(&ve->conf);
	free(ve->conf_path);
	free(ve->root);
	free(ve->private);
	*ve = (struct ve){ .lock = -1 };
}

char *ve_default_dumpfile(const struct ve *ve)
{
	return xasprintf("%s/Dump.%u", ve_get(ve, "DUMPDIR"), ve->id);
}

int ve_check_private(const struct ve *ve)
{
	struct stat st;

	if (stat(ve->private, &st))
		return vz_err(VZ_NO_PRIVATE, "Container private area %s: %s",
			      ve->private, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return vz_err(VZ_NO_PRIVATE, "Container private area %s is not a directory",
			      ve->private);
	return 0;
}

int ve_lock(struct ve *ve, bool shared)
{
	const char *dir = ve_get(ve, "LOCKDIR");
	char *path = xasprintf("%s/%u.lck", dir, ve->id);
	long long end = now_ms() + LOCK_SHARED_WAIT_MS;
	int err = mkdir_p(dir, 0755);

	ve->lock = err ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ve->lock < 0) {
		err = vz_err(VZ_SYSTEM_ERROR, "Cannot open lock file %s: %s", path,
			     strerror(err ? -err : errno));
		goto out;
	}
	err = 0;
	while (flock(ve->lock, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB)) {
		/* Held by entering commands only? They are gone in a moment. */
		bool wait = !shared && errno == EWOULDBLOCK && now_ms() < end &&
			    !flock(ve->lock, LOCK_SH | LOCK_NB);

		if (wait && !vz_interrupted) {
			flock(ve->lock, LOCK_UN);
			usleep(20000);
			continue;
		}
		close(ve->lock);
		ve->lock = -1;
		err = vz_err(VZ_LOCKED, "Container already locked");
		break;
	}
out:
	free(path);
	return err;
}

void ve_unlock(struct ve *ve)
{
	if (ve->lock >= 0)
		close(ve->lock);
	ve->lock = -1;
}

static char *state_path(const struct ve *ve)
{
	return xasprintf(VZ_RUN_DIR "/%u.pid", ve->id);
}

/* A start time means nothing in another boot. */
static void boot_id(char *buf, size_t size)
{
	if (read_file("/proc/sys/kernel/random/boot_id", buf, size) < 0)
		strcpy(buf, "?");
	buf[strcspn(buf, "\n")] = '\0';
}

int ve_record_init(const struct ve *ve, pid_t pid)
{
	unsigned long long start;
	char boot[64];
	char *path, *text;
	int err;

	if (!process_state(pid, &start))
		return -ESRCH;
	err = mkdir_p(VZ_RUN_DIR, 0755);
	if (err)
		return err;
	boot_id(boot, sizeof(boot));
	path = state_path(ve);
	text = xasprintf("%d %llu %s\n", pid, start, boot);
	err = replace_file(path, text, 0644);
	free(text);
	free(path);
	return err;
}

void ve_forget_init(const struct ve *ve)
{
	char *path = state_path(ve);

	unlink(path);
	free(path);
}

bool ve_find_init(const struct ve *ve, struct ve_init *init)
{
	char *path = state_path(ve);
	unsigned long long start, now;
	char text[128], boot[64], want[64];
	int n = read_file(path, text, sizeof(text));
	char state;

	free(path);
	boot_id(boot, sizeof(boot));
	if (n <= 0 || sscanf(text, "%d %llu %63s", &init->pid, &start, want) != 3 ||
	    strcmp(boot, want))
		return false;
	init->pidfd = pidfd_open(init->pid, 0);
	if (init->pidfd < 0)
		return false;
	/* The pidfd first: what /proc says now is about the same process. */
	state = process_state(init->pid, &now);
	if (state && state != 'Z' && state != 'X' && now == start)
		return true;
	close(init->pidfd);
	return false;
}

bool ve_is_running(const struct ve *ve)
{
	struct ve_init init;

	if (!ve_find_init(ve, &init))
		return false;
	close(init.pidfd);
	return true;
}

int ve_need_running(const struct ve *ve, struct ve_init *init)
{
	if (ve_find_init(ve, init))
		return 0;
	return vz_err(VZ_NOT_RUNNING, "Container is not running");
}

bool ve_is_suspended(const struct ve *ve)
{
	return cptctl_is_kept(CPTCTL_CPT, ve->id) || cptctl_is_kept(CPTCTL_RST, ve->id);
}

void ve_drop_contexts(const struct ve *ve)
{
	cptctl_drop_kept(CPTCTL_CPT, ve->id);
	cptctl_drop_kept(CPTCTL_RST, ve->id);
}

int ve_bind(const struct ve *ve, int ctl, const struct ve_init *init)
{
	int err = cptctl_bind(ctl, ve->id, init->pidfd);
	pid_t bound;

	if (err != -EEXIST)
		return err;
	/* Some older init may be dying still; ours may be bound already. */
	if (cptctl_set_veid(ctl, ve->id))
		return -EEXIST;
	bound = cptctl_get_init(ctl);
	return bound == init->pid ? 0 : -EEXIST;
}
