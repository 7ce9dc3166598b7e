// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzcptcheck: is a file the image of a VE, whole and undamaged?
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "imgwalk.h"
#include "imglist.h"

struct run {
	int fd;
	int list;
	__u64 records;
	__u64 bytes;
};

static ssize_t run_read(void *arg, void *buf, size_t n)
{
	struct run *run = arg;
	ssize_t got = read(run->fd, buf, n);

	if (got > 0)
		run->bytes += (__u64)got;
	return got;
}

static void run_header(void *arg, const struct cpt_image_header *h)
{
	struct run *run = arg;

	if (run->list)
		img_list_header(h);
}

static void run_record(void *arg, const struct cpt_object_hdr *h, const void *fixed,
		       const void *content)
{
	struct run *run = arg;

	run->records++;
	if (run->list)
		img_list_record(h, fixed, content, run->list > 1);
}

static void usage(FILE *to)
{
	fputs("Usage: vzcptcheck [-l] [-v] FILE|-\n"
	      "Checks the image of a VE; \"-\" is the standard input. Exit status 0: it is\n"
	      "whole; 1: it is not, one line says why.\n"
	      "  -l, --list     list its records\n"
	      "  -v, --verbose  with -l also their contents; without, say what was checked\n", to);
}

static int check(struct run *run, const char *name, int verbose)
{
	struct img_source src = {
		.read = run_read, .header = run_header, .record = run_record, .arg = run,
	};
	struct vz_check *chk = vz_check_new();
	const char *why;
	int err;

	if (!chk) {
		fprintf(stderr, "vzcptcheck: no memory\n");
		return 1;
	}
	err = img_walk(chk, &src);
	fflush(stdout);
	why = vz_check_message(chk);
	if (err)
		fprintf(stderr, "vzcptcheck: %s: %s\n", name, *why ? why : strerror(-err));
	else if (verbose && !run->list)
		printf("%s: %llu records, %llu bytes\n", name, run->records, run->bytes);
	vz_check_free(chk);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list", 0, NULL, 'l' }, { "verbose", 0, NULL, 'v' }, { "help", 0, NULL, 'h' }, { 0 },
	};
	struct run run = { 0 };
	int c, verbose = 0, list = 0, ret;

	while ((c = getopt_long(argc, argv, "lvh", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			list = 1;
			break;
		case 'v':
			verbose = 1;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return 1;
	}
	run.list = list ? 1 + verbose : 0;
	if (strcmp(argv[optind], "-"))
		run.fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	if (run.fd < 0) {
		fprintf(stderr, "vzcptcheck: %s: %s\n", argv[optind], strerror(errno));
		return 1;
	}
	ret = check(&run, argv[optind], verbose);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "vzcptcheck: cannot write: %s\n", strerror(errno));
		return 1;
	}
	return ret;
}
