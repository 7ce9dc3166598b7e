#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""sample.py [FILE]: a small image that has every kind of record and is whole.

It is made of nothing that ran: it passes the checker, a restore would not get far.
"""
import struct
import sys

from image import Image, PAGE, pack, strings

NOW = 1_700_000_000_000_000_000


def mounts(img):
    img.add("MOUNT", 1, {"dev": 0x801, "root_mode": 0o40755},
            strings("/", "/", "ext4", "/dev/vda", ""))
    img.add("MOUNT", 2, {"parent": 1, "flags": 14, "root_mode": 0o40555},
            strings("/proc", "/", "proc", "proc", ""))
    img.add("MOUNT", 3, {"parent": 1, "flags": 6, "root_mode": 0o40755},
            strings("/run", "/", "tmpfs", "tmpfs", "size=65536k,mode=755"))
    inode = {"mount": 3, "atime_ns": NOW, "mtime_ns": NOW, "ctime_ns": NOW, "nlink": 1}
    img.add("TMPFS", 1, dict(inode, mode=0o40755, nlink=2), strings("/"))
    img.add("TMPFS", 2, dict(inode, mode=0o100644, nlink=2, size=10000), strings("/data"))
    img.add("TMPFS", 3, dict(inode, mode=0o100644, nlink=2, size=10000, link=2), strings("/hard"))
    img.add("TMPFS", 4, dict(inode, mode=0o120777), strings("/soft", "data"))
    img.add("TMPFS", 5, dict(inode, mode=0o20666, rdev=0x103), strings("/null"))
    img.add("TMPFS", 6, dict(inode, mode=0o10600), strings("/fifo"))


def network(img):
    img.add("NETDEV", 1, {"ifindex": 1, "kind": 1, "flags": 1, "mtu": 65536, "name": b"lo"})
    img.add("NETDEV", 2, {"ifindex": 2, "kind": 2, "flags": 0x81, "mtu": 1500, "name": b"venet0"})
    img.add("NETMSG", 1, {"type": 20}, struct.pack("<BBBBIHH4B", 2, 32, 0, 0, 2, 8, 2, 10, 0, 0, 1))
    img.add("NETMSG", 2, {"type": 24}, struct.pack("<8BIHHI", 2, 0, 0, 0, 254, 4, 253, 1, 0,
                                                   8, 4, 2))


def sockets(img):
    opts = {"sndbuf": 65536, "rcvbuf": 65536, "rcvlowat": 1, "inode_mode": 0o777,
            "incoming_cpu": -1, "peek_off": -1}
    never = -2**63
    common = {"sock": opts, "family": 2, "lport": 80, "ca": b"cubic"}
    img.add("TCP", 1, dict(common, state=10, backlog=5))
    conn = dict(common, state=1, laddr=bytes([10, 0, 0, 1]), raddr=bytes([10, 0, 0, 2]), rport=4000,
                snd_una=1000, snd_nxt=1005, write_seq=1005, copied_seq=500, rcv_nxt=503,
                packets_out=1, packets=2, opts=1, mss_cache=1448, snd_cwnd=10, ack_rcv_mss=536,
                advmss=1460, tcp_header_len=32, timers=1, pending=1)
    packet = {"sent_age_us": 1000, "first_tx_age_us": never, "delivered_age_us": never}
    img.add("TCP", 2, conn, pack("cpt_sockopt", {"level": 0, "name": 2, "value": 64}) +
            pack("cpt_tcp_packet", dict(packet, queue=1, len=5, seq=1000, end_seq=1005,
                                        gso_segs=1)) +
            pack("cpt_tcp_packet", dict(packet, queue=3, len=3, seq=500, end_seq=503)) +
            b"helloabc")


def files(img):
    img.add("CRED", 1, {"uid": 33, "ngroups": 2, "cap_bset": (1 << 41) - 1},
            struct.pack("<II", 4, 24))
    img.add("PIPE", 1, {"slots": 16, "bufs": 2, "len": 8, "mode": 0o600},
            pack("cpt_pipe_buf", {"len": 5, "flags": 2}) + pack("cpt_pipe_buf", {"len": 3}) +
            b"helloabc")
    img.add("FILE", 1, {"kind": 1, "f_flags": 0o100000, "mode": 0o100755, "size": 123456,
                        "mount": 1, "cred": 1, "flags": 1}, strings("/usr/bin/demo"))
    img.add("FILE", 2, {"kind": 2, "mode": 0o10600, "pipe": 1, "cred": 1})
    img.add("FILE", 3, {"kind": 1, "f_flags": 0o100002, "mode": 0o100644, "size": 10000,
                        "pos": 77, "mount": 3, "cred": 1}, strings("/run/data"))
    img.add("FILES", 1, {"fds": 2}, pack("cpt_fd", {"fd": 0, "file": 2}) +
            pack("cpt_fd", {"fd": 7, "flags": 1, "file": 3}))
    img.add("FS", 1, {"umask": 0o22, "cwd_mount": 3, "root_mount": 1}, strings("/run", "/"))
    img.add("FLOCK", 1, {"kind": 1, "type": 1, "end": 2**63 - 1, "file": 3, "files": 1, "pid": 1})


def memory(img):
    base = 0x400000
    vmas = [
        {"start": base, "end": base + 2 * PAGE, "file": 1, "flags": 0x3d, "type": 1},
        {"start": base + 2 * PAGE, "end": base + 6 * PAGE, "flags": 0x3b, "type": 0, "name": 1},
        {"start": 0x7fff00000000, "end": 0x7fff00004000, "flags": 0x3b, "type": 0},
        {"start": 0x7fff10000000, "end": 0x7fff10004000, "flags": 0x29, "type": 2},
        {"start": 0x7fff10004000, "end": 0x7fff10006000, "flags": 0x3d, "type": 3},
    ]
    for id in 1, 2:
        img.add("MM", id, {"start_code": base, "end_code": base + PAGE, "exe_file": 1,
                           "mmap_base": 0x7ffff7fff000,
                           "mmap_legacy_base": 0x2aaaaaaab000, "vdso": 0x7fff10004000, "dumpable": 1,
                           "vmas": len(vmas), "coredump_filter": 0x33,
                           "auxv": [6, PAGE, 0, 0]},
                b"".join(pack("cpt_vma_image", v) for v in vmas) + b"heap\0")
    img.add("SIGHAND", 1, {"action": [None, {"handler": base, "flags": 0x14000000,
                                             "restorer": base + 16, "mask": 2}]})
    img.add("SIGQUEUE", 1, {"pending": 1 << 9, "infos": 1},
            pack("cpt_siginfo", {"info": struct.pack("<i", 10)}))


def tasks(img):
    limits = {"rlim_cur": [1024] * 16, "rlim_max": [2**64 - 1] * 16}
    img.add("PROCESS", 1, dict(limits, pid=1, pgid=1, sid=1, flags=2, mm=1, sighand=1,
                               shared_pending=1, threads=2))
    img.add("PROCESS", 5, dict(limits, pid=5, ppid=1, ptid=2, pgid=5, sid=1, exit_signal=17, mm=2,
                               sighand=1, threads=1))
    img.add("PROCESS", 9, dict(limits, pid=9, ppid=5, ptid=5, pgid=5, sid=1, state=2, exit_code=0x100,
                               exit_signal=17, threads=1))
    regs = {"rip": 0x400100, "cs": 0x33, "eflags": 0x202, "rsp": 0x7fff00003000, "ss": 0x2b}
    live = {"regs": regs, "cred": 1, "files": 1, "fs": 1, "sas_ss_flags": 2}
    img.add("TASK", 1, dict(live, tid=1, tgid=1, comm=b"init"))
    img.add("TASK", 2, dict(live, tid=2, tgid=1, comm=b"worker", cpus=8), b"\3" + bytes(7))
    img.add("TASK", 5, dict(live, tid=5, tgid=5, comm=b"child"))
    img.add("TASK", 9, {"tid": 9, "tgid": 9, "cred": 1, "comm": b"gone"})
    for tid in 1, 2, 5:
        img.add("XSTATE", tid, {"tid": tid}, bytes(512) + struct.pack("<Q", 3) + bytes(312))


def data(img):
    img.add("TMPFS_DATA", 1, {"tmpfs": 2, "offset": 0}, payload=b"tmpfs" * 100)
    img.add("PAGES", 1, {"mm": 1, "extents": 2},
            pack("cpt_extent", {"start": 0x402000, "pages": 1}) +
            pack("cpt_extent", {"start": 0x7fff00002000, "pages": 2}),
            b"\1" * PAGE + b"\2" * PAGE + b"\3" * PAGE)
    img.add("TMPFS_DATA", 2, {"tmpfs": 2, "offset": 8192}, payload=b"x" * 1808)
    img.add("COW", 1, {"mm": 2, "src": 1, "extents": 1},
            pack("cpt_extent", {"start": 0x402000, "pages": 1}))


def sample():
    img = Image(real_ns=NOW)
    img.add("VE", 1, {"namespaces": 0x7f, "last_pid": 9, "processes": 3, "tasks": 4,
                      "mem_pages": 3})
    img.add("UTS", 1, {"nodename": b"ve101", "domainname": b"(none)"})
    img.add("VDSO", 1, {"size": 2 * PAGE, "vvar_size": 4 * PAGE}, b"\x7fELF" + bytes(2 * PAGE - 4))
    for part in mounts, network, sockets, files, memory, tasks, data:
        part(img)
    return img.finish()


if __name__ == "__main__":
    out = open(sys.argv[1], "wb") if len(sys.argv) > 1 else sys.stdout.buffer
    out.write(sample())
