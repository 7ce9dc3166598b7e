// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that were opened and unlinked, removed directories: contents, holes,
 * attributes, mappings, a program that was removed while it runs.
 */
#include "tst.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BIG	(3 << 20)

static char pattern[BIG], got[BIG];

static int make(const char *path, size_t len)
{
	int fd = tst_sys(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));

	if (len && write(fd, pattern, len) != (ssize_t)len)
		tst_die("write");
	return fd;
}

static int has(int fd, size_t len, off_t at)
{
	return pread(fd, got, len, at) == (ssize_t)len && !memcmp(got, pattern, len);
}

static void link_of(int fd, char *buf, size_t size)
{
	char name[64];
	ssize_t n;

	sprintf(name, "/proc/self/fd/%d", fd);
	n = readlink(name, buf, size - 1);
	buf[n > 0 ? n : 0] = 0;
}

int main(int argc, char **argv)
{
	int plain, plain2, sparse, tmp, over, over2, onshm, locked, dir, empty, again, status, i;
	char *shared, *private, before[256], now[256], cwd[256];
	struct stat st, st2, dst, dst2;
	struct timespec times[2] = { { 1000000000, 5 }, { 1111111111, 7 } };
	pid_t other, runner;

	tst_begin(argc, argv);
	for (i = 0; i < BIG; i++)
		pattern[i] = i * 7 + i / 256 * 3 + i / 65536;
	if (argc > 3) {			/* the program that has been removed */
		printf("running\n");
		fflush(stdout);
		tst_wait_for(tst_go);
		return argc == 4 && strlen(argv[3]) == 3 ? 0 : 1;
	}
	mkdir("/var/tmp/g", 0755);
	plain = make("/var/tmp/g/plain", BIG);
	tst_sys(fchmod(plain, 04640));
	tst_sys(fchown(plain, 12, 34));
	tst_sys(fchmod(plain, 04640));
	plain2 = tst_sys(open("/var/tmp/g/plain", O_RDONLY));
	tst_sys(unlink("/var/tmp/g/plain"));
	tst_sys(lseek(plain, 1234, SEEK_SET));
	tst_sys(futimens(plain, times));
	link_of(plain, before, sizeof(before));
	sparse = make("/var/tmp/g/sparse", 10);
	tst_sys(pwrite(sparse, pattern, 5000, 50 << 20));
	tst_sys(ftruncate(sparse, 100 << 20));
	tst_sys(unlink("/var/tmp/g/sparse"));
	tmp = tst_sys(open("/run", O_RDWR | O_TMPFILE, 0600));
	tst_sys(write(tmp, pattern, 100000));
	over = make("/var/tmp/g/over", 5000);
	over2 = make("/var/tmp/g/over.new", 50);
	tst_sys(rename("/var/tmp/g/over.new", "/var/tmp/g/over"));
	onshm = make("/run/onshm", 12345);
	tst_sys(unlink("/run/onshm"));
	locked = make("/var/tmp/g/locked", 1);
	tst_sys(unlink("/var/tmp/g/locked"));
	tst_sys(flock(locked, LOCK_EX));
	empty = make("/var/tmp/g/empty", 0);
	tst_sys(unlink("/var/tmp/g/empty"));
	mkdir("/var/tmp/g/dir", 0750);
	dir = tst_sys(open("/var/tmp/g/dir", O_RDONLY | O_DIRECTORY));
	tst_sys(chdir("/var/tmp/g/dir"));
	tst_sys(rmdir("/var/tmp/g/dir"));
	i = make("/var/tmp/g/mapped", 10000);
	shared = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, i, 0);
	private = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, i, 0);
	tst_must(shared != MAP_FAILED && private != MAP_FAILED);
	close(i);
	tst_sys(unlink("/var/tmp/g/mapped"));
	shared[5] = 'S';
	private[4096] = 'P';
	/* a copy of this program, removed while it runs */
	tst_sys(system("cp /proc/$PPID/exe /var/tmp/g/prog"));
	runner = tst_sys(fork());
	if (!runner) {
		execl("/var/tmp/g/prog", "prog", argv[1], argv[2], "run", NULL);
		_exit(9);
	}
	tst_sleep_ms(500);
	tst_sys(unlink("/var/tmp/g/prog"));
	/* somebody shares the mapping */
	other = tst_sys(fork());
	if (!other) {
		while (shared[7] != 'X')
			tst_sleep_ms(5);
		shared[8] = 'Y';
		_exit(0);
	}
	tst_sys(stat("/var/tmp/g", &dst));
	tst_sys(fstat(plain, &st));

	tst_ready();

	tst_ok(!fstat(plain, &st2) && st2.st_size == BIG && st2.st_nlink == 0 &&
	       st2.st_mode == st.st_mode && st2.st_uid == 12 && st2.st_gid == 34,
	       "size, mode, owner, no names");
	tst_ok(st2.st_mtim.tv_sec == st.st_mtim.tv_sec && st2.st_mtim.tv_nsec == st.st_mtim.tv_nsec &&
	       st2.st_atim.tv_sec == st.st_atim.tv_sec, "times");
	link_of(plain, now, sizeof(now));
	tst_ok(!strcmp(before, now), "its name in /proc");
	tst_is(lseek(plain, 0, SEEK_CUR), 1234, "position");
	tst_ok(has(plain, BIG, 0), "contents");
	tst_ok(pwrite(plain, "!", 1, 0) == 1 && pread(plain2, now, 1, 0) == 1 && now[0] == '!',
	       "two files, one inode");
	tst_ok(!fstat(plain2, &st2) && (fcntl(plain2, F_GETFL) & O_ACCMODE) == O_RDONLY, "second file: flags");
	tst_ok(!fstat(sparse, &st) && st.st_size == 100 << 20 && st.st_blocks < 200, "sparse: size, blocks");
	tst_ok(has(sparse, 10, 0) && has(sparse, 5000, 50 << 20), "sparse: contents");
	tst_ok(pread(sparse, now, 8, 1 << 20) == 8 && !memcmp(now, "\0\0\0\0\0\0\0", 8), "sparse: hole");
	tst_ok(has(tmp, 100000, 0), "O_TMPFILE");
	tst_is(fcntl(tmp, F_GETFL) & O_TMPFILE, O_TMPFILE, "O_TMPFILE: flag");
	tst_ok(has(over, 5000, 0) && !fstat(over, &st) && st.st_size == 5000, "renamed over: the old one");
	tst_ok(has(over2, 50, 0) && !fstat(over2, &st) && st.st_nlink == 1 &&
	       !stat("/var/tmp/g/over", &st2) && st2.st_ino == st.st_ino, "renamed over: the new one");
	tst_ok(has(onshm, 12345, 0), "on tmpfs");
	tst_ok(!fstat(empty, &st) && !st.st_size && write(empty, "abc", 3) == 3, "empty: can be written");
	sprintf(now, "/proc/self/fd/%d", locked);
	again = open(now, O_RDWR);
	tst_ok(again >= 0 && flock(again, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "locked");
	tst_ok(!getcwd(cwd, sizeof(cwd)) && errno == ENOENT, "removed current directory");
	tst_ok(!fstat(dir, &st) && !stat(".", &st2) && st.st_ino == st2.st_ino && S_ISDIR(st.st_mode) &&
	       (st.st_mode & 07777) == 0750, "removed directory: open, the same");
	tst_ok(open("x", O_CREAT | O_RDWR, 0600) == -1 && errno == ENOENT, "removed directory: nothing new in it");
	tst_ok(shared[5] == 'S' && !memcmp(shared + 6, pattern + 6, 9994), "mapped shared");
	tst_ok(private[4096] == 'P' && !memcmp(private, shared, 4096) &&
	       !memcmp(private + 4097, pattern + 4097, 5903), "mapped private");
	shared[7] = 'X';
	tst_ok(waitpid(other, &status, 0) == other && !status && shared[8] == 'Y', "the mapping is shared");
	tst_ok(waitpid(runner, &status, 0) == runner && !status, "a program that was removed runs on");
	tst_ok(!stat("/var/tmp/g", &dst2) && dst2.st_mtim.tv_sec == dst.st_mtim.tv_sec &&
	       dst2.st_mtim.tv_nsec == dst.st_mtim.tv_nsec, "the directory is as it was");
	tst_ok(system("ls -A /var/tmp/g | grep -vx over") != 0, "nothing is left in it");
	return tst_end();
}
