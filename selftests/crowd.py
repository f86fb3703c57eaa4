#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Many peers at once, each a part of crowd.sh.

Usage: crowd.py PART SERVER NUMBER...
A part that others are to run beside says "there" when it is, and goes on when its
standard input ends.
"""

import random
import select
import selectors
import socket
import sys
import time

import pptp_peer as pptp
from pptp_peer import Closed, Control

SEED = 2637
ONE_SOURCE = "10.50.255.1"
ROUND_TRIPS = 100
PACE = 0.01  # seconds between connects that are not to take all of a processor


def source(number):
    """An address of the crowd's network for each of them"""
    return f"10.50.{number // 250}.{number % 250 + 1}"


def echo(control, identifier=1):
    control.send(pptp.echo_rq(identifier))
    reply = control.expect(pptp.ECHO_RP)
    assert reply == pptp.echo_rp(identifier), reply


def round_trips(control):
    """Seconds that echoes take, sorted"""
    def took(identifier):
        asked = time.monotonic()
        echo(control, identifier)
        return time.monotonic() - asked

    return sorted(map(took, range(ROUND_TRIPS)))


def told(text, times):
    print(f"# echoes {text}: median {times[len(times) // 2] * 1e3:.1f} ms, "
          f"most {times[-1] * 1e3:.1f} ms")


def answer_echoes(controls):
    """Keeps connections alive until standard input ends"""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        for control in controls:
            selector.register(control.sock, selectors.EVENT_READ, control)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    return
                kind, whole = key.data.receive()
                assert kind == pptp.ECHO_RQ, kind
                key.data.send(pptp.echo_rp(int.from_bytes(whole[12:16], "big")))


def hold(server, count):
    """Connections of as many clients that have begun a message, and do not go on
    until the end; all of them stand to the end."""
    rest = pptp.echo_rq(7)
    began = time.monotonic()
    controls = [Control(server, source=source(number)).start() for number in range(count)]
    for control in controls:
        control.send(rest[:-1])
    print(f"# {count} control connections in {time.monotonic() - began:.1f} s", flush=True)
    print("there", flush=True)
    answer_echoes(controls)
    for control in controls:
        control.send(rest[-1:])
    for control in controls:
        assert control.expect(pptp.ECHO_RP) == pptp.echo_rp(7)
        control.close()


def connecting(server, number):
    """A socket that will be connected"""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.bind((source(number), 0))
    sock.connect_ex((server, pptp.PORT))
    sock.settimeout(pptp.PATIENCE)
    return sock


def connects(server, count, times):
    """So many connects at once, and again when they are over: all are served."""
    for turn in range(times):
        began = time.monotonic()
        socks = [connecting(server, turn * count + number) for number in range(count)]
        asked = time.monotonic() - began
        for sock in socks:
            sock.sendall(pptp.sccrq())
        for sock in socks:
            reply = sock.recv(pptp.LENGTH[pptp.SCCRP], socket.MSG_WAITALL)
            assert len(reply) > 14 and reply[14] == 1, reply
            sock.close()
        print(f"# {count} connects in {asked:.2f} s, all served within "
              f"{time.monotonic() - began:.2f} s")


def half_open(server, most):
    """One address connects again and again and says nothing: it has no more than @most
    at a time, none of them for ever."""
    controls = []

    def are_bounded():
        controls[:] = [control for control in controls if not has_ended(control)]
        return len(controls) <= most

    for _ in range(2 * most):
        controls.append(Control(server, source=ONE_SOURCE))
    pptp.wait_for(are_bounded)
    print("there", flush=True)
    while not select.select([sys.stdin], [], [], PACE)[0]:
        controls.append(Control(server, source=ONE_SOURCE))
        pptp.wait_for(are_bounded)
    assert controls, "all were closed"
    for control in controls:
        assert control.expect_end() == []


def has_ended(control):
    """Whether the server has closed, without waiting for it"""
    control.sock.setblocking(False)
    try:
        return not control.sock.recv(1)
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    finally:
        control.sock.settimeout(pptp.PATIENCE)


class Talker(Control):
    """A client that says the same thing without end."""

    def __init__(self, server, data, receive_buffer, number):
        super().__init__(server, receive_buffer, source(number))
        self.start()
        self.whole = self.rest = data
        self.sock.setblocking(False)

    def talk(self):
        """As much as there is room for; false when the server has closed."""
        try:
            self.rest = self.rest[self.sock.send(self.rest):] or self.whole
        except BlockingIOError:
            pass
        except (ConnectionResetError, BrokenPipeError):
            return False
        return True


def beside(control, talkers):
    """How long an echo takes while others talk; those that stay."""
    talkers = [talker for talker in talkers if talker.talk()]
    asked = time.monotonic()
    echo(control)
    return time.monotonic() - asked, talkers


def never_read(server, count):
    """Peers that ask and ask, and take no answer: closed, and nobody waits for them."""
    talkers = [Talker(server, pptp.echo_rq(1) * 512, 2048, number)
               for number in range(count)]
    times = []
    with Control(server).start() as control:
        alone = round_trips(control)
        end = time.monotonic() + pptp.PATIENCE
        while talkers:
            took, talkers = beside(control, talkers)
            times.append(took)
            assert time.monotonic() < end, f"{len(talkers)} are still open"
    told("alone", alone)
    told(f"beside {count} peers that never read", sorted(times))


def endless(server, count):
    """Peers that say good things without end, which need no answer"""
    talkers = [Talker(server, pptp.sli(1) * 512, 0, number) for number in range(count)]
    times = []
    with Control(server).start() as control:
        for _ in range(ROUND_TRIPS):
            took, talkers = beside(control, talkers)
            times.append(took)
    assert len(talkers) == count, f"{count - len(talkers)} were closed"
    told(f"beside {count} peers that never end", sorted(times))


def in_pieces(server, count):
    """Octets of as many streams come in turn and in pieces of any length, of which each
    makes whole messages in the end."""
    rng = random.Random(SEED)
    stream = pptp.sccrq() + b"".join(map(pptp.echo_rq, range(20)))
    left = {Control(server, source=source(number)): stream for number in range(count)}
    controls = list(left)
    while left:
        for control, rest in list(left.items()):
            piece = rng.randrange(1, 60)
            control.send(rest[:piece])
            left[control] = rest[piece:]
            if not left[control]:
                del left[control]
    for control in controls:
        assert control.expect(pptp.SCCRP)[14] == 1
        for identifier in range(20):
            assert control.expect(pptp.ECHO_RP) == pptp.echo_rp(identifier)
        control.close()


def in_one_piece(server, count):
    """As many requests at once, of which each is answered, and in turn"""
    with Control(server) as control:
        control.send(pptp.sccrq() + b"".join(map(pptp.echo_rq, range(count))))
        control.expect(pptp.SCCRP)
        for identifier in range(count):
            assert control.expect(pptp.ECHO_RP) == pptp.echo_rp(identifier)


PARTS = {part.__name__: part for part in (hold, connects, half_open, never_read, endless,
                                          in_pieces, in_one_piece)}

if __name__ == "__main__":
    try:
        PARTS[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
    except Closed:
        sys.exit("the server has closed the connection")
