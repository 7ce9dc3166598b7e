/* refuse: process [0-9]+ \(unix_ebpf\): fd [0-9]+: socket: eBPF filter \(SO_ATTACH_BPF\): not supported */
// SPDX-License-Identifier: GPL-2.0-only
#include "../static/tst.h"
#include <linux/bpf.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

int main(int argc, char **argv)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 100 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
		.insns = (unsigned long)code, .license = (unsigned long)"GPL",
	};
	int s[2], prog;

	tst_begin(argc, argv);
	tst_sys(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	prog = tst_sys(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
	tst_sys(setsockopt(s[0], SOL_SOCKET, SO_ATTACH_BPF, &prog, sizeof(prog)));
	close(prog);
	tst_ready();
	return 0;
}
