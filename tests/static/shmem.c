// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory without a path: memfds, shared anonymous memory, who shares it.
 */
#include "tst.h"
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif

#define PAGE	4096
#define ANON	(4 << 20)

static unsigned char pattern[1 << 20], got[1 << 20];

static int make(const char *name, int flags, long size, long from, long len)
{
	int fd = tst_sys(memfd_create(name, flags));

	tst_sys(ftruncate(fd, size));
	if (len && pwrite(fd, pattern, len, from) != len)
		tst_die("pwrite");
	return fd;
}

static void *map(int fd, long len, int prot, int flags)
{
	void *p = mmap(NULL, len, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		tst_die("mmap");
	return p;
}

static int holds(int fd, long from, long len)
{
	return pread(fd, got, len, from) == len && !memcmp(got, pattern, len);
}

static int link_of(int fd, char *to, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, to, size - 1);
	to[n < 0 ? 0 : n] = 0;
	return n > 0;
}

/* The line of /proc/self/smaps' name for an address. */
static int is_named(void *p, const char *name)
{
	char line[512];
	unsigned long start, end;
	int found = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start <= (unsigned long)p &&
		    (unsigned long)p < end)
			found = !!strstr(line, name);
	if (f)
		fclose(f);
	return found;
}

struct talk {
	volatile int go, seen, done;
};

int main(int argc, char **argv)
{
	int plain, sparse, sealed, grow, empty, future, ro, rw, closed, exec_fd, owned, big, i;
	unsigned char *shared, *anon, *priv, *ro_map, *future_map, *closed_map, *part, *none, *noreserve;
	struct talk *talk;
	char path[64], name[128];
	struct stat st, before;
	volatile int *futex;
	pid_t child, reader;
	int status, good;
	long page;

	tst_begin(argc, argv);
	for (i = 0; i < (int)sizeof(pattern); i++)
		pattern[i] = i * 7 + i / 256 * 3 + i / 65536;

	plain = make("plain name/with a slash", MFD_CLOEXEC, 300000, 0, 300000);
	tst_sys(lseek(plain, 1234, SEEK_SET));
	empty = make("", 0, 0, 0, 0);
	sparse = make("sparse", 0, 1L << 33, 1L << 32, 5000);
	big = make("big", 0, 40 << 20, 0, 0);
	for (i = 0; i < 40; i++)
		if (pwrite(big, pattern, sizeof(pattern), (long)i << 20) != sizeof(pattern))
			tst_die("pwrite");
	sealed = make("sealed", MFD_ALLOW_SEALING, PAGE, 0, PAGE);
	tst_sys(fcntl(sealed, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
	priv = map(sealed, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	priv[5] = 99;
	grow = make("grow", MFD_ALLOW_SEALING, 2 * PAGE, 0, 0);
	tst_sys(fcntl(grow, F_ADD_SEALS, F_SEAL_GROW));
	future = make("future", MFD_ALLOW_SEALING, PAGE, 0, PAGE);
	future_map = map(future, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	tst_sys(fcntl(future, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	ro_map = map(future, PAGE, PROT_READ, MAP_SHARED);
	rw = make("again", 0, PAGE, 0, 100);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", rw);
	ro = tst_sys(open(path, O_RDONLY | O_CLOEXEC));
	tst_sys(lseek(ro, 50, SEEK_SET));
	owned = make("owned", 0, 10, 0, 10);
	tst_sys(fchown(owned, 12, 34));
	tst_sys(fchmod(owned, 0640));
	tst_sys(fstat(owned, &before));
	/* a file that only a mapping has */
	closed = make("closed", 0, 3 * PAGE, PAGE, PAGE);
	closed_map = map(closed, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	tst_sys(close(closed));
	/* a program that can be called: nobody has it open as a writer */
	exec_fd = make("program", 0, 0, 0, 0);
	i = tst_sys(open("/bin/true", O_RDONLY));
	while ((good = read(i, got, sizeof(got))) > 0)
		if (write(exec_fd, got, good) != good)
			tst_die("write");
	close(i);

	shared = map(-1, ANON, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
	memcpy(shared, pattern, 100000);
	memcpy(shared + ANON - PAGE, pattern, PAGE);
	talk = map(-1, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
	anon = map(-1, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
	anon[0] = 1, anon[PAGE] = 2, anon[2 * PAGE] = 3;
	tst_sys(mprotect(anon + PAGE, PAGE, PROT_READ));
	tst_sys(munmap(anon + 2 * PAGE, PAGE));
	part = anon + 3 * PAGE;
	part[0] = 4;
	none = map(-1, PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS);
	noreserve = map(-1, 1L << 40, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE);
	noreserve[1L << 39] = 7;
	futex = (int *)(shared + ANON / 2);
	child = tst_sys(fork());
	if (!child) {	/* has it at the same place, and the middle of it at another */
		unsigned char *other = mremap(shared, 0, ANON, MREMAP_MAYMOVE);

		if (other == MAP_FAILED)
			_exit(1);
		talk->seen = 1;
		while (!talk->go)
			tst_sleep_ms(5);
		talk->seen = !memcmp(shared, pattern, 100000) && shared[200000] == 42 &&
			     other[200000] == 42 && closed_map[PAGE] == pattern[0];
		other[300000] = 43;
		closed_map[2 * PAGE] = 44;
		priv[6] = 45;
		talk->done = 1;
		/* a futex in shared memory is its page, not its address */
		syscall(SYS_futex, other + ANON / 2, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
		_exit(other[ANON / 2] != 1);
	}
	reader = tst_sys(fork());
	if (!reader) {	/* sleeps on the futex while it is dumped */
		while (!*futex)
			syscall(SYS_futex, futex, 0, 0, NULL, NULL, 0);
		_exit(*futex != 1);
	}
	while (!talk->seen)
		tst_sleep_ms(5);
	talk->seen = 0;
	tst_sleep_ms(100);

	tst_ready();

	tst_ok(link_of(plain, name, sizeof(name)) &&
	       !strcmp(name, "/memfd:plain name/with a slash (deleted)"), "name");
	tst_is(fcntl(plain, F_GETFD), FD_CLOEXEC, "close on exec");
	tst_is(lseek(plain, 0, SEEK_CUR), 1234, "position");
	tst_is(lseek(plain, 0, SEEK_END), 300000, "size");
	tst_ok(holds(plain, 0, 300000), "contents");
	tst_is(fcntl(plain, F_GET_SEALS), F_SEAL_SEAL, "no seals allowed");
	tst_is(lseek(empty, 0, SEEK_END), 0, "empty");
	tst_ok(write(empty, "x", 1) == 1 && !ftruncate(empty, 100000), "empty: grows");
	tst_ok(!fstat(sparse, &st) && st.st_size == 1L << 33 && st.st_blocks < 100,
	       "sparse: is sparse");
	tst_ok(holds(sparse, 1L << 32, 5000), "sparse: contents");
	for (good = 0, i = 0; i < 40; i++)
		good += holds(big, (long)i << 20, sizeof(pattern));
	tst_is(good, 40, "40 MiB");
	tst_is(fcntl(sealed, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
	       "seals");
	tst_ok(write(sealed, "x", 1) == -1 && errno == EPERM && ftruncate(sealed, 1) == -1 &&
	       mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, sealed, 0) == MAP_FAILED, "seals: hold");
	tst_ok(holds(sealed, 0, PAGE) && priv[5] == 99 && priv[4] == pattern[4] &&
	       priv[100] == pattern[100], "private mapping: its own pages");
	tst_ok(fcntl(grow, F_GET_SEALS) == F_SEAL_GROW && ftruncate(grow, 3 * PAGE) == -1 &&
	       !ftruncate(grow, PAGE) && !fcntl(grow, F_ADD_SEALS, F_SEAL_SHRINK),
	       "seals: more can be added");
	tst_is(fcntl(future, F_GET_SEALS), F_SEAL_FUTURE_WRITE, "seal for the future");
	future_map[9] = 77;
	tst_ok(ro_map[9] == 77, "what was mapped before can be written");
	tst_ok(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, future, 0) == MAP_FAILED &&
	       mprotect(ro_map, PAGE, PROT_READ | PROT_WRITE) == -1, "what comes later cannot");
	tst_ok((fcntl(ro, F_GETFL) & O_ACCMODE) == O_RDONLY && lseek(ro, 0, SEEK_CUR) == 50 &&
	       write(ro, "x", 1) == -1 && lseek(rw, 0, SEEK_CUR) == 0, "opened again: a file of its own");
	tst_ok(pwrite(rw, "new", 3, 10) == 3 && pread(ro, name, 3, 10) == 3 && !memcmp(name, "new", 3),
	       "opened again: of the same memory");
	tst_ok(!fstat(owned, &st) && st.st_uid == 12 && st.st_gid == 34 &&
	       st.st_mode == (S_IFREG | 0640), "owner and mode");
	tst_ok(st.st_mtim.tv_nsec == before.st_mtim.tv_nsec && st.st_mtim.tv_sec == before.st_mtim.tv_sec &&
	       st.st_ctim.tv_nsec == before.st_ctim.tv_nsec, "times");
	i = fork();
	if (!i) {
		char *args[] = { "true", NULL };

		fexecve(exec_fd, args, args + 1);
		_exit(errno);
	}
	tst_ok(waitpid(i, &status, 0) == i && !status, "a program in a memfd can be called");
	if (status)
		tst_note("status %x", status);

	tst_ok(!memcmp(shared, pattern, 100000) && !memcmp(shared + ANON - PAGE, pattern, PAGE) &&
	       !shared[150000], "shared anonymous memory: contents");
	tst_ok(is_named(shared, "/dev/zero (deleted)"), "shared anonymous memory: as /proc shows it");
	tst_ok(anon[0] == 1 && anon[PAGE] == 2 && part[0] == 4, "with a hole in it");
	tst_ok(!mprotect(none, PAGE, PROT_READ | PROT_WRITE) && !none[0], "without access");
	tst_is(noreserve[1L << 39], 7, "1 TiB of it, not reserved");
	page = 0;
	for (i = 0; i < 16; i++)
		page += noreserve[((1L << 39) / 16) * i];
	tst_is(page, 0, "and else empty");
	shared[200000] = 42;
	talk->go = 1;
	for (i = 0; i < 400 && !talk->done; i++)
		tst_sleep_ms(5);
	tst_ok(talk->done && talk->seen, "a child shares it");
	tst_is(shared[300000], 43, "and writes to it, at another address");
	tst_is(closed_map[2 * PAGE], 44, "a memfd that is only mapped is shared, too");
	tst_is(priv[6], pattern[6], "a private mapping is not");
	tst_ok(closed_map[PAGE + 5] == pattern[5], "a memfd that is only mapped: contents");
	tst_sleep_ms(50);
	*futex = 1;
	syscall(SYS_futex, futex, 1 /* FUTEX_WAKE */, 100, NULL, NULL, 0);
	tst_ok(waitpid(reader, &status, 0) == reader && !status, "futex: who slept is woken");
	tst_ok(waitpid(child, &status, 0) == child && !status, "futex: at another address");
	return tst_end();
}
