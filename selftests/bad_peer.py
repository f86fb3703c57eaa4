#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Peers that break the rules, each a part of bad_peer.sh.

Usage: bad_peer.py PART SERVER [NUMBER]
Exits with 0 if the server did what RFC 2637 or its manual says. What NUMBER is
depends on the part.
"""

import os
import random
import socket
import struct
import sys
import time

import pptp_peer as pptp
from pptp_peer import Closed, Control

SEED = 0x1a2b3c4d
LCP, EAP = 0xc021, 0xc227
# RFC 3748, and draft-kamath-pppext-eap-mschapv2
EAP_REQUEST, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE = range(1, 5)
EAP_IDENTITY, EAP_NAK, EAP_MD5, EAP_MSCHAPV2 = 1, 3, 4, 26
NAME = b"alice"


def alive(server):
    """The server still connects a call, and clears it."""
    with Control(server).start() as control:
        control.clear(901, control.call(901))
        control.stop()


def truncated(server, step=1):
    """Each type cut at every octet, before and after the connection is set up."""
    for kind, whole in sorted(pptp.EXAMPLE.items()):
        for length in range(0, len(whole), step):
            for started in (False, True):
                with Control(server) as control:
                    if started:
                        control.start()
                    control.send(whole[:length])


def closes(server, data, started):
    """The server must close because of data, without taking it for a message."""
    with Control(server) as control:
        if started:
            control.start()
        try:
            control.send(data)
        except Closed:
            return
        kinds = control.expect_end()
        assert not kinds, "%r was answered by %s" % (data[:16], kinds)


def malformed(server):
    """Headers that are wrong in one field."""
    head = struct.Struct("!HHIH")
    wrong = [head.pack(*fields) for fields in (
        (156, 2, pptp.MAGIC, 1), (156, 0, pptp.MAGIC, 1),
        (156, 1, pptp.MAGIC ^ 1, 1), (156, 1, 0x4d3c2b1a, 1),
        (0, 1, pptp.MAGIC, 1), (15, 1, pptp.MAGIC, 1), (155, 1, pptp.MAGIC, 1),
        (157, 1, pptp.MAGIC, 1), (221, 1, pptp.MAGIC, 1),
        (65535, 1, pptp.MAGIC, 1), (16, 1, pptp.MAGIC, 1))]
    wrong += [head.pack(16, 1, pptp.MAGIC, kind) for kind in (0, 16, 255, 65535)]
    wrong += [head.pack(length + 1, 1, pptp.MAGIC, kind)
              for kind, length in pptp.LENGTH.items()]
    for data in wrong:
        for started in (False, True):
            closes(server, data.ljust(300, b"\0"), started)


def oversized(server):
    """A good message, and more octets than any message has behind it."""
    for started in (False, True):
        with Control(server) as control:
            if started:
                control.start()
            try:
                control.send(pptp.sccrq() + b"\xff" * 100000)
            except Closed:
                continue
            assert set(control.expect_end()) <= {pptp.SCCRP}


def version(server):
    """An earlier version of the protocol: result 5, then the end. A later one: ours."""
    with Control(server) as control:
        control.send(pptp.sccrq(version=0x00ff))
        assert control.expect(pptp.SCCRP)[14] == 5
        control.expect_end()
    with Control(server) as control:
        control.send(pptp.sccrq(version=0x0200))
        assert control.expect(pptp.SCCRP)[12:15] == b"\1\0\1"
        control.stop()


def out_of_order(server):
    """What comes before its time, twice, or is for the server to send."""
    for kind in set(pptp.LENGTH) - {pptp.SCCRQ}:
        closes(server, pptp.EXAMPLE[kind], started=False)
    with Control(server).start() as control:
        control.send(pptp.sccrq())
        assert control.expect(pptp.SCCRP)[14] == 3, "a second start"
        control.stop()
    for kind in (pptp.SCCRP, pptp.STOP_RP, pptp.OCRP, pptp.ICRP, pptp.ICCN):
        with Control(server).start() as control:
            control.send(pptp.EXAMPLE[kind])
            assert control.expect(pptp.STOP_RQ)[12] == 2, kind
            control.send(pptp.message(pptp.STOP_RP, b"\1"))
            control.expect_end()


def bad_requests(server):
    """Requests that cannot be: refused by code, and the connection stays."""
    with Control(server).start() as control:
        for fields, error in (({"phone_len": 65}, pptp.BAD_FORMAT),
                              ({"low": 2, "high": 1}, pptp.BAD_VALUE),
                              ({"bearer": 0}, pptp.BAD_VALUE),
                              ({"bearer": 4}, pptp.BAD_VALUE),
                              ({"framing": 0}, pptp.BAD_VALUE),
                              ({"framing": 0xffffffff}, pptp.BAD_VALUE)):
            reply = control.ask_call(7, **fields)[:2]
            assert reply == (pptp.GENERAL, error), (fields, reply)
        theirs = control.call(7)
        assert control.ask_call(7)[:2] == (pptp.GENERAL, pptp.BAD_CALL_ID)
        control.send(pptp.ccrq(8) + pptp.cdn(9))  # of no call: nothing happens
        control.clear(7, theirs)
        control.send(pptp.EXAMPLE[pptp.ICRQ])  # no bearer
        assert control.expect(pptp.ICRP)[16:18] == bytes([pptp.GENERAL,
                                                          pptp.BAD_VALUE])
        control.stop()


def spoil(rng, data):
    """One of the things that go wrong with a stream of octets."""
    data = bytearray(data)
    how = rng.randrange(4)
    if how == 0:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif how == 1:
        del data[rng.randrange(len(data)):]
    elif how == 2:
        data += rng.randbytes(rng.randrange(1, 300))
    else:
        data = rng.randbytes(rng.randrange(1, 600))
    return bytes(data)


def fuzz(server, rounds=200):
    """Streams of good and spoiled messages, the same in every run."""
    rng = random.Random(SEED)
    # a call that works is another test's; here it would only start pppd
    kinds = sorted(set(pptp.EXAMPLE) - {pptp.OCRQ})
    for _ in range(rounds):
        stream = b"" if rng.random() < 0.3 else pptp.sccrq()
        for _ in range(rng.randrange(1, 8)):
            whole = pptp.EXAMPLE[rng.choice(kinds)]
            stream += spoil(rng, whole) if rng.random() < 0.6 else whole
        with Control(server) as control:
            try:
                control.send(stream)
                control.sock.shutdown(socket.SHUT_WR)
                control.sock.recv(4096)
            except (Closed, OSError):
                pass  # that it is thrown out is what it is for


def never_reads(server):
    """Asks for echoes and takes no answer, until the server has enough."""
    with Control(server, receive_buffer=2048).start() as control:
        burst = pptp.echo_rq(1) * 512
        end = time.monotonic() + pptp.PATIENCE
        try:
            while time.monotonic() < end:
                control.send(burst)
        except Closed:
            return
        raise AssertionError("the server buffers without end")


def slowly(server, stream, started):
    """An octet at a time, which never makes a message; the server must end it."""
    with Control(server) as control:
        if started:
            control.start()
        end = time.monotonic() + pptp.PATIENCE
        control.sock.settimeout(0.3)  # the rate at which octets go out
        for octet in stream:
            try:
                control.send(bytes([octet]))
                if not control.sock.recv(4096):
                    return
            except (Closed, ConnectionResetError):
                return
            except TimeoutError:
                pass
            assert time.monotonic() < end, "still open"
        raise AssertionError("a whole message was waited for")


def slowloris(server):
    slowly(server, pptp.sccrq(), started=False)
    slowly(server, pptp.EXAMPLE[pptp.ICRQ], started=True)


def half_open(server):
    """Says nothing at all; and says no more after the start."""
    with Control(server) as control:
        assert control.expect_end() == []
    with Control(server).start() as control:
        assert control.expect_end() == [pptp.ECHO_RQ]


def reset(server):
    """RST at each step, and in the middle of a message."""
    Control(server).reset()
    for length in (1, 100):
        control = Control(server)
        control.send(pptp.sccrq()[:length])
        control.reset()
    Control(server).start().reset()
    for length in (5, 167):
        control = Control(server).start()
        control.send(pptp.ocrq(1)[:length])
        control.reset()
    control = Control(server).start()
    control.send(pptp.ocrq(1))
    control.reset()  # the reply may be on its way
    control = Control(server).start()
    control.call(1)
    control.reset()
    control = Control(server).start()
    control.call(1)
    control.send(pptp.ccrq(1))
    control.reset()


def raw_gre(server):
    """A socket for PPP frames in GRE, past the module."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
    sock.settimeout(pptp.PATIENCE)
    sock.connect((server, 0))
    return sock


def next_packet(sock, of):
    """The next packet of a protocol of PPP: (code, id, data)."""
    head = struct.pack("!HH", 0xff03, of)
    while True:
        packet = sock.recv(4096)
        packet = packet[(packet[0] & 15) * 4:]
        flags, protocol, length = struct.unpack_from("!HHH", packet)
        if protocol != 0x880b or not flags & 0x1000:
            continue
        frame = packet[12 + (4 if flags & 0x80 else 0):][:length]
        if frame[:4] == head:
            code, ident, size = struct.unpack_from("!BBH", frame, 4)
            return code, ident, frame[8:4 + size]


class Ppp:
    """Just enough PPP to stop at any point of it."""

    def __init__(self, server, call_id):
        self.sock = raw_gre(server)
        self.call_id = call_id
        self.sequence = 0

    def send(self, protocol, code, ident, data):
        frame = struct.pack("!HHBBH", 0xff03, protocol, code, ident, 4 + len(data)) + data
        self.sock.send(struct.pack("!HHHHI", 0x3001, 0x880b, len(frame),
                                   self.call_id, self.sequence) + frame)
        self.sequence += 1

    def send_lcp(self, code, ident, options):
        self.send(LCP, code, ident, options)

    def acknowledge(self):
        """Agrees to what the server wants."""
        code, ident, options = next_packet(self.sock, LCP)
        while code != 1:
            code, ident, options = next_packet(self.sock, LCP)
        self.send_lcp(2, ident, options)

    def open(self):
        """Gets LCP open; the server's challenge comes next."""
        self.send_lcp(1, 1, b"")
        self.acknowledge()
        while next_packet(self.sock, LCP)[0] != 2:
            pass


def mschapv2(data):
    """A wrong answer to a challenge; None to what comes then, that it was wrong."""
    operation, ident = data[:2]
    if operation != 1:
        return None
    answer = bytes(49)
    return struct.pack("!BBHB", 2, ident, 5 + len(answer) + len(NAME), len(answer)) + answer + NAME


def eap(server, kind):
    """Logs in by this kind of EAP, and guesses wrong."""
    answers = {EAP_IDENTITY: lambda _: NAME, EAP_MSCHAPV2: mschapv2,
               EAP_MD5: lambda _: bytes([16]) + bytes(16) + NAME}
    answered = []
    with Control(server).start() as control:
        ppp = Ppp(server, control.call(1))
        ppp.open()
        code, ident, data = next_packet(ppp.sock, EAP)
        while code == EAP_REQUEST:
            answer = bytes([kind])
            if data[0] in (EAP_IDENTITY, kind):
                answered.append(data[0])
                answer = answers[data[0]](data[1:])
            if answer is None:
                break
            as_what = data[0] if data[0] in answered else EAP_NAK
            ppp.send(EAP, EAP_RESPONSE, ident, bytes([as_what]) + answer)
            code, ident, data = next_packet(ppp.sock, EAP)
        assert code in (EAP_REQUEST, EAP_FAILURE) and kind in answered, (code, answered)
        control.expect_cdn()


def vanish(server, step):
    """Stands at a step, says so, and waits to be killed: no FIN, no RST.

    1 TCP, 2 SCCRP, 3 OCRP, 4 the server's LCP is acknowledged and ours never
    asked for, 5 LCP is open and the challenge not answered.
    """
    control = Control(server)
    if step >= 2:
        control.start()
    if step >= 3:
        theirs = control.call(1)
    if step >= 4:
        ppp = Ppp(server, theirs)
        ppp.acknowledge() if step == 4 else ppp.open()
    print("there", flush=True)
    sys.stdin.read()
    os._exit(0)


PARTS = {part.__name__: part for part in
         (alive, truncated, malformed, oversized, version, out_of_order,
          bad_requests, fuzz, never_reads, slowloris, half_open, reset, eap, vanish)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
