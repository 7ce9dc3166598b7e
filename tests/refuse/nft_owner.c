/* refuse: net: nftables: table mine: has an owner: not supported */
// SPDX-License-Identifier: GPL-2.0-only
/* among others */
#include "../static/tst.h"
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

static size_t message(char *at, int type, int res_id, const void *attrs, size_t len)
{
	struct nlmsghdr h = { .nlmsg_len = sizeof(h) + sizeof(struct nfgenmsg) + len,
			      .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE };
	struct nfgenmsg gen = { .nfgen_family = type == NFNL_SUBSYS_NFTABLES << 8 ? AF_INET : 0,
				.res_id = htons(res_id) };

	memcpy(at, &h, sizeof(h));
	memcpy(at + sizeof(h), &gen, sizeof(gen));
	memcpy(at + sizeof(h) + sizeof(gen), attrs, len);
	return h.nlmsg_len;
}

int main(int argc, char **argv)
{
	struct {
		struct nlattr name;
		char text[8];
		struct nlattr flags;
		unsigned int value;
	} table = { { 4 + 5, NFTA_TABLE_NAME }, "mine", { 8, NFTA_TABLE_FLAGS }, htonl(2) };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char batch[256] = "";
	size_t len;
	int fd;

	tst_begin(argc, argv);
	fd = tst_sys(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
	len = message(batch, NFNL_MSG_BATCH_BEGIN, NFNL_SUBSYS_NFTABLES, NULL, 0);
	len += message(batch + len, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, 0, &table,
		       sizeof(table));
	len += message(batch + len, NFNL_MSG_BATCH_END, NFNL_SUBSYS_NFTABLES, NULL, 0);
	tst_must(sendto(fd, batch, len, 0, (void *)&kernel, sizeof(kernel)) == (ssize_t)len);
	tst_must(!system("nft list tables | grep -q mine"));
	tst_ready();
	return 0;
}
