// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm.memfd_noexec of the VE: newer kernels have it, older ones refuse it by name.
 */
/* elsewhere: this kernel has no vm.memfd_noexec */
#include "tst.h"
#include <sys/mman.h>
#include <sys/stat.h>

static const char setting[] = "/proc/sys/vm/memfd_noexec";

static int get(void)
{
	FILE *f = fopen(setting, "r");
	int n = -1;

	if (f) {
		tst_must(fscanf(f, "%d", &n) == 1);
		fclose(f);
	}
	return n;
}

int main(int argc, char **argv)
{
	int has = get() >= 0, fd;
	struct stat st;
	FILE *f;

	tst_begin(argc, argv);
	if (has) {
		f = fopen(setting, "w");
		tst_must(f && fputs("1\n", f) > 0 && !fclose(f));
	}
	tst_ready();
	if (!has) {
		tst_skip("memfd_noexec", "this kernel has no such setting");
		return tst_end();
	}
	tst_is(get(), 1, "the setting is kept");
	fd = memfd_create("x", 0);
	tst_ok(fd >= 0 && !fstat(fd, &st) && !(st.st_mode & 0111), "it counts for new memfds");
	return tst_end();
}
