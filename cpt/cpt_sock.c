// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of every family: options of the level SOL_SOCKET, filters, the inode.
 */
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock_reuseport.h>
#include <net/sock.h>
#include "../kernel/access.h"
#include "../kernel/sock_flags.h"
#include "cpt_sock.h"
#include "cpt_task.h"

struct sock *cpt_sock_of(const struct file *file, int family)
{
	struct socket *sock = sock_from_file((struct file *)file);

	return sock && sock->sk && sock->sk->sk_family == family ? sock->sk : NULL;
}

bool cpt_sock_in_ve(struct vz_context *ctx, const struct sock *sk)
{
	struct task_struct *init = cpt_get_init(ctx);
	bool in = false;

	if (!init)
		return false;
	task_lock(init);
	if (init->nsproxy)
		in = init->nsproxy->net_ns == sock_net(sk);
	task_unlock(init);
	put_task_struct(init);
	return in;
}

u32 cpt_sock_pid(struct vz_context *ctx, struct pid *pid)
{
	return pid ? pid_nr_ns(pid, ctx->pidns) : 0;
}

void *cpt_sock_hold(struct file *file)
{
	struct sock *sk = sock_from_file(file)->sk;

	sock_hold(sk);
	return sk;
}

void cpt_sock_get(void *sk)
{
	sock_hold(sk);
}

void cpt_sock_put(void *sk)
{
	sock_put(sk);
}

u32 cpt_sock_async_fd(struct file *file)
{
	struct socket *sock = sock_from_file(file);
	struct fasync_struct *async;
	u32 fd = 0;

	lock_sock(sock->sk);
	for (async = sock->wq.fasync_list; async; async = async->fa_next) {
		if (async->fa_file == file)
			fd = async->fa_fd + 1;
	}
	release_sock(sock->sk);
	return fd;
}

/* ---- what cannot be dumped ---- */

static bool has_bpf_filter(struct sock *sk)
{
	struct sk_filter *filter;
	bool ret;

	rcu_read_lock();
	filter = rcu_dereference(sk->sk_filter);
	ret = filter && !filter->prog->orig_prog;
	rcu_read_unlock();
	return ret;
}

static bool has_reuseport_prog(struct sock *sk)
{
	struct sock_reuseport *reuse;
	bool ret;

	rcu_read_lock();
	reuse = rcu_dereference(sk->sk_reuseport_cb);
	ret = reuse && rcu_access_pointer(reuse->prog);
	rcu_read_unlock();
	return ret;
}

static bool has_policy(const struct sock *sk)
{
#ifdef CONFIG_XFRM
	return rcu_access_pointer(sk->sk_policy[0]) || rcu_access_pointer(sk->sk_policy[1]);
#else
	return false;
#endif
}

static const char *refused(struct sock *sk)
{
	if (has_bpf_filter(sk))
		return "eBPF filter (SO_ATTACH_BPF)";
	if (has_reuseport_prog(sk))
		return "program of SO_ATTACH_REUSEPORT_CBPF or _EBPF";
	if (rcu_access_pointer(sk->sk_bpf_storage))
		return "BPF storage";
	if (rcu_access_pointer(sk->sk_user_data))
		return "in use by the kernel, or in a BPF map";
	if (has_policy(sk))
		return "IPsec policy";
	if (READ_ONCE(sk->sk_reserved_mem))
		return "SO_RESERVE_MEM";
	if (sock_flag(sk, SOCK_XDP))
		return "XDP";
	if (sock_flag(sk, SOCK_MEMALLOC))
		return "in use for swapping";
	if (!skb_queue_empty(&sk->sk_error_queue))
		return "unread messages in its error queue (MSG_ERRQUEUE)";
	return NULL;
}

int cpt_sock_judge(struct vz_context *ctx, struct sock *sk)
{
	const char *what = refused(sk);

	if (!cpt_sock_in_ve(ctx, sk))
		cpt_refuse(ctx, "%s: socket of a network namespace that is not the VE's: not supported",
			   ctx->who);
	if (what)
		cpt_refuse(ctx, "%s: socket: %s: not supported", ctx->who, what);
	return 0;
}

/* ---- options ---- */

static u32 get_flags(const struct sock *sk)
{
	u32 ret = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vz_sock_flags); i++)
		ret |= sock_flag(sk, vz_sock_flags[i].flag) ? vz_sock_flags[i].opt : 0;
	ret |= sock_flag(sk, SOCK_TIMESTAMP) ? CPT_SOCK_STAMPED : 0;
	ret |= sk->sk_txtime_deadline_mode ? CPT_SOCK_TXTIME_DEADLINE : 0;
	ret |= sk->sk_txtime_report_errors ? CPT_SOCK_TXTIME_ERRORS : 0;
	ret |= sk->sk_no_check_tx ? CPT_SOCK_NO_CHECK : 0;
	ret |= sk->sk_no_check_rx ? CPT_SOCK_NO_CHECK_RX : 0;
	ret |= sk->sk_prefer_busy_poll ? CPT_SOCK_PREFER_BUSY : 0;
	return ret;
}

static u32 get_socket_flags(const struct socket *sock)
{
	u32 ret = 0;

	ret |= test_bit(SOCK_PASSCRED, &sock->flags) ? CPT_SOCK_PASSCRED : 0;
	ret |= test_bit(SOCK_PASSSEC, &sock->flags) ? CPT_SOCK_PASSSEC : 0;
	ret |= test_bit(VZ_SOCK_PASSPIDFD, &sock->flags) ? CPT_SOCK_PASSPIDFD : 0;
	return ret;
}

/* ~0: without end, or centuries */
static u64 jiffies_to_image(unsigned long j)
{
	return j > KTIME_MAX / TICK_NSEC ? ~0ULL : jiffies64_to_nsecs(j);
}

static void fill_inode(struct sock *sk, struct cpt_sock_opts *opts)
{
	struct inode *inode = SOCK_INODE(sk->sk_socket);
	struct vz_times t = vz_inode_times(inode);

	opts->inode_uid = __kuid_val(inode->i_uid);
	opts->inode_gid = __kgid_val(inode->i_gid);
	opts->inode_mode = inode->i_mode & S_IALLUGO;
	opts->atime_ns = timespec64_to_ns(&t.atime);
	opts->mtime_ns = timespec64_to_ns(&t.mtime);
	opts->ctime_ns = timespec64_to_ns(&t.ctime);
}

void cpt_sock_fill(struct sock *sk, struct cpt_sock_opts *opts)
{
	opts->flags = get_flags(sk);
	opts->locks = sk->sk_userlocks & CPT_SOCK_LOCKS_KNOWN;
	opts->reuse = !!sk->sk_reuse;
	opts->reuseport = sk->sk_reuseport;
	opts->sndbuf = READ_ONCE(sk->sk_sndbuf);
	opts->rcvbuf = READ_ONCE(sk->sk_rcvbuf);
	opts->rcvlowat = READ_ONCE(sk->sk_rcvlowat);
	opts->shutdown = sk->sk_shutdown;
	opts->rcvtimeo_ns = jiffies_to_image(sk->sk_rcvtimeo);
	opts->sndtimeo_ns = jiffies_to_image(sk->sk_sndtimeo);
	opts->linger_ns = jiffies_to_image(sk->sk_lingertime);
	opts->max_pacing_rate = sk->sk_max_pacing_rate;
	opts->error = abs(READ_ONCE(sk->sk_err));
	opts->error_soft = abs(READ_ONCE(sk->sk_err_soft));
	opts->priority = sk->sk_priority;
	opts->mark = sk->sk_mark;
	opts->bound_dev = sk->sk_bound_dev_if;
	opts->peek_off = READ_ONCE(sk->sk_peek_off);
	opts->tsflags = READ_ONCE(sk->sk_tsflags);
	opts->tskey = atomic_read(&sk->sk_tskey);
	opts->bind_phc = sk->sk_bind_phc;
	opts->zckey = atomic_read(&sk->sk_zckey);
	opts->busy_poll = sk->sk_ll_usec;
	opts->busy_poll_budget = sk->sk_busy_poll_budget;
	opts->incoming_cpu = READ_ONCE(sk->sk_incoming_cpu);
	opts->txtime_clock = sk->sk_clockid;
	opts->txrehash = sk->sk_txrehash;
	opts->drops = atomic_read(&sk->sk_drops);
	opts->uid = __kuid_val(sk->sk_uid);
	opts->stamp_ns = ktime_to_ns(sock_read_timestamp(sk)) < 0 ? -1 :
			 ktime_to_ns(sock_read_timestamp(sk));
	if (sk->sk_socket) {
		opts->flags |= get_socket_flags(sk->sk_socket);
		fill_inode(sk, opts);
	}
}

int cpt_sock_filter(struct sock *sk, struct cpt_sock_opts *opts, struct cpt_buf *content)
{
	const struct sock_fprog_kern *prog;
	struct sk_filter *filter;
	int err = 0;

	BUILD_BUG_ON(sizeof(struct cpt_sock_filter) != sizeof(struct sock_filter));
	lock_sock(sk);
	filter = rcu_dereference_protected(sk->sk_filter, lockdep_sock_is_held(sk));
	prog = filter ? filter->prog->orig_prog : NULL;
	if (prog) {
		opts->filter = prog->len;
		err = cpt_buf_add(content, prog->filter, prog->len * sizeof(*prog->filter));
	}
	release_sock(sk);
	return err;
}

/* ---- packets ---- */

int cpt_queue_get_skbs(struct sk_buff_head *queue, struct cpt_skbs *skbs)
{
	unsigned int max = skb_queue_len_lockless(queue) + 16;
	struct sk_buff *skb;

	*skbs = (struct cpt_skbs){ .skb = kvcalloc(max, sizeof(skb), GFP_KERNEL) };
	if (!skbs->skb)
		return -ENOMEM;
	spin_lock_bh(&queue->lock);
	skb_queue_walk(queue, skb) {
		if (skbs->nr == max)
			break;
		skbs->skb[skbs->nr++] = skb_get(skb);
	}
	spin_unlock_bh(&queue->lock);
	return 0;
}

int cpt_sock_get_skbs(struct sock *sk, struct cpt_skbs *skbs)
{
	return cpt_queue_get_skbs(&sk->sk_receive_queue, skbs);
}

void cpt_sock_put_skbs(struct cpt_skbs *skbs)
{
	while (skbs->nr)
		kfree_skb(skbs->skb[--skbs->nr]);
	kvfree(skbs->skb);
}

int cpt_sock_skb(const struct sk_buff *skb, struct cpt_buf *buf)
{
	unsigned char part[256];
	unsigned int at, n;
	int err = 0;

	for (at = 0; at < skb->len && !err; at += n) {
		n = min_t(unsigned int, skb->len - at, sizeof(part));
		err = skb_copy_bits(skb, at, part, n);
		if (!err)
			err = cpt_buf_add(buf, part, n);
	}
	return err;
}
