// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TCP and UDP have in common: addresses, options of IP and IPv6.
 */
#include <linux/igmp.h>
#include <linux/ipv6.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include "../kernel/access.h"
#include "../kernel/inet_opts.h"
#include "cpt_inet.h"

static const char *refused6(const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);

	if (!np)
		return NULL;
	if (rcu_access_pointer(np->opt))
		return "IPv6 extension headers";
	if (vz_inet6_fl_list(sk))
		return "flow labels (IPV6_FLOWLABEL_MGR)";
	if (np->ipv6_ac_list)
		return "IPv6 anycast groups";
	if (np->rxpmtu)
		return "unread path MTU (IPV6_RECVPATHMTU)";
	if (sk->sk_type != SOCK_STREAM)
		return NULL;
	if (rcu_access_pointer(np->ipv6_mc_list))
		return "multicast groups";
	if (np->sticky_pktinfo.ipi6_ifindex || !ipv6_addr_any(&np->sticky_pktinfo.ipi6_addr))
		return "IPV6_PKTINFO";
	if (np->frag_size)
		return "IPV6_MTU";
	return NULL;
}

/* Options that were taken back leave an empty struct behind. */
static bool has_ip_options(const struct inet_sock *inet)
{
	const struct ip_options_rcu *opt;
	bool has;

	rcu_read_lock();
	opt = rcu_dereference(inet->inet_opt);
	has = opt && opt->opt.optlen;
	rcu_read_unlock();
	return has;
}

void cpt_inet_judge(struct vz_context *ctx, struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	const char *what = refused6(sk);

	if (has_ip_options(inet))
		what = "IP_OPTIONS";
	else if (sk->sk_type == SOCK_STREAM && rcu_access_pointer(inet->mc_list))
		what = "multicast groups";
	if (what)
		cpt_refuse(ctx, "%s: socket: %s: not supported", ctx->who, what);
}

static int read_option(struct sock *sk, const struct vz_inet_opt *o, int *value)
{
	int len = sizeof(*value);

	*value = 0;
	return o->level == CPT_SOL_IP ?
		vz_do_ip_getsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(value),
				    KERNEL_SOCKPTR(&len)) :
		vz_do_ipv6_getsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(value),
				      KERNEL_SOCKPTR(&len));
}

int cpt_inet_options(struct sock *sk, struct cpt_buf *buf)
{
	struct cpt_sockopt v;
	unsigned int i;
	int value, err, n = 0;

	for (i = 0; i < vz_nr_inet_opts; i++) {
		if (vz_inet_opts[i].level == CPT_SOL_IPV6 && sk->sk_family != AF_INET6)
			continue;
		/* one that this kernel or this kind of socket does not have */
		if (read_option(sk, &vz_inet_opts[i], &value))
			continue;
		v = (struct cpt_sockopt){ vz_inet_opts[i].level, vz_inet_opts[i].name, value };
		err = cpt_buf_add(buf, &v, sizeof(v));
		if (err)
			return err;
		n++;
	}
	return n;
}

bool cpt_inet_mapped(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && ipv6_addr_v4mapped(&sk->sk_v6_daddr);
}

void cpt_inet_names(const struct sock *sk, __u8 *laddr, __u8 *raddr, __u32 *lport, __u32 *rport)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (sk->sk_family == AF_INET6) {
		memcpy(laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(raddr, &sk->sk_v6_daddr, 16);
	} else {
		memcpy(laddr, &inet->inet_rcv_saddr, 4);
		memcpy(raddr, &inet->inet_daddr, 4);
	}
	*lport = inet->inet_num;
	*rport = ntohs(inet->inet_dport);
}
