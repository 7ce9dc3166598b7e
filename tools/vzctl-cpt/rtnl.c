// SPDX-License-Identifier: GPL-2.0-only
/* Requests to the kernel's rtnetlink, one at a time. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rtnl.h"

int rtnl_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : fd;
}

void rtnl_begin(struct rtnl_req *req, int type, int flags, const void *head, size_t len)
{
	memset(req, 0, sizeof(*req));
	req->h.nlmsg_type = type;
	req->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	memcpy(NLMSG_DATA(&req->h), head, len);
	req->h.nlmsg_len = NLMSG_SPACE(len);
}

void rtnl_attr(struct rtnl_req *req, int type, const void *data, size_t len)
{
	struct rtattr *attr = (void *)((char *)&req->h + req->h.nlmsg_len);

	/* all that is asked for here fits, by far */
	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(attr), data, len);
	req->h.nlmsg_len += RTA_SPACE(len);
}

void rtnl_attr_u32(struct rtnl_req *req, int type, unsigned int value)
{
	rtnl_attr(req, type, &value, sizeof(value));
}

void rtnl_attr_str(struct rtnl_req *req, int type, const char *value)
{
	rtnl_attr(req, type, value, strlen(value) + 1);
}

struct rtattr *rtnl_nest(struct rtnl_req *req, int type)
{
	struct rtattr *nest = (void *)((char *)&req->h + req->h.nlmsg_len);

	rtnl_attr(req, type, NULL, 0);
	return nest;
}

void rtnl_nest_raw(struct rtnl_req *req, const void *data, size_t len)
{
	memcpy((char *)&req->h + req->h.nlmsg_len, data, len);
	req->h.nlmsg_len += NLMSG_ALIGN(len);
}

void rtnl_nest_end(struct rtnl_req *req, struct rtattr *nest)
{
	nest->rta_len = (char *)&req->h + req->h.nlmsg_len - (char *)nest;
}

int rtnl_talk(int fd, struct rtnl_req *req)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char more[1024];
	} answer;
	ssize_t n;

	if (send(fd, &req->h, req->h.nlmsg_len, 0) < 0)
		return -errno;
	do
		n = recv(fd, &answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(int)) || answer.h.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.e.error;
}
