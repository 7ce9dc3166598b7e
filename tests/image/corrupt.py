#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""corrupt.py [--tool VZCPTCHECK | --restore VEID] [--count N] [--cuts N] [--seed S] [IMAGE]

Damages an image in every way and shows it to vzcptcheck, which must refuse each
with one line and exit status 1. Without IMAGE the sample is used. Output is TAP.
With --restore (in the test machine) it is shown to vzctl restore, which must
say why, exit with 17, leave no VE and the image as it is.
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


class Tap:
    def __init__(self):
        self.n = self.failed = 0
        print("TAP version 13")

    def ok(self, good, what, why=""):
        self.n += 1
        self.failed += not good
        print("%s %d %s" % ("ok" if good else "not ok", self.n, what))
        if not good and why:
            print("# " + why)

    def end(self):
        print("1..%d" % self.n)
        return 1 if self.failed else 0


class Check:
    def __init__(self, tool):
        self.tool = tool

    def run(self, data):
        r = subprocess.run([self.tool, "-"], input=data, capture_output=True, timeout=60)
        return r.returncode, r.stderr.decode(errors="replace")

    def refused(self, data, word=""):
        """Nothing if it is refused as it must be, else what happened."""
        status, text = self.run(data)
        if status != 1:
            return "exit status %d: %s" % (status, text.strip())
        if len(text.splitlines()) != 1 or not text.startswith("vzcptcheck: -: "):
            return "not one line: %r" % text
        if word not in text:
            return "%r is not said: %s" % (word, text.strip())
        return ""


class Restore:
    def __init__(self, veid):
        self.veid = veid
        self.path = "/vz/dump/corrupt.%s" % veid

    def run(self, data):
        """An undamaged image is only looked at: it stays for the next."""
        r = subprocess.run(["vzcptcheck", "-"], input=data, capture_output=True, timeout=60)
        return r.returncode, r.stderr.decode(errors="replace")

    def refused(self, data, word=""):
        with open(self.path, "wb") as f:
            f.write(data)
        r = subprocess.run(["vzctl", "restore", self.veid, "--dumpfile", self.path],
                           capture_output=True, timeout=120)
        text = r.stderr.decode(errors="replace")
        lines = text.splitlines()
        if r.returncode != 17:
            subprocess.run(["vzctl", "stop", self.veid, "--fast"], capture_output=True, timeout=60)
            return "exit status %d: %s" % (r.returncode, text.strip())
        if len(lines) != 2 or not lines[0].startswith("Error: ") or lines[1] != "Restoring failed":
            return "not one reason: %r" % text
        if word not in text and data:
            return "%r is not said: %s" % (word, text.strip())
        if open(self.path, "rb").read() != data:
            return "the image was changed"
        r = subprocess.run(["vzctl", "status", self.veid], capture_output=True, timeout=60)
        if b" down" not in r.stdout:
            return "a VE is left: %r" % r.stdout
        return ""


def header_tests(tap, check, data):
    def changed(off, fmt, value):
        head = bytearray(data[:struct.unpack_from("<I", data, 12)[0]])
        struct.pack_into(fmt, head, off, value)
        struct.pack_into("<I", head, 44, 0)
        struct.pack_into("<I", head, 44, image.crc(bytes(head)))
        return bytes(head) + data[len(head):]

    for what, off, fmt, value, word in (
            ("another file", 0, "<8s", b"\x7fELF", "not an image"),
            ("a future version", 8, "<I", 2, "version 2"),
            ("version 0", 8, "<I", 0, "version 0"),
            ("an unknown incompatible feature", 24, "<Q", 1 << 40, "0x10000000000"),
            ("another page size", 32, "<I", 65536, "page size 65536"),
            ("another architecture", 36, "<I", 183, "architecture 183")):
        why = check.refused(changed(off, fmt, value), word)
        tap.ok(not why, "image: %s is refused" % what, why)
    status, text = check.run(changed(16, "<Q", 1 << 40))
    tap.ok(status == 0, "image: an unknown compatible feature is accepted", text)


def kind_tests(tap, check, data):
    """Records that a later version may have; and shorter and longer structs."""
    def with_record(at_type, build):
        img = image.Image()
        img.data = bytearray(data[:struct.unpack_from("<I", data, 12)[0]])
        for start, end in zip(marks, marks[1:]):
            kind, _, id, hdrlen, _, length, paylen, paysum = \
                struct.unpack_from("<IIQIIQQQ", data, start)
            if kind == image.TYPES["END"]:
                break
            at = start + image.HDR
            fixed, content = data[at:at + hdrlen], data[at + hdrlen:at + hdrlen + length]
            fixed = build(fixed) if kind == at_type else fixed
            tail = end - (-paylen % 8)
            img.add("PAGES" if kind == image.TYPES["PAGES"] else "", id, content=content,
                    payload=data[tail - paylen:tail], fixed=fixed, type=kind,
                    payload_sum=paysum)
        if at_type is None:
            build(img)
        return img.finish()

    marks = list(image.records(data))
    why = check.refused(with_record(None, lambda img: img.add("", 1, fixed=bytes(8), type=77)),
                        "type 77")
    tap.ok(not why, "image: an unknown kind is refused", why)
    status, text = check.run(with_record(None, lambda img: None))
    tap.ok(status == 0, "image: written again it is good", text)
    for name in "UTS", "VDSO", "FS", "PROCESS":
        kind = image.TYPES[name]
        status, text = check.run(with_record(kind, lambda f: f + bytes(16)))
        tap.ok(status == 0, "image: %s with a longer struct of zeros is accepted" % name, text)
        why = check.refused(with_record(kind, lambda f: f + bytes(8) + b"\1" + bytes(7)),
                            "not known here")
        tap.ok(not why, "image: %s with an unknown field is refused" % name, why)
    status, text = check.run(with_record(image.TYPES["UTS"], lambda f: f[:-8]))
    tap.ok(status == 0, "image: a shorter struct is accepted", text)


def cut_tests(tap, check, data, most, rnd):
    marks = list(image.records(data))
    bad = []
    cuts = {0, 1, len(data) - 1}
    for mark in marks:
        cuts |= {mark - 1, mark, mark + 1, mark + 20, mark + image.HDR, mark + image.HDR + 1}
    cuts = sorted(c for c in cuts if c < len(data))
    if most and len(cuts) > most:
        cuts = sorted(rnd.sample(cuts, most))
    for cut in cuts:
        why = check.refused(data[:cut], "cut" if cut else "")
        if why:
            bad.append("%d: %s" % (cut, why))
    tap.ok(not bad, "image: cut at and around %d record boundaries (%d cuts)" %
           (len(marks), len(cuts)), "\n# ".join(bad[:10]))
    why = check.refused(data + b"\0", "follows")
    tap.ok(not why, "image: something behind the trailer is refused", why)
    bad = []
    left_out = list(zip(marks, marks[1:]))
    if most and len(left_out) > most:
        left_out = rnd.sample(left_out, most)
    for start, end in left_out:
        if not check.refused(data[:start] + data[end:]):
            continue
        bad.append("record at %d is not missed" % start)
    tap.ok(not bad, "image: records left out (%d)" % len(left_out), "\n# ".join(bad))


def random_tests(tap, check, data, count, rnd):
    bad = []
    for i in range(count):
        d = bytearray(data)
        how = i % 4
        if how == 0:                                    # one bit
            d[rnd.randrange(len(d))] ^= 1 << rnd.randrange(8)
        elif how == 1:                                  # one byte
            d[rnd.randrange(len(d))] = rnd.randrange(256)
        elif how == 2:                                  # some bytes anywhere
            for _ in range(rnd.randrange(2, 20)):
                d[rnd.randrange(len(d))] = rnd.randrange(256)
        else:                                           # a run of bytes
            at, n = rnd.randrange(len(d)), rnd.randrange(1, 5000)
            fill = rnd.choice([b"\0", b"\xff", None])
            run = fill * n if fill else rnd.randbytes(n)
            d[at:at + n] = run[:len(d) - at]
        if bytes(d) == data:                            # not a change: try that one again
            d[rnd.randrange(len(d))] ^= 0x80
        why = check.refused(bytes(d))
        if why:
            first = next(k for k in range(len(data)) if d[k] != data[k])
            bad.append("number %d, first change at %d: %s" % (i, first, why))
    tap.ok(not bad, "image: %d random corruptions" % count, "\n# ".join(bad[:20]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tool", default=os.path.join(TOP, "build/bin/vzcptcheck"))
    p.add_argument("--restore", metavar="VEID")
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--cuts", type=int, default=0, help="at most so many cuts")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("image", nargs="?")
    args = p.parse_args()
    data = open(args.image, "rb").read() if args.image else sample()
    check = Restore(args.restore) if args.restore else Check(args.tool)
    rnd = random.Random(args.seed)
    tap = Tap()
    status, text = check.run(data)
    tap.ok(status == 0, "image: the undamaged image is good", text)
    if status == 0:
        header_tests(tap, check, data)
        kind_tests(tap, check, data)
        cut_tests(tap, check, data, args.cuts, rnd)
        random_tests(tap, check, data, args.count, rnd)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
