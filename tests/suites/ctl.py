#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ctl.py cpt|rst WORD...: calls on a control file, one after the other.

  bind=VEID    name the VE by a pidfd of the init in /run/vz/VEID.pid
  veid=N suspend dump undump resume kill check get=N join=N put
  dumpfile=F   errorfile=F   version   ioctl=NUMBER[,ARG]   read
  say=TEXT     print it      wait      until it is killed

Prints "WORD -> value" or "WORD -> errno name" for each call.
"""
import errno
import fcntl
import os
import signal
import struct
import sys


def _io(nr):
    return 0x2D << 8 | nr


def _iow(nr, size=4):
    return 1 << 30 | size << 16 | _io(nr)


CALLS = {
    "dumpfd": _iow(1), "veid": _iow(4), "suspend": _io(5), "dump": _io(6), "undump": _io(7),
    "resume": _io(8), "kill": _io(9), "join": _io(10), "get": _iow(11), "put": _io(12),
    "errorfd": _iow(21), "version": _iow(26), "check": _io(68), "init": _io(69),
}
BIND = _iow(64, 16)


def main():
    side, words = sys.argv[1], sys.argv[2:]
    fd = os.open("/proc/" + side, os.O_RDWR | os.O_CLOEXEC)
    for word in words:
        name, _, arg = word.partition("=")
        if name == "say":
            print(arg, flush=True)
            continue
        if name == "wait":
            signal.pause()
        if name == "read":
            text = os.read(fd, 65536).decode().rstrip("\n")
            print("read -> %s" % text.replace("\n", "\nread -> "), flush=True)
            continue
        try:
            if name == "bind":
                init = int(open("/run/vz/%s.pid" % arg).read().split()[0])
                fcntl.ioctl(fd, BIND, struct.pack("IIiI", 16, int(arg), os.pidfd_open(init), 0))
                value = 0
            elif name == "dumpfile":
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if side == "cpt" else os.O_RDONLY
                value = fcntl.ioctl(fd, CALLS["dumpfd"], os.open(arg, flags, 0o600))
            elif name == "errorfile":
                value = fcntl.ioctl(fd, CALLS["errorfd"],
                                    os.open(arg, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
            elif name == "ioctl":
                number, _, value = arg.partition(",")
                value = fcntl.ioctl(fd, int(number, 0), int(value or "0", 0))
            else:
                value = fcntl.ioctl(fd, CALLS[name], int(arg or "0"))
        except OSError as e:
            value = errno.errorcode[e.errno]
        print("%s -> %s" % (word, value), flush=True)


main()
