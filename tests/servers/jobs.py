#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""jobs.py DIR: an interactive bash on a terminal of ours, with two jobs in the
background, tail -f | grep and inotifywait, until the file DIR/stop is there.

Lines are written and files made for the jobs to see; now and then the pipeline
is brought to the foreground, stopped by ^Z and sent to the background again.
DIR/progress says how often that was done. Prints "ready", at the end
"ok N lines, N stops" or what was wrong.
"""
import os
import pty
import re
import sys
import time

top = sys.argv[1]
lines, watched = top + "/lines", top + "/watched"
TIMEOUT = 300


class Shell:
    """The other side of its terminal."""

    def __init__(self):
        self.asked, self.said = 0, ""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ["TERM"] = "dumb"
            os.execvp("bash", ["bash", "--norc", "-i"])

    def until(self, pattern, what):
        """What was said up to the pattern."""
        end = time.monotonic() + TIMEOUT
        while True:
            m = re.search(pattern, self.said)
            if m:
                before, self.said = self.said[:m.end()], self.said[m.end():]
                return before
            if time.monotonic() > end:
                wrong("%s: bash says nothing but %r" % (what, self.said))
            self.said += os.read(self.fd, 4096).decode()

    def send(self, text):
        os.write(self.fd, text.encode())

    def do(self, command):
        """Its output, and that of bash about jobs."""
        self.asked += 1
        # what is echoed has "$?", not a number
        self.send(command + "\necho \"<$?:%d>\"\n" % self.asked)
        return self.until(r"<\d+:%d>" % self.asked, command)


def wrong(what):
    print(what, flush=True)
    sys.exit(1)


def content(name):
    with open(top + "/" + name, encoding="ascii") as f:
        return f.read().splitlines()


def wait_for(name, want):
    end = time.monotonic() + TIMEOUT
    while True:
        got = content(name)
        if got == want[:len(got)] and len(got) == len(want):
            return
        if got != want[:len(got)] or time.monotonic() > end:
            wrong("%s: %d lines, %r at the end, not %d, %r" % (name, len(got), got[-3:], len(want),
                                                             want[-3:]))
        time.sleep(0.02)


def stop_and_go(shell):
    """The pipeline comes to the foreground, is stopped there, and goes on."""
    shell.send("fg %1\n")
    end = time.monotonic() + TIMEOUT
    while os.tcgetpgrp(shell.fd) == shell.pid:
        if time.monotonic() > end:
            wrong("fg does not bring the job to the foreground: %r" % shell.said)
        time.sleep(0.01)
    shell.send("\x1a")
    shell.until(r"\[1\]\+ +Stopped[^\n]*grep", "^Z")
    if not re.search(r"\[1\]\+ +tail[^\n]*&", shell.do("bg %1")):
        wrong("bg does not name the job")


def main():
    os.makedirs(watched, exist_ok=True)
    shell = Shell()
    with open(lines, "w", encoding="ascii"):
        pass
    shell.do("cd " + top)
    shell.do("tail -n +1 -f lines | grep --line-buffered odd >found &")
    shell.do("inotifywait -m -e create -e delete --format '%e %f' -o events watched &")
    shell.until("Watches established", "inotifywait")
    n, stops, found, events = 0, 0, [], []
    while not os.path.exists(top + "/stop") or n < 20:
        n += 1
        text = "%d %s" % (n, "odd" if n % 2 else "even")
        with open(lines, "a", encoding="ascii") as f:
            f.write(text + "\n")
        if n % 2:
            found.append(text)
        name = "%s/%d" % (watched, n)
        with open(name, "w", encoding="ascii"):
            pass
        os.unlink(name)
        events += ["CREATE %d" % n, "DELETE %d" % n]
        if n == 1:
            wait_for("events", events)
            print("ready", flush=True)
        if n % 5 == 0:
            stop_and_go(shell)
            stops += 1
            wait_for("found", found)
            wait_for("events", events)
            with open(top + "/progress", "w", encoding="ascii") as f:
                f.write("%d\n" % stops)
        time.sleep(0.2)
    said = shell.do("jobs")
    for job in r"\[1\]\S? +Running[^\n]*tail", r"\[2\]\S? +Running[^\n]*inotifywait":
        if not re.search(job, said):
            wrong("jobs says " + said)
    wait_for("found", found)  # killed before they have seen it, they never will
    wait_for("events", events)
    shell.do("kill %1 %2; wait")
    wait_for("found", found)
    wait_for("events", events)
    shell.send("exit 7\n")
    if os.waitstatus_to_exitcode(os.wait()[1]) != 7:
        wrong("bash ends with another status")
    print("ok %d lines, %d stops" % (n, stops), flush=True)


main()
