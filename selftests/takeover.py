#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Streams of TCP through calls, which must not notice that the server is another one.

Usage: takeover.py serve ADDRESS
           sends back what it gets, to any number of clients, until SIGTERM
       takeover.py stream ADDRESS
           sends a numbered block after the other and wants each back, until SIGTERM;
           prints how many, and the longest time that one took. It fails at once when the
           connection breaks, or something else comes back.
       takeover.py ask SOCKET QUESTION
           one question to a pptpmuxd, as pptpmuxctl asks it
"""

import select
import signal
import socket
import sys
import threading
import time

PORT = 7878
BLOCK = 512
PATIENCE = 120
PACE = 0.05


def serve(address):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.create_server((address, PORT)) as listener:
        readers = [listener]
        while True:
            for ready in select.select(readers, [], [])[0]:
                if ready is listener:
                    readers.append(listener.accept()[0])
                    continue
                data = ready.recv(65536)
                if data:
                    ready.sendall(data)
                else:
                    readers.remove(ready)
                    ready.close()


def take(sock, octets):
    got = b""
    while len(got) < octets:
        piece = sock.recv(octets - len(got))
        if not piece:
            sys.exit("the server's end has closed the connection")
        got += piece
    return got


def stream(address):
    count, longest = 0, 0.0
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    with socket.create_connection((address, PORT), timeout=PATIENCE) as sock:
        print("there", flush=True)
        while not end.wait(PACE):
            block = (b"%d " % count).ljust(BLOCK, b".")
            began = time.monotonic()
            sock.sendall(block)
            if take(sock, BLOCK) != block:
                sys.exit("block %d came back as another one" % count)
            longest = max(longest, time.monotonic() - began)
            count += 1
    print("%d %d" % (count, longest * 1000))


def ask(path, question):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE)
        sock.connect(path)
        sock.sendall(question.encode() + b"\n")
        while data := sock.recv(65536):
            sys.stdout.write(data.decode())


if __name__ == "__main__":
    {"serve": serve, "stream": stream, "ask": ask}[sys.argv[1]](*sys.argv[2:])
