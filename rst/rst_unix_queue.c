// SPDX-License-Identifier: GPL-2.0-only
/*
 * unix_queue: AF_UNIX sockets are connected, and get what waits to be received.
 * By init, when all files and processes are there: descriptors in flight may be
 * of any file, also of the socket that they wait in, and messages carry pids.
 *
 * The objects of this kind are the pids of processes that have ended, by their
 * numbers, which are free again.
 */
#include <linux/pid_namespace.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <net/af_unix.h>
#include <net/scm.h>
#include <net/tcp_states.h>
#include "../kernel/access.h"
#include "rst_unix.h"

static void rst_unix_queue_undo(void *ptr)
{
	put_pid(ptr);
}

static struct rst_unix *get_made(struct vz_context *ctx, u64 id)
{
	return id ? rst_made(ctx, CPT_OBJ_UNIX, id) : NULL;
}

/* ---- credentials ---- */

/* A number that nobody has: a pid that had it. A reference is with the object. */
static struct pid *make_ended(struct vz_context *ctx, u32 nr)
{
	pid_t set_tid[1] = { nr };
	struct pid *pid;
	int err;

	pid = vz_alloc_pid(ctx->pidns, set_tid, 1);
	if (IS_ERR(pid))
		return pid;
	get_pid(pid);
	vz_free_pid(pid);
	err = rst_keep(ctx, CPT_OBJ_UNIX_QUEUE, nr, pid);
	if (err) {
		put_pid(pid);
		return ERR_PTR(err);
	}
	return pid;
}

/* The pid of a process, ended or not, with a reference; NULL for 0. */
static struct pid *pid_of(struct vz_context *ctx, u32 nr)
{
	struct pid *pid;

	if (!nr)
		return NULL;
	rcu_read_lock();
	pid = get_pid(find_pid_ns(nr, ctx->pidns));
	rcu_read_unlock();
	if (pid)
		return pid;
	pid = rst_made(ctx, CPT_OBJ_UNIX_QUEUE, nr) ?: make_ended(ctx, nr);
	return IS_ERR(pid) ? pid : get_pid(pid);
}

static int set_peer_cred(struct vz_context *ctx, struct sock *sk, const struct cpt_unix_image *v)
{
	const struct cred *cred = v->peer_cred ? rst_made(ctx, CPT_OBJ_CRED, v->peer_cred) : NULL;
	struct pid *pid = pid_of(ctx, v->peer_pid);

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	spin_lock(&sk->sk_peer_lock);
	sk->sk_peer_pid = pid;
	sk->sk_peer_cred = cred ? get_cred(cred) : NULL;
	spin_unlock(&sk->sk_peer_lock);
	return 0;
}

/* ---- connections ---- */

/*
 * As after connect(2): nobody's file, in the queue of a listening socket, which
 * has it from now on. Mirrors unix_stream_connect().
 */
static int add_embryo(struct sock *listener, struct rst_unix *embryo)
{
	struct unix_sock *u = unix_sk(embryo->sk);
	struct socket *sock = embryo->sock;
	struct sk_buff *skb;

	if (!sock)
		return -EINVAL;
	skb = sock_wmalloc(embryo->sk, 1, 0, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	embryo->sock = NULL;
	write_lock_bh(&embryo->sk->sk_callback_lock);
	sk_set_socket(embryo->sk, NULL);
	rcu_assign_pointer(embryo->sk->sk_wq, &u->peer_wq);
	write_unlock_bh(&embryo->sk->sk_callback_lock);
	sock->sk = NULL;
	u->listener = listener;
	skb_queue_tail(&listener->sk_receive_queue, skb);
	sock_release(sock);
	return 0;
}

static int connect_one(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_unix_queue_image *q = rec->fixed;
	const u64 *embryo = rec->content + q->skbs * sizeof(struct cpt_unix_skb);
	struct rst_unix *u = get_made(ctx, q->sock), *peer = get_made(ctx, q->peer);
	int err = 0;
	u32 i;

	if (!u || !peer != !q->peer)
		return -EINVAL;
	if (peer) {
		sock_hold(peer->sk);
		unix_state_lock(u->sk);
		unix_peer(u->sk) = peer->sk;
		unix_state_unlock(u->sk);
	}
	for (i = 0; i < q->embryos && !err; i++, embryo++)
		err = add_embryo(u->sk, get_made(ctx, *embryo));
	return err;
}

/* ---- packets ---- */

static void free_fpl(struct scm_fp_list *fpl)
{
	while (fpl->count)
		fput(fpl->fp[--fpl->count]);
	free_uid(fpl->user);
	kfree(fpl);
}

/* As scm_send() makes it. */
static struct scm_fp_list *make_fpl(struct vz_context *ctx, const struct cpt_unix_skb *v,
				    const u64 *files)
{
	struct scm_fp_list *fpl = kzalloc(sizeof(*fpl), GFP_KERNEL_ACCOUNT);
	struct file *file;
	u32 i;
	int err;

	if (!fpl)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&fpl->vertices);
	fpl->max = SCM_MAX_FD;
	fpl->user = vz_alloc_uid(KUIDT_INIT(v->user));
	err = fpl->user ? 0 : -ENOMEM;
	for (i = 0; i < v->files && !err; i++) {
		file = rst_made(ctx, CPT_OBJ_FILE, files[i]);
		if (!file) {
			err = -EINVAL;
			break;
		}
		fpl->fp[fpl->count++] = get_file(file);
		if (vz_unix_get_socket(file))
			fpl->count_unix++;
	}
	if (!err)
		err = vz_unix_prepare_fpl(fpl);
	if (err) {
		free_fpl(fpl);
		return ERR_PTR(err);
	}
	return fpl;
}

/* As many bytes as a socket can be charged for. */
#define CHARGE_MAX	(INT_MAX / 2)

static struct sk_buff *make_skb(struct vz_context *ctx, const struct cpt_unix_skb *v,
				const char *data, struct pid *pid)
{
	struct rst_unix *sender = get_made(ctx, v->sender);
	struct sk_buff *skb;

	if (!sender || refcount_read(&sender->sk->sk_wmem_alloc) > CHARGE_MAX)
		return ERR_PTR(-EINVAL);
	skb = rst_sock_skb(data, v->len, v->linear);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_set_owner_w(skb, sender->sk);
	UNIXCB(skb).pid = get_pid(pid);
	UNIXCB(skb).uid = KUIDT_INIT(v->uid);
	UNIXCB(skb).gid = KGIDT_INIT(v->gid);
	UNIXCB(skb).fp = NULL;
	UNIXCB(skb).consumed = v->consumed;
	skb->tstamp = ns_to_ktime(v->stamp_ns);
	/* frees what the message carries, too */
	skb->destructor = (void (*)(struct sk_buff *))vz_addr_unix_wfree;
	return skb;
}

/* Mirrors the end of unix_dgram_sendmsg(). */
static int add_skb(struct vz_context *ctx, struct sock *sk, const struct cpt_unix_skb *v,
		   const u64 *files, const char *data, bool oob)
{
	struct pid *pid = pid_of(ctx, v->pid);
	struct scm_fp_list *fpl = NULL;
	struct sk_buff *skb;

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	skb = make_skb(ctx, v, data, pid);
	put_pid(pid);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	if (v->files) {
		fpl = make_fpl(ctx, v, files);
		if (IS_ERR(fpl)) {
			kfree_skb(skb);
			return PTR_ERR(fpl);
		}
	}
	unix_state_lock(sk);
	if (fpl) {
		UNIXCB(skb).fp = fpl;
		atomic_add(fpl->count, &unix_sk(sk)->scm_stat.nr_fds);
		vz_unix_add_edges(fpl, unix_sk(sk));
	}
	spin_lock(&sk->sk_receive_queue.lock);
	if (oob)
		WRITE_ONCE(unix_sk(sk)->oob_skb, skb);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	spin_unlock(&sk->sk_receive_queue.lock);
	unix_state_unlock(sk);
	return 0;
}

static int fill_one(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_unix_queue_image *q = rec->fixed;
	const struct cpt_unix_skb *v = rec->content;
	const u64 *files = (const u64 *)(v + q->skbs) + q->embryos;
	const char *data = (const char *)(files + q->files);
	struct rst_unix *u = get_made(ctx, q->sock);
	int err = u ? 0 : -EINVAL;
	u32 i;

	for (i = 0; i < q->skbs && !err; i++, v++) {
		err = add_skb(ctx, u->sk, v, files, data, q->oob == i + 1);
		files += v->files;
		data += v->len;
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

/* ---- all together ---- */

static int for_queues(struct vz_context *ctx,
		      int (*fn)(struct vz_context *ctx, const struct vz_rec *rec))
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_UNIX_QUEUE, i, rec) {
		err = fn(ctx, rec);
		if (err)
			return rst_err(ctx, err, "unix_queue %llu: unix %llu: cannot be restored: error %d",
				       rec->hdr.id,
				       ((const struct cpt_unix_queue_image *)rec->fixed)->sock, -err);
	}
	return 0;
}

static int set_state(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_unix_image *v = rec->fixed;
	struct rst_unix *u = get_made(ctx, rec->hdr.id);
	struct sock *sk = u ? u->sk : NULL;
	int err;

	if (!sk)
		return -EINVAL;
	err = set_peer_cred(ctx, sk, v);
	if (err)
		return rst_err(ctx, err, "unix %llu: pid %u cannot be had: error %d", rec->hdr.id,
			       v->peer_pid, -err);
	unix_state_lock(sk);
	WRITE_ONCE(sk->sk_state, v->state == CPT_UNIX_LISTEN ? TCP_LISTEN :
		   v->state == CPT_UNIX_CONNECTED ? TCP_ESTABLISHED : TCP_CLOSE);
	if (sk->sk_socket && v->state == CPT_UNIX_CONNECTED && v->type != SOCK_DGRAM)
		sk->sk_socket->state = SS_CONNECTED;
	rst_sock_set_state(sk, &v->sock);
	unix_state_unlock(sk);
	return 0;
}

/* Others keep the memory of those that were closed: they are connected to them. */
static void close_dead(struct vz_context *ctx)
{
	const struct cpt_unix_image *v;
	const struct vz_rec *rec;
	struct rst_unix *u;
	unsigned int i;

	rst_for_each(ctx, CPT_OBJ_UNIX, i, rec) {
		v = rec->fixed;
		u = get_made(ctx, rec->hdr.id);
		if (!(v->flags & CPT_UNIX_DEAD) || !u || !u->sock)
			continue;
		sock_release(u->sock);
		u->sock = NULL;
	}
}

static int rst_unix_queue_process(struct vz_task *vt)
{
	struct vz_context *ctx = vt->ctx;
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	if (vt->pid != 1)
		return 0;
	err = for_queues(ctx, connect_one);
	if (!err)
		err = for_queues(ctx, fill_one);
	rst_for_each(ctx, CPT_OBJ_UNIX, i, rec) {
		if (!err)
			err = set_state(ctx, rec);
	}
	if (!err)
		close_dead(ctx);
	return err;
}

const struct rst_ops rst_unix_queue_ops = {
	.process = rst_unix_queue_process,
	.undo = rst_unix_queue_undo,
};
