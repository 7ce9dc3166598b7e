#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Byte streams in both directions at once, every byte of which is known.

  stream.py serve ADDRESS PORT
  stream.py connect ADDRESS PORT STOP     until the file STOP is there

Each side sends what a seed makes and compares what it gets with what the other
side's seed makes. The client ends its stream, then the server does. Prints a
line "ok BYTES-SENT BYTES-RECEIVED" or what was wrong.
"""
import hashlib
import os
import socket
import sys
import threading
import time

CHUNK = 16384


def chunk(seed, n):
    return hashlib.shake_128(b"%s %d" % (seed, n)).digest(CHUNK)


class Stream:
    def __init__(self, sock, mine, theirs):
        self.sock, self.mine, self.theirs = sock, mine, theirs
        self.sent = self.received = 0
        self.ended = threading.Event()
        self.wrong = None

    def receive(self):
        n, want = 0, b""
        try:
            while True:
                got = self.sock.recv(65536)
                if not got:
                    break
                while len(want) < len(got):
                    want += chunk(self.theirs, n)
                    n += 1
                if want[:len(got)] != got:
                    self.wrong = "other bytes after %d" % self.received
                    break
                want = want[len(got):]
                self.received += len(got)
        except OSError as e:
            self.wrong = "receive after %d: %s" % (self.received, e)
        self.ended.set()

    def send(self, until):
        n = 0
        try:
            while not until():
                self.sock.sendall(chunk(self.mine, n))
                n += 1
                self.sent += CHUNK
                time.sleep(0.004)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as e:
            self.wrong = self.wrong or "send after %d: %s" % (self.sent, e)

    def run(self, until):
        reader = threading.Thread(target=self.receive)
        reader.start()
        self.send(lambda: self.ended.is_set() or until())
        reader.join(120)
        if reader.is_alive():
            self.wrong = self.wrong or "no end after %d bytes" % self.received
        print("not ok: " + self.wrong if self.wrong else "ok %d %d" % (self.sent, self.received),
              flush=True)
        return 1 if self.wrong else 0


def serve(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((address, port))
    listener.listen(64)
    print("ready", flush=True)
    while True:
        sock, _ = listener.accept()
        stream = Stream(sock, b"server", b"client")
        threading.Thread(target=stream.run, args=(lambda: False,)).start()


def connect(address, port, stop):
    sock = socket.create_connection((address, port))
    print("connected", flush=True)
    os._exit(Stream(sock, b"client", b"server").run(lambda: os.path.exists(stop)))


if sys.argv[1] == "serve":
    serve(sys.argv[2], int(sys.argv[3]))
else:
    connect(sys.argv[2], int(sys.argv[3]), sys.argv[4])
