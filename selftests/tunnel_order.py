#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Numbered datagrams: do all of them come, and in order?

Usage: tunnel_order.py receive ADDRESS COUNT [MISSING]
           no more than MISSING of them may be missing, which is 0
       tunnel_order.py send ADDRESS COUNT
           a few more than COUNT, for what holds the last ones back
"""

import socket
import struct
import sys
import time

PORT = 7778
PATIENCE = 60
PACE = 0.001
MORE = 50


def receive(address, count, missing=0):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, PORT))
        sock.settimeout(PATIENCE)
        expected = 0
        while expected < count:
            number = struct.unpack("!I", sock.recv(64))[0]
            missing -= number - expected
            if number < expected or missing < 0:
                sys.exit(f"number {number} came in the place of {expected}")
            expected = number + 1


def send(address, count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(count + MORE):
            sock.sendto(struct.pack("!I", number), (address, PORT))
            time.sleep(PACE)


if __name__ == "__main__":
    {"receive": receive, "send": send}[sys.argv[1]](sys.argv[2],
                                                    *map(int, sys.argv[3:]))
