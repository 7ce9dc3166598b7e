// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1 of the test machine, from the initrd to the end: finds the disks,
 * sets the root up, runs one command, tells its exit status, takes everything
 * down. In C and without helpers, because every fork and exec costs 50 ms
 * under emulation and every test pays for it.
 *
 * Disks, in the order that tests/vm/run gives them:
 *
 *	/dev/vda  guest root, read-only		/dev/vdb  this kernel's modules
 *	/dev/vdc  this run's payload		/dev/vdd  /vz
 *	/dev/vde  /mnt/share, for kernels without 9p
 *
 * The first three lie under one writable overlay. The payload has the tools,
 * our modules, the tests, and /opt/vz/command: its arguments, each ended by a
 * zero byte.
 *
 * It speaks to tests/vm/run on three virtio-serial ports:
 *
 *	vz.status	"start", "exit N", "done"; silence is failure
 *	vz.output	standard output and standard error of the command
 *	vz.log		the kernel's whole log, at the end
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYSLOG_ACTION_READ_ALL
#define SYSLOG_ACTION_READ_ALL		3
#define SYSLOG_ACTION_SIZE_BUFFER	10
#endif

static int port_status = -1, port_output = -1, port_log = -1;

/* Goes to the console, which is the log that outlives the machine. */
static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("init: ");
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
	va_end(ap);
}

static void __attribute__((noreturn)) give_up(const char *what)
{
	say("%s: %s; giving up", what, strerror(errno));
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void nap(int ms)
{
	usleep(ms * 1000);
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		write_all(fd, text, strlen(text));
		close(fd);
	}
}

static void do_mount(const char *source, const char *target, const char *type,
		     unsigned long flags, const char *data)
{
	mkdir(target, 0755);
	if (mount(source, target, type, flags, data))
		say("mount of %s on %s: %s", type, target, strerror(errno));
}

/* Disks may take a moment to appear. */
static int mount_disk(const char *dev, const char *target, unsigned long flags,
		      const char *data)
{
	mkdir(target, 0755);
	for (int i = 0; i < 200; i++) {
		if (!mount(dev, target, "ext4", flags, data))
			return 0;
		if (errno != ENOENT && errno != ENXIO)
			break;
		nap(20);
	}
	return -1;
}

static void load_modules(const char *list)
{
	char name[128], path[160];
	FILE *f = fopen(list, "re");

	if (!f)
		return;
	while (fscanf(f, "%127s", name) == 1) {
		int fd;

		snprintf(path, sizeof(path), "/modules/%s", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			say("module %s: %s", name, strerror(errno));
		close(fd);
		unlink(path);	/* the initrd stays in memory otherwise */
	}
	fclose(f);
	unlink(list);
}

static void find_root(const char *share)
{
	do_mount("dev", "/dev", "devtmpfs", MS_NOSUID, NULL);
	load_modules("/modules/order");
	if (share && !strcmp(share, "9p"))
		load_modules("/modules/order.9p");

	mkdir("/mnt", 0755);
	if (mount_disk("/dev/vda", "/mnt/root", MS_RDONLY, "noload") ||
	    mount_disk("/dev/vdb", "/mnt/modules", MS_RDONLY, "noload") ||
	    mount_disk("/dev/vdc", "/mnt/payload", MS_RDONLY, "noload"))
		give_up("mount of a disk");
	do_mount("rw", "/mnt/rw", "tmpfs", 0, "mode=755,size=75%");
	mkdir("/mnt/rw/upper", 0755);
	mkdir("/mnt/rw/work", 0755);
	mkdir("/new", 0755);
	if (mount("root", "/new", "overlay", 0,
		  "lowerdir=/mnt/payload:/mnt/modules:/mnt/root,"
		  "upperdir=/mnt/rw/upper,workdir=/mnt/rw/work"))
		give_up("mount of the root");
	if (mount("/dev", "/new/dev", NULL, MS_MOVE, NULL) || chdir("/new") ||
	    mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		give_up("switch to the root");
}

static void mount_all(const char *share)
{
	const unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	do_mount("proc", "/proc", "proc", safe, NULL);
	do_mount("sysfs", "/sys", "sysfs", safe, NULL);
	do_mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=20%");
	do_mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
	do_mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		 "gid=5,mode=620,ptmxmode=666");
	do_mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
	do_mount("mqueue", "/dev/mqueue", "mqueue", safe, NULL);
	do_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", safe, NULL);
	do_mount("debugfs", "/sys/kernel/debug", "debugfs", safe, NULL);
	do_mount("tracefs", "/sys/kernel/tracing", "tracefs", safe, NULL);
	mkdir("/run/lock", 01777);

	/* /vz stands for a node's disk; what is to survive the boot is there. */
	if (mount_disk("/dev/vdd", "/vz", 0, "noinit_itable"))
		give_up("mount of /vz");
	mkdir("/vz/private", 0755);
	mkdir("/vz/root", 0755);
	mkdir("/vz/lock", 0755);
	mkdir("/vz/dump", 0755);

	mkdir("/mnt/share", 0755);
	if (share && !strcmp(share, "9p"))
		do_mount("share", "/mnt/share", "9p", 0,
			 "trans=virtio,version=9p2000.L,msize=262144,cache=mmap,access=any");
	else if (share && mount_disk("/dev/vde", "/mnt/share", 0, ""))
		give_up("mount of /mnt/share");
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		say("lo: %s", strerror(errno));
	close(s);
}

static void small_things(void)
{
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
	symlink("/proc/mounts", "/etc/mtab");
	sethostname("vz", 2);
	loopback_up();
}

static void open_ports(void)
{
	DIR *d = opendir("/sys/class/virtio-ports");
	char path[300], name[32];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		FILE *f;
		int fd;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "re");
		if (!f)
			continue;
		if (fscanf(f, "%31s", name) != 1)
			name[0] = 0;
		fclose(f);
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (!strcmp(name, "vz.status"))
			port_status = fd;
		else if (!strcmp(name, "vz.output"))
			port_output = fd;
		else if (!strcmp(name, "vz.log"))
			port_log = fd;
		else
			close(fd);
	}
	if (d)
		closedir(d);
	if (port_status < 0 || port_output < 0 || port_log < 0)
		give_up("virtio-serial ports");
}

static void status(const char *fmt, int value)
{
	char line[32];
	int n = snprintf(line, sizeof(line), fmt, value);

	write_all(port_status, line, n);
}

static char **read_command(void)
{
	static char buf[1 << 17];
	static char *argv[8192];
	int fd = open("/opt/vz/command", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
	int argc = 0;

	if (len <= 0)
		give_up("/opt/vz/command");
	close(fd);
	for (char *p = buf; p < buf + len && argc < 8191; p += strlen(p) + 1)
		argv[argc++] = p;
	return argv;
}

static void __attribute__((noreturn)) exec_command(int out)
{
	char **argv = read_command();
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	close(null);
	clearenv();
	setenv("PATH", "/opt/vz/bin:/usr/local/sbin:/usr/local/bin:"
	       "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TERM", "dumb", 1);
	execvp(argv[0], argv);
	dprintf(2, "vm: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Passes on what is in the pipe now; nothing more comes when it returns 0. */
static int drain(int fd)
{
	static char buf[1 << 16];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		write_all(port_output, buf, n);
	}
}

/*
 * The command writes to a pipe and not to the port itself: a port can be
 * opened only once, and programs reopen their standard streams.
 */
static int run_command(void)
{
	struct pollfd p[2];
	int out[2], code = -1;
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	if (pipe2(out, O_CLOEXEC))
		give_up("pipe");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	p[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK),
				.events = POLLIN };

	status("start\n", 0);
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (!pid)
		exec_command(out[1]);
	close(out[1]);

	while (code < 0) {
		struct signalfd_siginfo si;
		pid_t dead;
		int st;

		poll(p, 2, -1);
		if (p[0].revents && !drain(out[0]))
			p[0].fd = -1;
		while (read(p[1].fd, &si, sizeof(si)) > 0)
			;
		while ((dead = waitpid(-1, &st, WNOHANG)) > 0)
			if (dead == pid)
				code = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	}
	drain(out[0]);
	return code;
}

static void kill_all(void)
{
	kill(-1, SIGKILL);
	for (int i = 0; i < 200; i++) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return;
		if (!pid)
			nap(10);
	}
	say("processes that cannot be killed are left");
}

/* Returns how many mounts at or below path are left. */
static int unmount(const char *path)
{
	char *where[1024], line[4096];
	size_t len = strlen(path);
	int n = 0, left = 0;
	FILE *f = fopen("/proc/self/mounts", "re");

	while (f && n < 1024 && fgets(line, sizeof(line), f)) {
		strtok(line, " ");
		char *dir = strtok(NULL, " ");

		if (dir && !strncmp(dir, path, len) && (!dir[len] || dir[len] == '/'))
			where[n++] = strdup(dir);
	}
	if (f)
		fclose(f);
	while (n--) {
		left += umount2(where[n], 0) && errno != EINVAL && errno != ENOENT;
		free(where[n]);
	}
	return left;
}

static void unmount_all(void)
{
	for (int i = 0; i < 100; i++) {
		if (!(unmount("/mnt/share") + unmount("/vz")))
			return;
		nap(20);
	}
	/* Held by what cannot be killed; the disk must be clean all the same. */
	say("/vz is busy; made read-only");
	sync();
	write_file("/proc/sysrq-trigger", "u");
	nap(1000);
}

static void send_log(void)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	char *buf = size > 0 ? malloc(size) : NULL;
	int n = buf ? klogctl(SYSLOG_ACTION_READ_ALL, buf, size) : 0;

	if (n > 0)
		write_all(port_log, buf, n);
	close(port_log);
	free(buf);
}

int main(void)
{
	/* Words of the kernel's command line that it does not know come here. */
	const char *share = getenv("vz_share");
	int code;

	umask(022);
	find_root(share);
	mount_all(share);
	small_things();
	open_ports();
	code = run_command();
	status("exit %d\n", code);
	kill_all();
	unmount_all();
	sync();
	send_log();	/* with what the taking down added */
	status("done\n", 0);
	sleep(5);	/* tests/vm/run ends the machine here */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
