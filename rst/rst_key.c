// SPDX-License-Identifier: GPL-2.0-only
/*
 * key: keys and keyrings, made anew with the numbers that they had.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/key-type.h>
#include <linux/sched/user.h>
#include "../kernel/access.h"
#include "rst.h"

/* ---- numbers: the kernel's own are by chance, those of all VEs and the host's together ---- */

static bool is_taken(key_serial_t serial)
{
	struct rb_node *node = vz_key_serial_tree->rb_node;
	const struct key *key;

	while (node) {
		key = rb_entry(node, struct key, serial_node);
		if (key->serial == serial)
			return true;
		node = serial < key->serial ? node->rb_left : node->rb_right;
	}
	return false;
}

/* Under key_serial_lock; what frees keys stays with a node that is in the tree. */
static void change_serial(struct key *key, key_serial_t serial)
{
	struct rb_node **p, *parent = NULL;

	rb_erase(&key->serial_node, vz_key_serial_tree);
	key->serial = serial;
	p = &vz_key_serial_tree->rb_node;
	while (*p) {
		parent = *p;
		p = serial < rb_entry(parent, struct key, serial_node)->serial ?
		    &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&key->serial_node, parent, p);
	rb_insert_color(&key->serial_node, vz_key_serial_tree);
}

static bool try_serial(struct key *key, key_serial_t serial)
{
	bool good;

	spin_lock(vz_key_serial_lock);
	good = key->serial == serial || !is_taken(serial);
	if (good && key->serial != serial)
		change_serial(key, serial);
	spin_unlock(vz_key_serial_lock);
	return good;
}

/* Keys of the VE that was dumped may be on their way out: with credentials, with files. */
static void wait_for_dead_keys(void)
{
	rcu_barrier();
	rcu_barrier();
	schedule_work(vz_key_gc_work);
	flush_work(vz_key_gc_work);
}

static int set_serial(struct key *key, key_serial_t serial)
{
	if (try_serial(key, serial))
		goto out;
	wait_for_dead_keys();
	if (!try_serial(key, serial))
		return -EEXIST;
out:
	/* a pass that was under way may have missed others when this one was moved */
	schedule_work(vz_key_gc_work);
	return 0;
}

/* ---- a user's keyrings ---- */

static struct key *user_keyring(const struct cpt_key_image *v)
{
	struct key *keyring = NULL, *session = NULL;
	struct cred *cred = prepare_creds();
	const struct cred *old;
	struct user_struct *user;
	int err;

	if (!cred)
		return ERR_PTR(-ENOMEM);
	user = vz_alloc_uid(KUIDT_INIT(v->uid));
	if (!user) {
		abort_creds(cred);
		return ERR_PTR(-ENOMEM);
	}
	free_uid(cred->user);
	cred->user = user;
	old = override_creds(cred);
	err = vz_look_up_user_keyrings(&keyring, &session);
	revert_creds(old);
	abort_creds(cred);
	if (err)
		return ERR_PTR(err);
	if (v->type == CPT_KEY_UID_SESSION)
		swap(keyring, session);
	key_put(session);
	return keyring;
}

/* ---- others ---- */

static int fill_keyring(struct vz_context *ctx, struct key *keyring, const struct vz_rec *rec)
{
	const struct cpt_key_image *v = rec->fixed;
	const struct cpt_key_link *link = rec->content;
	struct key *key;
	int err = 0;
	u32 i;

	for (i = 0; i < v->links && !err; i++) {
		key = rst_made(ctx, CPT_OBJ_KEY, link[i].key);
		err = key ? key_link(keyring, key) : -EINVAL;
	}
	return err;
}

static void set_state(struct key *key, const struct cpt_key_image *v)
{
	s64 left = v->expiry - ktime_get_real_seconds();

	/* both see to it that it is freed in time, but know only the present */
	if (v->flags & CPT_KEY_REVOKED)
		key_revoke(key);
	else if (v->expiry)
		key_set_timeout(key, clamp_t(s64, left, 1, U32_MAX));
	if (v->expiry) {
		down_write(&key->sem);
		key->expiry = v->expiry;
		up_write(&key->sem);
	}
	if (v->flags & CPT_KEY_INVALIDATED)
		key_invalidate(key);
}

static int give_value(struct vz_context *ctx, struct key *key, const struct vz_rec *rec)
{
	const struct cpt_key_image *v = rec->fixed;
	const char *text = rec->content + v->links * sizeof(struct cpt_key_link);
	const void *value = text + strlen(text) + 1;
	size_t len = v->datalen;
	int err;

	if (v->type != CPT_KEY_KEYRING && !len) {
		/* it has been revoked, and will be */
		value = text;
		len = 1;
	}
	err = key_instantiate_and_link(key, value, len, NULL, NULL);
	return err ?: fill_keyring(ctx, key, rec);
}

static struct key *make_key(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_key_image *v = rec->fixed;
	struct key_type *type = v->type == CPT_KEY_KEYRING ? &key_type_keyring :
				v->type == CPT_KEY_USER ? &key_type_user : &key_type_logon;
	struct key *key;
	int err;

	key = key_alloc(type, rec->content + v->links * sizeof(struct cpt_key_link),
			KUIDT_INIT(v->uid), KGIDT_INIT(v->gid), current_cred(), v->perm,
			v->flags & CPT_KEY_QUOTA ? KEY_ALLOC_QUOTA_OVERRUN : KEY_ALLOC_NOT_IN_QUOTA,
			NULL);
	if (IS_ERR(key))
		return key;
	err = set_serial(key, v->serial);
	if (!err)
		err = give_value(ctx, key, rec);
	if (err) {
		key_put(key);
		return ERR_PTR(err);
	}
	set_state(key, v);
	return key;
}

static int rst_key_ve(struct vz_context *ctx)
{
	const struct cpt_key_image *v;
	const struct vz_rec *rec;
	struct key *key;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_KEY, i, rec) {
		v = rec->fixed;
		key = v->type == CPT_KEY_UID || v->type == CPT_KEY_UID_SESSION ?
		      user_keyring(v) : make_key(ctx, rec);
		if (key == ERR_PTR(-EEXIST))
			return rst_err(ctx, -EEXIST, "key %llu: its number %u is another key's here",
				       rec->hdr.id, v->serial);
		err = PTR_ERR_OR_ZERO(key);
		if (!err) {
			err = rst_keep(ctx, CPT_OBJ_KEY, rec->hdr.id, key);
			if (err)
				key_put(key);
		}
		if (err)
			return rst_err(ctx, err, "key %llu: cannot be made: error %d", rec->hdr.id,
				       -err);
	}
	return 0;
}

static void rst_key_undo(void *ptr)
{
	key_put(ptr);
}

const struct rst_ops rst_key_ops = {
	.ve = rst_key_ve,
	.undo = rst_key_undo,
};
