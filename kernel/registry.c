// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which container a VEID stands for.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "vz.h"

struct vz_ve {
	struct list_head node;
	u32 veid;
	struct pid *init;
};

static LIST_HEAD(registry);
static DEFINE_MUTEX(registry_lock);

static bool ve_lives(const struct vz_ve *ve)
{
	struct task_struct *init;
	bool lives;

	rcu_read_lock();
	init = pid_task(ve->init, PIDTYPE_TGID);
	lives = init && !READ_ONCE(init->exit_state);
	rcu_read_unlock();
	return lives;
}

static void ve_free(struct vz_ve *ve)
{
	list_del(&ve->node);
	put_pid(ve->init);
	kfree(ve);
}

/* The entry of a VEID whose init lives; entries of dead ones go. */
static struct vz_ve *ve_find(u32 veid)
{
	struct vz_ve *ve, *next, *found = NULL;

	list_for_each_entry_safe(ve, next, &registry, node) {
		if (!ve_lives(ve))
			ve_free(ve);
		else if (ve->veid == veid)
			found = ve;
	}
	return found;
}

/**
 * vz_registry_bind() - register a VE
 * @veid: its number
 * @init: pid of its init; a reference is taken
 *
 * Return: 0 (also when it is registered so already), -EEXIST when the number
 *         stands for another living init, -ENOMEM
 */
int vz_registry_bind(u32 veid, struct pid *init)
{
	struct vz_ve *ve;
	int err = 0;

	mutex_lock(&registry_lock);
	ve = ve_find(veid);
	if (ve) {
		err = ve->init == init ? 0 : -EEXIST;
		goto out_unlock;
	}
	ve = kzalloc(sizeof(*ve), GFP_KERNEL);
	if (!ve) {
		err = -ENOMEM;
		goto out_unlock;
	}
	ve->veid = veid;
	ve->init = get_pid(init);
	list_add(&ve->node, &registry);
out_unlock:
	mutex_unlock(&registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(vz_registry_bind);

void vz_registry_forget(u32 veid)
{
	struct vz_ve *ve;

	mutex_lock(&registry_lock);
	ve = ve_find(veid);
	if (ve)
		ve_free(ve);
	mutex_unlock(&registry_lock);
}

/**
 * vz_registry_find() - the init of a VE
 * @veid: its number
 *
 * Return: a reference, or NULL when the VE does not run
 */
struct pid *vz_registry_find(u32 veid)
{
	struct pid *init = NULL;
	struct vz_ve *ve;

	mutex_lock(&registry_lock);
	ve = ve_find(veid);
	if (ve)
		init = get_pid(ve->init);
	mutex_unlock(&registry_lock);
	return init;
}
EXPORT_SYMBOL_GPL(vz_registry_find);

void vz_registry_exit(void)
{
	struct vz_ve *ve, *next;

	list_for_each_entry_safe(ve, next, &registry, node)
		ve_free(ve);
}
