#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""soak.py SECONDS SEED: VEs at once, checkpointed at random, short of memory.

Each VE has programs that know what they must find; they live through some
operations and are then asked. In between each operation must do what it says,
or say that there is no memory and leave the VE as it was. Prints "ok" and
"not ok" lines; the same seed gives each VE the same operations in the same
order, though not at the same moments.
"""
import os
import random
import signal
import subprocess
import sys
import threading
import time

SECONDS, SEED = int(sys.argv[1]), int(sys.argv[2])
SLOW = int(os.environ.get("SLOW") or 1)
TESTS = "/opt/vz/tests"
DUMPS = "/vz/dump"
FIRST = 480
CROWDS = (("mm_cow",), ("pipes", "files_regular"), ("fds_shared", "tmpfs_files"),
          ("mm_anon", "flocks"))
ROOM_KB = 112 << 10     # what the memory hog leaves to others

end = time.monotonic() + SECONDS
lock = threading.Lock()
counts = {}
bad = []


def say(text):
    with lock:
        print(text, flush=True)


def count(what):
    with lock:
        counts[what] = counts.get(what, 0) + 1


def vzctl(*words, kill_after=None):
    p = subprocess.Popen(["vzctl"] + [str(w) for w in words], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace", start_new_session=True)
    try:
        out, _ = p.communicate(timeout=120 * SLOW if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGKILL)
        out, _ = p.communicate()
        if kill_after is None:
            return -1, "vzctl %s hangs\n%s" % (" ".join(map(str, words)), out)
    return p.returncode, out.strip()


class Failure(Exception):
    pass


class Ve(threading.Thread):
    def __init__(self, number, programs):
        super().__init__()
        self.veid = FIRST + number
        self.programs = programs
        self.random = random.Random(SEED * 1000 + number)
        self.image = "%s/soak.%d" % (DUMPS, self.veid)
        self.did = []

    def file(self, path):
        return "/vz/private/%d%s" % (self.veid, path)

    def read(self, path):
        try:
            with open(self.file(path), encoding="ascii", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def wait(self, what, seconds, condition):
        limit = time.monotonic() + seconds * SLOW
        while not condition():
            if time.monotonic() > limit:
                raise Failure("%s: not within %d s" % (what, seconds * SLOW))
            time.sleep(0.05)

    def must(self, *words):
        """Does it; False if there was no memory for it."""
        status, out = vzctl(*words)
        if not status:
            return True
        if "emory" in out or "error 12" in out:
            count("no memory")
            return False
        raise Failure("vzctl %s: status %d: %s" % (" ".join(map(str, words)), status, out))

    def runs(self):
        before = self.read("/tick")
        self.wait("running again", 30, lambda: self.read("/tick") not in ("", before))

    def stands(self):
        before = self.read("/tick")
        time.sleep(0.1)
        if self.read("/tick") != before:
            raise Failure("it runs although it is suspended")

    def exists(self):
        return os.path.exists("/sys/fs/cgroup/vz/%d" % self.veid)

    def must_at_last(self, *words):
        """As must(), but this one has to succeed in the end."""
        for _ in range(20):
            if self.must(*words):
                return
            time.sleep(0.5 * SLOW)
        raise Failure("vzctl %s: no memory for a long time" % " ".join(map(str, words)))

    # ---- operations: from a running VE to a running VE ----

    def op_suspend(self):
        if self.must("chkpnt", self.veid, "--suspend"):
            self.stands()
            self.must_at_last("chkpnt", self.veid, "--resume")

    def op_snapshot(self):
        if not self.must("chkpnt", self.veid, "--suspend"):
            return
        for _ in range(self.random.randrange(1, 3)):
            self.must("chkpnt", self.veid, "--dump", "--dumpfile", self.image)
        self.stands()
        self.must_at_last("chkpnt", self.veid, "--resume")

    def restore(self):
        if self.random.randrange(3) == 0:
            self.must_at_last("restore", self.veid, "--undump", "--dumpfile", self.image)
            self.stands()
            self.must_at_last("restore", self.veid, "--kill")
        if self.random.randrange(2):
            self.must_at_last("restore", self.veid, "--dumpfile", self.image)
        else:
            self.must_at_last("restore", self.veid, "--undump", "--dumpfile", self.image)
            self.must_at_last("restore", self.veid, "--resume")

    def op_cycle(self):
        if self.must("chkpnt", self.veid, "--dumpfile", self.image):
            self.restore()

    def op_stages(self):
        if not self.must("chkpnt", self.veid, "--suspend"):
            return
        if not self.must("chkpnt", self.veid, "--dump", "--dumpfile", self.image):
            self.must_at_last("chkpnt", self.veid, "--resume")
            return
        self.must_at_last("chkpnt", self.veid, "--kill")
        self.restore()

    def op_cut_off(self):
        """vzctl is killed at any time: the VE runs on, or its image is whole."""
        after = self.random.random() * 0.8 * SLOW
        if self.random.randrange(2):
            vzctl("chkpnt", self.veid, "--suspend", kill_after=after)
        else:
            if os.path.exists(self.image):
                os.unlink(self.image)
            vzctl("chkpnt", self.veid, "--dumpfile", self.image, kill_after=after)
        # what vzctl had begun ends without it: then it is there, or is not
        before = self.read("/tick")
        try:
            self.wait("going on or ending", 15,
                      lambda: not self.exists() or self.read("/tick") != before)
        except Failure:
            self.must_at_last("chkpnt", self.veid, "--resume")      # suspended and kept
        if not self.exists() or not self.alive():
            self.wait("ending", 15, lambda: not self.alive())
            vzctl("stop", self.veid, "--fast")
            self.restore()

    def alive(self):
        try:
            with open("/sys/fs/cgroup/vz/%d/cgroup.procs" % self.veid, encoding="ascii") as f:
                return bool(f.read().strip())
        except OSError:
            return False

    def op_restart_check(self):
        self.must("chkpnt", self.veid, "--check")

    # ---- its life ----

    def begin(self):
        for name in os.listdir(self.file("/")) if os.path.isdir(self.file("/")) else ():
            if name.startswith(("go", "result", "log", "tick")):
                os.unlink(self.file("/" + name))
        self.must_at_last("start", self.veid)
        # one after the other: they look at directories that they share
        for p in ("busy",) + self.programs:
            status, out = vzctl("exec", self.veid, "setsid /opt/t/%s /go /result.%s /tick "
                                "</dev/null >/log.%s 2>&1 &" % (p, p, p))
            if status:
                raise Failure("exec: " + out)
            self.wait(p + " ready", 60, lambda p=p: "ready" in self.read("/log." + p))

    def ask(self):
        """The programs look at what they have."""
        with open(self.file("/go"), "w", encoding="ascii"):
            pass
        for p in ("busy",) + self.programs:
            self.wait(p + " done", 90, lambda p=p: "\n1.." in self.read("/result." + p))
            wrong = [l for l in self.read("/result." + p).splitlines() if l.startswith("not ok")]
            if wrong:
                raise Failure("; ".join(wrong))
        count("lives")

    def live(self):
        self.did = []
        self.begin()
        for _ in range(self.random.randrange(4, 12)):
            if time.monotonic() > end or bad:
                break
            op = self.random.choice((self.op_suspend, self.op_snapshot, self.op_cycle,
                                     self.op_cycle, self.op_stages, self.op_cut_off,
                                     self.op_restart_check))
            self.did.append(op.__name__[3:])
            op()
            self.runs()
            count(op.__name__[3:])
        self.ask()
        self.must_at_last("stop", self.veid, "--fast")

    def run(self):
        try:
            while time.monotonic() < end and not bad:
                self.live()
        except Exception as e:                          # pylint: disable=broad-except
            with lock:
                bad.append("VE %d: after %s: %s" % (self.veid, " ".join(self.did), e))
            say("# " + bad[-1].replace("\n", "\n# "))


def hog():
    """Takes and gives memory, and dies first when there is none."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as f:
        f.write("1000")
    rnd, held = random.Random(SEED), []
    while True:
        with open("/proc/meminfo", encoding="ascii") as f:
            free = int(next(l for l in f if l.startswith("MemAvailable")).split()[1])
        if free > ROOM_KB + 16384:
            held.append(bytearray(os.urandom(1 << 12) * 1024))
        else:
            time.sleep(0.2)
        if free < ROOM_KB or rnd.randrange(200) == 0:
            del held[:rnd.randrange(len(held) + 1)]


def keep_hog(stop):
    while not stop.is_set():
        p = subprocess.Popen([sys.executable, __file__, "-1", str(SEED)])
        while p.poll() is None and not stop.is_set():
            time.sleep(0.5)
        if p.poll() is None:
            p.kill()
        else:
            count("memory hog killed")
        p.wait()


def main():
    print("# note soak: seed %d" % SEED, flush=True)
    stop = threading.Event()
    presser = threading.Thread(target=keep_hog, args=(stop,))
    presser.start()
    ves = [Ve(i, programs) for i, programs in enumerate(CROWDS)]
    for ve in ves:
        ve.start()
    for ve in ves:
        ve.join()
    stop.set()
    presser.join()
    print("# note soak: " + ", ".join("%s %d" % c for c in sorted(counts.items())))
    print("%sok %d VEs for %d seconds, seed %d" % ("not " if bad else "", len(ves), SECONDS, SEED))
    print("%sok programs were asked %d times" % ("" if counts.get("lives") else "not ",
                                                 counts.get("lives", 0)))


if SECONDS < 0:
    hog()
main()
