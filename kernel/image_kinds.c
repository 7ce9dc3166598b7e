// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the image checker knows of each kind: rules for the members of its
 * struct and of its content's array, and a function for what rules cannot say.
 * Here are those of the VE itself, of mounts and of files. A new kind adds its
 * rules and its line in the table of the file for its topic.
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

/* ---- small kinds ---- */

static const struct vz_rule ve_rules[] = {
	VZ_MASK(cpt_ve_image, namespaces, CPT_NS_PID | CPT_NS_MNT | CPT_NS_UTS | CPT_NS_IPC |
		CPT_NS_NET | CPT_NS_CGROUP | CPT_NS_TIME),
	VZ_RANGE(cpt_ve_image, last_pid, 0, VZ_PID_MAX),
	VZ_RANGE(cpt_ve_image, processes, 1, VZ_PID_MAX),
	VZ_RANGE(cpt_ve_image, tasks, 1, VZ_PID_MAX),
	VZ_MASK(cpt_ve_image, flags, CPT_VE_LO_UP),
	VZ_RANGE(cpt_ve_image, memfd_noexec, 0, 2),
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
	VZ_ID(cpt_mount_image, root_uid),
	VZ_ID(cpt_mount_image, root_gid),
	VZ_REF_OPT(cpt_mount_image, bind, CPT_OBJ_MOUNT),
	VZ_REF_OPT(cpt_mount_image, peer, CPT_OBJ_MOUNT),
};

static int look_mount(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_mount_image *m = look->fixed;
	const char *point = look->tail, *root = point + strlen(point) + 1;
	int first = chk->seen[CPT_OBJ_MOUNT] == 1;

	if (m->parent && first)
		return vz_bad(chk, -EINVAL, "the first mount has a parent");
	if (!m->parent && !S_ISDIR(m->root_mode))
		return vz_bad(chk, -EINVAL, "a root that is not a directory");
	if (!vz_good_path(point) || (!m->parent && point[1]))
		return vz_bad(chk, -EINVAL, "the mount point is not a plain path");
	if (!vz_good_path(root))
		return vz_bad(chk, -EINVAL, "the root is not a plain path");
	if (!root[strlen(root) + 1])
		return vz_bad(chk, -EINVAL, "no file system type");
	if (m->bind && first)
		return vz_bad(chk, -EINVAL, "the first mount is a bind mount");
	/* 1 << 20: MS_SHARED */
	if (m->peer && m->propagation != 1 << 20)
		return vz_bad(chk, -EINVAL, "a peer of mount %llu, but not shared", m->peer);
	if (m->master && m->propagation == 1 << 17)
		return vz_bad(chk, -EINVAL, "a slave, but unbindable");
	if (m->master == chk->cur.id)
		return vz_bad(chk, -EINVAL, "a slave of itself");
	look->obj->u = !m->parent && !first;
	return 0;
}

static const struct vz_rule tmpfs_rules[] = {
	VZ_REF(cpt_tmpfs_image, mount, CPT_OBJ_MOUNT),
	VZ_RANGE(cpt_tmpfs_image, mode, 0, 0177777),
	VZ_ID(cpt_tmpfs_image, uid),
	VZ_ID(cpt_tmpfs_image, gid),
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
	VZ_ID(cpt_ghost_image, uid),
	VZ_ID(cpt_ghost_image, gid),
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
	VZ_ID(cpt_pipe_image, uid),
	VZ_ID(cpt_pipe_image, gid),
	VZ_MASK(cpt_pipe_image, mode, MODE_PERM),
	VZ_ID(cpt_pipe_image, user),
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
	VZ_ID(cpt_file_image, owner_uid),
	VZ_ID(cpt_file_image, owner_euid),
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
	VZ_RANGE(cpt_flock_image, kind, CPT_FLOCK_POSIX, CPT_FLOCK_LEASE),
	VZ_RANGE(cpt_flock_image, type, 0, 1),		/* F_RDLCK, F_WRLCK */
	VZ_RANGE(cpt_flock_image, end, 0, VZ_KTIME_MAX),
	VZ_REF(cpt_flock_image, file, CPT_OBJ_FILE),
	VZ_REF_OPT(cpt_flock_image, files, CPT_OBJ_FILES),
	VZ_RANGE(cpt_flock_image, pid, 0, VZ_PID_MAX),
	VZ_MASK(cpt_flock_image, flags, CPT_FLOCK_BREAK | CPT_FLOCK_DOWNGRADE),
	VZ_RANGE(cpt_flock_image, fd, 0, 1 << 30),
	VZ_ZERO(cpt_flock_image, zero),
	VZ_RANGE(cpt_flock_image, break_ns, 0, VZ_KTIME_MAX),
	VZ_RANGE(cpt_flock_image, downgrade_ns, 0, VZ_KTIME_MAX),
};

static int look_flock(struct vz_check *chk, struct vz_look *look)
{
	const struct cpt_flock_image *l = look->fixed;
	int whole = l->kind == CPT_FLOCK_BSD || l->kind == CPT_FLOCK_LEASE;

	if (l->start > l->end || (whole && (l->start || l->end != VZ_KTIME_MAX)))
		return vz_bad(chk, -EINVAL, "from %llu to %llu", l->start, l->end);
	if (!l->files != (l->kind != CPT_FLOCK_POSIX))
		return vz_bad(chk, -EINVAL, "owner %llu does not fit kind %u", l->files, l->kind);
	if ((l->kind != CPT_FLOCK_LEASE && (l->flags || l->fd)) ||
	    (!(l->flags & CPT_FLOCK_BREAK) && l->break_ns) ||
	    (!(l->flags & CPT_FLOCK_DOWNGRADE) && l->downgrade_ns))
		return vz_bad(chk, -EINVAL, "flags %#x do not fit kind %u", l->flags, l->kind);
	return 0;
}

/* ---- the table ---- */

static const struct vz_shape vz_shapes[CPT_OBJ_MAX] = {
	[CPT_OBJ_VE]	= { RULES(ve_rules), .own = look_ve },
	[CPT_OBJ_UTS]	= { RULES(uts_rules) },
	[CPT_OBJ_VDSO]	= { RULES(vdso_rules), .own_tail = 1, .own = look_vdso },
	[CPT_OBJ_MOUNT]	= { RULES(mount_rules), .strings = 5, .own = look_mount },
	[CPT_OBJ_TMPFS]	= { RULES(tmpfs_rules), .own_tail = 1, .own = look_tmpfs },
	[CPT_OBJ_TMPFS_DATA] = { RULES(tmpfs_data_rules), .payload = 1, .own = look_tmpfs_data },
	[CPT_OBJ_PIPE]	= { RULES(pipe_rules), ARRAY(cpt_pipe_image, bufs, cpt_pipe_buf),
			    ELEMENTS(pipe_buf_rules), .own_tail = 1, .own = look_pipe },
	[CPT_OBJ_FILE]	= { RULES(file_rules), .own_tail = 1, .own = look_file },
	[CPT_OBJ_FILES]	= { RULES(files_rules), ARRAY(cpt_files_image, fds, cpt_fd),
			    ELEMENTS(fd_rules), .own = look_files },
	[CPT_OBJ_FS]	= { RULES(fs_rules), .strings = 2, .own = look_fs },
	[CPT_OBJ_FLOCK]	= { RULES(flock_rules), .own = look_flock },
	[CPT_OBJ_GHOST]	= { RULES(ghost_rules), .strings = 1, .own = look_ghost },
	[CPT_OBJ_GHOST_DATA] = { RULES(ghost_data_rules), .payload = 1, .own = look_ghost_data },
};

static const struct vz_shape *const tables[] = {
	vz_shapes, vz_shapes_fds, vz_shapes_inet, vz_shapes_ipc, vz_shapes_mem, vz_shapes_net,
	vz_shapes_sock, vz_shapes_tree, vz_shapes_tty, vz_shapes_udp,
};

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
