// SPDX-License-Identifier: GPL-2.0-only
/*
 * sighand: signal actions of a process.
 */
#include <linux/sched/signal.h>
#include "rst.h"

/* Late: until then everything has its default, and a dying zombie says nothing. */
static int rst_sighand_finish(struct vz_task *vt)
{
	const struct cpt_process_image *p = vt->proc->fixed;
	const struct cpt_sighand_image *v;
	unsigned int i;

	if (!vz_is_leader(vt))
		return 0;
	v = rst_fixed(vt->ctx, CPT_OBJ_SIGHAND, p->sighand);
	if (!v)
		return rst_err(vt->ctx, -EINVAL, "process %d: there are no signal actions %llu",
			       vt->pid, p->sighand);
	spin_lock_irq(&current->sighand->siglock);
	for (i = 0; i < ARRAY_SIZE(v->action); i++) {
		struct sigaction *sa = &current->sighand->action[i].sa;

		if (sig_kernel_only(i + 1))
			continue;
		sa->sa_handler = (__sighandler_t)v->action[i].handler;
		sa->sa_flags = v->action[i].flags & UAPI_SA_FLAGS;
		sa->sa_restorer = (__sigrestore_t)v->action[i].restorer;
		sa->sa_mask.sig[0] = v->action[i].mask;
		sigdelsetmask(&sa->sa_mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	spin_unlock_irq(&current->sighand->siglock);
	return 0;
}

const struct rst_ops rst_sighand_ops = {
	.finish = rst_sighand_finish,
};
