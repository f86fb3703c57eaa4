#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Encrypted calls on the module's own compressor (TAP): mppe.py A B

Between two network namespaces (A at 192.0.2.1, B at 192.0.2.2), without pppd, which
would only agree with itself. The other end is the same compressor, or the kernel's
ppp_mppe; paths lose and reorder packets; calls begin anew and end while they are busy.
"""

import contextlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import mppe_tunnel
from muxtest import done, fault_of, point, skip, wait_until
from tracefs import TRACING, can_trace

PARAMETER = Path("/sys/module/pptp_mux/parameters/mppe")
TRACE = "events/pptp_mux/pptp_mux_mppe_end/enable"
OPTION = {(40, True): b"\x12\x06\x01\x00\x00\x20", (128, True): b"\x12\x06\x01\x00\x00\x40",
          (56, True): b"\x12\x06\x01\x00\x00\x80",
          (40, False): b"\x12\x06\x00\x00\x00\x20", (128, False): b"\x12\x06\x00\x00\x00\x40"}
PORT = 7777
# Seconds. A hundred thousand keys are stepped over in one go, and where that is emulated
# beside others it takes many.
PATIENCE = 120
SO_REORDER = 8
# As PPP's unit has frames: from the protocol number on
EMPTY = b"\x00\xfd"
CCP_RESETACK = b"\x80\xfd\x0f\x01\x00\x04"
NONSENSE_MAX = 16
LCP_DISCARD = b"\xc0\x21\x0b\x01\x00\x08\x00\x00\x00\x00"
# Where processors are emulated with every checker on, a call does not become busy
SLOW = Path("/proc/lockdep_stats").exists() or Path("/sys/kernel/debug/kcsan").exists()


def loaded(module):
    return Path("/sys/module", module, "initstate").exists()


@contextlib.contextmanager
def call(namespaces, mppe=OPTION[128, True], between=lambda: None):
    ends = mppe_tunnel.tunnel(namespaces, mppe, between)
    try:
        yield ends
    finally:
        for end in ends:
            end.call.close()


@contextlib.contextmanager
def in_order():
    """Whoever sends from one processor does not overtake itself. Between two, what waits to
    be sent on one may be overtaken by what is sent on the other."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


class Talk:
    """Datagrams from one end to the other, in the clear at both."""

    def __init__(self, sender, receiver):
        receiver.enter()
        self.to = (receiver.inner[receiver.side], PORT)
        self.there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.there.bind(self.to)
        self.there.setblocking(False)
        sender.enter()
        self.here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.here.close()
        self.there.close()

    def say(self, text):
        self.here.sendto(text, self.to)

    def heard(self):
        try:
            return self.there.recv(4096)
        except BlockingIOError:
            return None

    def comes_by(self, text):
        """It was said once. Others may come before: frames that still waited when a path
        got good"""
        return wait_until(lambda: text in iter(self.heard, None), PATIENCE)

    def comes(self, text):
        """Said again and again: a path may lose it"""
        def came():
            self.say(text)
            return self.heard() == text
        if not wait_until(came, PATIENCE):
            raise AssertionError(f"{text[:20]} was said for {PATIENCE} s, and never heard")

    def all_come(self, count):
        """Each of so many, of all lengths, one by one and unchanged"""
        chooser = random.Random(count)
        for number in range(count):
            text = chooser.randbytes(chooser.choice((1, 7, 60, 500, 1300)))
            self.say(text)
            found = []
            if not wait_until(lambda: found.append(self.heard()) or found[-1], PATIENCE):
                raise AssertionError(f"datagram {number} of {len(text)} octets did not come")
            if found[-1] != text:
                raise AssertionError(f"datagram {number} is not what was sent")


def both_ways(ends, count):
    for sender, receiver in (ends, reversed(ends)):
        with Talk(sender, receiver) as talk:
            talk.all_come(count)


class Tests:
    def __init__(self, namespaces):
        self.namespaces = namespaces
        self.wire = ("ip", "netns", "exec", namespaces[0], "tc", "qdisc")

    def path(self, *netem):
        """What the wire from A to B does from now on"""
        subprocess.run([*self.wire, "replace", "dev", "to-p", "root", "netem", "limit",
                        "100000", *netem], check=True)

    @contextlib.contextmanager
    def bad_path(self, *netem):
        self.path(*netem)
        try:
            yield
        finally:
            subprocess.run([*self.wire, "del", "dev", "to-p", "root"], check=True)

    # ---- ours at both ends ----

    def modes(self):
        for (bits, stateless), option in OPTION.items():
            with call(self.namespaces, option) as ends:
                try:
                    both_ways(ends, 600)
                except AssertionError as error:
                    raise AssertionError(f"{bits} bits, "
                                         f"{'stateless' if stateless else 'stateful'}: {error}") from error

    def bursts(self):
        """The next one is decrypted, however many are missing: the count tells of 3839,
        and GRE's numbers of all. (To GRE it takes two in sequence to prove that more
        than 256 are.)"""
        with call(self.namespaces) as ends, Talk(*ends) as talk, in_order():
            for count in (1, 100, 2047, 3000, 5000 if SLOW else 100000):
                talk.comes(b"before %d" % count)
                with self.bad_path("loss", "100%"):
                    for _ in range(count):
                        talk.say(b"lost")
                talk.say(b"proof of %d" % count)
                talk.say(b"after %d" % count)
                if not talk.comes_by(b"after %d" % count):
                    raise AssertionError(f"after {count} lost packets the call is deaf")

    def clear_between(self):
        """What is not encrypted has a number of GRE's too, and none of MPPE's"""
        with call(self.namespaces) as ends, Talk(*ends) as talk, in_order():
            talk.comes(b"before")
            for _ in range(1 if SLOW else 3):
                with self.bad_path("loss", "100%"):
                    for number in range(5000):
                        talk.say(b"lost")
                        if number % 5 == 0:
                            os.write(ends[0].unit_fd, LCP_DISCARD)
                talk.say(b"proof")
                talk.say(b"after")
                if not talk.comes_by(b"after"):
                    raise AssertionError("among frames that are not encrypted it is deaf")

    def late(self):
        """Packets that others have overtaken are dropped, and nothing else happens"""
        with call(self.namespaces) as ends, Talk(*ends) as talk:
            for end in ends:
                end.call.set_option(SO_REORDER, 0)
            errors = ends[1].errors()
            with self.bad_path("delay", "5ms", "reorder", "30%"):
                for _ in range(300):
                    talk.say(b"some are late")
                    time.sleep(0.001)
            wait_until(lambda: not talk.heard(), 5)
            talk.comes(b"after late ones")
            if not wait_until(lambda: talk.heard() is None, 5):
                raise AssertionError("what had been sent did not end")
            if ends[1].errors() < errors:
                raise AssertionError("receive errors went back")

    def renewed(self):
        """CCP agrees again while packets are on their way, and on other keys' numbers"""
        with call(self.namespaces) as ends:
            for option in (OPTION[128, True], OPTION[40, True], OPTION[128, True]):
                with busy(ends):
                    for end in ends:
                        end.set_keys(option)
                mppe_tunnel.agree(ends, option)
                both_ways(ends, 50)

    def other_keys(self):
        """One end has other keys: a row of nonsense is not delivered, pppd is told of it by
        frames with nothing in them, a few a second, and right keys mend it"""
        for option in (OPTION[128, True], OPTION[128, False]):
            with call(self.namespaces, option) as ends, Talk(*ends) as talk:
                talk.comes(b"with the same keys")
                ends[0].set_keys(option, base=2)
                mppe_tunnel.agree(ends, option)
                drain(ends[1].unit_fd)
                frames, began = [], time.monotonic()

                def told():
                    talk.say(b"not to be read")
                    os.write(ends[0].unit_fd, CCP_RESETACK)
                    frames.extend(drain(ends[1].unit_fd))
                    return frames.count(EMPTY) >= 8
                wait_until(told, PATIENCE)
                took = time.monotonic() - began
                if not 8 <= frames.count(EMPTY) <= 4 * took + 2:
                    raise AssertionError(f"pppd was told {frames.count(EMPTY)} times in {took:.1f} s")
                nonsense = [frame for frame in frames if frame[:2] not in (EMPTY, CCP_RESETACK[:2])]
                # Some have a number that there is by chance, and count neither way
                if len(nonsense) > 2 * NONSENSE_MAX:
                    raise AssertionError(f"{len(nonsense)} frames of nonsense were delivered")
                ends[0].set_keys(option)
                ends[1].set_keys(option)
                mppe_tunnel.agree(ends, option)
                talk.comes(b"with the same keys again")

    def closed(self):
        for _ in range(4 if SLOW else 12):
            with call(self.namespaces) as ends, busy(ends):
                time.sleep(0.05)

    def processor_goes(self):
        other = Path("/sys/devices/system/cpu/cpu1/online")
        if not other.exists():
            raise LookupError("one processor")
        with call(self.namespaces) as ends, busy(ends):
            for online in "01" * 3:
                other.write_text(online, encoding="ascii")
                time.sleep(0.1)
        with call(self.namespaces) as ends:
            both_ways(ends, 50)

    def streams(self):
        """A busy call uses streams that another processor has made"""
        if os.cpu_count() < 2 or SLOW or not can_trace(TRACE):
            raise LookupError("one processor, or a slow one, or no tracepoints")
        (TRACING / TRACE).write_text("1", encoding="ascii")
        (TRACING / "trace").write_text("", encoding="ascii")
        with call(self.namespaces) as ends, busy(ends):
            time.sleep(3)
        # A direction is freed with the channel, whose drain nobody waits for
        wait_until(lambda: len(directions_ended()) == 4, PATIENCE)
        (TRACING / TRACE).write_text("0", encoding="ascii")
        lines = directions_ended()
        made = [int(line.split(" keys, ")[1].split()[0]) for line in lines]
        for line in lines:
            print("#", line)
        if not made or max(made) < 100:
            raise AssertionError(f"streams that were used: {made}")

    # ---- ppp_mppe at the other end ----

    def theirs(self):
        """From now on, new ends are encrypted by ppp_mppe"""
        PARAMETER.write_text("0", encoding="ascii")
        subprocess.run(["modprobe", "ppp_mppe"], check=True)

    @contextlib.contextmanager
    def against(self, mppe):
        try:
            with call(self.namespaces, mppe, self.theirs) as ends:
                yield ends
        finally:
            wait_until(lambda: subprocess.run(["rmmod", "ppp_mppe"], check=False,
                                              capture_output=True).returncode == 0)
            PARAMETER.write_text("1", encoding="ascii")

    def with_ppp_mppe(self):
        for (bits, stateless), option in OPTION.items():
            if bits == 56:
                continue
            with self.against(option) as ends:
                both_ways(ends, 600)

    def losses_with_ppp_mppe(self):
        with self.against(OPTION[128, True]) as ends, Talk(*ends) as talk:
            with self.bad_path("loss", "20%"):
                for _ in range(400):
                    talk.say(b"some are lost")
            wait_until(lambda: not talk.heard(), 5)
            talk.comes(b"after losses")
            wait_until(lambda: not talk.heard(), 5)
            talk.all_come(50)


def directions_ended():
    """What the tracepoint says of each, since the trace was cleared"""
    lines = (TRACING / "trace").read_text(encoding="ascii").splitlines()
    return [line.split("pptp_mux_mppe_end: ", 1)[1] for line in lines if " keys, " in line]


def drain(unit_fd):
    """Frames that PPP has for pppd"""
    frames = []
    with contextlib.suppress(BlockingIOError):
        while True:
            frames.append(os.read(unit_fd, 2048))
    return frames


def flood(sender, receiver, over):
    """As fast as it goes, until it is over; the call may end meanwhile"""
    with Talk(sender, receiver) as talk:
        text = bytes(1200)
        while not over.is_set():
            with contextlib.suppress(OSError):
                for _ in range(16):
                    talk.say(text)
            while talk.heard():
                pass


@contextlib.contextmanager
def busy(ends):
    """Both ways, each in a thread: namespaces are a thread's"""
    over = threading.Event()
    floods = [threading.Thread(target=flood, args=(*pair, over))
              for pair in (tuple(ends), tuple(reversed(ends)))]
    for thread in floods:
        thread.start()
    try:
        time.sleep(0.1)
        yield
    finally:
        over.set()
        for thread in floods:
            thread.join()


def main():
    tests = Tests(sys.argv[1:3])
    rows = [("all modes carry what is sent", tests.modes),
            ("bursts of losses", tests.bursts),
            ("bursts among frames that are not encrypted", tests.clear_between),
            ("late packets are dropped, and the call goes on", tests.late),
            ("keys change while the call is busy", tests.renewed),
            ("ends with different keys", tests.other_keys),
            ("busy calls end", tests.closed),
            ("a processor goes and comes", tests.processor_goes),
            ("streams are made ahead", tests.streams),
            ("against ppp_mppe", tests.with_ppp_mppe),
            ("against ppp_mppe, with losses", tests.losses_with_ppp_mppe)]
    point(PARAMETER.read_text(encoding="ascii") == "Y\n" and not loaded("ppp_mppe"),
          "the module encrypts, and ppp_mppe is not there")
    for name, test in rows:
        fault = fault_of(test)
        if fault.startswith("LookupError"):
            skip(name, fault)
        else:
            point(not fault, name, fault)
    return done()


if __name__ == "__main__":
    sys.exit(main())
