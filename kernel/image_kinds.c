// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the image checker knows of each kind: rules for the members of its
 * struct and of its content's array, and a function for what rules cannot say.
 * A new kind adds its rules and its line in vz_shapes[] here, or in the table of
 * another file.
 */
#include "image_rules.h"

/* Constants of the uapi that have the same value on every architecture we know. */
#define MNT_FLAGS	(1 | 2 | 4 | 8 | 256 | 1024 | 2048 | (1 << 21))	/* MS_RDONLY ... */
#define SB_FLAGS	(1 | 16 | 128 | (1 << 25))	/* RDONLY SYNCHRONOUS DIRSYNC LAZYTIME */
#define MNT_PROPAGATION	((1 << 17) | (1 << 20))	/* UNBINDABLE SHARED */
#define OPEN_FLAGS	017776003U	/* what F_GETFL may show: no O_CREAT, O_EXCL, O_TRUNC */
#define O_PATH_FLAG	010000000U
#define O_ASYNC_FLAG	020000U
#define O_TMPFILE_FLAG	020000000U	/* without O_DIRECTORY */
#define MODE_PERM	07777U
#define ID(s, m)	VZ_RANGE(s, m, 0, VZ_ID_INVALID - 1)

/* ---- small kinds ---- */

static const struct vz_rule ve_rules[] = {
	VZ_MASK(cpt_ve_image, namespaces, CPT_NS_PID | CPT_NS_MNT | CPT_NS_UTS | CPT_NS_IPC |
		CPT_NS_NET | CPT_NS_CGROUP | CPT_NS_TIME),
	VZ_RANGE(cpt_ve_image, last_pid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_ve_image, processes, 1, VZ_PID_MAX),
	VZ_RANGE(cpt_ve_image, tasks, 1, VZ_PID_MAX),
	VZ_MASK(cpt_ve_image, flags, CPT_VE_LO_UP),
	VZ_ZERO(cpt_ve_image, zero),
};

static int look_ve(struct vz_check *chk, struct vz_look *look)
{
	memcpy(&chk->ve, look->fixed, sizeof(chk->ve));
	return 0;
}

static const struct vz_rule uts_rules[] = {
	VZ_TEXT(cpt_uts_image, nodename),
	VZ_TEXT(cpt_uts_image, domainname),
};

static const struct vz_rule vdso_rules[] = {
	VZ_RANGE(cpt_vdso_image, size, VZ_PAGE, 1 << 20),
	VZ_RANGE(cpt_vdso_image, vvar_size, VZ_PAGE, 1 << 20),
	VZ_ZERO(cpt_vdso_image, zero),
};

static int look_vdso(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_vdso_image *v = look->fixed;

	if (v->size % VZ_PAGE || v->vvar_size % VZ_PAGE || (v->data && v->data != v->vvar_size) ||
	    v->size + v->data != look->h->len)
		return vz_bad(chk, -EINVAL, "size %u, data %u of %u, content %llu", v->size, v->data,
			      v->vvar_size, look->h->len);
	return 0;
}

/* ---- mounts and tmpfs ---- */

/*
 * A plain absolute path: "/", or components without "." and "..", no empty
 * ones, no slash at the end. Return: true or false
 */
int vz_good_path(const char *path)
{
	const char *p = path, *end;

	if (*p != '/')
		return 0;
	if (!p[1])
		return 1;
	do {
		end = ++p;
		while (*end && *end != '/')
			end++;
		if (end == p || end - p > 255 || (end - p == 1 && p[0] == '.') ||
		    (end - p == 2 && p[0] == '.' && p[1] == '.'))
			return 0;
		p = end;
	} while (*p);
	return 1;
}

static const struct vz_rule mount_rules[] = {
	VZ_REF_OPT(cpt_mount_image, parent, CPT_OBJ_MOUNT),
	VZ_MASK(cpt_mount_image, flags, MNT_FLAGS),
	VZ_MASK(cpt_mount_image, sb_flags, SB_FLAGS),
	VZ_MASK(cpt_mount_image, propagation, MNT_PROPAGATION),
	VZ_RANGE(cpt_mount_image, root_mode, 0, 0177777),
	VZ_RANGE(cpt_mount_image, dev, 0, 0xffffffff),
	ID(cpt_mount_image, root_uid),
	ID(cpt_mount_image, root_gid),
	VZ_REF_OPT(cpt_mount_image, bind, CPT_OBJ_MOUNT),
	VZ_REF_OPT(cpt_mount_image, peer, CPT_OBJ_MOUNT),
};

static int look_mount(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_mount_image *m = look->fixed;
	const char *point = look->tail, *root = point + strlen(point) + 1;

	if (!m->parent != (chk->seen[CPT_OBJ_MOUNT] == 1))
		return vz_bad(chk, -EINVAL, m->parent ? "the first mount has a parent" :
			      "a mount without a parent");
	if (!vz_good_path(point) || (!m->parent && point[1]))
		return vz_bad(chk, -EINVAL, "the mount point is not a plain path");
	if (!vz_good_path(root))
		return vz_bad(chk, -EINVAL, "the root is not a plain path");
	if (!root[strlen(root) + 1])
		return vz_bad(chk, -EINVAL, "no file system type");
	if (m->bind && !m->parent)
		return vz_bad(chk, -EINVAL, "the first mount is a bind mount");
	/* 1 << 20: MS_SHARED */
	if (m->peer && m->propagation != 1 << 20)
		return vz_bad(chk, -EINVAL, "a peer of mount %llu, but not shared", m->peer);
	if (m->master && m->propagation == 1 << 17)
		return vz_bad(chk, -EINVAL, "a slave, but unbindable");
	if (m->master == chk->cur.id)
		return vz_bad(chk, -EINVAL, "a slave of itself");
	return 0;
}

static const struct vz_rule tmpfs_rules[] = {
	VZ_REF(cpt_tmpfs_image, mount, CPT_OBJ_MOUNT),
	VZ_RANGE(cpt_tmpfs_image, mode, 0, 0177777),
	ID(cpt_tmpfs_image, uid),
	ID(cpt_tmpfs_image, gid),
	VZ_RANGE(cpt_tmpfs_image, nlink, 1, 0x7fffffff),
	VZ_RANGE(cpt_tmpfs_image, rdev, 0, 0xffffffff),
	VZ_RANGE(cpt_tmpfs_image, size, 0, VZ_KTIME_MAX),
	VZ_REF_OPT(cpt_tmpfs_image, link, CPT_OBJ_TMPFS),
};

static int look_tmpfs_link(struct vz_check *chk, const struct cpt_tmpfs_image *t)
{
	const struct vz_check_tmpfs *to = vz_check_find(chk, CPT_OBJ_TMPFS, t->link)->aux;

	if (S_ISDIR(t->mode) || t->link == chk->cur.id || to->link || to->mount != t->mount ||
	    to->mode != t->mode || to->size != t->size)
		return vz_bad(chk, -EINVAL, "inode %llu is not the same under another name", t->link);
	return 0;
}

static int look_tmpfs(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_tmpfs_image *t = look->fixed;
	const char *path = look->tail;
	const char *end = look->tail_len ? memchr(path, 0, look->tail_len) : NULL;
	__u64 left = end ? look->tail_len - (end + 1 - path) : 0;
	struct vz_check_tmpfs *keep;

	if (!end || end - path >= CPT_MAX_PATH || !vz_good_path(path))
		return vz_bad(chk, -EINVAL, "the name is not a plain path");
	if (!path[1] && !S_ISDIR(t->mode))
		return vz_bad(chk, -EINVAL, "the root is not a directory");
	if (S_ISLNK(t->mode) ? left < 2 || left > CPT_MAX_PATH || end[left] ||
			       memchr(end + 1, 0, left - 1) : left != 0)
		return vz_bad(chk, -EINVAL, "the target of a link is wrong");
	switch (t->mode & S_IFMT) {
	case S_IFREG: case S_IFDIR: case S_IFLNK: case S_IFCHR: case S_IFBLK: case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return vz_bad(chk, -EINVAL, "mode %#o has no known type", t->mode);
	}
	if ((t->size && !S_ISREG(t->mode)) || (t->rdev && !S_ISCHR(t->mode) && !S_ISBLK(t->mode)))
		return vz_bad(chk, -EINVAL, "size or device do not fit mode %#o", t->mode);
	if (t->link && look_tmpfs_link(chk, t))
		return chk->failed;
	keep = vz_env_alloc(sizeof(*keep));
	if (!keep)
		return vz_bad(chk, -ENOMEM, "no memory to check it");
	keep->mount = t->mount;
	keep->size = t->size;
	keep->link = t->link;
	keep->mode = t->mode;
	look->obj->aux = keep;
	return 0;
}

static const struct vz_rule tmpfs_data_rules[] = {
	VZ_REF(cpt_tmpfs_data_image, tmpfs, CPT_OBJ_TMPFS),
};

static int look_tmpfs_data(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_tmpfs_data_image *d = look->fixed;
	const struct vz_check_tmpfs *t = vz_check_find(chk, CPT_OBJ_TMPFS, d->tmpfs)->aux;

	if (!S_ISREG(t->mode) || t->link)
		return vz_bad(chk, -EINVAL, "tmpfs %llu is not a file with contents", d->tmpfs);
	if (d->offset > t->size || look->h->payload > t->size - d->offset)
		return vz_bad(chk, -EINVAL, "%llu bytes at %llu are behind the file's end",
			      look->h->payload, d->offset);
	return 0;
}

static const struct vz_rule ghost_rules[] = {
	VZ_REF(cpt_ghost_image, mount, CPT_OBJ_MOUNT),
	VZ_RANGE(cpt_ghost_image, mode, 0, 0177777),
	ID(cpt_ghost_image, uid),
	ID(cpt_ghost_image, gid),
	VZ_ZERO(cpt_ghost_image, zero),
	VZ_RANGE(cpt_ghost_image, size, 0, VZ_KTIME_MAX),
};

static int look_ghost(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_ghost_image *g = look->fixed;

	if (!vz_good_path(look->tail) || !look->tail[1])
		return vz_bad(chk, -EINVAL, "the name is not a plain path");
	if (!S_ISREG(g->mode) && !(S_ISDIR(g->mode) && !g->size))
		return vz_bad(chk, -EINVAL, "mode %#o, size %llu", g->mode, g->size);
	look->obj->n = g->mode & S_IFMT;
	look->obj->u = g->size;
	return 0;
}

static const struct vz_rule ghost_data_rules[] = {
	VZ_REF(cpt_ghost_data_image, ghost, CPT_OBJ_GHOST),
};

static int look_ghost_data(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_ghost_data_image *d = look->fixed;
	const struct vz_check_obj *g = vz_check_find(chk, CPT_OBJ_GHOST, d->ghost);

	if (!S_ISREG(g->n) || d->offset > g->u || look->h->payload > g->u - d->offset)
		return vz_bad(chk, -EINVAL, "%llu bytes at %llu are behind the file's end",
			      look->h->payload, d->offset);
	return 0;
}

/* ---- files ---- */

static const struct vz_rule pipe_rules[] = {
	VZ_RANGE(cpt_pipe_image, slots, 1, 1 << 19),
	VZ_RANGE(cpt_pipe_image, bufs, 0, 1 << 19),
	ID(cpt_pipe_image, uid),
	ID(cpt_pipe_image, gid),
	VZ_MASK(cpt_pipe_image, mode, MODE_PERM),
	ID(cpt_pipe_image, user),
	VZ_MASK(cpt_pipe_image, flags, CPT_PIPE_FIFO),
	VZ_ZERO(cpt_pipe_image, zero),
};

static const struct vz_rule pipe_buf_rules[] = {
	VZ_RANGE(cpt_pipe_buf, len, 0, VZ_PAGE),
	VZ_MASK(cpt_pipe_buf, flags, CPT_PIPE_BUF_PACKET | CPT_PIPE_BUF_MERGE),
	VZ_RANGE(cpt_pipe_buf, offset, 0, VZ_PAGE),
	VZ_ZERO(cpt_pipe_buf, zero),
};

static int look_pipe(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_pipe_image *pipe = look->fixed;
	const struct cpt_pipe_buf *buf = (const void *)look->content;
	__u64 i, sum = 0;

	if (pipe->slots & (pipe->slots - 1) || pipe->bufs > pipe->slots)
		return vz_bad(chk, -EINVAL, "%u buffers in %u slots", pipe->bufs, pipe->slots);
	for (i = 0; i < look->count; i++) {
		if (buf[i].offset + buf[i].len > VZ_PAGE)
			return vz_bad(chk, -EINVAL, "%u bytes at %u of a page", buf[i].len,
				      buf[i].offset);
		sum += buf[i].len;
	}
	if (sum != pipe->len || sum != look->tail_len)
		return vz_bad(chk, -EINVAL, "%llu bytes of %llu", look->tail_len, sum);
	look->obj->u = pipe->flags;
	return 0;
}

static const struct vz_rule file_rules[] = {
	VZ_RANGE(cpt_file_image, kind, CPT_FILE_PATH, CPT_FILE_OBJECT),
	VZ_MASK(cpt_file_image, flags, CPT_FILE_MAPPED | CPT_FILE_RANDOM | CPT_FILE_SEQUENTIAL |
		CPT_FILE_NOREUSE | CPT_FILE_FIRST | CPT_FILE_HUNG_UP | CPT_FILE_NO_WRITER),
	VZ_MASK(cpt_file_image, f_flags, OPEN_FLAGS | O_TMPFILE_FLAG),
	VZ_RANGE(cpt_file_image, mode, 0, 0177777),
	VZ_RANGE(cpt_file_image, pos, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_file_image, size, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_file_image, rdev, 0, 0xffffffff),
	VZ_REF_OPT(cpt_file_image, mount, CPT_OBJ_MOUNT),
	VZ_REF_OPT(cpt_file_image, pipe, CPT_OBJ_PIPE),
	VZ_REF(cpt_file_image, cred, CPT_OBJ_CRED),
	VZ_RANGE(cpt_file_image, owner_pid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_file_image, owner_type, 0, 2),
	VZ_RANGE(cpt_file_image, owner_sig, 0, 64),
	ID(cpt_file_image, owner_uid),
	ID(cpt_file_image, owner_euid),
	VZ_RANGE(cpt_file_image, async_fd, 0, 1 << 30),
	VZ_ZERO(cpt_file_image, zero),
};

/* An open file without O_PATH is one of these. */
static int look_file_type(struct vz_check *chk, const struct cpt_file_image *f)
{
	if (f->f_flags & O_PATH_FLAG)
		return f->pos ? vz_bad(chk, -EINVAL, "position %llu with O_PATH", f->pos) : 0;
	switch (f->mode & S_IFMT) {
	case S_IFREG: case S_IFDIR:
		return 0;
	case S_IFIFO:
		return f->pipe ? 0 : vz_bad(chk, -EINVAL, "a FIFO without its pipe");
	case S_IFCHR:	/* null, zero, full, random, urandom */
		if (f->type == CPT_OBJ_TTY)
			return 0;
		if (f->rdev == 0x103 || f->rdev == 0x105 || (f->rdev >= 0x107 && f->rdev <= 0x109))
			return 0;
		return vz_bad(chk, -EINVAL, "device %#llx", f->rdev);
	default:
		return vz_bad(chk, -EINVAL, "mode %#o", f->mode);
	}
}

static int look_file_object(struct vz_check *chk, const struct cpt_file_image *f)
{
	__u32 flags = f->type == CPT_OBJ_SHMEM ? CPT_FILE_FIRST : 0;

	if (!vz_check_is_file(f->type) || f->pipe || f->mount || f->flags & ~flags ||
	    (f->f_flags & O_PATH_FLAG) || (f->async_fd && !(f->f_flags & O_ASYNC_FLAG)))
		return vz_bad(chk, -EINVAL, "type %u: not a file of another kind", f->type);
	if (!vz_check_find(chk, f->type, f->object))
		return vz_bad(chk, -EINVAL, "there is no %s %llu before it", vz_check_stem(f->type),
			      f->object);
	return 0;
}

static int look_file(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_file_image *f = look->fixed;
	const char *end;

	if (f->f_flags & O_TMPFILE_FLAG && f->type != CPT_OBJ_GHOST)
		return vz_bad(chk, -EINVAL, "O_TMPFILE on a file that has a name");
	if (f->kind == CPT_FILE_OBJECT)
		return look->h->len ? vz_bad(chk, -EINVAL, "a path") : look_file_object(chk, f);
	if (f->flags & CPT_FILE_FIRST)
		return vz_bad(chk, -EINVAL, "not a file of another kind");
	if (f->type == CPT_OBJ_TTY && f->kind == CPT_FILE_PATH) {
		if (vz_look_file_tty(chk, f))
			return chk->failed;
	} else if (f->type == CPT_OBJ_GHOST && f->kind == CPT_FILE_PATH) {
		const struct vz_check_obj *ghost = vz_check_find(chk, CPT_OBJ_GHOST, f->object);

		if (!ghost || ghost->n != (f->mode & S_IFMT) || f->flags & CPT_FILE_HUNG_UP)
			return vz_bad(chk, -EINVAL, "not ghost %llu", f->object);
	} else if (f->type || f->object || (f->flags & CPT_FILE_HUNG_UP)) {
		return vz_bad(chk, -EINVAL, "not a file of another kind");
	}
	if (f->kind == CPT_FILE_PIPE) {
		if (!f->pipe || vz_check_find(chk, CPT_OBJ_PIPE, f->pipe)->u || f->mount || look->h->len || f->pos || f->flags ||
		    !S_ISFIFO(f->mode) || (f->f_flags & O_PATH_FLAG) || (f->f_flags & 3) == 3)
			return vz_bad(chk, -EINVAL, "not an end of a pipe");
		if (f->async_fd && !(f->f_flags & O_ASYNC_FLAG))
			return vz_bad(chk, -EINVAL, "a signal without O_ASYNC");
		return 0;
	}
	if (!f->mount || (f->pipe && (!S_ISFIFO(f->mode) || (f->f_flags & O_PATH_FLAG) ||
				      (f->f_flags & 3) == 3 || f->pos ||
				      !vz_check_find(chk, CPT_OBJ_PIPE, f->pipe)->u)) ||
	    (f->flags & CPT_FILE_NO_WRITER && !f->pipe) ||
	    (f->async_fd && !((f->pipe || f->type == CPT_OBJ_TTY) &&
			      f->f_flags & O_ASYNC_FLAG && !(f->flags & CPT_FILE_HUNG_UP))))
		return vz_bad(chk, -EINVAL, "not a file with a path");
	end = look->tail_len ? memchr(look->tail, 0, look->tail_len) : NULL;
	if (!end || end + 1 != look->tail + look->tail_len || look->tail_len > CPT_MAX_PATH ||
	    !vz_good_path(look->tail))
		return vz_bad(chk, -EINVAL, "the path is not a plain path");
	return look_file_type(chk, f);
}

static const struct vz_rule files_rules[] = {
	VZ_ZERO(cpt_files_image, zero),
};

static const struct vz_rule fd_rules[] = {
	VZ_RANGE(cpt_fd, fd, 0, 1 << 30),
	VZ_MASK(cpt_fd, flags, CPT_FD_CLOEXEC),
	VZ_REF(cpt_fd, file, CPT_OBJ_FILE),
};

static int look_files(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_fd *fd = (const void *)look->content;
	__u64 i;

	for (i = 1; i < look->count; i++) {
		if (fd[i].fd <= fd[i - 1].fd)
			return vz_bad(chk, -EINVAL, "descriptor %u behind %u", fd[i].fd, fd[i - 1].fd);
	}
	return 0;
}

static const struct vz_rule fs_rules[] = {
	VZ_MASK(cpt_fs_image, umask, 0777),
	VZ_ZERO(cpt_fs_image, zero),
	VZ_REF(cpt_fs_image, cwd_mount, CPT_OBJ_MOUNT),
	VZ_REF(cpt_fs_image, root_mount, CPT_OBJ_MOUNT),
	VZ_REF_OPT(cpt_fs_image, cwd_ghost, CPT_OBJ_GHOST),
};

static int look_fs(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_fs_image *fs = look->fixed;
	const char *cwd = look->tail;

	if (fs->cwd_ghost && !S_ISDIR(vz_check_find(chk, CPT_OBJ_GHOST, fs->cwd_ghost)->n))
		return vz_bad(chk, -EINVAL, "ghost %llu is not a directory", fs->cwd_ghost);
	if (!vz_good_path(cwd) || !vz_good_path(cwd + strlen(cwd) + 1))
		return vz_bad(chk, -EINVAL, "not a plain path");
	return 0;
}

static const struct vz_rule flock_rules[] = {
	VZ_RANGE(cpt_flock_image, kind, CPT_FLOCK_POSIX, CPT_FLOCK_BSD),
	VZ_RANGE(cpt_flock_image, type, 0, 1),		/* F_RDLCK, F_WRLCK */
	VZ_RANGE(cpt_flock_image, end, 0, VZ_KTIME_MAX),
	VZ_REF(cpt_flock_image, file, CPT_OBJ_FILE),
	VZ_REF_OPT(cpt_flock_image, files, CPT_OBJ_FILES),
	VZ_RANGE(cpt_flock_image, pid, 0, VZ_PID_MAX),
	VZ_ZERO(cpt_flock_image, zero),
};

static int look_flock(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_flock_image *l = look->fixed;

	if (l->start > l->end || (l->kind == CPT_FLOCK_BSD && (l->start || l->end != VZ_KTIME_MAX)))
		return vz_bad(chk, -EINVAL, "from %llu to %llu", l->start, l->end);
	if (!l->files != (l->kind != CPT_FLOCK_POSIX))
		return vz_bad(chk, -EINVAL, "owner %llu does not fit kind %u", l->files, l->kind);
	return 0;
}

/* ---- terminals: image_tty.c ---- */

#define TTY_SIDE_RULES(side)							\
	VZ_MASK(cpt_tty_image, side.flags, (1U << 12) - 1),			\
	VZ_MASK(cpt_tty_image, side.pktstatus, 0x7f),	/* TIOCPKT_* */		\
	VZ_RANGE(cpt_tty_image, side.input, 0, CPT_TTY_INPUT),			\
	VZ_RANGE(cpt_tty_image, side.echo, 0, CPT_TTY_INPUT),			\
	VZ_RANGE(cpt_tty_image, side.queue, 0, CPT_TTY_QUEUE),			\
	VZ_RANGE(cpt_tty_image, side.looked_ahead, 0, CPT_TTY_QUEUE)

static const struct vz_rule tty_rules[] = {
	VZ_REF(cpt_tty_image, mount, CPT_OBJ_MOUNT),
	VZ_RANGE(cpt_tty_image, index, 0, (1 << 20) - 1),
	VZ_RANGE(cpt_tty_image, session, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_tty_image, pgrp, 0, VZ_PID_MAX),
	ID(cpt_tty_image, uid),
	ID(cpt_tty_image, gid),
	VZ_MASK(cpt_tty_image, mode, MODE_PERM),
	VZ_ZERO(cpt_tty_image, zero),
	VZ_RANGE(cpt_tty_image, rows, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, cols, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, xpixel, 0, 0xffff),
	VZ_RANGE(cpt_tty_image, ypixel, 0, 0xffff),
	VZ_ZERO(cpt_tty_image, termios.zero),
	VZ_ZERO(cpt_tty_image, locked.zero),
	TTY_SIDE_RULES(master),
	TTY_SIDE_RULES(slave),
};

/* ---- memory: image_mem.c ---- */

static const struct vz_rule mm_rules[] = {
	VZ_RANGE(cpt_mm_image, start_code, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, end_code, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_data, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, end_data, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_brk, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, brk, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, start_stack, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, arg_start, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, arg_end, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, env_start, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, env_end, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, mmap_base, VZ_PAGE, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, mmap_legacy_base, VZ_PAGE, VZ_TASK_SIZE),
	VZ_REF_OPT(cpt_mm_image, exe_file, CPT_OBJ_FILE),
	VZ_RANGE(cpt_mm_image, vdso, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_mm_image, dumpable, 0, 2),
	VZ_MASK(cpt_mm_image, flags, CPT_MM_THP_DISABLE | CPT_MM_BOTTOMUP | CPT_MM_MDWE |
				     CPT_MM_MDWE_NO_INHERIT | CPT_MM_VDSO_CHANGED),
	VZ_MASK(cpt_mm_image, def_flags, CPT_VMA_LOCKED | CPT_VMA_LOCKONFAULT),
	VZ_MASK(cpt_mm_image, coredump_filter, 0x1ff),
	VZ_MASK(cpt_mm_image, membarrier, 0x154),	/* MEMBARRIER_CMD_REGISTER_* */
};

static const struct vz_rule vma_rules[] = {
	VZ_RANGE(cpt_vma_image, start, 0, VZ_TASK_SIZE - VZ_PAGE),
	VZ_RANGE(cpt_vma_image, end, VZ_PAGE, VZ_TASK_SIZE),
	VZ_RANGE(cpt_vma_image, offset, 0, VZ_KTIME_MAX),
	VZ_REF_OPT(cpt_vma_image, cow, CPT_OBJ_MM),
	VZ_MASK(cpt_vma_image, flags, (1U << 22) - 1),
	VZ_RANGE(cpt_vma_image, type, CPT_VMA_ANON, CPT_VMA_AIO_SEEN),
	VZ_RANGE(cpt_vma_image, pkey, 0, 15),
};

static const struct vz_rule aio_rules[] = {
	VZ_MASK(cpt_aio_image, flags, CPT_AIO_DESTROYED),
	VZ_RANGE(cpt_aio_image, index, 0, 65535),
	VZ_RANGE(cpt_aio_image, nr_events, 0, CPT_MAX_CONTENT / 32),
	VZ_RANGE(cpt_aio_image, max_reqs, 0, CPT_MAX_CONTENT / 64),
};

static const struct vz_rule pages_rules[] = {
	VZ_REF(cpt_pages_image, mm, CPT_OBJ_MM),
	VZ_RANGE(cpt_pages_image, extents, 1, CPT_MAX_PAYLOAD / VZ_PAGE),
	VZ_ZERO(cpt_pages_image, zero),
};

static const struct vz_rule cow_rules[] = {
	VZ_REF(cpt_cow_image, mm, CPT_OBJ_MM),
	VZ_REF(cpt_cow_image, src, CPT_OBJ_MM),
	VZ_RANGE(cpt_cow_image, extents, 1, CPT_MAX_CONTENT / sizeof(struct cpt_extent)),
	VZ_ZERO(cpt_cow_image, zero),
};

/* ---- tasks: image_tree.c ---- */

static const struct vz_rule cred_rules[] = {
	ID(cpt_cred_image, uid), ID(cpt_cred_image, gid),
	ID(cpt_cred_image, suid), ID(cpt_cred_image, sgid),
	ID(cpt_cred_image, euid), ID(cpt_cred_image, egid),
	ID(cpt_cred_image, fsuid), ID(cpt_cred_image, fsgid),
	VZ_MASK(cpt_cred_image, securebits, 0xff),
	VZ_RANGE(cpt_cred_image, ngroups, 0, 65536),
	VZ_REF_OPT(cpt_cred_image, session_keyring, CPT_OBJ_KEY),
	VZ_REF_OPT(cpt_cred_image, process_keyring, CPT_OBJ_KEY),
	VZ_REF_OPT(cpt_cred_image, thread_keyring, CPT_OBJ_KEY),
	VZ_RANGE(cpt_cred_image, request_keyring, 0, 7),
	VZ_ZERO(cpt_cred_image, zero),
};

static const struct vz_rule key_rules[] = {
	VZ_RANGE(cpt_key_image, type, CPT_KEY_KEYRING, CPT_KEY_UID_SESSION),
	VZ_MASK(cpt_key_image, flags, CPT_KEY_QUOTA | CPT_KEY_REVOKED | CPT_KEY_INVALIDATED),
	VZ_RANGE(cpt_key_image, serial, 0, 0x7fffffff),
	VZ_MASK(cpt_key_image, perm, 0x3f3f3f3f),
	ID(cpt_key_image, uid),
	VZ_RANGE(cpt_key_image, expiry, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_key_image, datalen, 0, 32767),
};

static const struct vz_rule key_link_rules[] = {
	VZ_REF(cpt_key_link, key, CPT_OBJ_KEY),
};

static const struct vz_rule sigqueue_rules[] = {
	VZ_ZERO(cpt_sigqueue_image, zero),
};

static const struct vz_rule process_rules[] = {
	VZ_RANGE(cpt_process_image, pid, 1, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, pgid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, sid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, state, CPT_PROCESS_RUNNING, CPT_PROCESS_ZOMBIE),
	VZ_MASK(cpt_process_image, exit_code, 0xffff),
	VZ_RANGE(cpt_process_image, exit_signal, 0, 64),
	VZ_MASK(cpt_process_image, flags, CPT_PROCESS_SUBREAPER | CPT_PROCESS_LEADER |
		CPT_PROCESS_CONTINUED | CPT_PROCESS_SUBREAPED | CPT_PROCESS_REAL_FIRED |
		CPT_PROCESS_TELL_STOP | CPT_PROCESS_TELL_CONT | CPT_PROCESS_NEW_PARENT),
	VZ_REF_OPT(cpt_process_image, mm, CPT_OBJ_MM),
	VZ_REF_OPT(cpt_process_image, sighand, CPT_OBJ_SIGHAND),
	VZ_REF_OPT(cpt_process_image, shared_pending, CPT_OBJ_SIGQUEUE),
	VZ_RANGE(cpt_process_image, threads, 0, VZ_PID_MAX),
	VZ_SRANGE(cpt_process_image, oom_score_adj, -1000, 1000),
	VZ_SRANGE(cpt_process_image, oom_score_adj_min, -1000, 1000),
	VZ_RANGE(cpt_process_image, ptid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_process_image, it_real_expires, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_real_interval, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_virt_left, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_virt_interval, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_prof_left, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_process_image, it_prof_interval, 0, VZ_KTIME_MAX),
	VZ_REF_OPT(cpt_process_image, tty, CPT_OBJ_TTY),
	VZ_RANGE(cpt_process_image, tty_old_pgrp, 0, VZ_PID_MAX),
	VZ_ZERO(cpt_process_image, zero),
};

static const struct vz_rule task_rules[] = {
	VZ_RANGE(cpt_task_image, tid, 1, VZ_PID_MAX),
	VZ_REF(cpt_task_image, tgid, CPT_OBJ_PROCESS),
	VZ_MASK(cpt_task_image, flags, CPT_TASK_RESTORE_SIGMASK | CPT_TASK_NO_NEW_PRIVS |
		CPT_TASK_RESET_ON_FORK | CPT_TASK_FORKNOEXEC | CPT_TASK_STOPPED | CPT_TASK_STOP_PENDING),
	VZ_RANGE(cpt_task_image, stop_signal, 0, 64),
	VZ_RANGE(cpt_task_image, restart.fn, CPT_RESTART_NONE, CPT_RESTART_ALARM_NSLEEP),
	VZ_RANGE(cpt_task_image, restart.type, 0, 0x7fffffff),
	VZ_MASK(cpt_task_image, restart.flags, CPT_FUTEX_SHARED | CPT_FUTEX_REALTIME),
	VZ_REF_OPT(cpt_task_image, pending, CPT_OBJ_SIGQUEUE),
	VZ_REF(cpt_task_image, cred, CPT_OBJ_CRED),
	VZ_REF_OPT(cpt_task_image, files, CPT_OBJ_FILES),
	VZ_REF_OPT(cpt_task_image, fs, CPT_OBJ_FS),
	VZ_MASK(cpt_task_image, sas_ss_flags, 0x80000003),	/* ONSTACK DISABLE AUTODISARM */
	VZ_RANGE(cpt_task_image, pdeath_signal, 0, 64),
	VZ_RANGE(cpt_task_image, rseq_len, 0, VZ_PAGE),
	VZ_RANGE(cpt_task_image, rseq, 0, VZ_TASK_SIZE),
	VZ_RANGE(cpt_task_image, sched_policy, 0, 5),
	VZ_SRANGE(cpt_task_image, nice, -20, 19),
	VZ_RANGE(cpt_task_image, sched_priority, 0, 99),
	VZ_MASK(cpt_task_image, ioprio, 0xffff),
	VZ_RANGE(cpt_task_image, cpus, 0, 8192),
	VZ_RANGE(cpt_task_image, slice_ns, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_task_image, lock_wait, 0, 0x7fffffff),
	VZ_ZERO(cpt_task_image, zero),
	VZ_TEXT(cpt_task_image, comm),
};

static const struct vz_rule xstate_rules[] = {
	VZ_REF(cpt_xstate_image, tid, CPT_OBJ_TASK),
	VZ_ZERO(cpt_xstate_image, zero),
};

static const struct vz_rule usage_rules[] = {
	VZ_REF(cpt_usage_image, tid, CPT_OBJ_TASK),
	VZ_ZERO(cpt_usage_image, zero),
};

/* ---- network: image_net.c ---- */

static const struct vz_rule netdev_rules[] = {
	VZ_RANGE(cpt_netdev_image, ifindex, 1, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, kind, CPT_NETDEV_LO, CPT_NETDEV_VENET),
	VZ_MASK(cpt_netdev_image, flags, 0xf3a7),	/* UP DEBUG NOTRAILERS NOARP ... */
	VZ_RANGE(cpt_netdev_image, mtu, 68, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, tx_queue_len, 0, 0x7fffffff),
	VZ_RANGE(cpt_netdev_image, addr_gen_mode, 0, CPT_NETDEV_NO_INET6),
	VZ_TEXT(cpt_netdev_image, name),
};

static const struct vz_rule nft_rules[] = {
	VZ_RANGE(cpt_nft_image, family, 1, 12),
};

static const struct vz_rule conntrack_rules[] = {
	VZ_ZERO(cpt_conntrack_image, zero),
};

static const struct vz_rule netmsg_rules[] = {
	VZ_ZERO(cpt_netmsg_image, zero),
};

static const struct vz_rule tcp_rules[] = {
	VZ_SOCK_RULES(cpt_tcp_image),
	VZ_RANGE(cpt_tcp_image, state, 1, 11),
	VZ_MASK(cpt_tcp_image, flags, 15),
	VZ_REF_OPT(cpt_tcp_image, listener, CPT_OBJ_TCP),
	VZ_RANGE(cpt_tcp_image, lport, 0, 65535),
	VZ_RANGE(cpt_tcp_image, rport, 0, 65535),
	VZ_MASK(cpt_tcp_image, flow_label, 0xfffff),
	VZ_RANGE(cpt_tcp_image, mcast_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_tcp_image, defer_accept, 0, 255),
	VZ_TEXT(cpt_tcp_image, ca),
	VZ_MASK(cpt_tcp_image, timers, 31),
	VZ_MASK(cpt_tcp_image, pending, 7),
	VZ_MASK(cpt_tcp_image, ack_pending, 31),
	VZ_RANGE(cpt_tcp_image, scaling_ratio, 0, 255),
	VZ_RANGE(cpt_tcp_image, compressed_ack, 0, 255),
	VZ_ZERO(cpt_tcp_image, zero),
	VZ_RANGE(cpt_tcp_image, cubic.used, 0, 1),
	VZ_ZERO(cpt_tcp_image, cubic.zero),
	VZ_RANGE(cpt_tcp_image, substate, 0, 6),
	VZ_RANGE(cpt_tcp_image, tos, 0, 255),
	VZ_RANGE(cpt_tcp_image, syn_tos, 0, 255),
	VZ_RANGE(cpt_tcp_image, req_if, 0, 0x7fffffff),
	VZ_RANGE(cpt_tcp_image, req_retrans, 0, 255),
	VZ_RANGE(cpt_tcp_image, req_timeouts, 0, 127),
	VZ_MASK(cpt_tcp_image, req_flags, 7),
	VZ_RANGE(cpt_tcp_image, req_timeout_us, 0, 1ULL << 31),
};

/* ---- sockets: image_sock.c ---- */

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
	ID(cpt_unix_skb, user),
};

static const struct vz_rule netlink_rules[] = {
	VZ_SOCK_RULES(cpt_netlink_image),
	VZ_RANGE(cpt_netlink_image, type, 2, 3),	/* SOCK_DGRAM, SOCK_RAW */
	VZ_RANGE(cpt_netlink_image, protocol, 0, 31),
	VZ_MASK(cpt_netlink_image, flags, 0x3ff),
	VZ_RANGE(cpt_netlink_image, dst_group, 0, 32),
	VZ_RANGE(cpt_netlink_image, max_recv, 0, 1 << 15),
};

/* ---- the table ---- */

static const struct vz_shape vz_shapes[CPT_OBJ_MAX] = {
	[CPT_OBJ_VE]	= { RULES(ve_rules), .own = look_ve },
	[CPT_OBJ_UTS]	= { RULES(uts_rules) },
	[CPT_OBJ_VDSO]	= { RULES(vdso_rules), .own_tail = 1, .own = look_vdso },
	[CPT_OBJ_MOUNT]	= { RULES(mount_rules), .strings = 5, .own = look_mount },
	[CPT_OBJ_TMPFS]	= { RULES(tmpfs_rules), .own_tail = 1, .own = look_tmpfs },
	[CPT_OBJ_TMPFS_DATA] = { RULES(tmpfs_data_rules), .payload = 1, .own = look_tmpfs_data },
	[CPT_OBJ_KEY]	= { RULES(key_rules), ARRAY(cpt_key_image, links, cpt_key_link),
			    ELEMENTS(key_link_rules), .own_tail = 1, .own = vz_look_key },
	[CPT_OBJ_CRED]	= { RULES(cred_rules), .own_tail = 1, .own = vz_look_cred },
	[CPT_OBJ_PIPE]	= { RULES(pipe_rules), ARRAY(cpt_pipe_image, bufs, cpt_pipe_buf),
			    ELEMENTS(pipe_buf_rules), .own_tail = 1, .own = look_pipe },
	[CPT_OBJ_FILE]	= { RULES(file_rules), .own_tail = 1, .own = look_file },
	[CPT_OBJ_FILES]	= { RULES(files_rules), ARRAY(cpt_files_image, fds, cpt_fd),
			    ELEMENTS(fd_rules), .own = look_files },
	[CPT_OBJ_FS]	= { RULES(fs_rules), .strings = 2, .own = look_fs },
	[CPT_OBJ_FLOCK]	= { RULES(flock_rules), .own = look_flock },
	[CPT_OBJ_GHOST]	= { RULES(ghost_rules), .strings = 1, .own = look_ghost },
	[CPT_OBJ_GHOST_DATA] = { RULES(ghost_data_rules), .payload = 1, .own = look_ghost_data },
	[CPT_OBJ_TTY]	= { RULES(tty_rules), .own_tail = 1, .own = vz_look_tty },
	[CPT_OBJ_AIO]	= { RULES(aio_rules), .own_tail = 1, .own = vz_look_aio },
	[CPT_OBJ_MM]	= { RULES(mm_rules), ARRAY(cpt_mm_image, vmas, cpt_vma_image),
			    ELEMENTS(vma_rules), .own_tail = 1, .own = vz_look_mm },
	[CPT_OBJ_PAGES]	= { RULES(pages_rules), ARRAY(cpt_pages_image, extents, cpt_extent),
			    .payload = 1, .own = vz_look_pages },
	[CPT_OBJ_COW]	= { RULES(cow_rules), ARRAY(cpt_cow_image, extents, cpt_extent),
			    .own = vz_look_cow },
	[CPT_OBJ_SIGHAND] = { .own = vz_look_sighand },
	[CPT_OBJ_SIGQUEUE] = { RULES(sigqueue_rules), ARRAY(cpt_sigqueue_image, infos, cpt_siginfo),
			    .own = vz_look_sigqueue },
	[CPT_OBJ_PROCESS] = { RULES(process_rules), .own = vz_look_process },
	[CPT_OBJ_TASK]	= { RULES(task_rules), .own_tail = 1, .own = vz_look_task },
	[CPT_OBJ_TCP]	= { RULES(tcp_rules), ARRAY(cpt_tcp_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = vz_look_tcp },
	[CPT_OBJ_NETDEV] = { RULES(netdev_rules), .own_tail = 1, .own = vz_look_netdev },
	[CPT_OBJ_NETSYSCTL] = { .own_tail = 1, .own = vz_look_netsysctl },
	[CPT_OBJ_NFT] = { RULES(nft_rules), .own_tail = 1, .own = vz_look_nft },
	[CPT_OBJ_CONNTRACK] = { RULES(conntrack_rules), .own_tail = 1, .own = vz_look_conntrack },
	[CPT_OBJ_NETMSG] = { RULES(netmsg_rules), .own_tail = 1, .own = vz_look_netmsg },
	[CPT_OBJ_XSTATE] = { RULES(xstate_rules), .own_tail = 1, .own = vz_look_xstate },
	[CPT_OBJ_USAGE] = { RULES(usage_rules), .own = vz_look_usage },
	[CPT_OBJ_UNIX]	= { RULES(unix_rules), ARRAY(cpt_unix_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = vz_look_unix },
	[CPT_OBJ_UNIX_QUEUE] = { RULES(unix_queue_rules),
			    ARRAY(cpt_unix_queue_image, skbs, cpt_unix_skb),
			    ELEMENTS(unix_skb_rules), .own_tail = 1, .own = vz_look_unix_queue },
	[CPT_OBJ_NETLINK] = { RULES(netlink_rules),
			    ARRAY(cpt_netlink_image, sock.filter, cpt_sock_filter),
			    .own_tail = 1, .own = vz_look_netlink },
};

static const struct vz_shape *const tables[] = { vz_shapes, vz_shapes_fds, vz_shapes_ipc,
						   vz_shapes_udp };

const struct vz_shape *vz_shape(__u32 type)
{
	const struct vz_shape *shape;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		shape = &tables[i][type];
		if (shape->rules || shape->own || shape->known)
			return shape;
	}
	return &vz_shapes[type];
}
