// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test module: fails one allocation, or one write or read of a file, of the
 * code that is looked at, and says which it was.
 *
 * failslab and fail_page_alloc count all allocations of the machine before
 * they look at the stack (6.1), so that "the fifth of ours" cannot be asked
 * for. This sits on the same two functions by kprobes and counts by itself:
 * an allocation is ours when our text is on the stack, in whichever task. What
 * leads to it, from our outermost function on, is its path.
 *
 * Written to /proc/vzfault, one per write:
 *
 *	text START END	a range of addresses is ours (hexadecimal)
 *	pass NTH	from now on the NTH time of each path in an operation is
 *			what fails; all paths count as not failed yet
 *	alloc		the next allocation that is due fails, once
 *	write N, read N	our Nth write to, read of a file from now on fails
 *	off		nothing fails any more
 *
 * Read from it: "hit 0|1", "seen N" (since the last alloc, write or read),
 * "paths N" (of this pass, failed), "full 0|1" (too many paths), and with a hit
 * what it was and the stack.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>

#define MAX_DEPTH	64
#define MAX_RANGES	4
#define PATH_BITS	13

enum mode { FAIL_NOTHING, FAIL_ALLOC, FAIL_WRITE, FAIL_READ };

/**
 * struct path_state - an allocation's path
 * @hash: of its addresses; 0: free
 * @pass: in which it was failed last
 * @arm: the operation that @seen counts in
 * @seen: how often
 */
struct path_state {
	unsigned long hash;
	unsigned int pass;
	unsigned int arm;
	unsigned int seen;
};

static struct {
	raw_spinlock_t lock;
	unsigned long start[MAX_RANGES], end[MAX_RANGES];
	unsigned int ranges;
	enum mode mode;
	unsigned int pass, nth, arm, seen, failed, countdown;
	bool hit, full;
	const char *what;
	unsigned long stack[MAX_DEPTH];
	unsigned int depth;
	struct path_state path[1 << PATH_BITS];
} state = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(state.lock),
	.pass = 1,
	.nth = 1,
};

static bool is_ours(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < state.ranges; i++) {
		if (address >= state.start[i] && address < state.end[i])
			return true;
	}
	return false;
}

/* Number of the outermost of our functions in the stack, plus one; 0: none. */
static unsigned int our_depth(const unsigned long *stack, unsigned int n)
{
	while (n && !is_ours(stack[n - 1]))
		n--;
	return n;
}

/* The path's place, a new one if need be; NULL: there is none left. */
static struct path_state *find_path(const unsigned long *stack, unsigned int n)
{
	unsigned long hash = 1;
	unsigned int i, at;

	for (i = 0; i < n; i++)
		hash = (hash ^ stack[i]) * GOLDEN_RATIO_64;
	if (!hash)
		hash = 1;
	at = hash_64(hash, PATH_BITS);
	for (i = 0; i < 1 << PATH_BITS; i++, at = (at + 1) % (1 << PATH_BITS)) {
		struct path_state *path = &state.path[at];

		if (!path->hash)
			path->hash = hash;
		if (path->hash == hash)
			return path;
	}
	return NULL;
}

static bool path_is_due(const unsigned long *stack, unsigned int n)
{
	struct path_state *path = find_path(stack, n);

	if (!path) {
		state.full = true;
		return false;
	}
	if (path->pass == state.pass)
		return false;
	if (path->arm != state.arm) {
		path->arm = state.arm;
		path->seen = 0;
	}
	if (++path->seen < state.nth)
		return false;
	path->pass = state.pass;
	return true;
}

static bool due(enum mode mode, const char *what)
{
	unsigned long stack[MAX_DEPTH], flags;
	/* a probe that is a breakpoint counts as NMI and hard interrupt itself */
	unsigned int irqs = hardirq_count() - (in_nmi() ? HARDIRQ_OFFSET : 0);
	unsigned int n, ours;
	bool fail = false;

	if (irqs || in_serving_softirq())
		return false;
	n = stack_trace_save(stack, MAX_DEPTH, 1);
	ours = our_depth(stack, n);
	if (!ours)
		return false;
	raw_spin_lock_irqsave(&state.lock, flags);
	if (state.mode == mode) {
		state.seen++;
		if (mode == FAIL_ALLOC)
			fail = path_is_due(stack, ours);
		else
			fail = --state.countdown == 0;
	}
	if (fail) {
		state.mode = FAIL_NOTHING;
		state.hit = true;
		state.failed++;
		state.what = what;
		memcpy(state.stack, stack, n * sizeof(stack[0]));
		state.depth = n;
	}
	raw_spin_unlock_irqrestore(&state.lock, flags);
	return fail;
}

/* In place of the function that is not called: goes back to its caller. */
static noinline notrace void go_back(void)
{
	barrier();
}

static int leave_with(struct pt_regs *regs, long value)
{
	regs->ax = value;
	regs->ip = (unsigned long)go_back;
	return 1;
}

static int on_slab(struct kprobe *p, struct pt_regs *regs)
{
	if (READ_ONCE(state.mode) != FAIL_ALLOC || (regs->si & (__force unsigned long)__GFP_NOFAIL))
		return 0;
	return due(FAIL_ALLOC, "slab") ? leave_with(regs, -ENOMEM) : 0;
}

static int on_page(struct kprobe *p, struct pt_regs *regs)
{
	if (READ_ONCE(state.mode) != FAIL_ALLOC || (regs->di & (__force unsigned long)__GFP_NOFAIL))
		return 0;
	return due(FAIL_ALLOC, "page") ? leave_with(regs, 1) : 0;
}

/* What a file system does inside of our write is not another one. */
static bool is_called_by_us(struct pt_regs *regs)
{
	return is_ours(*(unsigned long *)regs->sp);
}

static int on_write(struct kprobe *p, struct pt_regs *regs)
{
	if (READ_ONCE(state.mode) != FAIL_WRITE || !is_called_by_us(regs))
		return 0;
	return due(FAIL_WRITE, "write") ? leave_with(regs, -EIO) : 0;
}

static int on_read(struct kprobe *p, struct pt_regs *regs)
{
	if (READ_ONCE(state.mode) != FAIL_READ || !is_called_by_us(regs))
		return 0;
	return due(FAIL_READ, "read") ? leave_with(regs, -EIO) : 0;
}

/* With it the probe is not optimised: it could not leave the function then. */
static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

#define PROBE(function, handler) \
	{ .symbol_name = function, .pre_handler = handler, .post_handler = after }

static struct kprobe probe[] = {
	PROBE("should_failslab", on_slab),
	PROBE("should_fail_alloc_page", on_page),
	PROBE("vfs_iter_write", on_write),
	PROBE("vfs_iter_read", on_read),
};
static struct kprobe *probes[] = { &probe[0], &probe[1], &probe[2], &probe[3] };

/* ---- the file ---- */

static int set_mode(enum mode mode, unsigned int countdown)
{
	state.arm++;
	state.seen = 0;
	state.hit = false;
	state.countdown = countdown;
	state.mode = mode;
	return 0;
}

static int do_words(const char *words)
{
	unsigned long start, end;
	unsigned int n;

	if (sscanf(words, "text %lx %lx", &start, &end) == 2) {
		if (state.ranges == MAX_RANGES || start >= end)
			return -EINVAL;
		state.start[state.ranges] = start;
		state.end[state.ranges++] = end;
		return 0;
	}
	if (sscanf(words, "pass %u", &n) == 1 && n) {
		state.nth = n;
		state.pass++;
		state.failed = 0;
		return 0;
	}
	if (sscanf(words, "write %u", &n) == 1 && n)
		return set_mode(FAIL_WRITE, n);
	if (sscanf(words, "read %u", &n) == 1 && n)
		return set_mode(FAIL_READ, n);
	if (sysfs_streq(words, "alloc"))
		return set_mode(FAIL_ALLOC, 0);
	if (sysfs_streq(words, "off")) {
		state.mode = FAIL_NOTHING;
		return 0;
	}
	return -EINVAL;
}

static ssize_t vzfault_write(struct file *file, const char __user *from, size_t n, loff_t *pos)
{
	unsigned long flags;
	char words[80] = {};
	int err;

	if (n >= sizeof(words))
		return -EINVAL;
	if (copy_from_user(words, from, n))
		return -EFAULT;
	raw_spin_lock_irqsave(&state.lock, flags);
	err = do_words(words);
	raw_spin_unlock_irqrestore(&state.lock, flags);
	return err ?: n;
}

static int vzfault_show(struct seq_file *m, void *v)
{
	unsigned int i;

	seq_printf(m, "hit %d\nseen %u\npaths %u\nfull %d\n", state.hit, state.seen, state.failed,
		   state.full);
	if (!state.hit)
		return 0;
	seq_printf(m, "what %s\n", state.what);
	for (i = 0; i < state.depth; i++)
		seq_printf(m, "%c %ps\n", is_ours(state.stack[i]) ? '*' : ' ',
			   (void *)state.stack[i]);
	return 0;
}

static int vzfault_open(struct inode *inode, struct file *file)
{
	return single_open(file, vzfault_show, NULL);
}

static const struct proc_ops vzfault_proc_ops = {
	.proc_open = vzfault_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_write = vzfault_write,
	.proc_release = single_release,
};

static int __init vzfault_init(void)
{
	int err = register_kprobes(probes, ARRAY_SIZE(probes));

	if (err)
		return err;
	if (!proc_create("vzfault", 0600, NULL, &vzfault_proc_ops)) {
		unregister_kprobes(probes, ARRAY_SIZE(probes));
		return -ENOMEM;
	}
	return 0;
}

static void __exit vzfault_exit(void)
{
	remove_proc_entry("vzfault", NULL);
	unregister_kprobes(probes, ARRAY_SIZE(probes));
}

module_init(vzfault_init);
module_exit(vzfault_exit);
MODULE_DESCRIPTION("Fails one allocation, write or read of chosen code");
MODULE_LICENSE("GPL");
