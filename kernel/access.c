// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills in what access.h lists, when vzcpt loads.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/time_namespace.h>
#include "access.h"
#include "vdso.h"

static char *test_miss = "";
module_param(test_miss, charp, 0400);
MODULE_PARM_DESC(test_miss, "names (symbol or struct.member, comma-separated) to treat as not fitting");

/* ---- what is filled in ---- */

/*
 * Static calls are direct calls: no retpoline, and they reach a function whose
 * ENDBR has been sealed on a kernel with IBT.
 */
#define F(ret, name, params, args)					\
	extern ret vz_proto_##name params;				\
	DEFINE_STATIC_CALL_NULL(vz_sc_##name, vz_proto_##name);		\
	ret vz_##name params { return static_call(vz_sc_##name) args; }	\
	EXPORT_SYMBOL_GPL(vz_##name);					\
	static void vz_set_##name(unsigned long addr)			\
	{								\
		static_call_update(vz_sc_##name, (typeof(vz_proto_##name) *)addr); \
	}
VZ_FUNCTIONS(F)
#undef F

#define F(ret, name, params, args)					\
	extern ret vz_late_proto_##name params;				\
	DEFINE_STATIC_CALL_NULL(vz_late_sc_##name, vz_late_proto_##name); \
	ret vz_late_##name params { return static_call(vz_late_sc_##name) args; } \
	EXPORT_SYMBOL_GPL(vz_late_##name);
VZ_LATE(F)
#undef F

#define D(type, name) type *vz_##name; EXPORT_SYMBOL_GPL(vz_##name);
VZ_DATA(D)
VZ_OPTIONAL(D)
#undef D

#define A(name) unsigned long vz_addr_##name; EXPORT_SYMBOL_GPL(vz_addr_##name);
VZ_ADDRESSES(A)
#undef A

#define M(s, member, type)						\
	unsigned int vz_off_##s##_##member; EXPORT_SYMBOL_GPL(vz_off_##s##_##member);
VZ_MEMBERS(M)
#undef M

#define S(s) unsigned int vz_size_##s; EXPORT_SYMBOL_GPL(vz_size_##s);
VZ_SIZES(S)
#undef S

#define B(s, member)							\
	unsigned int vz_bit_##s##_##member; EXPORT_SYMBOL_GPL(vz_bit_##s##_##member);
VZ_BITS(B)
#undef B

struct vz_function {
	const char *name;
	unsigned int nargs;
	bool returns;
	void (*set)(unsigned long addr);
};

#define VZ_NARGS(args) COUNT_ARGS args

static const struct vz_function vz_functions[] = {
#define F(ret, n, params, args)						\
	{ .name = #n, .nargs = VZ_NARGS(args),				\
	  .returns = !__builtin_types_compatible_p(ret, void), .set = vz_set_##n },
	VZ_FUNCTIONS(F)
#undef F
};

struct vz_address {
	const char *name;
	unsigned long *to;
	bool optional;
};

static const struct vz_address vz_addresses[] = {
#define D(type, n) { .name = #n, .to = (unsigned long *)&vz_##n },
	VZ_DATA(D)
#undef D
#define D(type, n) { .name = #n, .to = (unsigned long *)&vz_##n, .optional = true },
	VZ_OPTIONAL(D)
#undef D
#define A(n) { .name = #n, .to = &vz_addr_##n },
	VZ_ADDRESSES(A)
#undef A
};

struct vz_member {
	const char *type;
	const char *name;
	unsigned int size;
	unsigned int *to;
};

static const struct vz_member vz_members[] = {
#define M(s, m, t) { .type = #s, .name = #m, .size = sizeof(t), .to = &vz_off_##s##_##m },
	VZ_MEMBERS(M)
#undef M
};

struct vz_size {
	const char *type;
	unsigned int *to;
};

static const struct vz_size vz_sizes[] = {
#define S(s) { .type = #s, .to = &vz_size_##s },
	VZ_SIZES(S)
#undef S
};

/* @to gets the offset in bits */
#define VZ_ONE_BIT	(~0U)

static const struct vz_member vz_bits[] = {
#define B(s, m) { .type = #s, .name = #m, .size = VZ_ONE_BIT, .to = &vz_bit_##s##_##m },
	VZ_BITS(B)
#undef B
};

/* ---- finding it ---- */

typedef unsigned long (vz_kallsyms_t)(const char *name);
extern vz_kallsyms_t vz_proto_kallsyms;
DEFINE_STATIC_CALL_NULL(vz_sc_kallsyms, vz_proto_kallsyms);
extern struct btf *vz_proto_get_btf(void);
DEFINE_STATIC_CALL_NULL(vz_sc_get_btf, vz_proto_get_btf);
extern const char *vz_proto_btf_name(const struct btf *btf, u32 offset);
DEFINE_STATIC_CALL_NULL(vz_sc_btf_name, vz_proto_btf_name);
extern s32 vz_proto_btf_find(const struct btf *btf, const char *name, u8 kind);
DEFINE_STATIC_CALL_NULL(vz_sc_btf_find, vz_proto_btf_find);

static unsigned int misses;

static __printf(1, 2) void miss(const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("vzcpt: this kernel does not fit: %pV\n", &vaf);
	va_end(args);
	misses++;
}

static bool tested(const char *name)
{
	const char *at = test_miss;
	size_t len = strlen(name);

	while ((at = strstr(at, name))) {
		if ((at == test_miss || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
		at += len;
	}
	return false;
}

static unsigned long lookup(const char *name)
{
	return tested(name) ? 0 : static_call(vz_sc_kallsyms)(name);
}

/**
 * vz_find_symbol() - a symbol that may be in a module
 * @name: its name
 *
 * Return: its address; 0: that module is not loaded
 */
unsigned long vz_find_symbol(const char *name)
{
	return static_call(vz_sc_kallsyms)(name);
}
EXPORT_SYMBOL_GPL(vz_find_symbol);

/*
 * Each time: a module may have been loaded again, to another place. The caller
 * knows that it stays loaded.
 */
#define F(ret, name, params, args)					\
	bool vz_late_find_##name(void)					\
	{								\
		unsigned long addr = vz_find_symbol(#name);		\
									\
		if (addr)						\
			static_call_update(vz_late_sc_##name,		\
					   (typeof(vz_late_proto_##name) *)addr); \
		return addr;						\
	}								\
	EXPORT_SYMBOL_GPL(vz_late_find_##name);
VZ_LATE(F)
#undef F

/*
 * kallsyms_lookup_name() is found with a kprobe. With IBT the probe lands
 * behind the ENDBR, so the function is asked for its own address.
 */
static int find_kallsyms(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long addr;
	int err;

	err = register_kprobe(&kp);
	if (err) {
		miss("no kprobe on kallsyms_lookup_name (%d)", err);
		return err;
	}
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	static_call_update(vz_sc_kallsyms, (vz_kallsyms_t *)addr);
	addr = static_call(vz_sc_kallsyms)("kallsyms_lookup_name");
	if (!addr) {
		miss("kallsyms_lookup_name does not know itself");
		return -ENOENT;
	}
	static_call_update(vz_sc_kallsyms, (vz_kallsyms_t *)addr);
	return 0;
}

static const struct btf *find_btf(void)
{
	unsigned long get = lookup("bpf_get_btf_vmlinux");
	unsigned long name = lookup("btf_name_by_offset");
	unsigned long find = lookup("btf_find_by_name_kind");
	const struct btf *btf;

	if (!get || !name || !find) {
		miss("no BTF functions");
		return NULL;
	}
	static_call_update(vz_sc_get_btf, (typeof(vz_proto_get_btf) *)get);
	static_call_update(vz_sc_btf_name, (typeof(vz_proto_btf_name) *)name);
	static_call_update(vz_sc_btf_find, (typeof(vz_proto_btf_find) *)find);
	btf = static_call(vz_sc_get_btf)();
	if (IS_ERR_OR_NULL(btf)) {
		miss("no BTF (%ld)", PTR_ERR(btf));
		return NULL;
	}
	return btf;
}

static const struct btf_type *skip_modifiers(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf_type_by_id(btf, id);

	while (t) {
		switch (BTF_INFO_KIND(t->info)) {
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_TYPE_TAG:
			t = btf_type_by_id(btf, t->type);
			continue;
		}
		break;
	}
	return t;
}

static u32 type_size(const struct btf *btf, u32 id)
{
	const struct btf_type *t = skip_modifiers(btf, id);

	if (!t)
		return 0;
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
		return sizeof(void *);
	case BTF_KIND_ARRAY:
		return btf_array(t)->nelems * type_size(btf, btf_array(t)->type);
	default:
		return t->size;
	}
}

/* Offset in bits of a member, also of an unnamed struct or union within. */
static int find_member(const struct btf *btf, const struct btf_type *t, const char *name,
		       u32 *offset, u32 *type, u32 *bits)
{
	const struct btf_member *m = btf_type_member(t);
	const struct btf_type *inner;
	unsigned int i;

	for (i = 0; i < btf_type_vlen(t); i++, m++) {
		u32 at = __btf_member_bit_offset(t, m);

		if (m->name_off) {
			if (strcmp(static_call(vz_sc_btf_name)(btf, m->name_off), name))
				continue;
			*offset = at;
			*type = m->type;
			*bits = __btf_member_bitfield_size(t, m);
			return 0;
		}
		/* btf_type_is_struct() is true for a union, too */
		inner = skip_modifiers(btf, m->type);
		if (inner && btf_type_is_struct(inner) &&
		    !find_member(btf, inner, name, offset, type, bits)) {
			*offset += at;
			return 0;
		}
	}
	return -ENOENT;
}

static void resolve_member(const struct btf *btf, const struct vz_member *m)
{
	u32 offset, type, bits;
	char name[64];
	s32 id;

	snprintf(name, sizeof(name), "%s.%s", m->type, m->name);
	id = static_call(vz_sc_btf_find)(btf, m->type, BTF_KIND_STRUCT);
	if (id < 0) {
		miss("no struct %s", m->type);
		return;
	}
	if (tested(name) ||
	    find_member(btf, btf_type_by_id(btf, id), m->name, &offset, &type, &bits)) {
		miss("no member %s", name);
		return;
	}
	if (m->size == VZ_ONE_BIT) {
		if (bits == 1)
			*m->to = offset;
		else
			miss("member %s is not one bit", name);
		return;
	}
	if (offset % 8 || type_size(btf, type) != m->size) {
		miss("member %s has %u bytes, not %u", name, type_size(btf, type), m->size);
		return;
	}
	*m->to = offset / 8;
}

static void resolve_size(const struct btf *btf, const struct vz_size *s)
{
	s32 id = static_call(vz_sc_btf_find)(btf, s->type, BTF_KIND_STRUCT);

	if (id < 0)
		miss("no struct %s", s->type);
	else
		*s->to = btf_type_by_id(btf, id)->size;
}

/* A changed signature is a miss. A function without BTF is taken on trust. */
static bool prototype_fits(const struct btf *btf, const struct vz_function *f)
{
	s32 id = static_call(vz_sc_btf_find)(btf, f->name, BTF_KIND_FUNC);
	const struct btf_type *proto;

	if (id < 0)
		return true;
	proto = btf_type_by_id(btf, btf_type_by_id(btf, id)->type);
	return btf_type_vlen(proto) == f->nargs && !!proto->type == f->returns;
}

static void resolve_function(const struct btf *btf, const struct vz_function *f)
{
	unsigned long addr = lookup(f->name);

	if (!addr)
		miss("no function %s", f->name);
	else if (!prototype_fits(btf, f))
		miss("function %s has another prototype", f->name);
	else
		f->set(addr);
}

/**
 * vz_access_init() - find everything in access.h
 *
 * Context: module load; may sleep.
 * Return: 0, or -ENOEXEC after a kernel message for each miss
 */
int vz_access_init(void)
{
	const struct btf *btf;
	const char *why;
	unsigned int i;

	if (find_kallsyms())
		return -ENOEXEC;
	btf = find_btf();
	if (!btf)
		return -ENOEXEC;
	for (i = 0; i < ARRAY_SIZE(vz_functions); i++)
		resolve_function(btf, &vz_functions[i]);
	for (i = 0; i < ARRAY_SIZE(vz_addresses); i++) {
		*vz_addresses[i].to = lookup(vz_addresses[i].name);
		if (!*vz_addresses[i].to && !vz_addresses[i].optional)
			miss("no symbol %s", vz_addresses[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(vz_members); i++)
		resolve_member(btf, &vz_members[i]);
	for (i = 0; i < ARRAY_SIZE(vz_sizes); i++)
		resolve_size(btf, &vz_sizes[i]);
	for (i = 0; i < ARRAY_SIZE(vz_bits); i++)
		resolve_member(btf, &vz_bits[i]);
	why = vz_vdso_image_64 ? vz_vdso_init() : NULL;
	if (why)
		miss("its vdso %s", why);
	if (misses)
		pr_err("vzcpt: not loaded: %u misses\n", misses);
	return misses ? -ENOEXEC : 0;
}
