#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The rows of gre_peer.py, played to whichever module owns GRE version 1.

gre_rows.py A P MODULE, two linked network namespaces as gre_peer.py has them. Only
what pptp.ko has is used: sockets, and what PPP gets. A row is good if that is what
the row says. Prints the rows that are not, and the score as its last line.
"""

import os
import sys
import time

from gre_peer import (HOLE_SECONDS, MUX, PEER, PPP_QUEUE, ROWS, Line, Wire,
                      frame)
from muxtest import enter, wait_until
from pppox_call import PPPIOCATTCHAN, Call

# A row is over when its last frame has come; pptp.ko may have lost it
PATIENCE = 0.5
# This process must be faster than a hole is open; now and then it is not
TRIES = 20


class PlainLine(Line):
    """A call of any module: without netlink, and so without counters."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.peer_id = next(self.peer_ids)
        self.call = Call().bind(MUX)
        self.call_id = self.call.name()[1]
        self.call.connect(PEER, self.peer_id)
        self.channel_fd = os.open("/dev/ppp", os.O_RDWR | os.O_NONBLOCK)
        self.set_flags(0, PPPIOCATTCHAN, self.call.channel())


def play_once(wire, packets, wanted):
    """What came of the packets, and how long it took to send them."""
    found = []

    def last_has_come():
        found.extend(line.frames())
        return wanted[-1] in found

    with PlainLine() as line:
        encoded = [packet.encode(line.call_id) for packet in packets]
        began = time.monotonic()
        for packet, octets in zip(packets, encoded):
            wire.send_encoded(packet, octets)
        took = time.monotonic() - began
        wait_until(last_has_come, PATIENCE)
    return found, took


def good(wire, row):
    _, packets, _, delivered = row
    wanted = [frame(seq) if isinstance(seq, int) else seq for seq in delivered]
    for _ in range(TRIES):
        found, took = play_once(wire, packets, wanted)
        # Of what was not read in time PPP keeps the last
        if found == wanted or len(found) >= PPP_QUEUE and \
                found == wanted[-len(found):]:
            return True
        if took < HOLE_SECONDS / 2:
            break
    return False


def main():
    a, p, module = sys.argv[1:]
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    wire = Wire(p)
    enter(f"/run/netns/{a}")
    score = 0
    began = time.monotonic()
    for row in ROWS:
        if good(wire, row):
            score += 1
        else:
            print(f"# {module} fails: {row[0]}", flush=True)
    print(f"# {module}: {time.monotonic() - began:.1f} s")
    print(score, len(ROWS))


if __name__ == "__main__":
    main()
