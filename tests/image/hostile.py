#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""hostile.py [--tool VZCPTCHECK] [--restore VEID] [--count N] [--seed S] [IMAGE]

Images with wrong values but right checksums. vzcptcheck must say yes or no, and
no with one line. With --restore (in the test machine) those that it accepts are
restored: that may fail or not, but with a reason, and the kernel must stand it.
"""
import argparse
import os
import random
import struct
import subprocess
import sys

import image
from sample import sample

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
END = image.TYPES["END"]


def change(data, marks, rnd):
    """One member, or some bytes of the content, of one record or a few; checksums follow."""
    d = bytearray(data)
    # few data records: what is in them is not looked at
    recs = [m for m in marks[:-1] if struct.unpack_from("<I", d, m)[0] != END]
    ids = [struct.unpack_from("<Q", d, m + 8)[0] for m in recs]
    what = []
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        at = rnd.choice(recs)
        head = list(struct.unpack_from("<IIQIIQQQ", d, at))
        size = head[3] + head[5]
        body = at + image.HDR
        if rnd.random() < 0.1:
            head[2] = rnd.choice(ids + [0, 1 << 63])
            what.append("id of record at %d" % at)
        else:
            # the struct rather than the content
            limit = head[3] if rnd.random() < 0.6 or not head[5] else size
            width = rnd.choice((1, 4, 4, 8))
            off = rnd.randrange(limit) // width * width
            if off + width > size:
                continue
            fmt = {1: "<B", 4: "<I", 8: "<Q"}[width]
            old = struct.unpack_from(fmt, d, body + off)[0]
            top = 1 << 8 * width
            new = rnd.choice((0, 1, 2, old + 1, old - 1, old ^ 1 << rnd.randrange(8 * width),
                              top - 1, top >> 1, (top >> 1) - 1, rnd.randrange(top),
                              rnd.choice(ids), 4096, 1 << 12 + rnd.randrange(30))) % top
            struct.pack_into(fmt, d, body + off, new)
            what.append("type %d id %d +%d: %#x -> %#x" % (head[0], head[2], off, old, new))
        head[1] = 0
        head[1] = image.crc(struct.pack("<IIQIIQQQ", *head), bytes(d[body:body + size]))
        struct.pack_into("<IIQIIQQQ", d, at, *head)
    return bytes(d), "; ".join(what)


def run(cmd, **kwargs):
    r = subprocess.run(cmd, capture_output=True, timeout=120, **kwargs)
    return r.returncode, r.stderr.decode(errors="replace")


def restore(veid, data):
    path = "/vz/dump/hostile.%s" % veid
    with open(path, "wb") as f:
        f.write(data)
    status, text = run(["vzctl", "restore", veid, "--dumpfile", path])
    if status == 0:
        run(["vzctl", "stop", veid, "--fast"])
        return "restored", ""
    if status != 17 or "Error: " not in text:
        return "failed", "exit status %d: %s" % (status, text)
    return "refused", ""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tool", default=os.path.join(TOP, "build/bin/vzcptcheck"))
    p.add_argument("--restore", metavar="VEID")
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--verbose", action="store_true")
    p.add_argument("image", nargs="?")
    args = p.parse_args()
    data = open(args.image, "rb").read() if args.image else sample()
    marks = list(image.records(data))
    rnd = random.Random(args.seed)
    bad, results = [], {}
    for i in range(args.count):
        d, what = change(data, marks, rnd)
        status, text = run([args.tool, "-"], input=d)
        result = {0: "accepted", 1: "refused"}.get(status, "crashed")
        if status not in (0, 1) or len(text.splitlines()) != status:
            bad.append("%d: %s: %s" % (i, what, text))
        if status == 0 and args.restore:
            if args.verbose:
                print("# %d: %s" % (i, what), flush=True)
            how, why = restore(args.restore, d)
            result = "accepted, " + how
            if why:
                bad.append("%d: %s: %s" % (i, what, why))
        results[result] = results.get(result, 0) + 1
    print("TAP version 13")
    print("%sok 1 image: %d with wrong values (%s)" % ("not " if bad else "", args.count,
          "; ".join("%s %d" % r for r in sorted(results.items()))))
    for why in bad[:20]:
        print("# " + why.replace("\n", "\n# "))
    print("1..1")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
