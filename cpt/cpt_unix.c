// SPDX-License-Identifier: GPL-2.0-only
/*
 * unix: AF_UNIX sockets: those that are open files, those that wait to be
 * accepted, and closed ones that somebody is still connected to or has messages
 * from. Whom they are connected to and what is in them is kind unix_queue.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <net/af_unix.h>
#include <net/tcp_states.h>
#include "../kernel/access.h"
#include "cpt_unix.h"

/* ---- files ---- */

static bool unix_is(const struct file *file)
{
	return cpt_sock_of(file, AF_UNIX);
}

/* What is closed meanwhile is closed: only the memory stays. */
static int meet(struct vz_context *ctx, struct sock *sk)
{
	struct vz_obj *obj = cpt_collect(ctx, CPT_OBJ_UNIX, sk);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	((struct cpt_unix *)obj->data)->file = true;
	return 0;
}

static int unix_judge(struct vz_context *ctx, void *held)
{
	return ctx->checking ? meet(ctx, held) : 0;
}

static int unix_collect_file(struct vz_context *ctx, struct file *file)
{
	return meet(ctx, cpt_sock_of(file, AF_UNIX));
}

static const void *unix_object(const struct file *file)
{
	return cpt_sock_of(file, AF_UNIX);
}

static const struct cpt_file_type unix_file = {
	.is = unix_is,
	.hold = cpt_sock_hold,
	.judge = unix_judge,
	.drop = cpt_sock_put,
	.collect = unix_collect_file,
	.object = unix_object,
	.async_fd = cpt_sock_async_fd,
};

/* ---- the socket file ---- */

/* An abstract name, or a socket file that leads to this very socket. */
static bool is_bound(const struct sock *sk, const struct unix_address *addr)
{
	if (addr->len > offsetof(struct sockaddr_un, sun_path) && !addr->name->sun_path[0])
		return sk->sk_hash > UNIX_HASH_MOD;
	return !hlist_unhashed(&sk->sk_bind_node);
}

static int judge_path(struct vz_context *ctx, struct cpt_unix *data, const struct path *path,
		      char *buf)
{
	char *name = cpt_path(ctx, path, buf);
	int err = PTR_ERR_OR_ZERO(name);

	if (!err)
		err = cpt_reachable(ctx, path, name);
	if (!err && !cpt_mount_id(ctx, path))
		err = -EXDEV;
	if (!err) {
		data->inode = true;
		return 0;
	}
	/* nothing leads to it any more, and what was accepted needs no name */
	if (!data->bound || (err == -ENOENT && !d_inode(path->dentry)->i_nlink))
		return 0;
	if (err == -ENOENT)
		cpt_refuse(ctx, "%s: socket file that has another name than that of bind: not supported",
			   ctx->who);
	else if (err == -EXDEV)
		cpt_refuse(ctx, "%s: socket file outside of the VE's root: not supported", ctx->who);
	else if (err == -ESTALE)
		cpt_refuse(ctx, "%s: socket file: another file or mount has its name: not supported",
			   ctx->who);
	else
		return cpt_err(ctx, err, "%s: socket file: cannot be looked up: error %d", ctx->who,
			       -err);
	return 0;
}

static int look_at_path(struct vz_context *ctx, struct sock *sk, struct cpt_unix *data)
{
	struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);
	struct path path = {};
	char *buf;
	int err;

	if (!addr)
		return 0;
	data->bound = is_bound(sk, addr);
	unix_state_lock(sk);
	if (unix_sk(sk)->path.dentry) {
		path = unix_sk(sk)->path;
		path_get(&path);
	}
	unix_state_unlock(sk);
	if (!path.dentry)
		return 0;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	err = buf ? judge_path(ctx, data, &path, buf) : -ENOMEM;
	kfree(buf);
	path_put(&path);
	return err;
}

/* ---- collect ---- */

/*
 * One that was closed and that nobody is connected to any more is kept by its
 * messages alone: they count in sk_wmem_alloc. The caller holds one of them.
 */
static void cpt_unix_get(void *ptr)
{
	struct sock *sk = ptr;

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		refcount_inc(&sk->sk_wmem_alloc);
}

/* The count does not come back from 0. */
static void cpt_unix_put(void *ptr)
{
	struct sock *sk = ptr;

	if (refcount_read(&sk->sk_refcnt))
		sock_put(sk);
	else
		sk_free(sk);
}

static int collect_peer_cred(struct vz_context *ctx, struct sock *sk)
{
	const struct cred *cred;
	struct vz_obj *obj;

	spin_lock(&sk->sk_peer_lock);
	cred = sk->sk_peer_cred ? get_cred(sk->sk_peer_cred) : NULL;
	spin_unlock(&sk->sk_peer_lock);
	if (!cred)
		return 0;
	obj = cpt_collect(ctx, CPT_OBJ_CRED, (void *)cred);
	put_cred(cred);
	return PTR_ERR_OR_ZERO(obj);
}

/* Not known yet: whether it is the VE's, or is what one of the VE's leads to. */
static int cpt_unix_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_unix *data = kvzalloc(sizeof(*data), GFP_KERNEL);

	if (!data)
		return -ENOMEM;
	obj->data = data;
	memcpy(data->who, ctx->who, sizeof(data->who));
	return 0;
}

/* One of the VE's: what it refers to, but for other sockets. */
int cpt_unix_look(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_unix *data = obj->data;
	struct sock *sk = obj->ptr;
	int err;

	cpt_who(ctx, "%s", data->who);
	err = cpt_sock_judge(ctx, sk);
	if (!err)
		err = collect_peer_cred(ctx, sk);
	if (!err)
		err = look_at_path(ctx, sk, data);
	return err;
}

/* ---- the record ---- */

static void fill_peer(struct vz_context *ctx, struct sock *sk, struct cpt_unix_image *v)
{
	spin_lock(&sk->sk_peer_lock);
	v->peer_pid = cpt_sock_pid(ctx, sk->sk_peer_pid);
	v->peer_cred = cpt_id(ctx, CPT_OBJ_CRED, sk->sk_peer_cred);
	spin_unlock(&sk->sk_peer_lock);
}

/* cpt_unix_look() has seen that the path is the VE's. */
static int fill_path(struct vz_context *ctx, struct sock *sk, const struct cpt_unix *data,
		     struct cpt_unix_image *v, struct cpt_buf *content)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	int err;

	if (!buf)
		return -ENOMEM;
	name = cpt_path(ctx, &unix_sk(sk)->path, buf);
	err = IS_ERR(name) ? PTR_ERR(name) : cpt_buf_str(content, name);
	kfree(buf);
	if (err)
		return cpt_err(ctx, err, "%s: socket file: its path has changed: error %d",
			       data->who, -err);
	v->mount = cpt_mount_id(ctx, &unix_sk(sk)->path);
	v->flags |= CPT_UNIX_INODE;
	return 0;
}

static int fill_name(struct vz_context *ctx, struct sock *sk, const struct cpt_unix *data,
		     struct cpt_unix_image *v, struct cpt_buf *content)
{
	struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);
	int err;

	if (!addr)
		return 0;
	v->name_len = addr->len - offsetof(struct sockaddr_un, sun_path);
	err = cpt_buf_add(content, addr->name->sun_path, v->name_len);
	if (!err && data->inode)
		err = fill_path(ctx, sk, data, v, content);
	/* a socket file that has gone leads nowhere */
	if (data->bound && (data->inode || !addr->name->sun_path[0]))
		v->flags |= CPT_UNIX_BOUND;
	return err;
}

static u32 state(const struct sock *sk)
{
	return sk->sk_state == TCP_LISTEN ? CPT_UNIX_LISTEN :
	       sk->sk_state == TCP_ESTABLISHED ? CPT_UNIX_CONNECTED : CPT_UNIX_CLOSED;
}

static int cpt_unix_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	const struct cpt_unix *data = obj->data;
	struct cpt_unix_image v = {};
	struct cpt_buf content = {};
	struct sock *sk = obj->ptr;
	int err = 0;

	v.type = sk->sk_type;
	cpt_sock_fill(sk, &v.sock);
	if (cpt_unix_is_dead(obj)) {
		v.flags = CPT_UNIX_DEAD;
	} else {
		v.flags = data->file ? 0 : CPT_UNIX_EMBRYO;
		v.state = state(sk);
		v.backlog = sk->sk_max_ack_backlog;
		fill_peer(ctx, sk, &v);
		err = cpt_sock_filter(sk, &v.sock, &content);
	}
	if (!err)
		err = fill_name(ctx, sk, data, &v, &content);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_UNIX, obj->id, &v, sizeof(v), content.data,
				    content.len);
	cpt_buf_free(&content);
	return err;
}

const struct cpt_ops cpt_unix_ops = {
	.collect = cpt_unix_collect,
	.dump = cpt_unix_dump,
	.get = cpt_unix_get,
	.put = cpt_unix_put,
	.file = &unix_file,
};
