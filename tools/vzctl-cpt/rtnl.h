/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to the kernel's rtnetlink. Negative errno on failure. */
#ifndef VZ_RTNL_H
#define VZ_RTNL_H

#include <stddef.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct rtnl_req {
	struct nlmsghdr h;
	char rest[1024];
};

int rtnl_open(void);
/* @head: the family's struct (ifinfomsg, rtmsg ...) */
void rtnl_begin(struct rtnl_req *req, int type, int flags, const void *head, size_t len);
void rtnl_attr(struct rtnl_req *req, int type, const void *data, size_t len);
void rtnl_attr_u32(struct rtnl_req *req, int type, unsigned int value);
void rtnl_attr_str(struct rtnl_req *req, int type, const char *value);
struct rtattr *rtnl_nest(struct rtnl_req *req, int type);
/* Bytes that are no attribute, in a nest. */
void rtnl_nest_raw(struct rtnl_req *req, const void *data, size_t len);
void rtnl_nest_end(struct rtnl_req *req, struct rtattr *nest);
/* Sends it and waits for what the kernel says: 0 or its negative errno. */
int rtnl_talk(int fd, struct rtnl_req *req);

#endif /* VZ_RTNL_H */
