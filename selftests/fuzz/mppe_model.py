#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Encrypted calls as RFC 3078 and 3079 have them, for mppe_test: mppe_model.py [PACKETS]

RC4 as it is described everywhere, SHA-1 of Python's library, keys that are made anew
from the first one for each packet that needs it: slow, and nothing in common with the
module's. Prints lines, which mppe_test plays:

    begin STRENGTH MODE KEY     a direction; MODE is stateless or stateful
    send PLAIN WIRE             it makes WIRE of PLAIN
    get WIRE PLAIN              the other end makes PLAIN of WIRE
    drop WIRE                   it makes nothing of it
    place MISSING               the next one's place is known to be this
    reset                       CCP's Reset-Request and Reset-Ack go through
"""

import hashlib
import random
import sys

PACKETS = 4000
SEED = 0x3078
LENGTHS = {"40": 8, "56": 8, "128": 16}
SALTS = {"40": b"\xd1\x26\x9e", "56": b"\xd1", "128": b""}


class Rc4:
    def __init__(self, key):
        s, j = list(range(256)), 0
        for i in range(256):
            j = (j + s[i] + key[i % len(key)]) % 256
            s[i], s[j] = s[j], s[i]
        self.s, self.i, self.j = s, 0, 0

    def crypt(self, data):
        s, out = self.s, bytearray()
        for octet in data:
            self.i = (self.i + 1) % 256
            self.j = (self.j + s[self.i]) % 256
            s[self.i], s[self.j] = s[self.j], s[self.i]
            out.append(octet ^ s[(s[self.i] + s[self.j]) % 256])
        return bytes(out)


class Sender:
    """One direction at the end that sends, and what went."""

    def __init__(self, strength, stateless, start):
        self.strength, self.stateless = strength, stateless
        self.start = start[:LENGTHS[strength]]
        self.session = self.salted(self.digest(self.start))
        self.rc4 = Rc4(self.session)
        self.count = 0
        self.flush = False

    def digest(self, session):
        text = self.start + bytes(40) + session + b"\xf2" * 40
        return hashlib.sha1(text).digest()[:len(self.start)]

    def salted(self, key):
        salt = SALTS[self.strength]
        return salt + key[len(salt):]

    def rekey(self):
        interim = self.digest(self.session)
        self.session = self.salted(Rc4(interim).crypt(interim))
        self.rc4 = Rc4(self.session)

    def send(self, plain):
        bits = 0x1000
        if self.stateless or self.flush or self.count % 256 == 255:
            self.rekey()
            bits |= 0x8000
            self.flush = False
        wire = (bits | self.count % 4096).to_bytes(2, "big") + self.rc4.crypt(plain)
        self.count += 1
        return wire


def plain_text(chooser):
    """Of IP, whose protocol field is compressed now and then"""
    protocol = chooser.choice((b"\x00\x21\x45", b"\x21\x4f", b"\x00\x57\x60"))
    return protocol + chooser.randbytes(chooser.choice((1, 6, 20, 63, 64, 250, 700)))


class Play:
    def __init__(self, chooser, strength, stateless):
        self.chooser, self.stateless = chooser, stateless
        start = chooser.randbytes(16)
        self.sender = Sender(strength, stateless, start)
        self.lost = False
        print("begin", strength, "stateless" if stateless else "stateful", start.hex())

    def send(self):
        plain = plain_text(self.chooser)
        wire = self.sender.send(plain)
        print("send", plain.hex(), wire.hex())
        return plain, wire

    def receive(self, plain, wire):
        plain = plain if not plain[0] & 1 else b"\x00" + plain
        print("get", wire.hex(), plain.hex())

    def lose(self, count):
        for _ in range(count):
            self.send()
        self.lost = not self.stateless

    def late(self, wire):
        self.receive(*self.send())
        print("drop", wire.hex())

    def reset(self):
        self.sender.flush = True
        self.lost = False
        print("reset")

    def step(self):
        plain, wire = self.send()
        if self.lost and not wire[0] & 0x80:
            print("drop", wire.hex())
            if self.chooser.random() < 0.2:
                self.reset()
            return
        self.lost = False
        self.receive(plain, wire)
        what = self.chooser.random()
        if what < 0.02:
            self.lose(self.chooser.randrange(1, 300))
        elif what < 0.05:
            self.late(wire)
        elif what < 0.06:
            # More than the count can tell
            missing = self.chooser.randrange(4000, 5000)
            self.lose(missing)
            print("place", missing + self.chooser.randrange(-3, 20))


def main():
    packets = int(sys.argv[1]) if len(sys.argv) > 1 else PACKETS
    chooser = random.Random(SEED)
    for strength in LENGTHS:
        for stateless in (True, False):
            play = Play(chooser, strength, stateless)
            while play.sender.count < packets:
                play.step()


if __name__ == "__main__":
    main()
