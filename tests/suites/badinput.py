#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""badinput.py VEID IMAGE CUTS CORRUPTIONS: vzctl restore of a damaged image.

For each there must be one line that says why, status 17, no VE, nothing in the
kernel's log, and the image as it was. Prints "ok" and "not ok" lines.
"""
import os
import random
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../image"))
import image                                            # noqa: E402

veid, path = sys.argv[1], sys.argv[2]
cuts, corruptions = int(sys.argv[3]), int(sys.argv[4])
bad = path + ".bad"
data = open(path, "rb").read()
kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
os.lseek(kmsg, 0, os.SEEK_END)


def kernel_said():
    lines = []
    while True:
        try:
            lines.append(os.read(kmsg, 8192).decode(errors="replace").split(";", 1)[1].strip())
        except BlockingIOError:
            return " | ".join(lines)


def attempt(broken, word=""):
    """Nothing when it is refused as it must be, else what happened."""
    with open(bad, "wb") as f:
        f.write(broken)
    r = subprocess.run(["vzctl", "restore", veid, "--dumpfile", bad], stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, errors="replace", check=False)
    why = []
    lines = [l for l in r.stderr.splitlines() if l != "Restoring failed"]
    if r.returncode != 17:
        why.append("status %d" % r.returncode)
        subprocess.run(["vzctl", "--quiet", "stop", veid, "--fast"], check=False)
    if len(lines) != 1 or not lines[0].startswith("Error: ") or len(lines[0]) < 15:
        why.append("not one line with a reason: %r" % lines)
    elif word not in lines[0]:
        why.append("%r is not said: %s" % (word, lines[0]))
    if os.path.exists("/sys/fs/cgroup/vz/" + veid) or os.path.exists("/run/vz/%s.pid" % veid):
        why.append("something of the VE is left")
    if open(bad, "rb").read() != broken:
        why.append("the image has changed")
    said = kernel_said()
    if said:
        why.append("in the kernel's log: " + said)
    return "; ".join(why)


def result(what, wrong):
    print("%sok %s" % ("not " if wrong else "", what))
    for line in wrong[:10]:
        print("# " + line)
    sys.stdout.flush()


def named(what, broken, word):
    why = attempt(broken, word)
    result("an image with %s" % what, [why] if why else [])


def header(off, fmt, value):
    head = bytearray(data[:struct.unpack_from("<I", data, 12)[0]])
    struct.pack_into(fmt, head, off, value)
    struct.pack_into("<I", head, 44, 0)
    struct.pack_into("<I", head, 44, image.crc(bytes(head)))
    return bytes(head) + data[len(head):]


def with_kind(number):
    """Another record, of an unknown kind, behind the header."""
    img = image.Image()
    first = len(img.data)
    img.add("", 1, fixed=bytes(8), type=number)
    at = struct.unpack_from("<I", data, 12)[0]
    return data[:at] + bytes(img.data[first:]) + data[at:]


def damaged(rnd, how):
    d = bytearray(data)
    if how == 0:
        d[rnd.randrange(len(d))] ^= 1 << rnd.randrange(8)
    elif how == 1:
        d[rnd.randrange(len(d))] ^= rnd.randrange(1, 256)
    elif how == 2:
        for _ in range(rnd.randrange(2, 20)):
            d[rnd.randrange(len(d))] = rnd.randrange(256)
    else:
        at, n = rnd.randrange(len(d)), rnd.randrange(1, 5000)
        run = rnd.randbytes(n)
        d[at:at + n] = run[:len(d) - at]
    if d == data:
        d[rnd.randrange(len(d))] ^= 0x80
    return bytes(d)


named("another beginning", b"\x7fELF" + data[4:], "not an image")
named("a future version", header(8, "<I", 2), "version 2")
named("an unknown incompatible feature", header(24, "<Q", 1 << 40), "0x10000000000")
named("an unknown kind", with_kind(77), "77")

marks = list(image.records(data))
some = [marks[i * (len(marks) - 1) // max(cuts, 1)] for i in range(cuts)] \
    if cuts < len(marks) else marks
wrong = []
for at in some:
    if at < len(data):
        why = attempt(data[:at])
        if why:
            wrong.append("cut at %d of %d: %s" % (at, len(data), why))
result("%d cuts at record boundaries" % len(some), wrong)

rnd, wrong = random.Random(2), []
for i in range(corruptions):
    broken = damaged(rnd, i % 4)
    why = attempt(broken)
    if why:
        first = next(k for k in range(len(data)) if broken[k] != data[k])
        wrong.append("number %d, first change at %d: %s" % (i, first, why))
result("%d random corruptions" % corruptions, wrong)
os.unlink(bad)
