#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""pymp.py ROUNDS PROGRESS: Python's multiprocessing over AF_UNIX sockets.

A server listens on a socket file and takes a client for each request, computes
in a pool of children behind duplex pipes, and gets the file to write its answer
to from the client, as a descriptor. What is printed depends on ROUNDS alone.
"""
import hashlib
import multiprocessing as mp
import os
import socket
import sys
import tempfile
from multiprocessing.connection import Client, Listener
from multiprocessing.reduction import recv_handle, send_handle

WORKERS, WORK = 3, 300
rounds = int(sys.argv[1])


def chain(seed):
    for _ in range(WORK):
        seed = hashlib.sha256(seed).digest()
    return seed


def worker(conn):
    while True:
        todo = conn.recv()
        if todo is None:
            return
        number, seed = todo
        conn.send((number, chain(seed), os.getpid()))


def server(listener):
    pipes, pids = [], []
    for _ in range(WORKERS):
        ours, theirs = mp.Pipe()
        child = mp.Process(target=worker, args=(theirs,))
        child.start()
        theirs.close()
        pipes.append(ours)
        pids.append(child.pid)
    while True:
        with listener.accept() as client:
            request = client.recv()
            if request is None:
                break
            fd = recv_handle(client)
            for i, pipe in enumerate(pipes):
                pipe.send((i, request + bytes([i])))
            answers = [pipe.recv() for pipe in pipes]
            good = [a[2] for a in answers] == pids and [a[0] for a in answers] == [0, 1, 2]
            os.write(fd, b"".join(a[1] for a in answers))
            os.close(fd)
            client.send("done" if good else "WRONG pids")
    for pipe in pipes:
        pipe.send(None)


def main():
    mp.set_start_method("fork")
    name = os.path.join(tempfile.mkdtemp(dir="/var/tmp"), "socket")
    listener = Listener(name, "AF_UNIX", backlog=8, authkey=b"key")
    srv = mp.Process(target=server, args=(listener,))
    srv.start()
    mine = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine[0].setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    digest = hashlib.sha256()
    for i in range(rounds):
        with Client(name, "AF_UNIX", authkey=b"key") as c, open(name + ".out", "w+b") as out:
            c.send(digest.digest())
            send_handle(c, out.fileno(), srv.pid)
            answer = c.recv()
            if answer != "done":
                print("WRONG: %r" % (answer,), flush=True)
                os._exit(1)
            out.seek(0)
            digest.update(out.read())
        mine[1].send(b"who")
        data, anc, _, _ = mine[0].recvmsg(10, socket.CMSG_SPACE(12))
        if data != b"who" or int.from_bytes(anc[0][2][:4], sys.byteorder) != os.getpid():
            print("WRONG: credentials", flush=True)
            os._exit(1)
        with open(sys.argv[2], "w") as f:
            f.write("%d\n" % i)
    with Client(name, "AF_UNIX", authkey=b"key") as c:
        c.send(None)
    srv.join()
    print("result %s, server %s" % (digest.hexdigest(), srv.exitcode), flush=True)


if __name__ == "__main__":
    main()
