// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzcpt.ko: the shared core and the dump side.
 */
#include <linux/module.h>
#include <linux/rcupdate_wait.h>
#include "access.h"
#include "image.h"
#include "netproc.h"
#include "vz.h"
#include "../cpt/cpt.h"

static long cpt_call(struct vz_context *ctx, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case CPT_SUSPEND:
		return cpt_suspend(ctx);
	case CPT_DUMP:
		return cpt_dump(ctx);
	case CPT_RESUME:
		return cpt_resume(ctx);
	case CPT_KILL:
		return cpt_kill(ctx);
	case CPT_CHECK:
		return cpt_check(ctx);
	default:
		return -ENOTTY;
	}
}

static struct vz_side cpt_side = {
	.name = "cpt",
	.owner = THIS_MODULE,
	.dumps = true,
	.call = cpt_call,
	.release = cpt_release,
};

static int __init vzcpt_init(void)
{
	int err;

	err = vz_access_init();
	if (err)
		return err;
	err = vz_netproc_init();
	if (err)
		return err;
	vz_image_init();
	err = vz_side_register(&cpt_side);
	if (err)
		vz_netproc_exit();
	return err;
}

static void __exit vzcpt_exit(void)
{
	vz_side_unregister(&cpt_side);
	vz_registry_exit();
	vz_netproc_exit();
	/* the last task released may still be on its way out of our text */
	synchronize_rcu_tasks();
}

module_init(vzcpt_init);
module_exit(vzcpt_exit);
MODULE_DESCRIPTION("Checkpoint of containers: core and dump");
MODULE_LICENSE("GPL");
