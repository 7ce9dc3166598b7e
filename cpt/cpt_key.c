// SPDX-License-Identifier: GPL-2.0-only
/*
 * key: keyrings of threads, processes and sessions, and the keys that they lead to.
 * A user's own keyrings (_uid.N, _uid_ses.N) are the host's: a link to one leads to
 * the one of the host that restores.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/key-type.h>
#include <linux/sched/signal.h>
#include "../kernel/access.h"
#include "cpt_task.h"

#define MAX_NESTED	16	/* the kernel nests keyrings six deep */

static bool is_user_keyring(const struct key *key)
{
	return test_bit(KEY_FLAG_UID_KEYRING, &key->flags);
}

static u32 type_of(const struct key *key)
{
	if (is_user_keyring(key))
		return strstarts(key->description, "_uid_ses.") ? CPT_KEY_UID_SESSION : CPT_KEY_UID;
	if (key->type == &key_type_keyring)
		return CPT_KEY_KEYRING;
	if (key->type == &key_type_user)
		return CPT_KEY_USER;
	return key->type == &key_type_logon ? CPT_KEY_LOGON : 0;
}

/* ---- what a keyring links to ---- */

struct links {
	key_serial_t *serials;
	unsigned int n;
};

/* It may grow at the same time: then it is asked again. */
static int read_links(struct key *keyring, struct links *links)
{
	size_t size = 0;
	long len;

	links->serials = NULL;
	links->n = 0;
	for (;;) {
		down_read(&keyring->sem);
		len = keyring->type->read(keyring, (char *)links->serials, size);
		up_read(&keyring->sem);
		if (len <= (long)size)
			break;
		kvfree(links->serials);
		size = len;
		links->serials = kvmalloc(size, GFP_KERNEL);
		if (!links->serials)
			return -ENOMEM;
	}
	if (len < 0) {
		kvfree(links->serials);
		links->serials = NULL;
		return len;
	}
	links->n = len / sizeof(*links->serials);
	return 0;
}

static bool has_links(const struct key *key)
{
	return key->type == &key_type_keyring && !is_user_keyring(key) &&
	       !test_bit(KEY_FLAG_REVOKED, &key->flags);
}

/* ---- who else has it ---- */

/* Is it the session keyring of a process outside of the VE? */
static bool is_of_outside(struct vz_context *ctx, const struct key *key)
{
	struct task_struct *group, *task;
	bool found = false;

	rcu_read_lock();
	for_each_process_thread(group, task) {
		found = __task_cred(task)->session_keyring == key &&
			!task_pid_nr_ns(task, ctx->pidns);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/* The key with the next number, held; NULL: there are no more. */
static struct key *next_key(key_serial_t last)
{
	struct key *key = NULL, *k;
	struct rb_node *node;

	spin_lock(vz_key_serial_lock);
again:
	key = NULL;
	for (node = vz_key_serial_tree->rb_node; node;) {
		k = rb_entry(node, struct key, serial_node);
		if (k->serial > last) {
			key = k;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	if (key && !refcount_inc_not_zero(&key->usage)) {
		last = key->serial;	/* on its way out */
		goto again;
	}
	spin_unlock(vz_key_serial_lock);
	return key;
}

/* A keyring that is not ours must not lead to a key that is. */
static int judge_outside(struct vz_context *ctx, struct key *keyring)
{
	struct links links;
	struct vz_obj *obj;
	unsigned int i;
	struct key *key;
	int err;

	err = read_links(keyring, &links);
	if (err)
		return err == -ENOMEM ? err : 0;
	for (i = 0; i < links.n; i++) {
		key = vz_key_lookup(links.serials[i]);
		if (IS_ERR(key))
			continue;
		obj = vz_obj_find(ctx, CPT_OBJ_KEY, key);
		if (obj && !is_user_keyring(key))
			cpt_refuse(ctx, "key %u (%s): is also in keyring %u (%s), which is not the VE's",
				   key->serial, key->description, keyring->serial,
				   keyring->description);
		key_put(key);
	}
	kvfree(links.serials);
	return 0;
}

static int cpt_key_collected(struct vz_context *ctx)
{
	key_serial_t last = 0;
	struct vz_obj *obj;
	struct key *key;
	int err = 0;

	if (list_empty(&ctx->objects[CPT_OBJ_KEY]))
		return 0;
	while (!err && (key = next_key(last))) {
		last = key->serial;
		obj = vz_obj_find(ctx, CPT_OBJ_KEY, key);
		if (key->type == &key_type_keyring && (!obj || is_user_keyring(key)))
			err = judge_outside(ctx, key);
		key_put(key);
	}
	return err;
}

/* ---- collect ---- */

static void cpt_key_get(void *ptr)
{
	__key_get(ptr);
}

static void cpt_key_put(void *ptr)
{
	key_put(ptr);
}

static int cpt_key_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	const unsigned long known = BIT(KEY_FLAG_REVOKED) | BIT(KEY_FLAG_IN_QUOTA) |
				    BIT(KEY_FLAG_INVALIDATED);
	const struct key *key = obj->ptr;
	const char *what = NULL;

	if (is_user_keyring(key))
		return 0;
	if (!type_of(key))
		cpt_refuse(ctx, "%s: key %u (%s) of type %s: not supported", ctx->who, key->serial,
			   key->description, key->type->name);
	else if (READ_ONCE(key->state) != KEY_IS_POSITIVE)
		what = "without a value (keyctl_instantiate)";
	else if (key->type == &key_type_keyring && READ_ONCE(key->restrict_link))
		what = "with a restriction (keyctl_restrict_keyring)";
	else if (READ_ONCE(key->flags) & ~known)
		what = "with flags of the kernel's";
	if (what)
		cpt_refuse(ctx, "%s: key %u (%s) %s: not supported", ctx->who, key->serial,
			   key->description, what);
	return 0;
}

static int collect_links(struct vz_context *ctx, struct key *keyring, unsigned int depth);

/* Before the keyrings that lead to it: records refer to earlier ones. */
static int collect_key(struct vz_context *ctx, struct key *key, unsigned int depth)
{
	struct vz_obj *obj;
	int err = 0;

	if (!vz_obj_find(ctx, CPT_OBJ_KEY, key) && has_links(key))
		err = collect_links(ctx, key, depth);
	if (err)
		return err;
	obj = cpt_collect(ctx, CPT_OBJ_KEY, key);
	return PTR_ERR_OR_ZERO(obj);
}

static int collect_links(struct vz_context *ctx, struct key *keyring, unsigned int depth)
{
	struct links links;
	struct key *key;
	unsigned int i;
	int err;

	if (depth == MAX_NESTED)
		return cpt_err(ctx, -ELOOP, "key %u: keyrings are nested too deep", keyring->serial);
	err = read_links(keyring, &links);
	if (err)
		return cpt_err(ctx, err, "key %u: its links cannot be read: error %d",
			       keyring->serial, -err);
	for (i = 0; i < links.n && !err; i++) {
		key = vz_key_lookup(links.serials[i]);
		if (IS_ERR(key))
			continue;	/* it is on its way out of there */
		err = collect_key(ctx, key, depth + 1);
		key_put(key);
	}
	kvfree(links.serials);
	return err;
}

/**
 * cpt_collect_key() - collect a key of credentials, and those that it leads to
 * @ctx: the context
 * @key: the key, held by credentials that are; or NULL
 *
 * Return: 0 or -errno
 */
int cpt_collect_key(struct vz_context *ctx, struct key *key)
{
	return key ? collect_key(ctx, key, 0) : 0;
}

/**
 * cpt_collect_session_key() - the same of a session keyring
 * @ctx: the context
 * @key: the keyring, or NULL
 *
 * The one that the VE's init was started with may be the host's: that is not taken
 * along. Return: 0 or -errno
 */
int cpt_collect_session_key(struct vz_context *ctx, struct key *key)
{
	struct task_struct *init;
	const struct cred *cred;
	bool of_init;

	if (!key || is_user_keyring(key) || vz_obj_find(ctx, CPT_OBJ_KEY, key) ||
	    !is_of_outside(ctx, key))
		return cpt_collect_key(ctx, key);
	init = cpt_get_init(ctx);
	if (!init)
		return 0;
	cred = get_task_cred(init);
	of_init = cred->session_keyring == key;
	put_cred(cred);
	put_task_struct(init);
	if (!of_init)
		cpt_refuse(ctx, "%s: session keyring of a process outside of the VE", ctx->who);
	return 0;
}

/* ---- the record: ids of what it leads to, description, value ---- */

static int add_links(struct vz_context *ctx, struct key *keyring, struct cpt_key_image *v,
		     struct cpt_buf *buf)
{
	struct links links;
	struct key *key;
	unsigned int i;
	int err;
	u64 id;

	err = read_links(keyring, &links);
	for (i = 0; i < links.n && !err; i++) {
		key = vz_key_lookup(links.serials[i]);
		if (IS_ERR(key))
			continue;
		id = cpt_id(ctx, CPT_OBJ_KEY, key);
		key_put(key);
		if (!id)
			err = -EBUSY;	/* somebody outside has put it there */
		else
			err = cpt_buf_add(buf, &id, sizeof(id));
		v->links++;
	}
	kvfree(links.serials);
	return err;
}

static int add_value(struct key *key, struct cpt_key_image *v, struct cpt_buf *buf)
{
	const struct user_key_payload *value;
	int err = 0;

	down_read(&key->sem);
	value = user_key_payload_locked(key);
	if (value && !test_bit(KEY_FLAG_REVOKED, &key->flags)) {
		v->datalen = value->datalen;
		err = cpt_buf_add(buf, value->data, value->datalen);
	}
	up_read(&key->sem);
	return err;
}

static void fill(struct cpt_key_image *v, const struct key *key)
{
	v->type = type_of(key);
	v->uid = __kuid_val(key->uid);
	if (is_user_keyring(key))
		return;
	v->serial = key->serial;
	v->gid = __kgid_val(key->gid);
	v->perm = key->perm;
	/* of a revoked key: when it was */
	v->expiry = key->expiry == TIME64_MAX ? 0 : key->expiry;
	v->flags = test_bit(KEY_FLAG_IN_QUOTA, &key->flags) ? CPT_KEY_QUOTA : 0;
	if (test_bit(KEY_FLAG_REVOKED, &key->flags))
		v->flags |= CPT_KEY_REVOKED;
	if (test_bit(KEY_FLAG_INVALIDATED, &key->flags))
		v->flags |= CPT_KEY_INVALIDATED;
}

static int cpt_key_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_key_image v = {};
	struct key *key = obj->ptr;
	struct cpt_buf buf = {};
	int err = 0;

	fill(&v, key);
	if (has_links(key))
		err = add_links(ctx, key, &v, &buf);
	if (!err)
		err = cpt_buf_str(&buf, is_user_keyring(key) ? "" : key->description);
	if (!err && (v.type == CPT_KEY_USER || v.type == CPT_KEY_LOGON))
		err = add_value(key, &v, &buf);
	if (err)
		err = cpt_err(ctx, err, "key %u: cannot be read: error %d", key->serial, -err);
	else
		err = cpt_write_obj(ctx, CPT_OBJ_KEY, obj->id, &v, sizeof(v), buf.data, buf.len);
	cpt_buf_free(&buf);
	return err;
}

const struct cpt_ops cpt_key_ops = {
	.collect = cpt_key_collect,
	.collected = cpt_key_collected,
	.dump = cpt_key_dump,
	.get = cpt_key_get,
	.put = cpt_key_put,
};
