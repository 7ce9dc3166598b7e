// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions and orders to rtnetlink and nfnetlink, in any network namespace. The
 * kernel answers within the call: nothing waits.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "rtnl.h"

#define ANSWER	32768	/* netlink_dump() makes none that is larger */

/**
 * vz_nl_open() - open a socket of ours
 * @rt: filled in
 * @net: where
 * @protocol: NETLINK_ROUTE, NETLINK_NETFILTER
 *
 * The orders are those of the current task, with its credentials.
 *
 * Return: 0 or -errno
 */
int vz_nl_open(struct vz_rtnl *rt, struct net *net, int protocol)
{
	int err;

	/* not a kernel's one: it holds @net, and goes only when this task returns to user mode */
	err = __sock_create(net, AF_NETLINK, SOCK_RAW, protocol, &rt->sock, 0);
	if (err)
		return err;
	/* __netlink_ns_capable() looks at the file's credentials */
	rt->file = sock_alloc_file(rt->sock, O_NONBLOCK, NULL);
	if (IS_ERR(rt->file))
		return PTR_ERR(rt->file);
	rt->buf = kvmalloc(ANSWER, GFP_KERNEL);
	if (!rt->buf) {
		fput(rt->file);
		return -ENOMEM;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vz_nl_open);

int vz_rtnl_open(struct vz_rtnl *rt, struct net *net)
{
	return vz_nl_open(rt, net, NETLINK_ROUTE);
}
EXPORT_SYMBOL_GPL(vz_rtnl_open);

void vz_rtnl_close(struct vz_rtnl *rt)
{
	kvfree(rt->buf);
	fput(rt->file);
}
EXPORT_SYMBOL_GPL(vz_rtnl_close);

struct sk_buff *vz_rtnl_msg(int type, int flags, const void *head, size_t len)
{
	struct sk_buff *skb = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	struct nlmsghdr *h;

	if (!skb)
		return NULL;
	h = nlmsg_put(skb, 0, 0, type, len, NLM_F_REQUEST | flags);
	if (!h) {
		nlmsg_free(skb);
		return NULL;
	}
	memcpy(nlmsg_data(h), head, len);
	return skb;
}
EXPORT_SYMBOL_GPL(vz_rtnl_msg);

static int send(struct vz_rtnl *rt, void *data, size_t len)
{
	struct kvec vec = { .iov_base = data, .iov_len = len };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	int n = kernel_sendmsg(rt->sock, &msg, &vec, 1, len);

	return n < 0 ? n : n == len ? 0 : -EIO;
}

static int receive(struct vz_rtnl *rt)
{
	struct kvec vec = { .iov_base = rt->buf, .iov_len = ANSWER };
	struct msghdr msg = {};
	int n = kernel_recvmsg(rt->sock, &msg, &vec, 1, ANSWER, MSG_DONTWAIT);

	return n < 0 ? n : (msg.msg_flags & MSG_TRUNC) || !n ? -EMSGSIZE : n;
}

static int error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	return nlmsg_len(h) < sizeof(e->error) ? -EBADMSG : e->error;
}

int vz_rtnl_talk(struct vz_rtnl *rt, struct sk_buff *skb)
{
	struct nlmsghdr *h;
	int n;

	if (!skb)
		return -ENOMEM;
	h = nlmsg_hdr(skb);
	h->nlmsg_flags |= NLM_F_ACK;
	h->nlmsg_len = skb->len;
	n = send(rt, skb->data, skb->len);
	nlmsg_free(skb);
	if (n)
		return n;
	n = receive(rt);
	if (n < 0)
		return n;
	h = rt->buf;
	return nlmsg_ok(h, n) && h->nlmsg_type == NLMSG_ERROR ? error_of(h) : -EBADMSG;
}
EXPORT_SYMBOL_GPL(vz_rtnl_talk);

int vz_rtnl_dump(struct vz_rtnl *rt, int type, const void *head, size_t len,
		 int (*fn)(const struct nlmsghdr *h, void *arg), void *arg)
{
	struct sk_buff *skb = vz_rtnl_msg(type, NLM_F_DUMP, head, len);
	const struct nlmsghdr *h;
	int err, n, ret = 0;

	if (!skb)
		return -ENOMEM;
	nlmsg_hdr(skb)->nlmsg_len = skb->len;
	err = send(rt, skb->data, skb->len);
	nlmsg_free(skb);
	if (err)
		return err;
	for (;;) {
		n = receive(rt);
		if (n < 0)
			return n;
		for (h = rt->buf; nlmsg_ok(h, n); h = nlmsg_next(h, &n)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return ret;
			if (h->nlmsg_type == NLMSG_ERROR)
				return ret ?: error_of(h);
			/* to the end in any case, or the next question is refused */
			if (!ret)
				ret = fn(h, arg);
		}
	}
}
EXPORT_SYMBOL_GPL(vz_rtnl_dump);

int vz_nl_batch(struct vz_rtnl *rt, void *data, size_t len, u32 *bad)
{
	const struct nlmsghdr *h;
	int err, n, one = 1, ret = 0;

	*bad = 0;
	/* an error comes without the message that it is about */
	err = rt->sock->ops->setsockopt(rt->sock, SOL_NETLINK, NETLINK_CAP_ACK,
					KERNEL_SOCKPTR(&one), sizeof(one));
	if (err)
		return err;
	lock_sock(rt->sock->sk);
	rt->sock->sk->sk_sndbuf = INT_MAX / 2;
	release_sock(rt->sock->sk);
	err = send(rt, data, len);
	while (!err) {
		n = receive(rt);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			return ret ?: n;
		for (h = rt->buf; nlmsg_ok(h, n); h = nlmsg_next(h, &n)) {
			if (ret || h->nlmsg_type != NLMSG_ERROR)
				continue;
			ret = error_of(h);
			*bad = h->nlmsg_seq;
		}
	}
	return err ?: ret;
}
EXPORT_SYMBOL_GPL(vz_nl_batch);
