/* refuse: net: IP sets \(ipset\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <arpa/inet.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

static void put(char *msg, size_t *len, int type, const void *data, size_t n)
{
	struct nlattr a = { NLA_HDRLEN + n, type };

	memcpy(msg + *len, &a, sizeof(a));
	memcpy(msg + *len + sizeof(a), data, n);
	*len += NLA_ALIGN(a.nla_len);
}

int main(int argc, char **argv)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr h = { .nlmsg_type = NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_CREATE,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE };
	struct nfgenmsg gen = { .nfgen_family = AF_INET };
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[512];
	} answer = {};
	char msg[256] = "";
	size_t len = sizeof(h) + sizeof(gen);
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
	put(msg, &len, IPSET_ATTR_PROTOCOL, &(unsigned char){ 6 }, 1);
	put(msg, &len, IPSET_ATTR_SETNAME, "names", 6);
	put(msg, &len, IPSET_ATTR_TYPENAME, "hash:ip", 8);
	put(msg, &len, IPSET_ATTR_REVISION, &(unsigned char){ 4 }, 1);
	put(msg, &len, IPSET_ATTR_FAMILY, &(unsigned char){ AF_INET }, 1);
	put(msg, &len, IPSET_ATTR_DATA | NLA_F_NESTED, NULL, 0);
	h.nlmsg_len = len;
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), &gen, sizeof(gen));
	tst_must(sendto(fd, msg, len, 0, (void *)&kernel, sizeof(kernel)) == (ssize_t)len);
	tst_must(recv(fd, &answer, sizeof(answer), 0) > 0 && answer.h.nlmsg_type == NLMSG_ERROR);
	errno = -answer.e.error;
	tst_must(!answer.e.error);
	close(fd);
	tst_ready();
	return 0;
}
