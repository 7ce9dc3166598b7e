#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""fault.py VEID IMAGE OPERATIONS NTH...: fails what the modules ask for.

VEID runs tests/fault/busy. For each of the operations (check suspend dump
resume undump), each path to an allocation is failed once, the NTH time that the
operation comes there, until there is none that was not; then each write of the
image (dump) and each read (undump). See vzfault.c for how.

After each: the operation has failed and said why in words, or has not needed
what it did not get; the VE is as before; nothing half is left; the kernel's log
is silent. Prints "ok" and "not ok" lines, and how many points there were.
"""
import errno
import fcntl
import os
import re
import subprocess
import sys
import time

VEID, IMAGE, OPS, NTHS = sys.argv[1], sys.argv[2], sys.argv[3].split(), sys.argv[4:]
TICK = "/vz/private/%s/tick" % VEID
LIMIT = 3000            # points of one pass: more is a loop
VERBOSE = os.environ.get("VERBOSE", "0") not in ("", "0")
# What a failed allocation or transfer may be told as.
EXPECTED = {"alloc": {"ENOMEM", "EFAULT", "EAGAIN", "EINTR"}, "io": {"EIO"}}

CALLS = {"dumpfd": 1 << 30 | 4 << 16 | 0x2d01, "veid": 1 << 30 | 4 << 16 | 0x2d04,
         "suspend": 0x2d05, "dump": 0x2d06, "resume": 0x2d08, "kill": 0x2d09, "check": 0x2d44}

# A path from our functions straight to memory; with others in between it is the
# kernel's own code that fails, which may say so in its log in its own words.
STRAIGHT = re.compile(r"_*(k[mvz]*alloc|kmem_cache|kmemdup|kstrdup|kasprintf|kvasprintf|vmalloc|vzalloc|"
                      r"alloc_page|get_free_page|get_zeroed_page|get_page_from|prepare_alloc|"
                      r"should_fail|slab_|kprobe|opt|ftrace|asm_|exc_|do_int3|int3|on_slab|on_page|due|"
                      r"new_slab|allocate_slab|stack_trace|krealloc)")
COMPLAINTS = re.compile(r"WARNING|BUG|Oops|KASAN|UBSAN|INFO:|refcount_t|lockdep|unable to handle|"
                        r"general protection|kmemleak|Bad page|bad page")
NOISE = re.compile(r"hrtimer: interrupt took|perf: interrupt took")

kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
os.lseek(kmsg, 0, os.SEEK_END)


def kernel_said(all_of_it=True):
    """What it has said since the last time; or what of that is a complaint."""
    lines = []
    while True:
        try:
            lines.append(os.read(kmsg, 8192).decode(errors="replace").split(";", 1)[1].strip())
        except BlockingIOError:
            lines = [l for l in lines if not NOISE.search(l)]
            if not all_of_it and not COMPLAINTS.search("\n".join(lines)):
                lines = []
            return " | ".join(lines)
        except BrokenPipeError:
            lines.append("(lost)")


def fault(words):
    fd = os.open("/proc/vzfault", os.O_WRONLY)
    os.write(fd, words.encode())
    os.close(fd)


def faulted():
    """Did anything fail, where, and was it asked for by our code itself?"""
    with open("/proc/vzfault", encoding="ascii") as f:
        text = f.read().splitlines()
    values = dict(line.split(" ", 1) for line in text[:4])
    if values["full"] != "0":
        raise RuntimeError("vzfault: too many paths")
    if values["hit"] == "0":
        return None, True
    ours = [line[2:] for line in text[5:] if line.startswith("* ")]
    inner = []
    for line in text[5:]:
        if line.startswith("* "):
            break
        inner.append(line.strip())
    others = [f for f in inner if not STRAIGHT.match(f)]
    return "%s in %s by %s" % (text[4][5:], " < ".join((others or inner)[-3:][::-1]),
                               " < ".join(ours[:4])), not others


class Control:
    """One open control file of the dump side, on our VE."""

    def __init__(self):
        self.fd, self.error, self.open_error = -1, 0, 0
        try:
            self.fd = os.open("/proc/cpt", os.O_RDWR | os.O_CLOEXEC)
        except OSError as e:
            self.open_error = errno.errorcode[e.errno]
        self.error = self.call("veid", int(VEID))

    def call(self, name, arg=0):
        """0, or the name of the error."""
        if self.open_error or self.error:
            return self.open_error or self.error
        try:
            fcntl.ioctl(self.fd, CALLS[name], arg)
        except OSError as e:
            return errno.errorcode[e.errno]
        return 0

    def said(self):
        """What it says of it; opening it, and the number, have no text of their own."""
        if self.open_error or self.error:
            return os.strerror(getattr(errno, self.open_error or self.error))
        return os.read(self.fd, 65536).decode().strip()

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)


def ticks():
    with open(TICK, encoding="ascii") as f:
        return f.read()


def runs():
    before, end = ticks(), time.monotonic() + 20
    while ticks() == before:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def exists():
    return os.path.exists("/sys/fs/cgroup/vz/" + VEID) or \
        os.path.exists("/run/vz/%s.pid" % VEID)


def vzctl(*words):
    r = subprocess.run(["vzctl"] + list(words), stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, errors="replace", check=False)
    return r.returncode, (r.stderr + r.stdout).strip()


class Operation:
    """One stage: how to come there, how to do it, what must hold afterwards."""

    kinds = {"alloc": "alloc"}

    def before(self):
        pass

    def do(self):
        """(0 or an error, what it said)"""
        raise NotImplementedError

    def after(self, err):
        """A list of what is wrong."""
        raise NotImplementedError

    def end(self):
        return []


class Check(Operation):
    name = "check"

    def do(self):
        self.ctl = Control()
        return self.ctl.call("check"), self.ctl.said()

    def after(self, err):
        self.ctl.close()
        return [] if runs() else ["the VE does not run"]


class Suspend(Operation):
    name = "suspend"

    def do(self):
        self.ctl = Control()
        return self.ctl.call("suspend"), self.ctl.said()

    def after(self, err):
        wrong = []
        if err:
            if not self.ctl.error and self.ctl.call("resume") not in ("ENOENT", "ENOMEM"):
                wrong.append("suspended in spite of it")
        elif self.ctl.call("resume"):
            wrong.append("cannot be resumed")
        if not runs():
            wrong.append("the VE does not run")
        self.ctl.close()
        return wrong


class Dump(Operation):
    """The VE stays suspended, so that many dumps cost little."""
    name = "dump"
    kinds = {"alloc": "alloc", "write": "io"}
    turns = 0

    def before(self):
        if not self.turns % 20:
            self.ctl = Control()
            if self.ctl.call("suspend"):
                raise RuntimeError("cannot be suspended: " + self.ctl.said())
        self.turns += 1

    def do(self):
        fd = os.open(IMAGE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.ctl.call("dumpfd", fd)
        os.close(fd)
        return self.ctl.call("dump"), self.ctl.said()

    def after(self, err):
        wrong = []
        good = subprocess.run(["vzcptcheck", IMAGE], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0 if not err else False
        if not err and not good:
            wrong.append("says 0, but the image is not whole")
        if not self.turns % 20:
            wrong += self.leave()
        return wrong

    def leave(self):
        wrong = []
        if self.ctl.call("resume"):
            wrong.append("the VE is not suspended any more")
        if not runs():
            wrong.append("the VE does not run")
        self.ctl.close()
        return wrong

    def end(self):
        wrong = self.leave() if self.turns % 20 else []
        self.turns = 0
        return wrong


class Resume(Operation):
    name = "resume"

    def before(self):
        self.ctl = Control()
        if self.ctl.call("suspend"):
            raise RuntimeError("cannot be suspended: " + self.ctl.said())

    def do(self):
        return self.ctl.call("resume"), self.ctl.said()

    def after(self, err):
        wrong = []
        if err and self.ctl.call("resume"):
            wrong.append("cannot be resumed a second time")
        if not runs():
            wrong.append("the VE does not run")
        self.ctl.close()
        return wrong


class Undump(Operation):
    """The VE is dumped and killed first, and restored for good at the end."""
    name = "undump"
    kinds = {"alloc": "alloc", "read": "io"}
    image = IMAGE + ".whole"
    there = True

    def before(self):
        if self.there:
            status, text = vzctl("chkpnt", VEID, "--dumpfile", self.image)
            if status:
                raise RuntimeError("cannot be dumped: " + text)
            self.size = os.stat(self.image).st_size
            self.there = False

    def do(self):
        status, text = vzctl("restore", VEID, "--undump", "--dumpfile", self.image)
        self.status = status
        if not status:
            return 0, text
        lines = [l for l in text.splitlines() if l not in ("Restoring failed",)]
        return "status %d" % status, "\n".join(lines)

    def after(self, err):
        wrong = []
        if not err:
            status, text = vzctl("restore", VEID, "--kill")
            if status:
                wrong.append("undumped, but cannot be killed: " + text)
        elif err != "status 17":
            wrong.append(err)
        end = time.monotonic() + 5
        while exists() and time.monotonic() < end:
            time.sleep(0.02)
        if exists():
            wrong.append("something of the VE is left")
            vzctl("stop", VEID, "--fast")
        if os.stat(self.image).st_size != self.size:
            wrong.append("the image has changed")
        return wrong

    def end(self):
        if self.there:
            return []
        status, text = vzctl("restore", VEID, "--dumpfile", self.image)
        self.there = True
        return ["cannot be restored: " + text] if status else [] if runs() else \
            ["restored, but does not run"]


def point(op, kind):
    """One fault point: None when nothing was left to fail, else (what, error, wrong)."""
    op.before()
    kernel_said()
    fault(kind)
    err, said = op.do()
    what, straight = faulted()
    fault("off")
    wrong = []
    if what and err:
        if not said:
            wrong.append("fails with %s and says nothing" % err)
        elif isinstance(err, str) and err.isupper() and \
                err not in EXPECTED[op.kinds[kind.split()[0]]]:
            wrong.append("fails with %s: %s" % (err, said))
    elif err:
        wrong.append("fails by itself: %s: %s" % (err, said))
    wrong += op.after(err)
    log = kernel_said(straight)
    if log:
        wrong.append("in the kernel's log: " + log)
    if VERBOSE:
        print("# %s %s: %s: %s: %s" % (op.name, kind, what, err, said.replace("\n", " / ")))
    return what, err, wrong, said


def sweep(op, kind, title, commands):
    points = refused = 0
    bad = []
    begin = time.monotonic()
    for command in commands:
        what, err, wrong, said = point(op, command)
        if wrong:
            bad.append("%s: %s" % (what or "nothing failed", "; ".join(wrong)))
            print("# %s: %s" % (title, bad[-1]))
            sys.stdout.flush()
        if not what:
            break
        points += 1
        refused += bool(err)
        if points >= LIMIT or len(bad) > 60:
            bad.append("no end after %d points" % points)
            break
    for line in op.end():
        bad.append(line)
        print("# %s: %s" % (title, line))
    print("# note %s: %d fault points, %d failed it, %d did not matter; %.0f s" %
          (title, points, refused, points - refused, time.monotonic() - begin))
    print("%sok %s: %d fault points" % ("not " if bad or not points and kind != "alloc" else "",
                                        title, points))
    sys.stdout.flush()
    return points


def forever(word):
    while True:
        yield word


def counted(word):
    n = 0
    while True:
        n += 1
        yield "%s %d" % (word, n)


def main():
    with open("/proc/modules", encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] in ("vzcpt", "vzrst"):
                start = int(word[5], 16)
                fault("text %x %x" % (start, start + int(word[1])))
    total = 0
    for op in (Check(), Suspend(), Dump(), Resume(), Undump()):
        if op.name not in OPS:
            continue
        for nth in NTHS:
            fault("pass " + nth)
            total += sweep(op, "alloc", "%s: allocations, time %s" % (op.name, nth),
                           forever("alloc"))
        for kind in op.kinds:
            if kind != "alloc":
                total += sweep(op, kind, "%s: %ss of the image" % (op.name, kind), counted(kind))
    print("# note %d fault points in all" % total)


main()
