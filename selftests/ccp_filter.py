#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A client whose CCP no pppd has: between a pppd and its pptp, it alters what pppd sends.

Usage: ccp_filter.py MODE COMMAND...
To be what pppd's option "pty" runs; COMMAND is pptp with --nolaunchpppd.

MODE is what the server gets to see:
  stateful  the first request for MPPE is for stateful mode, and so is the answer to the
            server's own; all others are pppd's
  insist    each request is for MPPE in stateful mode, whatever the server answers
  silent    nothing of CCP, not even that it is rejected
  deaf      all, but the first answer to its own request is lost on the way
"""

import os
import select
import socket
import subprocess
import sys

FLAG, ESCAPE = 0x7e, 0x7d
CCP = b"\x80\xfd"
REQUEST, ACK, NAK = 1, 2, 3
STATEFUL_128 = bytes([18, 6, 0, 0, 0, 0x40])


def fcs(octets):
    """The frame check sequence of RFC 1662, section 9.2"""
    value = 0xffff
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value ^ 0xffff


def wrap(packet):
    """An asynchronous frame, with all escaped that may be"""
    frame = b"\xff\x03" + packet
    frame += fcs(frame).to_bytes(2, "little")
    escaped = bytearray([FLAG])
    for octet in frame:
        if octet < 0x20 or octet in (FLAG, ESCAPE):
            escaped += bytes([ESCAPE, octet ^ 0x20])
        else:
            escaped.append(octet)
    return bytes(escaped) + bytes([FLAG])


def unwrap(frame):
    """The packet in what stands between two flags"""
    plain, escaped = bytearray(), False
    for octet in frame:
        if octet == ESCAPE:
            escaped = True
            continue
        plain.append(octet ^ 0x20 if escaped else octet)
        escaped = False
    return bytes(plain[2:-2] if plain[:2] == b"\xff\x03" else plain[:-2])


def configure(code, identifier, options):
    return CCP + bytes([code, identifier]) + (4 + len(options)).to_bytes(2, "big") + options


def is_request_for_mppe(packet):
    return packet[2] == REQUEST and packet[6:8] == STATEFUL_128[:2]


class Filter:
    """Packets of CCP, each into those that go on in its place"""

    def __init__(self, mode):
        self.mode = mode
        self.asked = self.answered = False

    def from_pppd(self, packet):
        code, identifier = packet[2], packet[3]
        if self.mode == "silent":
            return []
        if self.mode == "deaf":
            return [packet]
        if self.mode == "insist":
            # nor does the server get to know that pppd wants no MPPE
            return [configure(REQUEST, identifier, STATEFUL_128)] if code == REQUEST else []
        if is_request_for_mppe(packet) and not self.asked:
            self.asked = True
            return [configure(REQUEST, identifier, STATEFUL_128)]
        return [packet]

    def from_server(self, packet):
        """What goes to pppd, and what is answered at once"""
        if self.mode == "deaf" and packet[2] == ACK and not self.answered:
            self.answered = True
            return [], []
        if self.mode == "insist" and packet[2] == NAK:
            return [], [configure(REQUEST, packet[3] + 1 & 0xff, STATEFUL_128)]
        if self.mode == "stateful" and is_request_for_mppe(packet) and not self.answered:
            self.answered = True
            return [], [configure(NAK, packet[3], STATEFUL_128)]
        return [packet], []


class Frames:
    """What stands between flags, whole"""

    def __init__(self):
        self.rest = b""

    def feed(self, octets):
        *whole, self.rest = (self.rest + octets).split(bytes([FLAG]))
        return [frame for frame in whole if frame]


def write(descriptor, octets):
    while octets:
        octets = octets[os.write(descriptor, octets):]


def relay(mode, server):
    """Until one of both ends"""
    rules, ups, downs = Filter(mode), Frames(), Frames()
    while True:
        ready, _, _ = select.select([0, server], [], [])
        for source in ready:
            octets = os.read(source, 4096)
            if not octets:
                return
            for frame in (ups if source == 0 else downs).feed(octets):
                packet = unwrap(frame)
                whole = bytes([FLAG]) + frame + bytes([FLAG])
                if packet[:2] != CCP or len(packet) < 6:
                    write(server if source == 0 else 1, whole)
                elif source == 0:
                    write(server, b"".join(map(wrap, rules.from_pppd(packet))))
                else:
                    down, up = rules.from_server(packet)
                    write(1, b"".join(map(wrap, down)))
                    write(server, b"".join(map(wrap, up)))


def main():
    near, far = socket.socketpair()
    with subprocess.Popen(sys.argv[2:], stdin=far, stdout=far) as pptp:
        far.close()
        try:
            relay(sys.argv[1], near.fileno())
        except OSError:
            pass
        near.close()
        pptp.terminate()


main()
