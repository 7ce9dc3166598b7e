/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VZ_XSTATE_H
#define _VZ_XSTATE_H

#include <linux/elf.h>
#include <linux/regset.h>
#include <linux/sched.h>
#include "access.h"

/* Bytes of the XSAVE area that ptrace shows here. */
static inline unsigned int vz_xstate_size(void)
{
	const struct user_regset_view *view = vz_task_user_regset_view(current);
	unsigned int i;

	for (i = 0; i < view->n; i++) {
		if (view->regsets[i].core_note_type == NT_X86_XSTATE)
			return view->regsets[i].n * view->regsets[i].size;
	}
	return 0;
}

#endif
