// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads: what each has for itself, joins, robust locks, registers of loops that
 * make no system call.
 */
/* alone: it keeps the processors busy */
#include "tst.h"
#include <asm/prctl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

#define THREADS	50

static volatile int go;
static int ready;

static void im_ready(void) { __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST); }

static void wait_go(void)
{
	im_ready();
	while (!go)
		tst_sleep_ms(10);
}

/* ---- many, each with its own ---- */

static __thread long tls_zero, tls_data = 4711;
static __thread char tls_big[5000];

struct worker {
	pthread_t thread;
	int nr;
	pid_t tid;
	const char *wrong;
};

static struct worker workers[THREADS];
static pthread_mutex_t robust[THREADS];

static const char *look(struct worker *w, void *head, size_t head_len, void *self, long fs)
{
	char name[16], want[16];
	void *now = NULL;
	size_t len = 0;
	cpu_set_t cpus;
	long fs_now;

	snprintf(want, sizeof(want), "worker %d", w->nr);
	prctl(PR_GET_NAME, name);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	syscall(SYS_get_robust_list, 0, &now, &len);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_now);
	return syscall(SYS_gettid) != w->tid ? "tid" :
	       tls_zero != w->nr * 3 || tls_data != 4711 + w->nr || tls_big[4999] != w->nr ? "TLS" :
	       (void *)pthread_self() != self || fs != fs_now ? "fs base" :
	       strcmp(name, want) ? "name" :
	       now != head || len != head_len ? "robust list" :
	       CPU_COUNT(&cpus) != (w->nr % 3 ? 1 : (int)sysconf(_SC_NPROCESSORS_ONLN)) ? "affinity" :
	       w->nr % 3 == 1 && !CPU_ISSET(0, &cpus) ? "affinity" :
	       getpriority(PRIO_PROCESS, 0) != w->nr % 20 ? "nice" : NULL;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	pthread_mutexattr_t attr;
	void *head, *self = (void *)pthread_self();
	char name[16];
	cpu_set_t cpus;
	size_t len;
	long fs;

	w->tid = syscall(SYS_gettid);
	tls_zero = w->nr * 3;
	tls_data += w->nr;
	tls_big[4999] = w->nr;
	snprintf(name, sizeof(name), "worker %d", w->nr);
	prctl(PR_SET_NAME, name);
	setpriority(PRIO_PROCESS, w->tid, w->nr % 20);
	if (w->nr % 3) {
		CPU_ZERO(&cpus);
		CPU_SET(w->nr % 3 == 1 ? 0 : sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	syscall(SYS_get_robust_list, 0, &head, &len);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &fs);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust[w->nr], &attr);
	pthread_mutex_lock(&robust[w->nr]);
	wait_go();
	w->wrong = look(w, head, len, self, fs);
	return (void *)(long)(w->nr + 1);	/* with its lock held */
}

static void check_workers(void)
{
	const char *wrong = NULL;
	int i, joined = 0, robusts = 0;
	void *ret;

	for (i = 0; i < THREADS; i++) {
		joined += !pthread_join(workers[i].thread, &ret) && ret == (void *)(long)(i + 1);
		if (workers[i].wrong) {
			wrong = workers[i].wrong;
			tst_note("thread %d: %s", i, wrong);
		}
		robusts += pthread_mutex_lock(&robust[i]) == EOWNERDEAD;
	}
	tst_ok(!wrong, "%d threads have what they had: %s", THREADS, wrong ?: "all");
	tst_is(joined, THREADS, "all are joined");
	tst_is(robusts, THREADS, "each left its robust lock to us");
}

/* ---- all general registers in a loop without system calls ---- */

long loop_registers(volatile int *flag, volatile int *turns);

/*
 * Fills the registers, turns until *flag, and counts in rax how many differ then.
 * rsp serves as a register, too: the flag's addresses are on a page of constants.
 */
asm(".text\n"
"loop_registers:\n"
"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
"	mov %rsp, saved_rsp(%rip)\n"
"	movabs $0x1111111111111101, %rbx\n"
"	movabs $0x1111111111111102, %rcx\n"
"	movabs $0x1111111111111103, %rdx\n"
"	movabs $0x1111111111111104, %rsi\n"
"	movabs $0x1111111111111105, %rdi\n"
"	movabs $0x1111111111111106, %rbp\n"
"	movabs $0x1111111111111107, %r8\n"
"	movabs $0x1111111111111108, %r9\n"
"	movabs $0x1111111111111109, %r10\n"
"	movabs $0x111111111111110a, %r11\n"
"	movabs $0x111111111111110b, %r12\n"
"	movabs $0x111111111111110c, %r13\n"
"	movabs $0x111111111111110d, %r14\n"
"	movabs $0x111111111111110e, %r15\n"
"	movabs $0x111111111111110f, %rsp\n"
"	std\n"
"1:	movl $1, loop_runs(%rip)\n"
"	movl loop_flag(%rip), %eax\n"
"	add $0x7fffffff, %eax\n"	/* overflow when the flag is 1 */
"	jno 1b\n"
"	xor %eax, %eax\n"
"	.macro look reg val\n"
"	mov %rax, saved_rax(%rip)\n"
"	movabs $0x1111111111111100 + \\val, %rax\n"
"	cmp %rax, \\reg\n"
"	mov saved_rax(%rip), %rax\n"
"	je 2f\n"
"	lea 1(%rax), %rax\n"
"2:\n"
"	.endm\n"
"	look %rbx 1; look %rcx 2; look %rdx 3; look %rsi 4; look %rdi 5; look %rbp 6\n"
"	look %r8 7; look %r9 8; look %r10 9; look %r11 10; look %r12 11; look %r13 12\n"
"	look %r14 13; look %r15 14; look %rsp 15\n"
"	mov saved_rsp(%rip), %rsp\n"
"	pushf; pop %rcx\n"
"	test $0x400, %ecx\n"		/* the direction flag */
"	jnz 3f\n"
"	lea 100(%rax), %rax\n"
"3:	cld\n"
"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
"	ret\n"
".bss\n.balign 8\nsaved_rsp: .skip 8\nsaved_rax: .skip 8\n"
".globl loop_flag, loop_runs\nloop_flag: .skip 4\nloop_runs: .skip 4\n.text\n");

extern volatile int loop_flag, loop_runs;

static void *registers(void *arg)
{
	(void)arg;
	return (void *)loop_registers(NULL, NULL);
}

/* ---- x87, SSE, AVX ---- */

struct fpu {
	pthread_t thread;
	volatile int runs;
	const char *wrong;
};

static volatile int fpu_flag;

static void *x87(void *arg)
{
	struct fpu *f = arg;
	unsigned short cw = 0x0f7f, cw_after = 0;
	unsigned int mxcsr = 0x7f9f, mxcsr_after = 0;
	double sum[8];
	int i;

	/* toward zero, double precision, masked; two flags raised in mxcsr */
	asm volatile("fldcw %4\n\tldmxcsr %5\n\t"
		     "fld1; fldpi; fldl2e; fldl2t; fldlg2; fldln2; fldz; fld1\n"
		     "1:	movl $1, %3\n\t"
		     "cmpl $0, %6\n\t"
		     "je 1b\n\t"
		     "fstpl 0(%0); fstpl 8(%0); fstpl 16(%0); fstpl 24(%0)\n\t"
		     "fstpl 32(%0); fstpl 40(%0); fstpl 48(%0); fstpl 56(%0)\n\t"
		     "fnstcw %1\n\tstmxcsr %2\n\tfninit"
		     : : "r"(sum), "m"(cw_after), "m"(mxcsr_after), "m"(f->runs), "m"(cw),
		       "m"(mxcsr), "m"(fpu_flag) : "memory");
	mxcsr = 0x1f80;
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	if (cw_after != cw)
		f->wrong = "control word";
	if (mxcsr_after != 0x7f9f)
		f->wrong = "mxcsr";
	static const double want[8] = { 1, 0, 0.693147, 0.301030, 3.321928, 1.442695, 3.141592, 1 };
	for (i = 0; i < 8; i++) {
		if (sum[i] - want[i] > 1e-5 || want[i] - sum[i] > 1e-5)
			f->wrong = "registers";
	}
	return NULL;
}

#define EACH(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
		 op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)

static unsigned char pattern[16 * 32], stored[2][16 * 32];

static void *sse(void *arg)
{
	struct fpu *f = arg;

#define LOAD(n)  "movups " #n "*32(%0), %%xmm" #n "\n\t"
#define STORE(n) "movups %%xmm" #n ", " #n "*32(%1)\n\t"
	asm volatile(EACH(LOAD)
		     "1: movl $1, %2\n\tcmpl $0, %3\n\tje 1b\n\t"
		     EACH(STORE)
		     : : "r"(pattern), "r"(stored[0]), "m"(f->runs), "m"(fpu_flag) : "memory",
		     "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
		     "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	for (int i = 0; i < 16; i++) {
		if (memcmp(stored[0] + i * 32, pattern + i * 32, 16))
			f->wrong = "registers";
	}
	return NULL;
}

__attribute__((target("avx"))) static void *avx(void *arg)
{
	struct fpu *f = arg;

#define VLOAD(n)  "vmovups " #n "*32(%0), %%ymm" #n "\n\t"
#define VSTORE(n) "vmovups %%ymm" #n ", " #n "*32(%1)\n\t"
	asm volatile(EACH(VLOAD)
		     "1: movl $1, %2\n\tcmpl $0, %3\n\tje 1b\n\t"
		     EACH(VSTORE) "vzeroupper"
		     : : "r"(pattern), "r"(stored[1]), "m"(f->runs), "m"(fpu_flag) : "memory",
		     "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
		     "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	if (memcmp(stored[1], pattern, sizeof(pattern)))
		f->wrong = "registers";
	return NULL;
}

/* ---- a computation that is never interrupted, for what it knows ---- */

#define MUL 6364136223846793005ULL
#define ADD 1442695040888963407ULL

static volatile int compute_flag;
static unsigned long long compute_steps, compute_value;

static void *compute(void *arg)
{
	unsigned long long x = 1, n = 0;

	while (!compute_flag) {
		for (int i = 0; i < 1000; i++)
			x = x * MUL + ADD;
		n += 1000;
	}
	compute_steps = n;
	compute_value = x;
	return arg;
}

/* The value after @n steps, without taking them. */
static unsigned long long jump(unsigned long long n)
{
	unsigned long long mul = 1, add = 0, m = MUL, a = ADD;

	for (; n; n >>= 1) {
		if (n & 1) {
			mul *= m;
			add = add * m + a;
		}
		a *= m + 1;
		m *= m;
	}
	return mul + add;
}

/* ---- gs base, rseq ---- */

static long gs_area[4] = { 0x1122334455667788, 2, 3, 4 };
static const char *gs_wrong = "did not run";

static void *uses_gs(void *arg)
{
	long base = 0, value;

	tst_sys(syscall(SYS_arch_prctl, ARCH_SET_GS, gs_area));
	wait_go();
	syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
	asm volatile("mov %%gs:0, %0" : "=r"(value));
	gs_wrong = base != (long)gs_area ? "base" : value != gs_area[0] ? "value" : NULL;
	return arg;
}

static void check_rseq(void)
{
	struct rseq *r = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);
	cpu_set_t cpus, all;
	int i, good = 1;

	if (!__rseq_size) {
		tst_skip("rseq", "not registered by this C library");
		return;
	}
	tst_ok(syscall(SYS_rseq, r, 32, 0, RSEQ_SIG) == -1 && errno == EBUSY, "rseq: is registered");
	tst_ok(syscall(SYS_rseq, r, 32, 0, RSEQ_SIG + 1) == -1 && errno == EPERM, "rseq: signature");
	sched_getaffinity(0, sizeof(all), &all);
	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++) {
		CPU_ZERO(&cpus);
		CPU_SET(i, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
		good &= r->cpu_id == (unsigned int)i && r->cpu_id_start == (unsigned int)i;
	}
	sched_setaffinity(0, sizeof(all), &all);
	tst_ok(good, "rseq: says on which processor we are");
}

static void wait_runs(volatile int *runs)
{
	while (!*runs)
		tst_sleep_ms(1);
}

int main(int argc, char **argv)
{
	struct fpu fx87 = {}, fsse = {}, favx = {};
	pthread_t regs, computer, gs;
	pthread_attr_t attr;
	int i, has_avx;
	void *ret;

	tst_begin(argc, argv);
	__builtin_cpu_init();
	has_avx = !!__builtin_cpu_supports("avx");
	for (i = 0; i < (int)sizeof(pattern); i++)
		pattern[i] = i * 5 + i / 32;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < THREADS; i++) {
		workers[i].nr = i;
		tst_must(!pthread_create(&workers[i].thread, &attr, work, &workers[i]));
	}
	tst_must(!pthread_create(&gs, NULL, uses_gs, NULL));
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < THREADS + 1)
		tst_sleep_ms(5);
	tst_must(!pthread_create(&regs, NULL, registers, NULL));
	wait_runs(&loop_runs);
	tst_must(!pthread_create(&fx87.thread, NULL, x87, &fx87));
	wait_runs(&fx87.runs);
	tst_must(!pthread_create(&fsse.thread, NULL, sse, &fsse));
	wait_runs(&fsse.runs);
	if (has_avx) {
		tst_must(!pthread_create(&favx.thread, NULL, avx, &favx));
		wait_runs(&favx.runs);
	}
	tst_must(!pthread_create(&computer, NULL, compute, NULL));
	tst_ready();

	fpu_flag = 1;
	loop_flag = 1;
	compute_flag = 1;
	go = 1;
	pthread_join(regs, &ret);
	tst_is((long)ret, 0, "general registers and flags of a loop");
	pthread_join(fx87.thread, NULL);
	tst_ok(!fx87.wrong, "x87 and mxcsr: %s", fx87.wrong ?: "as they were");
	pthread_join(fsse.thread, NULL);
	tst_ok(!fsse.wrong, "SSE: %s", fsse.wrong ?: "as they were");
	if (has_avx) {
		pthread_join(favx.thread, NULL);
		tst_ok(!favx.wrong, "AVX: %s", favx.wrong ?: "as they were");
	} else {
		tst_skip("AVX", "this processor has none");
	}
	pthread_join(computer, NULL);
	tst_is(compute_value, jump(compute_steps), "a computation");
	pthread_join(gs, NULL);
	tst_ok(!gs_wrong, "gs: %s", gs_wrong ?: "as it was");
	check_rseq();
	check_workers();
	return tst_end();
}
