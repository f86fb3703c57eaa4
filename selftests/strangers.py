#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Peers without a password that hold what they can, each a part of strangers.sh.

Usage: strangers.py PART SERVER NUMBER SOURCE...
Says "there" when it holds all that it gets, and goes on until its standard input ends.
"""

import select
import struct
import sys
import time

import pptp_peer as pptp
from pptp_peer import Closed, Control

PACE = 0.2  # seconds between requests of a source


def is_over():
    return select.select([sys.stdin], [], [], 0)[0]


def ask_one(controls, server, source, request):
    """One more connection with a call, whatever the answer is"""
    control = Control(server, source=source)
    controls.append(control)
    control.send(pptp.sccrq() + request)


def calls(server, number, *sources, request=pptp.ocrq):
    """Each source asks for so many calls, and for one more again and again, none of
    which ever logs in. What the server closes is opened anew."""
    controls = []
    for call_id in range(1, number + 1):
        for source in sources:
            ask_one(controls, server, source, request(call_id))
    print("there", flush=True)
    call_id = number
    while not is_over():
        call_id = call_id % 60000 + 1
        for source in sources:
            try:
                ask_one(controls, server, source, request(call_id))
            except OSError:
                pass
        while len(controls) > 2 * number * len(sources):
            controls.pop(0).close()
        time.sleep(PACE)


def announced(server, number, *sources):
    """The same as a PAC that announces callers, and connects none."""
    calls(server, number, *sources, request=pptp.icrq)


def gives_up(call_id):
    """A call that is asked for and hung up at once; and one that a PAC announces, whose
    caller has gone and left some words."""
    cdn = struct.pack("!HBBHH128s", call_id + 1, pptp.CONNECTED, 0, 0, 0, b"word " * 25)
    return pptp.ocrq(call_id) + pptp.ccrq(call_id) + pptp.icrq(call_id + 1) + \
        pptp.message(pptp.CDN, cdn)


def churn(control, number):
    """So many of these, and whatever the server answers is read."""
    control.send(b"".join(gives_up(call_id) for call_id in range(1, 2 * number, 2)))
    while select.select([control.sock], [], [], 0)[0]:
        control.fill()
    control.data = b""


def churns(server, number, *sources):
    """Each source has a connection on which nothing that it begins comes to anything."""
    controls = [Control(server, source=source).start() for source in sources]
    print("there", flush=True)
    while not is_over():
        for control in controls:
            churn(control, number)
        time.sleep(PACE)


def connections(server, number, *sources):
    """Each source starts so many connections and never calls."""
    controls = []
    for _ in range(number):
        for source in sources:
            control = Control(server, source=source)
            try:
                controls.append(control.start())
            except Closed:
                control.close()
    print("there", flush=True)
    while not is_over():
        time.sleep(PACE)


PARTS = {part.__name__: part for part in (calls, announced, churns, connections)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
