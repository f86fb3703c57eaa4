#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic for a tunnel.

Usage: tunnel_traffic.py serve ADDRESS OCTETS
       tunnel_traffic.py fetch ADDRESS OCTETS
           one TCP connection; both ends send OCTETS at the same time and check
           each octet of what they get
       tunnel_traffic.py chatter ADDRESS...
           sends to each address without end, as soon as a route leads there
       tunnel_traffic.py flood ADDRESS BITS
           sends so many bits a second without end, as if they came from many: one
           socket alone would be held back by its own buffer
"""

import random
import socket
import sys
import threading
import time

PORT = 7777
PATIENCE = 120
SO_SNDBUFFORCE = 32
PIECE = 65536


def content(seed, octets):
    return random.Random(seed).randbytes(octets)


def exchange(sock, mine, theirs, octets):
    """Sends content(mine) and requires content(theirs), at the same time."""
    sock.settimeout(PATIENCE)
    sender = threading.Thread(target=sock.sendall, args=(content(mine, octets),))
    sender.start()
    got = bytearray()
    while len(got) < octets:
        piece = sock.recv(PIECE)
        if not piece:
            break
        got += piece
    sender.join()
    if got != content(theirs, octets):
        sys.exit("of %d octets, %d came, and not as they were sent" %
                 (octets, len(got)))


def serve(address, octets):
    with socket.create_server((address, PORT)) as listener:
        listener.settimeout(PATIENCE)
        sock, _ = listener.accept()
        with sock:
            exchange(sock, 1, 2, octets)


def reach(address):
    """Connects as soon as somebody listens."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection((address, PORT), PATIENCE)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def fetch(address, octets):
    with reach(address) as sock:
        exchange(sock, 2, 1, octets)


def chatter(addresses):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while True:
            for address in addresses:
                try:
                    sock.sendto(b"too early?", (address, PORT))
                except OSError:
                    pass  # no route there, or nobody listens: that is the point
            time.sleep(0.005)


def flood(address, bits):
    piece = bytes(1300)
    gap = 8 * len(piece) / bits
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 26)
        sock.setblocking(False)
        due = time.monotonic()
        while True:
            try:
                sock.sendto(piece, (address, PORT))
            except OSError:
                pass  # there is no room, or nobody listens: that is what a flood meets
            due += gap
            time.sleep(max(0, due - time.monotonic()))


if __name__ == "__main__":
    if sys.argv[1] == "chatter":
        chatter(sys.argv[2:])
    else:
        {"serve": serve, "fetch": fetch, "flood": flood}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
