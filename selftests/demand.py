#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What demand.sh needs beside real peers.

Usage: demand.py kill ADDRESS    a server that accepts each call and hangs up at once;
                                 prints the seconds since the attempt before
       demand.py hear ADDRESS PORT      prints the first datagram that comes
       demand.py say ADDRESS PORT TEXT  sends one, and does not again
"""

import socket
import struct
import sys
import time

import pptp_peer as pptp


class Accepted(pptp.Control):
    """The same from the server's side."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.settimeout(pptp.PATIENCE)
        self.data = b""


def accept_call(control):
    """Our id of the call is 77; the client's is its answer's."""
    control.expect(pptp.SCCRQ)
    control.send(pptp.message(pptp.SCCRP, struct.pack(
        "!HBBIIHH", pptp.VERSION, pptp.CONNECTED, 0, 3, 3, 0, 1)))
    theirs, = struct.unpack_from("!H", control.expect(pptp.OCRQ), 12)
    control.send(pptp.message(pptp.OCRP, struct.pack(
        "!HHBBHIHHI", 77, theirs, pptp.CONNECTED, 0, 0, 100000000, 64, 0, 0)))


def kill(address):
    listener = socket.create_server((address, pptp.PORT))
    last = time.monotonic()
    while True:
        sock, _ = listener.accept()
        now = time.monotonic()
        print("%.1f" % (now - last), flush=True)
        last = now
        with Accepted(sock) as control:
            try:
                accept_call(control)
                control.send(pptp.cdn(77))
                control.expect(pptp.STOP_RQ)
                control.send(pptp.message(pptp.STOP_RP, b"\1"))
                control.expect_end()
            except pptp.Closed:
                pass


def hear(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(pptp.PATIENCE)
        sock.bind((address, int(port)))
        print("listens", flush=True)
        print(sock.recv(2048).decode(), flush=True)


def say(address, port, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(text.encode(), (address, int(port)))


if __name__ == "__main__":
    {"kill": kill, "hear": hear, "say": say}[sys.argv[1]](*sys.argv[2:])
