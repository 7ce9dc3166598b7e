// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts that a program has made: bind mounts of directories and files, several
 * at a place, peers and slaves, and what is open on them.
 */
/* alone: its mounts are the whole VE's */
#include "tst.h"
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

static char base[512];

static const char *at(const char *name)
{
	static char path[4][1024];
	static unsigned int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", base, name);
	return p;
}

static void dir(const char *name)
{
	tst_sys(mkdir(at(name), 0755));
}

static void put(const char *name, const char *text)
{
	int fd = tst_sys(open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644));

	tst_must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static int has(const char *name, const char *text)
{
	char buf[64] = "";
	int fd = open(at(name), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(buf, text);
}

static int fd_has(int fd, const char *text)
{
	char buf[64] = "";

	return pread(fd, buf, sizeof(buf) - 1, 0) == (ssize_t)strlen(text) && !strcmp(buf, text);
}

static void tmpfs(const char *name)
{
	tst_sys(mount("none", at(name), "tmpfs", 0, "size=1m"));
}

static void bind(const char *from, const char *to)
{
	tst_sys(mount(at(from), at(to), NULL, MS_BIND, NULL));
}

static void flags(const char *name, unsigned long flags)
{
	tst_sys(mount(NULL, at(name), NULL, MS_REMOUNT | MS_BIND | flags, NULL));
}

static void propagation(const char *name, unsigned long type)
{
	tst_sys(mount(NULL, at(name), NULL, type, NULL));
}

static int same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(at(a), &x) && !stat(at(b), &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static unsigned long flags_of(const char *name)
{
	struct statvfs s;

	return statvfs(at(name), &s) ? ~0UL : s.f_flag;
}

/* How many mounts have this mount point. */
static int mounted(const char *name)
{
	char line[4096], point[4096];
	FILE *f = fopen("/proc/self/mountinfo", "r");
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1 && !strcmp(point, at(name));
	if (f)
		fclose(f);
	return n;
}

static int on_tmpfs, on_bind, on_dir;

static void set_up(void)
{
	tst_must(getcwd(base, sizeof(base) - 16));
	snprintf(base + strlen(base), 16, base[1] ? "/mounts" : "mounts");
	tst_sys(mkdir(base, 0755));
	dir("d");
	dir("d/in");
	put("d/in/file", "disk");
	dir("bound");
	bind("d", "bound");
	dir("ro");
	bind("d/in", "ro");
	flags("ro", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOATIME);
	put("file", "below");
	bind("d/in/file", "file");

	dir("t");
	tmpfs("t");
	dir("t/sub");
	put("t/sub/file", "memory");
	dir("part");
	bind("t/sub", "part");
	flags("part", MS_NOEXEC | MS_RELATIME);
	dir("t/sub/again");
	bind("d", "t/sub/again");

	dir("stack");
	tmpfs("stack");
	put("stack/x", "first");
	tmpfs("stack");
	put("stack/x", "second");
	bind("d", "stack");

	dir("a");
	tmpfs("a");
	propagation("a", MS_SHARED);
	dir("a/x");
	dir("b");
	bind("a", "b");
	dir("slave");
	bind("a", "slave");
	propagation("slave", MS_SLAVE);
	dir("both");
	bind("b", "both");
	propagation("both", MS_SLAVE);
	propagation("both", MS_SHARED);
	dir("peer");
	bind("both", "peer");
	dir("alone");
	tmpfs("alone");
	propagation("alone", MS_UNBINDABLE);

	on_tmpfs = tst_sys(open(at("part/file"), O_RDWR));
	on_bind = tst_sys(open(at("bound/in/file"), O_RDONLY));
	on_dir = tst_sys(open(at("ro"), O_RDONLY | O_DIRECTORY));
	tst_sys(chdir(at("part")));
}

static void check_binds(void)
{
	char cwd[1024];

	tst_ok(has("bound/in/file", "disk") && same_file("bound/in/file", "d/in/file"),
	       "bind mount of a directory");
	tst_ok(has("ro/file", "disk") && open(at("ro/file"), O_WRONLY) < 0 && errno == EROFS,
	       "one that is read-only");
	tst_is(flags_of("ro") & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME),
	       ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOATIME, "its flags");
	tst_ok(has("file", "disk") && same_file("file", "d/in/file"), "bind mount of a file");
	tst_ok(has("part/file", "memory") && same_file("part/file", "t/sub/file"),
	       "bind mount of a part of a tmpfs");
	tst_ok(flags_of("part") & ST_NOEXEC && !(flags_of("t") & ST_NOEXEC), "its flags");
	tst_ok(has("t/sub/again/in/file", "disk"), "a mount on that tmpfs");
	tst_ok(!same_file("part/again", "d"), "is not on the bind mount");
	put("d/in/new", "new");
	tst_ok(has("bound/in/new", "new") && has("stack/in/new", "new"), "new files are seen everywhere");

	tst_ok(fd_has(on_tmpfs, "memory") && pwrite(on_tmpfs, "M", 1, 0) == 1 &&
	       has("t/sub/file", "Memory"), "file that is open on a bind mount of a tmpfs");
	tst_ok(fd_has(on_bind, "disk"), "file that is open on a bind mount");
	tst_ok(openat(on_dir, "file", O_WRONLY) < 0 && errno == EROFS, "directory that is open on one");
	tst_ok(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, at("part")), "current directory");

	tst_is(mounted("stack"), 3, "three mounts at a place");
	tst_ok(!umount(at("stack")) && has("stack/x", "second"), "the second");
	tst_ok(!umount(at("stack")) && has("stack/x", "first"), "the first");
	tst_ok(!umount(at("stack")) && !mounted("stack"), "and none");
	tst_ok(!umount(at("file")) && has("file", "below"), "what is below a file");
}

static void check_propagation(void)
{
	tst_sys(mount("none", at("b/x"), "tmpfs", 0, NULL));
	tst_ok(mounted("a/x") == 1 && mounted("b/x") == 1, "peers");
	tst_is(mounted("slave/x"), 1, "a slave");
	tst_ok(mounted("both/x") == 1 && mounted("peer/x") == 1, "slaves that are peers");
	tst_ok(!umount(at("a/x")) && !mounted("b/x") && !mounted("slave/x") && !mounted("peer/x"),
	       "all are unmounted together");
	tst_sys(mount("none", at("slave/x"), "tmpfs", 0, NULL));
	tst_is(mounted("a/x"), 0, "a slave's mounts are its own");
	tst_sys(mount("none", at("peer/x"), "tmpfs", 0, NULL));
	tst_ok(mounted("both/x") == 1 && !mounted("a/x"), "peers that are slaves");
	tst_ok(mount(at("alone"), at("bound/in"), NULL, MS_BIND, NULL) && errno == EINVAL,
	       "an unbindable mount");
}

int main(int argc, char **argv)
{
	static const char *const all[] = {
		"alone", "peer/x", "peer", "both", "slave/x", "slave", "b", "a", "t/sub/again", "part",
		"t", "ro", "bound",
	};
	unsigned int i;

	tst_begin(argc, argv);
	set_up();
	tst_ready();
	check_binds();
	check_propagation();
	tst_sys(chdir("/"));
	close(on_tmpfs);
	close(on_bind);
	close(on_dir);
	for (i = 0; i < sizeof(all) / sizeof(all[0]) && !umount(at(all[i])); i++)
		;
	if (!tst_ok(i == sizeof(all) / sizeof(all[0]), "all can be unmounted"))
		tst_note("%s: %s", all[i], strerror(errno));
	return tst_end();
}
