#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A client with two calls on one control connection, and a pppd on each: part of
peers.sh.

Usage: peers.py SERVER LOCAL INNER OPTIONS
LOCAL and INNER are the client's address, and the server's in the tunnels; OPTIONS is
pppd's file, without a server to dial.
"""

import subprocess
import sys

from pppox_call import USAGE, Call
from pptp_peer import Control, ctl, wait_for


def place(control, server, local):
    """A call that is connected at both ends: (our socket, the server's id of it)."""
    call = Call(USAGE["dial-out"]).bind(local)
    theirs = control.call(call.name()[1])
    call.connect(server, theirs)
    return call, theirs


def begin_ppp(call, options, unit):
    """A pppd that stays in the background once it is up"""
    fd = call.sock.fileno()
    return subprocess.Popen(
        ["pppd", "file", options, "pptp_mux_fd", str(fd), "unit", str(unit), "updetach"],
        pass_fds=[fd], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def ping(unit, address):
    subprocess.run(["ping", "-U", "-c", "3", "-i", "0.2", "-W", "20", "-I", f"ppp{unit}",
                    address], check=True, stdout=subprocess.DEVNULL)


def calls():
    """The ids that the server has calls for"""
    return sorted(call["id"] for call in ctl("s", "calls")["calls"])


def two_calls(server, local, inner, options):
    with Control(server).start() as control:
        placed = [place(control, server, local) for _ in range(2)]
        theirs = [their_id for _, their_id in placed]
        pppds = [begin_ppp(call, options, unit) for unit, (call, _) in enumerate(placed)]
        assert [pppd.wait() for pppd in pppds] == [0, 0], "a pppd has failed"
        assert calls() == sorted(theirs), calls()
        for unit in range(2):
            ping(unit, inner)
        ours = [call.name()[1] for call, _ in placed]
        for call, _ in placed:
            call.close()  # each is its pppd's now
        control.clear(ours[0], theirs[0])
        wait_for(lambda: calls() == theirs[1:])
        ping(1, inner)
        control.clear(ours[1], theirs[1])
        wait_for(lambda: not calls())
        control.stop()


if __name__ == "__main__":
    two_calls(*sys.argv[1:])
