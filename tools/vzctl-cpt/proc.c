// SPDX-License-Identifier: GPL-2.0-only
/* What /proc of the host says about processes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util.h"
#include "ve.h"

ino_t pid_namespace(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

char process_state(pid_t pid, unsigned long long *start_time)
{
	char path[64], text[1024], state;
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return 0;
	/* The command name may hold anything, but is the last in parentheses. */
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
			 " %*d %*d %*d %*d %*d %*d %llu", &state, start_time) != 2)
		return 0;
	return state;
}

int for_each_process(int (*fn)(void *arg, pid_t pid, ino_t pidns), void *arg)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return 0;
	while (!ret && (entry = readdir(dir))) {
		unsigned long pid;
		ino_t ns;

		if (parse_number(entry->d_name, 1UL << 30, &pid))
			continue;
		/* Zombies have no namespace link; they are not counted. */
		ns = pid_namespace(pid);
		if (ns)
			ret = fn(arg, pid, ns);
	}
	closedir(dir);
	return ret;
}
