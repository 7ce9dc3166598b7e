#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""sniff.py DEVICE STOP: counts TCP packets until the file STOP is there.

Prints "packets N syn N rst N fin N unreachable N". A SYN that is sent again is
the same one: it has the same ports and number.
"""
import os
import socket
import struct
import sys

device, stop = sys.argv[1:3]
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sock.bind((device, 0))
sock.settimeout(0.2)
counts = dict.fromkeys(("packets", "syn", "rst", "fin", "unreachable"), 0)
syns = set()
print("ready", flush=True)


def ip_payload(frame):
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800:
        return frame[14 + 9], frame[14 + (frame[14] & 15) * 4:]
    if kind == 0x86dd:
        return frame[14 + 6], frame[14 + 40:]
    return None, b""


while not os.path.exists(stop):
    try:
        frame = sock.recv(65536)
    except socket.timeout:
        continue
    protocol, data = ip_payload(frame)
    if protocol == 6 and len(data) >= 20:
        counts["packets"] += 1
        for bit, name in (1, "fin"), (4, "rst"):
            counts[name] += bool(data[13] & bit)
        if data[13] & 4:
            print("reset from port %d to %d: number %d, flags %#x" %
                  (*struct.unpack("!HHI", data[:8]), data[13]))
        if data[13] & 2:
            syns.add(data[:8])
            counts["syn"] = len(syns)
    elif (protocol == 1 and data[:1] == b"\3") or (protocol == 58 and data[:1] == b"\1"):
        counts["unreachable"] += 1
print(" ".join("%s %d" % c for c in counts.items()), flush=True)
