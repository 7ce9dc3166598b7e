// SPDX-License-Identifier: GPL-2.0-only
/* Host name and domain name. */
#define _GNU_SOURCE
#include <sys/utsname.h>
#include "tst.h"

int main(int argc, char **argv)
{
	static const char name[] = "a-rather-long-name-for-a-host-that-fills-all-the-bytes-there-ar";
	struct utsname before, after;

	tst_begin(argc, argv);
	tst_must(!sethostname(name, strlen(name)));
	tst_must(!setdomainname("example.org", 11));
	tst_must(!uname(&before));
	tst_must(!strcmp(before.nodename, name));
	tst_ready();
	tst_must(!uname(&after));
	tst_ok(!strcmp(before.nodename, after.nodename), "host name %s", after.nodename);
	tst_ok(!strcmp(before.domainname, after.domainname), "domain name %s", after.domainname);
	tst_ok(!sethostname("x", 1) && !uname(&after) && !strcmp(after.nodename, "x"),
	       "can be changed");
	return tst_end();
}
