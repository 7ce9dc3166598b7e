// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network lock: while a VE is suspended, and until a restored one is
 * resumed, no packet goes into its network namespace or out of it, and nothing
 * answers for it. To its peers it is slow.
 *
 * Hooks of ours in the namespace drop everything, before any other hook sees
 * it. A drop on the way out gives the sender EPERM, so no task may run under
 * the lock. The lock holds a reference on the namespace and one on the module,
 * and goes with its context, however that ends.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "netlock.h"
#include "vz.h"

static unsigned int drop(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_DROP;
}

#define HOOK(family, num)						\
	{ .hook = drop, .pf = family, .hooknum = num, .priority = INT_MIN }

/* Registration writes to none of them: one copy serves all locks. */
static const struct nf_hook_ops hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING),
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT),
	HOOK(NFPROTO_IPV6, NF_INET_PRE_ROUTING),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT),
	HOOK(NFPROTO_ARP, NF_ARP_IN),
	HOOK(NFPROTO_ARP, NF_ARP_OUT),
};

/**
 * struct vz_netlock - the network of a VE is locked
 * @net: its namespace; a reference
 * @tcp: its TCP sockets
 */
struct vz_netlock {
	struct net *net;
	struct vz_tcp_lock tcp;
};

/* Whether a hook is one of ours. */
bool vz_net_is_lock(const struct nf_hook_ops *ops)
{
	return ops->hook == drop;
}

static struct net *get_net_of(struct pid *pid)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_TGID);
	struct net *net = NULL;

	if (!task)
		return NULL;
	task_lock(task);
	if (task->nsproxy)
		net = get_net(task->nsproxy->net_ns);
	task_unlock(task);
	put_task_struct(task);
	return net;
}

/**
 * vz_net_lock() - lock the network of the VE
 * @ctx: ctx->init names the VE; none of its tasks runs
 *
 * A VE that has the host's network is not locked: it cannot be dumped.
 *
 * Context: may sleep
 * Return: 0 or -errno after vz_err()
 */
int vz_net_lock(struct vz_context *ctx)
{
	struct vz_netlock *lock;
	int err;

	lock = kzalloc(sizeof(*lock), GFP_KERNEL);
	if (!lock)
		return -ENOMEM;
	lock->net = get_net_of(ctx->init);
	if (!lock->net) {
		kfree(lock);
		return vz_err(ctx, -ESRCH, "net: the VE has ended");
	}
	if (lock->net == init_task.nsproxy->net_ns) {
		put_net(lock->net);
		kfree(lock);
		return 0;
	}
	vz_tcp_begin(&lock->tcp);
	/* what its tasks have sent to themselves arrives before they were parked */
	synchronize_rcu_expedited();
	err = nf_register_net_hooks(lock->net, hooks, ARRAY_SIZE(hooks));
	if (err) {
		put_net(lock->net);
		kfree(lock);
		return vz_err(ctx, err, "net: cannot be locked: error %d", -err);
	}
	/* who is past the hooks is done */
	synchronize_rcu_expedited();
	__module_get(THIS_MODULE);
	ctx->netlock = lock;
	err = vz_tcp_stop(&lock->tcp, lock->net);
	if (err)
		vz_net_unlock(ctx);
	return err;
}
EXPORT_SYMBOL_GPL(vz_net_lock);

/**
 * vz_net_unlock() - packets pass again
 * @ctx: the context; its tasks have not been released yet
 *
 * Does nothing when there is no lock.
 */
void vz_net_unlock(struct vz_context *ctx)
{
	struct vz_netlock *lock = ctx->netlock;

	if (!lock)
		return;
	ctx->netlock = NULL;
	vz_tcp_start(&lock->tcp);
	nf_unregister_net_hooks(lock->net, hooks, ARRAY_SIZE(hooks));
	put_net(lock->net);
	kfree(lock);
	/* nf_unregister_net_hooks() leaves a reader of the old hooks behind */
	synchronize_rcu_expedited();
	module_put(THIS_MODULE);
}
EXPORT_SYMBOL_GPL(vz_net_unlock);

struct vz_tcp_lock *vz_net_tcp(struct vz_context *ctx)
{
	return ctx->netlock ? &ctx->netlock->tcp : NULL;
}
EXPORT_SYMBOL_GPL(vz_net_tcp);

/**
 * vz_net_kill() - the VE is about to be killed
 * @ctx: the context
 *
 * Its connections end now: sockets that are closed by tasks that end would say
 * good-bye, wait for an answer, and keep the namespace for a while.
 */
void vz_net_kill(struct vz_context *ctx)
{
	if (ctx->netlock)
		vz_tcp_abort(&ctx->netlock->tcp, ctx->netlock->net);
}
EXPORT_SYMBOL_GPL(vz_net_kill);

/* A device that is down gives nothing to the namespace, and takes nothing from it. */
static void close_devices(struct net *net)
{
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(net, dev) {
		if (dev->flags & IFF_UP)
			dev_close(dev);
	}
	rtnl_unlock();
}

/**
 * vz_net_end() - the VE has been killed: its network ends in silence
 * @ctx: the context
 *
 * Peers must not hear that nobody is there any more: a packet for a connection
 * that is gone would be answered with a reset. So the devices go down under
 * the lock, and the lock goes then.
 */
void vz_net_end(struct vz_context *ctx)
{
	if (!ctx->netlock)
		return;
	vz_net_kill(ctx);
	close_devices(ctx->netlock->net);
	vz_net_unlock(ctx);
}
EXPORT_SYMBOL_GPL(vz_net_end);
