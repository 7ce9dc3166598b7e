// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this host's processors can do, in the bits of CPT_TEST_CAPS.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <asm/cpufeature.h>
#include "vz.h"

static const struct {
	u32 cap;
	u32 feature;
	const char *name;
} vz_caps[] = {
	{ CPT_CAP_FXSR,		X86_FEATURE_FXSR,	"fxsr" },
	{ CPT_CAP_SSE,		X86_FEATURE_XMM,	"sse" },
	{ CPT_CAP_SSE2,		X86_FEATURE_XMM2,	"sse2" },
	{ CPT_CAP_SSE3,		X86_FEATURE_XMM3,	"sse3" },
	{ CPT_CAP_SSSE3,	X86_FEATURE_SSSE3,	"ssse3" },
	{ CPT_CAP_SSE4_1,	X86_FEATURE_XMM4_1,	"sse4_1" },
	{ CPT_CAP_SSE4_2,	X86_FEATURE_XMM4_2,	"sse4_2" },
	{ CPT_CAP_AVX,		X86_FEATURE_AVX,	"avx" },
	{ CPT_CAP_AVX2,		X86_FEATURE_AVX2,	"avx2" },
	{ CPT_CAP_AVX512F,	X86_FEATURE_AVX512F,	"avx512f" },
	{ CPT_CAP_XSAVE,	X86_FEATURE_XSAVE,	"xsave" },
	{ CPT_CAP_CX16,		X86_FEATURE_CX16,	"cx16" },
	{ CPT_CAP_POPCNT,	X86_FEATURE_POPCNT,	"popcnt" },
	{ CPT_CAP_FSGSBASE,	X86_FEATURE_FSGSBASE,	"fsgsbase" },
	{ CPT_CAP_RDTSCP,	X86_FEATURE_RDTSCP,	"rdtscp" },
};

/* CPT_CAP_* of this host. */
u32 vz_host_caps(void)
{
	unsigned int i;
	u32 caps = 0;

	for (i = 0; i < ARRAY_SIZE(vz_caps); i++) {
		if (boot_cpu_has(vz_caps[i].feature))
			caps |= vz_caps[i].cap;
	}
	return caps;
}
EXPORT_SYMBOL_GPL(vz_host_caps);

/**
 * vz_check_caps() - does what a VE may use exist elsewhere?
 * @ctx: gets a message that names what is missing
 * @have: CPT_CAP_* this host has
 * @there: CPT_CAP_* the other one has
 *
 * Return: 0 when all of @have is in @there, else 1
 */
int vz_check_caps(struct vz_context *ctx, u32 have, u32 there)
{
	char names[160] = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vz_caps); i++) {
		if (have & ~there & vz_caps[i].cap) {
			strlcat(names, " ", sizeof(names));
			strlcat(names, vz_caps[i].name, sizeof(names));
		}
	}
	if (!names[0])
		return 0;
	vz_err(ctx, 0, "processor features missing there:%s", names);
	return 1;
}
EXPORT_SYMBOL_GPL(vz_check_caps);
