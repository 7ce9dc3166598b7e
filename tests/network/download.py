#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""download.py ADDRESS PATH SHA256 STOP: downloads PATH again and again over one
connection, until the file STOP is there, and at least once.

Prints "connected", at the end "ok BYTES bytes, longest wait N ms" or what was wrong.
"""
import hashlib
import http.client
import os
import sys
import time

address, path, wanted, stop = sys.argv[1:]
connection = http.client.HTTPConnection(address, 80)
connection.connect()
total, longest = 0, 0.0
print("connected", flush=True)
while True:
    connection.request("GET", path)
    response = connection.getresponse()
    if response.status != 200:
        sys.exit("status %d" % response.status)
    digest = hashlib.sha256()
    while True:
        begin = time.monotonic()
        data = response.read1(65536)
        longest = max(longest, time.monotonic() - begin)
        if not data:
            break
        digest.update(data)
        total += len(data)
    response.close()
    if digest.hexdigest() != wanted:
        sys.exit("another file, after %d bytes" % total)
    if os.path.exists(stop):
        break
print("ok %d bytes, longest wait %.0f ms" % (total, longest * 1000))
