// SPDX-License-Identifier: GPL-2.0-only
/*
 * unix_queue: whom AF_UNIX sockets are connected to, who waits to be accepted,
 * and what waits to be received: bytes, credentials, descriptors in flight.
 *
 * Sockets lead to other sockets, and those in flight to what is in them, as deep
 * as programs like: they are followed one by one from the list of objects, not
 * by recursion.
 */
#include <linux/mutex.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <net/af_unix.h>
#include <net/scm.h>
#include <net/tcp_states.h>
#include "../kernel/access.h"
#include "cpt_file.h"
#include "cpt_unix.h"

/* A new record begins when the content of one is longer. */
#define RECORD_LEN	(1U << 20)
/* More than that in one socket is refused. */
#define QUEUE_MAX	(256ULL << 20)

/* ---- collect ---- */

static int meet_file(struct vz_context *ctx, struct file *file)
{
	struct cpt_look look;
	struct vz_obj *obj;
	int err;

	if (!ctx->checking) {
		obj = cpt_collect(ctx, CPT_OBJ_FILE, file);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
		((struct cpt_file *)obj->data)->fds++;
		return 0;
	}
	if (vz_obj_find(ctx, CPT_OBJ_FILE, file))
		return 0;
	obj = vz_obj_add(ctx, CPT_OBJ_FILE, file, 0);
	if (!obj)
		return -ENOMEM;
	obj->unheld = true;
	cpt_file_look(file, &look);
	err = cpt_file_judge(ctx, obj, &look);
	cpt_file_look_end(&look);
	return err;
}

static u32 skb_secid(const struct sk_buff *skb)
{
#ifdef CONFIG_SECURITY_NETWORK
	return UNIXCB(skb).secid;
#else
	return 0;
#endif
}

static int follow_skb(struct vz_context *ctx, struct cpt_unix *data, struct sk_buff *skb)
{
	struct scm_fp_list *fp = UNIXCB(skb).fp;
	struct vz_obj *sender;
	int i, err = 0;

	cpt_who(ctx, "%s", data->who);
	sender = cpt_collect(ctx, CPT_OBJ_UNIX, skb->sk);
	if (IS_ERR(sender))
		return PTR_ERR(sender);
	if (skb_secid(skb))
		cpt_refuse(ctx, "%s: message with a security label: not supported", data->who);
	if (fp)
		cpt_who(ctx, "%.70s: in flight", data->who);
	for (i = 0; fp && i < fp->count && !err; i++)
		err = meet_file(ctx, fp->fp[i]);
	return err;
}

static int follow_embryo(struct vz_context *ctx, struct sock *sk, struct sk_buff *skb)
{
	struct vz_obj *embryo = cpt_collect(ctx, CPT_OBJ_UNIX, skb->sk);

	if (IS_ERR(embryo))
		return PTR_ERR(embryo);
	((struct cpt_unix *)embryo->data)->listener = sk;
	return 0;
}

static int follow_queue(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_unix *data = obj->data;
	struct sock *sk = obj->ptr;
	bool listens = READ_ONCE(sk->sk_state) == TCP_LISTEN;
	u64 bytes = 0;
	struct cpt_skbs skbs;
	unsigned int i;
	int err;

	/* nobody reads in a parked VE, and pipes are locked before sockets */
	if (ctx->checking)
		mutex_lock(&unix_sk(sk)->iolock);
	err = cpt_sock_get_skbs(sk, &skbs);
	for (i = 0; !err && i < skbs.nr; i++) {
		bytes += skbs.skb[i]->len;
		err = listens ? follow_embryo(ctx, sk, skbs.skb[i]) :
				follow_skb(ctx, data, skbs.skb[i]);
	}
	cpt_sock_put_skbs(&skbs);
	if (ctx->checking)
		mutex_unlock(&unix_sk(sk)->iolock);
	if (bytes > QUEUE_MAX)
		cpt_refuse(ctx, "%s: socket with more than 256 MiB to be received: not supported",
			   data->who);
	return err;
}

static int follow(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_unix *data = obj->data;
	struct vz_obj *peer_obj;
	struct sock *peer;
	int err;

	data->followed = true;
	err = cpt_unix_look(ctx, obj);
	if (err)
		return err;
	peer = unix_peer_get(obj->ptr);
	if (peer) {
		peer_obj = cpt_collect(ctx, CPT_OBJ_UNIX, peer);
		sock_put(peer);
		if (IS_ERR(peer_obj))
			return PTR_ERR(peer_obj);
	}
	return follow_queue(ctx, obj);
}

/* Whether somebody from outside of the VE has the socket that @sk was accepted from. */
static bool accepted_outside(struct vz_context *ctx, struct sock *sk)
{
	struct inode *inode = NULL;
	unsigned int hash;
	bool outside = false;
	struct sock *s;

	unix_state_lock(sk);
	if (unix_sk(sk)->path.dentry)
		inode = igrab(d_backing_inode(unix_sk(sk)->path.dentry));
	unix_state_unlock(sk);
	if (!inode)
		return false;
	hash = inode->i_ino & UNIX_HASH_MOD;
	spin_lock(&vz_bsd_socket_locks[hash]);
	sk_for_each_bound(s, &vz_bsd_socket_buckets[hash]) {
		struct dentry *dentry = unix_sk(s)->path.dentry;

		if (dentry && d_backing_inode(dentry) == inode)
			outside |= sock_net(s) != sock_net(sk);
	}
	spin_unlock(&vz_bsd_socket_locks[hash]);
	iput(inode);
	return outside;
}

/*
 * Both ends must be the VE's. In a running VE the other end may be one that was
 * made after its process was looked at: only what is certain is said.
 */
static void judge_peer(struct vz_context *ctx, struct vz_obj *obj)
{
	struct sock *peer = unix_peer_get(obj->ptr);
	struct cpt_unix *data = obj->data;
	struct vz_obj *other = peer ? vz_obj_find(ctx, CPT_OBJ_UNIX, peer) : NULL;
	bool outside = false;

	if (other && cpt_unix_is_dead(other) && !sock_flag(peer, SOCK_DEAD))
		outside = !ctx->checking || !cpt_sock_in_ve(ctx, peer) ||
			  accepted_outside(ctx, peer);
	if (outside)
		cpt_refuse(ctx, "%s: socket connected to a process outside of the VE: not supported",
			   data->who);
	if (peer)
		sock_put(peer);
}

static int cpt_unix_queue_root(struct vz_context *ctx)
{
	struct cpt_unix *data;
	struct vz_obj *obj;
	bool more;
	int err;

	do {
		more = false;
		vz_for_each_obj(ctx, CPT_OBJ_UNIX, obj) {
			data = obj->data;
			if (data->followed || cpt_unix_is_dead(obj))
				continue;
			err = follow(ctx, obj);
			if (err)
				return err;
			if (signal_pending(current))
				return -EINTR;
			more = true;
		}
	} while (more);
	vz_for_each_obj(ctx, CPT_OBJ_UNIX, obj) {
		if (!cpt_unix_is_dead(obj))
			judge_peer(ctx, obj);
	}
	cpt_who(ctx, "%s", "");
	return 0;
}

/* ---- the records ---- */

/**
 * struct record - a record that is being put together
 * @v: its struct
 * @skbs: struct cpt_unix_skb
 * @ids: embryos, then files
 * @data: bytes of the packets
 */
struct record {
	struct cpt_unix_queue_image v;
	struct cpt_buf skbs;
	struct cpt_buf ids;
	struct cpt_buf data;
};

static void free_record(struct record *r)
{
	cpt_buf_free(&r->skbs);
	cpt_buf_free(&r->ids);
	cpt_buf_free(&r->data);
}

static int write_record(struct vz_context *ctx, struct record *r)
{
	int err;

	err = cpt_buf_add(&r->skbs, r->ids.data, r->ids.len);
	if (!err)
		err = cpt_buf_add(&r->skbs, r->data.data, r->data.len);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_UNIX_QUEUE, ++ctx->next_id[CPT_OBJ_UNIX_QUEUE],
				    &r->v, sizeof(r->v), r->skbs.data, r->skbs.len);
	free_record(r);
	*r = (struct record){ .v.sock = r->v.sock };
	return err;
}

static int add_id(struct vz_context *ctx, struct record *r, u32 type, const void *ptr)
{
	u64 id = cpt_id(ctx, type, ptr);

	return cpt_buf_add(&r->ids, &id, sizeof(id));
}

/*
 * A process that has ended gets its number back for the message's sake: it must
 * not be another one's by now.
 */
static int check_pid(struct vz_context *ctx, struct pid *pid, const char *who)
{
	u32 nr = cpt_sock_pid(ctx, pid);
	struct pid *now;

	rcu_read_lock();
	now = nr ? find_pid_ns(nr, ctx->pidns) : NULL;
	rcu_read_unlock();
	if (now && now != pid)
		return cpt_err(ctx, -EBUSY,
			       "%s: credentials of process %u, which has ended and whose pid another one has: not supported",
			       who, nr);
	return 0;
}

static int add_skb(struct vz_context *ctx, struct record *r, const struct cpt_unix *data,
		   struct sock *sk, struct sk_buff *skb)
{
	struct scm_fp_list *fp = UNIXCB(skb).fp;
	struct cpt_unix_skb v = {
		.sender = cpt_id(ctx, CPT_OBJ_UNIX, skb->sk),
		.len = skb->len,
		.linear = skb_headlen(skb),
		.consumed = sk->sk_type == SOCK_STREAM ? UNIXCB(skb).consumed : 0,
		.files = fp ? fp->count : 0,
		.pid = cpt_sock_pid(ctx, UNIXCB(skb).pid),
		.uid = __kuid_val(UNIXCB(skb).uid),
		.gid = __kgid_val(UNIXCB(skb).gid),
		.user = fp ? __kuid_val(fp->user->uid) : 0,
		.stamp_ns = ktime_to_ns(skb->tstamp),
	};
	int i, err;

	err = check_pid(ctx, UNIXCB(skb).pid, data->who);
	for (i = 0; i < v.files && !err; i++)
		err = add_id(ctx, r, CPT_OBJ_FILE, fp->fp[i]);
	if (!err)
		err = cpt_buf_add(&r->skbs, &v, sizeof(v));
	if (!err)
		err = cpt_sock_skb(skb, &r->data);
	r->v.skbs++;
	r->v.files += v.files;
	if (skb == READ_ONCE(unix_sk(sk)->oob_skb))
		r->v.oob = r->v.skbs;
	return err;
}

/* One that somebody outside has sent since the VE's objects were collected. */
static bool is_late(struct vz_context *ctx, struct sk_buff *skb)
{
	struct scm_fp_list *fp = UNIXCB(skb).fp;
	bool late = !cpt_id(ctx, CPT_OBJ_UNIX, skb->sk);
	int i;

	for (i = 0; fp && i < fp->count; i++)
		late |= !cpt_id(ctx, CPT_OBJ_FILE, fp->fp[i]);
	return late;
}

static int write_queue(struct vz_context *ctx, struct vz_obj *obj, struct record *r)
{
	struct cpt_unix *data = obj->data;
	struct sock *sk = obj->ptr;
	struct cpt_skbs skbs;
	unsigned int i;
	int err;

	err = cpt_sock_get_skbs(sk, &skbs);
	for (i = 0; !err && i < skbs.nr; i++) {
		if (sk->sk_state == TCP_LISTEN) {
			if (!cpt_id(ctx, CPT_OBJ_UNIX, skbs.skb[i]->sk))
				continue;	/* from outside, just now */
			r->v.embryos++;
			err = add_id(ctx, r, CPT_OBJ_UNIX, skbs.skb[i]->sk);
			continue;
		}
		if (is_late(ctx, skbs.skb[i]))
			continue;
		err = add_skb(ctx, r, data, sk, skbs.skb[i]);
		if (!err && r->skbs.len + r->ids.len + r->data.len > RECORD_LEN)
			err = write_record(ctx, r);
	}
	cpt_sock_put_skbs(&skbs);
	return err;
}

static int dump_one(struct vz_context *ctx, struct vz_obj *obj)
{
	struct record r = { .v.sock = obj->id };
	struct cpt_unix *data = obj->data;
	struct sock *sk = obj->ptr, *peer;
	int err;

	err = check_pid(ctx, sk->sk_peer_pid, data->who);
	if (err)
		return err;
	peer = unix_peer_get(sk);
	r.v.peer = cpt_id(ctx, CPT_OBJ_UNIX, peer);
	if (peer)
		sock_put(peer);
	err = write_queue(ctx, obj, &r);
	if (!err && (r.v.peer || r.v.skbs || r.v.embryos))
		err = write_record(ctx, &r);
	free_record(&r);
	return err;
}

static int cpt_unix_queue_dump(struct vz_context *ctx, struct vz_obj *unused)
{
	struct vz_obj *obj;
	int err;

	vz_for_each_obj(ctx, CPT_OBJ_UNIX, obj) {
		if (cpt_unix_is_dead(obj))
			continue;
		err = dump_one(ctx, obj);
		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

const struct cpt_ops cpt_unix_queue_ops = {
	.root = cpt_unix_queue_root,
	.dump = cpt_unix_queue_dump,
};
