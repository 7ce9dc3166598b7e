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
    img.add("MOUNT", 4, {"parent": 1, "flags": 10, "root_mode": 0o40755},
            strings("/dev/pts", "/", "devpts", "devpts", "gid=5,mode=620,ptmxmode=666"))
    tmpfs = {"parent": 1, "root_mode": 0o40755, "propagation": 1 << 20}
    img.add("MOUNT", 5, dict(tmpfs, bind=3), strings("/srv", "/", "tmpfs", "tmpfs", ""))
    img.add("MOUNT", 6, dict(tmpfs, bind=3, peer=5), strings("/mnt", "/", "tmpfs", "tmpfs", ""))
    img.add("MOUNT", 7, dict(tmpfs, parent=6, bind=3, master=6, root_mode=0o100644),
            strings("/mnt/data", "/data", "tmpfs", "tmpfs", ""))
    img.add("MOUNT", 8, {"bind": 1, "root_mode": 0o40755, "master": 5},
            strings("/", "/", "ext4", "/dev/vda", ""))
    img.add("MOUNT", 9, {"parent": 8, "root_mode": 0o41777},
            strings("/tmp", "/", "tmpfs", "own", "size=1024k"))
    img.add("GHOST", 1, {"mount": 1, "mode": 0o100600, "size": 5000}, strings("/tmp/unlinked"))
    img.add("GHOST", 2, {"mount": 1, "mode": 0o40755}, strings("/tmp/removed"))


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


def network(img):
    img.add("NETDEV", 1, {"ifindex": 1, "kind": 1, "flags": 1, "mtu": 65536, "name": b"lo"})
    img.add("NETDEV", 2, {"ifindex": 2, "kind": 2, "flags": 0x81, "mtu": 1500, "name": b"venet0"})
    img.add("NETSYSCTL", 1, {"changed": 1, "usual": 1},
            strings("/net/ipv4/ip_forward", "1", "/net/ipv4/ip_default_ttl", "64"))
    img.add("NETMSG", 3, {"type": 32}, struct.pack("<12B", 2, *[0] * 6, 1, *[0] * 4) +
            struct.pack("<HHIHHI", 8, 15, 254, 8, 6, 32766))
    img.add("NETMSG", 1, {"type": 20}, struct.pack("<BBBBIHH4B", 2, 32, 0, 0, 2, 8, 2, 10, 0, 0, 1))
    img.add("NETMSG", 2, {"type": 24}, struct.pack("<8BIHHI", 2, 0, 0, 0, 254, 4, 253, 1, 0,
                                                   8, 4, 2))


def nlattr(type, data):
    return struct.pack("<HH", len(data) + 4, type) + data + bytes(-len(data) % 4)


def filters(img):
    table = nlattr(1, b"t\0")
    img.add("NFT", 1, {"type": 0, "family": 2, "handle": 1}, table)
    img.add("NFT", 2, {"type": 3, "family": 2, "handle": 1}, table + nlattr(3, b"c\0"))
    counter = nlattr(1, nlattr(1, b"counter\0") + nlattr(2, nlattr(1, bytes(8))))
    img.add("NFT", 3, {"type": 6, "family": 2, "handle": 2},
            table + nlattr(2, b"c\0") + nlattr(4, counter))

    def tuple_of(src, dst, sport, dport):
        return (nlattr(1, nlattr(1, bytes(src)) + nlattr(2, bytes(dst))) +
                nlattr(2, nlattr(1, b"\6") + nlattr(2, struct.pack(">H", sport)) +
                       nlattr(3, struct.pack(">H", dport))))
    img.add("CONNTRACK", 1, {"family": 2},
            nlattr(1, tuple_of((10, 0, 0, 1), (10, 0, 0, 2), 1000, 80)) +
            nlattr(2, tuple_of((10, 0, 0, 2), (10, 0, 0, 3), 80, 1000)) +
            nlattr(3, struct.pack(">I", 0x18e)) + nlattr(7, struct.pack(">I", 100)))


def inet(img):
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
    small = dict(sock=opts, family=2, lport=80, laddr=bytes([10, 0, 0, 1]),
                 raddr=bytes([10, 0, 0, 2]), retrans_left_us=1000000)
    img.add("TCP", 3, dict(small, state=6, substate=6, rport=4001, rcv_nxt=7, snd_nxt=9))
    img.add("TCP", 4, dict(small, state=3, listener=1, rport=4002, mss_clamp=1460, rcv_isn=6,
                           rcv_nxt=7, snt_isn=8, req_timeout_us=1000000))
    img.add("TCP", 5, dict(conn, rport=4003, ca=b"bbr", bbr={"used": 1, "min_rtt_us": 40}, opts=0),
            pack("cpt_tcp_packet", dict(packet, queue=1, len=5, seq=1000, end_seq=1005,
                                        gso_segs=1)) +
            pack("cpt_tcp_packet", dict(packet, queue=3, len=3, seq=500, end_seq=503)) +
            b"helloabc")
    udp(img, opts)


def udp(img, opts):
    four = bytes([0x45]) + bytes(8) + bytes([17]) + bytes(10)
    six = bytes([0x60]) + bytes(39)
    group = pack("cpt_mcast", {"family": 2, "ifindex": 1, "mode": 1, "sources": 2,
                               "addr": bytes([239, 1, 2, 3])})
    img.add("UDP", 1, {"sock": opts, "family": 2, "type": 2, "protocol": 17, "flags": 2, "opts": 1,
                       "groups": 1, "sources": 2, "packets": 2, "lport": 53, "reuse_group": 5},
            pack("cpt_sockopt", {"level": 0, "name": 2, "value": 64}) + group +
            bytes([10, 0, 0, 1]) + bytes(12) + bytes([10, 0, 0, 2]) + bytes(12) +
            pack("cpt_udp_packet", {"family": 2, "flags": 1, "len": 5, "head": 28, "linear": 5,
                                    "transport": 20, "cov": 5}) +
            pack("cpt_udp_packet", {"family": 2, "flags": 1, "len": 0, "head": 28,
                                    "transport": 20}) +
            four + bytes(8) + b"hello" + four + bytes(8))
    img.add("UDP", 2, {"sock": opts, "family": 2, "type": 2, "protocol": 17, "flags": 3, "lport": 53,
                       "rport": 54, "laddr": bytes([127, 0, 0, 1]), "raddr": bytes([127, 0, 0, 1]),
                       "reuse_group": 5, "reuse_place": 1})
    img.add("UDP", 3, {"sock": opts, "family": 10, "type": 2, "protocol": 136, "flags": 0x42,
                       "lport": 7, "send_cov": 8, "packets": 1},
            pack("cpt_udp_packet", {"family": 10, "flags": 5, "len": 9, "head": 48, "linear": 9,
                                    "transport": 40, "cov": 8}) + six + bytes(8) + b"lightness")


def files(img):
    img.add("KEY", 1, {"type": 4, "uid": 33}, strings(""))
    img.add("KEY", 2, {"type": 2, "flags": 1, "serial": 77, "perm": 0x3f010000, "datalen": 5},
            strings("name") + b"value")
    img.add("KEY", 3, {"type": 1, "serial": 0x7fffffff, "perm": 0x3f3f0000, "gid": 2**32 - 1,
                       "links": 2}, struct.pack("<QQ", 1, 2) + strings("_ses"))
    img.add("CRED", 1, {"uid": 33, "ngroups": 2, "cap_bset": (1 << 41) - 1, "session_keyring": 3,
                        "request_keyring": 2}, struct.pack("<II", 4, 24))
    img.add("PIPE", 1, {"slots": 16, "bufs": 2, "len": 8, "mode": 0o600},
            pack("cpt_pipe_buf", {"len": 5, "flags": 2}) + pack("cpt_pipe_buf", {"len": 3}) +
            b"helloabc")
    sockets(img)
    img.add("PIPE", 2, {"slots": 16, "bufs": 1, "len": 4, "flags": 1},
            pack("cpt_pipe_buf", {"len": 4}) + b"fifo")
    termios = {"c_iflag": 0x500, "c_oflag": 5, "c_cflag": 0xbf, "c_lflag": 0x8a3b,
               "c_ispeed": 38400, "c_ospeed": 38400, "c_cc": bytes(19)}
    img.add("TTY", 1, {"mount": 4, "index": 3, "session": 1, "pgrp": 1, "gid": 5, "mode": 0o620,
                       "rows": 24, "cols": 80, "termios": termios,
                       "master": {"flags": 1, "input": 3, "committed": 3},
                       "slave": {"flags": 1, "input": 6, "lines": 5, "echo": 1, "queue": 2}},
            b"out" + bytes(3) + b"line\nx" + b"\0\0\0\0\1\0" + b"x" + b"qq")
    img.add("FILE", 1, {"kind": 1, "f_flags": 0o100000, "mode": 0o100755, "size": 123456,
                        "mount": 1, "cred": 1, "flags": 1}, strings("/usr/bin/demo"))
    img.add("FILE", 2, {"kind": 2, "mode": 0o10600, "pipe": 1, "cred": 1})
    img.add("FILE", 3, {"kind": 1, "f_flags": 0o100002, "mode": 0o100644, "size": 10000,
                        "pos": 77, "mount": 3, "cred": 1}, strings("/run/data"))
    img.add("EVENTFD", 1, {"count": 3, "flags": 1})
    img.add("TIMERFD", 1, {"clockid": 1, "base": 1, "flags": 1, "ticks": 2, "expires": NOW,
                           "interval": 1000})
    img.add("SIGNALFD", 1, {"mask": 0x200})
    img.add("EPOLL", 1, {"user": 33})
    img.add("SHMEM", 1, {"size": 10000, "flags": 2, "seals": 1, "mode": 0o777}, strings("box"))
    img.add("FILE", 8, {"kind": 3, "flags": 16, "f_flags": 0o100002, "mode": 0o100777, "type": 30,
                        "object": 1, "cred": 1})
    img.add("PIDFD", 1, {"pid": 5})
    img.add("INOTIFY", 1, {"watches": 2, "events": 2, "next_wd": 4},
            pack("cpt_inotify_watch", {"wd": 1, "mask": 0x100}) +
            pack("cpt_inotify_watch", {"wd": 3, "mask": 0x80000002}) + strings("/run", "/etc/motd") +
            pack("cpt_inotify_event", {"wd": 1, "mask": 0x100, "len": 4}) + b"file" +
            pack("cpt_inotify_event", {"wd": 2**32 - 1, "mask": 0x4000}))
    img.add("INOTIFY", 2, {"watches": 1, "mounts": 1, "next_wd": 2},
            pack("cpt_inotify_watch", {"wd": 1, "mask": 0x2}) + struct.pack("<Q", 9) +
            strings("/tmp/watched"))
    for id, type in (10, 32), (9, 29), (4, 24), (5, 26), (6, 27), (7, 25):
        img.add("FILE", id, {"kind": 3, "f_flags": 2, "mode": 0o600, "type": type, "object": 1,
                             "cred": 1})
    for id in range(1, 4):
        img.add("FILE", 19 + id, {"kind": 3, "f_flags": 2, "mode": 0o140777, "cred": 1,
                                 "type": TYPES["UNIX"], "object": id})
    img.add("FILE", 14, {"kind": 1, "f_flags": 2, "mode": 0o20666, "rdev": 0x502, "mount": 4,
                        "cred": 1, "type": 55, "object": 1}, strings("/dev/pts/ptmx"))
    img.add("FILE", 15, {"kind": 1, "f_flags": 2, "mode": 0o20620, "rdev": 0x8803, "mount": 4,
                        "cred": 1, "type": 55, "object": 1}, strings("/dev/pts/3"))
    img.add("FILE", 16, {"kind": 1, "f_flags": 2, "mode": 0o10600, "mount": 3, "cred": 1, "pipe": 2},
            strings("/run/fifo"))
    img.add("FILE", 17, {"kind": 1, "f_flags": 2, "mode": 0o100600, "mount": 1, "cred": 1,
                        "size": 5000, "type": 56, "object": 1}, strings("/tmp/unlinked"))
    img.add("FILE", 18, {"kind": 3, "f_flags": 2, "mode": 0o140777, "cred": 1,
                        "type": TYPES["NETLINK"], "object": 1})
    img.add("FILES", 1, {"fds": 2}, pack("cpt_fd", {"fd": 0, "file": 2}) +
            pack("cpt_fd", {"fd": 7, "flags": 1, "file": 3}))
    img.add("FS", 2, {"umask": 0o22, "cwd_mount": 1, "root_mount": 1, "cwd_ghost": 2},
            strings("/tmp/removed", "/"))
    img.add("FS", 1, {"umask": 0o22, "cwd_mount": 3, "root_mount": 1}, strings("/run", "/"))
    img.add("FLOCK", 1, {"kind": 1, "type": 1, "end": 2**63 - 1, "file": 3, "files": 1, "pid": 1})
    img.add("FLOCK", 2, {"kind": 4, "type": 1, "end": 2**63 - 1, "file": 3, "pid": 1, "flags": 3,
                         "fd": 3, "break_ns": 5, "downgrade_ns": 6})


def ipc(img):
    perm = {"uid": 33, "gid": 44, "mode": 0o640}
    img.add("SEM", 32769, {"perm": dict(perm, id=32768, key=77), "otime": 1700000000, "nsems": 2,
                           "undos": 2},
            pack("cpt_sem", {"val": 5, "pid": 3}) + pack("cpt_sem", {"val": 32767}) +
            struct.pack("<IHhIHh", 1, 1, -5, 2, 0, 32767))
    img.add("SHMEM", 50, {"size": 5000, "mode": 0o777, "flags": 4}, strings(""))
    img.add("SHM", 3, {"perm": dict(perm, id=2, key=78), "size": 5000, "shmem": 50, "cpid": 1,
                       "name_key": 78, "creator": 1, "flags": 2})
    img.add("MSG", 1, {"perm": perm, "qbytes": 16384, "lspid": 3, "msgs": 2},
            pack("cpt_msg", {"type": 9, "size": 5}) + pack("cpt_msg", {"type": 1}) + b"hello")
    img.add("MQUEUE", 1, {"mode": 0o600, "maxmsg": 10, "msgsize": 100, "msgs": 2, "notify": 2,
                          "notify_pid": 5, "notify_signo": 10, "notify_value": 7},
            pack("cpt_msg", {"type": 31, "size": 3}) + pack("cpt_msg", {"size": 2}) +
            strings("queue") + b"abcde")
    img.add("MQUEUE", 2, {"flags": 1, "mode": 0o600, "maxmsg": 1, "msgsize": 1}, strings("queue"))


def ipc_namespace(img):
    img.add("IPC", 1, {"semmsl": 32000, "semmns": 1024000000, "semopm": 500, "semmni": 32000,
                       "msgmax": 8192, "msgmnb": 16384, "msgmni": 32000, "shmmni": 4096,
                       "shmmax": 2**64 - 1, "shmall": 2**64 - 1, "queues_max": 256, "msg_max": 10,
                       "msgsize_max": 8192, "msg_default": 10, "msgsize_default": 8192,
                       "mq_mode": 0o1777, "sem_ids": {"seq": 1, "last": 3, "next": 3}, "tasks": 3},
            struct.pack("<6I", 1, 1, 2, 1, 5, 2))


def memory(img):
    base = 0x400000
    vmas = [
        {"start": base, "end": base + 2 * PAGE, "file": 1, "flags": 0x3d, "type": 1},
        {"start": base + 2 * PAGE, "end": base + 6 * PAGE, "flags": 0x3b, "type": 0, "name": 1},
        {"start": 0x7fff00000000, "end": 0x7fff00004000, "flags": 0x3b, "type": 0},
        {"start": 0x7fff00008000, "end": 0x7fff00009000, "file": 1, "flags": 0x5b, "type": 5},
        {"start": 0x7fff0000a000, "end": 0x7fff0000b000, "file": 2, "flags": 0x5b, "type": 6},
        {"start": 0x7fff10000000, "end": 0x7fff10004000, "flags": 0x29, "type": 2},
        {"start": 0x7fff10004000, "end": 0x7fff10006000, "flags": 0x3d, "type": 3},
        {"start": 0x7fff20000000, "end": 0x7fff20004000, "flags": 0x29, "type": 2, "name": 2},
        {"start": 0x7fff20004000, "end": 0x7fff20006000, "flags": 0x3d, "type": 3, "name": 2},
    ]
    img.add("AIO", 1, {"index": 2, "nr_events": 127, "max_reqs": 10, "tail": 3, "completed": 1},
            struct.pack("<8I", 2, 127, 2, 3, 0xa10a10a1, 1, 0, 32) + bytes(range(96)))
    img.add("AIO", 2, {"flags": 1})
    for id in 1, 2:
        if id == 2:     # a child that has its parent's ring
            vmas[3] = dict(vmas[3], type=6)
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
    timer = {"clockid": 1, "base": 1, "flags": 1, "signo": 34, "expires": NOW, "overrun": -1}
    img.add("TIMER", 1, {"pid": 1, "timers": 2, "next_id": 5},
            pack("cpt_posix_timer", dict(timer, id=2)) +
            pack("cpt_posix_timer", dict(timer, id=4, flags=6, interval=1000)))
    img.add("PROCESS", 1, dict(limits, pid=1, pgid=1, sid=1, flags=2, mm=1, sighand=1,
                               shared_pending=1, threads=2, tty=1))
    img.add("PROCESS", 5, dict(limits, pid=5, ppid=1, ptid=2, pgid=5, sid=1, exit_signal=17, mm=2,
                               sighand=1, threads=1))
    img.add("PROCESS", 9, dict(limits, pid=9, ppid=5, ptid=5, pgid=5, sid=1, state=2, exit_code=0x100,
                               exit_signal=17, threads=1))
    regs = {"rip": 0x400100, "cs": 0x33, "eflags": 0x202, "rsp": 0x7fff00003000, "ss": 0x2b}
    live = {"regs": regs, "cred": 1, "files": 1, "fs": 1, "sas_ss_flags": 2}
    img.add("TASK", 1, dict(live, tid=1, tgid=1, comm=b"init"))
    img.add("TASK", 2, dict(live, tid=2, tgid=1, comm=b"worker", cpus=8, lock_wait=1), b"\3" + bytes(7))
    img.add("TASK", 5, dict(live, tid=5, tgid=5, comm=b"child", mntns=8))
    img.add("TASK", 9, {"tid": 9, "tgid": 9, "cred": 1, "comm": b"gone"})
    for tid in 1, 2, 5:
        img.add("XSTATE", tid, {"tid": tid}, bytes(512) + struct.pack("<Q", 3) + bytes(312))
    for tid in 1, 2, 5, 9:
        img.add("USAGE", tid, {"tid": tid, "start_ns": -5, "runtime": 10**9, "shown_utime": 10**8,
                               "count": {"utime": 10**9, "nvcsw": 7}, "io": {"rchar": 100},
                               "peak_rss": 0 if tid == 2 else 10 * PAGE,
                               "dead": {} if tid == 2 else {"stime": 4}})


    img.add("EPITEMS", 7, {"epoll": 7, "items": 2},
            pack("cpt_epitem", {"file": 4, "fd": 4, "events": 0x80000019, "data": 5, "flags": 1}) +
            pack("cpt_epitem", {"file": 6, "fd": 9, "events": 0x19, "sighand": 1}))


def data(img):
    img.add("GHOST_DATA", 1, {"ghost": 1, "offset": 4096}, payload=b"g" * 904)
    img.add("TMPFS_DATA", 1, {"tmpfs": 2, "offset": 0}, payload=b"tmpfs" * 100)
    img.add("SHMEM_DATA", 1, {"shmem": 1, "offset": 4096}, payload=b"shmem" * 100)
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
    img.add("VDSO", 2, {"size": 2 * PAGE, "vvar_size": 4 * PAGE, "data": 4 * PAGE},
            b"\x7fELF" + bytes(6 * PAGE - 4))
    for part in mounts, network, filters, inet, ipc, files, memory, tasks, queues, ipc_namespace, data:
        part(img)
    return img.finish()


if __name__ == "__main__":
    out = open(sys.argv[1], "wb") if len(sys.argv) > 1 else sys.stdout.buffer
    out.write(sample())
