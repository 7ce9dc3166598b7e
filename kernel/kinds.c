// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of kinds; its lines are in kinds.h.
 */
#include <linux/build_bug.h>
#include <linux/module.h>
#include "kinds.h"
#include "vz.h"

const struct vz_kind vz_kinds[] = {
#define K(s, t, rec, f) { .type = t, .stem = #s, .size = sizeof(rec), .flags = f },
	VZ_KINDS(K)
#undef K
};
const unsigned int vz_nr_kinds = ARRAY_SIZE(vz_kinds);

#define K(s, t, rec, f)							\
	static_assert(t < CPT_OBJ_MAX && sizeof(rec) % 8 == 0 && sizeof(rec) <= CPT_MAX_HDRLEN);
VZ_KINDS(K)
#undef K
/* all but 0 and END; some numbers are reserved */
static_assert(ARRAY_SIZE(vz_kinds) <= CPT_OBJ_MAX - 2);

EXPORT_SYMBOL_GPL(vz_kinds);
EXPORT_SYMBOL_GPL(vz_nr_kinds);

const struct vz_kind *vz_kind(u32 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vz_kinds); i++) {
		if (vz_kinds[i].type == type)
			return &vz_kinds[i];
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(vz_kind);

const char *vz_kind_name(u32 type)
{
	const struct vz_kind *kind = vz_kind(type);

	return kind ? kind->stem : type == CPT_OBJ_END ? "end" : "unknown";
}
EXPORT_SYMBOL_GPL(vz_kind_name);
