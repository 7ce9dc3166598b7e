#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""redis_client.py ADDRESS STOP: asks a redis server over one connection, and
looks at every answer, until the file STOP is there.

Prints "connected", at the end "ok ANSWERS, longest wait N ms" or what was wrong.
"""
import os
import socket
import sys
import time


class Redis:
    def __init__(self, address):
        self.sock = socket.create_connection((address, 6379))
        self.file = self.sock.makefile("rb")

    def ask(self, *words):
        text = b"*%d\r\n" % len(words)
        for word in words:
            word = str(word).encode()
            text += b"$%d\r\n%s\r\n" % (len(word), word)
        self.sock.sendall(text)
        return self.answer()

    def answer(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            sys.exit("the server has closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest.decode()
        sys.exit("answer: %r" % line)


def value(n):
    return "%d:" % n + "abcdefghij" * (n % 300)


def main():
    address, stop = sys.argv[1:]
    redis = Redis(address)
    redis.ask("DEL", "count")
    asked, longest, n = 0, 0.0, 0
    print("connected", flush=True)
    while not os.path.exists(stop):
        n += 1
        key = "key %d" % (n % 5000)
        for words, want in ((("INCR", "count"), n), (("SET", key, value(n)), "OK"),
                            (("GET", key), value(n)), (("STRLEN", key), len(value(n)))):
            begin = time.monotonic()
            got = redis.ask(*words)
            longest = max(longest, time.monotonic() - begin)
            asked += 1
            if got != want:
                sys.exit("%s: %r instead of %r" % (" ".join(words[:2]), got, want))
    print("ok %d answers, longest wait %.0f ms" % (asked, longest * 1000))


main()
