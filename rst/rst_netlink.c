// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink: AF_NETLINK sockets, made by init before the files that stand for them.
 * Groups and messages come when the VE's network is there: it must not hear of
 * what is done to restore it.
 */
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "../kernel/access.h"
#include "../kernel/netlink.h"
#include "rst_sock.h"

/**
 * struct rst_netlink - object of a CPT_OBJ_NETLINK
 * @sk: the socket; a reference
 * @sock: its struct socket; NULL: a file has it
 */
struct rst_netlink {
	struct sock *sk;
	struct socket *sock;
};

static void rst_netlink_undo(void *ptr)
{
	struct rst_netlink *n = ptr;

	if (n->sock)
		sock_release(n->sock);
	sock_put(n->sk);
	kfree(n);
}

static int rst_netlink_check(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_netlink_image *v = rec->fixed;

	if (!vz_netlink_supported(v->protocol))
		return rst_err(ctx, -EOPNOTSUPP, "netlink %llu: family %u is not known here",
			       rec->hdr.id, v->protocol);
	return rst_sock_check(ctx, rec, &v->sock);
}

/* ---- sockets ---- */

static int set_option(struct socket *sock, int opt, u32 val)
{
	return sock->ops->setsockopt(sock, SOL_NETLINK, opt, KERNEL_SOCKPTR(&val), sizeof(val));
}

static int bind_one(struct socket *sock, const struct cpt_netlink_image *v)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_pid = v->portid };
	int err = 0;

	if (v->flags & CPT_NETLINK_BOUND)
		err = kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr));
	if (err || !(v->flags & CPT_NETLINK_CONNECTED))
		return err;
	addr.nl_pid = v->dst_portid;
	addr.nl_groups = v->dst_group ? 1U << (v->dst_group - 1) : 0;
	return kernel_connect(sock, (struct sockaddr *)&addr, sizeof(addr), 0);
}

static int fill(struct vz_context *ctx, const struct vz_rec *rec, struct socket *sock)
{
	const struct cpt_netlink_image *v = rec->fixed;
	unsigned int i;
	int err;

	err = rst_sock_set(ctx, sock->sk, &v->sock, rec->content);
	for (i = 0; i < ARRAY_SIZE(vz_netlink_opts) && !err; i++) {
		if (v->flags & vz_netlink_opts[i].flag)
			err = set_option(sock, vz_netlink_opts[i].opt, 1);
	}
	if (err)
		return rst_err(ctx, err, "netlink %llu: its options cannot be set: error %d",
			       rec->hdr.id, -err);
	err = bind_one(sock, v);
	if (err)
		return rst_err(ctx, err, "netlink %llu: port %u cannot be had: error %d",
			       rec->hdr.id, v->portid, -err);
	*vz_netlink_sock_max_recvmsg_len(sock->sk) = v->max_recv;
	return 0;
}

static int make(struct vz_context *ctx, const struct vz_rec *rec)
{
	const struct cpt_netlink_image *v = rec->fixed;
	struct rst_netlink *n = kzalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return -ENOMEM;
	err = sock_create(AF_NETLINK, v->type, v->protocol, &n->sock);
	if (err) {
		kfree(n);
		return rst_err(ctx, err, "netlink %llu: cannot be made: error %d", rec->hdr.id,
			       -err);
	}
	n->sk = n->sock->sk;
	sock_hold(n->sk);
	err = rst_keep(ctx, CPT_OBJ_NETLINK, rec->hdr.id, n);
	if (err) {
		rst_netlink_undo(n);
		return err;
	}
	return fill(ctx, rec, n->sock);
}

static int rst_netlink_ve(struct vz_context *ctx)
{
	const struct vz_rec *rec;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_NETLINK, i, rec) {
		err = make(ctx, rec);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static struct file *rst_netlink_file(struct vz_context *ctx, const struct vz_rec *rec,
				     const struct cred *cred)
{
	struct rst_netlink *n = rst_made(ctx, CPT_OBJ_NETLINK, rec->hdr.id);
	struct file *file;

	if (!n || !n->sock) {
		rst_err(ctx, -EINVAL, "netlink %llu: is a file already", rec->hdr.id);
		return ERR_PTR(-EINVAL);
	}
	file = rst_sock_file(n->sock, cred);
	n->sock = NULL;
	if (IS_ERR(file))
		rst_err(ctx, PTR_ERR(file), "netlink %llu: cannot be opened: error %ld",
			rec->hdr.id, -PTR_ERR(file));
	return file;
}

/* ---- groups and messages ---- */

static int add_skb(struct sock *sk, const struct cpt_netlink_skb *v, const char *data)
{
	struct sk_buff *skb;

	if (atomic_read(&sk->sk_rmem_alloc) > INT_MAX / 2)
		return -EINVAL;
	skb = rst_sock_skb(data, v->len, v->len);
	if (!skb)
		return -ENOMEM;
	NETLINK_CB(skb).creds.pid = v->pid;
	NETLINK_CB(skb).creds.uid = KUIDT_INIT(v->uid);
	NETLINK_CB(skb).creds.gid = KGIDT_INIT(v->gid);
	NETLINK_CB(skb).portid = v->portid;
	NETLINK_CB(skb).dst_group = v->dst_group;
	NETLINK_CB(skb).nsid = v->nsid;
	NETLINK_CB(skb).nsid_is_set = v->has_nsid;
	/* the kernel allocates more than it fills */
	skb->truesize = max(skb->truesize, v->charge);
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	return 0;
}

static int fill_queue(struct sock *sk, const struct vz_rec *rec)
{
	const struct cpt_netlink_image *v = rec->fixed;
	const struct cpt_netlink_skb *skb =
		rec->content + v->sock.filter * sizeof(struct cpt_sock_filter);
	const u32 *group = (const u32 *)(skb + v->skbs);
	const char *data = (const char *)(group + v->groups);
	int err = 0;
	u32 i;

	for (i = 0; i < v->skbs && !err; i++, skb++) {
		err = add_skb(sk, skb, data);
		data += skb->len;
	}
	for (i = 0; i < v->groups && !err; i++)
		err = set_option(sk->sk_socket, NETLINK_ADD_MEMBERSHIP, group[i]);
	return err;
}

static int rst_netlink_links(struct vz_context *ctx)
{
	const struct cpt_netlink_image *v;
	const struct vz_rec *rec;
	struct rst_netlink *n;
	unsigned int i;
	int err;

	rst_for_each(ctx, CPT_OBJ_NETLINK, i, rec) {
		v = rec->fixed;
		n = rst_made(ctx, CPT_OBJ_NETLINK, rec->hdr.id);
		if (!n || n->sock)
			return rst_err(ctx, -EINVAL, "netlink %llu: is no file", rec->hdr.id);
		err = fill_queue(n->sk, rec);
		if (err)
			return rst_err(ctx, err, "netlink %llu: groups and messages cannot be restored: error %d",
				       rec->hdr.id, -err);
		if (v->flags & CPT_NETLINK_CONGESTED)
			*vz_netlink_sock_state(n->sk) |= VZ_NETLINK_CONGESTED;
		rst_sock_set_state(n->sk, &v->sock);
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

const struct rst_ops rst_netlink_ops = {
	.check = rst_netlink_check,
	.ve = rst_netlink_ve,
	.links = rst_netlink_links,
	.file = rst_netlink_file,
	.undo = rst_netlink_undo,
};
