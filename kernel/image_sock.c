// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the image checker knows of sockets: who is connected to whom is looked at
 * as a whole. A listening socket with data, or one that waits to be accepted
 * twice, would make the kernel follow pointers that are none.
 */
#include "image_rules.h"

/* Sockets that were read, kept to check who is connected to whom. */
struct check_unix {
	__u32 type;
	__u32 state;
	__u32 flags;
	__u32 queued;		/* a CPT_OBJ_UNIX_QUEUE was seen */
	__u32 claimed;		/* an embryo: its listening socket was seen */
	__u32 zero;
	__u64 peer;
};

#define TYPE_STREAM	1	/* SOCK_STREAM */
#define TYPE_DGRAM	2	/* SOCK_DGRAM */
#define TYPE_SEQPACKET	5	/* SOCK_SEQPACKET */

static struct check_unix *find(struct vz_check *chk, __u64 id)
{
	struct vz_check_obj *obj = id ? vz_check_find(chk, CPT_OBJ_UNIX, id) : NULL;

	return obj ? obj->aux : NULL;
}

/* ---- unix ---- */

static int look_name(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_unix_image *v = look->fixed;
	const char *name = look->tail, *path;
	__u64 len;

	if (v->name_len > look->tail_len)
		return vz_bad(chk, -EINVAL, "its name is cut off");
	path = name + v->name_len;
	len = look->tail_len - v->name_len;
	if (!(v->flags & CPT_UNIX_INODE)) {
		if (len || v->mount)
			return vz_bad(chk, -EINVAL, "a path without a socket file");
		if ((v->flags & CPT_UNIX_BOUND) && (!v->name_len || name[0]))
			return vz_bad(chk, -EINVAL, "cannot be found by its name");
		return 0;
	}
	if (!v->mount || !v->name_len || !name[0])
		return vz_bad(chk, -EINVAL, "the socket file does not fit the name");
	if (!len || len > CPT_MAX_PATH || path[len - 1] || memchr(path, 0, len - 1) ||
	    !vz_good_path(path))
		return vz_bad(chk, -EINVAL, "the path is not a plain path");
	return 0;
}

static int look_unix(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_unix_image *v = look->fixed;
	__u32 role = v->flags & (CPT_UNIX_EMBRYO | CPT_UNIX_DEAD);
	struct check_unix *keep;

	if (v->type != TYPE_STREAM && v->type != TYPE_DGRAM && v->type != TYPE_SEQPACKET)
		return vz_bad(chk, -EINVAL, "type %u", v->type);
	if (v->type == TYPE_DGRAM && (v->state == CPT_UNIX_LISTEN || (role & CPT_UNIX_EMBRYO)))
		return vz_bad(chk, -EINVAL, "datagrams are not accepted");
	if (role == (CPT_UNIX_EMBRYO | CPT_UNIX_DEAD) ||
	    (role == CPT_UNIX_EMBRYO && v->state != CPT_UNIX_CONNECTED) ||
	    (role == CPT_UNIX_DEAD && v->state != CPT_UNIX_CLOSED))
		return vz_bad(chk, -EINVAL, "flags %#x do not fit state %u", v->flags, v->state);
	if (role && ((v->flags & CPT_UNIX_BOUND) || v->sock.filter))
		return vz_bad(chk, -EINVAL, "flags %#x for a socket that is no file", v->flags);
	if (role == CPT_UNIX_DEAD && (v->flags & CPT_UNIX_INODE))
		return vz_bad(chk, -EINVAL, "a closed socket with a socket file");
	if (v->state == CPT_UNIX_LISTEN && !v->name_len)
		return vz_bad(chk, -EINVAL, "listens without a name");
	if (look_name(chk, look))
		return chk->failed;
	keep = vz_env_alloc(sizeof(*keep));
	if (!keep)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	keep->type = v->type;
	keep->state = v->state;
	keep->flags = v->flags;
	look->obj->aux = keep;
	return 0;
}

/* ---- unix_queue ---- */

static int look_links(struct vz_check *chk, const struct cpt_unix_queue_image *q,
		      struct check_unix *sock, const __u64 *embryos)
{
	const struct check_unix *peer = find(chk, q->peer);
	struct check_unix *embryo;
	__u32 i;

	if (sock->flags & CPT_UNIX_DEAD)
		return vz_bad(chk, -EINVAL, "unix %llu was closed", q->sock);
	if (sock->queued && (q->peer || q->embryos))
		return vz_bad(chk, -EINVAL, "not the first record of unix %llu", q->sock);
	if ((sock->state != CPT_UNIX_LISTEN && q->embryos) ||
	    (sock->type != TYPE_DGRAM && sock->state != CPT_UNIX_CONNECTED &&
	     (q->peer || q->skbs)))
		return vz_bad(chk, -EINVAL, "does not fit state %u of unix %llu", sock->state,
			      q->sock);
	if (q->peer == q->sock && sock->type != TYPE_DGRAM)
		return vz_bad(chk, -EINVAL, "unix %llu is connected to itself", q->sock);
	if (q->peer && (peer->type != sock->type || peer->state == CPT_UNIX_LISTEN))
		return vz_bad(chk, -EINVAL, "unix %llu and %llu cannot be connected", q->sock,
			      q->peer);
	for (i = 0; i < q->embryos; i++) {
		embryo = find(chk, embryos[i]);
		if (!embryo || !(embryo->flags & CPT_UNIX_EMBRYO) || embryo->claimed ||
		    embryo->type != sock->type)
			return vz_bad(chk, -EINVAL, "unix %llu does not wait to be accepted",
				      embryos[i]);
		embryo->claimed = 1;
	}
	sock->peer = sock->queued ? sock->peer : q->peer;
	sock->queued = 1;
	return 0;
}

static int look_skb(struct vz_check *chk, const struct cpt_unix_skb *skb,
		    const struct check_unix *sock)
{
	const struct check_unix *sender = find(chk, skb->sender);

	if (sender->type != sock->type || sender->state == CPT_UNIX_LISTEN ||
	    (sender->flags & CPT_UNIX_EMBRYO))
		return vz_bad(chk, -EINVAL, "unix %llu does not send to it", skb->sender);
	if (skb->linear > skb->len || skb->consumed > skb->len ||
	    (skb->consumed && sock->type != TYPE_STREAM))
		return vz_bad(chk, -EINVAL, "%u and %u of %u bytes", skb->linear, skb->consumed,
			      skb->len);
	return 0;
}

static int look_unix_queue(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_unix_queue_image *q = look->fixed;
	const struct cpt_unix_skb *skb = (const void *)look->content;
	const __u64 *ids = (const void *)look->tail;
	struct check_unix *sock = find(chk, q->sock);
	__u64 i, files = 0, bytes = 0;

	if ((q->embryos + (__u64)q->files) * sizeof(*ids) > look->tail_len)
		return vz_bad(chk, -EINVAL, "%u embryos and %u files are cut off", q->embryos,
			      q->files);
	if (look_links(chk, q, sock, ids))
		return chk->failed;
	for (i = 0; i < look->count; i++) {
		if (look_skb(chk, &skb[i], sock))
			return chk->failed;
		files += skb[i].files;
		bytes += skb[i].len;
	}
	if (files != q->files ||
	    bytes != look->tail_len - (q->embryos + (__u64)q->files) * sizeof(*ids))
		return vz_bad(chk, -EINVAL, "%llu files and %llu bytes do not fit its content",
			      files, bytes);
	for (i = 0; i < q->files; i++) {
		if (!vz_check_find(chk, CPT_OBJ_FILE, ids[q->embryos + i]))
			return vz_bad(chk, -EINVAL, "there is no file %llu before it",
				      ids[q->embryos + i]);
	}
	if (q->oob > q->skbs || (q->oob && sock->type != TYPE_STREAM))
		return vz_bad(chk, -EINVAL, "packet %u of %u is the out-of-band byte", q->oob,
			      q->skbs);
	return 0;
}

/* ---- the whole ---- */

static int unix_complete(struct vz_check *chk, const struct vz_check_obj *obj)
{
	const struct check_unix *sock = obj->aux, *peer = find(chk, sock->peer);

	if ((sock->flags & CPT_UNIX_EMBRYO) && !sock->claimed)
		return vz_bad(chk, -EINVAL, "unix %llu: waits to be accepted by nobody", obj->id);
	if (!peer || sock->type == TYPE_DGRAM || (peer->flags & CPT_UNIX_DEAD))
		return 0;
	if (peer->peer != obj->id)
		return vz_bad(chk, -EINVAL, "unix %llu: is connected to %llu, which is connected to %llu",
			      obj->id, sock->peer, peer->peer);
	return 0;
}

/* Called when all metadata was read. */
int vz_check_sockets(struct vz_check *chk)
{
	const struct vz_check_obj *obj;
	__u64 i, number = chk->number;

	chk->number = 0;	/* the message is not about the current record */
	for (i = 0; i < chk->nbuckets; i++) {
		for (obj = chk->buckets[i]; obj; obj = obj->next) {
			if (obj->type == CPT_OBJ_UNIX && unix_complete(chk, obj))
				return chk->failed;
		}
	}
	chk->number = number;
	return 0;
}

/* ---- netlink ---- */

#define NETLINK_SKB_MAX		(1U << 20)
#define NETLINK_GROUPS_MAX	4096

static int look_netlink(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_netlink_image *v = look->fixed;
	const struct cpt_netlink_skb *skb = (const void *)look->tail;
	const __u32 *group = (const void *)(skb + v->skbs);
	__u64 i, bytes = v->skbs * sizeof(*skb) + (__u64)v->groups * sizeof(*group);

	if (v->groups > NETLINK_GROUPS_MAX || bytes > look->tail_len)
		return vz_bad(chk, -EINVAL, "%u messages and %u groups are cut off", v->skbs,
			      v->groups);
	if (!v->portid != !(v->flags & CPT_NETLINK_BOUND) ||
	    ((v->flags & CPT_NETLINK_CONNECTED) && !v->portid) ||
	    ((v->dst_portid || v->dst_group) && !(v->flags & CPT_NETLINK_CONNECTED)))
		return vz_bad(chk, -EINVAL, "port %u does not fit flags %#x", v->portid, v->flags);
	for (i = 0; i < v->skbs; i++) {
		if (skb[i].len > NETLINK_SKB_MAX || skb[i].charge > NETLINK_SKB_MAX * 2 ||
		    skb[i].has_nsid > 1 || skb[i].zero)
			return vz_bad(chk, -EINVAL, "message %llu of %u bytes", i + 1, skb[i].len);
		bytes += skb[i].len;
	}
	for (i = 0; i < v->groups; i++) {
		if (group[i] <= (i ? group[i - 1] : 0) || group[i] > NETLINK_GROUPS_MAX)
			return vz_bad(chk, -EINVAL, "group %u", group[i]);
	}
	if (bytes != look->tail_len)
		return vz_bad(chk, -EINVAL, "%llu bytes do not fit its content", bytes);
	return 0;
}

#define UNIX_NAME_MAX	109		/* sun_path and a NUL behind it */
#define UNIX_SKB_MAX	(8U << 20)
#define UNIX_FILES_MAX	253		/* SCM_MAX_FD */

static const struct vz_rule unix_rules[] = {
	VZ_SOCK_RULES(cpt_unix_image),
	VZ_RANGE(cpt_unix_image, state, CPT_UNIX_CLOSED, CPT_UNIX_LISTEN),
	VZ_MASK(cpt_unix_image, flags, CPT_UNIX_BOUND | CPT_UNIX_INODE | CPT_UNIX_EMBRYO |
		CPT_UNIX_DEAD),
	VZ_RANGE(cpt_unix_image, name_len, 0, UNIX_NAME_MAX),
	VZ_RANGE(cpt_unix_image, peer_pid, 0, VZ_PID_MAX),
	VZ_REF_OPT(cpt_unix_image, peer_cred, CPT_OBJ_CRED),
	VZ_REF_OPT(cpt_unix_image, mount, CPT_OBJ_MOUNT),
};

static const struct vz_rule unix_queue_rules[] = {
	VZ_REF(cpt_unix_queue_image, sock, CPT_OBJ_UNIX),
	VZ_REF_OPT(cpt_unix_queue_image, peer, CPT_OBJ_UNIX),
};

static const struct vz_rule unix_skb_rules[] = {
	VZ_REF(cpt_unix_skb, sender, CPT_OBJ_UNIX),
	VZ_RANGE(cpt_unix_skb, len, 0, UNIX_SKB_MAX),
	VZ_RANGE(cpt_unix_skb, files, 0, UNIX_FILES_MAX),
	VZ_RANGE(cpt_unix_skb, pid, 0, VZ_PID_MAX),
	VZ_ID(cpt_unix_skb, user),
};

static const struct vz_rule netlink_rules[] = {
	VZ_SOCK_RULES(cpt_netlink_image),
	VZ_RANGE(cpt_netlink_image, type, 2, 3),	/* SOCK_DGRAM, SOCK_RAW */
	VZ_RANGE(cpt_netlink_image, protocol, 0, 31),
	VZ_MASK(cpt_netlink_image, flags, 0x3ff),
	VZ_RANGE(cpt_netlink_image, dst_group, 0, 32),
	VZ_RANGE(cpt_netlink_image, max_recv, 0, 1 << 15),
};

const struct vz_shape vz_shapes_sock[CPT_OBJ_MAX] = {
	[CPT_OBJ_UNIX]	= { RULES(unix_rules), ARRAY(cpt_unix_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = look_unix },
	[CPT_OBJ_UNIX_QUEUE] = { RULES(unix_queue_rules),
			    ARRAY(cpt_unix_queue_image, skbs, cpt_unix_skb),
			    ELEMENTS(unix_skb_rules), .own_tail = 1, .own = look_unix_queue },
	[CPT_OBJ_NETLINK] = { RULES(netlink_rules),
			    ARRAY(cpt_netlink_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = look_netlink },
};
