// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink: AF_NETLINK sockets of the families that know nothing of a socket but
 * its port and its groups. What they have subscribed to, and the messages that
 * wait; the kernel may add to these at any time.
 */
#include <linux/bitmap.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include "../kernel/access.h"
#include "../kernel/netlink.h"
#include "cpt_sock.h"

/* Messages of more than that in one socket are refused. */
#define QUEUE_MAX	(16U << 20)

/* ---- files ---- */

static bool netlink_is(const struct file *file)
{
	return cpt_sock_of(file, AF_NETLINK);
}

static int netlink_judge(struct vz_context *ctx, void *held)
{
	return ctx->checking ? PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_NETLINK, held)) : 0;
}

static int netlink_collect_file(struct vz_context *ctx, struct file *file)
{
	return PTR_ERR_OR_ZERO(cpt_collect(ctx, CPT_OBJ_NETLINK, cpt_sock_of(file, AF_NETLINK)));
}

static const void *netlink_object(const struct file *file)
{
	return cpt_sock_of(file, AF_NETLINK);
}

static const struct cpt_file_type netlink_file = {
	.is = netlink_is,
	.hold = cpt_sock_hold,
	.judge = netlink_judge,
	.drop = cpt_sock_put,
	.collect = netlink_collect_file,
	.object = netlink_object,
	.async_fd = cpt_sock_async_fd,
};

/* ---- collect ---- */

static const char *const other_families[] = {
	[NETLINK_FIREWALL] = "NETLINK_FIREWALL", [NETLINK_NFLOG] = "NETLINK_NFLOG",
	[NETLINK_SELINUX] = "NETLINK_SELINUX", [NETLINK_ISCSI] = "NETLINK_ISCSI",
	[NETLINK_AUDIT] = "NETLINK_AUDIT", [NETLINK_FIB_LOOKUP] = "NETLINK_FIB_LOOKUP",
	[NETLINK_CONNECTOR] = "NETLINK_CONNECTOR", [NETLINK_NETFILTER] = "NETLINK_NETFILTER",
	[NETLINK_IP6_FW] = "NETLINK_IP6_FW", [NETLINK_DNRTMSG] = "NETLINK_DNRTMSG",
	[NETLINK_GENERIC] = "NETLINK_GENERIC", [NETLINK_SCSITRANSPORT] = "NETLINK_SCSITRANSPORT",
	[NETLINK_ECRYPTFS] = "NETLINK_ECRYPTFS", [NETLINK_RDMA] = "NETLINK_RDMA",
	[NETLINK_CRYPTO] = "NETLINK_CRYPTO", [NETLINK_SMC] = "NETLINK_SMC",
};

static const char *family_name(unsigned int protocol)
{
	return protocol < ARRAY_SIZE(other_families) && other_families[protocol] ?
	       other_families[protocol] : "another family";
}

static unsigned int queued(struct sock *sk)
{
	struct sk_buff *skb;
	unsigned int bytes = 0;

	spin_lock_bh(&sk->sk_receive_queue.lock);
	skb_queue_walk(&sk->sk_receive_queue, skb)
		bytes += skb->len;
	spin_unlock_bh(&sk->sk_receive_queue.lock);
	return bytes;
}

static int cpt_netlink_collect(struct vz_context *ctx, struct vz_obj *obj)
{
	struct sock *sk = obj->ptr;

	if (!vz_netlink_supported(sk->sk_protocol))
		cpt_refuse(ctx, "%s: netlink socket (%s): not supported", ctx->who,
			   family_name(sk->sk_protocol));
	/* while the VE runs that is over in a moment */
	if (!ctx->checking && READ_ONCE(*vz_netlink_sock_cb_running(sk)))
		cpt_refuse(ctx, "%s: netlink socket: an answer in several parts is not read to its end",
			   ctx->who);
	if (queued(sk) > QUEUE_MAX)
		cpt_refuse(ctx, "%s: netlink socket with more than 16 MiB to be received: not supported",
			   ctx->who);
	return cpt_sock_judge(ctx, sk);
}

/* ---- the record ---- */

static int add_skb(struct cpt_buf *skbs, struct cpt_buf *data, const struct sk_buff *skb)
{
	const struct netlink_skb_parms *cb = &NETLINK_CB(skb);
	struct cpt_netlink_skb v = {
		.len = skb->len,
		.portid = cb->portid,
		.dst_group = cb->dst_group,
		.pid = cb->creds.pid,
		.uid = __kuid_val(cb->creds.uid),
		.gid = __kgid_val(cb->creds.gid),
		.nsid = cb->nsid_is_set ? cb->nsid : 0,
		.has_nsid = cb->nsid_is_set,
		.charge = skb->truesize,
	};
	int err = cpt_buf_add(skbs, &v, sizeof(v));

	return err ?: cpt_sock_skb(skb, data);
}

static int add_skbs(struct sock *sk, struct cpt_netlink_image *v, struct cpt_buf *skbs,
		    struct cpt_buf *data)
{
	struct cpt_skbs queue;
	int err;

	err = cpt_sock_get_skbs(sk, &queue);
	for (v->skbs = 0; !err && v->skbs < queue.nr && data->len < QUEUE_MAX; v->skbs++)
		err = add_skb(skbs, data, queue.skb[v->skbs]);
	cpt_sock_put_skbs(&queue);
	return err;
}

static int add_groups(struct sock *sk, struct cpt_netlink_image *v, struct cpt_buf *groups)
{
	const unsigned long *bits = *vz_netlink_sock_groups(sk);
	u32 n = *vz_netlink_sock_ngroups(sk), i, group;
	int err = 0;

	if (!bits)
		return 0;
	for_each_set_bit(i, bits, n) {
		group = i + 1;
		err = cpt_buf_add(groups, &group, sizeof(group));
		if (err)
			break;
		v->groups++;
	}
	return err;
}

static u32 get_flags(struct sock *sk)
{
	unsigned long flags = *vz_netlink_sock_flags(sk);
	u32 ret = 0;
	unsigned int i;

	ret |= *vz_netlink_sock_bound(sk) ? CPT_NETLINK_BOUND : 0;
	ret |= sk->sk_state == VZ_NETLINK_CONNECTED ? CPT_NETLINK_CONNECTED : 0;
	ret |= *vz_netlink_sock_state(sk) & VZ_NETLINK_CONGESTED ? CPT_NETLINK_CONGESTED : 0;
	for (i = 0; i < ARRAY_SIZE(vz_netlink_opts); i++)
		ret |= flags & BIT(vz_netlink_opts[i].bit) ? vz_netlink_opts[i].flag : 0;
	return ret;
}

static int write_netlink(struct vz_context *ctx, struct vz_obj *obj, struct cpt_netlink_image *v,
			 struct cpt_buf *content)
{
	struct cpt_buf groups = {}, data = {};
	struct sock *sk = obj->ptr;
	int err;

	err = cpt_sock_filter(sk, &v->sock, content);
	if (!err)
		err = add_skbs(sk, v, content, &data);
	if (!err)
		err = add_groups(sk, v, &groups);
	if (!err)
		err = cpt_buf_add(content, groups.data, groups.len);
	if (!err)
		err = cpt_buf_add(content, data.data, data.len);
	if (!err)
		err = cpt_write_obj(ctx, CPT_OBJ_NETLINK, obj->id, v, sizeof(*v), content->data,
				    content->len);
	cpt_buf_free(&groups);
	cpt_buf_free(&data);
	return err;
}

static int cpt_netlink_dump(struct vz_context *ctx, struct vz_obj *obj)
{
	struct cpt_netlink_image v = {};
	struct cpt_buf content = {};
	struct sock *sk = obj->ptr;
	int err;

	cpt_sock_fill(sk, &v.sock);
	v.type = sk->sk_type;
	v.protocol = sk->sk_protocol;
	v.flags = get_flags(sk);
	v.portid = v.flags & CPT_NETLINK_BOUND ? *vz_netlink_sock_portid(sk) : 0;
	v.dst_portid = *vz_netlink_sock_dst_portid(sk);
	v.dst_group = *vz_netlink_sock_dst_group(sk);
	v.max_recv = *vz_netlink_sock_max_recvmsg_len(sk);
	err = write_netlink(ctx, obj, &v, &content);
	cpt_buf_free(&content);
	return err;
}

const struct cpt_ops cpt_netlink_ops = {
	.collect = cpt_netlink_collect,
	.dump = cpt_netlink_dump,
	.get = cpt_sock_get,
	.put = cpt_sock_put,
	.file = &netlink_file,
};
