#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""pytree.py ROUNDS PROGRESS: a tree of processes that keeps busy and checks itself.

A parent hands work to three children over pipes and adds up what comes back.
Each child computes in three threads. An interval timer rings in the parent all
the time. One more child is a zombie that is not reaped before the end, another
one is stopped until then. What is printed depends on ROUNDS alone.
"""
import hashlib
import os
import signal
import sys
import threading
import time

CHILDREN, THREADS, WORK = 3, 3, 400
rounds = int(sys.argv[1])
alarms = 0


def check(good, what):
    if not good:
        print("WRONG: " + what, flush=True)
        os._exit(1)


def chain(seed, n):
    digest = seed
    for _ in range(n):
        digest = hashlib.sha256(digest).digest()
    return digest


class Worker:
    """A thread that is woken for each round, and its result."""

    def __init__(self, number):
        self.number, self.todo, self.result = number, threading.Semaphore(0), None
        self.ready = threading.Semaphore(0)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        me = threading.get_native_id()
        while True:
            self.todo.acquire()
            check(threading.get_native_id() == me, "a thread's id has changed")
            self.result = chain(self.seed + bytes([self.number]), WORK)
            self.ready.release()


def child(number, rfd, wfd):
    pid, parent = os.getpid(), os.getppid()
    workers = [Worker(i) for i in range(THREADS)]
    secret = chain(bytes([number]), 100)
    while True:
        seed = os.read(rfd, 32)
        if not seed:
            os._exit(40 + number)
        check(len(seed) == 32, "a short message")
        check(os.getpid() == pid and os.getppid() == parent, "a child's pids have changed")
        check(secret == chain(bytes([number]), 100), "a child's memory has changed")
        for w in workers:
            w.seed = seed
            w.todo.release()
        for w in workers:
            w.ready.acquire()
        os.write(wfd, hashlib.sha256(b"".join(w.result for w in workers)).digest())


def on_alarm(*_):
    global alarms
    alarms += 1


def main():
    pid = os.getpid()
    kids, all_fds = [], []
    for number in range(CHILDREN):
        to_r, to_w = os.pipe()
        from_r, from_w = os.pipe()
        kid = os.fork()
        if not kid:
            for fd in all_fds + [to_w, from_r]:
                os.close(fd)
            child(number, to_r, from_w)
        os.close(to_r)
        os.close(from_w)
        all_fds += [to_w, from_r]
        kids.append((kid, to_w, from_r))
    zombie = os.fork()
    if not zombie:
        os._exit(77)
    stopped_r, stopped_w = os.pipe()
    stopped = os.fork()
    if not stopped:
        for fd in all_fds:
            os.close(fd)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.write(stopped_w, b"went on")
        os._exit(55)
    os.close(stopped_w)
    _, status = os.waitpid(stopped, os.WUNTRACED)
    check(os.WIFSTOPPED(status), "the child has not stopped")
    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)

    total, clock = b"\0" * 32, time.monotonic()
    for i in range(rounds):
        for _, to_w, _ in kids:
            os.write(to_w, total)
        total = chain(total + b"".join(os.read(from_r, 32) for _, _, from_r in kids), 1)
        now = time.monotonic()
        check(0 <= now - clock < 60, "the clock has jumped by %.1f s" % (now - clock))
        clock = now
        if i % 10 == 0:
            with open(sys.argv[2] + ".new", "w") as f:
                f.write("%d\n" % i)
            os.rename(sys.argv[2] + ".new", sys.argv[2])

    check(os.getpid() == pid, "the pid has changed")
    check(alarms > 5, "%d alarms" % alarms)
    seen = alarms
    time.sleep(0.5)
    check(alarms > seen, "the timer rings no more")
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.kill(stopped, signal.SIGCONT)
    check(os.read(stopped_r, 100) == b"went on", "the stopped child has lost its way")
    check(os.waitpid(stopped, 0)[1] == 55 << 8, "the stopped child's end")
    check(os.waitpid(zombie, 0)[1] == 77 << 8, "the zombie's status")
    for number, (kid, to_w, _) in enumerate(kids):
        os.close(to_w)
        check(os.waitpid(kid, 0)[1] == 40 + number << 8, "a child's status")
    print("result %s" % total.hex(), flush=True)


main()
