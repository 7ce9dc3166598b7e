// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm KIND: has memory of a kind that cannot be dumped, says "ready" and
 * stays. "skip: why" when this machine has no such memory. Without KIND: all
 * kinds and the words that their refusal must have.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <arpa/inet.h>
#include <asm/ldt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE	(2UL << 20)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static void skip(const char *what)
{
	printf("skip: %s: %s\n", what, strerror(errno));
	exit(0);
}

static void *must_map(void *p, const char *what)
{
	if (p == MAP_FAILED)
		skip(what);
	return p;
}

static void hugetlb(void)
{
	must_map(mmap(NULL, SIZE, RW, ANON | MAP_HUGETLB | MAP_NORESERVE, -1, 0), "MAP_HUGETLB");
}

static void userfault(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *p = must_map(mmap(NULL, SIZE, RW, ANON, -1, 0), "mmap");

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		skip("userfaultfd");
	reg.range.start = (unsigned long)p;
	reg.range.len = SIZE;
	if (ioctl(fd, UFFDIO_REGISTER, &reg))
		skip("UFFDIO_REGISTER");
	/* the mapping refuses, not only the descriptor */
}

static void io_uring(void)
{
	struct io_uring_params params = {};
	int fd = syscall(SYS_io_uring_setup, 8, &params);

	if (fd < 0)
		skip("io_uring_setup");
	must_map(mmap(NULL, 4096, RW, MAP_SHARED, fd, IORING_OFF_SQ_RING), "mmap");
	close(fd);
}

static void perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	if (fd < 0)
		skip("perf_event_open");
	must_map(mmap(NULL, 2 * 4096, RW, MAP_SHARED, fd, 0), "mmap");
	close(fd);
}

static void packet(void)
{
	struct tpacket_req req = { .tp_block_size = 4096, .tp_block_nr = 4, .tp_frame_size = 2048,
				   .tp_frame_nr = 8 };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		skip("AF_PACKET");
	must_map(mmap(NULL, 4 * 4096, RW, MAP_SHARED, fd, 0), "mmap");
	close(fd);
}

static void policy(void)
{
	void *p = must_map(mmap(NULL, SIZE, RW, ANON, -1, 0), "mmap");
	unsigned long nodes = 1;

	if (syscall(SYS_mbind, p, SIZE, 2 /* MPOL_BIND */, &nodes, 8, 0))
		skip("mbind");
}

static void vdso_key(void)
{
	int k = pkey_alloc(0, 0);

	if (k < 0)
		skip("pkey_alloc");
	if (pkey_mprotect((void *)getauxval(AT_SYSINFO_EHDR), 4096, PROT_READ | PROT_EXEC, k))
		skip("pkey_mprotect");
}

static void ldt(void)
{
	struct user_desc desc = { .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1 };

	if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)))
		skip("modify_ldt");
}

static void vdso(void)
{
	unsigned long start, end, at = getauxval(AT_SYSINFO_EHDR);
	FILE *f = fopen("/proc/self/maps", "r");
	char line[256];
	void *to;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) != 2 || start != at)
			continue;
		to = must_map(mmap(NULL, SIZE, PROT_NONE, ANON, -1, 0), "mmap");
		if (mremap((void *)start, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to) != to)
			skip("mremap");
		return;
	}
	skip("no vdso");
}

static void secret(void)
{
	int fd = syscall(SYS_memfd_secret, 0);

	if (fd < 0 || ftruncate(fd, SIZE))
		skip("memfd_secret");
	must_map(mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0), "mmap");
	close(fd);
}

static void deleted(void)
{
	char name[] = "/tmp/refuse-mm.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || ftruncate(fd, SIZE))
		skip("mkstemp");
	link(name, "/tmp/refuse-mm.other");
	must_map(mmap(NULL, SIZE, RW, MAP_PRIVATE, fd, 0), "mmap");
	close(fd);
	unlink(name);
}

static void sealed(void)
{
	void *p = must_map(mmap(NULL, SIZE, RW, ANON, -1, 0), "mmap");

	if (syscall(462 /* mseal */, p, SIZE, 0))
		skip("mseal");
}

static void merge(void)
{
	if (syscall(SYS_prctl, 67 /* PR_SET_MEMORY_MERGE */, 1, 0, 0, 0))
		skip("PR_SET_MEMORY_MERGE");
}

static const struct {
	const char *name;
	void (*make)(void);
	const char *words;
} kinds[] = {
	{ "hugetlb", hugetlb, "hugetlb" },
	{ "userfault", userfault, "userfaultfd" },
	{ "io_uring", io_uring, "io_uring ring" },
	{ "perf", perf, "perf event buffer" },
	{ "packet", packet, "packet socket ring" },
	{ "policy", policy, "NUMA policy" },
	{ "vdso_pkey", vdso_key, "vdso with a protection key" },
	{ "ldt", ldt, "local descriptor table" },
	{ "vdso", vdso, "vdso was moved" },
	{ "secret", secret, "secret memory" },
	{ "deleted", deleted, "refuse-mm.*unlinked, but has other names" },
	{ "sealed", sealed, "sealed mapping" },
	{ "merge", merge, "merging of all memory" },
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

int main(int argc, char **argv)
{
	unsigned int i;

	setlinebuf(stdout);
	for (i = 0; i < NKINDS; i++) {
		if (argc < 2)
			printf("%s\t%s\n", kinds[i].name, kinds[i].words);
		else if (!strcmp(argv[1], kinds[i].name))
			break;
	}
	if (argc < 2)
		return 0;
	if (i == NKINDS)
		return 2;
	kinds[i].make();
	printf("ready\n");
	for (;;)
		pause();
}
