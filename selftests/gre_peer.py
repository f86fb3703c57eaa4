#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A peer that plays enhanced GRE by hand against calls of the module (TAP).

gre_peer.py A P B Q, names of network namespaces: the calls are in A, at
192.0.2.1 and 192.0.2.5; P is linked to it and is the peer, at 192.0.2.2 and
192.0.2.6. B and Q are the same two once more, for what must not pass between
namespaces. gre.sh makes them.

A row of ROWS is played to a call of its own: packets, what is counted for them
(names of COUNTERS), and the frames that PPP gets. Each row ends with a packet
that is delivered, which proves that what came before did no harm, and that it
has been looked at: this process stays on one CPU, where packets keep their
order.
"""

import contextlib
import fcntl
import itertools
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from muxtest import done, enter, equal, point, skip, wait_until
from netlink_hostile import Genl, attrs, await_free, number
from pppox_call import PPPIOCATTCHAN, PPPIOCCONNECT, PPPIOCNEWUNIT, Call
from tracefs import TRACING, can_trace

MUX, MUX_TOO = "192.0.2.1", "192.0.2.5"
PEER, STRANGER = "192.0.2.2", "192.0.2.6"
PPPIOCSFLAGS, PPPIOCSNPMODE = 0x40047459, 0x4008744b
PPP_IP = 0x21
SC_COMP_PROT, SC_COMP_AC = 1, 2
SO_RCVBUFFORCE = 33
LCP = b"\xc0\x21"

# RFC 2637 section 4.1, the first 16 bits: C R K S s Recur A Flags Ver
KEY, SEQ, ACK, VERSION_1, PPP = 0x2000, 0x1000, 0x0080, 1, 0x880b

SLOT_CALL, CALL_STATS = 9, 9
COUNTERS = {10: "taken", 12: "acks", 13: "lost", 14: "resync", 15: "late",
            16: "jump", 17: "bad_frame", 5: "tx_unconnected", 6: "tx_no_route",
            7: "tx_loop", 8: "tx_no_memory", 9: "tx_malformed", 18: "tx_below",
            19: "reordered", 20: "no_room", 21: "duplicate", 22: "no_memory",
            23: "flags", 24: "nothing", 25: "no_seq", 26: "no_payload",
            27: "length", 28: "acks_on_data", 35: "unreachable",
            36: "frag_needed", 37: "redirect", 38: "icmp_other",
            33: "stalls", 34: "timeouts", 39: "tx_clear_text", 40: "clear_text"}
TX_ACKS = 4
RX_HOLE_TIME, RTT, ATO, TX_WINDOW = 29, 30, 31, 32
SO_REORDER, SO_WINDOW, SO_PEER_WINDOW, SO_TOS, SO_CLEAR_TEXT = 8, 9, 10, 11, 12
SO_BINDTODEVICE = 25
ICMP_UNREACHABLE, ICMP_REDIRECT, ICMP_TIME_EXCEEDED = 3, 5, 11
TABLE_COUNTERS = {14: "malformed", 15: "no_call", 30: "short", 31: "version",
                  32: "protocol", 33: "checksum", 34: "routing", 35: "no_key"}
# The kernel's own GRE code drops what is shorter before any protocol sees it
GRE_DEMUX_MIN = 12

# include/pptp_ack.h: at first; for how many; and when that is put to the test
ACK_EVERY, ACK_TEST, ACK_MOST = 8, 16, 256
HOLE_SECONDS = 0.04
# PPP keeps the last so many frames for pppd (PPP_MAX_RQLEN)
PPP_QUEUE = 32
# Of what comes on two processors at once, so that it fits into PPP's queue
BATCH, BATCHES = 24, 400
FUZZ_PACKETS = 1000000
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", 60))
SEED = 2637


class Packet:
    """A packet for a call; what is wrong with it is named."""

    def __init__(self, seq=None, ack=None, payload=b"", flags=0, clear=0,
                 protocol=PPP, length=0, cut=None, trailing=b"", id_xor=0,
                 source=PEER, to=MUX):
        self.seq, self.ack, self.payload = seq, ack, payload
        self.flags, self.clear, self.protocol = flags, clear, protocol
        self.length, self.cut, self.trailing = length, cut, trailing
        self.id_xor, self.source, self.to = id_xor, source, to

    def encode(self, call_id):
        flags = KEY | VERSION_1
        numbers = b""
        for bit, value in ((SEQ, self.seq), (ACK, self.ack)):
            if value is not None:
                flags |= bit
                numbers += struct.pack("!I", value & 0xffffffff)
        head = struct.pack("!HHHH", (flags | self.flags) & ~self.clear,
                           self.protocol, len(self.payload) + self.length,
                           call_id ^ self.id_xor)
        return (head + numbers + self.payload + self.trailing)[:self.cut]


def frame(seq):
    """A frame that tells its packet's number, as PPP reads it."""
    return LCP + b"\x09\x01" + struct.pack("!I", seq & 0xffffffff)


def data(seq, **wrong):
    wrong.setdefault("payload", b"\xff\x03" + frame(seq))
    return Packet(seq=seq, **wrong)


def numbered(*seqs):
    return [data(seq) for seq in seqs]


FULL = data(0, ack=1)
BIG = LCP + bytes(range(256)) * 12
TOO_BIG = b"\x80\x21" + bytes(65536)
# In steps of less than 2^31: a longer one could not be told from a late packet
TO_THE_WRAP = numbered(0x7ffffff0, 0x7ffffff1, 0xfffffffc, 0xfffffffd,
                       0xfffffffe)
AT_THE_WRAP = [0x7ffffff1, 0xfffffffd, 0xfffffffe]

# Where a count that wraps might begin; nothing is late before anything has come
FROM_BEHIND = [0xfffffff0, 0xfffffff1, 0xfffffff2]

ROWS = [
    ("in sequence from 0", numbered(0, 1, 2), {}, [0, 1, 2]),
    ("in sequence from 1", numbered(1, 2, 3), {}, [1, 2, 3]),
    ("from 2: two are lost", numbered(2), {"lost": 2}, [2]),
    ("from 0xfffffff0: one is lost", numbered(*FROM_BEHIND),
     {"jump": 1, "resync": 1}, FROM_BEHIND[1:]),
    ("from 0xffffffff: one is lost", numbered(0xffffffff, 0, 1), {"jump": 1}, [0, 1]),
    ("from 0x1001, all pairs swapped: one is lost",
     numbered(*(0x1000 + (n ^ 1) for n in range(20))),
     {"jump": 1, "resync": 1, "reordered": 9},
     [0x1000, *range(0x1002, 0x1014)]),
    ("from 0x1000, each second one lost: no other one is",
     numbered(*range(0x1000, 0x1014, 2)),
     {"jump": 1, "resync": 1, "lost": 9}, list(range(0x1002, 0x1014, 2))),
    ("a hole", numbered(0, 3, 4), {"lost": 2}, [0, 3, 4]),
    ("a duplicate", numbered(0, 0, 1, 1, 1, 2), {"duplicate": 3}, [0, 1, 2]),
    ("a swapped pair", numbered(0, 2, 1, 3), {"reordered": 1}, [0, 1, 2, 3]),
    ("four reversed", numbered(0, 4, 3, 2, 1, 5), {"reordered": 3},
     [0, 1, 2, 3, 4, 5]),
    ("a duplicate of one that is held", numbered(0, 2, 2, 1),
     {"duplicate": 1, "reordered": 1}, [0, 1, 2]),
    ("64 are held for one that is missing",
     numbered(0, *range(2, 66), 1), {"reordered": 64}, list(range(66))),
    ("and then it is late", numbered(0, *range(2, 67), 1),
     {"lost": 1, "late": 1}, [0, *range(2, 67)]),
    ("late before the first", numbered(1, 0, 2), {"late": 1}, [1, 2]),
    ("a burst of 255 lost", numbered(0, 256), {"lost": 255}, [0, 256]),
    ("256 ahead proves nothing", numbered(0, 257, 1), {"jump": 1}, [0, 1]),
    ("4096 late is late", numbered(0, 9000, 9001, 9002 - 4096, 9002),
     {"jump": 1, "resync": 1, "late": 1}, [0, 9001, 9002]),
    ("one forged jump of 2^31", numbered(0, 0x80000001, 1, 2), {"jump": 1},
     [0, 1, 2]),
    ("one forged jump of 2^31-1", numbered(0, 0x80000000, 1, 2), {"jump": 1},
     [0, 1, 2]),
    ("forged jumps, not in sequence",
     numbered(0, 0x10000, 0x20000, 0x10001, 1), {"jump": 3}, [0, 1]),
    ("two in sequence resynchronise",
     numbered(0, 0x10000, 0x10001, 0x10002), {"jump": 1, "resync": 1},
     [0, 0x10001, 0x10002]),
    ("a real packet between makes two forged ones strangers",
     numbered(0, 0x10000, 1, 0x10001, 2), {"jump": 2}, [0, 1, 2]),
    ("the peer starts anew", numbered(0, 9000, 9001, 9002, 0, 1, 2),
     {"jump": 2, "resync": 2}, [0, 9001, 9002, 1, 2]),
    ("across the wrap", TO_THE_WRAP + numbered(0xffffffff, 0, 1),
     {"jump": 2, "resync": 2}, AT_THE_WRAP + [0xffffffff, 0, 1]),
    ("0xffffffff is lost at the wrap", TO_THE_WRAP + numbered(0, 1),
     {"jump": 2, "resync": 2, "lost": 1}, AT_THE_WRAP + [0, 1]),
    ("0 is lost at the wrap", TO_THE_WRAP + numbered(0xffffffff, 1, 2),
     {"jump": 2, "resync": 2, "lost": 1}, AT_THE_WRAP + [0xffffffff, 1, 2]),
    ("reversed across the wrap", TO_THE_WRAP + numbered(1, 0xffffffff, 0, 2),
     {"jump": 2, "resync": 2, "reordered": 1},
     AT_THE_WRAP + [0xffffffff, 0, 1, 2]),

    ("without address and control", [data(0, payload=frame(0))], {}, [0]),
    ("with a protocol of one byte", [data(0, payload=b"\x21abc")], {},
     [b"\x00\x21abc"]),
    ("with an acknowledgement", [data(0, ack=0), data(1, ack=0xffffffff)],
     {"acks_on_data": 2}, [0, 1]),
    ("bytes behind the payload are trimmed",
     [data(0, trailing=bytes(40)), data(1, ack=5, trailing=b"x")],
     {"acks_on_data": 1}, [0, 1]),
    ("a length that is one too small", [data(0, length=-1), data(1)], {},
     [frame(0)[:-1], 1]),
    ("acknowledgements alone",
     [Packet(ack=0), Packet(ack=0), Packet(ack=0xffffffff, trailing=bytes(30)),
      data(0)], {"acks": 3}, [0]),
    ("in fragments", [data(0, payload=b"\xff\x03" + BIG), data(1)], {},
     [BIG, 1]),
    ("address and control, and nothing",
     [data(0, payload=b"\xff\x03"), data(0)], {"bad_frame": 1}, [0]),

    ("a length that is one too large", [data(0, length=1), data(0)],
     {"length": 1}, [0]),
    ("a length of 65535",
     [data(0, length=65535 - len(FULL.payload)), data(0)], {"length": 1},
     [0]),
    ("a length of 0 before a payload",
     [data(0, length=-len(FULL.payload)), data(0)], {"no_payload": 1}, [0]),
    ("a length of 1 and no payload", [Packet(seq=0, length=1), data(0)],
     {"length": 1}, [0]),
    ("S without a payload",
     [Packet(seq=0), Packet(seq=0, ack=0), Packet(seq=0, trailing=bytes(9)),
      data(0)], {"no_payload": 3}, [0]),
    ("a payload without S",
     [Packet(ack=0, payload=b"\xff\x03" + frame(0)),
      Packet(payload=b"\xff\x03" + frame(0)), data(0)], {"no_seq": 2}, [0]),
    ("neither S nor A", [Packet(trailing=bytes(8)), data(0)], {"nothing": 1},
     [0]),
    ("cut behind every byte",
     [data(0, ack=1, cut=cut) for cut in range(len(FULL.encode(0)))] +
     [data(0)],
     {"length": len(FULL.encode(0)) - GRE_DEMUX_MIN}, [0]),
    ("no key", [data(0, clear=KEY), data(0)], {"malformed": 1, "no_key": 1},
     [0]),
    ("a checksum", [data(0, flags=0x8000), data(0)],
     {"malformed": 1, "checksum": 1}, [0]),
    ("routing", [data(0, flags=0x4000), data(0)],
     {"malformed": 1, "routing": 1}, [0]),
    ("a strict source route", [data(0, flags=0x0800), data(0)], {"flags": 1},
     [0]),
    ("recursion control",
     [data(0, flags=0x0100 * recur) for recur in range(1, 8)] + [data(0)],
     {"flags": 7}, [0]),
    # The kernel's GRE code takes the next two for other versions
    ("each of the flags that must be 0",
     [data(0, flags=1 << bit) for bit in range(3, 7)] + [data(0)], {}, [0]),
    ("other versions",
     [data(0, clear=7 ^ version, flags=version) for version in (0, 2, 3, 7)] +
     [data(0)], {}, [0]),
    ("other protocols",
     [data(0, protocol=protocol)
      for protocol in (0, 0x0800, 0x880a, 0x880c, 0x0b88)] + [data(0)],
     {"malformed": 5, "protocol": 5}, [0]),

    ("another call id",
     [data(0, id_xor=1 << bit) for bit in range(16)] + [data(0)],
     {"no_call": 16}, [0]),
    ("another source address", [data(0, source=STRANGER), data(0)],
     {"no_call": 1}, [0]),
    ("another address of ours", [data(0, to=MUX_TOO), data(0)],
     {"no_call": 1}, [0]),
]


class Wire:
    """The peer's end of a link: raw sockets at its two addresses."""

    def __init__(self, namespace):
        enter(f"/run/netns/{namespace}")
        self.sock = {}
        for address in (PEER, STRANGER):
            sock = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                 socket.IPPROTO_GRE)
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
            sock.bind((address, 0))
            sock.setblocking(False)
            self.sock[address] = sock
        # A router says it, and not the peer
        self.icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                  socket.IPPROTO_ICMP)
        self.icmp.bind((STRANGER, 0))

    def send(self, packet, call_id):
        self.send_encoded(packet, packet.encode(call_id))

    def send_encoded(self, packet, octets):
        self.sock[packet.source].sendto(octets, (packet.to, 0))

    def send_raw(self, octets):
        self.sock[PEER].sendto(octets, (MUX, 0))

    def send_icmp(self, kind, code, info, quoted):
        """An ICMP error that quotes so many octets of a packet."""
        head = struct.pack("!BBHI", kind, code, 0, info)
        total = sum(struct.unpack(f"!{(8 + len(quoted)) // 2}H", head + quoted))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        head = struct.pack("!BBHI", kind, code, total ^ 0xffff, info)
        self.icmp.sendto(head + quoted, (MUX, 0))

    def receive(self):
        """A packet with its IP header, None if there is none."""
        try:
            return self.sock[PEER].recv(65536)
        except BlockingIOError:
            return None

    def drain(self):
        return list(iter(self.receive, None))


class Line:
    """
    A call in A, connected to the peer, and what it counts from here on. Each
    has its own peer's call id: an acknowledgement of a former one may come yet.
    """

    peer_ids = itertools.count(0x1234)

    def __init__(self, genl, connect=True, device=None):
        self.genl = genl
        self.peer_id = next(self.peer_ids)
        self.call = Call().bind(MUX)
        if device:
            self.call.sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE,
                                      device.encode() + b"\0")
        self.call_id = self.call.name()[1]
        self.channel_fd = self.unit_fd = self.unit = None
        if connect:
            self.call.connect(PEER, self.peer_id)
            self.channel_fd = os.open("/dev/ppp", os.O_RDWR | os.O_NONBLOCK)
            self.set_flags(0, PPPIOCATTCHAN, self.call.channel())
        self.table = genl.table()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.channel_fd is not None:
            os.close(self.channel_fd)
        self.call.close()

    def set_flags(self, flags, request=PPPIOCSFLAGS, value=None):
        value = flags if value is None else value
        fcntl.ioctl(self.channel_fd, request, struct.pack("=I", value))

    def stats(self):
        slot = self.genl.slot(self.call.slot())
        stats = attrs(attrs(slot[SLOT_CALL])[CALL_STATS])
        return {kind: number(value) for kind, value in stats.items()}

    def counted(self):
        """What is not 0 of the counters of the call and of the table."""
        stats, table = self.stats(), self.genl.table()
        found = {name: stats[kind] for kind, name in COUNTERS.items()}
        for kind, name in TABLE_COUNTERS.items():
            found[name] = table[kind] - self.table[kind]
        return {name: value for name, value in found.items() if value}

    def frames(self):
        """What PPP has got."""
        found = []
        while True:
            try:
                found.append(os.read(self.channel_fd, 65536))
            except BlockingIOError:
                return found

    def write(self, octets):
        os.write(self.channel_fd, octets)


def play_once(wire, genl, packets, expected):
    """What came of the packets, and how long it took to send them."""
    with Line(genl) as line:
        encoded = [packet.encode(line.call_id) for packet in packets]
        began = time.monotonic()
        for packet, octets in zip(packets, encoded):
            wire.send_encoded(packet, octets)
        took = time.monotonic() - began
        wait_until(lambda: line.counted() == expected)
        return line.counted(), line.frames(), took


def play(wire, genl, row):
    """A hole stays open for a while only: a row must be played within it."""
    name, packets, expected, delivered = row
    expected = dict(expected, taken=len(delivered))
    wanted = [frame(seq) if isinstance(seq, int) else seq
              for seq in delivered[-PPP_QUEUE:]]
    for _ in range(20):
        counted, frames, took = play_once(wire, genl, packets, expected)
        good = counted == expected and frames == wanted
        if good or took < HOLE_SECONDS / 2:
            break
    if not good and took >= HOLE_SECONDS / 2:
        skip(name, f"this machine took {took:.3f} s to send it")
        return
    point(good, name,
          f"counted {counted}, expected {expected}; "
          f"frames {[f.hex() for f in frames][:9]}, "
          f"expected {[f.hex() for f in wanted][:9]}")


def received(wire, line):
    """The packets for the call's peer that have come since the last time."""
    return [packet for packet in wire.drain()
            if parse(packet)[1] == line.peer_id]


def await_packet(wire, line, wanted=lambda packet: True):
    """The next packet of the call that is @wanted, None if none comes."""
    found = []

    def seen():
        found.extend(filter(wanted, received(wire, line)))
        return found

    wait_until(seen)
    return found[0] if found else None


def parse(packet):
    """The GRE header of a packet: flags, call id, seq, ack, payload."""
    gre = packet[(packet[0] & 15) * 4:]
    flags, protocol, length, call_id = struct.unpack_from("!HHHH", gre)
    assert protocol == PPP, "a packet of another protocol was sent"
    at, numbers = 8, []
    for bit in (SEQ, ACK):
        numbers.append(struct.unpack_from("!I", gre, at)[0]
                       if flags & bit else None)
        at += 4 * bool(flags & bit)
    assert len(gre) - at == length, "the length is not that of the payload"
    return flags, call_id, numbers[0], numbers[1], gre[at:]


def is_data(packet):
    return parse(packet)[2] is not None


def unconnected(wire, genl):
    with Line(genl, connect=False) as line, Line(genl) as other:
        wire.send(data(0), line.call_id)
        wire.send(data(0), other.call_id)
        wait_until(lambda: "taken" in other.counted())
        equal((line.counted(), other.counted()),
              ({"no_call": 1}, {"no_call": 1, "taken": 1}),
              "a call that is not connected gets nothing")


def former_call(wire, genl):
    """The slot is claimed again before its former call's packets come."""
    await_free(genl)
    genl.resize(1)
    with Line(genl) as former:
        slot, old_id = former.call.slot(), former.call_id
    with Line(genl) as line:
        equal(line.call.slot(), slot, "a slot is used again at once")
        for seq in range(4):
            wire.send(data(seq), old_id)
        wire.send(data(0), line.call_id)
        wait_until(lambda: "taken" in line.counted())
        equal((line.counted(), line.frames()),
              ({"no_call": 4, "taken": 1}, [frame(0)]),
              "packets of its former call do not reach the next one")
    genl.resize(16)


def foreign_namespace(wire, genl, stranger, stranger_genl):
    """Same addresses, same call id, another namespace."""
    with Line(genl) as line:
        before = stranger_genl.table()
        stranger.send(data(0), line.call_id)
        point(wait_until(lambda: stranger_genl.table()[15] > before[15]),
              "a packet in another namespace is for no call there")
        wire.send(data(0), line.call_id)
        wait_until(lambda: "taken" in line.counted())
        equal(line.counted(), {"taken": 1}, "nor for the call here")


def sent_frames(wire, genl):
    conf_req, echo = LCP + b"\x01\x01\x00\x04", LCP + b"\x09\x01\x00\x04"
    ip, ipcp = b"\x00\x21data", b"\x80\x21\x01\x01\x00\x04"
    both = SC_COMP_AC | SC_COMP_PROT
    address = b"\xff\x03"
    with Line(genl) as line:
        for seq, (flags, sent, payload, name) in enumerate((
                (0, conf_req, address + conf_req, "LCP"),
                (0, ip, address + ip, "data"),
                (both, conf_req, address + conf_req, "LCP, compressed or not"),
                (SC_COMP_AC, echo, echo, "an echo with compressed address"),
                (SC_COMP_AC, ipcp, ipcp, "IPCP with compressed address"),
                (SC_COMP_PROT, ip, address + ip[1:], "compressed protocol"),
                (SC_COMP_PROT, ipcp, address + ipcp, "protocol of two bytes"),
                (both, ip, ip[1:], "both compressed"),
                (0, BIG, address + BIG, "in fragments"))):
            line.set_flags(flags)
            line.write(sent)
            packet = await_packet(wire, line) or bytes(40)
            equal(parse(packet), (KEY | SEQ | VERSION_1, line.peer_id, seq,
                                  None, payload), f"sent: {name}")
        line.write(TOO_BIG)
        wait_until(line.counted)
        equal(line.counted(), {"tx_malformed": 1}, "not what is no IP packet")
        line.write(ip)
        equal(parse(await_packet(wire, line))[2], 9, "and takes no number")


def sent_ip_header(wire, genl):
    with Line(genl) as line:
        line.write(frame(0))
        packet = await_packet(wire, line)
    _, length, fragment, ttl, protocol, source, to = \
        struct.unpack_from("!HH2xHBB2x4s4s", packet)
    equal((length, fragment, ttl, protocol),
          (len(packet), 0, 64, socket.IPPROTO_GRE), "IP header, without DF")
    equal((socket.inet_ntoa(source), socket.inet_ntoa(to)), (MUX, PEER),
          "its addresses")


def outer_dscp(wire, genl):
    """Copied only if that is asked for, and of what is IP."""
    ip4, ip6 = b"\x00\x21\x45\xbb", b"\x00\x57\x6b\xb0"
    with Line(genl) as line:
        for tos, sent, wanted, name in (
                (0, ip4, 0, "no DSCP unless it is asked for"),
                (1, ip4, 0xb8, "DSCP of IPv4, and no ECN"),
                (1, ip6, 0xb8, "DSCP of IPv6, and no ECN"),
                (1, frame(0), 0, "no DSCP of what is not IP"),
                (1, ip4[:3], 0, "nor of what is too short"),
                (0, ip4, 0, "none when that is taken back")):
            line.call.set_option(SO_TOS, tos)
            line.write(sent)
            equal(await_packet(wire, line, is_data)[1], wanted, name)


# What each frame of PPP begins with, and whether it is a network protocol's in the clear
PROTOCOLS = (("IP", b"\x00\x21", True), ("IP, compressed", b"\x21", True),
             ("IPv6", b"\x00\x57", True), ("what nobody knows", b"\x40\x03", True),
             ("MPPE", b"\x00\xfd", False), ("MPPE, compressed", b"\xfd", False),
             ("MPPE's first fragment", b"\x00\x3d\xc0\0\0\1\x00\xfd", False),
             ("the same, compressed", b"\x3d\xc0\0\0\1\xfd", False),
             ("another fragment, of whatever", b"\x00\x3d\x40\0\0\1\x00\x21", False),
             ("IP's first fragment", b"\x00\x3d\xc0\0\0\1\x00\x21", True),
             ("the same, compressed", b"\x3d\xc0\0\0\1\x21", True),
             ("IPCP", b"\x80\x21", False),
             ("LCP", b"\xc0\x21", False), ("CHAP", b"\xc2\x23", False))


# By the option, since long and short numbers look alike; each is all that there is of it
FRAGMENTS = ((1, b"\x80\0\0\1\x00", True, "half a protocol in the first fragment"),
             (1, b"\x80\0\0\1", True, "none in it"),
             (1, b"\xc0\0\0\1", False, "an empty frame"),
             (1, b"\x40\0\0\1\x00", False, "none in another one"),
             (3, b"\xc0\1\x00\x21\x45\0\0", True, "IP behind a short number"),
             (3, b"\xc0\1\x00\xfd\x90\0\0", False, "MPPE behind a short number"),
             (5, b"\xc0\0\0\1\x00\xfd\x90", False, "MPPE behind a long one, as ours are short"))


def clear_text(wire, genl):
    """Where it is to be encrypted, what is of the network passes encrypted only."""
    with Line(genl) as line:
        line.call.set_option(SO_CLEAR_TEXT, 1)
        expected, seq = {}, 0
        for name, begin, is_clear in PROTOCOLS:
            for head in (b"", b"\xff\x03"):
                wire.send(data(seq, payload=head + begin + bytes(20)), line.call_id)
                what = "clear_text" if is_clear else "taken"
                expected[what] = expected.get(what, 0) + 1
                # What is dropped leaves no hole
                seq += not is_clear
            wait_until(lambda: line.counted() == expected)
            equal(line.counted(), expected,
                  f"to be encrypted: {name} is {'dropped' if is_clear else 'taken'}")
        for name, begin, is_clear in PROTOCOLS:
            if begin[0] & 1:
                continue
            line.write(begin + bytes(20))
            if is_clear:
                expected["tx_clear_text"] = expected.get("tx_clear_text", 0) + 1
            else:
                point(await_packet(wire, line, is_data), f"to be encrypted: {name} is sent")
            wait_until(lambda: line.counted() == expected)
            equal(line.counted(), expected, f"to be encrypted: {name}, as it is counted")
        for option, fragment, is_clear, name in FRAGMENTS:
            line.call.set_option(SO_CLEAR_TEXT, option)
            wire.send(data(seq, payload=b"\x00\x3d" + fragment), line.call_id)
            expected["clear_text" if is_clear else "taken"] += 1
            seq += not is_clear
            wait_until(lambda: line.counted() == expected)
            equal(line.counted(), expected, f"to be encrypted: {name}")
        line.call.set_option(SO_CLEAR_TEXT, 0)
        wire.send(data(seq, payload=b"\x21" + bytes(20)), line.call_id)
        expected["taken"] += 1
        wait_until(lambda: line.counted() == expected)
        equal(line.counted(), expected, "not to be encrypted any more: IP is taken")


def no_route(wire, genl, namespace):
    """The link goes down and comes back: frames are lost, not the call."""
    def link(state):
        subprocess.run(["ip", "-n", namespace, "link", "set", "to-p", state],
                       check=True)

    with Line(genl) as line:
        line.write(frame(0))
        point(await_packet(wire, line, is_data), "a frame is sent")
        link("down")
        line.write(frame(1))
        line.write(frame(2))
        wait_until(lambda: line.counted() == {"tx_no_route": 2})
        equal(line.counted(), {"tx_no_route": 2}, "not without a route")
        link("up")
        line.write(frame(3))
        packet = await_packet(wire, line, is_data)
        point(packet and parse(packet)[2] == 1, "a route is found again")


def acks_of_one_way(wire, genl):
    """Nothing is sent in the other direction: acknowledgements go alone."""
    with Line(genl) as line:
        started = time.monotonic()
        wire.send(data(0), line.call_id)
        packet = await_packet(wire, line)
        took = time.monotonic() - started
        equal(parse(packet) if packet else None,
              (KEY | ACK | VERSION_1, line.peer_id, None, 0, b""),
              "one packet is acknowledged alone")
        point(took < 5, "within a deadline", f"{took:.3f} s")
        for seq in range(1, 801):
            wire.send(data(seq), line.call_id)
            line.frames()
        acks = all_acks(wire, line, 800)
        steps = [b - a for a, b in zip([0] + acks, acks)]
        point(acks and acks[-1] == 800 and max(steps[:ACK_TEST]) <= ACK_EVERY,
              f"of the first many at least each {ACK_EVERY}th at once",
              f"{acks[:ACK_TEST]}")
        point(max(steps) <= ACK_MOST, f"and never less than each {ACK_MOST}th",
              f"steps of {sorted(set(steps))}")
        point(line.stats()[TX_ACKS] == len(acks) + 1, "which are counted")


def all_acks(wire, line, last):
    """Acknowledged numbers in order, until @last has come."""
    found = []

    def seen():
        found.extend(parse(packet)[3] for packet in received(wire, line))
        return last in found

    wait_until(seen)
    return sorted(found)


def acks_are_not_acked(wire, genl):
    with Line(genl) as line:
        for ack in range(20):
            wire.send(Packet(ack=ack), line.call_id)
        wait_until(lambda: line.counted() == {"acks": 20})
        line.write(frame(0))
        packet = await_packet(wire, line)
        equal(parse(packet)[:4],
              (KEY | SEQ | VERSION_1, line.peer_id, 0, None),
              "acknowledgements are not acknowledged")
        equal(line.stats()[TX_ACKS], 0, "neither alone")


def acks_ride(wire, genl):
    """
    An acknowledgement that has gone alone already cannot ride: this process
    may be late. So it is tried again; one that rides has to be right.
    """
    with Line(genl) as line:
        for tries in range(200):
            wire.send(data(tries), line.call_id)
            line.write(frame(tries))
            line.frames()
            packet = await_packet(wire, line, is_data)
            flags, _, seq, ack, payload = parse(packet)
            if ack is not None:
                break
        equal((flags, seq, ack, payload),
              (KEY | SEQ | ACK | VERSION_1, tries, tries,
               b"\xff\x03" + frame(tries)),
              "acknowledgements ride on data")


def quoted(line, source=MUX, to=PEER, peer_id_xor=0, fragment=0):
    """What routers quote of a packet of the call: IP, and 8 octets of GRE."""
    return struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 1400, 0, fragment, 64,
                       socket.IPPROTO_GRE, 0, socket.inet_aton(source),
                       socket.inet_aton(to), KEY | SEQ | VERSION_1, PPP, 1368,
                       line.peer_id ^ peer_id_xor)


def path_mtu(namespace):
    """What is known of the path to the peer, 0 if nothing is."""
    shown = subprocess.run(["ip", "-n", namespace, "route", "get", PEER],
                           check=True, capture_output=True, text=True).stdout
    found = re.search(r"\bmtu (\d+)", shown)
    return int(found.group(1)) if found else 0


def icmp_errors(wire, genl, namespace):
    with Line(genl) as line:
        strange = (quoted(line, source=MUX_TOO), quoted(line, to=STRANGER),
                   quoted(line, peer_id_xor=1), quoted(line, fragment=1))
        for packet in strange:
            wire.send_icmp(ICMP_UNREACHABLE, 4, 1000, packet)
        wire.send_icmp(ICMP_UNREACHABLE, 1, 0, quoted(line))
        wait_until(lambda: line.counted() == {"unreachable": 1})
        equal(line.counted(), {"unreachable": 1},
              "ICMP: unreachable; nothing that quotes another call")
        equal(path_mtu(namespace), 0, "which say nothing of the path")
        wire.send_icmp(ICMP_TIME_EXCEEDED, 0, 0, quoted(line))
        wire.send_icmp(ICMP_REDIRECT, 1,
                       int.from_bytes(socket.inet_aton(STRANGER), "big"),
                       quoted(line))
        wanted = {"unreachable": 1, "icmp_other": 1, "redirect": 1}
        wait_until(lambda: line.counted() == wanted)
        equal(line.counted(), wanted, "ICMP: time exceeded and redirect")
        line.write(BIG[:1300])
        equal(parse(await_packet(wire, line))[4][2:], BIG[:1300],
              "a frame of 1300 bytes is sent whole")
        wire.send_icmp(ICMP_UNREACHABLE, 4, 1000, quoted(line))
        point(wait_until(lambda: path_mtu(namespace) == 1000),
              "ICMP: the MTU of the path is kept with the route")
        equal(line.counted(), dict(wanted, frag_needed=1), "which is counted")
        line.write(BIG[:1300])
        packet = await_packet(wire, line)
        equal(parse(packet)[4][2:], BIG[:1300],
              "and a frame that is longer comes all the same")
    subprocess.run(["ip", "-n", namespace, "route", "flush", "cache"],
                   check=True)


def bound_to_device(wire, genl):
    with Line(genl, device="lo") as there, Line(genl, device="to-p") as here:
        wire.send(data(0), there.call_id)
        wire.send(data(0), here.call_id)
        wait_until(lambda: "taken" in here.counted())
        equal((there.counted(), here.counted()),
              ({"no_call": 1}, {"no_call": 1, "taken": 1}),
              "a call that is bound to a device gets its packets only")


def in_vrf(wire, genl, namespace):
    """The link becomes one of a VRF: of no business of those outside."""
    def ip(*words):
        return subprocess.run(["ip", "-n", namespace, *words], check=False,
                              capture_output=True).returncode == 0

    if not ip("link", "add", "vrf0", "type", "vrf", "table", "10"):
        skip("a call outside of a VRF gets nothing from it", "no VRF here")
        skip("one that is bound to the VRF does", "no VRF here")
        return
    with Line(genl) as outside:
        # A route to the peer is in the VRF only from here on
        ip("link", "set", "vrf0", "up")
        ip("link", "set", "to-p", "master", "vrf0")
        with Line(genl, device="vrf0") as inside:
            wire.send(data(0), outside.call_id)
            wire.send(data(0), inside.call_id)
            wait_until(lambda: "taken" in inside.counted())
            equal(outside.counted(), {"no_call": 1},
                  "a call outside of a VRF gets nothing from it")
            equal(inside.counted(), {"no_call": 1, "taken": 1},
                  "one that is bound to the VRF does")
    ip("link", "set", "to-p", "nomaster")
    ip("link", "del", "vrf0")


class Lookups:
    """Routes that are looked up for the peer's packets, as the kernel traces it."""

    name = "events/fib/fib_table_lookup"
    instance = TRACING / "instances/gre_peer"
    event = instance / name
    for_peer = f" {PEER}/0 -> {MUX}/0 "

    def __enter__(self):
        self.instance.mkdir()
        # Not for those that are sent
        (self.event / "filter").write_text("iif != 1")
        (self.event / "enable").write_text("1")
        return self

    def __exit__(self, *_):
        (self.event / "enable").write_text("0")
        self.instance.rmdir()

    def taken(self):
        """How many there were since the last time"""
        trace = self.instance / "trace"
        count = trace.read_text().count(self.for_peer)
        trace.write_text("")
        return count


def all_taken(wire, line, seqs):
    taken = line.counted().get("taken", 0) + len(seqs)
    for seq in seqs:
        wire.send(data(seq), line.call_id)
    wait_until(lambda: line.counted().get("taken") == taken)
    equal(line.counted().get("taken"), taken, f"{len(seqs)} more are taken")
    line.frames()


def kept_route(wire, genl, namespace):
    """The route that packets come by is kept, and no longer than it holds."""
    if not can_trace(Lookups.name):
        skip("the route of packets that come", "this kernel does not trace it")
        return
    demux = Path("/proc/sys/net/ipv4/ip_early_demux")
    with Line(genl) as line, Lookups() as lookups:
        all_taken(wire, line, [0])
        point(lookups.taken(), "the first packet's route is looked up")
        all_taken(wire, line, range(1, 101))
        # Whatever changes in the namespace has it looked up once more
        count = lookups.taken()
        point(count < 10, "and not for each that follows", count)
        demux.write_text("0")
        all_taken(wire, line, range(101, 201))
        point(lookups.taken() >= 100, "unless net.ipv4.ip_early_demux is 0")
        demux.write_text("1")

        before = line.counted()
        with rules_first(namespace, ("from", PEER, "prohibit")):
            wire.send(data(0), line.call_id)
            # It is through when this one is
            wire.send(data(0, source=STRANGER), line.call_id)
            wait_until(lambda: "no_call" in line.counted())
            equal(line.counted(), before | {"no_call": 1},
                  "and a rule against it is heeded at once")
        all_taken(wire, line, [201])


@contextlib.contextmanager
def rules_first(namespace, *rules):
    """Rules that go before the one for what is this host's own."""
    def rule(*words):
        subprocess.run(["ip", "-n", namespace, "rule", *words], check=True)

    rule("add", "pref", "10", "lookup", "local")
    for words in rules:
        rule("add", "pref", "5", *words)
    rule("del", "pref", "0")
    try:
        yield
    finally:
        rule("add", "pref", "0", "lookup", "local")
        for _words in rules:
            rule("del", "pref", "5")
        rule("del", "pref", "10")


def is_refused(wire, line, seq, name):
    """What is sent now does not come to the call, by a rule for what it carries."""
    before = line.counted()
    strangers = before.get("no_call", 0) + 1
    wire.send(data(seq), line.call_id)
    # It is through when this one is
    wire.send(data(seq, source=STRANGER), line.call_id)
    wait_until(lambda: line.counted().get("no_call") == strangers)
    equal(line.counted(), before | {"no_call": strangers}, name)


def marked_behind_routing(wire, line, iptables, mark):
    """What INPUT makes of a packet says nothing of the route that it came by."""
    behind = ["INPUT", *mark[1:]]
    subprocess.run([*iptables, "-A", *behind], check=True)
    all_taken(wire, line, range(5, 9))
    subprocess.run([*iptables, "-A", *mark], check=True)
    is_refused(wire, line, 9, "so does one behind others that INPUT has marked")
    subprocess.run([*iptables, "-D", *mark], check=True)
    subprocess.run([*iptables, "-D", *behind], check=True)


def way_of_its_own(wire, genl, namespace):
    """What a rule chooses a route by is asked of each packet, kept route or not."""
    iptables = ["ip", "netns", "exec", namespace, "iptables", "-t", "mangle"]
    mark = ["PREROUTING", "-p", "gre", "-s", PEER, "-j", "MARK", "--set-mark", "9"]
    with rules_first(namespace, ("fwmark", "9", "prohibit"), ("tos", "0x10", "prohibit")), \
            Line(genl) as line:
        all_taken(wire, line, range(5))
        if subprocess.run([*iptables, "-A", *mark], check=False,
                          capture_output=True).returncode:
            skip("a marked packet goes by the rule for its mark", "no mangle table here")
        else:
            is_refused(wire, line, 5, "a marked packet goes by the rule for its mark")
            subprocess.run([*iptables, "-D", *mark], check=True)
            marked_behind_routing(wire, line, iptables, mark)
        all_taken(wire, line, [9])
        wire.sock[PEER].setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x10)
        is_refused(wire, line, 10, "one with a TOS by the rule for that")
        wire.sock[PEER].setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0)
        all_taken(wire, line, [10])


class Delivered:
    """Hashes of flows that packets have when PPP gives them to the stack."""

    name = "events/net/netif_rx_entry"
    instance = TRACING / "instances/gre_peer_rx"

    def __enter__(self):
        self.instance.mkdir()
        (self.instance / self.name / "filter").write_text('name ~ "ppp*"')
        (self.instance / self.name / "enable").write_text("1")
        return self

    def __exit__(self, *_):
        (self.instance / self.name / "enable").write_text("0")
        self.instance.rmdir()

    def hashes(self):
        return re.findall(r"\bhash=(0x[0-9a-f]+)", (self.instance / "trace").read_text())


def flow_of_its_own(wire, genl, namespace):
    """A packet's flow is no flow of what is in it."""
    if not can_trace(Delivered.name):
        skip("the flow of a packet is not that of its frame", "this kernel does not trace it")
        return
    rps = "/sys/class/net/to-p/queues/rx-0/rps_cpus"
    with Line(genl) as line, data_unit(line), Delivered() as delivered:
        write = ["ip", "netns", "exec", namespace, "sh", "-c"]
        # Which has each packet hashed as it comes
        if subprocess.run([*write, f"echo 1 >{rps}"], check=False,
                          capture_output=True).returncode:
            skip("the flow of a packet is not that of its frame", "no RPS here")
            return
        fcntl.ioctl(line.unit_fd, PPPIOCSNPMODE, struct.pack("=ii", PPP_IP, 0))
        subprocess.run(["ip", "-n", namespace, "link", "set", line.unit, "up"], check=True)
        for seq in range(3):
            wire.send(data(seq, payload=b"\xff\x03\x00\x21" + inner_ip()), line.call_id)
        wait_until(lambda: len(delivered.hashes()) >= 3)
        equal(set(delivered.hashes()), {"0x00000000"},
              "the flow of a packet is not that of its frame")
        subprocess.run([*write, f"echo 0 >{rps}"], check=True)


def inner_ip():
    """An IP packet for nobody"""
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0,
                       bytes([198, 18, 0, 1]), bytes([198, 18, 0, 2])) + bytes(8)


def captured(wire, genl):
    """What is captured stays as it came, whatever PPP writes in front of a frame."""
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    capture.bind(("to-p", 0x0800))
    capture.settimeout(10)
    with Line(genl) as line:
        for seq, payload in ((1, b"\x21" + inner_ip()), (2, b"\xff\x03\x21" + inner_ip())):
            sent = data(seq, payload=payload)
            wire.send(sent, line.call_id)
            wait_until(lambda: line.counted().get("taken") == seq)
            octets = capture.recv(2048)
            while octets[9] != socket.IPPROTO_GRE or octets[12:16] != socket.inet_aton(PEER):
                octets = capture.recv(2048)
            equal(octets[20:], sent.encode(line.call_id),
                  f"a capture of a frame with one octet of protocol, packet {seq}")
    capture.close()


def matches_of_socket(wire, genl, namespace):
    """netfilter asks the socket of a packet as one of IP, and is told the truth."""
    del wire
    rules = ("table ip of_socket { chain out { type filter hook output priority 0;"
             " ip protocol gre socket transparent 0 counter comment \"opaque\";"
             " ip protocol gre socket transparent 1 counter comment \"transparent\";"
             " ip protocol gre socket wildcard 0 counter comment \"bound\";"
             " ip protocol gre socket wildcard 1 counter comment \"wildcard\";"
             " ip protocol gre socket mark 77 counter comment \"marked\"; } }")
    nft = ["ip", "netns", "exec", namespace, "nft"]
    with contextlib.suppress(FileNotFoundError):
        if subprocess.run([*nft, "-f", "-"], check=False, input=rules, text=True,
                          capture_output=True).returncode:
            skip("netfilter is told the truth of a call's socket", "no match for it here")
            return
    with Line(genl) as line:
        line.call.sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 77)
        for seq in range(3):
            line.write(frame(seq))
    shown = subprocess.run([*nft, "list", "table", "ip", "of_socket"], check=True,
                           capture_output=True, text=True).stdout
    counted = {name: int(count) for count, name in
               re.findall(r'packets (\d+) bytes \d+ comment "(\w+)"', shown)}
    equal(counted, {"opaque": 3, "transparent": 0, "bound": 3, "wildcard": 0, "marked": 3},
          "netfilter is told the truth of a call's socket")
    subprocess.run([*nft, "delete", "table", "ip", "of_socket"], check=True)


def hole_times(wire, genl):
    with Line(genl) as line:
        equal(line.stats()[RX_HOLE_TIME], 40000, "a hole is open for 40 ms")
        line.call.set_option(SO_REORDER, 0)
        for seq in (0, 2, 1, 3):
            wire.send(data(seq), line.call_id)
        wanted = {"taken": 3, "lost": 1, "late": 1}
        wait_until(lambda: line.counted() == wanted)
        equal((line.counted(), line.frames()),
              (wanted, [frame(seq) for seq in (0, 2, 3)]),
              "reordering is off: nothing is held")
    with Line(genl) as line:
        for seq in (0, 2, 3):
            wire.send(data(seq), line.call_id)
        point(3 in all_acks(wire, line, 3),
              "what is behind a hole is acknowledged when that is given up")
    with Line(genl) as line:
        line.call.set_option(SO_REORDER, 300)
        began = time.monotonic()
        for seq in (0, 2):
            wire.send(data(seq), line.call_id)
        wait_until(lambda: line.counted().get("taken") == 2)
        point(time.monotonic() - began > 0.29, "reordering of 300 ms")
    with Line(genl) as line:
        for seq in range(0, 60, 2):
            wire.send(data(seq + 1), line.call_id)
            time.sleep(0.1)
            wire.send(data(seq), line.call_id)
        point(wait_until(lambda: line.counted().get("reordered", 0) > 10),
              "packets that are 100 ms late are waited for after a while",
              repr(line.counted()))
        point(100000 <= line.stats()[RX_HOLE_TIME] <= 300000,
              "the time of holes has followed",
              repr(line.stats()[RX_HOLE_TIME]))


def round_trip(wire, genl):
    """Frames are acknowledged 60 ms after they were sent, more or less."""
    with Line(genl) as line:
        equal((line.stats()[RTT], line.stats()[ATO]), (100000, 100000),
              "a round trip of 100 ms to begin with")
        took = []
        for seq in range(30):
            began = time.monotonic()
            line.write(frame(seq))
            packet = await_packet(wire, line, is_data)
            time.sleep(0.06)
            wire.send(Packet(ack=parse(packet)[2]), line.call_id)
            wait_until(lambda: line.counted() == {"acks": seq + 1})
            took.append(time.monotonic() - began)
        rtt, ato = line.stats()[RTT], line.stats()[ATO]
        if max(took) > 0.09:
            skip("round trips are measured", "this machine is too slow")
            return
        point(55000 < rtt < 90000 and ato >= 100000,
              "round trips are measured", f"rtt {rtt}, ato {ato}")


def ip_frame(number):
    """Data, which the window counts and holds back; LCP is not."""
    return b"\x00\x21" + struct.pack("!I", number)


@contextlib.contextmanager
def data_unit(line):
    """
    What sends data as an interface does, and so that a frame of PPP's own, which
    is written to the channel, need not wait behind it.
    """
    fd = os.open("/dev/ppp", os.O_RDWR | os.O_NONBLOCK)
    unit = fcntl.ioctl(fd, PPPIOCNEWUNIT, struct.pack("=i", -1))
    fcntl.ioctl(line.channel_fd, PPPIOCCONNECT, unit)
    line.unit = f"ppp{struct.unpack('=i', unit)[0]}"
    line.unit_fd = fd
    try:
        yield lambda number: os.write(fd, ip_frame(number))
    finally:
        os.close(fd)


def numbers_sent(wire, line, last, seconds=30):
    """Numbers of the frames that have come until the last has."""
    found = []

    def seen():
        found.extend(struct.unpack("!I", parse(packet)[4][-4:])[0]
                     for packet in received(wire, line) if is_data(packet))
        return last in found

    wait_until(seen, seconds)
    return found


def window_steps(wire, line, write):
    """(what came, what should have, name) of each step."""
    line.call.set_option(SO_PEER_WINDOW, 8)
    line.call.set_option(SO_WINDOW, 1)
    for number in range(6):
        write(number)
    line.write(frame(99))
    yield (numbers_sent(wire, line, 99), [0, 1, 2, 3, 99],
           "half of the peer's window is sent, and LCP in any case")
    yield ((line.counted(), line.stats()[TX_WINDOW]), ({"stalls": 1}, 4),
           "the window is full once")
    wire.send(Packet(ack=1), line.call_id)
    yield numbers_sent(wire, line, 4, 2), [4], "an ack lets one more pass"
    wire.send(Packet(ack=4), line.call_id)
    yield numbers_sent(wire, line, 5, 2), [5], "and the next one the last"
    wire.send(Packet(ack=6), line.call_id)
    for number in range(6, 20):
        write(number)
    line.call.set_option(SO_WINDOW, 0)
    yield (numbers_sent(wire, line, 19), list(range(6, 20)),
           "switched off, it lets everything pass")


def window_on(wire, genl):
    """After 100 ms the window does not wait any more: this must be faster."""
    for _ in range(5):
        with Line(genl) as line, data_unit(line) as write:
            steps = list(window_steps(wire, line, write))
            in_time = "timeouts" not in line.counted()
        if in_time:
            break
    for got, expected, name in steps:
        if in_time:
            equal(got, expected, name)
        else:
            skip(name, "this machine is too slow")


def window_auto(wire, genl):
    with Line(genl) as line, data_unit(line) as write:
        line.call.set_option(SO_PEER_WINDOW, 16)
        for number in range(20):
            write(number)
        equal((numbers_sent(wire, line, 19), line.stats()[TX_WINDOW]),
              (list(range(20)), 0),
              "a peer that does not acknowledge is not waited for")
        wire.send(Packet(ack=19), line.call_id)
        wait_until(lambda: line.stats()[TX_WINDOW] > 0)
        for number in range(20, 40):
            write(number)
        equal(numbers_sent(wire, line, 39), list(range(20, 40)),
              "one that stops to acknowledge cannot stall the call")
        equal((line.counted().get("timeouts"), line.stats()[TX_WINDOW]),
              (2, 0), "after two time-outs")


class Sender:
    """A process on a processor of its own that sends every other packet."""

    def __init__(self, wire, call_id, cpu, parity):
        go, self.go = os.pipe()
        self.done, done = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(go)
            os.close(done)
            return
        os.close(self.go)
        os.sched_setaffinity(0, {cpu})
        for first in iter(lambda: os.read(go, 4), b""):
            base = struct.unpack("=I", first)[0] + parity
            for seq in range(base, base + BATCH, 2):
                wire.send(data(seq), call_id)
            os.write(done, b"x")
        os._exit(0)

    def start(self, seq):
        os.write(self.go, struct.pack("=I", seq))

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.go)
        os.close(self.done)
        os.waitpid(self.pid, 0)


def frames_until(line, last):
    found = []

    def seen():
        found.extend(line.frames())
        return last in found

    wait_until(seen)
    return found


def two_processors(wire, genl, cpus):
    """PPP must get the frames in order, whichever packet came where."""
    if len(cpus) < 2:
        skip("packets that come on two processors are in order", "there is one")
        return
    with Line(genl) as line:
        line.call.set_option(SO_REORDER, 300)
        senders = [Sender(wire, line.call_id, cpu, parity)
                   for parity, cpu in enumerate(sorted(cpus)[:2])]
        # Where a session begins, its first packet says: that one comes alone
        wire.send(data(0), line.call_id)
        frames_until(line, frame(0))
        wrong, late = None, 0
        for seq in range(1, BATCHES * BATCH, BATCH):
            for sender in senders:
                sender.start(seq)
            for sender in senders:
                os.read(sender.done, 1)
            found = frames_until(line, frame(seq + BATCH - 1))
            sent = [frame(number) for number in range(seq, seq + BATCH)]
            late += BATCH - len(found)
            if found != [octets for octets in sent if octets in found]:
                wrong = (seq, [octets.hex() for octets in found])
                break
        counted = line.counted()
        for sender in senders:
            sender.end()
        print(f"# two processors: {BATCHES * BATCH} packets,",
              f"{counted.get('reordered', 0)} came too early", flush=True)
        # A host that is busy may let a processor wait for longer than a hole does
        point(not wrong and late == counted.get("late", 0) < BATCHES,
              "packets that come on two processors are in order",
              f"{wrong}, {late} missing, counted {counted}")


def flood(namespace, lines):
    """Packets sent; as many as fit into the time, on a slow kernel."""
    program = Path(os.environ["PPTP_MUX_BUILD"], "selftests/gre_flood")
    if not program.exists():
        program = Path(__file__).with_name("gre_flood")
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, program, MUX, str(FUZZ_PACKETS),
         str(FUZZ_SECONDS), str(SEED), *(str(line.call_id) for line in lines)],
        check=True, stdout=subprocess.PIPE, text=True)
    return int(done.stdout)


def works(wire, line):
    """Wherever the numbering is, the last of three in sequence passes."""
    wire.drain()
    line.frames()
    for seq in range(0x5eed0000, 0x5eed0003):
        wire.send(data(seq), line.call_id)
    got = wait_until(lambda: frame(0x5eed0002) in line.frames())
    line.write(frame(4711))
    sent = await_packet(
        wire, line, lambda packet: is_data(packet) and
        parse(packet)[4] == b"\xff\x03" + frame(4711))
    return got and sent


def fuzz(wire, genl, namespace):
    with Line(genl) as first, Line(genl) as second:
        lines = [first, second]
        began = time.monotonic()
        sent = flood(namespace, lines)
        print(f"# {sent} random packets in {time.monotonic() - began:.1f} s",
              flush=True)
        counted = first.counted()
        point(all(counted.get(name) for name in
                  ("taken", "acks", "jump", "duplicate", "flags", "nothing",
                   "no_seq", "no_payload", "length", "malformed", "checksum",
                   "routing", "no_key", "protocol", "no_call")),
              "of many packets all kinds are counted", repr(counted))
        point(all(works(wire, line) for line in lines),
              "and the calls still work")


def main():
    namespaces = sys.argv[1:]
    if len(namespaces) != 4:
        sys.exit("gre_peer.py needs four network namespaces: run gre.sh")
    a, p, b, q = namespaces
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    print("TAP version 13")
    wire, stranger = Wire(p), Wire(q)
    enter(f"/run/netns/{b}")
    stranger_genl = Genl()
    enter(f"/run/netns/{a}")
    with Genl() as genl:
        for row in ROWS:
            play(wire, genl, row)
        unconnected(wire, genl)
        former_call(wire, genl)
        foreign_namespace(wire, genl, stranger, stranger_genl)
        sent_frames(wire, genl)
        sent_ip_header(wire, genl)
        outer_dscp(wire, genl)
        clear_text(wire, genl)
        no_route(wire, genl, a)
        acks_of_one_way(wire, genl)
        acks_are_not_acked(wire, genl)
        acks_ride(wire, genl)
        icmp_errors(wire, genl, a)
        bound_to_device(wire, genl)
        in_vrf(wire, genl, a)
        kept_route(wire, genl, a)
        way_of_its_own(wire, genl, a)
        flow_of_its_own(wire, genl, a)
        captured(wire, genl)
        matches_of_socket(wire, genl, a)
        hole_times(wire, genl)
        round_trip(wire, genl)
        two_processors(wire, genl, cpus)
        window_on(wire, genl)
        window_auto(wire, genl)
        fuzz(wire, genl, p)
    return done()


if __name__ == "__main__":
    sys.exit(main())
