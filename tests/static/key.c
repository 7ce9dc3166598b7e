// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys and keyrings: numbers, values, permissions, times, links, whose they are.
 */
#include "tst.h"
#include <linux/keyctl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

typedef int key_id;

static long keyctl(int op, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, op, a, b, c, d);
}

static key_id add(const char *type, const char *name, const char *value, size_t len, key_id to)
{
	return tst_sys(syscall(SYS_add_key, type, name, value, len, to));
}

static key_id id_of(key_id special)
{
	return keyctl(KEYCTL_GET_KEYRING_ID, special, 0, 0, 0);
}

static const char *describe(key_id key)
{
	static char buf[4][256];
	static int n;
	char *b = buf[n++ % 4];

	if (keyctl(KEYCTL_DESCRIBE, key, (long)b, 256, 0) < 0)
		snprintf(b, 256, "error %d", errno);
	return b;
}

static int holds(key_id key, const char *value, size_t len)
{
	char buf[40000];

	return keyctl(KEYCTL_READ, key, (long)buf, sizeof(buf), 0) == (long)len &&
	       !memcmp(buf, value, len);
}

/* Number of links; is @key one of them? */
static int links(key_id keyring, key_id key, int *found)
{
	key_id ids[4096];
	long len = keyctl(KEYCTL_READ, keyring, (long)ids, sizeof(ids), 0);

	*found = 0;
	for (unsigned int i = 0; len > 0 && i < len / sizeof(*ids); i++)
		*found |= ids[i] == key;
	return len < 0 ? -1 : len / (long)sizeof(*ids);
}

static int has(key_id keyring, key_id key)
{
	int found;

	links(keyring, key, &found);
	return found;
}

static key_id thread_key, thread_key_of, process_key_of;
static char thread_said[256];
static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	(void)arg;
	thread_key = add("user", "of the thread", "t", 1, KEY_SPEC_THREAD_KEYRING);
	thread_key_of = id_of(KEY_SPEC_THREAD_KEYRING);
	process_key_of = id_of(KEY_SPEC_PROCESS_KEYRING);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	if (id_of(KEY_SPEC_THREAD_KEYRING) != thread_key_of || !holds(thread_key, "t", 1))
		strcpy(thread_said, "its keyring is another one");
	if (id_of(KEY_SPEC_PROCESS_KEYRING) != process_key_of)
		strcpy(thread_said, "the process' keyring is another one");
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(int argc, char **argv)
{
	key_id session, nested, small, big, secret, limited, timed, dead, deep, process, pkey, many;
	key_id revoked_session, user;
	char value[8000], was[8][256];
	int out[2], in[2], status, found;
	time_t began;
	pthread_t t;
	pid_t pid, late;
	char b = 0;

	tst_begin(argc, argv);
	for (unsigned int i = 0; i < sizeof(value); i++)
		value[i] = i * 7 + i / 256;

	/* a process whose session was revoked, as after a logout */
	tst_sys(pipe(out));
	tst_sys(pipe(in));
	late = tst_sys(fork());
	if (!late) {
		revoked_session = tst_sys(keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
		add("user", "lost", "x", 1, KEY_SPEC_SESSION_KEYRING);
		tst_sys(keyctl(KEYCTL_REVOKE, revoked_session, 0, 0, 0));
		if (write(out[1], "", 1) != 1 || read(in[0], &b, 1) != 1)
			_exit(9);
		_exit(keyctl(KEYCTL_READ, revoked_session, 0, 0, 0) == -1 && errno == EKEYREVOKED &&
		      keyctl(KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) == -1 &&
		      errno == EKEYREVOKED ? 0 : 1);
	}
	tst_must(read(out[0], &b, 1) == 1);

	session = tst_sys(keyctl(KEYCTL_JOIN_SESSION_KEYRING, (long)"mine", 0, 0, 0));
	nested = add("keyring", "nested", NULL, 0, session);
	deep = add("keyring", "deep", NULL, 0, nested);
	small = add("user", "small", "1", 1, session);
	tst_sys(keyctl(KEYCTL_LINK, small, deep, 0, 0));
	big = add("user", "big", value, sizeof(value), deep);
	secret = add("logon", "a:secret", "hidden", 6, nested);
	limited = add("user", "limited", "view", 4, session);
	tst_sys(keyctl(KEYCTL_CHOWN, limited, -1, 33, 0));
	tst_sys(keyctl(KEYCTL_SETPERM, limited, 0x01010101, 0, 0));
	timed = add("user", "timed", "soon", 4, session);
	tst_sys(keyctl(KEYCTL_SET_TIMEOUT, timed, 1, 0, 0));
	dead = add("user", "dead", "revoked", 7, session);
	tst_sys(keyctl(KEYCTL_REVOKE, dead, 0, 0, 0));
	many = add("keyring", "many", NULL, 0, session);
	for (int i = 0; i < 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n %d", i);
		add("user", name, name, strlen(name), many);
	}
	user = tst_sys(id_of(KEY_SPEC_USER_KEYRING));
	tst_sys(keyctl(KEYCTL_LINK, user, session, 0, 0));
	pkey = add("user", "of the process", "p", 1, KEY_SPEC_PROCESS_KEYRING);
	process = id_of(KEY_SPEC_PROCESS_KEYRING);
	tst_sys(keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_PROCESS_KEYRING, 0, 0, 0));

	tst_must(!pthread_barrier_init(&barrier, NULL, 2));
	tst_must(!pthread_create(&t, NULL, thread, NULL));
	pthread_barrier_wait(&barrier);

	/* the same session, its own process keyring: none */
	pid = tst_sys(fork());
	if (!pid) {
		if (read(in[0], &b, 1) != 1)
			_exit(9);
		_exit(id_of(KEY_SPEC_SESSION_KEYRING) == session && holds(small, "1", 1) &&
		      keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0) == -1 &&
		      errno == ENOKEY ? 0 : 1);
	}
	strcpy(was[0], describe(session));
	strcpy(was[1], describe(nested));
	strcpy(was[2], describe(big));
	strcpy(was[3], describe(secret));
	strcpy(was[4], describe(limited));
	strcpy(was[5], describe(process));
	began = time(NULL);

	tst_ready();

	tst_is(id_of(KEY_SPEC_SESSION_KEYRING), session, "session keyring");
	tst_ok(!strcmp(describe(session), was[0]), "its name, owner and permissions: %s", describe(session));
	tst_ok(has(session, nested) && has(nested, deep) && has(deep, small) && has(session, small) &&
	       has(nested, secret), "links, two to one key among them");
	tst_ok(!strcmp(describe(nested), was[1]) && !strcmp(describe(big), was[2]) &&
	       !strcmp(describe(secret), was[3]) && !strcmp(describe(limited), was[4]),
	       "names, owners and permissions: %s", describe(limited));
	tst_ok(holds(small, "1", 1) && holds(big, value, sizeof(value)), "values");
	tst_is(keyctl(KEYCTL_READ, secret, 0, 0, 0), -1, "a value that cannot be read");
	tst_is(keyctl(KEYCTL_READ, limited, 0, 0, 0), -1, "nor one without permission");
	tst_is(keyctl(KEYCTL_SEARCH, session, (long)"user", (long)"big", 0), big, "a search finds a nested key");
	tst_is(syscall(SYS_request_key, "logon", "a:secret", NULL, 0), secret, "and request_key the secret one");
	tst_is(links(many, 0, &found), 300, "a keyring with many keys");
	user = id_of(KEY_SPEC_USER_KEYRING);	/* of this host */
	tst_ok(has(session, user), "a link to the user's keyring");

	while (time(NULL) < began + 3)
		tst_sleep_ms(100);
	tst_ok(keyctl(KEYCTL_READ, timed, 0, 0, 0) == -1 && (errno == EKEYEXPIRED || errno == ENOKEY),
	       "a key expires");
	tst_ok(keyctl(KEYCTL_READ, dead, 0, 0, 0) == -1 && (errno == EKEYREVOKED || errno == ENOKEY),
	       "a revoked one stays that");

	tst_ok(id_of(KEY_SPEC_PROCESS_KEYRING) == process && has(process, pkey) && holds(pkey, "p", 1) &&
	       !strcmp(describe(process), was[5]), "process keyring: %s", describe(process));
	tst_is(keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE, 0, 0, 0),
	       KEY_REQKEY_DEFL_PROCESS_KEYRING, "where request_key puts keys");
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	tst_ok(!*thread_said && process_key_of == process, "thread keyring %s", thread_said);
	tst_ok(id_of(KEY_SPEC_THREAD_KEYRING) != thread_key_of, "is that thread's alone");
	pthread_join(t, NULL);

	tst_must(write(in[1], "12", 2) == 2);
	tst_ok(waitpid(pid, &status, 0) == pid && !status, "a child has the session: status %#x", status);
	tst_ok(waitpid(late, &status, 0) == late && !status,
	       "another one has a session that was revoked: status %#x", status);

	tst_ok(add("user", "new", "after", 5, session) > 0 && keyctl(KEYCTL_UNLINK, small, deep, 0, 0) == 0 &&
	       !has(deep, small) && has(session, small), "keys can be added and unlinked");
	tst_is(keyctl(KEYCTL_REVOKE, session, 0, 0, 0), 0, "the session is revoked by its number");
	tst_ok(keyctl(KEYCTL_READ, session, 0, 0, 0) == -1 && errno == EKEYREVOKED, "and gone");
	return tst_end();
}
