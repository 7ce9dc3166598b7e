// SPDX-License-Identifier: GPL-2.0-only
/*
 * unix: AF_UNIX sockets, made by init before the files that stand for them, with
 * their options and names. All begin as sockets that nobody has connected: kind
 * unix_queue does that when the files in flight are there.
 */
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/af_unix.h>
#include "../kernel/access.h"
#include "rst_file.h"
#include "rst_unix.h"

static void rst_unix_undo(void *ptr)
{
	struct rst_unix *u = ptr;

	if (u->sock)
		sock_release(u->sock);
	sock_put(u->sk);
	kfree(u);
}

static int rst_unix_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_unix_image *v = rec->fixed;

	return rst_sock_check(ctx, rec, &v->sock);
}

/* ---- names ---- */

static struct unix_address *new_address(const char *name, u32 len)
{
	u32 size = offsetof(struct sockaddr_un, sun_path) + len;
	struct unix_address *addr = kzalloc(sizeof(*addr) + size, GFP_KERNEL);

	if (!addr)
		return NULL;
	refcount_set(&addr->refcnt, 1);
	addr->len = size;
	addr->name->sun_family = AF_UNIX;
	memcpy(addr->name->sun_path, name, len);
	return addr;
}

static int bind_abstract(struct socket *sock, const char *name, u32 len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (len > sizeof(addr.sun_path))
		return -EINVAL;
	memcpy(addr.sun_path, name, len);
	return kernel_bind(sock, (struct sockaddr *)&addr,
			   offsetof(struct sockaddr_un, sun_path) + len);
}

/* Moves the socket among those of its network namespace. Nobody else has it. */
static void rehash(struct sock *sk, unsigned int hash)
{
	struct unix_table *table = &sock_net(sk)->unx.table;

	spin_lock(&table->locks[sk->sk_hash]);
	sk_del_node_init(sk);
	spin_unlock(&table->locks[sk->sk_hash]);
	sk->sk_hash = hash;
	spin_lock(&table->locks[hash]);
	sk_add_node(sk, &table->buckets[hash]);
	spin_unlock(&table->locks[hash]);
}

/* From now on connect(2) finds the socket by its socket file. */
static int add_by_inode(struct sock *sk, const struct inode *inode, unsigned int hash)
{
	bool taken = false;
	struct sock *s;

	spin_lock(&vz_bsd_socket_locks[hash]);
	sk_for_each_bound(s, &vz_bsd_socket_buckets[hash]) {
		struct dentry *dentry = unix_sk(s)->path.dentry;

		taken |= dentry && d_backing_inode(dentry) == inode;
	}
	if (!taken)
		sk_add_bind_node(sk, &vz_bsd_socket_buckets[hash]);
	spin_unlock(&vz_bsd_socket_locks[hash]);
	return taken ? -EADDRINUSE : 0;
}

/*
 * bind(2) would make the socket file; here it is there already, or was made by
 * kind tmpfs. Mirrors unix_bind_bsd().
 */
static int set_inode(struct vz_context *ctx, const struct vz_rec *rec, struct sock *sk,
		     const char *name)
{
	const struct cpt_unix_image *v = rec->fixed;
	struct inode *inode;
	unsigned int hash;
	struct path path;
	int err;

	err = rst_path(ctx, v->mount, name, 0, &path);
	if (err)
		return rst_err(ctx, err, "unix %llu: %s: cannot be looked up: error %d",
			       rec->hdr.id, name, -err);
	inode = d_backing_inode(path.dentry);
	if (!S_ISSOCK(inode->i_mode)) {
		path_put(&path);
		return rst_err(ctx, -ESTALE,
			       "unix %llu: %s: is not a socket file: the file system is not that of the dump",
			       rec->hdr.id, name);
	}
	unix_sk(sk)->path = path;	/* the socket's from now on */
	if (!(v->flags & CPT_UNIX_BOUND))
		return 0;
	hash = inode->i_ino & UNIX_HASH_MOD;
	rehash(sk, hash);
	err = add_by_inode(sk, inode, hash);
	return err ? rst_err(ctx, err, "unix %llu: %s: another socket is bound to it", rec->hdr.id,
			     name) : 0;
}

static int set_name(struct vz_context *ctx, const struct vz_rec *rec, struct socket *sock)
{
	const struct cpt_unix_image *v = rec->fixed;
	const char *name = rec->content + v->sock.filter * sizeof(struct cpt_sock_filter);
	struct unix_address *addr;
	int err;

	if (!v->name_len)
		return 0;
	if ((v->flags & CPT_UNIX_BOUND) && !(v->flags & CPT_UNIX_INODE)) {
		err = bind_abstract(sock, name, v->name_len);
		return err ? rst_err(ctx, err, "unix %llu: cannot be bound to its name: error %d",
				     rec->hdr.id, -err) : 0;
	}
	addr = new_address(name, v->name_len);
	if (!addr)
		return -ENOMEM;
	smp_store_release(&unix_sk(sock->sk)->addr, addr);
	return v->flags & CPT_UNIX_INODE ?
	       set_inode(ctx, rec, sock->sk, name + v->name_len) : 0;
}

/* ---- sockets ---- */

static int fill(struct vz_context *ctx, const struct vz_rec *rec, struct socket *sock)
{
	const struct cpt_unix_image *v = rec->fixed;
	struct sock *sk = sock->sk;
	int err;

	err = rst_sock_set(ctx, sk, &v->sock, rec->content);
	if (err)
		return rst_err(ctx, err, "unix %llu: its options cannot be set: error %d",
			       rec->hdr.id, -err);
	sk->sk_max_ack_backlog = v->backlog;
	return set_name(ctx, rec, sock);
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_unix_image *v = rec->fixed;
	struct rst_unix *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int err;

	if (!u)
		return -ENOMEM;
	err = sock_create(AF_UNIX, v->type, 0, &u->sock);
	if (err) {
		kfree(u);
		return rst_err(ctx, err, "unix %llu: cannot be made: error %d", rec->hdr.id, -err);
	}
	u->sk = u->sock->sk;
	sock_hold(u->sk);
	err = rst_keep(ctx, CPT_OBJ_UNIX, rec->hdr.id, u);
	if (err) {
		rst_unix_undo(u);
		return err;
	}
	return fill(ctx, rec, u->sock);
}

static int rst_unix_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_UNIX, i, rec) {
		err = make(ctx, rec);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static struct file *rst_unix_file(struct vz_context *ctx, const struct vz_rec *rec,
				  const struct cred *cred)
{
	struct rst_unix *u = rst_made(ctx, CPT_OBJ_UNIX, rec->hdr.id);
	const struct cpt_unix_image *v = rec->fixed;
	struct file *file;

	if (!u || !u->sock || (v->flags & (CPT_UNIX_EMBRYO | CPT_UNIX_DEAD))) {
		rst_err(ctx, -EINVAL, "unix %llu: cannot be a file, or is one already", rec->hdr.id);
		return ERR_PTR(-EINVAL);
	}
	file = rst_sock_file(u->sock, cred);
	u->sock = NULL;
	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "unix %llu: cannot be opened: error %ld", rec->hdr.id,
			-PTR_ERR(file));
	return file;
}

const struct rst_ops rst_unix_ops = {
	.check = rst_unix_check,
	.ve = rst_unix_ve,
	.file = rst_unix_file,
	.undo = rst_unix_undo,
};
