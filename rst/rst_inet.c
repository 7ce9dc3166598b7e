// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TCP and UDP have in common: addresses, options of IP and IPv6.
 */
#include <linux/ipv6.h>
#include <net/transp_v6.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/transp_v6.h>
#include "../kernel/access.h"
#include "rst_inet.h"

static int read_option(struct sock *sk, const struct cpt_sockopt *o, int *value)
{
	int len = sizeof(*value);

	*value = 0;
	return o->level == CPT_SOL_IP ?
		vz_do_ip_getsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(value),
				    KERNEL_SOCKPTR(&len)) :
		vz_do_ipv6_getsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(value),
				      KERNEL_SOCKPTR(&len));
}

/*
 * An accepted connection has these from the packet that made it, and programs
 * cannot set them on a stream.
 */
static bool set_multicast_hops(struct sock *sk, const struct cpt_sockopt *o)
{
	if (sk->sk_type != SOCK_STREAM)
		return false;
	if (o->level == CPT_SOL_IP && o->name == IP_MULTICAST_TTL)
		inet_sk(sk)->mc_ttl = o->value;
	else if (o->level == CPT_SOL_IPV6 && o->name == IPV6_MULTICAST_HOPS)
		inet6_sk(sk)->mcast_hops = o->value;
	else
		return false;
	return true;
}

/* What could not be set any more with what has been set meanwhile: the port, the device. */
static bool set_directly(struct sock *sk, const struct cpt_sockopt *o)
{
	if (o->level == CPT_SOL_IPV6 && o->name == IPV6_V6ONLY)
		sk->sk_ipv6only = !!o->value;
	else if (o->level == CPT_SOL_IP && o->name == IP_UNICAST_IF)
		inet_sk(sk)->uc_index = ntohl((__force __be32)o->value);
	else if (o->level == CPT_SOL_IPV6 && o->name == IPV6_UNICAST_IF)
		inet6_sk(sk)->ucast_oif = ntohl((__force __be32)o->value);
	else
		return false;
	return true;
}

static int write_option(struct sock *sk, const struct cpt_sockopt *o)
{
	int value = o->value;

	if (set_multicast_hops(sk, o))
		return 0;
	if (set_directly(sk, o))
		return 0;
	return o->level == CPT_SOL_IP ?
		vz_do_ip_setsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(&value), sizeof(value)) :
		vz_do_ipv6_setsockopt(sk, o->level, o->name, KERNEL_SOCKPTR(&value), sizeof(value));
}

int rst_inet_options(struct vz_context *ctx, const struct vz_rec *rec, struct sock *sk,
		     const struct cpt_sockopt *opts, u32 n)
{
	int value, err;
	u32 i;

	for (i = 0; i < n; i++) {
		err = read_option(sk, &opts[i], &value);
		if (!err && value == opts[i].value)
			continue;
		if (!err)
			err = write_option(sk, &opts[i]);
		if (err)
			return rst_err(ctx, err, "%s %llu: option %u of level %u cannot be set to %d: error %d",
				       vz_kind_name(rec->hdr.type), rec->hdr.id, opts[i].name,
				       opts[i].level, opts[i].value, -err);
	}
	return 0;
}

void rst_inet_names(struct sock *sk, const __u8 *laddr, const __u8 *raddr, u32 lport, u32 rport)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->inet_sport = htons(lport);
	inet->inet_dport = htons(rport);
	if (sk->sk_family != AF_INET6) {
		memcpy(&inet->inet_rcv_saddr, laddr, 4);
		memcpy(&inet->inet_saddr, laddr, 4);
		memcpy(&inet->inet_daddr, raddr, 4);
		return;
	}
	memcpy(&sk->sk_v6_rcv_saddr, laddr, 16);
	memcpy(&inet6_sk(sk)->saddr, laddr, 16);
	memcpy(&sk->sk_v6_daddr, raddr, 16);
	if (ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
		inet->inet_rcv_saddr = inet->inet_saddr = sk->sk_v6_rcv_saddr.s6_addr32[3];
	else if (!ipv6_addr_any(&sk->sk_v6_rcv_saddr))
		inet->inet_rcv_saddr = inet->inet_saddr = LOOPBACK4_IPV6;
	if (ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		inet->inet_daddr = sk->sk_v6_daddr.s6_addr32[3];
	else if (!ipv6_addr_any(&sk->sk_v6_daddr))
		inet->inet_daddr = LOOPBACK4_IPV6;
}
