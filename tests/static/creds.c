// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials: each thread and process may have others. The system calls are
 * used raw: the C library would change all threads.
 */
#include "tst.h"
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define GROUPS 70

struct state {
	unsigned int uid[3], gid[3], fsuid, fsgid;
	int ngroups;
	gid_t groups[GROUPS];
	struct __user_cap_data_struct caps[2];
	unsigned long long bset, ambient;
	int securebits, nnp, keepcaps, dumpable;
};

static void take(struct state *s)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	int i;

	memset(s, 0, sizeof(*s));
	syscall(SYS_getresuid, &s->uid[0], &s->uid[1], &s->uid[2]);
	syscall(SYS_getresgid, &s->gid[0], &s->gid[1], &s->gid[2]);
	s->fsuid = syscall(SYS_setfsuid, -1);
	s->fsgid = syscall(SYS_setfsgid, -1);
	s->ngroups = syscall(SYS_getgroups, GROUPS, s->groups);
	syscall(SYS_capget, &h, s->caps);
	for (i = 0; i < 41; i++) {
		s->bset |= (unsigned long long)(prctl(PR_CAPBSET_READ, i) == 1) << i;
		s->ambient |= (unsigned long long)(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0,
							  0) == 1) << i;
	}
	s->securebits = prctl(PR_GET_SECUREBITS);
	s->nnp = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	s->keepcaps = prctl(PR_GET_KEEPCAPS);
	s->dumpable = prctl(PR_GET_DUMPABLE);
}

static void set_caps(unsigned long long eff, unsigned long long perm, unsigned long long inh)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = {
		{ eff, perm, inh }, { eff >> 32, perm >> 32, inh >> 32 },
	};

	tst_sys(syscall(SYS_capset, &h, d));
}

#define C(cap) (1ULL << (cap))

static void c_uids(void)
{
	tst_sys(syscall(SYS_setresgid, 2001, 2002, 2003));
	tst_sys(syscall(SYS_setresuid, 1001, 1002, 1003));
}

static void c_saved_root(void) { tst_sys(syscall(SYS_setresuid, 1001, 1001, 0)); }

static void c_fsids(void)
{
	syscall(SYS_setfsgid, 3002);
	syscall(SYS_setfsuid, 3001);
}

static void c_groups(void)
{
	gid_t groups[GROUPS];
	int i;

	for (i = 0; i < GROUPS; i++)
		groups[i] = 5000 + i * 7;
	tst_sys(syscall(SYS_setgroups, GROUPS, groups));
}

static void c_no_groups(void) { tst_sys(syscall(SYS_setgroups, 0, NULL)); }
static void c_no_caps(void) { set_caps(0, 0, 0); }

static void c_some_caps(void)
{
	unsigned long long perm = C(CAP_NET_ADMIN) | C(CAP_SYSLOG) | C(CAP_CHOWN) | C(CAP_BPF);

	set_caps(perm & ~C(CAP_CHOWN), perm, C(CAP_SYSLOG) | C(CAP_NET_ADMIN));
}

static void c_ambient(void)
{
	set_caps(C(CAP_SETPCAP) | C(CAP_KILL), C(CAP_SETPCAP) | C(CAP_KILL) | C(CAP_SYSLOG),
		 C(CAP_KILL) | C(CAP_SYSLOG));
	tst_sys(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYSLOG, 0, 0));
	tst_sys(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
}

static void c_bset(void)
{
	tst_sys(prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE));
	tst_sys(prctl(PR_CAPBSET_DROP, CAP_CHECKPOINT_RESTORE));
}

static void c_keepcaps(void)
{
	tst_sys(prctl(PR_SET_KEEPCAPS, 1));
	tst_sys(syscall(SYS_setresuid, 1001, 1001, 1001));
	tst_sys(prctl(PR_SET_KEEPCAPS, 1));
}

static void c_securebits(void)
{
	tst_sys(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
					  SECBIT_NO_SETUID_FIXUP | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED));
	tst_sys(syscall(SYS_setresuid, 1004, 1004, 1004));
}

static void c_nnp(void) { tst_sys(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
static void c_nothing(void) { }

/* The last user id there is; root in name only. */
static void c_big(void)
{
	set_caps(C(CAP_SETUID) | C(CAP_SETGID), C(CAP_SETUID) | C(CAP_SETGID), 0);
	tst_sys(syscall(SYS_setresgid, 0xfffffffe, 65534, 0));
	tst_sys(syscall(SYS_setresuid, 0xfffffffe, 65534, 0));
}

struct one {
	const char *name;
	void (*set)(void);
	int process;		/* 0: a thread; 1: a process; 2, 3: with dumpable 0, 1 */
	pthread_t thread;
	pid_t pid;
	int pipe[2];
	struct state before, after;
	int may_read;
};

static struct one ones[] = {
	{ .name = "as it began", .set = c_nothing },
	{ .name = "ids", .set = c_uids },
	{ .name = "saved root", .set = c_saved_root },
	{ .name = "ids of file systems", .set = c_fsids },
	{ .name = "70 groups", .set = c_groups },
	{ .name = "no groups", .set = c_no_groups },
	{ .name = "no capabilities", .set = c_no_caps },
	{ .name = "some capabilities", .set = c_some_caps },
	{ .name = "ambient capabilities", .set = c_ambient },
	{ .name = "bounding set", .set = c_bset },
	{ .name = "kept capabilities", .set = c_keepcaps },
	{ .name = "securebits", .set = c_securebits },
	{ .name = "no_new_privs", .set = c_nnp },
	{ .name = "large ids", .set = c_big },
	{ .name = "process: ids, dumpable 0", .set = c_uids, .process = 2 },
	{ .name = "process: ids, dumpable 1", .set = c_uids, .process = 3 },
	{ .name = "process: as it began", .set = c_nothing, .process = 1 },
};
#define ONES (int)(sizeof(ones) / sizeof(*ones))

static int ready;
static volatile int go;

static void *lives(void *arg)
{
	struct one *o = arg;

	o->set();
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	/* setting ids made the process not dumpable: all know when all have */
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 1000)
		tst_sleep_ms(5);
	take(&o->before);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (!go)
		tst_sleep_ms(10);
	take(&o->after);
	return NULL;
}

static void child(struct one *o)
{
	o->set();
	if (o->process > 1)
		tst_sys(prctl(PR_SET_DUMPABLE, o->process - 2));
	take(&o->before);
	tst_sys(write(o->pipe[1], "r", 1));
	tst_wait_for(tst_go);
	take(&o->after);
	_exit(!!memcmp(&o->before, &o->after, sizeof(o->before)));
}

static void difference(const struct state *a, const struct state *b)
{
	tst_note("uid %u %u %u fs %u, was %u %u %u fs %u", b->uid[0], b->uid[1], b->uid[2], b->fsuid,
		 a->uid[0], a->uid[1], a->uid[2], a->fsuid);
	tst_note("%d groups, was %d; bset %llx, was %llx; ambient %llx, was %llx", b->ngroups,
		 a->ngroups, b->bset, a->bset, b->ambient, a->ambient);
	tst_note("effective %x%08x, was %x%08x; securebits %#x, was %#x; nnp %d, was %d; dumpable %d, was %d",
		 b->caps[1].effective, b->caps[0].effective, a->caps[1].effective,
		 a->caps[0].effective, b->securebits, a->securebits, b->nnp, a->nnp, b->dumpable,
		 a->dumpable);
}

int main(int argc, char **argv)
{
	int i, status, threads = 0;
	char c;

	tst_begin(argc, argv);
	for (i = ONES - 1; i >= 0; i--) {
		struct one *o = &ones[i];

		if (!o->process) {
			threads++;
			tst_must(!pthread_create(&o->thread, NULL, lives, o));
			continue;
		}
		tst_sys(pipe(o->pipe));
		o->pid = tst_sys(fork());
		if (!o->pid)
			child(o);
		tst_must(read(o->pipe[0], &c, 1) == 1);
	}
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < threads)
		tst_sleep_ms(5);
	__atomic_store_n(&ready, 1000, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 1000 + threads)
		tst_sleep_ms(5);
	tst_ready();
	go = 1;
	for (i = 0; i < ONES; i++) {
		struct one *o = &ones[i];

		if (o->process) {
			tst_ok(waitpid(o->pid, &status, 0) == o->pid && !status, "%s", o->name);
			continue;
		}
		pthread_join(o->thread, NULL);
		if (!tst_ok(!memcmp(&o->before, &o->after, sizeof(o->before)), "thread: %s", o->name))
			difference(&o->before, &o->after);
	}
	return tst_end();
}
