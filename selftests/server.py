#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Control connections that pppd's plugin never makes, each a part of server.sh.

Usage: server.py PART SERVER
"""

import struct
import sys

import pptp_peer as pptp
from pptp_peer import Control


def connected():
    """What the server's table says: {the client's call id: the slot's state}."""
    slots = pptp.ctl("s", "slots")["slots"]
    return {slot["call"]["peer_id"]: slot["state"]
            for slot in slots if slot.get("call")}


def several_calls(server):
    """Three calls on one connection; the end of one leaves the others."""
    with Control(server).start() as control:
        theirs = {ours: control.call(ours) for ours in (11, 12, 13)}
        assert len(set(theirs.values())) == 3, theirs
        assert connected() == dict.fromkeys(theirs, "connected"), connected()
        control.clear(12, theirs[12])
        pptp.wait_for(lambda: sorted(connected()) == [11, 13])
        again = control.call(12)
        assert again not in theirs.values(), "a call id came back at once"
        control.send(pptp.cdn(12))
        assert control.expect_cdn() == again
        pptp.wait_for(lambda: sorted(connected()) == [11, 13])
        control.stop()


def stop_ends_calls(server):
    """A Stop-Control-Connection-Request ends all calls, each with its CDN."""
    with Control(server).start() as control:
        theirs = {control.call(21), control.call(22)}
        control.send(pptp.stop_rq())
        assert {control.expect_cdn(), control.expect_cdn()} == theirs
        control.expect(pptp.STOP_RP)
        assert control.expect_end() == []


def echo(server):
    """The server answers echoes and asks for them when it hears nothing."""
    with Control(server).start() as control:
        control.send(pptp.echo_rq(0xfeedbeef))
        reply = control.expect(pptp.ECHO_RP)
        assert struct.unpack_from("!IBB", reply, 12) == (0xfeedbeef, 1, 0), reply
        for _ in range(2):
            kind, whole = control.receive()
            assert kind == pptp.ECHO_RQ, kind
            control.send(pptp.echo_rp(*struct.unpack_from("!I", whole, 12)))
        control.call(31)
        # and now no answer: the server gives the connection and the call up
        assert set(control.expect_end()) == {pptp.ECHO_RQ}


def link_info(server):
    """Set-Link-Info is taken, for a call and for none, and changes nothing."""
    with Control(server).start() as control:
        theirs = control.call(41)
        control.send(pptp.sli(theirs))
        control.send(pptp.sli(theirs ^ 0xffff))
        control.send(pptp.EXAMPLE[pptp.WEN])
        control.send(pptp.echo_rq(1))
        control.expect(pptp.ECHO_RP)
        assert connected() == {41: "connected"}, connected()
        control.clear(41, theirs)
        control.stop()


def until_shutdown(server):
    """Tells that a call stands, and waits for the server to hang it up."""
    with Control(server).start() as control:
        theirs = control.call(51)
        print("connected", flush=True)
        assert control.expect_cdn() == theirs
        stop = control.expect(pptp.STOP_RQ)
        assert stop[12] == 3, "reason %d, and not shutdown" % stop[12]
        control.send(pptp.message(pptp.STOP_RP, b"\1"))
        control.expect_end()


PARTS = {part.__name__: part for part in
         (several_calls, stop_ends_calls, echo, link_info, until_shutdown)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2])
