#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Peers that are hostile without end, each way a part of soak.sh.

Usage: soak.py WAY SERVER SOURCE...
Says "there", goes on until its standard input ends, and then says how often it did
what it does. Fails if it never came to that.
"""

import contextlib
import select
import struct
import sys
import time

import bad_peer
import pptp_peer as pptp
import strangers
from pptp_peer import Closed, Control

PACE = 0.1  # seconds between two doings of a peer
HELD = 100  # connections that a peer keeps at most, while the server does
PROTOCOL_REJECT = 8


def paced():
    """Time and again, until the soak is over"""
    while not select.select([sys.stdin], [], [], PACE)[0]:
        yield


def each_time(doing, *sources):
    """Does it for each source in turn; how often it could be done. That a server closes
    the connection, or refuses it, is as it should be."""
    times = 0
    for _ in paced():
        for source in sources:
            with contextlib.suppress(Closed, OSError):
                doing(source)
                times += 1
    return times


def says_nothing(server, *sources):
    """Connects, and that is all."""
    held = []

    def connect(source):
        held.append(Control(server, source=source))
        while len(held) > HELD:
            held.pop(0).close()

    return each_time(connect, *sources)


def never_reads(server, *sources):
    """Asks for echoes and takes no answer, until the server has enough."""
    def ask(source):
        with Control(server, 2048, source) as control, contextlib.suppress(Closed):
            control.start()
            while True:
                control.send(pptp.echo_rq(1) * 512)

    return each_time(ask, *sources)


def spoils(server, *_):
    """Streams of good and spoiled messages"""
    return each_time(lambda _: bad_peer.fuzz(server, 5), "")


def open_lcp(server, control):
    """A call, as far as a log-in"""
    result, _, theirs = control.start().ask_call(1)
    if result != pptp.CONNECTED:
        raise Closed
    ppp = bad_peer.Ppp(server, theirs)
    ppp.open()
    return ppp


def makes_lines(server, *_):
    """Has pppd warn, as often as it can."""
    def warn(_):
        with Control(server) as control:
            ppp = open_lcp(server, control)
            for number in range(1000):
                ppp.send_lcp(PROTOCOL_REJECT, number & 0xff,
                             struct.pack("!H", 0x4001 + 2 * number))

    return each_time(warn, "")


def holds_calls(server, *sources):
    """Calls that never log in"""
    strangers.calls(server, 16, *sources)


def holds_connections(server, *sources):
    """Connections that never call"""
    strangers.connections(server, 32, *sources)


WAYS = {way.__name__: way for way in (says_nothing, never_reads, spoils, makes_lines,
                                      holds_calls, holds_connections)}


def main():
    way = sys.argv[1]
    print("there", flush=True)
    times = WAYS[way](*sys.argv[2:])
    took = f"{time.process_time():.1f} s of processor time"
    print(f"# {way}: {times} times, {took}" if times is not None else f"# {way}: {took}")
    return times == 0


if __name__ == "__main__":
    sys.exit(main())
