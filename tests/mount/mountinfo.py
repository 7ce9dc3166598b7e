#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""mountinfo.py < /proc/PID/mountinfo: the same without numbers that are new each time.

A mount is called by the mount points from the root down to it, so that mounts at
one place are told apart; a peer group by the first mount that is in it.
"""
import sys

mounts = {}
for line in sys.stdin:
    f = line.split()
    mounts[f[0]] = {"parent": f[1], "root": f[3], "point": f[4], "options": f[5],
                    "tags": f[6:f.index("-")], "rest": f[f.index("-") + 1:]}


def name(id):
    m = mounts[id]
    above = name(m["parent"]) + " > " if m["parent"] in mounts and m["parent"] != id else ""
    return above + m["point"]


groups = {}
for id in sorted(mounts, key=name):
    for tag in mounts[id]["tags"]:
        if tag.startswith("shared:"):
            groups.setdefault(tag.split(":")[1], name(id))
for id in sorted(mounts, key=name):
    m = mounts[id]
    tags = [t.split(":")[0] + "(" + groups.get(t.split(":")[1], "?") + ")" if ":" in t else t
            for t in m["tags"]]
    print(name(id), m["root"], m["options"], *tags, "-", *m["rest"])
