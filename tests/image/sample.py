#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""sample.py [FILE]: a small image that has every kind of record and is whole.

It is made of nothing that ran: it passes the checker, a restore would not get far.
"""
import struct
import sys

from image import Image, PAGE, TYPES, pack, strings

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


def sockets(img):
    """A pair, one that listens, one that waits to be accepted, its client, which has gone."""
    opts = {"sndbuf": 212992, "rcvbuf": 212992, "rcvlowat": 1, "rcvtimeo_ns": 2**64 - 1,
            "sndtimeo_ns": 2**64 - 1, "max_pacing_rate": 2**64 - 1, "peek_off": -1,
            "incoming_cpu": -1, "txrehash": 255, "inode_mode": 0o777, "stamp_ns": -1}
    pair = {"sock": opts, "type": 1, "state": 1, "backlog": 10, "peer_pid": 1, "peer_cred": 1}
    img.add("UNIX", 1, dict(pair, sock=dict(opts, filter=2)),
            pack("cpt_sock_filter", {"code": 0x80}) + pack("cpt_sock_filter", {"code": 0x16}))
    img.add("UNIX", 2, pair)
    img.add("UNIX", 3, dict(pair, state=2, flags=3, name_len=10, mount=3),
            strings("/run/sock") + strings("/data"))
    img.add("UNIX", 4, dict(pair, flags=4, name_len=10), strings("/run/sock"))
    img.add("NETLINK", 1, {"sock": opts, "type": 3, "flags": 1, "portid": 5, "groups": 2,
                           "skbs": 2, "max_recv": 8192},
            pack("cpt_netlink_skb", {"len": 4, "dst_group": 1, "charge": 4864}) +
            pack("cpt_netlink_skb", {"len": 3, "portid": 7, "pid": 7}) +
            struct.pack("<II", 1, 5) + b"linkbus")
    img.add("UNIX", 5, dict(pair, state=0, flags=8, name_len=6), b"\0hello")


def queues(img):
    skb = {"sender": 2, "len": 5, "linear": 5, "pid": 5, "uid": 33, "gid": 33}
    img.add("UNIX_QUEUE", 1, {"sock": 1, "peer": 2, "skbs": 2, "files": 2, "oob": 2},
            pack("cpt_unix_skb", dict(skb, consumed=2, files=2)) +
            pack("cpt_unix_skb", dict(skb, len=1, linear=0)) +
            struct.pack("<QQ", 3, 4) + b"hello!")
    img.add("UNIX_QUEUE", 2, {"sock": 2, "peer": 1})
    img.add("UNIX_QUEUE", 3, {"sock": 3, "embryos": 1}, struct.pack("<Q", 4))
    img.add("UNIX_QUEUE", 4, {"sock": 4, "peer": 5, "skbs": 1},
            pack("cpt_unix_skb", dict(skb, sender=5)) + b"early")
    img.add("UNIX_QUEUE", 5, {"sock": 1, "skbs": 1}, pack("cpt_unix_skb", skb) + b"again")


def files(img):
    img.add("CRED", 1, {"uid": 33, "ngroups": 2, "cap_bset": (1 << 41) - 1},
            struct.pack("<II", 4, 24))
    img.add("PIPE", 1, {"slots": 16, "bufs": 2, "len": 8, "mode": 0o600},
            pack("cpt_pipe_buf", {"len": 5, "flags": 2}) + pack("cpt_pipe_buf", {"len": 3}) +
            b"helloabc")
    sockets(img)
    img.add("FILE", 1, {"kind": 1, "f_flags": 0o100000, "mode": 0o100755, "size": 123456,
                        "mount": 1, "cred": 1, "flags": 1}, strings("/usr/bin/demo"))
    img.add("FILE", 2, {"kind": 2, "mode": 0o10600, "pipe": 1, "cred": 1})
    img.add("FILE", 3, {"kind": 1, "f_flags": 0o100002, "mode": 0o100644, "size": 10000,
                        "pos": 77, "mount": 3, "cred": 1}, strings("/run/data"))
    for id in range(1, 4):
        img.add("FILE", 3 + id, {"kind": 3, "f_flags": 2, "mode": 0o140777, "cred": 1,
                                 "type": TYPES["UNIX"], "object": id})
    img.add("FILE", 7, {"kind": 3, "f_flags": 2, "mode": 0o140777, "cred": 1,
                        "type": TYPES["NETLINK"], "object": 1})
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
    for part in mounts, files, memory, tasks, queues, data:
        part(img)
    return img.finish()


if __name__ == "__main__":
    out = open(sys.argv[1], "wb") if len(sys.argv) > 1 else sys.stdout.buffer
    out.write(sample())
