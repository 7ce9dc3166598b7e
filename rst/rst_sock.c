// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of every family: options of the level SOL_SOCKET, filters, the inode.
 * The values were allowed once: who may set them now is not asked, and the
 * host's limits on buffers are not applied.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "../kernel/access.h"
#include "../kernel/sock_flags.h"
#include "rst_sock.h"

int rst_sock_check(struct vz_context *ctx, const struct vz_rec *rec,
		   const struct cpt_sock_opts *opts)
{
	if ((opts->flags & CPT_SOCK_PASSPIDFD) && !VZ_HAS_PASSPIDFD)
		return rst_err(ctx, -EOPNOTSUPP,
			       "%s %llu: SO_PASSPIDFD is not known to this kernel",
			       vz_kind_name(rec->hdr.type), rec->hdr.id);
	if (opts->tsflags & ~VZ_TSFLAGS_KNOWN)
		return rst_err(ctx, -EOPNOTSUPP,
			       "%s %llu: flags %#x of SO_TIMESTAMPING are not known to this kernel",
			       vz_kind_name(rec->hdr.type), rec->hdr.id,
			       opts->tsflags & ~VZ_TSFLAGS_KNOWN);
	return 0;
}

/* ---- options ---- */

/* As sock_enable_timestamp(): each socket counts once, until it is freed. */
static void enable_stamps(struct sock *sk, enum sock_flags flag)
{
	bool first = !(sk->sk_flags & SK_FLAGS_TIMESTAMP);

	sock_set_flag(sk, flag);
	if (first && sk->sk_family != AF_UNIX)
		net_enable_timestamp();
}

static void set_flags(struct sock *sk, const struct cpt_sock_opts *opts)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vz_sock_flags); i++)
		sock_valbool_flag(sk, vz_sock_flags[i].flag, opts->flags & vz_sock_flags[i].opt);
	if (opts->flags & CPT_SOCK_STAMPED)
		enable_stamps(sk, SOCK_TIMESTAMP);
	if (opts->tsflags & SOF_TIMESTAMPING_RX_SOFTWARE)
		enable_stamps(sk, SOCK_TIMESTAMPING_RX_SOFTWARE);
	sk->sk_txtime_deadline_mode = !!(opts->flags & CPT_SOCK_TXTIME_DEADLINE);
	sk->sk_txtime_report_errors = !!(opts->flags & CPT_SOCK_TXTIME_ERRORS);
	sk->sk_no_check_tx = !!(opts->flags & CPT_SOCK_NO_CHECK);
	sk->sk_no_check_rx = !!(opts->flags & CPT_SOCK_NO_CHECK_RX);
	sk->sk_prefer_busy_poll = !!(opts->flags & CPT_SOCK_PREFER_BUSY);
}

static unsigned long image_to_jiffies(u64 ns)
{
	return ns == ~0ULL ? MAX_SCHEDULE_TIMEOUT : nsecs_to_jiffies(ns);
}

static void set_values(struct sock *sk, const struct cpt_sock_opts *opts)
{
	sk->sk_userlocks = opts->locks;
	sk->sk_reuse = opts->reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	sk->sk_reuseport = opts->reuseport;
	sk->sk_sndbuf = opts->sndbuf;
	sk->sk_rcvbuf = opts->rcvbuf;
	sk->sk_rcvlowat = opts->rcvlowat;
	sk->sk_rcvtimeo = image_to_jiffies(opts->rcvtimeo_ns);
	sk->sk_sndtimeo = image_to_jiffies(opts->sndtimeo_ns);
	sk->sk_lingertime = image_to_jiffies(opts->linger_ns);
	sk->sk_max_pacing_rate = opts->max_pacing_rate;
	if (opts->max_pacing_rate != ~0ULL) {
		cmpxchg(&sk->sk_pacing_status, SK_PACING_NONE, SK_PACING_NEEDED);
		sk->sk_pacing_rate = min_t(unsigned long, sk->sk_pacing_rate,
					   opts->max_pacing_rate);
	}
	sk->sk_priority = opts->priority;
	sk->sk_mark = opts->mark;
	sk->sk_bound_dev_if = opts->bound_dev;
	sk->sk_peek_off = opts->peek_off;
	sk->sk_tsflags = opts->tsflags;
	atomic_set(&sk->sk_tskey, opts->tskey);
	sk->sk_bind_phc = opts->bind_phc;
	atomic_set(&sk->sk_zckey, opts->zckey);
	sk->sk_ll_usec = opts->busy_poll;
	sk->sk_busy_poll_budget = opts->busy_poll_budget;
	sk->sk_incoming_cpu = opts->incoming_cpu;
	sk->sk_clockid = opts->txtime_clock;
	sk->sk_txrehash = opts->txrehash;
	atomic_set(&sk->sk_drops, opts->drops);
	sk->sk_uid = KUIDT_INIT(opts->uid);
	if (opts->stamp_ns >= 0)
		sock_write_timestamp(sk, ns_to_ktime(opts->stamp_ns));
}

static void set_inode(struct socket *sock, const struct cpt_sock_opts *opts)
{
	struct inode *inode = SOCK_INODE(sock);
	struct vz_times t = {
		.atime = ns_to_timespec64(opts->atime_ns),
		.mtime = ns_to_timespec64(opts->mtime_ns),
		.ctime = ns_to_timespec64(opts->ctime_ns),
	};

	inode->i_uid = KUIDT_INIT(opts->inode_uid);
	inode->i_gid = KGIDT_INIT(opts->inode_gid);
	inode->i_mode = S_IFSOCK | opts->inode_mode;
	vz_set_inode_times(inode, &t);
	assign_bit(SOCK_PASSCRED, &sock->flags, opts->flags & CPT_SOCK_PASSCRED);
	assign_bit(SOCK_PASSSEC, &sock->flags, opts->flags & CPT_SOCK_PASSSEC);
	if (opts->flags & CPT_SOCK_PASSPIDFD)
		set_bit(VZ_SOCK_PASSPIDFD, &sock->flags);
}

/* ---- the filter ---- */

/* What getsockopt(SO_GET_FILTER) returns. */
static int keep_program(struct bpf_prog *prog, const struct sock_fprog_kern *from)
{
	struct sock_fprog_kern *to = kmalloc(sizeof(*to), GFP_KERNEL);

	if (!to)
		return -ENOMEM;
	to->len = from->len;
	to->filter = kmemdup(from->filter, from->len * sizeof(*from->filter), GFP_KERNEL);
	if (!to->filter) {
		kfree(to);
		return -ENOMEM;
	}
	prog->orig_prog = to;
	return 0;
}

/* The kernel checks the program as if it came from a program just now. */
static int set_filter(struct sock *sk, const struct cpt_sock_filter *insns, u32 len)
{
	struct sock_fprog_kern from = { .len = len, .filter = (struct sock_filter *)insns };
	struct sk_filter *filter = kmalloc(sizeof(*filter), GFP_KERNEL);
	int err;

	if (!filter)
		return -ENOMEM;
	err = bpf_prog_create(&filter->prog, &from);
	if (err)
		goto out_free;
	err = keep_program(filter->prog, &from);
	if (err)
		goto out_destroy;
	refcount_set(&filter->refcnt, 1);
	atomic_add(bpf_prog_size(filter->prog->len), &sk->sk_omem_alloc);
	rcu_assign_pointer(sk->sk_filter, filter);
	return 0;

out_destroy:
	bpf_prog_destroy(filter->prog);
out_free:
	kfree(filter);
	return err;
}

int rst_sock_set(struct vz_context *ctx, struct sock *sk, const struct cpt_sock_opts *opts,
		 const struct cpt_sock_filter *filter)
{
	int err = 0;

	lock_sock(sk);
	if (opts->filter)
		err = set_filter(sk, filter, opts->filter);
	if (!err) {
		set_flags(sk, opts);
		set_values(sk, opts);
		set_inode(sk->sk_socket, opts);
	}
	release_sock(sk);
	return err;
}

void rst_sock_set_state(struct sock *sk, const struct cpt_sock_opts *opts)
{
	WRITE_ONCE(sk->sk_shutdown, opts->shutdown);
	WRITE_ONCE(sk->sk_err, opts->error);
	WRITE_ONCE(sk->sk_err_soft, opts->error_soft);
}

/* ---- files and packets ---- */

struct file *rst_sock_file(struct socket *sock, const struct cred *cred)
{
	struct file *file = sock_alloc_file(sock, O_RDWR, NULL);

	if (IS_ERR(file))
		return file;
	put_cred(file->f_cred);
	file->f_cred = get_cred(cred);
	return file;
}

/* As much of a packet as can stand outside of its head. */
#define MAX_FRAGS_LEN	(MAX_SKB_FRAGS * PAGE_SIZE)

struct sk_buff *rst_sock_skb(const void *data, u32 len, u32 linear)
{
	struct sk_buff *skb;
	int err;

	linear = min(linear, len);
	if (len - linear > MAX_FRAGS_LEN)
		linear = len - MAX_FRAGS_LEN;
	skb = alloc_skb_with_frags(linear, len - linear, PAGE_ALLOC_COSTLY_ORDER, &err,
				   GFP_KERNEL_ACCOUNT);
	if (!skb)
		return NULL;
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len = len;
	if (skb_store_bits(skb, 0, data, len)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}
