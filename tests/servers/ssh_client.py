#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ssh_client.py pty|pipe USER@ADDRESS KEY STOP: a session of ssh, in which a
command answers each line and counts on its own, until the file STOP is there.

Prints "connected", at the end "ok N answers, N counted, longest wait N ms" or
what was wrong.
"""
import os
import subprocess
import sys
import threading
import time

terminal, user, key, stop = sys.argv[1] == "pty", *sys.argv[2:]
COMMAND = """
i=0
exec 9<> <(:)
while :; do echo "count $((++i))"; read -t 0.2 -u 9; done &
while read -r n; do echo "square $n $((n * n))"; done
kill $!; wait
exit 7
"""


class Session:
    def __init__(self):
        command = ("stty -echo; test -t 0 || exit 1; " if terminal else "") + COMMAND
        self.ssh = subprocess.Popen(
            ["ssh", "-F", "none", "-q", "-i", key, "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "KexAlgorithms=curve25519-sha256",
             "-tt" if terminal else "-T", user,
             "bash -c '%s'" % command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.counted, self.answers, self.bad, self.over = 0, 0, None, False
        self.event = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for raw in self.ssh.stdout:
            n = self.answers + 1
            with self.event:
                if raw.split() == [b"count", b"%d" % (self.counted + 1)]:
                    self.counted += 1
                elif raw.split() == [b"square", b"%d" % n, b"%d" % (n * n)]:
                    self.answers = n
                else:
                    self.bad = self.bad or "%r after %d, %d" % (raw, self.counted, self.answers)
                self.event.notify()
        with self.event:
            self.over = True
            self.event.notify()

    def wait(self, until, what):
        with self.event:
            self.event.wait_for(lambda: until() or self.bad or self.over, 300)
            if not until():
                self.bad = self.bad or what
            return not self.bad

    def begin(self):
        """The command runs; what is written before may be echoed."""
        return self.wait(lambda: self.counted, "nothing is counted")

    def ask(self, n):
        self.ssh.stdin.write(b"%d\n" % n)
        self.ssh.stdin.flush()
        return self.wait(lambda: self.answers == n, "no answer to %d" % n)

    def end(self):
        """What was wrong, if anything."""
        if terminal:
            self.ssh.stdin.write(b"\4")
            self.ssh.stdin.flush()
        else:
            self.ssh.stdin.close()
        status = self.ssh.wait()
        self.reader.join(100)
        return self.bad or ("ssh ends with %d" % status if status != 7 else None)


def main():
    session = Session()
    n, longest = 0, 0.0
    good = session.begin()
    while good and not os.path.exists(stop):
        n += 1
        begin = time.monotonic()
        good = session.ask(n)
        longest = max(longest, time.monotonic() - begin)
        if n == 1:
            print("connected", flush=True)
        time.sleep(0.1)
    bad = session.end()
    print(bad or "ok %d answers, %d counted, longest wait %.0f ms" % (session.answers, session.counted,
                                                                    longest * 1000), flush=True)
    os._exit(1 if bad else 0)


main()
