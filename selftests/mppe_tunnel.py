#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""TCP through a tunnel with MPPE, over whichever module owns GRE version 1.

mppe_tunnel.py A B SECONDS COMMAND...: makes a call between two network namespaces
(A at 192.0.2.1, B at 192.0.2.2), with stateless MPPE of 128 bits and without pppd:
its only work would be to agree with itself. Then runs COMMAND, which may make the
path worse, and sends from A to B as fast as it goes. Prints octets that came in
order and unchanged, and errors that PPP counted at both ends.
"""

import ctypes
import fcntl
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time
import zlib

from muxtest import enter, wait_until
from pppox_call import Call

INNER = ("198.51.100.1", "198.51.100.2")
OUTER = ("192.0.2.1", "192.0.2.2")
PORT = 7777
PIECE = random.Random(2637).randbytes(1 << 16)

# linux/ppp-ioctl.h
PPPIOCSFLAGS, PPPIOCSNPMODE = 0x40047459, 0x4008744b
PPPIOCSCOMPRESS = 0x4010744d
PPPIOCGFLAGS = 0x8004745a
SC_CCP_OPEN, SC_CCP_UP = 0x40, 0x80
SC_BOTH_RUN = 0x1000 | 0x2000  # SC_COMP_RUN and SC_DECOMP_RUN
PPP_IP, NPMODE_PASS = 0x21, 0

# RFC 3078: stateless, 128 bits. The key stands behind the option.
MPPE = b"\x12\x06\x01\x00\x00\x40"
CCP_CONFACK = b"\x80\xfd\x02\x01"


class Unit:
    """PPP's end of a call: @unit_fd, which does not block, on one of two sides."""

    def __init__(self, unit_fd, side):
        self.unit_fd, self.side = unit_fd, side
        os.set_blocking(unit_fd, False)
        fcntl.ioctl(unit_fd, PPPIOCSNPMODE, struct.pack("=ii", PPP_IP, NPMODE_PASS))

    def set_flags(self, flags):
        fcntl.ioctl(self.unit_fd, PPPIOCSFLAGS, struct.pack("=i", flags))

    def is_encrypted(self):
        """Both ways, says PPP."""
        flags = fcntl.ioctl(self.unit_fd, PPPIOCGFLAGS, struct.pack("=i", 0))
        return struct.unpack("=i", flags)[0] & SC_BOTH_RUN == SC_BOTH_RUN

    def set_keys(self, mppe=MPPE, base=0):
        """Both ends have the same, if they have the same base."""
        for transmit in (0, 1):
            key = bytes([base ^ self.side ^ transmit]) * 16
            option = ctypes.create_string_buffer(mppe + key, len(mppe) + 16)
            data = struct.pack("@PIi", ctypes.addressof(option), len(option),
                               transmit)
            fcntl.ioctl(self.unit_fd, PPPIOCSCOMPRESS, data)
        self.set_flags(SC_CCP_OPEN)

    def acknowledge(self, other, mppe=MPPE):
        """Compression begins where this is sent and where it comes."""
        confack = CCP_CONFACK + struct.pack("!H", 4 + len(mppe)) + mppe
        os.write(self.unit_fd, confack)

        def has_come():
            try:
                return os.read(other.unit_fd, 2048) == confack
            except BlockingIOError:
                return False

        if not wait_until(has_come):
            sys.exit("the CCP Configure-Ack did not come")


class End(Unit):
    """One end of the tunnel, in a namespace."""

    def __init__(self, namespace, side, inner=INNER):  # pylint: disable=super-init-not-called
        self.namespace, self.side, self.inner = namespace, side, inner
        self.enter()
        self.call = Call().bind(OUTER[side])
        self.call_id = self.call.name()[1]

    def enter(self):
        enter(f"/run/netns/{self.namespace}")

    def ip(self, *words):
        subprocess.run(["ip", "-n", self.namespace, *words], check=True)

    def set_keys(self, mppe=MPPE, base=0):
        """A unit's compressors are of the namespace that gives them their keys."""
        self.enter()
        super().set_keys(mppe, base)

    def connect(self, other):
        self.enter()
        self.call.connect(OUTER[1 - self.side], other.call_id)
        self.name = self.call.attach()
        Unit.__init__(self, self.call.unit_fds[-1], self.side)
        self.ip("addr", "add", self.inner[self.side], "peer",
                self.inner[1 - self.side], "dev", self.name)
        self.ip("link", "set", self.name, "mtu", "1400", "up")

    def errors(self):
        """Of decompression, and whatever else PPP finds wrong."""
        shown = subprocess.run(
            ["ip", "netns", "exec", self.namespace, "cat",
             f"/sys/class/net/{self.name}/statistics/rx_errors"],
            check=True, capture_output=True, text=True).stdout
        return int(shown)


def plain_tunnel(namespaces, inner=INNER):
    ends = [End(namespace, side, inner) for side, namespace in enumerate(namespaces)]
    for end, other in (ends, reversed(ends)):
        end.connect(other)
    return ends


def agree(ends, mppe=MPPE):
    """What follows when both units have their keys."""
    for end, other in (ends, reversed(ends)):
        end.acknowledge(other, mppe)
    for end in ends:
        end.set_flags(SC_CCP_OPEN | SC_CCP_UP)
        if not end.is_encrypted():
            sys.exit("MPPE is not up")


def encrypt(ends, mppe=MPPE, between=lambda: None):
    """Has both units begin MPPE; @between is called when the first has its keys, and
    the second has not.
    """
    ends[0].set_keys(mppe)
    between()
    ends[1].set_keys(mppe)
    agree(ends, mppe)


def tunnel(namespaces, mppe=MPPE, between=lambda: None):
    ends = plain_tunnel(namespaces)
    encrypt(ends, mppe, between)
    return ends


def receive(listener, seconds, report):
    """Counts what comes in time, and whether it is what was sent."""
    sock, _ = listener.accept()
    octets, check, same = 0, 0, 0
    end = None
    while not end or time.monotonic() < end:
        try:
            piece = sock.recv(len(PIECE))
        except TimeoutError:
            continue
        # The path is bad from the first octet on
        if not end:
            end = time.monotonic() + seconds
            sock.settimeout(0.5)
        at = octets % len(PIECE)
        wanted = (PIECE + PIECE)[at:at + len(piece)]
        check, same = zlib.crc32(piece, check), zlib.crc32(wanted, same)
        octets += len(piece)
    os.write(report, struct.pack("=Q", octets if check == same else 0))


def send(sock, report):
    """Until the receiver has had enough, and reports."""
    sock.settimeout(0.5)
    at = 0
    while not select.select([report], [], [], 0)[0]:
        try:
            at += sock.send(PIECE[at:])
            at %= len(PIECE)
        except TimeoutError:
            pass
        except ConnectionError:
            break


def main():
    namespaces, seconds = sys.argv[1:3], float(sys.argv[3])
    ends = tunnel(namespaces)
    ends[1].enter()
    listener = socket.create_server((INNER[1], PORT))
    there, report = os.pipe()
    if not os.fork():
        receive(listener, seconds, report)
        os._exit(0)
    ends[0].enter()
    with socket.create_connection((INNER[1], PORT)) as sock:
        subprocess.run(sys.argv[4:], check=True)
        send(sock, there)
        octets = struct.unpack("=Q", os.read(there, 8))[0]
        os.wait()
    print(octets, sum(end.errors() for end in ends))
    for end in ends:
        end.call.close()


if __name__ == "__main__":
    main()
